//! The task manager at app.example.com: requests and answers as its documentation shows them, numbered T2–T8.

use crate::support;
use crate::support::client::{ClientApp, curl, log_in, tool};
use crate::support::{Scene, Tokens, assert_page, assert_refused};
use acceptance::{App, Json, Pkce, Reply, Request, encode, forms};

/// The callback of the documentation's app.
pub(super) const MYAPP: &str = "https://myapp.com/oauth/callback";
/// The scope of its examples.
pub(super) const SCOPE: &str = "tasks:read tasks:write projects:read";

/// The token endpoint as the documentation's `curl` lines call it: a form written by hand.
#[track_caller]
pub(super) fn post_by_curl(scene: &Scene, path: &str, form: &str) -> Reply {
    let url = format!("{}{path}", scene.provider.issuer());
    let form_type = "Content-Type: application/x-www-form-urlencoded";
    curl(&["-X", "POST", &url, "-H", form_type, "-d", form])
}

/// The credentials of an app as a form has them.
pub(super) fn credentials(app: &App) -> String {
    format!(
        "client_id={}&client_secret={}",
        app.client_id, app.client_secret
    )
}

/// Checks the documented answer of the token endpoint, member by member.
#[track_caller]
pub(super) fn assert_token_answer(reply: &Reply, scope: &str) -> Tokens {
    let tokens = Tokens::of(reply);
    let json = reply.json();
    let mut members: Vec<&String> = json.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "access_token",
            "expires_in",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert!(
        tokens.access.starts_with("at_") && tokens.refresh.starts_with("rt_"),
        "{json}"
    );
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 3600);
    assert_eq!(json["scope"], scope);
    assert_eq!(reply.header("Content-Type"), Some("application/json"));
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    assert_eq!(reply.header("Pragma"), Some("no-cache"));
    tokens
}

/// The documented exchange: code for tokens.
#[track_caller]
pub(super) fn exchange(scene: &Scene, app: &App, code: &str) -> Reply {
    let form = format!(
        "grant_type=authorization_code&code={code}&{}&redirect_uri={MYAPP}",
        credentials(app)
    );
    post_by_curl(scene, "/oauth/token", &form)
}

#[test]
fn t2_the_request_may_be_escaped_or_not() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let spaced = [
        "tasks:read%20tasks:write%20projects:read",
        "tasks:read+tasks:write+projects:read",
        "tasks%3Aread%20tasks%3Awrite%20projects%3Aread",
    ];
    for redirect_uri in [MYAPP.to_owned(), encode(MYAPP)] {
        for scope in spaced {
            let question = format!(
                "/oauth/authorize?client_id={}&redirect_uri={redirect_uri}&response_type=code&scope={scope}&state=s1",
                app.client_id
            );
            let back = scene.browser().authorize(&question);
            assert!(
                back.location
                    .starts_with("https://myapp.com/oauth/callback?code="),
                "{back:?}"
            );
            let tokens = exchange(&scene, &app, &back.code()).expect(200);
            assert_eq!(tokens.member("scope"), SCOPE);
        }
    }
}

#[test]
fn t2_the_state_comes_back_unchanged() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let long = "x".repeat(2048);
    for state in [
        "RANDOM_STRING",
        "a b+c&d=e%2F/?#[]",
        "é✓ \u{1f511}",
        "<script>\"'",
        &long,
    ] {
        let back = scene.allow(&app, &[("scope", SCOPE), ("state", state)]);
        assert_eq!(back.param("state"), Some(state));
        let names: Vec<&str> = back.params.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state"], "as documented");
    }
}

#[test]
fn t2_without_scope_and_state_the_defaults_apply() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let question = format!(
        "/oauth/authorize?client_id={}&redirect_uri={MYAPP}&response_type=code",
        app.client_id
    );
    let back = scene.browser().authorize(&question);
    assert_eq!(back.param("state"), None);
    let scope = exchange(&scene, &app, &back.code())
        .expect(200)
        .member("scope");
    assert!(!scope.is_empty() && !scope.contains("admin"), "{scope:?}");
}

#[test]
fn t2_a_raw_space_in_the_request_line_is_refused() {
    let scene = Scene::profile("appexample");
    let line = "GET /oauth/authorize?response_type=code&scope=tasks:read tasks:write HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let reply = scene.api().send_raw(line.as_bytes());
    assert_eq!(reply.status, 400, "{reply}");
    assert!(reply.location().is_none(), "{reply}");
}

#[test]
fn t3_a_code_is_exchanged_by_a_form() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let code = scene
        .allow(&app, &[("redirect_uri", MYAPP), ("scope", SCOPE)])
        .code();
    assert_token_answer(&exchange(&scene, &app, &code), SCOPE);
}

