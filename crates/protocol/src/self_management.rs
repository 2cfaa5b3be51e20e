//! An app reads and changes its own registration with a token of its own (client credentials, scope `app:write`),
//! under the same rules as when it was registered.
use crate::apps::AppUpdate;
use crate::facts::AccessFacts;
use crate::inactive;
use crate::policy::Policy;
use crate::register::{Field, RegistrationError, wrong};
use crate::types::{Client, UnixTime};
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::Presented;

/// The scope that an app needs for it.
pub const SCOPE: &str = "app:write";

/// Why a token does not open the app's registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessFault {
    /// It does not work (401, RFC 6750 §3.1).
    InvalidToken,
    /// It works, but is a person's or lacks the scope (403).
    InsufficientScope,
}

/// The app whose own token this is.
///
/// # Errors
/// [`AccessFault`].
pub fn app_of(
    presented: &Presented,
    facts: Option<AccessFacts>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Arc<Client>, AccessFault> {
    let facts = facts.filter(|facts| facts.token.digest == presented.digest);
    let facts = facts.ok_or(AccessFault::InvalidToken)?;
    let client = inactive::access_token(&facts, policy, now);
    let client = client.map_err(|_| AccessFault::InvalidToken)?;
    match facts.token.subject.is_none() && facts.token.scope.contains(SCOPE) {
        true => Ok(client.clone()),
        false => Err(AccessFault::InsufficientScope),
    }
}

/// Reads the body of a `PATCH`: a JSON object with the members to be changed (RFC 7396).
///
/// # Errors
/// [`RegistrationError`] naming the member that is wrong; `body` for the whole.
pub fn parse(body: &[u8]) -> Result<AppUpdate, RegistrationError> {
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| wrong(Field::Body, "send a JSON object with the members to change"))?;
    let mut changes = AppUpdate::default();
    for (name, value) in members {
        match name.as_str() {
            "name" => changes.name = Some(text(Field::Name, value)?),
            "homepage" => changes.homepage = Some(text(Field::Homepage, value)?),
            "description" => changes.description = Some(text(Field::Description, value)?),
            "redirect_uris" => changes.redirect_uris = Some(list(Field::RedirectUris, value)?),
            _ => {
                let can = "what can be changed is name, homepage, description and redirect_uris";
                return Err(wrong(Field::Body, can));
            }
        }
    }
    Ok(changes)
}

fn text(field: Field, value: Value) -> Result<String, RegistrationError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(wrong(field, format!("{} is a text", field.as_str()))),
    }
}

fn list(field: Field, value: Value) -> Result<Vec<String>, RegistrationError> {
    let not = || wrong(field, format!("{} is a list of texts", field.as_str()));
    let Value::Array(values) = value else {
        return Err(not());
    };
    let text = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(not()),
    };
    values.into_iter().map(text).collect()
}
