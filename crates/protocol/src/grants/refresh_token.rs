//! Refreshing (RFC 6749 §6) with rotation and replay detection (RFC 9700 §4.14.2).
use super::response::Issued;
use super::{
    Context, For, access_token, check_connection, refresh_token, still_allowed, still_holds,
};
use crate::client_auth::AuthenticatedClient;
use crate::decision::{Decision, Mint};
use crate::facts::{RefreshFacts, UsedRefreshToken};
use crate::openid::IdToken;
use crate::params::Params;
use crate::policy::Rotation;
use crate::resource::Resources;
use crate::token::{GrantFault, RequestFault, ScopeRefusal, TokenError, TokenReply, read_scope};
use crate::transition::{GrantChange, RevocationCause, Transition};
use crate::types::{ClientKind, Grant, GrantType, Lifetime, Scope, SealedReply};
use jose::seal;
use wire::Presented;
use wire::dpop::{ProofFault, Thumbprint};

/// A refresh token presented for a new access token.
#[derive(Debug, Clone)]
pub struct RefreshRequest {
    /// The token; `None` when the text cannot be one of ours.
    pub token: Option<Presented>,
    /// A narrower scope, if asked for.
    pub scope: Option<Scope>,
}

impl RefreshRequest {
    pub(super) fn read(params: &Params) -> Result<Self, TokenError> {
        let token = params
            .get("refresh_token")
            .ok_or(RequestFault::Missing("refresh_token"))?;
        Ok(RefreshRequest {
            token: Presented::parse(token),
            scope: read_scope(params)?,
        })
    }
}

/// Trades a refresh token for a new access token and, when rotation is on, a successor.
///
/// A token presented again is a lost reply or a theft. Inside the grace window, and until the successor was
/// used, the identical retry gets the same reply; any other replay revokes the whole grant.
pub fn rotate<M: Mint>(
    (request, resources): (&RefreshRequest, &Resources),
    client: &AuthenticatedClient,
    facts: Option<RefreshFacts>,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    let asked = (request, resources);
    check(request, client, facts)
        .and_then(|(presented, facts)| decide(asked, &presented, client, facts, context))
        .into()
}

fn check(
    request: &RefreshRequest,
    client: &AuthenticatedClient,
    facts: Option<RefreshFacts>,
) -> Result<(Presented, RefreshFacts), TokenError> {
    if !client.may_use(GrantType::RefreshToken) {
        return Err(TokenError::UnauthorizedClient(GrantType::RefreshToken));
    }
    let presented = request.token.clone().ok_or(GrantFault::Unknown)?;
    let facts = facts.ok_or(GrantFault::Unknown)?;
    if facts.token.digest != presented.digest {
        return Err(GrantFault::Digest.into());
    }
    if facts.grant.client != client.no {
        return Err(GrantFault::of_another(presented.prefix(), client.side).into());
    }
    check_key(&presented, client)?;
    if facts.grant.revoked_at.is_some() || facts.token.id < client.not_before {
        return Err(GrantFault::Revoked.into());
    }
    if !still_holds(client, facts.person.as_ref(), facts.token.id) {
        return Err(GrantFault::Person.into());
    }
    check_connection(&facts.connection, facts.grant.id, &facts.grant.scope)?;
    Ok((presented, facts))
}

/// One of a public client works for who holds its key; one of a confidential client, which proves itself, for a key of its
/// choice: "binding … to the client instance" is by its credential (RFC 9449 §5).
fn check_key(presented: &Presented, client: &AuthenticatedClient) -> Result<(), TokenError> {
    if !presented.is_bound() {
        return Ok(());
    }
    match (client.key(), client.kind) {
        (None, _) => Err(ProofFault::Missing.into()),
        (Some(_), ClientKind::Confidential) => Ok(()),
        (held, ClientKind::Public) => match held == presented.key().as_ref() {
            true => Ok(()),
            false => Err(GrantFault::Key.into()),
        },
    }
}

fn decide<M: Mint>(
    (request, resources): (&RefreshRequest, &Resources),
    presented: &Presented,
    client: &AuthenticatedClient,
    facts: RefreshFacts,
    context: &Context<'_, M>,
) -> Result<Decision<TokenReply, TokenError>, TokenError> {
    let binding = binding(&client.id, request.scope.as_ref(), resources, client.key());
    match (&facts.used, context.policy.tokens.rotate) {
        (Some(used), Rotation::Rotate { grace }) => {
            // A reply is worth repeating only as long as its access token lives.
            let life = context.policy.access_lifetime(&facts.grant.scope);
            let grace = grace.min(life);
            return Ok(replay(
                used,
                presented,
                &binding,
                &facts.grant,
                grace,
                context,
            ));
        }
        (Some(used), Rotation::Keep) => {
            let none = Lifetime::from_seconds(0);
            return Ok(replay(
                used,
                presented,
                &binding,
                &facts.grant,
                none,
                context,
            ));
        }
        (None, _) => {}
    }
    if context.now >= facts.token.expires_at || context.now >= facts.grant.expires_at {
        return Err(GrantFault::Expired.into());
    }
    let allowed = still_allowed(client, &facts.grant.scope, context.policy);
    if allowed.is_empty() {
        return Err(GrantFault::Revoked.into());
    }
    let scope = request.scope.as_ref().unwrap_or(&allowed);
    if !allowed.covers(scope) {
        return Err(ScopeRefusal::Exceeds.into());
    }
    let narrowed = resources.narrow(scope, context.policy)?;
    let wanted = Wanted {
        scope: narrowed.as_ref().unwrap_or(scope),
        is_asked: request.scope.is_some() && narrowed.is_none(),
        resources,
    };
    let presented = (presented, &binding[..]);
    issue(client, &facts, &wanted, presented, context)
}

