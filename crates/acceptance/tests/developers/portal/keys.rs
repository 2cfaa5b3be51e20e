//! Keys in place of secrets: pasted, or fetched from the app.

use super::{DROP_KEYS, Developer, OPEN, SET_KEYS, acts, href, names, open, says, works};
use crate::support::assertions::{KeyHost, Signer};
use crate::support::form_to;
use acceptance::App;
use serde_json::json;

#[test]
fn keys_take_the_place_of_secrets_and_give_it_back() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let signer = Signer::new("server-1");
    let proves = |app: &App| {
        let assertion = signer.assertion(&app.client_id, scene.provider.issuer(), |_| {});
        let fields = [("grant_type", "refresh_token"), ("refresh_token", "rt_x")];
        let reply = scene.post_asserted("token_endpoint", &assertion, &fields);
        reply.member("error") == "invalid_grant"
    };
    assert!(works(&scene, &app) && !proves(&app));
    let done = ann.act(&app, SET_KEYS, &[("jwks", &signer.set().to_string())]);
    let page = ann.browser.follow(done.expect(303));
    says(&page, "The app authenticates by these keys from now on.");
    says(&page, "server-1");
    says(&page, "Signs with ES256");
    assert!(
        !page.text().contains("/apps/secrets/add"),
        "it has no secrets"
    );
    assert!(!works(&scene, &app) && proves(&app));
    // One key in place of a set.
    let done = ann.act(&app, SET_KEYS, &[("jwks", &signer.jwk().to_string())]);
    ann.browser.follow(done.expect(303));
    assert!(proves(&app));
    let form = form_to(&ann.page(&app), DROP_KEYS);
    let done = ann.browser.submit(&form, &[]).expect(303);
    let page = ann.browser.follow(done);
    says(&page, "The app has no keys any more.");
    assert!(!proves(&app) && !works(&scene, &app));
    let new = ann.add_secret(&app, "");
    assert!(works(&scene, &new));
    let events = [
        "app.registered",
        "app.keys_changed",
        "app.keys_changed",
        "app.secret_added",
    ];
    assert_eq!(acts(&scene, &app, &scene.ann), events);
}

#[test]
fn an_app_publishes_its_keys_itself() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let signer = Signer::new("published-1");
    let host = KeyHost::of(&signer.set());
    let done = ann.act(&app, SET_KEYS, &[("jwks-uri", &host.url())]);
    let page = ann.browser.follow(done.expect(303));
    says(&page, &host.url());
    says(&page, "published-1");
    assert_eq!(host.asked(), 1, "once, when it was named");
    ann.page(&app);
    assert_eq!(host.asked(), 1, "and by no page");
    let away = KeyHost::of(&json!({}));
    let done = ann.act(&app, SET_KEYS, &[("jwks-uri", &away.url())]);
    let page = ann.browser.follow(done.expect(303));
    says(
        &page,
        "They are read when the app asks for a token the next time.",
    );
}

#[test]
fn what_is_wrong_stands_at_its_field_and_what_was_typed_stays() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let jwk = Signer::new("a").jwk();
    let mut private = jwk.clone();
    private["d"] = "c2VjcmV0".into();
    let both = [jwk.clone(), Signer::new("a").jwk()];
    for (typed, sentence) in [
        (
            json!({ "keys": [private] }).to_string(),
            "There is a private key",
        ),
        (
            json!({ "keys": both }).to_string(),
            "Two keys have the same kid",
        ),
        (
            json!({ "keys": [] }).to_string(),
            "These are no public keys",
        ),
        ("<script>".to_owned(), "These are no public keys"),
        (String::new(), "Send the public keys"),
    ] {
        let refused = ann.act(&app, SET_KEYS, &[("jwks", &typed)]);
        names(&refused, "jwks");
        says(&refused, sentence);
        says(&refused, &typed);
    }
    for uri in ["http://app.example/jwks.json", "javascript:alert(1)", "x"] {
        let refused = ann.act(&app, SET_KEYS, &[("jwks-uri", uri)]);
        names(&refused, "jwks-uri");
    }
    let two = [
        ("jwks", &*jwk.to_string()),
        ("jwks-uri", "https://app.example/jwks.json"),
    ];
    let refused = ann.act(&app, SET_KEYS, &two);
    names(&refused, "jwks");
    says(&refused, "not both");
    assert!(works(&scene, &app), "nothing of that changed it");
}

#[test]
fn a_public_app_has_no_keys_and_nobody_else_sets_those_of_an_app() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let public = ann.register(&[("kind", "public")]);
    let page = ann.page(&public);
    assert!(!page.text().contains(SET_KEYS), "{}", href(&public));
    let eve = Developer::of(&scene, super::EVE);
    let mut eve = eve;
    let app = ann.register(&[]);
    let form = form_to(&ann.page(&app), SET_KEYS);
    let refused = eve
        .browser
        .submit(&form, &[("jwks", &Signer::new("e").set().to_string())]);
    assert!(matches!(refused.status, 400 | 403 | 404), "{refused}");
    assert!(works(&scene, &app));
}
