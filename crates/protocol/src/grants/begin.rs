//! What a person allowed becomes a grant with its first tokens, whichever way they were asked.
use super::response::Issued;
use super::{Context, For, access_token, refresh_token};
use crate::client_auth::AuthenticatedClient;
use crate::decision::{Decision, Mint};
use crate::openid::{Asked, IdToken};
use crate::resource::Resources;
use crate::token::{TokenError, TokenReply};
use crate::transition::{GrantChange, Transition};
use crate::types::{Grant, GrantType, Locator, Person, Scope, Subject, UnixTime};

/// What a person allowed.
pub(super) struct Allowed {
    /// The code that carries it; the grant gets the same id, so that it can begin only once.
    pub(super) id: Locator,
    /// Who.
    pub(super) subject: Subject,
    /// For which organization; `None`: their own account.
    pub(super) organization: Option<Locator>,
    /// What the company calls it.
    pub(super) workspace: Option<Box<str>>,
    /// What.
    pub(super) scope: Scope,
    /// Whether the request named this scope.
    pub(super) scope_named: bool,
    /// When they had signed in.
    pub(super) auth_time: UnixTime,
    /// What was asked of that, if it was by OpenID Connect.
    pub(super) asked: Option<Box<Asked>>,
}

impl Allowed {
    /// The grant and its first tokens.
    pub(super) fn begin<M: Mint>(
        self,
        client: &AuthenticatedClient,
        person: Option<&Person>,
        resources: &Resources,
        context: &Context<'_, M>,
    ) -> Decision<TokenReply, TokenError> {
        let narrowed = match resources.narrow(&self.scope, context.policy) {
            Ok(narrowed) => narrowed,
            Err(fault) => return Decision::refuse(fault),
        };
        let grant = Grant {
            id: self.id,
            client: client.no,
            subject: self.subject,
            organization: self.organization,
            scope: self.scope,
            auth_time: self.auth_time,
            started_at: context.now,
            expires_at: context.now.plus(context.policy.tokens.grant),
            revoked_at: None,
        };
        let wanted = For {
            grant: grant.id,
            client,
            subject: Some(grant.subject),
            external_id: person.and_then(|person| person.external_id.as_deref()),
            organization: grant.organization,
            workspace: self.workspace.as_deref(),
            scope: narrowed.as_ref().unwrap_or(&grant.scope),
            resources,
            auth_time: Some(grant.auth_time),
            proved: self.asked.as_deref().map(|asked| &asked.authentication),
            cap: Some(grant.expires_at),
        };
        let (text, access) = match access_token(wanted, context) {
            Ok(made) => made,
            Err(error) => return Decision::refuse(error),
        };
        let refreshable = client.may_use(GrantType::RefreshToken)
            && context.policy.offers(&client.id, GrantType::RefreshToken);
        let (refresh_text, refresh) = refreshable
            .then(|| refresh_token(client, grant.id, grant.expires_at, context))
            .unzip();
        let id_token = person.map(|person| IdToken {
            client,
            person,
            auth_time: grant.auth_time,
            scope: &grant.scope,
            access_token: text.as_str(),
            asked: self.asked.as_deref(),
            first: true,
        });
        let id_token = match id_token.map_or(Ok(None), |token| token.text(context)) {
            Ok(id_token) => id_token,
            Err(error) => return Decision::refuse(error),
        };
        let reply = Issued {
            text: &text,
            access: &access,
            is_bound: client.key().is_some(),
            refresh: refresh_text.as_ref(),
            id_token: id_token.as_deref(),
            as_asked: self.scope_named && narrowed.is_none(),
            workspace: self.workspace.as_deref(),
            person,
        }
        .reply(context);
        let transition = Transition::Grant(GrantChange::Redeem {
            grant,
            access,
            refresh,
        });
        Decision::grant(transition, reply)
    }
}
