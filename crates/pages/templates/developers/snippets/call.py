{% if !call.variables().is_empty() -%}
import os

{% endif -%}
import requests

answer = requests.{% if call.is_post() %}post{% else %}get{% endif %}(
    {{ self::quoted(call.url) }},
{%- if call.is_basic() %}
    auth=({{ call.literal_or("os.environ[\"CLIENT_ID\"]") }}, os.environ["CLIENT_SECRET"]),
{%- endif %}
{%- if call.is_bearer() %}
    headers={"Authorization": "Bearer " + os.environ["ACCESS_TOKEN"]},
{%- endif %}
{%- if call.is_post() %}
    data={
{%- for (name, value) in call.fields.iter() %}
{%- if let Some(text) = value.text() %}
        "{{ name }}": {{ self::quoted(text) }},
{%- endif %}
{%- if let Some(variable) = value.variable() %}
        "{{ name }}": os.environ["{{ variable }}"],
{%- endif %}
{%- endfor %}
    },
{%- endif %}
    timeout=10,
)
if not answer.ok:
    raise SystemExit(answer.text)  # "error" and "error_description"
{% if call.answers -%}
print(answer.text)  # or answer.json()
{%- else -%}
print("done")
{%- endif %}
