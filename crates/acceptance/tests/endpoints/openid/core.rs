//! Core and Discovery: module by module what the suite's plans *config*, *basic* and *form post* look at.
use super::{NONCE, app, discovery, id_token, provider, signed_in, verified, walked};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, assert_refused, form_to, outlive, outlive_a_second,
};
use acceptance::{Redirect, forms};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

#[test]
fn discovery_endpoint_verification() {
    let scene = provider();
    let document = discovery(&scene);
    assert_eq!(document["issuer"], scene.provider.issuer());
    assert_eq!(document, scene.metadata, "one document under both names");
    for (name, value) in [
        ("response_types_supported", json!(["code"])),
        ("response_modes_supported", json!(["query", "form_post"])),
        ("subject_types_supported", json!(["public"])),
        ("claims_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
        ("backchannel_logout_supported", json!(true)),
        ("backchannel_logout_session_supported", json!(true)),
        ("acr_values_supported", json!(["1"])),
        (
            "id_token_signing_alg_values_supported",
            json!(["RS256", "ES256", "EdDSA"]),
        ),
    ] {
        assert_eq!(document[name], value, "{name}");
    }
    let listed = |name: &str| document[name].to_string();
    assert!(listed("scopes_supported").contains("\"openid\""));
    for claim in [
        "sub",
        "name",
        "email",
        "address",
        "phone_number",
        "acr",
        "preferred_username",
    ] {
        assert!(
            listed("claims_supported").contains(&format!("\"{claim}\"")),
            "{claim}"
        );
    }
    for endpoint in ["userinfo_endpoint", "end_session_endpoint", "jwks_uri"] {
        assert!(document[endpoint].is_string(), "{endpoint}");
    }
}

#[test]
fn where_it_is_switched_off_nothing_of_it_is_there() {
    let scene = Scene::plain("");
    let api = scene.api();
    for path in [
        "/.well-known/openid-configuration",
        "/oauth2/userinfo",
        "/oauth2/logout",
    ] {
        assert_eq!(api.get(path).status, 404, "{path}");
    }
    for name in [
        "userinfo_endpoint",
        "end_session_endpoint",
        "subject_types_supported",
        "claims_supported",
    ] {
        assert!(scene.metadata[name].is_null(), "{name}");
    }
}

#[test]
fn server_and_idtoken_signature() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = scene.browser();
    let reply = walked(
        &scene,
        &mut browser,
        &app,
        &[("scope", "openid"), ("nonce", NONCE)],
    );
    assert_eq!(reply.member("token_type"), "Bearer");
    assert_eq!(reply.member("scope"), "openid");
    let (head, claims) = verified(&scene, &reply.member("id_token"));
    assert_eq!(
        (&head["alg"], &head["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    assert_eq!(claims["iss"], scene.provider.issuer());
    assert_eq!(
        (&claims["aud"], &claims["nonce"]),
        (&json!(app.client_id), &json!(NONCE))
    );
    assert_eq!(claims["sub"], scene.ann.as_str());
    let lifetime = claims["exp"].as_i64().zip(claims["iat"].as_i64());
    assert_eq!(lifetime.map(|(exp, iat)| exp - iat), Some(3_600));
    let hash = digest(&SHA256, reply.member("access_token").as_bytes());
    assert_eq!(
        claims["at_hash"],
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
    );
    assert_eq!(
        (&claims["acr"], &claims["amr"]),
        (&json!("1"), &json!(["pwd"]))
    );
    for told in ["name", "email", "given_name"] {
        assert!(claims[told].is_null(), "{told} is told at userinfo");
    }
}

#[test]
fn response_type_missing() {
    let scene = provider();
    let app = app(&scene);
    let question = scene.question(&app, &[("scope", "openid"), ("state", "s")]);
    let question = question.replace("response_type=code&", "");
    let reply = scene.browser().get(&question);
    let sent = Redirect::parse(reply.location().expect("a redirect"));
    assert_eq!(sent.param("error"), Some("invalid_request"));
    assert_eq!(sent.param("state"), Some("s"));
}

#[test]
fn ensure_request_without_nonce_succeeds_for_code_flow() {
    let scene = provider();
    let app = app(&scene);
    let claims = id_token(&scene, &mut scene.browser(), &app, &[("scope", "openid")]);
    assert!(claims["nonce"].is_null(), "{claims}");
}

#[test]
fn display_locales_acr_values_and_unknown_parameters_are_tolerated() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    for pair in [
        ("display", "page"),
        ("display", "popup"),
        ("ui_locales", "se"),
        ("claims_locales", "se"),
        ("acr_values", "1 2"),
        ("login_hint", ANN),
        ("extra", "foobar"),
    ] {
        let claims = id_token(&scene, &mut browser, &app, &[("scope", "openid"), pair]);
        assert_eq!(claims["sub"], scene.ann.as_str(), "{pair:?}");
    }
}

#[test]
fn prompt_login_and_max_age_1_sign_in_again_and_auth_time_moves() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let plain = [("scope", "openid")];
    let first = id_token(&scene, &mut browser, &app, &plain);
    let silent = id_token(
        &scene,
        &mut browser,
        &app,
        &[("scope", "openid"), ("max_age", "10000")],
    );
    assert_eq!(first["auth_time"], silent["auth_time"], "the same sign-in");
    outlive(2);
    for anew in [("prompt", "login"), ("max_age", "1")] {
        let question = scene.question(&app, &[("scope", "openid"), anew]);
        let page = browser.open(&question);
        form_to(&page, "/sign-in");
        let again = id_token(&scene, &mut browser, &app, &[("scope", "openid"), anew]);
        let (before, after) = (first["auth_time"].as_i64(), again["auth_time"].as_i64());
        assert!(before < after, "{anew:?}: {before:?} {after:?}");
        assert_eq!(first["sub"], again["sub"]);
        outlive_a_second();
        outlive_a_second();
    }
}

#[test]
fn prompt_none_asks_nobody() {
    let scene = provider();
    let app = app(&scene);
    let silent = scene.question(&app, &[("scope", "openid"), ("prompt", "none")]);
    let told = |browser: &mut acceptance::Browser| {
        let reply = browser.get(&silent);
        Redirect::parse(reply.location().expect("a redirect"))
    };
    let mut browser = scene.browser();
    assert_eq!(told(&mut browser).param("error"), Some("login_required"));
    browser.sign_in(ANN, PASSWORD);
    assert_eq!(told(&mut browser).param("error"), Some("consent_required"));
    id_token(&scene, &mut browser, &app, &[("scope", "openid")]);
    assert!(
        told(&mut browser).param("code").is_some(),
        "it was allowed before"
    );
}

#[test]
fn id_token_hint_names_who_is_meant() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let hint = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let silent = [
        ("scope", "openid"),
        ("prompt", "none"),
        ("id_token_hint", &*hint),
    ];
    let question = scene.question(&app, &silent);
    let told = |browser: &mut acceptance::Browser| {
        let reply = browser.get(&question);
        Redirect::parse(reply.location().expect("a redirect"))
    };
    assert!(told(&mut browser).param("code").is_some());
    let mut other = scene.provider.browser();
    other.sign_in(OWNER, PASSWORD);
    assert_eq!(told(&mut other).param("error"), Some("login_required"));
    // Whoever signs in as another than the app means is not let through.
    let asked = scene.question(&app, &[("scope", "openid"), ("id_token_hint", &*hint)]);
    let mut wrong = scene.provider.browser_of(OWNER, PASSWORD);
    let page = wrong.open(&asked);
    let sent = wrong.submit(
        &form_to(&page, "/sign-in"),
        &[("email", OWNER), ("password", PASSWORD)],
    );
    let sent = wrong.follow(sent);
    let location = sent.location().expect("it is sent to the app").to_owned();
    assert_eq!(
        Redirect::parse(&location).param("error"),
        Some("login_required"),
        "{location}"
    );
}

