curl -sS {{ self::sh(call.url) }}
{%- if call.is_basic() %} \
  -u "{{ call.id_or("$CLIENT_ID") }}:$CLIENT_SECRET"
{%- endif %}
{%- if call.is_bearer() %} \
  -H "Authorization: Bearer $ACCESS_TOKEN"
{%- endif %}
{%- for (name, value) in call.fields.iter() %} \
{%- if let Some(text) = value.text() %}
  --data-urlencode {{ self::sh(format!("{name}={text}").as_str()) }}
{%- endif %}
{%- if let Some(variable) = value.variable() %}
  --data-urlencode "{{ name }}=${{ variable }}"
{%- endif %}
{%- endfor %}
