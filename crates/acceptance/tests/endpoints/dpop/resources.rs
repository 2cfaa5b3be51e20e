//! What bound tokens open (RFC 9449 §7): the provider's own endpoints, and an API behind it.
use super::{INFO, OWN, code, redeemed, refused};
use crate::support::proofs::Holder;
use crate::support::tasks_api::TasksApi;
use crate::support::{CALLBACK, PLAIN, Scene, Tokens, assert_refused};
use acceptance::{Json, Pkce, Request, Setup};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

#[test]
fn a_bound_token_opens_the_providers_own_endpoints_for_its_holder_alone() {
    let scene = Scene::plain("");
    let (app, holder) = (scene.public(CALLBACK), Holder::new());
    let code = code(&scene, &app, &[]);
    let token = Tokens::of(&redeemed(&scene, &app, &code, &scene.proof(&holder))).access;
    let url = scene.url(INFO);
    let (dpop, bearer) = (format!("DPoP {token}"), format!("Bearer {token}"));
    let good = || holder.proof_of(&token, "GET", &url);
    // As a bearer token it is none, with or without a proof.
    refused(&scene.opened(INFO, &bearer, &[]), "invalid_token");
    refused(&scene.opened(INFO, &bearer, &[&good()]), "invalid_token");
    refused(&scene.opened(INFO, &dpop, &[]), "invalid_dpop_proof");
    refused(
        &scene.opened(INFO, &dpop, &[&good(), &good()]),
        "invalid_dpop_proof",
    );
    let other = Holder::new().proof_of(&token, "GET", &url);
    refused(&scene.opened(INFO, &dpop, &[&other]), "invalid_token");
    for (why, proof) in [
        ("without ath", holder.proof("GET", &url)),
        (
            "with the ath of another",
            holder.proof_of("at_another", "GET", &url),
        ),
        ("for another method", holder.proof_of(&token, "POST", &url)),
        (
            "for another URL",
            holder.proof_of(&token, "GET", &scene.url("token_endpoint")),
        ),
    ] {
        let reply = scene.opened(INFO, &dpop, &[&proof]);
        assert_eq!(reply.status, 401, "{why}");
        refused(&reply, "invalid_dpop_proof");
    }
    let proof = good();
    scene
        .opened(INFO, &format!("dPoP {token}"), &[&proof])
        .expect(200);
    refused(&scene.opened(INFO, &dpop, &[&proof]), "invalid_dpop_proof");
    // A token that is bound to nothing is a bearer token, and no other.
    let free = scene.tokens(&app, "tasks:read").access;
    let proof = holder.proof_of(&free, "GET", &url);
    refused(
        &scene.opened(INFO, &format!("DPoP {free}"), &[&proof]),
        "invalid_token",
    );
    scene
        .opened(INFO, &format!("Bearer {free}"), &[&proof])
        .expect(200);
}

