//! Access tokens that are JWTs (RFC 9068), against the real binary: made, asked about, taken back, forged, and read by an API.
use crate::support::tasks_api::{SECOND, Stage};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, assert_refused, within};
use crate::verify::WAYS;
use acceptance::{App, AppSpec, Json, Reply};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::time::{Duration, Instant};

const TASKS: &str = "https://tasks.example";
/// Long enough for whatever comes true.
const SOON: Duration = Duration::from_secs(15);
/// A provider whose API of tasks reads its tokens itself, while that of people asks.
const APIS: &str = r#"
[scopes.identity]
sentence = "See who you are"
personal = true
[signing]
algorithms = ["ES256", "EdDSA"]
[[api]]
identifier = "https://tasks.example"
scopes = ["tasks:read", "tasks:write"]
token = "jwt"
lifetime = "10m"
[[api]]
identifier = "https://people.example"
scopes = ["identity"]
"#;

fn scene() -> Scene {
    Scene::plain(APIS)
}

/// An API of tasks that reads JWTs, and whose clock is the provider's. What is issued from now on, it has heard the
/// feed's every word about.
fn stage() -> Stage {
    let settings = json!({ "audience": TASKS, "leeway": 0, "delete_within": 2 });
    let stage = Stage::of(scene(), settings);
    stage.wait_until_read();
    stage
}

/// A part of a JWT.
fn part(token: &str, at: usize) -> Json {
    let text = token.split('.').nth(at).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(text).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn claims(token: &str) -> Json {
    assert_eq!(part(token, 0)["typ"], "at+jwt");
    part(token, 1)
}

fn token_info(scene: &Scene, token: &str) -> Reply {
    scene
        .api()
        .get_bearer(&scene.endpoint("token_info_endpoint"), token)
}

#[test]
fn every_grant_gives_one_that_says_what_introspection_says() {
    let scene = scene();
    let (app, api, job) = (
        scene.confidential(CALLBACK),
        scene.resource_server(),
        scene.machine(),
    );
    let first = scene.tokens(&app, "tasks:read tasks:write");
    let renewed = Tokens::of(&scene.refresh(&app, &first.refresh));
    let own = Tokens::of(&scene.client_credentials(&job));
    for (token, person) in [
        (&first.access, true),
        (&renewed.access, true),
        (&own.access, false),
    ] {
        let (said, answer) = (claims(token), scene.introspect(&api, token));
        assert_eq!(answer["active"], true, "{answer}");
        for name in [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "jti",
            "client_id",
            "scope",
            "grant_id",
            "auth_time",
        ] {
            assert_eq!(said[name], answer[name], "{name}: {said} {answer}");
        }
        assert_eq!(said["iss"], scene.provider.issuer());
        assert_eq!(said["aud"], TASKS);
        assert_eq!(said["auth_time"].is_i64(), person, "{said}");
        let lives = said["exp"].as_i64().zip(said["iat"].as_i64());
        let lives = lives.map(|(exp, iat)| exp - iat);
        assert!(
            lives.is_some_and(|lives| (598..=602).contains(&lives)),
            "{said}"
        );
        let info = token_info(&scene, token).expect(200).json();
        assert_eq!(info["client_id"], said["client_id"]);
    }
    assert_eq!(
        claims(&first.access)["auth_time"],
        claims(&renewed.access)["auth_time"]
    );
    assert_eq!(claims(&own.access)["sub"], job.client_id.as_str());
    let known = scene.api().get("/.well-known/jwks.json").json().to_string();
    let kid = part(&first.access, 0)["kid"].to_string();
    assert!(known.contains(&kid), "{kid} is none of {known}");
}

/// "The authorization server SHOULD audience-restrict issued access tokens to the resource(s) indicated" (RFC 8707 §2): from
/// the question that a person answers to a refresh for one of two APIs.
#[test]
fn a_token_is_for_the_api_that_is_named() {
    let scene = scene();
    let (app, resource) = (scene.confidential(CALLBACK), scene.resource_server());
    let wide = [
        ("scope", "tasks:read tasks:write identity"),
        ("resource", TASKS),
    ];
    let mut browser = scene.browser();
    let page = browser
        .authorize_until_consent(&scene.question(&app, &wide))
        .text();
    assert!(
        page.contains("See your tasks") && !page.contains("See who you are"),
        "{page}"
    );
    let code = browser.authorize(&scene.question(&app, &wide)).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[("resource", "https://TASKS.example/")]));
    let said = claims(&tokens.access);
    assert_eq!(said["aud"], json!([TASKS, "https://TASKS.example/"]));
    assert_eq!(said["scope"], "tasks:read tasks:write");
    let told = scene.introspect(&resource, &tokens.access);
    assert_eq!(
        (&told["aud"], &told["scope"]),
        (&json!(TASKS), &said["scope"])
    );
    let refresh = |resource: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &tokens.refresh),
            ("resource", resource),
        ];
        scene.api().post_form_as(&scene.token(), &app, &fields)
    };
    for beyond in [
        "https://people.example",
        "https://elsewhere.example",
        "urn:x#y",
    ] {
        assert_refused(&refresh(beyond), 400, "invalid_target");
    }
    assert_eq!(
        claims(&Tokens::of(&refresh(TASKS)).access)["aud"],
        TASKS,
        "nothing was used up"
    );
    let unknown = [
        ("scope", "tasks:read"),
        ("resource", "https://elsewhere.example"),
        ("state", "s"),
    ];
    let back = browser.get(&scene.question(&app, &unknown));
    let back = acceptance::Redirect::parse(back.location().expect("it goes to the app"));
    assert_eq!(
        (back.param("error"), back.param("state")),
        (Some("invalid_target"), Some("s"))
    );
    // With both, one of either kind: what a token is for is for the refresh to say.
    let both = [("scope", "tasks:read identity")];
    let code = browser.authorize(&scene.question(&app, &both)).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[("resource", "https://people.example")]));
    assert!(!tokens.access.contains('.'), "it is opaque");
    assert_eq!(
        scene.introspect(&resource, &tokens.access)["aud"],
        "https://people.example"
    );
}

