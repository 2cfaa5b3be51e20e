//! Sign-in by OpenID Connect. Each client is told the issuer, its id and its secret, finds everything else by
//! discovery, and checks the ID token by itself.

mod node;
mod programs;
mod python;
mod rust;

use crate::CALLBACK;
use crate::flows::{Refusal, replaced, visited};
use crate::sites::Site;
use crate::support::{ANN, Scene};
use crate::talk::{Library, Talk};
use acceptance::{App, Browser, Json, Redirect, Setup, Url, target};
use serde_json::json;

/// What every app asks for.
const SCOPE: &str = "openid profile email offline_access";
/// Where people are sent who signed out.
const GOODBYE: &str = "https://client.example/goodbye";

/// A provider of OpenID Connect, over TLS.
#[track_caller]
fn provider() -> Scene {
    Scene::start(Setup::profile("openid").https())
}

/// The same on a host that it shares.
#[track_caller]
fn provider_below_a_path() -> Scene {
    let setup = Setup::profile("openid").https();
    Scene::start(setup.issuer("https://localhost:{port}/id/eu"))
}

/// An app with a secret, which may send people on to [`GOODBYE`].
#[track_caller]
fn confidential(scene: &Scene) -> App {
    with_goodbye(scene, scene.confidential(CALLBACK), GOODBYE)
}

/// The same without a secret.
#[track_caller]
fn public(scene: &Scene) -> App {
    with_goodbye(scene, scene.public(CALLBACK), GOODBYE)
}

/// Registers where the app may send people on to who signed out.
#[track_caller]
fn with_goodbye(scene: &Scene, app: App, goodbye: &str) -> App {
    let set = ["--post-logout-redirect-uri", goodbye];
    let update = [&["app", "update", &app.client_id], set.as_slice()].concat();
    let updated = scene.provider.cli(&update);
    assert_eq!(updated.code, Some(0), "{updated:?}");
    app
}

/// What a program is told, and no endpoint among it.
fn order(scene: &Scene, app: &App, auth: &str) -> Json {
    json!({
        "flow": "sign_in",
        "auth": auth,
        "issuer": scene.provider.issuer(),
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": CALLBACK,
        "post_logout_redirect_uri": GOODBYE,
        "scope": SCOPE,
    })
}

/// A site that is told the issuer, and no endpoint.
#[track_caller]
fn site<'a>(scene: &'a Scene, library: &Library, path: &str) -> Site<'a> {
    let told = |app: &App, callback: &str| {
        let mut order = order(scene, app, "");
        order["redirect_uri"] = callback.into();
        order
    };
    let site = Site::told(scene, library, path, told);
    with_goodbye(scene, site.app.clone(), GOODBYE);
    site
}

/// A sign-in that came to its end, with the browser it happened in.
struct SignedIn {
    talk: Talk,
    browser: Browser,
}

/// Ann signs in; the client learns who she is, and again after a refresh.
#[track_caller]
fn sign_in(scene: &Scene, library: &Library, app: &App, auth: &str) -> SignedIn {
    let mut talk = library.start(scene, &order(scene, app, auth));
    let mut browser = scene.browser();
    let question = question(scene, &mut talk);
    let back = browser.authorize(&target_of(scene, &question));
    talk.say(&json!({ "callback": back.location }));
    let said = talk.hear("identity");
    assert_identity(scene, app, &said["identity"], question.param("nonce"));
    assert_info(scene, &said["info"]);
    assert_refreshed(scene, app, &said);
    talk.say(&json!("go on"));
    SignedIn { talk, browser }
}

impl SignedIn {
    /// The client sends her to sign out, and is sent her back.
    #[track_caller]
    fn sign_out(&mut self, scene: &Scene) {
        let said = self.talk.hear("logout");
        let url = said["logout"].as_str().expect("a URL");
        assert_goodbye(scene, &mut self.browser, url, GOODBYE);
        self.talk.say(&json!("go on"));
    }

    /// The program ends well.
    #[track_caller]
    fn end(mut self) {
        self.talk.hear("done");
        self.talk.end();
    }
}

