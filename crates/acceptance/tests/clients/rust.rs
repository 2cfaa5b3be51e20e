//! The `oauth2` library for Rust, with the harness as its HTTP client.

use crate::device;
use crate::flows::{self, assert_dead, assert_tokens};
use crate::support::Scene;
use crate::{CALLBACK, SCOPE, provider};
use acceptance::{App, Request, Url};
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DeviceAuthorizationUrl, DeviceCodeErrorResponseType, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    RevocationUrl, Scope, StandardDeviceAuthorizationResponse, StandardRevocableToken,
    TokenResponse, TokenUrl,
};
use serde_json::json;
use std::cell::Cell;
use std::io;
use std::thread;

/// A client that knows the authorization, revocation and token endpoints.
type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointSet>;

/// The client of an app. Untold, the library sends the secret in the header.
fn client(scene: &Scene, app: &App, auth: Option<AuthType>) -> Client {
    let url = |name: &str| scene.metadata[name].as_str().unwrap_or_default().to_owned();
    let mut client = BasicClient::new(ClientId::new(app.client_id.clone()))
        .set_auth_uri(AuthUrl::new(url("authorization_endpoint")).expect("a URL"))
        .set_token_uri(TokenUrl::new(url("token_endpoint")).expect("a URL"))
        .set_revocation_url(RevocationUrl::new(url("revocation_endpoint")).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));
    if !app.client_secret.is_empty() {
        client = client.set_client_secret(ClientSecret::new(app.client_secret.clone()));
    }
    match auth {
        Some(auth) => client.set_auth_type(auth),
        None => client,
    }
}

/// Sends what the library asks for.
pub(crate) fn sender(scene: &Scene) -> impl Fn(HttpRequest) -> io::Result<HttpResponse> {
    let api = scene.api();
    move |request: HttpRequest| {
        let url = Url::parse(&request.uri().to_string()).ok_or(io::ErrorKind::InvalidInput)?;
        let mut sent = Request::new(request.method().as_str(), &url.target());
        for (name, value) in request.headers() {
            sent = sent.header(name.as_str(), value.to_str().map_err(io::Error::other)?);
        }
        let reply = api.try_send(&sent.raw_body(request.body()))?;
        let media_type = reply.header("Content-Type").unwrap_or_default();
        let media_type = media_type.parse().map_err(io::Error::other)?;
        let mut response = HttpResponse::new(reply.body);
        *response.status_mut() = reply.status.try_into().map_err(io::Error::other)?;
        response.headers_mut().insert("content-type", media_type);
        Ok(response)
    }
}

/// Ann allows what the library asks for; the code, with the verifier for it.
#[track_caller]
fn code(scene: &Scene, client: &Client) -> (AuthorizationCode, PkceCodeVerifier) {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(SCOPE.split(' ').map(|name| Scope::new(name.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let target = Url::parse(url.as_str()).expect("a URL").target();
    let back = scene.browser().authorize(&target);
    assert_eq!(back.param("state"), Some(state.secret().as_str()));
    (AuthorizationCode::new(back.code()), verifier)
}

/// The same verifier once more: the library's own cannot be copied, so that nobody uses it twice.
fn copy(verifier: &PkceCodeVerifier) -> PkceCodeVerifier {
    PkceCodeVerifier::new(verifier.secret().clone())
}

/// Checks that what the library got works; returns the access tokens.
#[track_caller]
fn check(
    scene: &Scene,
    app: &App,
    tokens: &[&BasicTokenResponse],
    person: Option<&str>,
) -> Vec<String> {
    for token in tokens {
        let scopes: Vec<&str> = token
            .scopes()
            .into_iter()
            .flatten()
            .map(|it| it.as_str())
            .collect();
        assert_eq!(scopes.join(" "), SCOPE);
        assert_eq!(token.expires_in().map(|it| it.as_secs()), Some(3600));
    }
    assert_tokens(scene, app, &json!({ "tokens": tokens }), person)
}

#[test]
fn oauth2_code_refresh_and_revocation() {
    let scene = provider();
    let (app, public) = (flows::confidential(&scene), flows::public(&scene));
    for (app, auth) in [
        (&app, None),
        (&app, Some(AuthType::RequestBody)),
        (&public, None),
    ] {
        let (client, http) = (client(&scene, app, auth), sender(&scene));
        let (code, verifier) = code(&scene, &client);
        let exchange = |verifier| {
            client
                .exchange_code(code.clone())
                .set_pkce_verifier(verifier)
                .request(&http)
        };
        let first = exchange(copy(&verifier)).expect("tokens");
        let refresh = first.refresh_token().expect("a refresh token");
        let second = client
            .exchange_refresh_token(refresh)
            .request(&http)
            .expect("new tokens");
        let tokens = check(&scene, app, &[&first, &second], Some(&scene.ann));
        assert_ne!(tokens[0], tokens[1]);
        let revoked =
            StandardRevocableToken::from(second.refresh_token().expect("a new one").clone());
        let request = client.revoke_token(revoked).expect("the endpoint is https");
        request.request(&http).expect("it is revoked");
        assert_dead(&scene, &tokens);
        match exchange(verifier) {
            Err(RequestTokenError::ServerResponse(error)) => {
                assert_eq!(error.error(), &BasicErrorResponseType::InvalidGrant);
                assert!(error.error_description().is_some(), "{error:?}");
            }
            other => panic!("a code was taken twice: {other:?}"),
        }
    }
}

#[test]
fn oauth2_client_credentials() {
    let scene = provider();
    let app = scene.machine();
    for auth in [None, Some(AuthType::RequestBody)] {
        let client = client(&scene, &app, auth);
        let token = client
            .exchange_client_credentials()
            .add_scopes(SCOPE.split(' ').map(|name| Scope::new(name.to_owned())))
            .request(&sender(&scene))
            .expect("a token");
        check(&scene, &app, &[&token], None);
    }
}

/// The library asks first and sleeps then, so that Ann answers in its first sleep.
#[test]
fn oauth2_device() {
    let scene = device::provider();
    let http = sender(&scene);
    for (public, word) in [(true, "allow"), (false, "deny")] {
        let app = device::television(&scene, public);
        let url = scene.metadata["device_authorization_endpoint"]
            .as_str()
            .expect("a URL");
        let client = client(&scene, &app, None).set_device_authorization_url(
            DeviceAuthorizationUrl::new(url.to_owned()).expect("a URL"),
        );
        let codes: StandardDeviceAuthorizationResponse = client
            .exchange_device_code()
            .add_scopes(SCOPE.split(' ').map(|name| Scope::new(name.to_owned())))
            .request(&http)
            .expect("codes");
        let shown = serde_json::to_value(&codes).expect("they can be shown");
        let answered = Cell::new(false);
        let sleep = |time| {
            if !answered.replace(true) {
                device::assert_waits(&scene);
                device::answer(&scene, &shown, word).expect(200);
            }
            thread::sleep(time);
        };
        let got = client
            .exchange_device_access_token(&codes)
            .request(&http, sleep, None);
        match (word, got) {
            ("allow", Ok(token)) => {
                check(&scene, &app, &[&token], Some(&scene.ann));
            }
            ("deny", Err(RequestTokenError::ServerResponse(error))) => {
                assert_eq!(error.error(), &DeviceCodeErrorResponseType::AccessDenied);
            }
            (_, other) => panic!("{word}: {other:?}"),
        }
        assert!(answered.get(), "it was not told to wait");
    }
}