#[test]
fn t4_a_refresh_gives_two_new_tokens() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let first = scene.tokens(&app, SCOPE);
    let refresh = |token: &str| {
        let form = format!(
            "grant_type=refresh_token&refresh_token={token}&{}",
            credentials(&app)
        );
        post_by_curl(&scene, "/oauth/token", &form)
    };
    let second = assert_token_answer(&refresh(&first.refresh), SCOPE);
    let third = assert_token_answer(&refresh(&second.refresh), SCOPE);
    for (old, new) in [(&first, &second), (&second, &third)] {
        assert_ne!(old.access, new.access);
        assert_ne!(old.refresh, new.refresh);
    }
    assert_refused(&refresh(&first.refresh), 400, "invalid_grant");
}

#[test]
fn t5_a_token_is_revoked_by_a_form() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let (kept, gone) = (scene.tokens(&app, SCOPE), scene.tokens(&app, SCOPE));
    let revoke = |token: &str| {
        let form = format!("token={token}&{}", credentials(&app));
        post_by_curl(&scene, "/oauth/revoke", &form)
    };
    let info = |token: &str| scene.api().get_bearer("/v1/oauth/token/info", token).status;
    let reply = revoke(&gone.access).expect(200);
    assert_eq!(reply.text(), "{}");
    assert_eq!((info(&gone.access), info(&kept.access)), (401, 200));
    let next = Tokens::of(&scene.refresh(&app, &gone.refresh));
    revoke(&next.refresh).expect(200);
    assert_eq!(
        (info(&next.access), info(&kept.access)),
        (401, 200),
        "the whole grant"
    );
    assert_refused(&scene.refresh(&app, &next.refresh), 400, "invalid_grant");
    revoke(&next.refresh).expect(200);
    revoke("at_abc123").expect(200);
    let wrong = format!(
        "token={}&client_id={}&client_secret=x",
        kept.access, app.client_id
    );
    assert_refused(
        &post_by_curl(&scene, "/oauth/revoke", &wrong),
        401,
        "invalid_client",
    );
    assert_eq!(info(&kept.access), 200);
}

#[test]
fn t6_a_token_tells_about_itself() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let api = scene.resource_server();
    let tokens = scene.tokens(&app, "tasks:read tasks:write");
    let url = scene.metadata["token_info_endpoint"]
        .as_str()
        .expect("its URL");
    assert!(url.ends_with("/v1/oauth/token/info"), "{url}");
    let header = format!("Authorization: Bearer {}", tokens.access);
    let json = curl(&[url, "-H", &header]).expect(200).json();
    let mut members: Vec<&String> = json.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["client_id", "expires_at", "scopes", "user_id"]);
    assert_eq!(json["client_id"], app.client_id.as_str());
    assert_eq!(json["user_id"], scene.ann.as_str());
    assert!(scene.ann.starts_with("user_"), "{json}");
    assert_eq!(
        json["scopes"],
        Json::from(vec!["tasks:read", "tasks:write"])
    );
    let at = json["expires_at"].as_str().expect("a time");
    assert!(is_rfc_3339(at), "{at}");
    let exp = scene.introspect(&api, &tokens.access)["exp"]
        .as_i64()
        .expect("seconds");
    assert_eq!(unix(at), exp, "the same end at introspection");
    for (header, status) in [
        ("Authorization: Bearer at_abc123", 401),
        ("X-Nothing: here", 401),
        ("Authorization: Bearer", 400),
    ] {
        let reply = curl(&[url, "-H", header]).expect(status);
        assert!(
            reply
                .header("WWW-Authenticate")
                .is_some_and(|it| it.starts_with("Bearer ")),
            "{reply}"
        );
    }
}

/// Whether a text has the form `2025-10-14T11:30:00Z`.
fn is_rfc_3339(text: &str) -> bool {
    let form = "0000-00-00T00:00:00Z";
    let fits = |(c, f): (char, char)| if f == '0' { c.is_ascii_digit() } else { c == f };
    text.len() == form.len() && text.chars().zip(form.chars()).all(fits)
}

/// The Unix time of such a text, by the proleptic Gregorian calendar.
fn unix(text: &str) -> i64 {
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().expect("digits");
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let shifted = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468;
    days * 86_400 + part(11, 13) * 3_600 + part(14, 16) * 60 + part(17, 19)
}

#[test]
fn t7_the_catalogue_is_in_groups() {
    let scene = Scene::profile("appexample");
    let listed = scene.metadata["scopes_supported"].to_string();
    let names = "tasks:read tasks:write tasks:delete projects:read projects:write projects:delete \
        users:read users:write files:read files:write files:delete";
    for name in names.split_whitespace() {
        assert!(
            listed.contains(&format!("\"{name}\"")),
            "{name} is not in {listed}"
        );
    }
    assert!(!listed.contains("admin:*"), "restricted, so not for all");
    let app = scene.confidential(MYAPP);
    let page = scene
        .browser()
        .authorize_until_consent(&scene.question(&app, &[("scope", names)]));
    let text = page.expect(200).text();
    for group in ["Tasks", "Projects", "Users", "Files"] {
        assert!(
            text.contains(&format!("<h3>{group}</h3>")),
            "no {group}: {text}"
        );
    }
    assert!(forms(&text).iter().any(|form| form.action == "/consent"));
}

