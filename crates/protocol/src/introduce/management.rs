//! Managing a registration (RFC 7592).
use super::logo::kept_logo;
use super::metadata::ClientMetadata;
use super::registration::{Introduced, client as introduced, software};
use super::told::digest;
use crate::decision::{Decision, Mint};
use crate::grants::Context;
use crate::register::{Field, RegistrationError, check_imitation, digest_of, new_secret, wrong};
use crate::transition::{IntroductionChange, IntroductionRecord};
use crate::types::{Client, ClientKind, ClientStatus, UnixTime, Way};
use jose::Digest;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What is on record of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationFacts {
    /// The digest of the token that manages it; `None`: it is nobody's to manage.
    pub token: Option<Digest>,
}

/// Why a registration is not managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManagementError {
    /// 401: the token is not that of the app, or there is no such app.
    Token,
    /// What it is to be is wrong, or it may not change.
    Registration(RegistrationError),
}

impl From<RegistrationError> for ManagementError {
    fn from(error: RegistrationError) -> Self {
        ManagementError::Registration(error)
    }
}

/// Whether a token manages an app. "If the client does not exist on this server, the server MUST respond with HTTP 401
/// Unauthorized" (§2.1): it is told like a wrong token.
///
/// # Errors
/// [`ManagementError::Token`].
pub fn manages(
    token: &str,
    found: Option<(Arc<Client>, RegistrationFacts)>,
) -> Result<Arc<Client>, ManagementError> {
    let presented = Digest::of(token.as_bytes());
    let (client, facts) = found.ok_or(ManagementError::Token)?;
    match facts.token == Some(presented) {
        true => Ok(client),
        false => Err(ManagementError::Token),
    }
}

/// What an app must not send when it replaces its registration (§2.2).
const NOT_SENT: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// Replaces all that is registered of an app (§2.2). "The client MUST include its "client_id" field in the request, and it
/// MUST be the same as its currently issued client identifier." Nothing undoes what an administrator decided.
pub fn replace<M: Mint>(
    before: &Arc<Client>,
    metadata: ClientMetadata,
    sent: &Map<String, Value>,
    namesake: bool,
    context: &Context<'_, M>,
) -> Decision<Introduced, ManagementError> {
    if before.status == ClientStatus::Disabled {
        // "If the client does not have permission to update its registration, [...] 403 (Forbidden)" (§2.2).
        return Decision::refuse(wrong(Field::Off, "an administrator switched the app off"));
    }
    if let Err(error) = check_sent(before, sent, context.now) {
        return Decision::refuse(error);
    }
    if let Err(error) = check_imitation(&metadata.called(), namesake, context.policy) {
        return Decision::refuse(error);
    }
    let (new, _) = introduced(metadata, Way::Registration, before.created_at);
    let has_secret =
        |client: &Client| client.kind == ClientKind::Confidential && client.keys.is_none();
    let secret = (has_secret(&new) && !has_secret(before))
        .then(|| new_secret(before.side, context.now, context.mint));
    let (secret, stored) = secret.unzip();
    let secrets = match (has_secret(&new), stored) {
        (false, _) => Vec::new(),
        (true, Some(stored)) => vec![stored],
        (true, None) => before.secrets.clone(),
    };
    let after = Client {
        no: before.no,
        version: before.version,
        id: before.id.clone(),
        secrets,
        approved: before.approved.clone(),
        scopes: before.scopes.clone(),
        status: before.status,
        not_before: before.not_before,
        // What was looked at was another app.
        reviewed_at: before
            .reviewed_at
            .filter(|_| digest(before) == digest(&new)),
        logo: kept_logo(before, &new),
        ..new
    };
    let record = IntroductionRecord {
        digest: digest(&after),
        software: software(&after),
        shared: false,
        token: None,
    };
    let change = IntroductionChange::Replace {
        before: Box::new(Client::clone(before)),
        after: Box::new(after.clone()),
        record,
    };
    let reply = Introduced {
        client: Arc::new(after),
        secret,
        token: None,
    };
    Decision::grant(change.into(), reply)
}

fn check_sent(
    before: &Client,
    sent: &Map<String, Value>,
    now: UnixTime,
) -> Result<(), RegistrationError> {
    if sent.get("client_id").and_then(Value::as_str) != Some(before.id.as_str()) {
        return Err(wrong(Field::Metadata, "client_id is missing, or another"));
    }
    if let Some(name) = NOT_SENT.iter().find(|name| sent.contains_key(**name)) {
        return Err(wrong(Field::Metadata, format!("{name} is not to be sent")));
    }
    // "If the client includes the "client_secret" field in the request, the value of this field MUST match the currently
    // issued client secret for that client."
    let own = |text: &str| {
        let presented = digest_of(text);
        before
            .secrets
            .iter()
            .any(|secret| secret.is_live(now) & (secret.digest == presented))
    };
    match sent.get("client_secret") {
        None => Ok(()),
        Some(Value::String(text)) if own(text) => Ok(()),
        Some(_) => Err(wrong(Field::Metadata, "client_secret is not the app's")),
    }
}
