curl -sS -G -X POST {{ self::sh(call.url) }} \
  --data-urlencode "client_id=$CLIENT_ID" \
  --data-urlencode "client_secret=$CLIENT_SECRET"
{%- for (name, value) in call.fields.iter() %} \
{%- if let Some(text) = value.text() %}
  --data-urlencode {{ self::sh(format!("{name}={text}").as_str()) }}
{%- endif %}
{%- if let Some(variable) = value.variable() %}
  --data-urlencode "{{ name }}=${{ variable }}"
{%- endif %}
{%- endfor %}
