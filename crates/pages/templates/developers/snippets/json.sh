curl -sS {{ self::sh(call.url) }} \
  -u "$CLIENT_ID:$CLIENT_SECRET" \
  -H "Content-Type: application/json" \
  --data-binary @- <<BODY
{
{%- for (name, value) in call.fields.iter() %}
  "{{ name }}": {% if let Some(text) = value.text() %}{{ self::quoted(text) }}{% endif %}
{%- if let Some(variable) = value.variable() %}"${{ variable }}"{% endif %}{% if !loop.last %},{% endif %}
{%- endfor %}
}
BODY
