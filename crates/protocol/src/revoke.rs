//! Revocation (RFC 7009).
use crate::client_auth::AuthenticatedClient;
use crate::decision::Decision;
use crate::facts::{AccessFacts, RefreshFacts};
use crate::lookup::{Found, TokenKind};
use crate::token::{GrantFault, RequestFault, TokenError};
use crate::transition::{GrantChange, RevocationCause, Transition};
use crate::types::ClientRowId;

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
    found: Found,
) -> Decision<(), TokenError> {
    let found = kind.verified(found);
    match revocation(&found, RevocationCause::App) {
        None => Decision::unchanged(()),
        Some((_, owner)) if owner != client.no => Decision::refuse(GrantFault::OtherClient),
        Some((change, _)) => Decision::grant(change.into(), ()),
    }
}

/// Revokes a token on the word of an operator, whichever app it was issued to; `None` when nothing is on record.
pub fn revoke_by_operator(kind: &TokenKind, found: Found) -> Option<Transition> {
    let found = kind.verified(found);
    revocation(&found, RevocationCause::Operator).map(|(change, _)| change.into())
}

/// What revokes a token, and whose it is.
fn revocation(found: &Found, cause: RevocationCause) -> Option<(GrantChange, ClientRowId)> {
    match found {
        Found::AccessToken(AccessFacts { token, .. }) => {
            let change = GrantChange::RevokeAccessToken {
                token: token.id,
                client: token.client,
                subject: token.subject,
                grant: token.grant,
            };
            Some((change, token.client))
        }
        Found::RefreshToken(RefreshFacts { grant, .. }) => {
            let change = GrantChange::Revoke {
                grant: grant.id,
                client: grant.client,
                subject: Some(grant.subject),
                cause,
            };
            Some((change, grant.client))
        }
        Found::Code(_) | Found::Device(_) | Found::Nothing => None,
    }
}