#[test]
fn codereuse_ends_what_the_code_gave() {
    let scene = provider();
    let app = app(&scene);
    let question = scene.question(&app, &[("scope", "openid")]);
    let code = scene.browser().authorize(&question).code();
    let tokens = scene.redeem(&app, &code, &[]).expect(200);
    let userinfo = scene.endpoint("userinfo_endpoint");
    let token = tokens.member("access_token");
    scene.api().get_bearer(&userinfo, &token).expect(200);
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
    let dead = scene.api().get_bearer(&userinfo, &token);
    assert_refused(&dead, 401, "invalid_token");
}

#[test]
fn ensure_post_request_succeeds() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let path = scene.endpoint("authorization_endpoint");
    let fields = [
        ("response_type", "code"),
        ("client_id", &*app.client_id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("nonce", NONCE),
    ];
    let page = browser.post_form(&path, &fields);
    let page = browser.follow(page);
    let allowed = browser.submit(&form_to(&page, "/consent"), &[("answer", "allow")]);
    let code = Redirect::parse(allowed.location().expect("a redirect")).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(
        verified(&scene, &reply.member("id_token")).1["nonce"],
        NONCE
    );
}

#[test]
fn request_objects_are_refused_as_not_supported() {
    let scene = provider();
    let app = app(&scene);
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        let reply = scene
            .browser()
            .get(&scene.question(&app, &[("scope", "openid"), (name, "x")]));
        let sent = Redirect::parse(reply.location().expect("a redirect"));
        assert_eq!(sent.param("error"), Some(error));
    }
}

