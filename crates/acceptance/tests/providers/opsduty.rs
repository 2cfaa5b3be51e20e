//! OpsDuty: what its documentation says, numbered O1–O7.

use crate::support;
use crate::support::{
    CALLBACK, OWNER, PASSWORD, Scene, Tokens, assert_page, assert_refused, outlive, rest, within,
};
use acceptance::{App, AppSpec, Pkce, Reply, Request, Setup, encode, target};
use std::time::Duration;

/// Two years, in seconds.
const TWO_YEARS: i64 = 63_072_000;

/// The provider with access tokens that live a second, and an API that a test can call.
fn short_lived() -> Scene {
    let setup = Setup::profile("opsduty").with(
        "[paths]
token_info = [\"/api/v1/token/\"]",
    );
    Scene::start(setup.env("VALETKEY_TOKEN__LIFETIMES__ACCESS", "1s"))
}

#[test]
fn o1_the_code_flow_opens_the_api() {
    let scene = Scene::profile("opsduty");
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let code = scene.allow(&app, &[("scope", "api api:v1")]).code();
    let reply = scene.redeem(&app, &code, &[("redirect_uri", CALLBACK)]);
    let seen = scene.introspect(&api, &Tokens::of(&reply).access);
    assert_eq!(seen["active"], true, "{seen}");
    assert_eq!(seen["client_id"], app.client_id.as_str(), "{seen}");
    assert_eq!(seen["token_type"], "Bearer", "{seen}");
    assert_eq!(seen["iss"], scene.provider.issuer(), "{seen}");
}

#[test]
fn o1_an_app_must_be_created_first() {
    let scene = Scene::profile("opsduty");
    let unknown = target(
        "/oauth2/authorize/",
        &[
            ("response_type", "code"),
            ("client_id", "x"),
            ("redirect_uri", CALLBACK),
        ],
    );
    assert_page(&scene.browser().get(&unknown), 400);
    let orphan = AppSpec {
        owner: "nobody@example.com",
        redirect_uris: &[CALLBACK],
        ..AppSpec::default()
    };
    let args = [
        "app",
        "create",
        "--owner",
        orphan.owner,
        "--name",
        "x",
        "--homepage",
        orphan.homepage,
    ];
    let refused = scene
        .provider
        .cli(&[&args[..], &["--redirect-uri", CALLBACK, "--json"]].concat());
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(refused.stderr.contains("nobody@example.com"), "{refused:?}");
}

#[test]
fn o2_endpoints_end_in_a_slash() {
    let scene = Scene::profile("opsduty");
    let issuer = scene.provider.issuer();
    assert_eq!(
        scene.metadata["authorization_endpoint"],
        format!("{issuer}/oauth2/authorize/")
    );
    assert_eq!(
        scene.metadata["token_endpoint"],
        format!("{issuer}/oauth2/token/")
    );
    let app = scene.confidential(CALLBACK);
    let code = scene.allow(&app, &[("scope", "api:v1")]).code();
    scene.redeem(&app, &code, &[]).expect(200);
}

#[test]
fn o2_a_post_is_never_redirected_to_another_spelling() {
    let scene = Scene::profile("opsduty");
    let fields = [("grant_type", "authorization_code"), ("code", "x")];
    for path in [
        "/oauth2/token",
        "/oauth2/token//",
        "/oauth2/authorize",
        "/OAUTH2/TOKEN/",
    ] {
        for request in [Request::post(path).form(&fields), Request::get(path)] {
            let reply = scene.api().send(&request);
            assert!(matches!(reply.status, 404 | 405), "{path}: {reply}");
            assert!(reply.location().is_none(), "{path}: {reply}");
        }
    }
}

#[test]
fn o3_a_token_is_that_of_its_user() {
    let scene = Scene::profile("opsduty");
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let ann = scene.tokens(&app, "api:v1");
    let mut other = scene.provider.browser_of(OWNER, PASSWORD);
    let owner = scene.tokens_of(&mut other, &app, "api:v1");
    let sub = |tokens: &Tokens| scene.introspect(&api, &tokens.access)["sub"].clone();
    assert_eq!(sub(&ann), scene.ann.as_str());
    assert_ne!(sub(&ann), sub(&owner));
    scene.cli(&["user", "disable", support::ANN]);
    let gone = || !scene.is_active(&api, &ann.access);
    assert!(
        within(Duration::from_secs(1), gone),
        "a disabled user keeps no rights"
    );
    assert_refused(&scene.refresh(&app, &ann.refresh), 400, "invalid_grant");
    assert!(
        scene.is_active(&api, &owner.access),
        "the other user is not touched"
    );
}

#[test]
fn o4_the_scopes_of_a_token_are_those_asked_for() {
    let scene = Scene::profile("opsduty");
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    for scope in ["api", "api:v1"] {
        let tokens = scene.tokens(&app, scope);
        assert_eq!(scene.introspect(&api, &tokens.access)["scope"], scope);
    }
    let supported = scene.metadata["scopes_supported"].as_array();
    assert_eq!(supported.map(Vec::len), Some(2), "{supported:?}");
    let question = scene.question(&scene.confidential(CALLBACK), &[("scope", "api api:v1")]);
    let page = scene.browser().authorize_until_consent(&question);
    let text = page.expect(200).text();
    assert!(text.contains("GraphQL") && text.contains("REST"), "{text}");
}

#[test]
fn o4_api_does_not_imply_api_v1() {
    let scene = Scene::profile("opsduty");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "api");
    let wider = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.refresh),
        ("scope", "api:v1"),
    ];
    let reply = scene.api().post_form_as(&scene.token(), &app, &wider);
    assert_refused(&reply, 400, "invalid_scope");
    for unknown in ["ap", "api:", "api:v", "api:v1:x", "API", "api,api:v1"] {
        let back = scene.allow(&app, &[("scope", unknown)]);
        assert_eq!(
            back.param("error"),
            Some("invalid_scope"),
            "{unknown}: {back:?}"
        );
    }
    let graph = scene.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        scopes: &["api"],
        ..AppSpec::default()
    });
    let back = scene.allow(&graph, &[("scope", "api:v1")]);
    assert_eq!(back.param("error"), Some("invalid_scope"), "{back:?}");
    scene.allow(&graph, &[("scope", "api")]).code();
}

