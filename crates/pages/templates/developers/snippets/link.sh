STATE=$(openssl rand -hex 16)
CODE_VERIFIER=$(openssl rand -hex 32)
CODE_CHALLENGE=$(printf %s "$CODE_VERIFIER" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
{%- if link.redirect_uri.is_none() %}
CALLBACK=$(printf %s "$REDIRECT_URI" | sed 's/%/%25/g; s/:/%3A/g; s/\//%2F/g; s/?/%3F/g; s/=/%3D/g; s/&/%26/g')
{%- endif %}

echo "Remember: STATE=$STATE CODE_VERIFIER=$CODE_VERIFIER"
echo "Send the browser to: {{ self::in_quotes(link.url) }}?response_type=code&client_id={{ link.client_id.unwrap_or("$CLIENT_ID") }}&redirect_uri={{ link.encoded_uri_or("$CALLBACK") }}{% if !link.scope.is_empty() %}&scope={{ self::encoded(link.scope) }}{% endif %}&state=$STATE&code_challenge=$CODE_CHALLENGE&code_challenge_method=S256"
