STATE=$(openssl rand -hex 16)
CODE_VERIFIER=$(openssl rand -hex 32)
CODE_CHALLENGE=$(printf %s "$CODE_VERIFIER" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
CALLBACK=$(printf %s "$REDIRECT_URI" | sed 's/%/%25/g; s/:/%3A/g; s/\//%2F/g; s/?/%3F/g; s/=/%3D/g; s/&/%26/g')

echo "Remember: STATE=$STATE CODE_VERIFIER=$CODE_VERIFIER"
echo "Send the browser to: {{ self::in_quotes(url) }}?response_type=code&client_id=$CLIENT_ID&redirect_uri=$CALLBACK{% if !scope.is_empty() %}&scope={{ self::encoded(scope) }}{% endif %}&state=$STATE&code_challenge=$CODE_CHALLENGE&code_challenge_method=S256"
