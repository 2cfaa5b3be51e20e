//! Revocation (RFC 7009).
use crate::client_auth::AuthenticatedClient;
use crate::decision::Decision;
use crate::facts::{AccessFacts, RefreshFacts};
use crate::policy::Policy;
use crate::token::{GrantFault, RequestFault, TokenError};
use crate::transition::{GrantChange, RevocationCause, Transition};
use jose::Presented;

/// Which kind of token a text is, told by its own prefix: a wrong `token_type_hint` cannot hide it (§2.1).
#[derive(Debug, Clone)]
pub enum TokenKind {
    /// An access token.
    Access(Presented),
    /// A refresh token.
    Refresh(Presented),
    /// Nothing that this server makes.
    Unknown,
}

impl TokenKind {
    /// Reads a token's text.
    pub fn of(text: &str, policy: &Policy) -> Self {
        let Some(presented) = Presented::parse(text) else {
            return TokenKind::Unknown;
        };
        match presented.prefix() {
            prefix if policy.is_access_prefix(prefix) => TokenKind::Access(presented),
            prefix if policy.is_refresh_prefix(prefix) => TokenKind::Refresh(presented),
            _ => TokenKind::Unknown,
        }
    }
}

/// What is known of a token.
#[derive(Debug, Clone)]
pub enum TokenFacts {
    /// An access token that is on record.
    Access(Box<AccessFacts>),
    /// A refresh token that is on record.
    Refresh(Box<RefreshFacts>),
    /// Nothing is.
    None,
}

/// The `token` of a revocation or introspection request.
///
/// # Errors
/// `invalid_request` when it is missing.
pub fn token_of(params: &crate::Params) -> Result<&str, TokenError> {
    Ok(params.get("token").ok_or(RequestFault::Missing("token"))?)
}

/// Revokes a token (§2.1). A refresh token takes its whole grant with it.
///
/// "invalid tokens do not cause an error response" (§2.2): what is unknown, expired or revoked is success.
/// A token "issued to another client" is refused (§2.1) and stays alive.
pub fn revoke(
    kind: &TokenKind,
    client: &AuthenticatedClient,
    facts: TokenFacts,
) -> Decision<(), TokenError> {
    match (kind, facts) {
        (TokenKind::Access(presented), TokenFacts::Access(facts))
            if facts.token.digest == presented.digest =>
        {
            if facts.token.client != client.no {
                return Decision::refuse(GrantFault::OtherClient);
            }
            let transition = Transition::Grant(GrantChange::RevokeAccessToken {
                token: facts.token.id,
                client: client.no,
            });
            Decision::grant(transition, ())
        }
        (TokenKind::Refresh(presented), TokenFacts::Refresh(facts))
            if facts.token.digest == presented.digest =>
        {
            if facts.grant.client != client.no {
                return Decision::refuse(GrantFault::OtherClient);
            }
            let transition = Transition::Grant(GrantChange::Revoke {
                grant: facts.grant.id,
                client: client.no,
                cause: RevocationCause::App,
            });
            Decision::grant(transition, ())
        }
        _ => Decision::unchanged(()),
    }
}
