//! The authorization endpoint's request.
use crate::ground::{POLICY, client, context};
use crate::params::{pairs_of, repeats};
use protocol::Params;
use protocol::authorize::{self, AuthorizationFault, AuthorizationRequest, RedirectedError};
use protocol::types::{Client, ClientKind, RedirectUri};
use std::sync::{Arc, LazyLock};
use url::Url;

static APPS: LazyLock<[Arc<Client>; 3]> = LazyLock::new(|| {
    let uris = |all: &[&str]| {
        let register = |uri: &&str| RedirectUri::register(uri).expect("a redirect URI");
        all.iter().map(register).collect::<Vec<_>>()
    };
    let two = uris(&["https://app.example/cb?code=1&x=y", "http://127.0.0.1/cb"]);
    [
        Arc::new(client(
            ClientKind::Confidential,
            "s",
            uris(&["https://app.example/cb"]),
        )),
        Arc::new(client(ClientKind::Confidential, "s", two)),
        Arc::new(client(
            ClientKind::Public,
            "",
            uris(&["com.example.app:/cb"]),
        )),
    ]
});

/// A query string, asked by three apps.
pub(crate) fn authorize(data: &[u8]) {
    let Ok(params) = Params::from_form(data) else {
        return;
    };
    let _ = authorize::client_id(&params);
    let pairs = pairs_of(data).expect("it was decoded");
    let state = pairs.iter().find(|(name, _)| name == "state");
    let state = state
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty());
    for app in &*APPS {
        match authorize::check(params.clone(), Some(app.clone()), &context()) {
            Ok(request) => {
                assert!(!repeats(&pairs), "a repeated parameter gets through");
                assert_eq!(request.state.as_deref(), state);
                accepted(app, &params, &request);
            }
            Err(AuthorizationFault::Redirected(error)) => {
                let once = pairs.iter().filter(|(name, _)| name == "state").count() == 1;
                leads_home(app, &error, state.filter(|_| once));
            }
            Err(AuthorizationFault::Shown(error)) => {
                let sentence = error.sentence();
                assert!(sentence.ends_with('.') && !error.code(&POLICY).is_empty());
            }
        }
    }
}

fn accepted(app: &Arc<Client>, params: &Params, request: &AuthorizationRequest) {
    assert_eq!(params.get("response_type"), Some("code"));
    assert!(request.challenge.is_some() || app.kind == ClientKind::Confidential);
    assert!(!request.scope.is_empty() && !request.scope.contains("admin:all"));
    // Kept on the server and checked again, it is the same request.
    let kept = Params::from_form(request.to_form().as_bytes()).expect("our own form");
    let again = authorize::check(kept, Some(app.clone()), &context()).expect("it was in order");
    assert_eq!(again.to_form(), request.to_form());
    assert_eq!(
        (&again.scope, &again.challenge),
        (&request.scope, &request.challenge)
    );
    assert_eq!(again.redirect_uri, request.redirect_uri);
    leads_home(app, &request.denied(), request.state.as_deref());
}

/// An error goes to a registered place, with the state as it came.
fn leads_home(app: &Client, error: &RedirectedError, state: Option<&str>) {
    let registered = error.redirect_uri.registered();
    assert!(
        app.redirect_uris
            .iter()
            .any(|uri| uri.as_str() == registered)
    );
    let seen = Url::parse(error.response(&POLICY).location()).expect("a URL");
    let home = Url::parse(registered).expect("a URL");
    assert_eq!(
        (seen.scheme(), seen.host(), seen.path()),
        (home.scheme(), home.host(), home.path())
    );
    let value = |name: &str| {
        let found: Vec<_> = seen.query_pairs().filter(|(own, _)| own == name).collect();
        assert!(found.len() < 2, "{name} twice in {seen}");
        found
            .into_iter()
            .next()
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(value("state").as_deref(), state);
    assert_eq!(value("iss").as_deref(), Some(POLICY.issuer.as_str()));
    assert_eq!(value("error").as_deref(), Some(error.error.code()));
    assert_eq!(value("code"), None);
    let fits = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    assert!(value("error_description").is_some_and(|text| text.chars().all(fits)));
}
