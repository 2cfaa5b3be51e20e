//! sqowey: what its documentation says, numbered Q2–Q6.

use crate::support::{OWNER, Scene, Tokens, assert_page, assert_refused, outlive_a_second, within};
use acceptance::{App, AppSpec, Json, Setup, target};
use std::time::Duration;

pub(super) const CALLBACK: &str = "https://cool.page/sqowey/auth_redir/";
pub(super) const STATE: &str = "59174eb5c8c8ca4f303f3bdbf9";

/// The documented link for a scope.
pub(super) fn link(app: &App, scope: &str) -> String {
    target(
        "/oauth2/auth",
        &[
            ("client_id", &app.client_id),
            ("scope", scope),
            ("state", STATE),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
        ],
    )
}

#[test]
fn q1_the_endpoints_are_the_documented_ones() {
    let scene = Scene::profile("sqowey");
    let issuer = scene.provider.issuer();
    for (name, path) in [
        ("authorization_endpoint", "/oauth2/auth"),
        ("token_endpoint", "/oauth2/token"),
        ("revocation_endpoint", "/oauth2/token/revoke"),
    ] {
        assert_eq!(scene.metadata[name], format!("{issuer}{path}"));
    }
}

#[test]
fn q2_an_app_has_one_to_three_redirects() {
    let scene = Scene::profile("sqowey");
    let uris: Vec<String> = (1..=4).map(|n| format!("https://cool.page/{n}")).collect();
    let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
    let three = AppSpec {
        owner: OWNER,
        redirect_uris: &uris[..3],
        ..AppSpec::default()
    };
    scene.app(&three);
    for bad in [&uris[..], &[]] {
        let mut args = vec!["app", "create", "--owner", OWNER, "--name", "x", "--json"];
        args.extend(["--homepage", "https://cool.page"]);
        args.extend(bad.iter().flat_map(|uri| ["--redirect-uri", uri]));
        let refused = scene.provider.cli(&args);
        assert_ne!(
            refused.code,
            Some(0),
            "{} redirects: {refused:?}",
            bad.len()
        );
    }
}

#[test]
fn q2_a_registered_slash_is_kept_and_the_state_comes_back() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let answer = scene.browser().authorize(&link(&app, "identity"));
    assert!(
        answer
            .location
            .starts_with("https://cool.page/sqowey/auth_redir/?code="),
        "{}",
        answer.location
    );
    assert_eq!(answer.param("state"), Some(STATE));
    let without_slash = link(&app, "identity").replace("auth_redir%2F", "auth_redir");
    assert_page(&scene.browser().get(&without_slash), 400);
}

/// Whether a code for this scope is still good after a second, where codes live as long for personal details and a
/// minute otherwise.
fn outlives_a_second(scope: &str) -> bool {
    let setup =
        Setup::profile("sqowey").with("[token.lifetimes]\ncode = \"1m\"\ncode_personal = \"1s\"");
    let scene = Scene::start(setup);
    let app = scene.confidential(CALLBACK);
    let code = scene.browser().authorize(&link(&app, scope)).code();
    outlive_a_second();
    let reply = scene.redeem(&app, &code, &[]);
    match reply.status {
        200 => true,
        _ => {
            assert_refused(&reply, 400, "invalid_grant");
            false
        }
    }
}

#[test]
fn q3_a_code_for_personal_details_lives_shorter() {
    assert!(outlives_a_second("bot"));
    assert!(!outlives_a_second("identity"));
    assert!(
        !outlives_a_second("bot identity"),
        "any personal scope shortens it"
    );
}

#[test]
fn q3_the_documented_lifetimes_are_set() {
    let scene = Scene::profile("sqowey");
    let shown = scene.provider.cli(&["config", "show"]);
    let value = |name: &str| {
        let line = shown
            .stdout
            .lines()
            .find(|line| line.trim_start().starts_with(name));
        line.unwrap_or_default().to_owned()
    };
    assert!(
        value("token.lifetimes.code ").contains("5m"),
        "{}",
        shown.stdout
    );
    assert!(
        value("token.lifetimes.code_personal").contains("90s"),
        "{}",
        shown.stdout
    );
}

