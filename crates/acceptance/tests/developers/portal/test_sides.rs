//! The test side of an app by page: one switch, credentials and people of its own, and nothing that crosses.

use super::{
    APPS, BACK, DELETE, Developer, EVE, OPEN, RESTORE, UPDATE, credentials, found, href,
    in_organization, joined, listed, open, says, works,
};
use crate::support::{PASSWORD, Scene, Tokens, assert_page, form_to, within};
use acceptance::{App, Reply, forms, unescape};
use std::time::Duration;

pub(super) const ON: &str = "/apps/test/on";
pub(super) const OFF: &str = "/apps/test/off";
pub(super) const ADD_PERSON: &str = "/apps/test/people/add";
pub(super) const REMOVE_PERSON: &str = "/apps/test/people/remove";
pub(super) const TEST: &str = "[test]\nmode = true";

pub(super) fn scene() -> Scene {
    open(&format!("{OPEN}\n{TEST}\n[grants]\ndevice_code = true"))
}

fn test_href(app: &App) -> String {
    format!("{}/test", href(app))
}

/// Sends a form of the test side's page.
#[track_caller]
pub(super) fn act(
    developer: &mut Developer,
    live: &App,
    action: &str,
    typed: &[(&str, &str)],
) -> Reply {
    let page = developer.browser.open(&test_href(live)).expect(200);
    developer.browser.submit(&form_to(&page, action), typed)
}

/// Address and password of each person on the page that shows them once.
#[track_caller]
pub(super) fn people(page: &Reply) -> Vec<(String, String)> {
    let text = page.text();
    let lines = text.split("<div><dt><bdi>").skip(1);
    let line = |line: &str| {
        let (email, rest) = line.split_once("</bdi>")?;
        let password = rest.split_once("<code>")?.1.split_once("</code>")?.0;
        Some((unescape(email), unescape(password)))
    };
    lines.filter_map(line).collect()
}

/// Switches the test side of an app on: its credentials and its people.
#[track_caller]
pub(super) fn switch_on(developer: &mut Developer, live: &App) -> (App, Vec<(String, String)>) {
    let page = act(developer, live, ON, &[]).expect(200);
    (credentials(&page), people(&page))
}

/// What a person of the test side lets the app have. There are several redirect URIs, so one is named.
#[track_caller]
fn tokens(scene: &Scene, app: &App, (email, password): &(String, String)) -> Tokens {
    let mut browser = scene.provider.browser_of(email, password);
    let asked = [("scope", "tasks:read"), ("redirect_uri", BACK)];
    let code = browser.authorize(&scene.question(app, &asked)).code();
    Tokens::of(&scene.redeem(app, &code, &[("redirect_uri", BACK)]))
}

#[test]
fn one_switch_makes_a_test_side_with_credentials_and_people_of_its_own() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    says(&ann.page(&live), "Test side: off");
    let (test, users) = switch_on(&mut ann, &live);
    assert!(test.client_id.starts_with("test_") && test.client_secret.starts_with("test_"));
    assert_eq!(users.len(), 2);
    assert!(works(&scene, &test) && works(&scene, &live));
    assert!(
        tokens(&scene, &test, &users[0])
            .access
            .starts_with("test_at_")
    );
    says(&ann.page(&live), "Test side: on");
    let page = ann.browser.open(&test_href(&live)).expect(200);
    says(&page, &users[0].0);
    assert!(page.text().contains("test-side\""), "its colour: {page}");
    let own = ann.page(&test);
    says(&own, "This is the test side of");
    assert_eq!(form_to(&own, UPDATE).value("name"), None, "it is the app's");
    let shown = scene.cli(&["app", "test", "show", &live.client_id]);
    let uris = serde_json::json!([BACK, "http://127.0.0.1/callback"]);
    assert_eq!(
        (&shown["mode"], &shown["redirect_uris"]),
        (&"test".into(), &uris)
    );
    assert_eq!(
        listed(&ann.browser.open(APPS)),
        [&*live.client_id],
        "a pair is one app"
    );
    // The button pressed twice.
    let again = ann.browser.get(&test_href(&live));
    assert!(forms(&again.text()).iter().all(|form| form.action != ON));
}