#[test]
fn claims_essential_and_claims_in_the_id_token() {
    let scene = provider();
    let app = app(&scene);
    let claims = r#"{"userinfo":{"name":{"essential":true}},"id_token":{"given_name":null}}"#;
    let asked = [("scope", "openid"), ("claims", claims)];
    let reply = walked(&scene, &mut scene.browser(), &app, &asked);
    assert_eq!(
        reply.member("scope"),
        "openid profile",
        "what opens them was allowed"
    );
    let told = verified(&scene, &reply.member("id_token")).1;
    assert_eq!(
        (&told["given_name"], &told["given_name#de"]),
        (&json!("Ann"), &json!("Anna"))
    );
    assert!(told["name"].is_null(), "that was asked for elsewhere");
    let userinfo = scene.endpoint("userinfo_endpoint");
    let token = reply.member("access_token");
    let info = scene.api().get_bearer(&userinfo, &token).expect(200).json();
    assert_eq!(info["name"], "Ann Example");
}

#[test]
fn refresh_token_brings_the_same_sign_in() {
    let scene = provider();
    let app = app(&scene);
    let asked = [
        ("scope", "openid offline_access"),
        ("nonce", NONCE),
        ("prompt", "consent"),
    ];
    let reply = walked(&scene, &mut scene.browser(), &app, &asked);
    let first = verified(&scene, &reply.member("id_token")).1;
    outlive_a_second();
    let later = scene
        .refresh(&app, &reply.member("refresh_token"))
        .expect(200);
    let second = verified(&scene, &later.member("id_token")).1;
    for same in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(first[same], second[same], "{same}");
    }
    assert!(first["iat"].as_i64() < second["iat"].as_i64());
    assert!(second["nonce"].is_null(), "{second}");
}

#[test]
fn form_post_brings_the_answer_in_a_form() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let asked = [
        ("scope", "openid"),
        ("state", "a\"><b>&c"),
        ("response_mode", "form_post"),
    ];
    let page = browser.authorize_until_consent(&scene.question(&app, &asked));
    let answer = browser
        .submit(&form_to(&page, "/consent"), &[("answer", "allow")])
        .expect(200);
    let form = forms(&answer.text()).into_iter().next().expect("a form");
    assert_eq!(
        (form.action.as_str(), form.value("state")),
        (CALLBACK, Some("a\"><b>&c"))
    );
    assert_eq!(form.value("iss"), Some(scene.provider.issuer()));
    assert!(
        answer.text().contains("<script src=\"/assets/submit-"),
        "it goes on by itself"
    );
    assert!(
        answer.text().contains("id=\"next\" type=\"submit\""),
        "or by its button"
    );
    let csp = answer.header("content-security-policy").unwrap_or_default();
    assert!(
        !csp.contains("form-action") && csp.contains("script-src 'self'"),
        "{csp}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let code = form.value("code").expect("a code").to_owned();
    scene.redeem(&app, &code, &[]).expect(200);
    // Once more, and at once where it was allowed before.
    let again = browser.get(&scene.question(&app, &asked)).expect(200);
    assert!(
        forms(&again.text())[0]
            .value("code")
            .is_some_and(|other| other != code)
    );
    let wrong = [("scope", "openid nothing"), ("response_mode", "form_post")];
    let refused = browser.get(&scene.question(&app, &wrong)).expect(200);
    assert_eq!(
        forms(&refused.text())[0].value("error"),
        Some("invalid_scope")
    );
}