/// Follows a client's link to sign out, which leads back to it with its `state`.
#[track_caller]
fn assert_goodbye(scene: &Scene, browser: &mut Browser, link: &str, goodbye: &str) {
    let (url, issuer) = (Url::parse(link).expect("a URL"), scene.provider.issuer());
    assert!(link.starts_with(&format!("{issuer}/")), "{link}");
    let end = browser.get(&url.target()).expect(303);
    let back = match Redirect::parse(link).param("state") {
        Some(state) => target(goodbye, &[("state", state)]),
        None => goodbye.to_owned(),
    };
    assert_eq!(end.location(), Some(back.as_str()), "{end}");
    let account = Url::parse(&format!("{issuer}/account")).expect("a URL");
    let page = browser.open(&account.target());
    assert!(page.text().contains("id=\"sign-in\""), "{page}");
}

/// "it SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of the original authentication contained
/// nonce" (OpenID Connect Core §12.2).
#[track_caller]
fn assert_refreshed(scene: &Scene, app: &App, said: &Json) {
    let (first, second) = (&said["identity"], &said["refreshed"]);
    assert_identity(scene, app, second, None);
    assert_eq!(second["auth_time"], first["auth_time"], "{said}");
}

/// An ID token with the nonce of somebody else's sign-in; what the client makes of it is returned.
#[track_caller]
fn with_foreign_nonce(scene: &Scene, library: &Library, app: &App, auth: &str) -> Refusal {
    let mut talk = library.start(scene, &order(scene, app, auth));
    let question = question(scene, &mut talk);
    let spoilt = foreign_nonce(scene, &question);
    let back = scene.browser().authorize(&spoilt);
    talk.say(&json!({ "callback": back.location }));
    let refusal = Refusal::of(&talk.hear("refused"));
    talk.end();
    refusal
}

/// The target of an authorization request with another nonce than the client chose.
#[track_caller]
fn foreign_nonce(scene: &Scene, question: &Redirect) -> String {
    let endpoint = scene.endpoint("authorization_endpoint");
    replaced(&endpoint, question, "nonce", "of-another-sign-in")
}

/// The authorization request that a program has somebody visit.
#[track_caller]
fn question(scene: &Scene, talk: &mut Talk) -> Redirect {
    let said = talk.hear("visit");
    visited(scene, &said);
    let question = Redirect::parse(said["visit"].as_str().unwrap_or_default());
    assert_question(&question);
    question
}

/// What all of these clients ask with.
#[track_caller]
fn assert_question(question: &Redirect) {
    let scope = question.param("scope").unwrap_or_default();
    assert!(
        scope.split(' ').any(|name| name == "openid"),
        "{question:?}"
    );
    for name in ["state", "nonce"] {
        assert!(question.param(name).is_some(), "no {name}: {question:?}");
    }
    assert_eq!(question.param("code_challenge_method"), Some("S256"));
}

/// Path and query of a URL at the provider.
#[track_caller]
fn target_of(scene: &Scene, question: &Redirect) -> String {
    let pairs = question.params.iter();
    let pairs: Vec<_> = pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    target(&scene.endpoint("authorization_endpoint"), &pairs)
}

/// The claims of an ID token: Ann's, for this app, with the nonce that was asked with.
#[track_caller]
fn assert_identity(scene: &Scene, app: &App, claims: &Json, nonce: Option<&str>) {
    assert_eq!(claims["iss"], scene.provider.issuer(), "{claims}");
    assert_eq!(claims["sub"], scene.ann.as_str(), "{claims}");
    let audience = claims["aud"]
        .as_array()
        .map_or(&claims["aud"], |all| &all[0]);
    assert_eq!(*audience, app.client_id.as_str(), "{claims}");
    assert_eq!(
        claims.get("nonce").and_then(Json::as_str),
        nonce,
        "{claims}"
    );
}

/// What userinfo says of Ann.
#[track_caller]
fn assert_info(scene: &Scene, info: &Json) {
    assert_eq!(info["sub"], scene.ann.as_str(), "{info}");
    assert_eq!(info["email"], ANN, "{info}");
    assert_eq!(info["preferred_username"], ANN, "{info}");
    assert_eq!(info["name"], "Ann Example", "{info}");
}
