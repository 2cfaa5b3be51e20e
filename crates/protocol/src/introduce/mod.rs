//! Apps that introduce themselves: by registering (RFC 7591, managed by RFC 7592), or by a document that their
//! `client_id` leads to (Client ID Metadata Document, draft-ietf-oauth-client-id-metadata-document-03).
mod client_url;
mod document;
mod logo;
mod management;
mod metadata;
mod methods;
mod policy;
mod registration;
mod told;

pub use client_url::{UrlFault, check_client_url, is_client_url};
pub(crate) use document::is_blocked;
pub use document::{DocumentFault, LONGEST_DOCUMENT, Read, document_host, introduce, read};
pub use logo::{Logos, keep_logo, logo_uri, missing_logo, shows_logo};
pub use management::{ManagementError, RegistrationFacts, manages, replace};
pub use metadata::{ClientMetadata, LONGEST_REGISTRATION, parse};
pub use policy::{HostStanding, IntroductionPolicy, RegistrationMode, Room};
pub use registration::{Introduced, Known, REGISTRATION_PREFIX, register};
pub use told::members;

use crate::policy::Policy;
use crate::types::{Client, Way};

/// How far an app that introduced itself is trusted; `None`: it did not, and this says nothing of it.
pub fn standing(client: &Client, policy: &Policy) -> Option<HostStanding> {
    let own = client.introduction.as_deref()?;
    Some(match own.way {
        Way::Registration => HostStanding::Limited,
        Way::Document => policy.introductions.standing(&client.id),
    })
}

/// Whether an app is as good as reviewed, since its host is trusted.
pub fn is_trusted(client: &Client, policy: &Policy) -> bool {
    standing(client, policy) == Some(HostStanding::Trusted)
}

/// Whether nobody vouches for an app that introduced itself: neither an administrator nor the list of trusted hosts.
pub fn is_unverified(client: &Client, policy: &Policy) -> bool {
    client.reviewed_at.is_none() && standing(client, policy) == Some(HostStanding::Limited)
}
