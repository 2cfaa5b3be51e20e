//! What an app registers for OpenID Connect.
use super::{Field, RegistrationError, wrong};
use crate::policy::Policy;
use crate::types::{RedirectUri, RelyingParty};
use jose::SigningAlgorithm;

/// Longest URI that an app is told logouts at, in bytes.
const MAX_URI: usize = 2_000;

/// Checks it; all that is wrong is told.
pub(crate) fn check_relying_party(
    party: &RelyingParty,
    policy: &Policy,
) -> Result<(), Vec<RegistrationError>> {
    let Some(openid) = policy.openid.as_deref() else {
        return match party == &RelyingParty::default() {
            true => Ok(()),
            false => {
                let sentence =
                    "OpenID Connect is switched off here: write enabled = true under [openid]";
                Err(vec![wrong(Field::IdTokenAlgorithm, sentence)])
            }
        };
    };
    let mut wrongs = post_logout(&party.post_logout_redirect_uris, policy.redirects.max);
    wrongs.extend(
        party
            .backchannel_logout_uri
            .as_deref()
            .and_then(back_channel),
    );
    for (field, algorithm) in [
        (Field::IdTokenAlgorithm, party.id_token_algorithm),
        (Field::UserInfoAlgorithm, party.userinfo_algorithm),
    ] {
        let unknown = |own: &SigningAlgorithm| !openid.algorithms.contains(own);
        if let Some(unknown) = algorithm.filter(unknown) {
            let known: Vec<_> = openid.algorithms.iter().map(|own| own.name()).collect();
            let sentence = format!(
                "there is no key for {}: there are {}",
                unknown.name(),
                known.join(", ")
            );
            wrongs.push(wrong(field, sentence));
        }
    }
    match wrongs.is_empty() {
        true => Ok(()),
        false => Err(wrongs),
    }
}

/// The same rules as for redirect URIs: a browser is sent there.
fn post_logout(uris: &[String], max: usize) -> Vec<RegistrationError> {
    if uris.len() > max {
        let sentence = format!(
            "an app has at most {max} of them, and these are {}",
            uris.len()
        );
        return vec![wrong(Field::PostLogoutRedirectUris, sentence)];
    }
    let about = |uri: &String, sentence: String| RegistrationError {
        value: Some(uri.clone()),
        ..wrong(Field::PostLogoutRedirectUris, sentence)
    };
    let fault = |(at, uri): (usize, &String)| match RedirectUri::register(uri) {
        Err(fault) => Some(about(uri, fault.sentence_about(uri))),
        Ok(_) if uris[..at].contains(uri) => {
            Some(about(uri, "it is there twice: take one away".to_owned()))
        }
        Ok(_) => None,
    };
    uris.iter().enumerate().filter_map(fault).collect()
}

/// "The Back-Channel Logout URI MUST be an absolute URI [...]. The Back-Channel Logout URI MUST NOT include a fragment
/// component" (Back-Channel Logout §2.2). Who may be reached there is judged when it is called.
fn back_channel(uri: &str) -> Option<RegistrationError> {
    let rest = uri
        .strip_prefix("https://")
        .or_else(|| uri.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let sound = uri.len() <= MAX_URI
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
        && !uri.contains(['#', '\\'])
        && host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
    (!sound).then(|| {
        let sentence = "write an absolute https URL without a fragment, such as https://app.example.com/logout";
        RegistrationError {
            value: Some(uri.to_owned()),
            ..wrong(Field::BackChannelLogoutUri, sentence)
        }
    })
}