#[test]
fn a_token_for_an_api_that_asks_is_opaque_and_tells_of_its_person() {
    let scene = scene();
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let token = scene.tokens(&app, "identity").access;
    assert!(token.starts_with("at_"));
    let answer = scene.introspect(&api, &token);
    assert_eq!(answer["aud"], "https://people.example");
    assert!(answer["auth_time"].is_i64(), "{answer}");
    assert_eq!(answer["username"], ANN);
    // Of both: no single form suits, and both are named.
    let both = scene.tokens(&app, "identity tasks:read").access;
    assert!(both.starts_with("at_"));
    let answer = scene.introspect(&api, &both);
    assert_eq!(answer["aud"], json!([TASKS, "https://people.example"]));
    // Who may not know her is told nothing of her.
    let tasks = scene.tokens(&app, "tasks:read").access;
    assert!(scene.introspect(&api, &tasks).get("username").is_none());
}

#[test]
fn one_that_is_taken_back_is_dead_at_once() {
    let scene = scene();
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let (one, rest) = (
        scene.tokens(&app, "tasks:read"),
        scene.tokens(&app, "tasks:read"),
    );
    scene.revoke(&app, &one.access).expect(200);
    assert!(!scene.is_active(&api, &one.access));
    assert_refused(&token_info(&scene, &one.access), 401, "invalid_token");
    assert!(scene.is_active(&api, &rest.access));
    // Nobody else's to take back, nor to know.
    let other = scene.confidential(CALLBACK);
    assert_refused(&scene.revoke(&other, &rest.access), 400, "invalid_grant");
    assert!(!scene.is_active(&other, &rest.access));
    // With its grant, and by command.
    let renewed = Tokens::of(&scene.refresh(&app, &rest.refresh));
    let file = scene.provider.secret_file(&renewed.access);
    let told = scene.cli(&["token", "inspect", "--token-file", &file]);
    assert_eq!(
        (&told["kind"], &told["active"]),
        (&json!("access"), &json!(true))
    );
    scene.revoke(&app, &renewed.refresh).expect(200);
    for token in [&rest.access, &renewed.access] {
        assert!(!scene.is_active(&api, token));
    }
}

#[test]
fn it_opens_nothing_of_ours_that_is_not_its_own() {
    let scene = scene();
    let app = scene.confidential(CALLBACK);
    let token = scene.tokens(&app, "tasks:read").access;
    let reply = scene.api().get_bearer("/valetkey/apps", &token);
    assert!([401, 403, 404].contains(&reply.status), "{reply}");
    // It is no refresh token and no code either.
    assert_refused(&scene.refresh(&app, &token), 400, "invalid_grant");
    assert_refused(&scene.redeem(&app, &token, &[]), 400, "invalid_grant");
}