#[test]
fn its_redirect_uris_are_its_own_and_all_else_is_its_apps() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    let (test, users) = switch_on(&mut ann, &live);
    let typed = [
        ("redirect-1", "https://staging.board.example/callback"),
        ("redirect-2", ""),
        ("name", "Another"),
    ];
    ann.act(&test, UPDATE, &typed).expect(303);
    let shown = scene.cli(&["app", "show", &test.client_id]);
    assert_eq!(shown["name"], "Task Board");
    assert_eq!(
        shown["redirect_uris"],
        serde_json::json!(["https://staging.board.example/callback"])
    );
    let lived = scene.cli(&["app", "show", &live.client_id]);
    assert_eq!(lived["redirect_uris"], serde_json::json!([BACK]));
    ann.act(&test, UPDATE, &[("redirect-1", BACK)]).expect(303);
    ann.act(
        &live,
        UPDATE,
        &[
            ("name", "Renamed Board"),
            ("scopes", "some"),
            ("scope-1", "tasks:read"),
        ],
    )
    .expect(303);
    let shown = scene.cli(&["app", "show", &test.client_id]);
    assert_eq!(
        (&shown["name"], &shown["scopes"]),
        (&"Renamed Board".into(), &serde_json::json!(["tasks:read"]))
    );
    tokens(&scene, &test, &users[0]);
    scene.cli(&["app", "approve-scope", &live.client_id, "admin:all"]);
    let shown = scene.cli(&["app", "show", &test.client_id]);
    assert_eq!(shown["approved_scopes"], serde_json::json!(["admin:all"]));
    let refused = scene
        .provider
        .cli(&["app", "update", &test.client_id, "--name", "Mine"]);
    assert!(
        refused.stderr.contains("this is the test side of an app"),
        "{refused:?}"
    );
}

#[test]
fn off_and_on_again_has_the_same_credentials_and_no_living_token() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    let (test, users) = switch_on(&mut ann, &live);
    let before = tokens(&scene, &test, &users[0]);
    let info = scene.endpoint("token_info_endpoint");
    let active = || scene.api().get_bearer(&info, &before.access).status == 200;
    assert!(active());
    act(&mut ann, &live, OFF, &[]).expect(303);
    assert!(within(Duration::from_secs(1), || !active()) && !works(&scene, &test));
    assert!(works(&scene, &live));
    // It is no app of its own that could be brought back without its app.
    let list = ann.browser.open(APPS);
    assert!(
        forms(&list.text())
            .iter()
            .all(|form| form.action != RESTORE),
        "{list}"
    );
    let refused = scene.provider.cli(&["app", "restore", &test.client_id]);
    assert_ne!(refused.code, Some(0));
    act(&mut ann, &live, ON, &[]).expect(303);
    assert!(works(&scene, &test) && !active());
    tokens(&scene, &test, &users[0]);
}

#[test]
fn it_goes_with_its_app_and_comes_back_with_it() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    let (test, users) = switch_on(&mut ann, &live);
    ann.act(&live, DELETE, &[("confirm", "Task Board")])
        .expect(303);
    assert!(within(Duration::from_secs(1), || !works(&scene, &test)));
    let refused = scene.browser().try_sign_in(&users[0].0, &users[0].1);
    assert_eq!(refused.status, 403, "{refused}");
    let list = ann.browser.open(APPS);
    ann.browser
        .submit(&form_to(&list, RESTORE), &[])
        .expect(303);
    assert!(works(&scene, &test) && works(&scene, &live));
    tokens(&scene, &test, &users[0]);
}

