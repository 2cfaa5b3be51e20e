// cargo add aws-lc-rs base64 reqwest
use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
{%- if link.reads() %}
use std::env::var;
{%- endif %}

fn random<const N: usize>() -> Result<String, aws_lc_rs::error::Unspecified> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = random::<16>()?;
    let code_verifier = random::<32>()?;
    let digest = digest::digest(&digest::SHA256, code_verifier.as_bytes());
    let code_challenge = URL_SAFE_NO_PAD.encode(digest);

    let link = reqwest::Url::parse_with_params(
        {{ self::quoted(link.url) }},
        [
            ("response_type", "code"),
            ("client_id", {{ link.id_or("&var(\"CLIENT_ID\")?") }}),
            ("redirect_uri", {{ link.uri_or("&var(\"REDIRECT_URI\")?") }}),
{%- if !link.scope.is_empty() %}
            ("scope", {{ self::quoted(link.scope) }}),
{%- endif %}
            ("state", &state),
            ("code_challenge", &code_challenge),
            ("code_challenge_method", "S256"),
        ],
    )?;
    println!("Remember: STATE={state} CODE_VERIFIER={code_verifier}");
    println!("Send the browser to: {link}");
    Ok(())
}
