//! Tokens that are bound to keys (RFC 9449), against the real binary: how they are got, and for whom they work.
mod resources;

use crate::support::assertions::now;
use crate::support::proofs::Holder;
use crate::support::{CALLBACK, OWNER, PASSWORD, Scene, Tokens, assert_refused, form_to, within};
use acceptance::{App, Json, Pkce, Reply, Request};
use serde_json::json;
use std::time::Duration;

const INFO: &str = "token_info_endpoint";
const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A provider and an app of its own.
fn stage(changes: &str) -> (Scene, App) {
    let scene = Scene::plain(changes);
    let machine = scene.machine();
    (scene, machine)
}

/// A code for Ann's tasks with `pairs` behind the usual ones, and what redeems it.
fn code(scene: &Scene, app: &App, pairs: &[(&str, &str)]) -> (String, String) {
    let pkce = Pkce::random();
    let mut all = vec![
        ("scope", "tasks:read"),
        ("code_challenge", pkce.challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    all.extend(pairs);
    (scene.allow(app, &all).code(), pkce.verifier)
}

fn redeemed(scene: &Scene, app: &App, (code, verifier): &(String, String), proof: &str) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    scene.proved(app, &fields, proof)
}

/// The refresh token that an app gets for its first code, with a proof of this holder.
#[track_caller]
fn first_refresh(scene: &Scene, app: &App, holder: &Holder) -> String {
    let code = code(scene, app, &[]);
    Tokens::of(&redeemed(scene, app, &code, &scene.proof(holder))).refresh
}

fn refreshed(scene: &Scene, app: &App, token: &str, proof: &str) -> Reply {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    scene.proved(app, &fields, proof)
}

/// That a request with a token is refused with this error, and that a proof is asked for.
#[track_caller]
fn refused(reply: &Reply, error: &str) {
    assert_eq!(reply.status, 401, "{reply}");
    assert_eq!(reply.member("error"), error, "{reply}");
    let challenge = reply.header("WWW-Authenticate").unwrap_or_default();
    assert!(challenge.starts_with("DPoP realm="), "{challenge}");
    assert!(
        challenge.contains(&format!("error=\"{error}\"")),
        "{challenge}"
    );
    assert!(challenge.contains("algs=\"ES256 "), "{challenge}");
}

#[test]
fn a_browser_app_gets_uses_and_renews_tokens_that_are_its_own() {
    let scene = Scene::plain("");
    let (app, api, holder) = (
        scene.public(CALLBACK),
        scene.resource_server(),
        Holder::new(),
    );
    let algs = &scene.metadata["dpop_signing_alg_values_supported"];
    assert!(
        algs.as_array()
            .is_some_and(|all| all.contains(&json!("ES256"))),
        "{algs}"
    );
    let code = code(&scene, &app, &[("dpop_jkt", &holder.jkt())]);
    let reply = redeemed(&scene, &app, &code, &scene.proof(&holder));
    assert_eq!(reply.member("token_type"), "DPoP", "{reply}");
    let first = Tokens::of(&reply);
    let renewed = refreshed(&scene, &app, &first.refresh, &scene.proof(&holder));
    assert_eq!(renewed.member("token_type"), "DPoP", "{renewed}");
    let renewed = Tokens::of(&renewed);
    for token in [&first.access, &renewed.access] {
        let proof = holder.proof_of(token, "GET", &scene.url(INFO));
        let told = scene.opened(INFO, &format!("DPoP {token}"), &[&proof]);
        assert_eq!(told.expect(200).json()["user_id"], scene.ann.as_str());
        let answer = scene.introspect(&api, token);
        assert_eq!(answer["cnf"], json!({ "jkt": holder.jkt() }), "{answer}");
        assert_eq!(answer["token_type"], "DPoP", "{answer}");
    }
    let file = scene.provider.secret_file(&renewed.access);
    let told = scene.cli(&["token", "inspect", "--token-file", &file]);
    assert_eq!(told["jkt"], holder.jkt());
    // To take it back needs no proof.
    scene.revoke(&app, &renewed.refresh).expect(200);
    assert!(!scene.is_active(&api, &renewed.access));
}

#[test]
fn a_public_apps_refresh_token_works_with_its_key_alone() {
    let scene = Scene::plain("");
    let (app, holder, thief) = (scene.public(CALLBACK), Holder::new(), Holder::new());
    let token = first_refresh(&scene, &app, &holder);
    let stolen = refreshed(&scene, &app, &token, &scene.proof(&thief));
    assert_refused(&stolen, 400, "invalid_grant");
    assert_refused(&scene.refresh(&app, &token), 400, "invalid_dpop_proof");
    let second = refreshed(&scene, &app, &token, &scene.proof(&holder));
    let second = Tokens::of(&second);
    // Nor does a replay without the key end anything.
    let stolen = refreshed(&scene, &app, &token, &scene.proof(&thief));
    assert_refused(&stolen, 400, "invalid_grant");
    refreshed(&scene, &app, &second.refresh, &scene.proof(&holder)).expect(200);
}

#[test]
fn an_app_with_a_secret_may_take_another_key() {
    let scene = Scene::plain("");
    let (app, holder, another) = (scene.confidential(CALLBACK), Holder::new(), Holder::new());
    let token = first_refresh(&scene, &app, &holder);
    assert_refused(&scene.refresh(&app, &token), 400, "invalid_dpop_proof");
    let renewed = Tokens::of(&refreshed(&scene, &app, &token, &scene.proof(&another))).access;
    let proof = another.proof_of(&renewed, "GET", &scene.url(INFO));
    scene
        .opened(INFO, &format!("DPoP {renewed}"), &[&proof])
        .expect(200);
}

#[test]
fn a_code_is_redeemed_with_the_key_that_it_was_asked_for_with() {
    let scene = Scene::plain("");
    let (app, holder, thief) = (scene.public(CALLBACK), Holder::new(), Holder::new());
    let code = code(&scene, &app, &[("dpop_jkt", &holder.jkt())]);
    let stolen = redeemed(&scene, &app, &code, &scene.proof(&thief));
    assert_refused(&stolen, 400, "invalid_grant");
    let fields = [("code_verifier", code.1.as_str())];
    assert_refused(
        &scene.redeem(&app, &code.0, &fields),
        400,
        "invalid_dpop_proof",
    );
    redeemed(&scene, &app, &code, &scene.proof(&holder)).expect(200);
    let wrong = scene.question(&app, &[("dpop_jkt", "x"), ("scope", "tasks:read")]);
    let back = scene.browser().authorize(&wrong);
    assert_eq!(back.param("error"), Some("invalid_request"));
}

#[test]
fn a_proof_works_once_also_after_a_restart() {
    let (mut scene, machine) = stage("");
    let holder = Holder::new();
    let proof = scene.proof(&holder);
    scene.proved(&machine, &OWN, &proof).expect(200);
    assert_refused(
        &scene.proved(&machine, &OWN, &proof),
        400,
        "invalid_dpop_proof",
    );
    scene.provider.restart();
    assert_refused(
        &scene.proved(&machine, &OWN, &proof),
        400,
        "invalid_dpop_proof",
    );
    // The name counts, and not the text; another key may use it too.
    let url = scene.url("token_endpoint");
    let named = |holder: &Holder, after: i64| {
        holder.with("POST", &url, |claims| {
            claims["jti"] = "mine".into();
            claims["iat"] = (now() + after).into();
        })
    };
    scene.proved(&machine, &OWN, &named(&holder, 0)).expect(200);
    let again = scene.proved(&machine, &OWN, &named(&holder, 5));
    assert_refused(&again, 400, "invalid_dpop_proof");
    scene
        .proved(&machine, &OWN, &named(&Holder::new(), 0))
        .expect(200);
}

#[test]
fn of_many_at_once_one_is_taken_and_a_refusal_uses_nothing_up() {
    let (scene, machine) = stage("");
    let holder = Holder::new();
    let proof = scene.proof(&holder);
    let wrong = App {
        client_secret: "cs_wrong".to_owned(),
        ..machine.clone()
    };
    assert_refused(&scene.proved(&wrong, &OWN, &proof), 401, "invalid_client");
    let beyond = [OWN[0], ("scope", "no-such-scope")];
    assert_refused(
        &scene.proved(&machine, &beyond, &proof),
        400,
        "invalid_scope",
    );
    let taken = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| scene.proved(&machine, &OWN, &proof).status))
            .collect();
        let all = tries.into_iter().map(|one| one.join().expect("an answer"));
        all.filter(|status| *status == 200).count()
    });
    assert_eq!(taken, 1);
}

