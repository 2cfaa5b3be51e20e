//! Our own API: signing in to it by device, and what the tokens for it open.

mod apps;
pub(crate) mod attacks;
mod description;
mod second_factor;
mod together;

use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_refused, form_to, within};
use acceptance::{App, AppSpec, Browser, Json, Reply, Setup, Url};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

const DEVICE: &str = "/valetkey/device";
const CLIENT: &str = "valetkey-cli";
/// How soon a server hears of what a command did.
const SOON: Duration = Duration::from_secs(3);
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The app behind command lines, which has no secret.
pub(crate) fn ours() -> App {
    App {
        client_id: CLIENT.to_owned(),
        client_secret: String::new(),
        json: Json::Null,
    }
}

/// What a program is told that wants to sign somebody in.
#[track_caller]
fn asked(scene: &Scene) -> Json {
    asked_for(scene, &[])
}

#[track_caller]
fn asked_for(scene: &Scene, fields: &[(&str, &str)]) -> Json {
    let reply = scene.api().post_form_as(DEVICE, &ours(), fields);
    reply.expect(200).json()
}

/// The page that asks a person, in their language.
#[track_caller]
fn question(scene: &Scene, email: &str, codes: &Json, languages: &str) -> (Browser, Reply) {
    let mut browser = scene.provider.browser();
    browser.speak(languages);
    browser.sign_in(email, PASSWORD);
    let code = codes["user_code"].as_str().unwrap_or_default();
    let page = browser.open("/device").expect(200);
    let form = form_to(&page, "/device/code");
    let page = browser.submit(&form, &[("user_code", code)]).expect(200);
    (browser, page)
}

/// The device code of a program that somebody allowed.
#[track_caller]
fn allowed(scene: &Scene, email: &str) -> String {
    answered(scene, email, &asked(scene))
}

#[track_caller]
fn answered(scene: &Scene, email: &str, codes: &Json) -> String {
    let (mut browser, page) = question(scene, email, codes, "en");
    let form = form_to(&page, "/device/answer");
    browser.submit(&form, &[("answer", "allow")]).expect(200);
    codes["device_code"].as_str().unwrap_or_default().to_owned()
}

/// A token of somebody who allowed all that there is.
#[track_caller]
pub(crate) fn signed_in(scene: &Scene, email: &str) -> Json {
    signed_in_for(scene, email, "valetkey:apps valetkey:reviews")
}

#[track_caller]
fn signed_in_for(scene: &Scene, email: &str, wanted: &str) -> Json {
    let codes = asked_for(scene, &[("scope", wanted)]);
    let code = answered(scene, email, &codes);
    let fields = [("grant_type", GRANT), ("device_code", code.as_str())];
    let reply = scene.api().post_form_as(&scene.token(), &ours(), &fields);
    reply.expect(200).json()
}

#[track_caller]
pub(crate) fn access(tokens: &Json) -> &str {
    tokens["access_token"].as_str().unwrap_or_default()
}

#[test]
fn an_agent_signs_in_once_where_apps_have_no_device_grant() {
    let scene = Scene::profile("sqowey");
    let metadata = scene.metadata.to_string();
    for hidden in ["device", "valetkey"] {
        assert!(!metadata.contains(hidden), "{hidden}: {metadata}");
    }
    let tokens = signed_in(&scene, ANN);
    let refresh = tokens["refresh_token"].as_str().unwrap_or_default();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let renewed = scene.api().post_form_as(&scene.token(), &ours(), &fields);
    renewed.expect(200);
    // Nobody else has the grant.
    let app = scene.confidential("https://cool.page/");
    let refused = scene.api().post_form_as(DEVICE, &app, &[]);
    assert_refused(&refused, 400, "unauthorized_client");
    let fields = [("grant_type", GRANT), ("device_code", "dc_x")];
    let refused = scene.api().post_form_as(&scene.token(), &app, &fields);
    assert_refused(&refused, 400, "unsupported_grant_type");
}