#[test]
fn o5_tokens_live_two_years() {
    let scene = Scene::profile("opsduty");
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let code = scene.allow(&app, &[("scope", "api:v1")]).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(reply.json()["expires_in"], TWO_YEARS, "{reply}");
    let tokens = Tokens::of(&reply);
    let life = |asker, token: &str| {
        let seen = scene.introspect(asker, token);
        seen["exp"].as_i64().unwrap_or_default() - seen["iat"].as_i64().unwrap_or_default()
    };
    assert!((life(&api, &tokens.access) - TWO_YEARS).abs() <= 1);
    assert!((life(&app, &tokens.refresh) - TWO_YEARS).abs() <= 1);
    let again = scene.refresh(&app, &tokens.refresh).expect(200);
    assert_eq!(again.json()["expires_in"], TWO_YEARS, "{again}");
    assert!(
        scene.is_active(&api, &Tokens::of(&again).access),
        "no user was needed"
    );
}

#[test]
fn o5_an_expired_token_is_refused_with_401() {
    let scene = short_lived();
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let tokens = scene.tokens(&app, "api:v1");
    let expired = || !scene.is_active(&api, &tokens.access);
    assert!(within(Duration::from_secs(3), expired));
    let info = scene.endpoint("token_info_endpoint");
    let reply = scene.api().get_bearer(&info, &tokens.access);
    assert_refused(&reply, 401, "invalid_token");
    let challenge = reply.header("WWW-Authenticate").unwrap_or_default();
    assert!(
        challenge.starts_with("Bearer ") && challenge.contains(r#"error="invalid_token""#),
        "{challenge}"
    );
    scene.refresh(&app, &tokens.refresh).expect(200);
}

#[test]
fn o5_an_expired_token_is_removed() {
    let mut scene = short_lived();
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "api:v1");
    assert_eq!(rest::digests(&scene.provider, &tokens.access), 1, "its row");
    // A sweep goes by ids, which know parts of a second.
    outlive(2);
    // The sweeper starts with the server and comes again every half minute.
    scene.provider.restart();
    let swept = || rest::digests(&scene.provider, &tokens.access) == 0;
    assert!(
        within(Duration::from_secs(5), swept),
        "the row is still there"
    );
    scene.refresh(&app, &tokens.refresh).expect(200);
}

#[test]
fn o6_a_terminal_callback_is_accepted_as_registered() {
    let scene = Scene::profile("opsduty");
    let app = scene.confidential(CALLBACK);
    assert!(!app.client_secret.is_empty(), "{}", app.json);
    let back = scene.allow(&app, &[("scope", "api:v1"), ("redirect_uri", CALLBACK)]);
    assert!(
        back.location
            .starts_with("http://localhost:9876/callback?code="),
        "{back:?}"
    );
    for other in [
        "http://localhost:9876/callback/",
        "https://localhost:9876/callback",
        "http://localhost:9876/",
        "http://localhost.example:9876/callback",
    ] {
        let question = scene.question(&app, &[("scope", "api:v1"), ("redirect_uri", other)]);
        assert_page(&scene.browser().get(&question), 400);
    }
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
            &["--redirect-uri", "http://x.example/cb", "--json"],
        ]
        .concat(),
    );
    assert_ne!(refused.code, Some(0), "plain http elsewhere: {refused:?}");
}

