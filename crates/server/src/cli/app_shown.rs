//! An app as commands print it: as JSON, as a row, as a sheet; and why one is refused.
use super::one_app::ONCE;
use super::output::{Output, sheet};
use super::place::Opened;
use crate::ops::clock;
use crate::test_side::TestUser;
use jose::{Algorithm, Jwk};
use protocol::register::{Field, RegistrationError, RegistrationErrors};
use protocol::types::{Client, ClientKeys, ClientKind, RedirectUri, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn kind(app: &Client) -> &'static str {
    match app.kind {
        ClientKind::Confidential => "confidential",
        ClientKind::Public => "public",
    }
}

fn algorithms(keys: &ClientKeys) -> Vec<&'static str> {
    keys.allowed().iter().map(|own| own.name()).collect()
}

fn jwks(app: &Client) -> Option<Value> {
    let set = app.keys.as_ref()?.set()?;
    serde_json::from_str(set.text()).ok()
}

/// The method, and of keys where they are or each with its `kid`, algorithm and thumbprint.
fn authentication(app: &Client) -> String {
    let mut lines = vec![match (app.kind, &app.keys) {
        (ClientKind::Public, _) => "nothing: it is public".to_owned(),
        (ClientKind::Confidential, None) => "a secret".to_owned(),
        (ClientKind::Confidential, Some(_)) => app.auth_method().as_str().to_owned(),
    }];
    if let Some(keys) = &app.keys {
        lines.extend(keys.uri().map(|uri| format!("keys at {uri}")));
        let own = keys.set().into_iter().flat_map(|own| own.set().keys());
        lines.extend(own.map(|key| key_told(key.jwk())));
        let end = keys.ends_at.map(clock::rfc3339);
        lines.extend(end.map(|end| format!("until {end}: the app has another owner")));
        lines.push(format!("signs with {}", algorithms(keys).join(", ")));
    }
    lines.join("\n")
}

fn key_told(key: &Jwk) -> String {
    let algorithm = key.algorithm().map_or("any algorithm", Algorithm::name);
    let kid = key.kid().unwrap_or("without kid");
    format!("key {kid} ({algorithm}), thumbprint {}", key.thumbprint())
}

fn grants(app: &Client) -> Vec<&'static str> {
    app.grants.iter().map(|grant| grant.as_str()).collect()
}

fn names(scope: &Scope) -> Vec<&str> {
    scope.names().collect()
}

fn redirect_uris(app: &Client) -> Vec<&str> {
    app.redirect_uris.iter().map(RedirectUri::as_str).collect()
}

fn reasons(app: &Client) -> String {
    let reasons = app.asks.reasons.iter();
    let lines: Vec<_> = reasons
        .map(|(scope, reason)| format!("{scope}: {reason}"))
        .collect();
    lines.join("\n")
}

/// What it registered for OpenID Connect, by the names of the metadata.
fn openid(app: &Client) -> String {
    let members = app.openid.members().into_iter();
    let lines: Vec<_> = members
        .map(|(name, value)| match value {
            Value::Array(all) => {
                let all: Vec<_> = all.iter().filter_map(Value::as_str).collect();
                format!("{name}: {}", all.join(", "))
            }
            other => format!("{name}: {}", other.as_str().unwrap_or_default()),
        })
        .collect();
    lines.join("\n")
}

/// Shows an app with what is told once: its secret and its test users' passwords.
pub(super) fn show_new(
    output: Output,
    app: &Client,
    at: &Opened,
    secret: Option<&str>,
    users: &[TestUser],
) {
    let mut json = as_json(app, at);
    if let Some(secret) = secret {
        json["client_secret"] = secret.into();
    }
    if !users.is_empty() {
        let user = |user: &TestUser| json!({ "email": user.email, "password": user.password });
        json["test_users"] = users.iter().map(user).collect();
    }
    output.show(&json, || {
        let mut text = as_sheet(app, at, secret);
        for user in users {
            text.push_str(&format!(
                "\ntest user        {} with the password {}",
                user.email, user.password
            ));
        }
        text
    });
    if secret.is_some() || !users.is_empty() {
        eprintln!("{ONCE}");
    }
}

/// The restricted scopes on its list that nobody has approved for it yet: it gets none of them.
fn waiting<'a>(app: &'a Client, at: &Opened) -> Vec<&'a str> {
    let restricted = |name: &&str| {
        let entry = at.config.policy.scope(name);
        entry.is_some_and(|entry| entry.restricted) && !app.approved.contains(name)
    };
    let listed = app.scopes.iter().flat_map(Scope::names);
    listed.filter(restricted).collect()
}

