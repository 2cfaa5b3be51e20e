//! Sign-ins at other providers: a browser is sent to one with an authorization request, comes back with a code, and what the
//! provider says of its person names an account here.
//!
//! Nothing is kept while the browser is away: the `state` holds what it left for, sealed under the server's key, and the PKCE
//! verifier and the nonce are derived from it. Where it came back once is noted, so it comes back once.
mod arrive;
mod callback;
mod departure;
mod id_token;
mod link;
mod metadata;
mod profile;
mod request;
mod token;

pub use arrive::{Arrival, ArrivalError, ArrivalFacts, arrive};
pub use callback::{ReturnFault, Returned, code_of};
pub use departure::{ANSWER_LIFE, Aim, DEPARTURE_LIFE, Departure};
pub use id_token::{IdTokenFault, Proved, verify};
pub use link::{LinkError, LinkFacts, link, unlink};
pub use metadata::{LONGEST_METADATA, Metadata, MetadataFault};
pub use profile::{Profile, ProfileFault, proved_address};
pub use request::{ClientProof, Question, TokenCall, authorization_url, sign_out_url, token_call};
pub use token::{LONGEST_TOKENS, TokenFault, Tokens};

use crate::types::UnixTime;

/// A provider at which people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// What stands for it in addresses here.
    pub id: String,
    /// What it speaks.
    pub kind: Kind,
    /// What we are called there.
    pub client_id: String,
    /// What it is asked for.
    pub scopes: Vec<String>,
    /// Where it says what of a person.
    pub claims: ClaimNames,
    /// Whether whoever comes from there for the first time gets an account.
    pub sign_up: bool,
    /// Whether its word that more than one factor was proved stands in place of a second factor here.
    pub trusts_mfa: bool,
}

/// What a provider speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// OpenID Connect; where its endpoints are is said by the document that its issuer publishes.
    OpenId {
        /// Its issuer identifier.
        issuer: String,
    },
    /// Plain OAuth, with an endpoint that says who the holder of a token is.
    OAuth(Box<Endpoints>),
}

/// Where the endpoints of a provider are that publishes no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Its issuer identifier, if it names one in its answers (RFC 9207).
    pub issuer: Option<String>,
    /// The authorization endpoint.
    pub authorization: String,
    /// The token endpoint.
    pub token: String,
    /// Where it says who the holder of a token is.
    pub user: String,
    /// Where it lists their addresses, if that is elsewhere.
    pub emails: Option<String>,
}

/// The names under which a provider says what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The id that never changes. Of OpenID Connect always `sub`.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether the address was proved there.
    pub email_verified: String,
}

impl Provider {
    /// What its identities are kept under: the issuer, or the user endpoint. What it is called here may change.
    pub fn source(&self) -> &str {
        match &self.kind {
            Kind::OpenId { issuer } => issuer,
            Kind::OAuth(endpoints) => &endpoints.user,
        }
    }

    /// Whether it speaks OpenID Connect.
    pub fn is_openid(&self) -> bool {
        matches!(self.kind, Kind::OpenId { .. })
    }

    /// What is known of it without asking; `None` where its document says.
    pub fn own_metadata(&self) -> Option<Metadata> {
        match &self.kind {
            Kind::OpenId { .. } => None,
            Kind::OAuth(endpoints) => Some(Metadata::of(endpoints)),
        }
    }
}

/// Who a person is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where.
    pub source: String,
    /// What they are called there, for ever.
    pub external_id: String,
    /// What they are shown it by: their address there, or their name.
    pub label: String,
}

impl Identity {
    /// By what an account is found that was made for it, in place of an address. No address begins so, and no id of the
    /// company's own login has a space in it.
    pub fn key(&self) -> String {
        format!("@{} {}", self.source, self.external_id)
    }
}

/// One of the sign-ins of a person, as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// Who they are there.
    pub identity: Identity,
    /// Since when it is linked.
    pub since: UnixTime,
    /// When it was used last.
    pub used_at: Option<UnixTime>,
}
