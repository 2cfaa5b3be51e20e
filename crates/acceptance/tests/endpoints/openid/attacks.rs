//! What attackers try with tokens that are not what they seem.
use super::{NONCE, app, decoded, discovery, provider, signed_in, verified, walked};
use crate::support::{CALLBACK, assert_refused};
use acceptance::{Json, Redirect};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

#[test]
fn an_id_token_is_no_access_token() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let id_token = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let userinfo = scene
        .api()
        .get_bearer(&scene.endpoint("userinfo_endpoint"), &id_token);
    assert_refused(&userinfo, 401, "invalid_token");
    let info = scene
        .api()
        .get_bearer(&scene.endpoint("token_info_endpoint"), &id_token);
    assert_refused(&info, 401, "invalid_token");
    let api = scene.resource_server();
    assert_eq!(
        scene.introspect(&api, &id_token),
        json!({ "active": false })
    );
    let refresh = scene.refresh(&app, &id_token);
    assert_refused(&refresh, 400, "invalid_grant");
}

/// The same header and payload, changed, with a signature that is none of ours.
fn forged(jwt: &str, head: impl FnOnce(&mut Json), claims: impl FnOnce(&mut Json)) -> String {
    let parts: Vec<&str> = jwt.split('.').collect();
    let read = |part: &str| -> Json { serde_json::from_slice(&decoded(part)).expect("JSON") };
    let (mut header, mut payload) = (read(parts[0]), read(parts[1]));
    head(&mut header);
    claims(&mut payload);
    let write = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", write(&header), write(&payload), parts[2])
}

#[test]
fn a_hint_that_was_changed_on_its_way_is_no_hint() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let good = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let hs256 = forged(&good, |head| head["alg"] = json!("HS256"), |_| {});
    let none = forged(&good, |head| head["alg"] = json!("none"), |_| {});
    let jku = forged(
        &good,
        |head| head["jku"] = json!("https://evil.example/keys"),
        |_| {},
    );
    let crit = forged(&good, |head| head["crit"] = json!(["x"]), |_| {});
    let subject = forged(&good, |_| {}, |claims| claims["sub"] = json!("user_2"));
    let detached = format!(
        "{}..{}",
        good.split('.').next().unwrap(),
        good.split('.').nth(2).unwrap()
    );
    let nested = URL_SAFE_NO_PAD.encode(&good);
    for bad in [&hs256, &none, &jku, &crit, &subject, &detached, &nested] {
        let question = scene.question(
            &app,
            &[
                ("scope", "openid"),
                ("prompt", "none"),
                ("id_token_hint", bad),
            ],
        );
        let reply = browser.get(&question);
        let sent = Redirect::parse(reply.location().expect("a redirect"));
        assert_eq!(sent.param("error"), Some("invalid_request"), "{bad}");
        assert_eq!(sent.param("code"), None);
    }
}

#[test]
fn answers_say_whose_they_are_against_mix_up() {
    let scene = provider();
    let app = app(&scene);
    let flag = &discovery(&scene)["authorization_response_iss_parameter_supported"];
    assert_eq!(flag, true);
    let mut browser = signed_in(&scene);
    let sent = browser.authorize(&scene.question(&app, &[("scope", "openid"), ("nonce", NONCE)]));
    assert_eq!(sent.param("iss"), Some(scene.provider.issuer()), "RFC 9207");
    let refused = browser.get(&scene.question(&app, &[("scope", "openid"), ("claims", "{")]));
    let refused = Redirect::parse(refused.location().expect("a redirect"));
    assert_eq!(refused.param("iss"), Some(scene.provider.issuer()));
    assert_eq!(refused.param("error"), Some("invalid_request"));
}

#[test]
fn a_code_of_one_app_gives_another_no_id_token() {
    let scene = provider();
    let (own, other) = (app(&scene), scene.confidential(CALLBACK));
    let code = scene
        .browser()
        .authorize(&scene.question(&own, &[("scope", "openid")]))
        .code();
    assert_refused(&scene.redeem(&other, &code, &[]), 400, "invalid_grant");
    let reply = scene.redeem(&own, &code, &[]).expect(200);
    let claims = verified(&scene, &reply.member("id_token")).1;
    assert_eq!(claims["aud"], own.client_id.as_str());
}

#[test]
fn a_key_that_is_rotated_amid_a_flow_breaks_nothing() {
    let mut scene = provider();
    let app = app(&scene);
    let code = scene
        .browser()
        .authorize(&scene.question(&app, &[("scope", "openid")]))
        .code();
    scene.provider.stop();
    scene.cli(&["key", "rotate", "--signing", "--now"]);
    scene.provider.start();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    verified(&scene, &reply.member("id_token"));
    let before = scene
        .api()
        .get(&scene.endpoint("jwks_uri"))
        .expect(200)
        .json();
    assert!(
        before["keys"]
            .as_array()
            .is_some_and(|keys| keys.len() >= 4),
        "the earlier ones stay: {before}"
    );
}