#[test]
fn people_are_made_and_removed_one_by_one() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    let (test, users) = switch_on(&mut ann, &live);
    let page = act(&mut ann, &live, ADD_PERSON, &[]).expect(200);
    let made = people(&page);
    assert_eq!(made.len(), 1);
    tokens(&scene, &test, &made[0]);
    let page = ann.browser.open(&test_href(&live));
    let removal = forms(&page.text());
    let removal = removal
        .iter()
        .find(|form| form.action == REMOVE_PERSON)
        .expect("a form");
    // A person of the live side is none of its people.
    let foreign = [("person", &*scene.ann)];
    ann.browser.submit(removal, &foreign).expect(303);
    assert_eq!(
        scene.provider.browser().try_sign_in(EVE, PASSWORD).status,
        303
    );
    for _ in 0..2 {
        let done = ann.browser.submit(removal, &[]).expect(303);
        says(&ann.browser.follow(done), "The person is removed.");
    }
    assert_eq!(
        scene.browser().try_sign_in(&users[0].0, &users[0].1).status,
        403
    );
    tokens(&scene, &test, &users[1]);
    for _ in 0..18 {
        act(&mut ann, &live, ADD_PERSON, &[]).expect(200);
    }
    says(&ann.browser.open(&test_href(&live)), "at most 20 people");
}

#[test]
fn the_sides_of_a_pair_do_not_meet() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    let (test, users) = switch_on(&mut ann, &live);
    let mixed = |id: &App, secret: &App| App {
        client_id: id.client_id.clone(),
        client_secret: secret.client_secret.clone(),
        json: acceptance::Json::Null,
    };
    assert!(!works(&scene, &mixed(&live, &test)) && !works(&scene, &mixed(&test, &live)));
    let own = tokens(&scene, &test, &users[0]);
    let crossed = scene.refresh(&live, &own.refresh);
    assert_eq!(crossed.member("error"), "invalid_grant");
    // Both mistakes are named as what they are, to the developer and in the log.
    let entry = |developer: &mut Developer, app: &App| {
        let log = developer.browser.open(&format!("{}/log", href(app)));
        let text = log.text();
        let start = format!("{}/log?request=", href(app));
        let links = text.split(&start).skip(1);
        let ids: Vec<String> = links
            .filter_map(|rest| rest.split(&['"', '&', '#']).next())
            .map(str::to_owned)
            .collect();
        ids.iter()
            .map(|id| developer.browser.open(&format!("{start}{id}")).text())
            .collect::<String>()
    };
    let mixed = "Test and live were mixed";
    for (app, mistakes) in [(&live, 2), (&test, 1)] {
        let told = unescape(&entry(&mut ann, app));
        assert_eq!(told.matches(mixed).count(), mistakes, "{told}");
    }
    let mut browser = scene.provider.browser_of(&users[0].0, &users[0].1);
    let question = scene.question(&live, &[("scope", "tasks:read")]);
    let page = browser.open(&question);
    let form = form_to(&page, "/sign-in");
    let (email, password) = &users[0];
    let refused = browser.submit(&form, &[("email", email), ("password", password)]);
    assert_eq!(refused.status, 403, "{refused}");
}

#[test]
fn a_test_side_is_handed_over_with_its_app() {
    let scene = scene();
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let live = ann.register(&[]);
    let (test, users) = switch_on(&mut ann, &live);
    let before = tokens(&scene, &test, &users[0]);
    let page = ann.page(&test);
    let actions = forms(&page.text()).into_iter().map(|form| form.action);
    assert!(
        actions
            .into_iter()
            .all(|action| action != super::OFFER && action != DELETE)
    );
    let nonce = form_to(&page, UPDATE)
        .value("nonce")
        .expect("a nonce")
        .to_owned();
    let alone = [
        ("nonce", &*nonce),
        ("app", &*test.client_id),
        ("transfer-email", EVE),
    ];
    says(
        &ann.browser.post_form(super::OFFER, &alone).expect(400),
        "goes with its app",
    );
    ann.act(&live, super::OFFER, &[("transfer-email", EVE)])
        .expect(303);
    let list = eve.browser.open(APPS);
    eve.browser
        .submit(&form_to(&list, super::ACCEPT), &[])
        .expect(303);
    eve.page(&test);
    assert_page(&ann.browser.get(&href(&test)), 404);
    assert_page(&ann.browser.get(&test_href(&live)), 404);
    let info = scene.endpoint("token_info_endpoint");
    let active = || scene.api().get_bearer(&info, &before.access).status == 200;
    assert!(
        within(Duration::from_secs(1), || !active()),
        "its tokens are in other hands"
    );
    assert_eq!(
        scene.browser().try_sign_in(&users[0].0, &users[0].1).status,
        403
    );
    let made = people(&act(&mut eve, &live, ADD_PERSON, &[]).expect(200));
    tokens(&scene, &test, &made[0]);
}