/// Answers a token that was used before.
fn replay<M>(
    used: &UsedRefreshToken,
    presented: &Presented,
    binding: &[u8],
    grant: &Grant,
    grace: Lifetime,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    let in_window = !used.successor_used && context.now.is_near(used.used_at, grace);
    if let Some(SealedReply(sealed)) = used.reply.as_ref().filter(|_| in_window) {
        let opened = seal::open(presented.text().as_bytes(), binding, sealed)
            .and_then(|body| String::from_utf8(body).ok());
        return match opened {
            Some(body) => Decision::unchanged(TokenReply(body)),
            None => Decision::refuse(GrantFault::RetryDiffers),
        };
    }
    Decision::Refused {
        error: GrantFault::Replayed.into(),
        transition: Some(Transition::Grant(GrantChange::Revoke {
            grant: grant.id,
            client: grant.client,
            subject: Some(grant.subject),
            cause: RevocationCause::RefreshReplay,
        })),
    }
}

/// What the new access token is for.
struct Wanted<'a> {
    scope: &'a Scope,
    /// Whether that is the scope which the request names.
    is_asked: bool,
    resources: &'a Resources,
}

fn issue<M: Mint>(
    client: &AuthenticatedClient,
    facts: &RefreshFacts,
    &Wanted {
        scope,
        is_asked,
        resources,
    }: &Wanted<'_>,
    (presented, binding): (&Presented, &[u8]),
    context: &Context<'_, M>,
) -> Result<Decision<TokenReply, TokenError>, TokenError> {
    let grant = &facts.grant;
    let wanted = For {
        grant: grant.id,
        client,
        subject: Some(grant.subject),
        external_id: facts
            .person
            .as_ref()
            .and_then(|person| person.external_id.as_deref()),
        organization: grant.organization,
        workspace: facts.workspace.as_deref(),
        scope,
        resources,
        auth_time: Some(grant.auth_time),
        proved: facts.asked.as_deref().map(|asked| &asked.authentication),
        cap: Some(grant.expires_at),
    };
    let (access_text, access) = access_token(wanted, context)?;
    // Leaving the scope out of a request means the whole grant; a narrower answer must say so.
    let as_asked = is_asked || scope.covers(&grant.scope);
    let id_token = facts.person.as_ref().map(|person| IdToken {
        client,
        person,
        auth_time: grant.auth_time,
        scope,
        access_token: access_text.as_str(),
        asked: facts.asked.as_deref(),
        first: false,
    });
    let id_token = id_token.map_or(Ok(None), |token| token.text(context))?;
    let issued = Issued {
        text: &access_text,
        access: &access,
        is_bound: client.key().is_some(),
        refresh: None,
        id_token: id_token.as_deref(),
        as_asked,
        workspace: facts.workspace.as_deref(),
        person: facts.person.as_ref(),
    };
    let Rotation::Rotate { grace } = context.policy.tokens.rotate else {
        let reply = issued.reply(context);
        return Ok(Decision::grant(
            Transition::Grant(GrantChange::IssueAccessToken(access)),
            reply,
        ));
    };
    let (refresh_text, successor) = refresh_token(client, grant.id, grant.expires_at, context);
    let reply = Issued {
        refresh: Some(&refresh_text),
        ..issued
    }
    .reply(context);
    let sealed = (grace.seconds() > 0).then(|| {
        SealedReply(seal::seal(
            presented.text().as_bytes(),
            binding,
            reply.0.as_bytes(),
        ))
    });
    let transition = Transition::Grant(GrantChange::Rotate {
        consumed: facts.token.id,
        successor,
        access,
        reply: sealed,
    });
    Ok(Decision::grant(transition, reply))
}

/// What makes a retry identical: the same client asking for the same scope and the same APIs, and for the same key if it
/// holds one.
fn binding(
    client_id: &str,
    scope: Option<&Scope>,
    resources: &Resources,
    key: Option<&Thumbprint>,
) -> Vec<u8> {
    let scope = scope.map_or("", Scope::as_str);
    let mut binding = format!("{client_id}\n{scope}");
    for resource in resources.iter() {
        binding.push('\n');
        binding.push_str(resource);
    }
    if let Some(key) = key {
        binding.push_str("\nkey ");
        binding.push_str(&key.text());
    }
    binding.into_bytes()
}
