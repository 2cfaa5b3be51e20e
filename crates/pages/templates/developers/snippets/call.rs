// cargo add reqwest --features form
// cargo add tokio --features full
{%- if !call.variables().is_empty() %}
use std::env::var;
{%- endif %}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
{%- for (_, value) in call.fields.iter() %}
{%- if let Some(variable) = value.variable() %}
    let {{ variable.to_lowercase() }} = var("{{ variable }}")?;
{%- endif %}
{%- endfor %}
    let answer = reqwest::Client::new()
        .{% if call.is_post() %}post{% else %}get{% endif %}({{ self::quoted(call.url) }})
{%- if call.is_basic() %}
        .basic_auth({{ call.literal_or("var(\"CLIENT_ID\")?") }}, Some(var("CLIENT_SECRET")?))
{%- endif %}
{%- if call.is_bearer() %}
        .bearer_auth(var("ACCESS_TOKEN")?)
{%- endif %}
{%- if call.is_post() %}
        .form(&[
{%- for (name, value) in call.fields.iter() %}
{%- if let Some(text) = value.text() %}
            ("{{ name }}", {{ self::quoted(text) }}),
{%- endif %}
{%- if let Some(variable) = value.variable() %}
            ("{{ name }}", {{ variable.to_lowercase() }}.as_str()),
{%- endif %}
{%- endfor %}
        ])
{%- endif %}
        .timeout(std::time::Duration::from_secs(10))
        .send()
        .await?;
    let ok = answer.status().is_success();
    let text = answer.text().await?;
    if !ok {
        return Err(text.into()); // "error" and "error_description"
    }
    println!("{% if call.answers %}{text}{% else %}done{% endif %}");
    Ok(())
}
