//! Token info: a bearer token asks about itself.
use crate::facts::AccessFacts;
use crate::inactive;
use crate::openid::userinfo;
use crate::own_api;
use crate::policy::{ErrorAliases, Policy};
use crate::self_management::SCOPE;
use crate::types::{Locator, Side, UnixTime};
use wire::Presented;
use wire::bearer::BearerFault;
use wire::dpop::ProofFault;

/// What a token says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// The app it was issued to.
    pub client_id: String,
    /// The person; `None` for client credentials.
    pub user_id: Option<String>,
    /// The scopes it opens.
    pub scopes: Vec<String>,
    /// The organization that access was given for; `None`: the person's own account.
    pub organization: Option<String>,
    /// When it stops working.
    pub expires_at: UnixTime,
    /// Which side it is on.
    pub side: Side,
}

/// Why a request with a bearer token is refused (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerError {
    /// There is no bearer token.
    Missing,
    /// The header holds something else in its place: `invalid_request`.
    Malformed,
    /// The token does not work: `invalid_token`.
    Invalid,
    /// It is bound to a key, and came as a bearer token (RFC 9449 §7.2): `invalid_token`.
    Bound,
    /// It came with a proof of possession, and is bound to no key: `invalid_token`.
    Unbound,
    /// It is bound to another key than the one that is proved to be held: `invalid_token`.
    OtherKey,
    /// The proof of possession that it came with is not taken (RFC 9449 §7.1).
    Proof(ProofFault),
    /// It works, but does not open the app's own registration: `insufficient_scope`.
    InsufficientScope,
    /// It works, but does not open our own API: `insufficient_scope`.
    OwnApi,
    /// It was not allowed to decide on requests for review by our own API.
    Reviews,
    /// It works, but does not open userinfo: `insufficient_scope`.
    UserInfo,
}

impl BearerError {
    /// What every endpoint that takes a token can answer.
    pub const EVERYWHERE: [BearerError; 3] = [Self::Invalid, Self::Missing, Self::Malformed];

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Missing
            | Self::Invalid
            | Self::Bound
            | Self::Unbound
            | Self::OtherKey
            | Self::Proof(_) => 401,
            Self::Malformed => 400,
            Self::InsufficientScope | Self::OwnApi | Self::Reviews | Self::UserInfo => 403,
        }
    }

    /// The value of `error` in the body.
    pub fn code(self, aliases: &ErrorAliases) -> &str {
        match self {
            Self::Missing => "invalid_token",
            Self::Invalid | Self::Bound | Self::Unbound | Self::OtherKey => aliases.invalid_token(),
            Self::Proof(fault) => fault.code(),
            Self::Malformed => "invalid_request",
            Self::InsufficientScope | Self::OwnApi | Self::Reviews | Self::UserInfo => {
                "insufficient_scope"
            }
        }
    }

    /// The same for the challenge: "the resource server SHOULD NOT include an error code" when there was no
    /// token at all.
    pub fn challenge(self, aliases: &ErrorAliases) -> Option<&str> {
        (self != Self::Missing).then(|| self.code(aliases))
    }

    /// The scope that would do, for the challenge.
    pub fn scope(self) -> Option<&'static str> {
        match self {
            Self::InsufficientScope => Some(SCOPE),
            Self::OwnApi => Some(own_api::SCOPE),
            Self::Reviews => Some(own_api::REVIEWS),
            Self::UserInfo => Some(userinfo::SCOPE),
            Self::Missing
            | Self::Malformed
            | Self::Invalid
            | Self::Bound
            | Self::Unbound
            | Self::OtherKey
            | Self::Proof(_) => None,
        }
    }

    /// Whether the challenge asks for a proof of possession.
    pub fn wants_proof(self) -> bool {
        matches!(
            self,
            Self::Bound | Self::Unbound | Self::OtherKey | Self::Proof(_)
        )
    }

    /// The value of `error_description`.
    pub fn description(self) -> &'static str {
        match self {
            Self::Missing => "send the access token as Authorization: Bearer",
            Self::Malformed => "the Authorization header holds no bearer token",
            Self::InsufficientScope => {
                "this takes a token of the app itself (client credentials) with the scope app:write"
            }
            Self::OwnApi => {
                "this takes a token of a live account for the scope valetkey:apps: sign in by device as valetkey-cli"
            }
            Self::Reviews => {
                "this takes a token of a live account with the scope valetkey:reviews: sign in by device as valetkey-cli, with that scope"
            }
            Self::UserInfo => {
                "this takes a token that a person allowed, with the scope openid or another that opens it"
            }
            Self::Bound => {
                "the access token is bound to a key: send it as Authorization: DPoP, with a proof in the DPoP header"
            }
            Self::Unbound => {
                "the access token is bound to no key: send it as Authorization: Bearer"
            }
            Self::OtherKey => {
                "the access token is bound to another key than that of the DPoP proof"
            }
            Self::Proof(fault) => fault.sentence(),
            Self::Invalid => {
                "the access token is unknown, expired or revoked: refresh it or start a new authorization"
            }
        }
    }
}

impl From<BearerFault> for BearerError {
    fn from(fault: BearerFault) -> Self {
        match fault {
            BearerFault::Missing => Self::Missing,
            BearerFault::Malformed => Self::Malformed,
        }
    }
}

/// The grant whose person has to be read besides: where people are known by the company's own ids.
pub fn holder_wanted(facts: &AccessFacts, policy: &Policy) -> Option<Locator> {
    let token = &facts.token;
    token.subject.filter(|_| policy.external_ids)?;
    Some(token.grant)
}

/// Describes the presented token; `None` when it does not work (401 `invalid_token`, RFC 6750 §3.1).
pub fn describe(
    presented: &Presented,
    facts: Option<AccessFacts>,
    policy: &Policy,
    now: UnixTime,
) -> Option<TokenInfo> {
    let facts = facts.filter(|facts| facts.token.digest == presented.digest)?;
    let client = inactive::access_token(&facts, policy, now).ok()?;
    // An API that asks by token info would take it for one of its own.
    if own_api::is_own(&facts.token.scope) {
        return None;
    }
    Some(TokenInfo {
        client_id: client.id.clone(),
        user_id: facts
            .token
            .subject
            .map(|subject| policy.sub(subject, facts.external_id())),
        scopes: facts.token.scope.names().map(str::to_owned).collect(),
        organization: facts
            .token
            .organization
            .map(|id| policy.organization(id, facts.workspace())),
        expires_at: facts.token.expires_at,
        side: client.side,
    })
}