#[test]
fn t7_a_restricted_scope_needs_approval() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let asked = [("scope", "admin:*"), ("state", "s")];
    let back = scene.allow(&app, &asked);
    assert_eq!(back.param("error"), Some("invalid_scope"), "{back:?}");
    let advice = back.param("error_description").unwrap_or_default();
    assert!(advice.contains("approval"), "{advice}");
    assert_eq!(back.param("state"), Some("s"));
    scene.cli(&["app", "approve-scope", &app.client_id, "admin:*"]);
    let approved = || {
        scene
            .browser()
            .authorize_until_consent(&scene.question(&app, &asked))
            .status
            == 200
    };
    assert!(support::within(std::time::Duration::from_secs(1), approved));
    let tokens = scene.tokens(&app, "admin:*");
    let info = scene
        .api()
        .get_bearer("/v1/oauth/token/info", &tokens.access);
    assert_eq!(
        info.json()["scopes"],
        Json::from(vec!["admin:*"]),
        "it does not expand"
    );
}

#[test]
fn t8_a_public_app_exchanges_json() {
    let scene = Scene::profile("appexample");
    let app = scene.public(MYAPP);
    let pkce = Pkce::of_verifier(&"aB3-._~Z".repeat(16));
    assert_eq!(pkce.verifier.len(), 128);
    let question = format!(
        "/oauth/authorize?client_id={}&redirect_uri={MYAPP}&response_type=code&code_challenge={}&code_challenge_method=S256",
        app.client_id, pkce.challenge
    );
    let body = |code: &str, verifier: &str| {
        format!(
            r#"{{"grant_type":"authorization_code","code":"{code}","client_id":"{}","code_verifier":"{verifier}"}}"#,
            app.client_id
        )
    };
    let url = format!("{}/oauth/token", scene.provider.issuer());
    let post = |body: &str| {
        curl(&[
            "-X",
            "POST",
            &url,
            "-H",
            "Content-Type: application/json",
            "-d",
            body,
        ])
    };
    let code = scene.browser().authorize(&question).code();
    let wrong = Pkce::random().verifier;
    assert_refused(&post(&body(&code, &wrong)), 400, "invalid_grant");
    let reply = post(&body(&code, &pkce.verifier));
    let scope = reply.member("scope");
    let tokens = assert_token_answer(&reply, &scope);
    let renewed = scene.refresh(&app, &tokens.refresh);
    assert_token_answer(&renewed, &scope);
}

#[test]
fn t8_a_public_app_cannot_do_without_pkce() {
    let scene = Scene::profile("appexample");
    let app = scene.public(MYAPP);
    let pkce = Pkce::random();
    let plain = [
        ("code_challenge", pkce.verifier.as_str()),
        ("code_challenge_method", "plain"),
    ];
    let unnamed = [("code_challenge", pkce.challenge.as_str())];
    let short = [("code_challenge", "abc"), ("code_challenge_method", "S256")];
    for pairs in [&[][..], &plain, &unnamed, &short] {
        let back = scene.allow(&app, pairs);
        assert_eq!(
            back.param("error"),
            Some("invalid_request"),
            "{pairs:?}: {back:?}"
        );
    }
    let right = [
        ("code_challenge", pkce.challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let code = scene.allow(&app, &right).code();
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
    scene
        .redeem(&app, &code, &[("code_verifier", &pkce.verifier)])
        .expect(200);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn t2_t3_a_flask_app_signs_its_users_in() {
    let python = tool("VALETKEY_TEST_PYTHON");
    documented_app(&python, "flask_app.py");
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn t2_t3_an_express_app_signs_its_users_in() {
    let node = tool("VALETKEY_TEST_NODE");
    documented_app(&node, "express_app.mjs");
}

/// Sign-in, API call, refresh and a forged callback, in an app written by somebody else.
#[track_caller]
fn documented_app(program: &std::path::PathBuf, file: &str) {
    let scene = Scene::profile("appexample");
    let port = ClientApp::port();
    let app = scene.confidential(&format!("http://localhost:{port}/oauth/callback"));
    let running = ClientApp::start(program, file, port, &scene.provider, &app);
    let mut site = running.browser();
    log_in(&mut site, &mut scene.browser());
    for page in ["/dashboard", "/renew"] {
        let seen = site.open(page).expect(200).json();
        assert_eq!(seen["user_id"], scene.ann.as_str(), "{seen}");
        assert_eq!(
            seen["scopes"],
            Json::from(vec!["tasks:read", "tasks:write"]),
            "{seen}"
        );
    }
    site.get("/oauth/callback?code=x&state=forged").expect(400);
}

#[test]
fn t2_a_denied_app_is_told() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let question = scene.question(&app, &[("scope", SCOPE), ("state", "s")]);
    let back = scene.browser().deny(&question);
    assert_eq!((back.param("code"), back.param("state")), (None, Some("s")));
    let wrong = format!(
        "/oauth/authorize?client_id={}&redirect_uri=https://evil.example/&response_type=code",
        app.client_id
    );
    assert_page(&scene.provider.api().send(&Request::get(&wrong)), 400);
}
