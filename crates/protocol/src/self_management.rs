//! An app reads and changes its own registration with a token of its own (client credentials, scope `app:write`),
//! under the same rules as when it was registered.
use crate::decision::Decision;
use crate::facts::AccessFacts;
use crate::inactive;
use crate::policy::{Policy, Registration};
use crate::register::{
    Field, RegistrationError, check_description, check_homepage, check_name, check_redirect_uris,
    wrong,
};
use crate::transition::{AppChange, Transition};
use crate::types::{Client, ClientStatus, RedirectUri, Side, UnixTime};
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

/// What an app wants to be different; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The name people see.
    pub name: Option<String>,
    /// Its website.
    pub homepage: Option<String>,
    /// One or two sentences.
    pub description: Option<String>,
    /// Every URI that people may be sent back to from now on.
    pub redirect_uris: Option<Vec<String>>,
}

impl Changes {
    /// Reads the body of a `PATCH`: a JSON object with the members to be changed (RFC 7396).
    ///
    /// # Errors
    /// [`RegistrationError`] naming the member that is wrong; `body` for the whole.
    pub fn parse(body: &[u8]) -> Result<Self, RegistrationError> {
        let members: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|_| wrong(Field::Body, "send a JSON object with the members to change"))?;
        let mut changes = Changes::default();
        for (name, value) in members {
            match name.as_str() {
                "name" => changes.name = Some(text(Field::Name, value)?),
                "homepage" => changes.homepage = Some(text(Field::Homepage, value)?),
                "description" => changes.description = Some(text(Field::Description, value)?),
                "redirect_uris" => changes.redirect_uris = Some(list(Field::RedirectUris, value)?),
                _ => {
                    let can =
                        "what can be changed is name, homepage, description and redirect_uris";
                    return Err(wrong(Field::Body, can));
                }
            }
        }
        Ok(changes)
    }
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

/// Changes an app. What a person relies on when they allow it (name, website, addresses) was looked at when it was
/// reviewed, so changing it takes the review away. Where apps start only after review, the app goes back to waiting
/// for one: until then it may do nothing, and its tokens do not work; nothing is cut off, so they work again once it
/// is approved. An app in test mode meets nobody but its own test users, so it goes on.
///
/// Guard: the app is still as it was read.
pub fn update(
    client: &Client,
    changes: Changes,
    policy: &Policy,
) -> Decision<Client, RegistrationError> {
    checked(client, changes, policy).into()
}

fn checked(
    client: &Client,
    changes: Changes,
    policy: &Policy,
) -> Result<Decision<Client, RegistrationError>, RegistrationError> {
    if client.documented {
        return Err(wrong(
            Field::Body,
            "this app is everyone's: it cannot be changed",
        ));
    }
    let mut after = client.clone();
    if let Some(name) = &changes.name {
        check_name(name)?;
        after.name = name.trim().to_owned();
    }
    if let Some(homepage) = &changes.homepage {
        check_homepage(homepage)?;
        after.homepage.clone_from(homepage);
    }
    if let Some(description) = &changes.description {
        check_description(description)?;
        after.description = description.trim().to_owned();
    }
    if let Some(uris) = &changes.redirect_uris {
        after.redirect_uris = check_redirect_uris(uris, &client.grants, policy)?;
    }
    if relied_on(client) != relied_on(&after) {
        after.reviewed_at = None;
        if policy.registration == Registration::Review
            && client.side == Side::Live
            && client.is_active()
        {
            after.status = ClientStatus::Pending;
        }
    }
    if after == *client {
        return Ok(Decision::unchanged(after));
    }
    let transition = Transition::App(AppChange::Update {
        before: Box::new(client.clone()),
        after: Box::new(after.clone()),
    });
    Ok(Decision::grant(transition, after))
}

/// What is answered when the guard was lost every time: others are changing the app.
pub fn when_contended() -> RegistrationError {
    let sentence = "the app was changed at the same moment: read it again, and send what is still to be changed";
    wrong(Field::Version, sentence)
}

/// What people rely on when they allow an app.
fn relied_on(client: &Client) -> (&str, &str, &[RedirectUri]) {
    (&client.name, &client.homepage, &client.redirect_uris)
}
