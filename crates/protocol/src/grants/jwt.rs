//! An access token that is a JWT (RFC 9068). Its `jti` names its row, so what ends an opaque token ends it too; its other
//! claims say what introspection says.
use super::{Context, For};
use crate::decision::Mint;
use crate::policy::Policy;
use crate::revocations::name_of;
use crate::token::TokenError;
use crate::types::{Locator, Side, UnixTime};
use jose::SigningAlgorithm;
use jose::json::Object;
use jose::jwt::{Audience, Claims};
use wire::{JWT_TYPE, TokenText};

/// The text of access token `id`, which lives until `expires_at`.
///
/// # Errors
/// [`TokenError::CannotSign`].
pub(super) fn text<M: Mint>(
    wanted: &For<'_>,
    (id, expires_at): (Locator, UnixTime),
    algorithm: SigningAlgorithm,
    context: &Context<'_, M>,
) -> Result<TokenText, TokenError> {
    let (policy, client) = (context.policy, wanted.client);
    let mut named: Vec<String> = policy.audience(wanted.scope).map(str::to_owned).collect();
    // An API knows its identifier as it is configured, and an app as it spelled it ("SHOULD have the same value as the
    // "resource" parameter in the request", §3): where they differ, both are there.
    let spellings = policy
        .audience(wanted.scope)
        .filter_map(|own| wanted.resources.spelling_of(own));
    named.extend(spellings.map(str::to_owned));
    let aud = match named.len() {
        0 | 1 => named.pop().map(Audience::One),
        _ => Some(Audience::List(named)),
    };
    let claims = Claims {
        iss: Some(policy.issuer.clone()),
        sub: Some(match wanted.subject {
            Some(subject) => policy.sub(subject, wanted.external_id),
            None => policy.sub_of_app(&client.id).into_owned(),
        }),
        aud,
        exp: Some(expires_at.0),
        nbf: None,
        iat: Some(id.time().0.min(context.now.0)),
        jti: Some(name_of(id)),
        other: other(wanted, policy),
    };
    let text = context.signer.sign(algorithm, JWT_TYPE, &claims);
    text.map(TokenText::of_jwt).ok_or(TokenError::CannotSign)
}

fn other(wanted: &For<'_>, policy: &Policy) -> Object {
    let mut other = Object::new();
    let mut say = |name: &str, value: &str| other.insert(name.to_owned(), value.into());
    say("client_id", &wanted.client.id);
    say("scope", wanted.scope.as_str());
    if wanted.subject.is_some() {
        say("grant_id", &name_of(wanted.grant));
    }
    if let Some(organization) = wanted.organization {
        say(
            "organization",
            &policy.organization(organization, wanted.workspace),
        );
    }
    if wanted.client.side == Side::Test {
        say("mode", Side::Test.as_str());
    }
    if let Some(auth_time) = wanted.auth_time {
        let proved = wanted.proved;
        let methods = proved.and_then(|own| own.methods.as_deref());
        let told = proved.and_then(|own| own.acr.as_deref());
        if let Some(acr) = policy.acr_of(methods, told) {
            say("acr", acr);
        }
        other.insert("auth_time".to_owned(), auth_time.0.into());
    }
    if let Some(key) = wanted.client.key() {
        let cnf = Object::from_iter([("jkt".to_owned(), key.text().into())]);
        other.insert("cnf".to_owned(), cnf.into());
    }
    other
}