/// `scopes` is null for an app that may ask for every scope that is not restricted.
pub(super) fn as_json(app: &Client, at: &Opened) -> Value {
    json!({
        "client_id": app.id,
        "name": app.name,
        "homepage": app.homepage,
        "description": app.description,
        "privacy_policy": app.links.privacy_policy,
        "terms": app.links.terms,
        "support": app.links.support,
        "contact": app.links.contact,
        "owner": at.config.policy.subjects.write(app.owner),
        "organization": app.organization.map(|organization| organization.0.to_string()),
        "publisher": app.publisher,
        "kind": kind(app),
        "token_endpoint_auth_method": app.auth_method().as_str(),
        "token_endpoint_auth_signing_algs": app.keys.as_ref().map(|keys| algorithms(keys)),
        "jwks": jwks(app),
        "jwks_uri": app.keys.as_ref().and_then(|keys| keys.uri()),
        "keys_end_at": app
            .keys
            .as_ref()
            .and_then(|keys| keys.ends_at)
            .map(clock::rfc3339),
        "dpop_bound_access_tokens": app.dpop_bound,
        "redirect_uris": redirect_uris(app),
        "grants": grants(app),
        "scopes": app.scopes.as_ref().map(names),
        "optional_scopes": names(&app.asks.optional),
        "reasons": app.asks.reasons.iter().collect::<BTreeMap<_, _>>(),
        "approved_scopes": names(&app.approved),
        "unapproved_scopes": waiting(app, at),
        "resource_server": app.resource_server,
        "openid": app.openid.members(),
        "mode": app.side.as_str(),
        "status": app.status.as_str(),
        "version": app.version,
        "reviewed_at": app.reviewed_at.map(clock::rfc3339),
        "created_at": clock::rfc3339(app.created_at),
    })
}

pub(super) fn as_row(app: &Client) -> [String; 5] {
    [
        app.id.clone(),
        app.name.clone(),
        app.side.as_str().to_owned(),
        app.publisher.clone(),
        app.status.as_str().to_owned(),
    ]
}

pub(super) fn as_sheet(app: &Client, at: &Opened, secret: Option<&str>) -> String {
    let waiting = waiting(app, at);
    let scopes = match &app.scopes {
        Some(scopes) => {
            let told = scopes.names().map(|name| match waiting.contains(&name) {
                true => format!("{name} (needs approval: valetkey app approve-scope)"),
                false => name.to_owned(),
            });
            told.collect::<Vec<_>>().join("\n")
        }
        None => "every one that is not restricted".to_owned(),
    };
    let api = match app.resource_server {
        true => "yes, it may introspect the tokens of other apps",
        false => "",
    };
    let bound = match app.dpop_bound {
        true => "yes, each token request needs a DPoP proof",
        false => "",
    };
    let owner = at.config.policy.subjects.write(app.owner);
    sheet(&[
        ("client id", app.id.clone()),
        ("client secret", secret.unwrap_or_default().to_owned()),
        ("name", app.name.clone()),
        ("homepage", app.homepage.clone()),
        ("description", app.description.clone()),
        ("privacy policy", app.links.privacy_policy.clone()),
        ("terms", app.links.terms.clone()),
        ("support", app.links.support.clone()),
        ("contact", app.links.contact.clone()),
        ("owner", format!("{} ({owner})", app.publisher)),
        ("kind", kind(app).to_owned()),
        ("authenticates by", authentication(app)),
        ("bound to keys", bound.to_owned()),
        ("redirect URIs", redirect_uris(app).join("\n")),
        ("grants", grants(app).join(", ")),
        ("scopes", scopes),
        ("optional", app.asks.optional.to_string()),
        ("reasons", reasons(app)),
        ("approved", app.approved.to_string()),
        ("resource server", api.to_owned()),
        ("OpenID", openid(app)),
        ("mode", app.side.as_str().to_owned()),
        ("status", app.status.as_str().to_owned()),
        ("version", app.version.to_string()),
        (
            "reviewed",
            app.reviewed_at
                .map_or_else(|| "no".to_owned(), clock::rfc3339),
        ),
        ("created", clock::rfc3339(app.created_at)),
    ])
}

/// A refusal with the flag it is about.
pub(super) fn told(error: RegistrationError) -> String {
    let flag = match error.field {
        Field::RedirectUris => "redirect-uri",
        Field::Grants => "grant",
        Field::Reasons => "reason",
        Field::Scopes => "scope",
        Field::ResourceServer => "resource-server",
        Field::PrivacyPolicy => "privacy-policy",
        Field::ClientId => "client-id",
        Field::PostLogoutRedirectUris => "post-logout-redirect-uri",
        Field::BackChannelLogoutUri => "backchannel-logout-uri",
        Field::IdTokenAlgorithm => "id-token-algorithm",
        Field::UserInfoAlgorithm => "userinfo-algorithm",
        Field::AuthMethod => "auth-method",
        Field::AuthAlgorithm => "auth-alg",
        Field::JwksUri => "jwks-uri",
        Field::Name
        | Field::ProvidersName
        | Field::ReviewMark
        | Field::TakenName
        | Field::Count
        | Field::Homepage
        | Field::Description
        | Field::Terms
        | Field::Support
        | Field::Contact
        | Field::Owner
        | Field::Jwks
        | Field::Logo
        | Field::Test
        | Field::Version => error.field.as_str(),
        Field::Kind
        | Field::ApprovedScope
        | Field::Secret
        | Field::Metadata
        | Field::Off
        | Field::Body => return error.sentence,
    };
    match error.value {
        Some(value) => format!("--{flag}: {value}: {}", error.sentence),
        None => format!("--{flag}: {}", error.sentence),
    }
}

/// All that is refused, one a line.
pub(super) fn all_told(errors: RegistrationErrors) -> String {
    let lines: Vec<_> = errors.iter().cloned().map(told).collect();
    lines.join("\n")
}