/// What somebody makes of a token that works, without the provider's key.
fn forgeries(scene: &Scene, token: &str) -> Vec<(&'static str, String)> {
    let encode = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
    let (header, claims) = (part(token, 0), part(token, 1));
    let parts: Vec<&str> = token.split('.').collect();
    let with_header = |changes: Json| {
        let mut header = header.clone();
        for (name, value) in changes.as_object().expect("an object") {
            header[name] = value.clone();
        }
        encode(&header)
    };
    let with_claim = |name: &str, value: Json| {
        let mut claims = claims.clone();
        claims[name] = value;
        encode(&claims)
    };
    let keys = scene.api().get("/.well-known/jwks.json").json();
    let public = keys["keys"][0].to_string();
    let confused = format!("{}.{}", with_header(json!({ "alg": "HS256" })), parts[1]);
    let mac = hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes());
    let mac = URL_SAFE_NO_PAD.encode(hmac::sign(&mac, confused.as_bytes()));
    let none = with_header(json!({ "alg": "none" }));
    let id_token = with_header(json!({ "typ": "JWT" }));
    let longer = with_claim("exp", json!(4_000_000_000_u64));
    let wider = with_claim("scope", json!("admin:all"));
    let theirs = with_claim("iss", json!("https://other.example"));
    vec![
        ("none", format!("{none}.{}.", parts[1])),
        ("none, signed", format!("{none}.{}.{}", parts[1], parts[2])),
        ("HS256 by the public key", format!("{confused}.{mac}")),
        (
            "an ID token",
            format!("{id_token}.{}.{}", parts[1], parts[2]),
        ),
        ("another end", format!("{}.{longer}.{}", parts[0], parts[2])),
        (
            "another scope",
            format!("{}.{wider}.{}", parts[0], parts[2]),
        ),
        (
            "another issuer",
            format!("{}.{theirs}.{}", parts[0], parts[2]),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("a part", format!("{}.{}", parts[0], parts[1])),
        ("five parts", format!("{token}.a.b")),
        ("padded", format!("{token}=")),
    ]
}

#[test]
fn a_forged_one_is_taken_nowhere_and_takes_nothing_with_it() {
    let stage = stage();
    let scene = &stage.scene;
    let app = scene.confidential(CALLBACK);
    let token = scene.tokens(&app, "tasks:read").access;
    for (how, forged) in forgeries(scene, &token) {
        assert_eq!(
            scene.introspect(&stage.api, &forged),
            json!({ "active": false }),
            "{how}"
        );
        assert_eq!(token_info(scene, &forged).status, 401, "{how}");
        assert_eq!(stage.tasks.get("/v1/tasks", &forged), 401, "{how}");
        scene.revoke(&app, &forged).expect(200);
    }
    assert_eq!(stage.tasks.get("/v1/tasks", &token), 200, "it still works");
    assert!(scene.is_active(&stage.api, &token));
}

#[test]
fn an_api_reads_it_without_a_question_and_refuses_it_within_a_second_of_its_end() {
    let stage = stage();
    for (name, take_away) in WAYS {
        let app = stage.scene.confidential(CALLBACK);
        let (tokens, asked) = (stage.scene.tokens(&app, "tasks:read"), stage.questions());
        assert!(tokens.access.starts_with("ey"));
        assert_eq!(stage.tasks.get("/v1/tasks", &tokens.access), 200);
        assert_eq!(stage.questions(), asked, "{name}: it was asked about");
        let before = Instant::now();
        take_away(&stage.scene, &app, &tokens);
        stage.assert_refused_within_a_second(
            &tokens.access,
            before.max(Instant::now() - SECOND / 20),
        );
    }
}

#[test]
fn one_for_another_api_is_refused_of_either_kind() {
    let stage = Stage::of(scene(), json!({ "audience": "https://people.example" }));
    let app = stage.scene.confidential(CALLBACK);
    let tasks = stage.scene.tokens(&app, "tasks:read").access;
    assert_eq!(stage.tasks.get("/v1/tasks", &tasks), 401);
    let people = stage.scene.tokens(&app, "identity").access;
    assert_eq!(
        stage.tasks.get("/v1/tasks", &people),
        403,
        "known here, and of another scope"
    );
}

#[test]
fn a_key_that_is_rotated_meanwhile_breaks_nothing() {
    let mut stage = stage();
    let app = stage.scene.confidential(CALLBACK);
    let before = stage.scene.tokens(&app, "tasks:read").access;
    assert_eq!(stage.tasks.get("/v1/tasks", &before), 200);
    stage.scene.provider.stop();
    stage.scene.cli(&["key", "rotate", "--signing", "--now"]);
    stage.scene.provider.start();
    let after = stage.scene.tokens(&app, "tasks:read").access;
    assert_ne!(
        part(&before, 0)["kid"],
        part(&after, 0)["kid"],
        "another key signs"
    );
    for token in [&before, &after] {
        let works = || stage.tasks.get("/v1/tasks", token) == 200;
        assert!(within(Duration::from_secs(5), works), "{}", part(token, 0));
        assert!(stage.scene.is_active(&stage.api, token));
    }
}

