//! OpenID Connect: apps learn who signed in.
mod acr;
pub mod claims;
mod id_token;
pub mod logout;
mod request;
pub mod userinfo;

pub use acr::AcrWish;
pub use id_token::Asked;
pub(crate) use id_token::IdToken;
pub use request::{AuthenticationRequest, ClaimsRequest};

use crate::signing_keys::SigningAlgorithm;
use crate::types::{Client, Lifetime};

/// The scope that asks for an ID token (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// The scope that asks for refresh tokens (OpenID Connect Core §11).
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// How a provider speaks OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdPolicy {
    /// How long an ID token is good.
    pub id_token: Lifetime,
    /// What signs ID tokens of apps that registered no algorithm.
    pub algorithm: SigningAlgorithm,
    /// All that there are keys for.
    pub algorithms: Vec<SigningAlgorithm>,
    /// What a sign-in with a password is worth, if anybody agreed on that.
    pub acr: Option<String>,
    /// What a sign-in with a second factor is worth; `None`: as much as one without.
    pub second_factor_acr: Option<String>,
    /// Claims that are told under names of the provider's own.
    pub mapped: Vec<(String, Source)>,
}

impl OpenIdPolicy {
    /// What signs for an app that registered `own`.
    pub(crate) fn algorithm_for(&self, own: Option<SigningAlgorithm>) -> SigningAlgorithm {
        own.unwrap_or(self.algorithm)
    }

    /// What signs an app's ID tokens.
    pub(crate) fn id_token_algorithm(&self, client: &Client) -> SigningAlgorithm {
        self.algorithm_for(client.openid.id_token_algorithm)
    }
}

/// What a claim of the provider's own is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The person's id, as apps see it.
    Id,
    /// Their number, as a JSON number.
    Number,
    /// What they are called.
    Name,
    /// Their address, if it was proved.
    Email,
    /// That it was; it is left out with the address.
    EmailVerified,
    /// The language they chose.
    Language,
    /// Their time zone.
    Zone,
    /// A member of the document that is kept of them.
    Document(String),
}

impl Source {
    /// As the configuration names it.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "id" => Source::Id,
            "number" => Source::Number,
            "name" => Source::Name,
            "email" => Source::Email,
            "email_verified" => Source::EmailVerified,
            "language" => Source::Language,
            "zone" => Source::Zone,
            _ => {
                let member = text.strip_prefix("document.")?;
                Source::Document(Some(member).filter(|member| !member.is_empty())?.to_owned())
            }
        })
    }
}