#[test]
fn q3_a_code_is_used_up_at_once() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let code = scene.browser().authorize(&link(&app, "identity")).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[]));
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
    assert!(within(Duration::from_secs(1), || !scene
        .is_active(&app, &tokens.access)));
}

#[test]
fn q4_the_malformed_sample_is_a_clean_page() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let sample = link(&app, "identify").replace("scope=identify", "scope=identify%bot");
    assert_page(&scene.browser().get(&sample), 400);
}

#[test]
fn q5_the_exchange_has_no_redirect_uri_and_its_answer_no_scope() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let code = scene.browser().authorize(&link(&app, "identity")).code();
    let reply = scene.redeem(&app, &code, &[]);
    let json = reply.expect(200).json();
    let mut names: Vec<&str> = json
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["access_token", "expires_in", "refresh_token", "token_type"]
    );
    assert_eq!(
        (&json["token_type"], &json["expires_in"]),
        (&"Bearer".into(), &3_600.into())
    );
    assert_ne!(json["access_token"], code.as_str());
}

#[test]
fn q6_a_refresh_takes_a_refresh_token_in_place_of_the_code() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let code = scene
        .browser()
        .authorize(&link(&app, "identity bot"))
        .code();
    let first = Tokens::of(&scene.redeem(&app, &code, &[]));
    let reply = scene.refresh(&app, &first.refresh);
    assert_eq!(reply.json()["expires_in"], 3_600);
    assert_ne!(Tokens::of(&reply).refresh, first.refresh);
}

#[test]
fn q6_an_app_keeps_its_short_id_and_long_secret() {
    let scene = Scene::profile("sqowey");
    let app = App {
        client_id: "c8ca4f303f3b".to_owned(),
        client_secret: "8ca4f303f3bdbf91d0a5e7c264b89f1302d6bc75e9a84173f0c2d5e6b798a401"
            .to_owned(),
        json: Json::Null,
    };
    let file = scene.provider.secret_file(&app.client_secret);
    scene.cli(&[
        "app",
        "import",
        "--client-id",
        &app.client_id,
        "--secret-file",
        &file,
        "--owner",
        OWNER,
        "--name",
        "Cool Page",
        "--homepage",
        "https://cool.page",
        "--redirect-uri",
        CALLBACK,
    ]);
    let code = scene.browser().authorize(&link(&app, "identity")).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[]));
    scene.refresh(&app, &tokens.refresh).expect(200);
}

/// "identity: get the user-object". The token answer stays as it is printed, and has no ID token.
#[test]
fn q4_identity_opens_the_user_object_without_openid() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let userinfo = scene.endpoint("userinfo_endpoint");
    let told = |scope: &str| {
        let code = scene.browser().authorize(&link(&app, scope)).code();
        let reply = scene.redeem(&app, &code, &[]).expect(200);
        assert_eq!(reply.json().get("id_token"), None, "{reply}");
        scene
            .api()
            .get_bearer(&userinfo, &reply.member("access_token"))
    };
    let user = told("identity").expect(200).json();
    assert_eq!(
        (&user["sub"], &user["name"]),
        (&Json::from(scene.ann.as_str()), &Json::from("Ann Example"))
    );
    assert_eq!(user["email"], "ann@example.com");
    assert_refused(&told("bot"), 403, "insufficient_scope");
}

/// The same provider, by the standard: with `openid` there is an ID token.
#[test]
fn q5_who_asks_for_openid_gets_an_id_token() {
    let scene = Scene::profile("sqowey");
    let app = scene.confidential(CALLBACK);
    let code = scene
        .browser()
        .authorize(&link(&app, "openid identity"))
        .code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(reply.member("id_token").matches('.').count(), 2);
}
