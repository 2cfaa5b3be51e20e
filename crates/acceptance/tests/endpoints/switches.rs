//! Everything that a profile switches, both ways.

use crate::support::{
    CALLBACK, OWNER, Scene, Tokens, assert_page, assert_refused, page_request, rest,
};
use acceptance::{AppSpec, Json, Pkce, Request, target};

/// Whether a list in the metadata has a value.
fn lists(scene: &Scene, name: &str, value: &str) -> bool {
    let listed = scene.metadata[name].as_array();
    listed.is_some_and(|all| all.iter().any(|it| it == value))
}

/// The small provider with one endpoint at a known path, or switched off.
fn with_path(name: &str, path: Option<&str>) -> Scene {
    let list = path.map_or(String::new(), |path| format!("{path:?}"));
    Scene::plain(&format!("[paths]\n{name} = [{list}]"))
}

#[test]
fn revocation_on_and_off() {
    let form = [("token", "at_x")];
    let scene = with_path("revoke", Some("/r"));
    let app = scene.confidential(CALLBACK);
    assert_eq!(scene.endpoint("revocation_endpoint"), "/r");
    assert!(lists(
        &scene,
        "revocation_endpoint_auth_methods_supported",
        "client_secret_basic"
    ));
    scene.api().post_form_as("/r", &app, &form).expect(200);
    let scene = with_path("revoke", None);
    let app = scene.confidential(CALLBACK);
    assert_refused(
        &scene.api().post_form_as("/oauth2/revoke", &app, &form),
        404,
        "not_found",
    );
    assert!(
        !scene.metadata.to_string().contains("revocation_"),
        "{}",
        scene.metadata
    );
}