#[test]
fn what_is_no_proof_for_the_request_gets_nothing() {
    let (scene, machine) = stage("");
    let (holder, url) = (Holder::new(), scene.url("token_endpoint"));
    let claimed = |name: &str, value: Json| holder.with("POST", &url, |own| own[name] = value);
    let headed = |name: &str, value: Json| {
        let mut header = holder.header();
        header[name] = value;
        holder.headed(&header, "POST", &url)
    };
    let mut private = holder.header();
    private["jwk"]["d"] = json!("ZXhhbXBsZQ");
    for (why, proof) in [
        ("for another method", holder.proof("GET", &url)),
        (
            "for another URL",
            holder.proof("POST", &scene.url("revocation_endpoint")),
        ),
        (
            "for another host",
            holder.proof("POST", "https://elsewhere.example/oauth2/token"),
        ),
        ("an hour old", claimed("iat", json!(now() - 3_600))),
        ("two minutes old", claimed("iat", json!(now() - 120))),
        ("two minutes ahead", claimed("iat", json!(now() + 120))),
        ("an hour ahead", claimed("iat", json!(now() + 3_600))),
        ("expired", claimed("exp", json!(now() - 60))),
        ("without a name", claimed("jti", json!(""))),
        ("a number as method", claimed("htm", json!(7))),
        ("of another type", headed("typ", json!("JWT"))),
        ("unsigned", headed("alg", json!("none"))),
        ("by a shared secret", headed("alg", json!("HS256"))),
        ("with no key", headed("jwk", Json::Null)),
        (
            "with another key",
            headed("jwk", Holder::new().header()["jwk"].clone()),
        ),
        (
            "with a shared key",
            headed("jwk", json!({ "kty": "oct", "k": "c2VjcmV0" })),
        ),
        ("with a private key", holder.headed(&private, "POST", &url)),
        ("no JWT", "x".to_owned()),
        ("empty", String::new()),
    ] {
        let reply = scene.proved(&machine, &OWN, &proof);
        assert_eq!(reply.status, 400, "{why}: {reply}");
        assert_refused(&reply, 400, "invalid_dpop_proof");
        assert_eq!(reply.header("Cache-Control"), Some("no-store"));
        assert_eq!(reply.header("DPoP-Nonce"), None, "{why}");
    }
    let form = [
        OWN[0],
        ("client_id", machine.client_id.as_str()),
        ("client_secret", machine.client_secret.as_str()),
    ];
    let two = Request::post(&scene.token())
        .header("DPoP", &scene.proof(&holder))
        .header("DPoP", &scene.proof(&holder))
        .form(&form);
    assert_refused(&scene.api().send(&two), 400, "invalid_dpop_proof");
    let url = format!("{}?x=y", url.replace("http://", "HTTP://"));
    let same = scene.proved(&machine, &OWN, &holder.proof("POST", &url));
    assert_eq!(
        same.expect(200).member("token_type"),
        "DPoP",
        "another spelling"
    );
}