/// The lines of `/llms.txt` are pasted as they stand; a person opens the link that they print.
#[test]
fn ten_lines_lead_from_nothing_to_a_token_of_an_app_of_ones_own() {
    let scene = Scene::plain("[apps]\nregistration = \"open\"\n[device]\ninterval = \"1s\"");
    let reply = scene.api().get("/llms.txt").expect(200);
    assert_eq!(
        reply.header("Content-Type"),
        Some("text/plain; charset=utf-8")
    );
    let told = reply.text();
    let lines: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .collect();
    assert!((5..=10).contains(&lines.len()), "{told}");
    let folder = tempfile::tempdir().expect("a folder");
    let mut shell = Command::new("bash")
        .args(["-c", &lines.join("\n")])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash");
    let mut said = BufReader::new(shell.stdout.take().expect("what it says")).lines();
    let mut next = || said.next().and_then(Result::ok).unwrap_or_default();
    let link = next();
    let link = link.split(' ').nth(1).and_then(Url::parse);
    let link = link.unwrap_or_else(|| panic!("no link: {told}"));
    let mut browser = scene.provider.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.get(&link.target()).expect(200);
    let page = browser
        .submit(&form_to(&page, "/device/code"), &[])
        .expect(200);
    let form = form_to(&page, "/device/answer");
    browser.submit(&form, &[("answer", "allow")]).expect(200);
    let (app, token) = (next(), next());
    assert!(
        shell.wait().is_ok_and(|status| status.success()),
        "{app} {token}"
    );
    assert!(app.starts_with("client id: "), "{app}");
    let token: Json = serde_json::from_str(&token).expect("JSON");
    let info = scene.endpoint("token_info_endpoint");
    let info = scene.api().get_bearer(&info, access(&token)).expect(200);
    assert!(app.ends_with(&info.member("client_id")), "{app}: {info}");
}