/// Userinfo, where a token may stand in a form too, and an app's own registration, which it changes.
#[test]
fn userinfo_and_an_apps_own_registration_take_a_proof() {
    let scene = Scene::plain(
        "[openid]\nenabled = true\n[signing]\nalgorithms = [\"ES256\"]\n[paths]\napp = [\"/app\"]\n\
         [scopes.\"app:write\"]\nsentence = \"Change the app itself\"",
    );
    let (app, holder) = (scene.public(CALLBACK), Holder::new());
    let pkce = Pkce::random();
    let asked = [
        ("scope", "openid"),
        ("code_challenge", pkce.challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let code = (scene.allow(&app, &asked).code(), pkce.verifier);
    let reply = redeemed(&scene, &app, &code, &scene.proof(&holder));
    let (token, url) = (Tokens::of(&reply).access, scene.url("userinfo_endpoint"));
    for method in ["GET", "POST"] {
        let call = |authorization: &str| {
            Request::new(method, &scene.endpoint("userinfo_endpoint"))
                .header("Authorization", authorization)
                .header("DPoP", &holder.proof_of(&token, method, &url))
        };
        let told = scene.api().send(&call(&format!("DPoP {token}")));
        assert_eq!(told.expect(200).json()["sub"], scene.ann.as_str());
        let bearer = scene.api().send(&call(&format!("Bearer {token}")));
        refused(&bearer, "invalid_token");
    }
    let form = Request::post(&scene.endpoint("userinfo_endpoint"))
        .header("DPoP", &holder.proof_of(&token, "POST", &url))
        .form(&[("access_token", &token)]);
    refused(&scene.api().send(&form), "invalid_token");

    let machine = scene.machine();
    let fields = [OWN[0], ("scope", "app:write")];
    let reply = scene.proved(&machine, &fields, &scene.proof(&holder));
    let (token, url) = (
        Tokens::of(&reply).access,
        format!("{}/app", scene.provider.issuer()),
    );
    for (method, authorization, status) in [
        ("PATCH", format!("DPoP {token}"), 200),
        ("GET", format!("DPoP {token}"), 200),
        ("PATCH", format!("Bearer {token}"), 401),
    ] {
        let request = Request::new(method, "/app")
            .header("Authorization", &authorization)
            .header("DPoP", &holder.proof_of(&token, method, &url))
            .json(&json!({ "description": "It works at night." }));
        let reply = scene.api().send(&request);
        assert_eq!(reply.status, status, "{method}: {reply}");
    }
}

/// A proof is for the whole URL: that of an endpoint on a host of its own, and below the path of an issuer.
#[test]
fn a_proof_is_for_the_url_that_the_metadata_names() {
    let setup = Setup::toml(PLAIN).with("[hosts]\napi = \"api.localhost:9\"");
    let scene = Scene::start(setup.issuer("http://localhost:{port}/id/eu"));
    let (app, holder) = (scene.public(CALLBACK), Holder::new());
    let (token, info) = (scene.url("token_endpoint"), scene.url(INFO));
    assert!(token.contains("/id/eu/") && info.starts_with("http://api.localhost:9/id/eu/"));
    let code = code(&scene, &app, &[]);
    let root = holder.proof("POST", &token.replace("/id/eu/", "/"));
    let refused = redeemed(&scene, &app, &code, &root);
    assert_refused(&refused, 400, "invalid_dpop_proof");
    let reply = redeemed(&scene, &app, &code, &scene.proof(&holder));
    let token = Tokens::of(&reply).access;
    let proof = holder.proof_of(&token, "GET", &info);
    scene
        .opened(INFO, &format!("DPoP {token}"), &[&proof])
        .expect(200);
}

#[test]
fn an_api_takes_a_bound_token_from_its_holder_alone() {
    let scene = Scene::plain(
        "[signing]\nalgorithms = [\"ES256\"]\n[[api]]\nidentifier = \"https://tasks.example\"\n\
         scopes = [\"tasks:read\", \"tasks:write\"]\ntoken = \"jwt\"\nlifetime = \"10m\"",
    );
    let (app, api, holder) = (
        scene.public(CALLBACK),
        scene.resource_server(),
        Holder::new(),
    );
    let token = redeemed(
        &scene,
        &app,
        &code(&scene, &app, &[]),
        &scene.proof(&holder),
    );
    let token = Tokens::of(&token).access;
    assert!(!token.starts_with("at_"), "a JWT");
    assert_eq!(
        scene.introspect(&api, &token)["cnf"],
        json!({ "jkt": holder.jkt() })
    );
    let origin = "https://tasks.example";
    for settings in [
        json!({ "url": origin, "leeway": 0 }),
        json!({ "url": origin, "leeway": 0, "audience": "https://tasks.example" }),
    ] {
        let tasks = TasksApi::start(&scene.provider, &api, &settings);
        let call = |authorization: &str, proof: &str| {
            let request = Request::get("/v1/tasks").header("Authorization", authorization);
            tasks.api().send(&request.header("DPoP", proof))
        };
        let url = format!("{origin}/v1/tasks");
        let good = holder.proof_of(&token, "GET", &url);
        let dpop = format!("DPoP {token}");
        call(&dpop, &good).expect(200);
        refused(&call(&dpop, &good), "invalid_dpop_proof");
        refused(
            &tasks.call("GET", "/v1/tasks", &token, None),
            "invalid_token",
        );
        let other = Holder::new().proof_of(&token, "GET", &url);
        refused(&call(&dpop, &other), "invalid_token");
    }
}

/// Whoever took a bound token has nothing: it is no bearer token anywhere, its binding cannot be taken out of it, and nothing
/// that is free is had for it.
#[test]
fn a_bound_token_cannot_be_made_a_free_one() {
    let scene = Scene::plain(
        "[signing]\nalgorithms = [\"ES256\"]\n[[api]]\nidentifier = \"https://tasks.example\"\n\
         scopes = [\"tasks:read\"]\ntoken = \"jwt\"\n[[api]]\nidentifier = \"https://people.example\"\n\
         scopes = [\"tasks:write\"]",
    );
    let (app, api, holder) = (
        scene.public(CALLBACK),
        scene.resource_server(),
        Holder::new(),
    );
    let bound = |scope: &str| {
        let pkce = Pkce::random();
        let asked = [
            ("scope", scope),
            ("code_challenge", pkce.challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let code = (scene.allow(&app, &asked).code(), pkce.verifier);
        let reply = redeemed(&scene, &app, &code, &scene.proof(&holder));
        assert_eq!(reply.member("token_type"), "DPoP");
        Tokens::of(&reply)
    };
    let (read, written) = (bound("tasks:read"), bound("tasks:write"));
    assert!(!written.access.contains('.'), "one that is asked about");
    let [header, _, signature] = [0, 1, 2].map(|at| read.access.split('.').nth(at).expect("a JWT"));
    let mut claims = claims_of(&read.access);
    assert!(claims["cnf"]["jkt"].is_string(), "{claims}");
    claims.as_object_mut().expect("claims").remove("cnf");
    let stripped = URL_SAFE_NO_PAD.encode(claims.to_string());
    let stripped = format!("{header}.{stripped}.{signature}");
    // APIs that take bound tokens, and those that never heard of them; those that read and those that ask.
    for settings in [
        json!({ "leeway": 0, "audience": "https://tasks.example" }),
        json!({ "leeway": 0, "audience": "https://people.example" }),
        json!({ "leeway": 0 }),
        json!({ "leeway": 0, "url": "https://tasks.example" }),
        json!({ "leeway": 0, "url": "https://tasks.example", "audience": "https://tasks.example" }),
    ] {
        let tasks = TasksApi::start(&scene.provider, &api, &settings);
        for token in [&read.access, &written.access, &stripped] {
            for method in ["GET", "POST"] {
                let refused =
                    tasks.call(method, "/v1/tasks", token, Some(&json!({ "title": "x" })));
                assert_eq!(refused.status, 401, "{settings}: {refused}");
            }
        }
    }
    // Introspection says that it is bound, so that whoever asks can tell.
    for token in [&read.access, &written.access] {
        let told = scene.introspect(&api, token);
        assert_eq!(
            (&told["token_type"], &told["cnf"]["jkt"]),
            (&json!("DPoP"), &json!(holder.jkt()))
        );
    }
    assert_eq!(
        scene.introspect(&api, &stripped),
        json!({ "active": false })
    );
}

/// Nor is its refresh token good for a free one: without a proof, for another key, or in another app.
#[test]
fn a_bound_refresh_token_gets_no_free_one() {
    let scene = Scene::plain("");
    let (app, holder) = (scene.public(CALLBACK), Holder::new());
    let first = redeemed(
        &scene,
        &app,
        &code(&scene, &app, &[]),
        &scene.proof(&holder),
    );
    let first = Tokens::of(&first);
    assert_refused(
        &scene.refresh(&app, &first.refresh),
        400,
        "invalid_dpop_proof",
    );
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_str()),
    ];
    let thief = scene.proved(&app, &fields, &scene.proof(&Holder::new()));
    assert_refused(&thief, 400, "invalid_grant");
    let other = scene.confidential(CALLBACK);
    assert_refused(&scene.refresh(&other, &first.refresh), 400, "invalid_grant");
    let renewed = scene
        .proved(&app, &fields, &scene.proof(&holder))
        .expect(200);
    assert_eq!(renewed.member("token_type"), "DPoP");
}

fn claims_of(token: &str) -> Json {
    let text = token.split('.').nth(1).expect("a JWT");
    let bytes = URL_SAFE_NO_PAD.decode(text).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