#[test]
fn the_test_side_of_others_is_not_there_and_a_viewer_changes_nothing() {
    let scene = scene();
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let live = ann.register(&[]);
    let (test, _) = switch_on(&mut ann, &live);
    let own = eve.register(&[("name", "Weather Board")]);
    let page = eve.browser.open(&test_href(&own));
    let nonce = form_to(&page, ON)
        .value("nonce")
        .expect("a nonce")
        .to_owned();
    for app in [&live, &test] {
        assert_page(&eve.browser.get(&test_href(app)), 404);
        for action in [ON, OFF, ADD_PERSON, REMOVE_PERSON] {
            let fields = [
                ("nonce", &*nonce),
                ("app", &*app.client_id),
                ("person", "1"),
                ("password", PASSWORD),
            ];
            assert_page(&eve.browser.post_form(action, &fields), 404);
        }
    }
    assert!(works(&scene, &test));
    // A test side has none itself, and a form out of date does nothing.
    assert_page(&ann.browser.get(&test_href(&test)), 404);
    for action in [OFF, ADD_PERSON, REMOVE_PERSON] {
        let fields = [("nonce", "x"), ("app", &*live.client_id), ("person", "1")];
        says(
            &ann.browser.post_form(action, &fields).expect(400),
            "out of date",
        );
    }
    let acme = found(&mut ann, "Acme");
    joined(&mut ann, &acme, (EVE, "viewer"), &mut eve);
    let shared = ann.register(&[("organization", &acme)]);
    let page = eve.browser.open(&test_href(&shared)).expect(200);
    assert!(
        forms(&page.text())
            .iter()
            .all(|form| !form.action.starts_with("/apps")),
        "{page}"
    );
    let fields = [
        ("nonce", &*nonce),
        ("app", &*shared.client_id),
        ("password", PASSWORD),
    ];
    assert_page(&eve.browser.post_form(ON, &fields), 403);
    in_organization(&mut ann, &acme, super::RENAME, &[("name", "Acme Two")]).expect(303);
}

#[test]
fn commands_switch_it_too() {
    let scene = scene();
    let live = Developer::ann(&scene).register(&[]);
    let made = scene.cli(&["app", "test", "on", &live.client_id]);
    assert_eq!(
        made["test_users"].as_array().map(Vec::len),
        Some(2),
        "{made}"
    );
    let again = scene.provider.cli(&["app", "test", "on", &live.client_id]);
    assert!(again.stderr.contains("has a test side"), "{again:?}");
    let id = made["client_id"].as_str().unwrap_or_default();
    scene.cli(&["app", "test", "off", &live.client_id]);
    let none = scene
        .provider
        .cli(&["app", "test", "show", &live.client_id]);
    assert!(none.stderr.contains("has no test side"), "{none:?}");
    let back = scene.cli(&["app", "test", "on", &live.client_id]);
    assert_eq!(back["client_id"], id);
    let of_test = scene.provider.cli(&["app", "test", "on", id]);
    assert!(
        of_test.stderr.contains("of the test side already"),
        "{of_test:?}"
    );
}

#[test]
fn without_test_mode_there_is_no_test_side() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    assert!(!ann.page(&live).text().contains("Test side"));
    assert_page(&ann.browser.get(&test_href(&live)), 404);
    let refused = scene.provider.cli(&["app", "test", "on", &live.client_id]);
    assert!(
        refused.stderr.contains("test mode is switched off"),
        "{refused:?}"
    );
}