#[test]
fn agents_are_told_of_what_there_is() {
    let told = |changes: &str| {
        let scene = Scene::start(Setup::profile("sqowey").with(changes));
        scene.api().get("/llms.txt")
    };
    let all = told("").expect(200).text();
    for part in ["/developers.md", "/valetkey/openapi.json", "valetkey:apps"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(!all.contains("client_credentials"), "{all}");
    let pages = told("[portal]\napi = false").expect(200).text();
    assert!(!pages.contains("valetkey"), "{pages}");
    let nothing = told("[portal]\napi = false\n[developers]\npage = false");
    assert_eq!(nothing.status, 404);
}

#[test]
fn people_are_told_in_plain_words_what_they_allow() {
    let scene = Scene::plain("");
    let codes = asked(&scene);
    for (languages, words) in [
        (
            "en",
            ["Your apps", "make and revoke their secrets", "command line"],
        ),
        (
            "de",
            ["Ihre Apps", "deren Secrets erstellen", "command line"],
        ),
    ] {
        let (_, page) = question(&scene, ANN, &codes, languages);
        for word in words {
            assert!(page.text().contains(word), "{word}: {page}");
        }
    }
}

/// Whoever let a program run their apps has not let it decide on those of others.
#[test]
fn to_decide_on_requests_for_review_is_allowed_apart() {
    let scene = Scene::plain("");
    let reviews = "/valetkey/reviews";
    let get = |tokens: &Json, path: &str| scene.api().get_bearer(path, access(tokens));
    let apps_alone = signed_in_for(&scene, OWNER, "valetkey:apps");
    get(&apps_alone, "/valetkey/apps").expect(200);
    let refused = get(&apps_alone, reviews);
    assert_refused(&refused, 403, "insufficient_scope");
    let challenge = refused.header("WWW-Authenticate").unwrap_or_default();
    assert!(
        challenge.contains("scope=\"valetkey:reviews\""),
        "{refused}"
    );
    let judge = scene
        .api()
        .post_form_as(&format!("{reviews}/1"), &ours(), &[]);
    assert_eq!(judge.status, 401, "{judge}");
    let reviews_alone = signed_in_for(&scene, OWNER, "valetkey:reviews");
    get(&reviews_alone, reviews).expect(200);
    assert_refused(
        &get(&reviews_alone, "/valetkey/apps"),
        403,
        "insufficient_scope",
    );
    let both = signed_in(&scene, OWNER);
    get(&both, reviews).expect(200);
    get(&both, "/valetkey/apps").expect(200);
    // To anybody but an administrator there is nothing to decide.
    assert_refused(&get(&signed_in(&scene, ANN), reviews), 404, "not_found");
    let codes = asked_for(&scene, &[("scope", "valetkey:apps valetkey:reviews")]);
    for (languages, title) in [("en", "Requests for review"), ("de", "Anträge auf Prüfung")] {
        let (_, page) = question(&scene, OWNER, &codes, languages);
        assert!(page.text().contains(title), "{page}");
    }
    let (_, page) = question(&scene, OWNER, &asked(&scene), "en");
    assert!(!page.text().contains("Requests for review"), "{page}");
}

#[test]
fn no_api_of_the_provider_takes_such_a_token() {
    let scene = Scene::plain("");
    let tokens = signed_in(&scene, ANN);
    let api = scene.resource_server();
    for token in ["access_token", "refresh_token"] {
        let token = tokens[token].as_str().unwrap_or_default();
        assert_eq!(
            scene.introspect(&api, token),
            serde_json::json!({ "active": false })
        );
    }
    let info = scene.endpoint("token_info_endpoint");
    let refused = scene.api().get_bearer(&info, access(&tokens));
    assert_refused(&refused, 401, "invalid_token");
}

#[test]
fn no_other_app_is_given_its_scope_unless_an_administrator_says_so() {
    let scene = Scene::plain("[grants]\ndevice_code = true");
    let app = scene.app(&AppSpec {
        name: "Robot",
        grants: &["device_code"],
        public: true,
        ..AppSpec::default()
    });
    let ask = |scope: &str| scene.api().post_form_as(DEVICE, &app, &[("scope", scope)]);
    assert_refused(&ask("valetkey:apps"), 400, "invalid_scope");
    let refused =
        scene
            .provider
            .cli(&["app", "update", &app.client_id, "--scope", "valetkey:apps"]);
    assert!(refused.stderr.contains("there is no scope"), "{refused:?}");
    scene.cli(&["app", "approve-scope", &app.client_id, "valetkey:apps"]);
    assert!(within(SOON, || ask("valetkey:apps").status == 200));
    assert_refused(&ask("valetkey:apps tasks:read"), 400, "invalid_scope");
    assert_refused(&ask("valetkey:all"), 400, "invalid_scope");
}

#[test]
fn where_it_is_off_nothing_is_there() {
    let setup = Setup::profile("sqowey").with("[portal]\napi = false");
    let scene = Scene::start(setup);
    for path in [DEVICE, "/device"] {
        assert_eq!(scene.api().get(path).status, 404, "{path}");
    }
    let by_default = Scene::plain("[portal]\npage = false");
    assert_eq!(by_default.api().get(DEVICE).status, 404);
}

#[test]
fn an_administrator_switches_it_off() {
    let scene = Scene::plain("");
    signed_in(&scene, OWNER);
    scene.cli(&["app", "disable", CLIENT]);
    let status = || scene.api().post_form_as(DEVICE, &ours(), &[]).status;
    assert!(within(SOON, || status() == 401));
    scene.cli(&["app", "enable", CLIENT]);
    assert!(within(SOON, || status() == 200));
    scene.cli(&["app", "delete", CLIENT]);
    assert!(within(SOON, || status() == 401));
    assert_eq!(status(), 401, "it is not made again");
}
