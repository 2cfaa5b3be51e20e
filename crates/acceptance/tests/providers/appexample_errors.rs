//! The task manager at app.example.com: the errors it names and the advice it gives, numbered T9, T11, T12.

use crate::support;
use crate::support::{
    ANN, OWNER, PASSWORD, Scene, Tokens, assert_page, assert_refused, rest, within,
};
use acceptance::{App, Browser, Setup, target};
use std::time::Duration;

/// The callback of the documentation's app.
const MYAPP: &str = "https://myapp.com/oauth/callback";

#[test]
fn t9_invalid_client() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let tokens = scene.tokens(&app, "tasks:read");
    let code = scene.allow(&app, &[("scope", "tasks:read")]).code();
    let other = |id: &str, secret: &str| App {
        client_id: id.to_owned(),
        client_secret: secret.to_owned(),
        json: app.json.clone(),
    };
    let wrong_secret = scene.redeem(&other(&app.client_id, "cs_wrong"), &code, &[]);
    let wrong_id = scene.redeem(&other("nobody", &app.client_secret), &code, &[]);
    let no_secret = scene.redeem(&other(&app.client_id, ""), &code, &[]);
    for reply in [&wrong_secret, &wrong_id, &no_secret] {
        assert_refused(reply, 401, "invalid_client");
        assert_eq!(
            reply.member("error_description"),
            wrong_id.member("error_description")
        );
    }
    scene.redeem(&app, &code, &[]).expect(200);
    scene.cli(&["app", "disable", &app.client_id]);
    let refused = || scene.refresh(&app, &tokens.refresh).status == 401;
    assert!(within(Duration::from_secs(1), refused));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 401, "invalid_client");
    assert_page(&scene.browser().get(&scene.question(&app, &[])), 400);
    let info = scene
        .api()
        .get_bearer("/v1/oauth/token/info", &tokens.access);
    assert_refused(&info, 401, "invalid_token");
}

#[test]
fn t9_invalid_redirect_uri_at_the_authorization_endpoint() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let wrong = [
        "http://myapp.com/oauth/callback",
        "https://myapp.com/oauth/callback/",
        "https://MYAPP.com/oauth/callback",
        "https://myapp.com:443/oauth/callback",
        "https://myapp.com/oauth/callback?x=1",
        "https://myapp.com/oauth/callback#x",
        "https://myapp.com/oauth/../oauth/callback",
        "https://myapp.com.evil.example/oauth/callback",
        "https://user@myapp.com/oauth/callback",
        "myapp.com/oauth/callback",
        "javascript:alert(1)",
        "//myapp.com/oauth/callback",
    ];
    for uri in wrong {
        let reply = scene
            .browser()
            .get(&scene.question(&app, &[("redirect_uri", uri)]));
        assert_page(&reply, 400);
        assert!(
            reply.text().contains("<code>invalid_redirect_uri</code>"),
            "{uri}: {reply}"
        );
    }
}

#[test]
fn t9_a_registered_trailing_slash_is_kept() {
    let scene = Scene::profile("appexample");
    let slashed = "https://myapp.com/oauth/callback/";
    let app = scene.confidential(slashed);
    let back = scene.allow(&app, &[("redirect_uri", slashed)]);
    assert!(
        back.location
            .starts_with("https://myapp.com/oauth/callback/?code="),
        "{back:?}"
    );
    assert_page(
        &scene
            .browser()
            .get(&scene.question(&app, &[("redirect_uri", MYAPP)])),
        400,
    );
}

#[test]
fn t9_invalid_redirect_uri_at_the_token_endpoint() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let code = scene.allow(&app, &[("redirect_uri", MYAPP)]).code();
    for wrong in [
        "https://myapp.com/oauth/callback/",
        "http://myapp.com/oauth/callback",
        "x",
    ] {
        let reply = scene.redeem(&app, &code, &[("redirect_uri", wrong)]);
        assert_refused(&reply, 400, "invalid_redirect_uri");
    }
    scene
        .redeem(&app, &code, &[("redirect_uri", MYAPP)])
        .expect(200);
}

#[test]
fn t9_invalid_scope() {
    let scene = Scene::profile("appexample");
    let open = scene.confidential(MYAPP);
    let narrow = scene.app(&acceptance::AppSpec {
        redirect_uris: &[MYAPP],
        scopes: &["tasks:read"],
        ..acceptance::AppSpec::default()
    });
    let cases = [
        (&open, "tasks:fly", "unknown"),
        (&open, "tasks:read admin:*", "restricted"),
        (&open, "tasks:read,tasks:write", "commas"),
        (&open, "tasks:\"read\"", "a character that none has"),
        (&narrow, "tasks:write", "not allowed"),
        (
            &narrow,
            "tasks:read projects:read",
            "one of two not allowed",
        ),
    ];
    for (app, scope, why) in cases {
        let back = scene.allow(app, &[("scope", scope), ("state", "s")]);
        assert_eq!(
            back.param("error"),
            Some("invalid_scope"),
            "{why}: {back:?}"
        );
        assert_eq!(back.param("state"), Some("s"));
        assert_eq!(back.param("iss"), None, "none is documented");
        assert!(
            back.param("error_description")
                .is_some_and(|it| it.len() > 10),
            "{back:?}"
        );
    }
}

