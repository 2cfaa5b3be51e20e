//! Pictures of apps that introduced themselves. They are fetched once and served from here, so that who is asked by an app is
//! told to nobody: "the authorization server SHOULD prefetch the file at logo_uri and cache it for display"
//! (draft-ietf-oauth-client-id-metadata-document §6.7).
use super::{is_trusted, standing};
use crate::decision::Decision;
use crate::policy::Policy;
use crate::register::check_logo;
use crate::transition::IntroductionChange;
use crate::types::Client;
use jose::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Of which apps that introduced themselves the picture is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Logos {
    /// Of all.
    #[default]
    All,
    /// Of those that were reviewed or whose host is trusted.
    Trusted,
    /// Of none.
    None,
}

/// Whether people are shown the picture of an app, if it has one.
#[must_use]
pub fn shows_logo(client: &Client, policy: &Policy) -> bool {
    let vouched = client.reviewed_at.is_some() || is_trusted(client, policy);
    match policy.introductions.logos {
        _ if standing(client, policy).is_none() => true,
        Logos::All => true,
        Logos::Trusted => vouched,
        Logos::None => false,
    }
}

/// What an app that introduced itself says of where its picture is.
#[must_use]
pub fn logo_uri(client: &Client) -> Option<&str> {
    let own = client.introduction.as_deref()?;
    own.told.get("logo_uri")?.as_str()
}

/// Where the picture of an app is to be fetched: it is shown, and not here yet.
#[must_use]
pub fn missing_logo<'a>(client: &'a Client, policy: &Policy) -> Option<&'a str> {
    let uri = logo_uri(client).filter(|_| client.logo.is_none())?;
    shows_logo(client, policy).then_some(uri)
}

/// Keeps the picture of an app, which was fetched and drawn anew. Guard: the app still says what it said. What people allowed it
/// is not asked again.
///
/// # Errors
/// Nothing more is known than that it cannot be kept.
pub fn keep_logo(client: &Client, bytes: Vec<u8>) -> Decision<(), ()> {
    let Ok(logo) = check_logo(bytes) else {
        return Decision::refuse(());
    };
    let change = IntroductionChange::KeepLogo {
        client: client.no,
        version: client.version,
        digest: Digest::of(&logo.bytes),
        logo,
    };
    Decision::grant(change.into(), ())
}

/// The picture that an app keeps which says something else of itself than before.
pub(super) fn kept_logo(before: &Client, after: &Client) -> Option<Digest> {
    before.logo.filter(|_| logo_uri(before) == logo_uri(after))
}
