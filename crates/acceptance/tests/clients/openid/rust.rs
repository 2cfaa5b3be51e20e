//! The `openidconnect` library for Rust, with the harness as its HTTP client.

use super::{
    GOODBYE, SCOPE, assert_goodbye, assert_identity, confidential, foreign_nonce, provider,
};
use super::{assert_question, target_of};
use crate::CALLBACK;
use crate::rust::sender;
use crate::support::{ANN, Scene};
use acceptance::{App, Redirect};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse,
};

/// A client that knows what it found by discovery.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

fn discover(scene: &Scene) -> ProviderMetadataWithLogout {
    let issuer = IssuerUrl::new(scene.provider.issuer().to_owned()).expect("a URL");
    ProviderMetadataWithLogout::discover(&issuer, &sender(scene)).expect("its metadata")
}

/// The client of an app.
fn client(metadata: ProviderMetadataWithLogout, app: &App) -> Client {
    let secret = ClientSecret::new(app.client_secret.clone());
    let id = ClientId::new(app.client_id.clone());
    let callback = RedirectUrl::new(CALLBACK.to_owned()).expect("a URL");
    CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(callback)
}

/// An authorization request, and what belongs to it.
struct Asked {
    question: Redirect,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

fn ask(client: &Client) -> Asked {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let more = SCOPE.split(' ').filter(|name| *name != "openid");
    let (url, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(more.map(|name| Scope::new(name.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let question = Redirect::parse(url.as_str());
    assert_question(&question);
    Asked {
        question,
        state,
        nonce,
        verifier,
    }
}

fn id_token(tokens: &CoreTokenResponse) -> &CoreIdToken {
    tokens.id_token().expect("an ID token")
}

/// Its claims, once the library has looked at its signature and them.
fn claims(
    client: &Client,
    tokens: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let verifier = client.id_token_verifier();
    id_token(tokens).claims(&verifier, nonce).cloned()
}

#[test]
fn openidconnect_signs_in_and_out() {
    let scene = provider();
    let http = sender(&scene);
    let app = confidential(&scene);
    let metadata = discover(&scene);
    let logout = &metadata.additional_metadata().end_session_endpoint;
    let logout = logout.clone().expect("somewhere to sign out");
    let client = client(metadata, &app);
    let asked = ask(&client);
    let mut browser = scene.browser();
    let back = browser.authorize(&target_of(&scene, &asked.question));
    assert_eq!(back.param("state"), Some(asked.state.secret().as_str()));
    let first = client
        .exchange_code(AuthorizationCode::new(back.code()))
        .expect("an endpoint")
        .set_pkce_verifier(asked.verifier)
        .request(&http)
        .expect("tokens");
    let identity = claims(&client, &first, &asked.nonce).expect("claims");
    let shown = serde_json::to_value(&identity).expect("they can be shown");
    assert_identity(&scene, &app, &shown, Some(asked.nonce.secret()));
    let second: CoreTokenResponse = client
        .exchange_refresh_token(first.refresh_token().expect("a refresh token"))
        .expect("an endpoint")
        .request(&http)
        .expect("new tokens");
    let none = |nonce: Option<&Nonce>| match nonce {
        None => Ok(()),
        Some(nonce) => Err(format!("{nonce:?} after a refresh")),
    };
    let verifier = client.id_token_verifier();
    let refreshed = id_token(&second).claims(&verifier, none).expect("claims");
    assert_eq!(refreshed.subject(), identity.subject());
    assert_eq!(refreshed.auth_time(), identity.auth_time());
    let info: CoreUserInfoClaims = client
        .user_info(
            second.access_token().clone(),
            Some(identity.subject().clone()),
        )
        .expect("an endpoint")
        .request(&http)
        .expect("userinfo");
    assert_eq!(info.email().map(|email| email.as_str()), Some(ANN));
    let link = LogoutRequest::from(logout)
        .set_id_token_hint(id_token(&first))
        .set_post_logout_redirect_uri(
            PostLogoutRedirectUrl::new(GOODBYE.to_owned()).expect("a URL"),
        )
        .set_state(CsrfToken::new_random());
    assert_goodbye(&scene, &mut browser, link.http_get_url().as_str(), GOODBYE);
}

/// What the library gets for the code that Ann's answer to `target` brings.
#[track_caller]
fn exchanged(scene: &Scene, client: &Client, asked: Asked, target: &str) -> CoreTokenResponse {
    let back = scene.browser().authorize(target);
    client
        .exchange_code(AuthorizationCode::new(back.code()))
        .expect("an endpoint")
        .set_pkce_verifier(asked.verifier)
        .request(&sender(scene))
        .expect("tokens")
}

#[test]
fn openidconnect_wants_its_own_nonce() {
    let scene = provider();
    let client = client(discover(&scene), &confidential(&scene));
    let asked = ask(&client);
    let (nonce, target) = (asked.nonce.clone(), foreign_nonce(&scene, &asked.question));
    let tokens = exchanged(&scene, &client, asked, &target);
    match claims(&client, &tokens, &nonce) {
        Err(ClaimsVerificationError::InvalidNonce(_)) => {}
        other => panic!("a foreign nonce was taken: {other:?}"),
    }
}

#[test]
fn openidconnect_wants_an_id_token_for_itself() {
    let scene = provider();
    let ours = client(discover(&scene), &confidential(&scene));
    let theirs = client(discover(&scene), &confidential(&scene));
    let asked = ask(&theirs);
    let (nonce, target) = (asked.nonce.clone(), target_of(&scene, &asked.question));
    let tokens = exchanged(&scene, &theirs, asked, &target);
    claims(&theirs, &tokens, &nonce).expect("it is theirs");
    match claims(&ours, &tokens, &nonce) {
        Err(ClaimsVerificationError::InvalidAudience(_)) => {}
        other => panic!("somebody else's ID token was taken: {other:?}"),
    }
}

/// "The issuer value returned MUST be identical to the Issuer URL that was used as the prefix to /.well-known/openid-configuration"
/// (OpenID Connect Discovery §4.3): a slash at its end makes it another.
#[test]
fn openidconnect_wants_the_issuer_it_was_told() {
    let scene = provider();
    let other = format!("{}/", scene.provider.issuer());
    let other = IssuerUrl::new(other).expect("a URL");
    match ProviderMetadataWithLogout::discover(&other, &sender(&scene)) {
        Err(DiscoveryError::Validation(_)) => {}
        other => panic!("the metadata of another issuer were taken: {other:?}"),
    }
}
