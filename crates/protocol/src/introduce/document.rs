//! Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document-03).
use super::client_url::{UrlFault, host_name, origin, shown_host};
use super::logo::kept_logo;
use super::metadata::{By, ClientMetadata, check};
use super::policy::HostStanding;
use super::registration::{client as introduced, software};
use super::told::digest;
use crate::decision::Decision;
use crate::policy::Policy;
use crate::register::{RegistrationError, check_imitation};
use crate::transition::{IntroductionChange, IntroductionRecord, Transition};
use crate::types::{Client, ClientStatus, UnixTime, Way};
use jose::json;
use serde_json::Value;
use std::sync::Arc;

/// Longest document that is read, in bytes. "The recommended maximum response size for client metadata documents is 5
/// kilobytes" (§6.6).
pub const LONGEST_DOCUMENT: usize = 5 * 1_024;

/// Why an app is not known by its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentFault {
    /// The URL names no app.
    Url(UrlFault),
    /// It could not be fetched, or its answer was not 200. Why is for the log: whoever asks learns nothing of what this
    /// server can reach.
    Unreachable,
    /// It is of another media type than JSON.
    MediaType,
    /// It is longer than 5 KiB, or no JSON object.
    Malformed,
    /// Its `client_id` is not its URL.
    ClientId,
    /// What it says is not taken.
    Metadata(RegistrationError),
    /// There is no room for another app that nobody used yet.
    Full,
}

impl DocumentFault {
    /// What to tell the developer.
    pub fn sentence(&self) -> String {
        let sentence = match self {
            Self::Url(fault) => fault.sentence(),
            Self::Unreachable => {
                "the document at client_id could not be read: it must answer 200, itself and within five seconds"
            }
            Self::MediaType => "the document at client_id is not served as application/json",
            Self::Malformed => "the document at client_id is no JSON object of at most 5 KiB",
            Self::ClientId => "the client_id in the document is not the URL that leads to it",
            Self::Metadata(error) => return error.sentence.clone(),
            Self::Full => "too many new apps came at once: try again in a while",
        };
        sentence.to_owned()
    }
}

impl From<RegistrationError> for DocumentFault {
    fn from(error: RegistrationError) -> Self {
        DocumentFault::Metadata(error)
    }
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Read {
    url: String,
    metadata: ClientMetadata,
}

/// Whether a media type is that of JSON: `application/json`, or one that ends in `+json`.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let is_special = essence.strip_prefix("application/");
    essence == "application/json"
        || is_special.is_some_and(|name| name.len() > 5 && name.ends_with("+json"))
}

/// Reads the document that a URL led to.
///
/// # Errors
/// [`DocumentFault`].
pub fn read(
    url: &str,
    media_type: Option<&str>,
    body: &[u8],
    policy: &Policy,
) -> Result<Read, DocumentFault> {
    if !media_type.is_some_and(is_json) {
        return Err(DocumentFault::MediaType);
    }
    let sent = json::object(body, LONGEST_DOCUMENT).map_err(|_| DocumentFault::Malformed)?;
    // "MUST contain a client_id property whose value MUST match the URL of the document using simple string comparison"
    // (§4.1).
    if sent.get("client_id").and_then(Value::as_str) != Some(url) {
        return Err(DocumentFault::ClientId);
    }
    let by = By {
        way: Way::Document,
        vouched: false,
    };
    let mut metadata = check(&sent, by, policy)?;
    // A website elsewhere would be read as that of the app.
    if host_name(&metadata.homepage) != host_name(url) {
        metadata.homepage = origin(url).to_owned();
    }
    let name = metadata
        .name
        .get_or_insert_with(|| shown_host(url).to_owned());
    check_imitation(name, false, policy)?;
    Ok(Read {
        url: url.to_owned(),
        metadata,
    })
}

/// What becomes of an app whose document was just read; `before`: as it was known. Where it says something else than it
/// did, people are asked again. What an administrator switched off stays off, and as it was.
pub fn introduce(
    read: Read,
    before: Option<&Arc<Client>>,
    policy: &Policy,
    now: UnixTime,
) -> Decision<(), DocumentFault> {
    let made_at = before.map_or(now, |before| before.created_at);
    let (new, _) = introduced(read.metadata, Way::Document, made_at);
    let new = Client {
        id: read.url,
        ..new
    };
    let record = |client: &Client| IntroductionRecord {
        digest: digest(client),
        software: software(client),
        shared: false,
        token: None,
    };
    let Some(before) = before else {
        let standing = policy.introductions.standing(&new.id);
        let change = IntroductionChange::Register {
            record: record(&new),
            client: Box::new(new),
            room: policy.introductions.room_for(standing),
        };
        return Decision::grant(Transition::Introduction(change), ());
    };
    if digest(before) == digest(&new) || before.status == ClientStatus::Disabled {
        let change = IntroductionChange::Again { client: before.no };
        return Decision::grant(change.into(), ());
    }
    let after = Client {
        no: before.no,
        version: before.version,
        approved: before.approved.clone(),
        scopes: before.scopes.clone(),
        status: before.status,
        not_before: before.not_before,
        // Who was looked at is not who it is now.
        reviewed_at: None,
        logo: kept_logo(before, &new),
        ..new
    };
    let change = IntroductionChange::Replace {
        before: Box::new(Client::clone(before)),
        record: record(&after),
        after: Box::new(after),
    };
    Decision::grant(change.into(), ())
}

/// The host of a document, as people are shown it; `None`: the app came by another way.
pub fn document_host(client: &Client) -> Option<&str> {
    client.document_url().map(shown_host)
}

/// Whether a host is one that nobody is to meet here.
pub(crate) fn is_blocked(client: &Client, policy: &Policy) -> bool {
    let own = &policy.introductions;
    client
        .document_url()
        .is_some_and(|url| !own.documents || own.standing(url) == HostStanding::Blocked)
}
