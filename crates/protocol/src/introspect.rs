//! Introspection (RFC 7662).
use crate::client_auth::AuthenticatedClient;
use crate::facts::{AccessFacts, RefreshFacts};
use crate::inactive;
use crate::lookup::{Found, TokenKind};
use crate::own_api;
use crate::policy::Policy;
use crate::revocations::name_of;
use crate::types::{Client, ClientKind, Locator, Scope, Side, Subject, UnixTime};
use std::borrow::Cow;
use wire::introspection::{Audience, Confirmation};
use wire::{Introspection, dpop};

/// Whether this client may ask at all: "the authorization server MUST … require authorization" (§2.1), which
/// a public client cannot give.
pub fn may_introspect(client: &AuthenticatedClient) -> bool {
    client.kind == ClientKind::Confidential
}

/// Answers for a token. Only an app registered as a resource server learns of tokens issued to others; for
/// anyone else they are inactive, and a refresh token is active for its own app alone. Across the two sides
/// everything is inactive; so is what is for our own API, which is nobody else's to take.
pub fn introspect<'a>(
    kind: &TokenKind,
    caller: &'a AuthenticatedClient,
    found: &'a Found,
    policy: &'a Policy,
    now: UnixTime,
) -> Introspection<'a> {
    let answer = match found {
        _ if !kind.is_of(found) => None,
        Found::AccessToken(facts) if caller.resource_server || facts.token.client == caller.no => {
            access_token(facts, caller, policy, now)
        }
        Found::RefreshToken(facts) if facts.grant.client == caller.no => {
            refresh_token(facts, caller, policy, now)
        }
        _ => None,
    };
    let mut answer = answer.unwrap_or_default();
    if answer.active && kind.is_bound() {
        tell_key(&mut answer, kind);
    }
    answer
}

/// "the token_type … DPoP", and the key (RFC 9449 §6.2).
fn tell_key(answer: &mut Introspection<'_>, kind: &TokenKind) {
    let jkt = kind.key().map(|key| key.text());
    answer.cnf = Some(Box::new(Confirmation { jkt }));
    if answer.token_type.is_some() {
        answer.token_type = Some(Cow::Borrowed(dpop::SCHEME));
    }
}

/// The grant whose person the answer tells of, which has to be read for it: where APIs are told apart or people are known
/// by the company's own ids, of a token that a
/// person allowed and that the caller may know.
pub fn holder_wanted(
    kind: &TokenKind,
    caller: &AuthenticatedClient,
    found: &Found,
    policy: &Policy,
) -> Option<Locator> {
    if policy.apis.is_empty() && !policy.external_ids {
        return None;
    }
    match found {
        Found::AccessToken(facts) if kind.is_of(found) => {
            let token = &facts.token;
            let may = caller.resource_server || token.client == caller.no;
            token.subject.filter(|_| may).map(|_| token.grant)
        }
        _ => None,
    }
}

/// Whether a scope shows personal details: whoever may use it may know the person, and nobody else.
fn is_personal(scope: &Scope, policy: &Policy) -> bool {
    let mut personal = policy.scopes.iter().filter(|entry| entry.personal);
    personal.any(|entry| scope.contains(&entry.name))
}

fn access_token<'a>(
    facts: &'a AccessFacts,
    caller: &AuthenticatedClient,
    policy: &'a Policy,
    now: UnixTime,
) -> Option<Introspection<'a>> {
    let client = inactive::access_token(facts, policy, now).ok()?;
    if client.side != caller.side {
        return None;
    }
    let token = &facts.token;
    if own_api::is_own(&token.scope) {
        return None;
    }
    let mut answer = active(
        client,
        (token.subject, facts.external_id()),
        &token.scope,
        policy,
    );
    let named = |id| Cow::Owned(policy.organization(id, facts.workspace()));
    answer.organization = token.organization.map(named);
    answer.iat = Some(token.id.time().0.min(now.0));
    answer.token_type = Some(Cow::Borrowed(&policy.tokens.token_type));
    answer.exp = Some(token.expires_at.0);
    answer.aud = Audience::of(policy.audience(&token.scope));
    if let Some(holder) = facts.holder.as_ref().filter(|_| !policy.apis.is_empty()) {
        answer.auth_time = Some(holder.auth_time.0);
        let acr = policy.acr_of(holder.methods.as_deref(), holder.acr.as_deref());
        answer.acr = acr.map(Cow::Borrowed);
        let shown = holder
            .email
            .as_deref()
            .filter(|_| is_personal(&token.scope, policy));
        answer.username = shown.map(Cow::Borrowed);
    }
    if caller.resource_server {
        answer.jti = Some(Cow::Owned(name_of(token.id)));
        let grant_id = token.subject.map(|_| name_of(token.grant));
        answer.grant_id = grant_id.map(Cow::Owned);
    }
    Some(answer)
}

fn refresh_token<'a>(
    facts: &'a RefreshFacts,
    client: &'a AuthenticatedClient,
    policy: &'a Policy,
    now: UnixTime,
) -> Option<Introspection<'a>> {
    inactive::refresh_token(facts, Some(client), policy, now).ok()?;
    let (token, grant) = (&facts.token, &facts.grant);
    if own_api::is_own(&grant.scope) {
        return None;
    }
    let person = facts.person.as_ref();
    let external_id = person.and_then(|person| person.external_id.as_deref());
    let mut answer = active(
        client,
        (Some(grant.subject), external_id),
        &grant.scope,
        policy,
    );
    let named = |id| Cow::Owned(policy.organization(id, facts.workspace.as_deref()));
    answer.organization = grant.organization.map(named);
    answer.iat = Some(token.id.time().0.min(now.0));
    answer.exp = Some(token.expires_at.0);
    Some(answer)
}

/// What access and refresh tokens have in common.
fn active<'a>(
    client: &'a Client,
    (subject, external_id): (Option<Subject>, Option<&str>),
    scope: &'a Scope,
    policy: &'a Policy,
) -> Introspection<'a> {
    Introspection {
        active: true,
        scope: Some(Cow::Borrowed(scope.as_str())),
        client_id: Some(Cow::Borrowed(&client.id)),
        sub: Some(match subject {
            Some(subject) => Cow::Owned(policy.sub(subject, external_id)),
            None => policy.sub_of_app(&client.id),
        }),
        iss: Some(Cow::Borrowed(&policy.issuer)),
        mode: (client.side == Side::Test).then(|| Cow::Borrowed(client.side.as_str())),
        ..Introspection::default()
    }
}
