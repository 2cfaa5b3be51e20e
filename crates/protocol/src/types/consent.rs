//! Pending authorization requests and what people allowed for good.
use crate::types::{AppStanding, ClientRowId, Locator, Scope, Subject, UnixTime};
use jose::Digest;

/// An authorization request that waits for a person: one browser journey.
///
/// The request stays on the server as it was checked; the browser holds a handle only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// The id of its row.
    pub id: Locator,
    /// SHA-256 of its handle.
    pub digest: Digest,
    /// The app that asks.
    pub client: ClientRowId,
    /// The request's parameters, form-encoded; checked anew at every step.
    pub request: String,
    /// When it is forgotten.
    pub expires_at: UnixTime,
    /// When it was answered; one answer only.
    pub answered_at: Option<UnixTime>,
    /// The code that answered it; `None` when the person said no.
    pub code: Option<Locator>,
}

/// What a person allowed an app, remembered so that the same question is not asked twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who.
    pub subject: Subject,
    /// Whom.
    pub client: ClientRowId,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
    /// Every scope allowed so far.
    pub scope: Scope,
    /// What was asked for and left out: it is not asked for again as long as the app can do without.
    pub skipped: Scope,
    /// The registered redirect URIs for which it was allowed.
    pub redirect_uris: Vec<String>,
    /// When it was last given.
    pub granted_at: UnixTime,
    /// What the organization thinks of the app as this is read; what it blocks is not remembered. A person's own account
    /// trusts what they do.
    pub standing: AppStanding,
    /// What else the app was allowed before and is asked about again: its older tokens may have that.
    pub earlier: Scope,
}
