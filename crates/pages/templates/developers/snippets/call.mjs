{% if !call.variables().is_empty() -%}
const { {{ call.variables().join(", ") }} } = process.env;

{% endif -%}
const answer = await fetch({{ self::quoted(call.url) }}, {
{%- if call.is_post() %}
  method: "POST",
{%- endif %}
{%- if call.is_basic() %}
  headers: { Authorization: "Basic " + btoa(`{{ call.id_or("${CLIENT_ID}") }}:${CLIENT_SECRET}`) },
{%- endif %}
{%- if call.is_bearer() %}
  headers: { Authorization: `Bearer ${ACCESS_TOKEN}` },
{%- endif %}
{%- if call.is_post() %}
  body: new URLSearchParams({
{%- for (name, value) in call.fields.iter() %}
{%- if let Some(text) = value.text() %}
    {{ name }}: {{ self::quoted(text) }},
{%- endif %}
{%- if let Some(variable) = value.variable() %}
    {{ name }}: {{ variable }},
{%- endif %}
{%- endfor %}
  }),
{%- endif %}
  signal: AbortSignal.timeout(10_000),
});
const text = await answer.text();
if (!answer.ok) throw new Error(text); // "error" and "error_description"
console.log({% if call.answers %}text{% else %}"done"{% endif %});{% if call.answers %} // or JSON.parse(text){% endif %}