#[test]
fn nonces_are_asked_for_given_and_taken() {
    let (scene, machine) = stage("[token]\ndpop_nonce = \"required\"");
    let (holder, url) = (Holder::new(), scene.url("token_endpoint"));
    let with = |nonce: &str| holder.with("POST", &url, |own| own["nonce"] = nonce.into());
    let reply = scene.proved(&machine, &OWN, &scene.proof(&holder));
    assert_refused(&reply, 400, "use_dpop_nonce");
    let [nonce] = reply.headers_named("DPoP-Nonce")[..] else {
        panic!("one nonce: {reply}");
    };
    let exposed = reply
        .header("Access-Control-Expose-Headers")
        .unwrap_or_default();
    assert!(exposed.contains("DPoP-Nonce"), "{exposed}");
    for bad in ["", "x", &format!("{nonce}x")] {
        assert_refused(
            &scene.proved(&machine, &OWN, &with(bad)),
            400,
            "use_dpop_nonce",
        );
    }
    let given = scene.proved(&machine, &OWN, &with(nonce));
    assert_eq!(
        given.headers_named("DPoP-Nonce").len(),
        1,
        "for the next request: {given}"
    );
    let token = Tokens::of(&given).access;
    // With a nonce the clock of the app does not matter.
    let lost = holder.with("POST", &url, |own| {
        own["nonce"] = nonce.into();
        own["iat"] = json!(7);
    });
    scene.proved(&machine, &OWN, &lost).expect(200);
    assert_refused(
        &scene.proved(&machine, &OWN, &lost),
        400,
        "invalid_dpop_proof",
    );
    let (dpop, url) = (format!("DPoP {token}"), scene.url(INFO));
    let without = scene.opened(INFO, &dpop, &[&holder.proof_of(&token, "GET", &url)]);
    refused(&without, "use_dpop_nonce");
    assert_eq!(without.headers_named("DPoP-Nonce").len(), 1);
    let with = holder.proof_with((&token, nonce), &url);
    let opened = scene.opened(INFO, &dpop, &[&with]).expect(200);
    assert_eq!(opened.headers_named("DPoP-Nonce").len(), 1, "{opened}");
    let again = scene.opened(INFO, &dpop, &[&with]);
    refused(&again, "invalid_dpop_proof");
    assert_eq!(again.headers_named("DPoP-Nonce").len(), 1, "{again}");
    // Who brings no proof is not bothered.
    let plain = scene.client_credentials(&machine);
    assert_eq!(plain.expect(200).header("DPoP-Nonce"), None);
}

