//! Userinfo (Core §5.3).
use super::{app, provider, verified, walked};
use crate::support::{ANN, Scene, assert_refused, form_post};
use acceptance::{Json, Request};
use serde_json::json;

/// A token for a scope.
fn token(scene: &Scene, scope: &str) -> String {
    let app = app(scene);
    walked(scene, &mut scene.browser(), &app, &[("scope", scope)]).member("access_token")
}

#[test]
fn scope_profile_email_address_phone_and_all() {
    let scene = provider();
    let info = |scope: &str| -> Json {
        let userinfo = scene.endpoint("userinfo_endpoint");
        scene
            .api()
            .get_bearer(&userinfo, &token(&scene, scope))
            .expect(200)
            .json()
    };
    assert_eq!(info("openid"), json!({ "sub": scene.ann }));
    let profile = info("openid profile");
    assert_eq!(
        (&profile["name"], &profile["birthdate"]),
        (&json!("Ann Example"), &json!("1985-12-10"))
    );
    assert_eq!(profile["given_name#de"], "Anna");
    assert!(profile["email"].is_null());
    assert_eq!(info("openid email")["email_verified"], true);
    assert_eq!(info("openid address")["address"]["locality"], "London");
    assert_eq!(info("openid phone")["phone_number"], "+441632960000");
    let all = info("openid profile email address phone");
    for claim in [
        "name",
        "email",
        "address",
        "phone_number",
        "preferred_username",
    ] {
        assert!(!all[claim].is_null(), "{claim}");
    }
}

#[test]
fn get_post_header_and_post_body() {
    let scene = provider();
    let (userinfo, token) = (scene.endpoint("userinfo_endpoint"), token(&scene, "openid"));
    let api = scene.api();
    let expected = json!({ "sub": scene.ann });
    assert_eq!(
        api.get_bearer(&userinfo, &token).expect(200).json(),
        expected
    );
    let by_header = Request::post(&userinfo).bearer(&token);
    assert_eq!(api.send(&by_header).expect(200).json(), expected);
    let by_body = api
        .post_form(&userinfo, &[("access_token", &token)])
        .expect(200);
    assert_eq!(by_body.json(), expected);
    assert_eq!(by_body.header("cache-control"), Some("no-store"));
    let elsewhere = Request::get(&userinfo)
        .bearer(&token)
        .header("origin", "https://app.example");
    let elsewhere = api.send(&elsewhere);
    assert_eq!(elsewhere.header("access-control-allow-origin"), Some("*"));
    // A token in the URL is none (RFC 6750 §5.3).
    let in_url = api.get(&format!("{userinfo}?access_token={token}"));
    assert_refused(&in_url, 401, "invalid_token");
}

#[test]
fn what_is_no_token_is_told_so() {
    let scene = provider();
    let userinfo = scene.endpoint("userinfo_endpoint");
    let api = scene.api();
    let refused = api.get(&userinfo);
    assert_refused(&refused, 401, "invalid_token");
    assert!(
        refused
            .header("www-authenticate")
            .is_some_and(|own| own.starts_with("Bearer"))
    );
    assert_refused(
        &api.post_form(&userinfo, &[("a", "b")]),
        401,
        "invalid_token",
    );
    assert_refused(
        &api.send(&form_post(&userinfo, b"%zz")),
        400,
        "invalid_request",
    );
    let twice = b"access_token=a&access_token=b";
    assert_refused(
        &api.send(&form_post(&userinfo, twice)),
        400,
        "invalid_request",
    );
    let narrow = api.get_bearer(&userinfo, &token(&scene, "profile"));
    assert_refused(&narrow, 403, "insufficient_scope");
    let challenge = narrow.header("www-authenticate").unwrap_or_default();
    assert!(challenge.contains("scope=\"openid\""), "{challenge}");
    let machine = scene.machine();
    let own = scene.client_credentials(&machine);
    if own.status == 200 {
        let own = api.get_bearer(&userinfo, &own.member("access_token"));
        assert_refused(&own, 403, "insufficient_scope");
    }
}

#[test]
fn it_is_signed_for_an_app_that_wants_that() {
    let scene = provider();
    let app = app(&scene);
    scene.cli(&[
        "app",
        "update",
        &app.client_id,
        "--userinfo-algorithm",
        "RS256",
    ]);
    let token = walked(
        &scene,
        &mut scene.browser(),
        &app,
        &[("scope", "openid profile")],
    );
    let token = token.member("access_token");
    let reply = scene
        .api()
        .get_bearer(&scene.endpoint("userinfo_endpoint"), &token)
        .expect(200);
    assert_eq!(reply.header("content-type"), Some("application/jwt"));
    let (_, claims) = verified(&scene, &reply.text());
    assert_eq!(
        (&claims["sub"], &claims["aud"]),
        (&json!(scene.ann), &json!(app.client_id))
    );
    assert_eq!(claims["iss"], scene.provider.issuer());
    assert_eq!(claims["name"], "Ann Example");
}

#[test]
fn what_is_kept_of_a_person_is_in_their_export() {
    let scene = provider();
    let export = scene.cli(&["user", "export", ANN]);
    assert_eq!(
        export["account"]["claims"]["birthdate"], "1985-12-10",
        "{export}"
    );
}