#[test]
fn o6_the_secret_is_shown_once() {
    let scene = Scene::profile("opsduty");
    let app = scene.confidential(CALLBACK);
    for args in [&["app", "show", &app.client_id][..], &["app", "list"]] {
        let shown = scene.cli(args).to_string();
        assert!(shown.contains(&app.client_id), "{shown}");
        assert!(!shown.contains(&app.client_secret), "{shown}");
    }
    let rotated = scene.cli(&["app", "rotate-secret", &app.client_id]);
    let new = rotated["client_secret"].as_str().expect("the new secret");
    assert_ne!(new, app.client_secret);
    let code = scene.allow(&app, &[("scope", "api:v1")]).code();
    let renewed = acceptance::App {
        client_secret: new.to_owned(),
        ..app.clone()
    };
    let old_fails = || scene.redeem(&app, "x", &[]).status == 401;
    assert!(
        within(Duration::from_secs(1), old_fails),
        "the old secret still works"
    );
    scene.redeem(&renewed, &code, &[]).expect(200);
}

/// The requests of `oauth2c` as its source makes them: keys sorted, no `scope`, a `nonce` without
/// `openid`, raw Basic credentials, PKCE with the shortest verifier. Ann allows what it asks for.
#[track_caller]
pub(super) fn oauth2c(scene: &Scene, app: &App) -> Reply {
    let pkce = Pkce::random();
    assert_eq!(pkce.verifier.len(), 43);
    let callback = encode(CALLBACK);
    let question = format!(
        "/oauth2/authorize/?client_id={}&code_challenge={}&code_challenge_method=S256&nonce=VCFxV5rdqoykYLZE6Y7hhb\
         &redirect_uri={callback}&response_mode=query&response_type=code&state=WcHrZQxPKQeXQjSLyhnDhT",
        app.client_id, pkce.challenge
    );
    let back = scene.browser().authorize(&question);
    assert_eq!(back.param("state"), Some("WcHrZQxPKQeXQjSLyhnDhT"));
    assert_eq!(back.param("iss"), None, "none is documented");
    let body = format!(
        "code={}&code_verifier={}&grant_type=authorization_code&redirect_uri={callback}",
        encode(&back.code()),
        pkce.verifier
    );
    let request = Request::post("/oauth2/token/")
        .header("User-Agent", "Go-http-client/1.1")
        .header("Accept-Encoding", "gzip")
        .basic(&app.client_id, &app.client_secret)
        .body("application/x-www-form-urlencoded", body.as_bytes());
    scene.api().send(&request).expect(200)
}

#[test]
fn o7_the_terminal_client_succeeds() {
    let scene = Scene::profile("opsduty");
    let app = scene.confidential(CALLBACK);
    let reply = oauth2c(&scene, &app);
    assert_eq!(reply.header("Content-Type"), Some("application/json"));
    let json = reply.json();
    assert_eq!(json["token_type"], "Bearer", "{json}");
    assert!(
        !reply.member("scope").is_empty(),
        "the default scope is named: {json}"
    );
    assert!(!Tokens::of(&reply).refresh.is_empty(), "{json}");
}

#[test]
fn o7_ids_and_secrets_need_no_encoding() {
    let scene = Scene::profile("opsduty");
    for _ in 0..5 {
        let app = scene.confidential(CALLBACK);
        assert_eq!(encode(&app.client_id), app.client_id);
        assert_eq!(encode(&app.client_secret), app.client_secret);
    }
}

#[test]
fn o7_the_terminal_client_is_told_what_failed() {
    let scene = Scene::profile("opsduty");
    let app = scene.confidential(CALLBACK);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", CALLBACK),
    ];
    let wrong = acceptance::App {
        client_secret: "cs_wrong".to_owned(),
        ..app.clone()
    };
    let reply = scene
        .api()
        .post_form_basic("/oauth2/token/", &wrong, &fields);
    assert_refused(&reply, 401, "invalid_client");
    let challenge = reply.header("WWW-Authenticate").unwrap_or_default();
    assert!(challenge.starts_with("Basic realm="), "{challenge}");
    let reply = scene.api().post_form_basic("/oauth2/token/", &app, &fields);
    assert_refused(&reply, 400, "invalid_grant");
    let back = scene
        .browser()
        .deny(&scene.question(&app, &[("state", "s")]));
    assert_eq!(back.param("error"), Some("access_denied"));
    assert_eq!(back.param("state"), Some("s"));
}