#[test]
fn an_app_can_be_bound_for_good() {
    let (scene, machine) = stage("");
    let told = scene.cli(&["app", "update", &machine.client_id, "--dpop-bound", "true"]);
    assert_eq!(told["dpop_bound_access_tokens"], true);
    let is_refused = || scene.client_credentials(&machine).status == 400;
    assert!(within(Duration::from_secs(2), is_refused));
    assert_refused(
        &scene.client_credentials(&machine),
        400,
        "invalid_dpop_proof",
    );
    let proof = scene.proof(&Holder::new());
    scene.proved(&machine, &OWN, &proof).expect(200);
    scene.cli(&["app", "update", &machine.client_id, "--dpop-bound", "false"]);
    let is_given = || scene.client_credentials(&machine).status == 200;
    assert!(within(Duration::from_secs(2), is_given));
}

#[test]
fn its_developer_binds_an_app_on_its_page() {
    let (scene, machine) = stage("");
    let mut browser = scene.provider.browser();
    browser.sign_in(OWNER, PASSWORD);
    let page = browser.open(&format!("/apps/{}", machine.client_id));
    let form = form_to(&page, "/apps/update");
    let ticked = [("bound", "on"), ("own-behalf", "on")];
    browser.submit(&form, &ticked).expect(303);
    let is_refused = || scene.client_credentials(&machine).status == 400;
    assert!(within(Duration::from_secs(2), is_refused));
    let reply = scene.client_credentials(&machine);
    assert_refused(&reply, 400, "invalid_dpop_proof");
    let told = scene.cli(&["app", "show", &machine.client_id]);
    assert_eq!(told["dpop_bound_access_tokens"], true, "{told}");
    let proof = scene.proof(&Holder::new());
    scene.proved(&machine, &OWN, &proof).expect(200);
}
