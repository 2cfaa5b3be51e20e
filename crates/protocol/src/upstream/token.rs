//! What a provider gives for a code (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
use crate::types::text::is_plain;
use jose::json::{self, Object};
use serde_json::Value;

/// Longest answer that is read, in bytes.
pub const LONGEST_TOKENS: usize = 128 * 1_024;
/// Longest token that is taken, in bytes.
const LONGEST_TOKEN: usize = 64 * 1_024;

/// Tokens. Nothing writes them down.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The ID token.
    pub id: Option<String>,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenFault {
    /// It is no object of JSON.
    Json,
    /// It says that something is wrong: the name of the error.
    Refused(String),
    /// It has no access token that can be shown as a bearer token.
    NoToken,
    /// It has no ID token, and must have one.
    NoIdToken,
}

impl TokenFault {
    /// What the log says of it.
    pub fn cause(&self) -> String {
        match self {
            Self::Json => "the answer to the code is no object of JSON".to_owned(),
            Self::Refused(inner) => format!("the provider did not take the code: {inner}"),
            Self::NoToken => "the answer to the code holds no bearer token".to_owned(),
            Self::NoIdToken => "the answer to the code holds no ID token".to_owned(),
        }
    }
}

impl Tokens {
    /// Reads an answer; `openid`: it must hold an ID token.
    ///
    /// # Errors
    /// [`TokenFault`].
    pub fn parse(status: u16, body: &[u8], openid: bool) -> Result<Self, TokenFault> {
        let answer = json::object(body, LONGEST_TOKENS).map_err(|_| TokenFault::Json)?;
        let text = |name: &str| text(&answer, name);
        // Some say so with a status of success.
        if let (Some(error), _) | (None, Some(error)) =
            (text("error"), (status != 200).then_some("an error"))
        {
            let plain = error.len() <= 60 && is_plain(error);
            let error = if plain { error } else { "an error" };
            return Err(TokenFault::Refused(error.to_owned()));
        }
        let is_bearer = |kind: &str| kind.eq_ignore_ascii_case("bearer");
        let sound = |token: &&str| {
            token.len() <= LONGEST_TOKEN && token.bytes().all(|b| b.is_ascii_graphic())
        };
        let access = text("access_token").filter(sound);
        let access = access.filter(|_| text("token_type").is_none_or(is_bearer));
        let id = text("id_token").map(str::to_owned);
        if openid && id.is_none() {
            return Err(TokenFault::NoIdToken);
        }
        Ok(Tokens {
            access: access.ok_or(TokenFault::NoToken)?.to_owned(),
            id,
        })
    }
}

fn text<'a>(answer: &'a Object, name: &str) -> Option<&'a str> {
    let text = answer.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}
