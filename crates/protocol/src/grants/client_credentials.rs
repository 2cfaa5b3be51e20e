//! Client credentials (RFC 6749 §4.4): an app on its own behalf.
use super::response::Issued;
use super::{Context, For, access_token, scope_for};
use crate::client_auth::AuthenticatedClient;
use crate::decision::{Decision, Mint};
use crate::resource::Resources;
use crate::token::{TokenError, TokenReply};
use crate::transition::{GrantChange, Transition};
use crate::types::{Client, ClientKind, GrantType, Locator, Scope};

/// Issues an access token to an app.
///
/// "The client credentials grant type MUST only be used by confidential clients" (§4.4), and "A refresh token
/// SHOULD NOT be included" (§4.4.3). All such tokens of an app point to its one standing grant.
pub fn issue<M: Mint>(
    asked: (Option<&Scope>, &Resources),
    client: &AuthenticatedClient,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    decide(asked, client, context).into()
}

fn decide<M: Mint>(
    (asked, resources): (Option<&Scope>, &Resources),
    client: &AuthenticatedClient,
    context: &Context<'_, M>,
) -> Result<Decision<TokenReply, TokenError>, TokenError> {
    let grant = GrantType::ClientCredentials;
    if client.kind == ClientKind::Public || !client.may_use(grant) {
        return Err(TokenError::UnauthorizedClient(grant));
    }
    let scope = scope_for(client, asked, context.policy)?;
    let narrowed = resources.narrow(&scope, context.policy)?;
    let as_asked = asked == Some(&scope) && narrowed.is_none();
    let scope = narrowed.unwrap_or(scope);
    let wanted = For {
        grant: standing_grant(client),
        client,
        subject: None,
        external_id: None,
        organization: None,
        workspace: None,
        scope: &scope,
        resources,
        auth_time: None,
        proved: None,
        cap: None,
    };
    let (text, access) = access_token(wanted, context)?;
    let reply = Issued {
        text: &text,
        access: &access,
        is_bound: client.key().is_some(),
        refresh: None,
        id_token: None,
        as_asked,
        workspace: None,
        person: None,
    }
    .reply(context);
    Ok(Decision::grant(
        Transition::Grant(GrantChange::IssueAccessToken(access)),
        reply,
    ))
}

/// The one grant of an app to itself: the number of the app.
pub fn standing_grant(client: &Client) -> Locator {
    Locator(client.no.0)
}
