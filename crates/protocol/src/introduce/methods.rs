//! How an app that introduces itself authenticates.
use super::metadata::Sent;
use crate::register::{Field, RegistrationError, wrong};
use crate::types::{AuthMethod, Way};

/// How it authenticates: one method, or nothing beside its keys. Where it lists several, one is chosen for it: by its keys if
/// it has any, which it may leave out if it lists `none` too; else by nothing; else by a secret.
pub(super) fn methods(sent: &Sent<'_>, way: Way) -> Result<Vec<AuthMethod>, RegistrationError> {
    let singular = sent.text("token_endpoint_auth_method")?;
    if way == Way::Document {
        no_shared_secret(sent, singular)?;
    }
    let all = listed(sent, singular, way)?;
    let lists = |method| all.contains(&method);
    let has_keys = sent.of("jwks").is_some() || sent.of("jwks_uri").is_some();
    let by_key = lists(AuthMethod::PrivateKeyJwt) && (has_keys || all.len() == 1);
    let is_secret = |own: &&AuthMethod| {
        matches!(
            own,
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
        )
    };
    let by_secret = all.iter().find(is_secret).copied();
    let prefers_secret = by_secret.filter(|own| Some(own.as_str()) == singular);
    match (by_key, lists(AuthMethod::None), prefers_secret, by_secret) {
        (true, true, ..) => Ok(vec![AuthMethod::None, AuthMethod::PrivateKeyJwt]),
        (true, false, ..) => Ok(vec![AuthMethod::PrivateKeyJwt]),
        (false, true, None, _) => Ok(vec![AuthMethod::None]),
        (false, _, Some(secret), _) | (false, false, None, Some(secret)) => Ok(vec![secret]),
        (false, false, None, None) => Err(wrong(Field::AuthMethod, sentence(way))),
    }
}

fn sentence(way: Way) -> &'static str {
    match way {
        Way::Registration => {
            "the method is client_secret_basic, client_secret_post, private_key_jwt or none"
        }
        Way::Document => "the method is none or private_key_jwt",
    }
}

/// The methods that it lists and that are offered to it. `token_endpoint_auth_methods_supported` is of OpenID Connect
/// Relying Party Metadata Choices, and wins over the singular.
fn listed(
    sent: &Sent<'_>,
    singular: Option<&str>,
    way: Way,
) -> Result<Vec<AuthMethod>, RegistrationError> {
    let offered: &[AuthMethod] = match way {
        Way::Registration => &[
            AuthMethod::PrivateKeyJwt,
            AuthMethod::None,
            AuthMethod::ClientSecretBasic,
            AuthMethod::ClientSecretPost,
        ],
        Way::Document => &[AuthMethod::PrivateKeyJwt, AuthMethod::None],
    };
    let usual = match way {
        // "If unspecified or omitted, the default is "client_secret_basic"" (RFC 7591 §2).
        Way::Registration => AuthMethod::ClientSecretBasic,
        Way::Document => AuthMethod::None,
    };
    let plural = sent.list("token_endpoint_auth_methods_supported")?;
    let plural = plural.filter(|all| !all.is_empty());
    let named = plural.unwrap_or_else(|| vec![singular.unwrap_or(usual.as_str())]);
    let known = |name: &&str| offered.iter().find(|own| own.as_str() == *name).copied();
    Ok(named.iter().filter_map(known).collect())
}

/// "the token_endpoint_auth_method property MUST NOT include client_secret_post, client_secret_basic, client_secret_jwt, or
/// any other method based around a shared symmetric secret", nor are there secrets in it (§4.1).
fn no_shared_secret(sent: &Sent<'_>, singular: Option<&str>) -> Result<(), RegistrationError> {
    if singular.is_some_and(|name| name.starts_with("client_secret")) {
        let sentence = "a document shares no secret: the method is none or private_key_jwt";
        return Err(wrong(Field::AuthMethod, sentence));
    }
    let mut forbidden = ["client_secret", "client_secret_expires_at"].into_iter();
    match forbidden.find(|name| sent.of(name).is_some()) {
        Some(name) => {
            let sentence = format!("a document has no {name}: everybody reads it");
            Err(wrong(Field::AuthMethod, sentence))
        }
        None => Ok(()),
    }
}
