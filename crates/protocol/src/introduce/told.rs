//! What an app is told of its registration: everything (RFC 7591 §3.2.1).
use super::metadata::signing_alg;
use crate::types::{Client, GrantType, KeySource, RedirectUri};
use jose::Digest;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// All that is registered of an app, by the names of RFC 7591 §2, without its credentials. "The authorization server MUST
/// return all registered metadata about this client, including any fields provisioned by the authorization server itself"
/// (§3.2.1).
pub fn members(client: &Client) -> Map<String, Value> {
    let mut all = described(client);
    all.insert("client_id".to_owned(), client.id.as_str().into());
    let issued = client.created_at.0;
    all.insert("client_id_issued_at".to_owned(), issued.into());
    all
}

/// The same without what is given here: what the app said.
fn described(client: &Client) -> Map<String, Value> {
    let own = client.introduction.as_deref();
    let mut all = own.map(|own| own.told.clone()).unwrap_or_default();
    let uris = client.redirect_uris.iter().map(RedirectUri::as_str);
    let uris: Vec<_> = uris.collect();
    let grants: Vec<_> = client.grants.iter().map(|grant| grant.as_str()).collect();
    let codes = client.may_use(GrantType::AuthorizationCode);
    let native = own.is_some_and(|own| own.native);
    let source = client.keys.as_deref().map(|keys| &keys.source);
    let text = |text: &str| (!text.is_empty()).then(|| Value::from(text));
    let more = [
        ("client_name", text(&client.name)),
        ("client_uri", text(&client.homepage)),
        ("policy_uri", text(&client.links.privacy_policy)),
        ("tos_uri", text(&client.links.terms)),
        ("redirect_uris", Some(uris.into())),
        ("grant_types", Some(grants.into())),
        (
            "response_types",
            Some(match codes {
                true => ["code"].as_slice().into(),
                false => Value::Array(Vec::new()),
            }),
        ),
        (
            "application_type",
            Some(if native { "native" } else { "web" }.into()),
        ),
        (
            "dpop_bound_access_tokens",
            client.dpop_bound.then_some(true.into()),
        ),
        (
            "jwks",
            match source {
                Some(KeySource::Set(own)) => serde_json::from_str(own.text()).ok(),
                Some(KeySource::Uri(_)) | None => None,
            },
        ),
        (
            "jwks_uri",
            match source {
                Some(KeySource::Uri(uri)) => Some(uri.as_str().into()),
                Some(KeySource::Set(_)) | None => None,
            },
        ),
        (
            "token_endpoint_auth_signing_alg",
            signing_alg(client.keys.as_deref()).map(Value::from),
        ),
    ];
    let there = more
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    all.extend(there);
    all.extend(client.openid.members());
    all
}

/// What tells two apps apart that introduce themselves: all that they say, in whichever order.
pub(super) fn digest(client: &Client) -> Digest {
    let mut all: BTreeMap<_, _> = described(client).into_iter().collect();
    if let Some(Value::Array(uris)) = all.get_mut("redirect_uris") {
        uris.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
    let text = serde_json::to_string(&all).unwrap_or_default();
    Digest::of(text.as_bytes())
}