#[test]
fn introspection_on_and_off() {
    let form = [("token", "at_x")];
    let scene = with_path("introspect", Some("/i"));
    let app = scene.confidential(CALLBACK);
    assert_eq!(scene.endpoint("introspection_endpoint"), "/i");
    let reply = scene.api().post_form_as("/i", &app, &form).expect(200);
    assert_eq!(reply.text(), r#"{"active":false}"#);
    let scene = with_path("introspect", None);
    let app = scene.confidential(CALLBACK);
    assert_refused(
        &scene.api().post_form_as("/oauth2/introspect", &app, &form),
        404,
        "not_found",
    );
    assert!(
        !scene.metadata.to_string().contains("introspection"),
        "{}",
        scene.metadata
    );
}

#[test]
fn the_revocation_feed_on_and_off() {
    let ask = |scene: &Scene, path: &str| {
        let app = scene.resource_server();
        let request = Request::get(path).basic(&app.client_id, &app.client_secret);
        scene.api().send(&request)
    };
    let scene = with_path("revocations", Some("/f"));
    assert_eq!(scene.endpoint("revocations_endpoint"), "/f");
    ask(&scene, "/f").expect(200);
    for off in [
        with_path("revocations", None),
        with_path("introspect", None),
    ] {
        assert_refused(&ask(&off, "/oauth2/revocations"), 404, "not_found");
        assert!(
            !off.metadata.to_string().contains("revocations"),
            "{}",
            off.metadata
        );
    }
}

#[test]
fn token_info_on_and_off() {
    let scene = with_path("token_info", Some("/me"));
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    assert_eq!(scene.endpoint("token_info_endpoint"), "/me");
    scene.api().get_bearer("/me", &tokens.access).expect(200);
    let scene = with_path("token_info", None);
    assert_refused(
        &scene.api().get_bearer("/oauth2/token/info", &tokens.access),
        404,
        "not_found",
    );
    assert!(
        !scene.metadata.to_string().contains("token_info"),
        "{}",
        scene.metadata
    );
}

#[test]
fn aliases_of_a_path_all_answer_and_the_first_is_published() {
    let scene = Scene::plain("[paths]\ntoken = [\"/a/\", \"/b\"]\nauthorize = [\"/x\", \"/y/\"]");
    assert_eq!(
        (
            scene.token().as_str(),
            scene.endpoint("authorization_endpoint").as_str()
        ),
        ("/a/", "/x")
    );
    let app = scene.confidential(CALLBACK);
    for (authorize, token) in [("/x", "/a/"), ("/y/", "/b")] {
        let asked = [
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
        ];
        let code = scene.browser().authorize(&target(authorize, &asked)).code();
        let form = [("grant_type", "authorization_code"), ("code", &code)];
        scene.api().post_form_as(token, &app, &form).expect(200);
    }
    assert_refused(&scene.api().post_form_as("/a", &app, &[]), 404, "not_found");
}

#[test]
fn client_credentials_on_and_off() {
    let scene = Scene::plain("[grants]\nclient_credentials = true");
    assert!(lists(&scene, "grant_types_supported", "client_credentials"));
    let machine = scene.machine();
    let reply = scene.client_credentials(&machine).expect(200);
    assert_eq!(
        Tokens::of(&reply).refresh,
        "",
        "no refresh token (RFC 6749 4.4.3)"
    );
    let info = scene.api().get_bearer(
        &scene.endpoint("token_info_endpoint"),
        &Tokens::of(&reply).access,
    );
    assert_eq!(info.expect(200).json()["user_id"], Json::Null);
    let app = scene.confidential(CALLBACK);
    assert_refused(&scene.client_credentials(&app), 400, "unauthorized_client");
    let scene = Scene::plain("[grants]\nclient_credentials = false");
    assert!(!lists(
        &scene,
        "grant_types_supported",
        "client_credentials"
    ));
    let app = scene.confidential(CALLBACK);
    assert_refused(
        &scene.client_credentials(&app),
        400,
        "unsupported_grant_type",
    );
    let args = [
        "app",
        "create",
        "--owner",
        OWNER,
        "--name",
        "x",
        "--homepage",
        "https://x.example",
    ];
    let refused = scene
        .provider
        .cli(&[&args[..], &["--grant", "client_credentials", "--json"]].concat());
    assert_ne!(refused.code, Some(0), "{refused:?}");
}

#[test]
fn refresh_tokens_on_and_off() {
    let scene = Scene::plain("[grants]\nrefresh_token = true");
    assert!(lists(&scene, "grant_types_supported", "refresh_token"));
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    scene.refresh(&app, &tokens.refresh).expect(200);
    let scene = Scene::plain("[grants]\nrefresh_token = false");
    assert!(!lists(&scene, "grant_types_supported", "refresh_token"));
    let app = scene.confidential(CALLBACK);
    assert_eq!(scene.tokens(&app, "tasks:read").refresh, "");
    assert_refused(
        &scene.refresh(&app, &tokens.refresh),
        400,
        "unsupported_grant_type",
    );
}

#[test]
fn the_code_grant_off() {
    let scene = Scene::plain("[grants]\nauthorization_code = false");
    // "Claims with zero elements MUST be omitted from the response" (RFC 8414 section 3.2).
    for name in [
        "authorization_endpoint",
        "code_challenge_methods_supported",
        "response_modes_supported",
        "response_types_supported",
    ] {
        assert_eq!(
            scene.metadata[name],
            Json::Null,
            "{name}: {}",
            scene.metadata
        );
    }
    assert!(!lists(
        &scene,
        "grant_types_supported",
        "authorization_code"
    ));
    let machine = scene.machine();
    assert_eq!(scene.api().get("/oauth2/authorize?client_id=x").status, 404);
    assert_refused(
        &scene.redeem(&machine, "x", &[]),
        400,
        "unsupported_grant_type",
    );
    scene.client_credentials(&machine).expect(200);
}

#[test]
fn sign_up_on_and_off() {
    let scene = Scene::plain("[accounts]\nsign_up = \"open\"");
    assert!(scene.browser().open("/sign-in").text().contains("/sign-up"));
    let mut browser = scene.browser();
    browser
        .sign_up("Ben", "ben@example.com", "a password of some length")
        .expect(303);
    browser.sign_in("ben@example.com", "a password of some length");
    let scene = Scene::plain("[accounts]\nsign_up = false");
    assert!(!scene.browser().open("/sign-in").text().contains("/sign-up"));
    assert_page(&scene.api().send(&page_request("/sign-up")), 404);
    let post = Request::post("/sign-up")
        .header("Accept", "text/html")
        .form(&[("email", "ben@example.com")]);
    assert_page(&scene.api().send(&post), 404);
}

#[test]
fn json_bodies_on_and_off() {
    for (bodies, taken) in [(r#"["form", "json"]"#, true), (r#"["form"]"#, false)] {
        let scene = Scene::plain(&format!("[token]\nbodies = {bodies}"));
        let machine = scene.machine();
        let body = serde_json::json!({
            "grant_type": "client_credentials",
            "client_id": machine.client_id,
            "client_secret": machine.client_secret,
        });
        let reply = scene.api().post_json(&scene.token(), &body);
        match taken {
            true => drop(Tokens::of(&reply)),
            false => assert_refused(&reply, 400, "invalid_request"),
        }
        scene.client_credentials(&machine).expect(200);
    }
}

#[test]
fn query_parameters_on_and_off() {
    for (bodies, taken) in [(r#"["form", "query"]"#, true), (r#"["form"]"#, false)] {
        let scene = Scene::plain(&format!("[token]\nbodies = {bodies}"));
        let machine = scene.machine();
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_id", &machine.client_id),
            ("client_secret", &machine.client_secret),
        ];
        let reply = scene
            .api()
            .send(&Request::post(&target(&scene.token(), &pairs)));
        match taken {
            true => drop(Tokens::of(&reply)),
            false => assert_refused(&reply, 400, "invalid_request"),
        }
        rest::assert_nowhere(&scene.provider, &[&machine.client_secret]);
        let warned = scene.provider.log().contains("secrets in URLs");
        assert_eq!(warned, taken, "{}", scene.provider.log());
        let twice = Request::post(&target(&scene.token(), &pairs)).form(&pairs[..1]);
        assert_refused(&scene.api().send(&twice), 400, "invalid_request");
    }
}

#[test]
fn rotation_on_and_off() {
    let scene = Scene::plain("[token]\nrotate = false");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    for _ in 0..2 {
        let next = Tokens::of(&scene.refresh(&app, &first.refresh));
        assert!(
            ["", &first.refresh].contains(&next.refresh.as_str()),
            "it stays"
        );
        assert_ne!(next.access, first.access);
    }
    let scene = Scene::plain("[token]\nrotate = true");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    let next = Tokens::of(&scene.refresh(&app, &first.refresh));
    assert_ne!(next.refresh, first.refresh);
}

#[test]
fn a_grace_window_of_zero_makes_every_retry_a_replay() {
    let scene = Scene::plain("[token]\nrotate = { grace = \"0s\" }");
    let app = scene.confidential(CALLBACK);
    let first = scene.tokens(&app, "tasks:read");
    let next = Tokens::of(&scene.refresh(&app, &first.refresh));
    assert_refused(&scene.refresh(&app, &first.refresh), 400, "invalid_grant");
    assert!(!scene.is_active(&app, &next.access), "the family is gone");
}

#[test]
fn redirect_uri_at_the_token_endpoint_required_or_not() {
    for (setting, status) in [("required", 400), ("match_if_sent", 200)] {
        let scene = Scene::plain(&format!("[token]\nredirect_uri = {setting:?}"));
        let app = scene.confidential(CALLBACK);
        let code = scene.allow(&app, &[("redirect_uri", CALLBACK)]).code();
        let without = scene.redeem(&app, &code, &[]).expect(status);
        if status == 400 {
            assert_refused(&without, 400, "invalid_request");
            let wrong = scene.redeem(&app, &code, &[("redirect_uri", "http://localhost:1/")]);
            assert_refused(&wrong, 400, "invalid_grant");
            scene
                .redeem(&app, &code, &[("redirect_uri", CALLBACK)])
                .expect(200);
        }
    }
}

#[test]
fn pkce_for_all_or_for_public_apps() {
    let pkce = Pkce::random();
    let sent = [
        ("code_challenge", pkce.challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let scene = Scene::plain("[apps]\npkce = \"all\"");
    let app = scene.confidential(CALLBACK);
    assert_eq!(
        scene.allow(&app, &[]).param("error"),
        Some("invalid_request")
    );
    scene.allow(&app, &sent).code();
    let scene = Scene::plain("[apps]\npkce = \"public\"");
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[]).code();
    let unasked = scene.redeem(&app, &code, &[("code_verifier", &pkce.verifier)]);
    assert_refused(&unasked, 400, "invalid_grant");
    scene.redeem(&app, &code, &[]).expect(200);
}

#[test]
fn answers_in_the_shape_that_a_profile_documents() {
    let scene = Scene::plain(
        "[token]\ntoken_type = \"bearer\"\nalways_name_scope = false\nprefix = { access = \"acme_\", refresh = \"acmer_\" }\n\
         [accounts]\nid = \"number\"",
    );
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    assert!(
        tokens.access.starts_with("acme_") && tokens.refresh.starts_with("acmer_"),
        "{tokens:?}"
    );
    let reply = scene.refresh(&app, &tokens.refresh).expect(200).json();
    assert_eq!(
        (&reply["token_type"], &reply["scope"]),
        (&Json::from("bearer"), &Json::Null)
    );
    let seen = scene.introspect(&app, &tokens.access);
    let sub = seen["sub"].as_str().expect("a subject");
    assert!(
        sub.parse::<u64>().is_ok_and(|number| number < 1 << 53),
        "{seen}"
    );
}

#[test]
fn any_port_of_localhost_or_the_registered_one() {
    for (switch, status) in [(true, 303), (false, 400)] {
        let scene = Scene::plain(&format!("[apps]\nlocalhost_any_port = {switch}"));
        let app = scene.confidential(CALLBACK);
        let other = [("redirect_uri", "http://localhost:40001/callback")];
        scene
            .browser()
            .get(&scene.question(&app, &other))
            .expect(status);
        let ip = scene.confidential("http://127.0.0.1/callback");
        let other = [("redirect_uri", "http://127.0.0.1:40001/callback")];
        scene
            .browser()
            .get(&scene.question(&ip, &other))
            .expect(303);
        for wrong in [
            "http://127.0.0.1:40001/callbac",
            "http://127.0.0.2:1/callback",
            "https://127.0.0.1:1/callback",
        ] {
            scene
                .browser()
                .get(&scene.question(&ip, &[("redirect_uri", wrong)]))
                .expect(400);
        }
    }
}

#[test]
fn scopes_are_narrowed_or_refused() {
    for (switch, expected) in [(true, "tasks:read"), (false, "invalid_scope")] {
        let scene = Scene::plain(&format!("[apps]\nnarrow_scope = {switch}"));
        let app = scene.confidential(CALLBACK);
        let broad = [("scope", "tasks:read admin:all")];
        let sent = scene.browser().get(&scene.question(&app, &broad));
        let location = sent.expect(303).location().expect("somewhere").to_owned();
        assert_eq!(location.contains("invalid_scope"), !switch, "{location}");
        let form = [&[("grant_type", "client_credentials")], &broad[..]].concat();
        let own = scene
            .api()
            .post_form_as(&scene.token(), &scene.machine(), &form);
        let own = own.json();
        let said = own["scope"].as_str().or(own["error"].as_str());
        assert_eq!(said, Some(expected), "{own}");
    }
}

#[test]
fn redirect_uris_are_counted() {
    let scene = Scene::plain("[apps]\nmax_redirect_uris = 1");
    let args = [
        "app",
        "create",
        "--owner",
        OWNER,
        "--name",
        "x",
        "--homepage",
        "https://x.example",
    ];
    let uris = [
        "--redirect-uri",
        "https://x.example/1",
        "--redirect-uri",
        "https://x.example/2",
    ];
    let refused = scene
        .provider
        .cli(&[&args[..], &uris, &["--json"]].concat());
    assert_ne!(refused.code, Some(0), "{refused:?}");
    scene.app(&AppSpec {
        redirect_uris: &["https://x.example/1"],
        ..AppSpec::default()
    });
}
