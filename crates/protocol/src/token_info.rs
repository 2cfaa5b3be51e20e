//! Token info: a bearer token asks about itself.
use crate::facts::AccessFacts;
use crate::introspect::is_active;
use crate::policy::Policy;
use crate::types::{Side, UnixTime};
use jose::Presented;

/// What a token says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// The app it was issued to.
    pub client_id: String,
    /// The person; `None` for client credentials.
    pub user_id: Option<String>,
    /// The scopes it opens.
    pub scopes: Vec<String>,
    /// When it stops working.
    pub expires_at: UnixTime,
    /// Which side it is on.
    pub side: Side,
}

/// Describes the presented token; `None` when it does not work (401 `invalid_token`, RFC 6750 §3.1).
pub fn describe(
    presented: &Presented,
    facts: Option<AccessFacts>,
    policy: &Policy,
    now: UnixTime,
) -> Option<TokenInfo> {
    let facts = facts.filter(|facts| facts.token.digest == presented.digest)?;
    let client = facts
        .client
        .as_ref()
        .filter(|_| is_active(&facts, policy, now))?;
    Some(TokenInfo {
        client_id: client.id.clone(),
        user_id: facts
            .token
            .subject
            .map(|subject| policy.subjects.write(subject)),
        scopes: facts.token.scope.names().map(str::to_owned).collect(),
        expires_at: facts.token.expires_at,
        side: client.side,
    })
}