#[test]
fn t9_access_denied() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let question = scene.question(&app, &[("redirect_uri", MYAPP), ("state", "s")]);
    let mut browser = scene.browser();
    for _ in 0..2 {
        let back = browser.deny(&question);
        assert!(back.location.starts_with(MYAPP), "{back:?}");
        assert_eq!(back.param("error"), Some("access_denied"));
        assert_eq!(back.param("state"), Some("s"));
        assert_eq!(back.param("code"), None);
    }
    browser.authorize(&question).code();
}

#[test]
fn t11_nothing_secret_is_at_rest_or_in_the_log() {
    let mut scene = Scene::profile("appexample");
    let (app, machine) = (scene.confidential(MYAPP), scene.resource_server());
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.question(&app, &[("state", "s")]));
    let handle = support::handle_of(&page);
    let form = support::consent_form(&page);
    let code = acceptance::Redirect::parse(
        browser
            .submit(&form, &[("answer", "allow")])
            .location()
            .unwrap_or_default(),
    )
    .code();
    let first = Tokens::of(&scene.redeem(&app, &code, &[]));
    let second = Tokens::of(&scene.refresh(&app, &first.refresh));
    let own = Tokens::of(&scene.client_credentials(&machine));
    scene.introspect(&machine, &second.access);
    scene
        .api()
        .get_bearer("/v1/oauth/token/info", &second.access)
        .expect(200);
    // Mistakes that put secrets where they do not belong.
    scene
        .api()
        .get(&format!("/v1/oauth/token/info?access_token={}", own.access));
    scene.api().post_form(
        &target(
            &scene.token(),
            &[("client_secret", &app.client_secret), ("code", &code)],
        ),
        &[],
    );
    scene
        .api()
        .get_bearer(&format!("/{}", "nowhere"), &own.access);
    let session = session_cookie(&browser);
    let secrets = [
        &app.client_secret,
        &machine.client_secret,
        &handle,
        &code,
        &first.access,
        &first.refresh,
        &second.access,
        &second.refresh,
        &own.access,
        &session,
    ];
    let mut secrets: Vec<&str> = secrets.iter().map(|it| it.as_str()).collect();
    secrets.push(PASSWORD);
    rest::assert_nowhere(&scene.provider, &secrets);
    scene.provider.restart();
    rest::assert_nowhere(&scene.provider, &secrets);
    assert_eq!(
        rest::digests(&scene.provider, &second.access),
        1,
        "its SHA-256 is there"
    );
}

/// The value of the longest cookie that a script could not read: the session's.
fn session_cookie(browser: &Browser) -> String {
    let found = browser
        .cookies
        .all()
        .iter()
        .find(|cookie| cookie.value.starts_with("ss_"));
    let cookie = found.unwrap_or_else(|| panic!("no session in {:?}", browser.cookies));
    assert_eq!(cookie.attribute("HttpOnly"), Some(""));
    assert_eq!(cookie.attribute("SameSite"), Some("Lax"));
    assert_eq!(cookie.attribute("Path"), Some("/"));
    cookie.value.clone()
}

#[test]
fn t11_plain_http_is_for_loopback_only() {
    for issuer in ["http://app.example.com", "http://192.0.2.1:8080"] {
        let log = Setup::profile("appexample")
            .issuer(issuer)
            .try_start()
            .expect_err("it must not start");
        assert!(log.contains("https"), "{log}");
    }
    let scene = Scene::profile("appexample");
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
    let refused = scene.provider.cli(
        &[
            &args[..],
            &["--redirect-uri", "http://myapp.com/cb", "--json"],
        ]
        .concat(),
    );
    assert_ne!(refused.code, Some(0), "{refused:?}");
}

#[test]
fn t11_a_stolen_refresh_token_ends_the_grant() {
    let scene = Scene::profile("appexample");
    let app = scene.confidential(MYAPP);
    let first = scene.tokens(&app, "tasks:read");
    let second = Tokens::of(&scene.refresh(&app, &first.refresh));
    let third = Tokens::of(&scene.refresh(&app, &second.refresh));
    assert_refused(&scene.refresh(&app, &first.refresh), 400, "invalid_grant");
    assert_refused(&scene.refresh(&app, &third.refresh), 400, "invalid_grant");
    let info = scene
        .api()
        .get_bearer("/v1/oauth/token/info", &third.access);
    assert_refused(&info, 401, "invalid_token");
    // Whoever watches for abuse finds it.
    let events = scene.cli(&["audit", "--event", "grant.revoked.refresh_replay"]);
    assert!(events.to_string().contains(&app.client_id), "{events}");
}

#[test]
fn t12_a_development_callback_is_accepted() {
    let scene = Scene::profile("appexample");
    let callback = "http://localhost:5000/oauth/callback";
    let app = scene.confidential(callback);
    let question = format!(
        "/oauth/authorize?client_id={}&redirect_uri={callback}&response_type=code&scope=tasks:read%20tasks:write&state=s",
        app.client_id
    );
    let page = scene
        .browser()
        .authorize_until_consent(&question)
        .expect(200);
    let csp = page.header("Content-Security-Policy").unwrap_or_default();
    assert!(!csp.contains("form-action"), "{csp}");
    assert!(
        page.text().contains("localhost:5000") && page.text().contains(ANN),
        "{page}"
    );
    let back = scene.browser().authorize(&question);
    assert!(
        back.location
            .starts_with("http://localhost:5000/oauth/callback?code="),
        "{back:?}"
    );
    scene
        .redeem(&app, &back.code(), &[("redirect_uri", callback)])
        .expect(200);
}