/// RFC 9470: the app that is challenged asks for what the challenge names, and is let in.
#[test]
fn who_signed_in_long_ago_is_asked_to_do_so_again() {
    let sentence = "A client receiving a challenge from the resource server carrying the \
                    insufficient_user_authentication error code SHOULD parse the WWW-Authenticate header for acr_values and max_age and \
                    use them, if present, in constructing an authorization request.";
    let stage = Stage::of(
        Scene::plain(&APIS.replace("\"tasks:write\"]", "\"tasks:write\", \"tasks:delete\"]").replace(
            "[scopes.identity]",
            "[scopes.\"tasks:delete\"]\nsentence = \"Delete your tasks\"\n[scopes.identity]",
        )),
        json!({ "audience": TASKS, "leeway": 0, "delete_within": 2 }),
    );
    let app = stage.scene.confidential(CALLBACK);
    let mut browser = stage.scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let scope = "tasks:read tasks:write tasks:delete";
    let old = stage.scene.tokens_of(&mut browser, &app, scope).access;
    let task = json!({ "title": "x" });
    let made = stage
        .tasks
        .call("POST", "/v1/tasks", &old, Some(&task))
        .expect(201);
    let path = format!("/v1/tasks/{}", made.json()["id"]);
    // What is not there is deleted for as long as she signed in a moment ago.
    let remove = |path: &str, token: &str| stage.tasks.call("DELETE", path, token, None);
    let late = || remove("/v1/tasks/999", &old).status == 401;
    assert!(within(SOON, late), "it is long ago by now");
    let reply = remove(&path, &old).expect(401);
    let challenge = reply.header("WWW-Authenticate").unwrap_or_default();
    assert!(
        challenge.contains("error=\"insufficient_user_authentication\""),
        "{challenge}"
    );
    assert!(
        challenge.ends_with("max_age=\"2\""),
        "{sentence}: {challenge}"
    );
    // She signs in again; on a machine that is busy even that may be too long ago.
    let again = || remove(&path, &stage.scene.tokens(&app, scope).access).status < 300;
    assert!(within(SOON, again), "{sentence}");
}

/// What a developer is told of an app of the owner's by our own API is not for JWTs.
#[test]
fn a_machine_acts_for_itself_by_a_jwt() {
    let stage = stage();
    let job: App = stage.scene.app(&AppSpec {
        name: "Night Job",
        grants: &["client_credentials"],
        ..AppSpec::default()
    });
    let token = Tokens::of(&stage.scene.client_credentials(&job)).access;
    assert_eq!(stage.tasks.get("/v1/tasks", &token), 200, "{OWNER}'s job");
    let before = Instant::now();
    stage.scene.cli(&["app", "disable", &job.client_id]);
    stage.assert_refused_within_a_second(&token, before.max(Instant::now() - SECOND / 20));
}

/// Both are JWTs by the same key; only the type tells them apart.
#[test]
fn an_id_token_is_no_access_token_and_an_access_token_opens_userinfo() {
    let sentence = "To prevent cross-JWT confusion, authorization servers MUST use a distinct identifier as an \"aud\" claim value";
    let stage = Stage::of(
        Scene::plain(&format!("[openid]\nenabled = true\n{APIS}")),
        json!({ "audience": TASKS, "leeway": 0 }),
    );
    let scene = &stage.scene;
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[("scope", "openid tasks:read")]).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    let (access, id_token) = (reply.member("access_token"), reply.member("id_token"));
    let issuer = scene.provider.issuer();
    assert_eq!(claims(&access)["aud"], json!([TASKS, issuer]), "{sentence}");
    assert_eq!(
        part(&id_token, 1)["aud"],
        app.client_id.as_str(),
        "{sentence}"
    );
    let userinfo = scene.endpoint("userinfo_endpoint");
    let open = |token: &str| scene.api().get_bearer(&userinfo, token);
    assert_eq!(open(&access).expect(200).member("sub"), scene.ann);
    assert_eq!(stage.tasks.get("/v1/tasks", &access), 200);
    assert_refused(&open(&id_token), 401, "invalid_token");
    assert_refused(&token_info(scene, &id_token), 401, "invalid_token");
    assert_eq!(stage.tasks.get("/v1/tasks", &id_token), 401);
    assert_eq!(
        scene.introspect(&stage.api, &id_token),
        json!({ "active": false })
    );
}
