//! The playground: every step of a test side by page, and what must not be done with it.

mod kept;

use super::test_sides::{scene, switch_on};
use super::{ADD, APPS, Developer, EVE, credentials, href, says};
use crate::support::guide::target_of;
use crate::support::rest::assert_nowhere;
use crate::support::{ANN, Scene, assert_page, form_to};
use acceptance::{App, Form, Reply, forms, unescape};

const START: &str = "/apps/playground/start";
const STEP: &str = "/apps/playground/step";
const END: &str = "/apps/playground/end";
const BACK: &str = "/apps/playground";

fn play_href(app: &App) -> String {
    format!("{}/playground", href(app))
}

/// A developer with an app that has every grant, its test side, and a playground that has begun.
struct Player {
    scene: Scene,
    developer: Developer,
    live: App,
    test: App,
    users: Vec<(String, String)>,
}

impl Player {
    #[track_caller]
    fn begun() -> Self {
        Self::in_scene(scene())
    }

    #[track_caller]
    fn in_scene(scene: Scene) -> Self {
        let mut developer = Developer::ann(&scene);
        let live = developer.register(&[("device", "on"), ("own-behalf", "on")]);
        let (test, users) = switch_on(&mut developer, &live);
        let mut player = Player {
            scene,
            developer,
            live,
            test,
            users,
        };
        let form = form_to(&player.page(), START);
        player.developer.browser.submit(&form, &[]).expect(303);
        player
    }

    #[track_caller]
    fn page(&mut self) -> Reply {
        self.developer
            .browser
            .open(&play_href(&self.live))
            .expect(200)
    }

    fn form(&mut self, step: &str) -> Option<Form> {
        let page = self.page();
        let mut all = forms(&page.text()).into_iter();
        all.find(|form| form.action == STEP && form.value("step") == Some(step))
    }

    /// Makes a step that can be made, and goes where it leads.
    #[track_caller]
    fn step(&mut self, step: &str) -> Reply {
        let form = self
            .form(step)
            .unwrap_or_else(|| panic!("no form for {step}"));
        let reply = self.developer.browser.submit(&form, &[]).expect(303);
        self.developer.browser.follow(reply)
    }

    /// The step that is lit.
    #[track_caller]
    fn lit(&mut self) -> String {
        let page = self.page();
        let text = page.text();
        let before = text
            .split(" aria-current=\"step\"")
            .next()
            .unwrap_or_default();
        let id = before.rsplit("<li id=\"").next().unwrap_or_default();
        id.split('"').next().unwrap_or_default().to_owned()
    }

    /// What a step was answered as it came.
    #[track_caller]
    fn answer(&mut self, step: &str) -> String {
        let page = self.page();
        let text = page.text();
        let item = text.split(&format!("<li id=\"{step}\"")).nth(1);
        let item = item
            .and_then(|item| item.split("</li>").next())
            .unwrap_or_default();
        unescape(item)
    }
}

/// A member of the JSON in the page, the last one of this name.
#[track_caller]
fn member(item: &str, name: &str) -> String {
    let start = format!("\"{name}\": \"");
    let value = item.rsplit(&start).next().unwrap_or_default();
    value.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn each_step_is_answered_and_the_next_is_lit() {
    let mut player = Player::begun();
    assert_eq!(player.lit(), "authorize");
    for waits in ["exchange", "token-info", "refresh", "revoke", "device-poll"] {
        assert!(player.form(waits).is_none(), "{waits} waits for another");
    }
    let back = player.step("authorize");
    says(&back.expect(200), "Answered with 303");
    for (step, next) in [
        ("exchange", "token-info"),
        ("token-info", "refresh"),
        ("refresh", "revoke"),
        ("revoke", "device"),
        ("device", "device-poll"),
    ] {
        assert_eq!(player.lit(), step);
        player.step(step);
        assert!(
            player.answer(step).contains("Answered with 200"),
            "{}",
            player.answer(step)
        );
        assert_eq!(player.lit(), next);
    }
    player.step("device-poll");
    assert!(
        player
            .answer("device-poll")
            .contains("authorization_pending")
    );
    player.step("client-credentials");
    let own = player.answer("client-credentials");
    assert!(
        member(&own, "access_token").starts_with("test_at_"),
        "{own}"
    );
    let info = player.answer("token-info");
    assert!(
        info.contains(&player.test.client_id) && info.contains("\"mode\": \"test\""),
        "{info}"
    );
    // Round again: another code.
    player.step("authorize");
    player.step("exchange");
    assert!(player.answer("exchange").contains("Answered with 200"));
}

#[test]
fn what_opens_anything_is_masked_and_the_secret_is_never_shown() {
    let mut player = Player::begun();
    player.step("authorize");
    player.step("exchange");
    let item = player.answer("exchange");
    let (shown, whole) = item
        .split_once("<details>")
        .expect("what is masked can be shown");
    let token = member(whole, "access_token");
    assert!(token.len() > 40 && !shown.contains(&token), "{shown}");
    assert!(shown.contains("test_at_\u{2026}"), "{shown}");
    let page = player.page().text();
    assert!(!page.contains("test_cs_"), "{page}");
    assert!(page.contains(&format!("{}:$CLIENT_SECRET", player.test.client_id)));
    assert_eq!(player.page().header("Cache-Control"), Some("no-store"));
    let refresh = member(whole, "refresh_token");
    assert_nowhere(&player.scene.provider, &[&token, &refresh]);
}

#[test]
fn its_secret_ends_in_an_hour_and_with_it() {
    let mut player = Player::begun();
    let listed = |player: &Player| {
        let listed = player
            .scene
            .cli(&["app", "secret", "list", &player.test.client_id]);
        listed["secrets"].as_array().cloned().unwrap_or_default()
    };
    let own = listed(&player);
    assert_eq!(own.len(), 2, "{own:?}");
    let ending = own.iter().filter(|secret| secret["expires_at"].is_string());
    assert_eq!(ending.count(), 1, "{own:?}");
    let live = player
        .scene
        .cli(&["app", "secret", "list", &player.live.client_id]);
    assert_eq!(
        live["secrets"].as_array().map(Vec::len),
        Some(1),
        "nothing on the live side"
    );
    player.step("client-credentials");
    let token = member(&player.answer("client-credentials"), "access_token");
    let form = form_to(&player.page(), END);
    for _ in 0..2 {
        player.developer.browser.submit(&form, &[]).expect(303);
    }
    assert_eq!(listed(&player).len(), 1);
    form_to(&player.page(), START);
    assert!(!player.page().text().contains(&token));
    // Signed out, nothing of it is left for whoever signs in again.
    let form = form_to(&player.page(), START);
    player.developer.browser.submit(&form, &[]).expect(303);
    let mut again = Developer::ann(&player.scene);
    form_to(
        &again.browser.open(&play_href(&player.live)).expect(200),
        START,
    );
}

#[test]
fn a_person_allows_it_by_the_real_page_in_another_window() {
    let mut player = Player::begun();
    let link = super::shown(&player.page(), "link").expect("the link");
    let (email, password) = &player.users[0];
    let mut person = player.scene.provider.browser_of(email, password);
    let page = person.authorize_until_consent(&target_of(&link));
    let allowed = [("answer", "allow")];
    let back = person.submit(&form_to(&page, "/consent"), &allowed);
    let location = back.expect(303).location().unwrap_or_default().to_owned();
    assert!(
        location.contains(&format!("{BACK}?code=test_ac_")),
        "{location}"
    );
    let target = target_of(&location);
    says(&person.get(&target).expect(200), "The answer has come");
    assert_eq!(player.lit(), "exchange");
    says(
        &person.get(&target).expect(400),
        "Nobody waits for this answer",
    );
    player.step("exchange");
    assert!(player.answer("exchange").contains("Answered with 200"));
}

#[test]
fn a_forged_answer_is_nobodys() {
    let mut player = Player::begun();
    let state = |player: &mut Player| {
        let link = super::shown(&player.page(), "link").expect("the link");
        let state = link.split("state=").nth(1).unwrap_or_default();
        state.split('&').next().unwrap_or_default().to_owned()
    };
    let own = state(&mut player);
    let cut = &own[..own.len() - 1];
    for forged in ["", "x", cut] {
        let target = format!("{BACK}?code=test_ac_forged&state={forged}");
        says(
            &player.developer.browser.get(&target).expect(400),
            "Nobody waits",
        );
    }
    says(
        &player.developer.browser.get(BACK).expect(400),
        "Nobody waits",
    );
    assert_eq!(player.lit(), "authorize");
    // With the state of a run whoever knows it can bring a code; it is worth nothing without the verifier.
    let target = format!("{BACK}?code=test_ac_forged&state={own}");
    player.developer.browser.get(&target).expect(303);
    player.step("exchange");
    assert!(player.answer("exchange").contains("invalid_grant"));
    assert_ne!(state(&mut player), own, "each round has its own");
    player.developer.browser.get(&target).expect(400);
    // A refusal is shown.
    let denied = format!("{BACK}?error=access_denied&state={}", state(&mut player));
    player.developer.browser.get(&denied).expect(303);
    assert!(player.answer("authorize").contains("access_denied"));
}

#[test]
fn the_playground_of_others_is_not_there() {
    let player = Player::begun();
    let mut eve = Developer::of(&player.scene, EVE);
    let own = eve.register(&[("name", "Weather Board")]);
    switch_on(&mut eve, &own);
    let page = eve.browser.open(&play_href(&own)).expect(200);
    let nonce = form_to(&page, START)
        .value("nonce")
        .expect("a nonce")
        .to_owned();
    for app in [&player.live, &player.test] {
        assert_page(&eve.browser.get(&play_href(app)), 404);
        for action in [START, STEP, END] {
            for step in ["authorize", "exchange", "client-credentials"] {
                let fields = [
                    ("nonce", &*nonce),
                    ("app", &*app.client_id),
                    ("step", step),
                    ("person", "1"),
                ];
                assert_page(&eve.browser.post_form(action, &fields), 404);
            }
        }
    }
    // Another session of the same person has none of it either.
    let mut other = Developer::of(&player.scene, ANN);
    let page = other.browser.open(&play_href(&player.live)).expect(200);
    let nonce = form_to(&page, START)
        .value("nonce")
        .expect("a nonce")
        .to_owned();
    let fields = [
        ("nonce", &*nonce),
        ("app", &*player.live.client_id),
        ("step", "client-credentials"),
    ];
    says(
        &other.browser.post_form(STEP, &fields).expect(400),
        "has ended: start it again",
    );
}

#[test]
fn a_step_is_of_its_own_app_and_of_people_of_its_own() {
    let mut player = Player::begun();
    // Another app of the same session has none of it.
    let second = player.developer.register(&[]);
    switch_on(&mut player.developer, &second);
    let form = player.form("client-credentials").expect("a form");
    let crossed = player
        .developer
        .browser
        .submit(&form, &[("app", &second.client_id)]);
    says(&crossed.expect(400), "has ended: start it again");
    // Whom the developer may not play, and steps that there are not.
    let form = player.form("authorize").expect("a form");
    for person in [&*player.scene.ann, "0", "x"] {
        let refused = player
            .developer
            .browser
            .submit(&form, &[("person", person)]);
        says(&refused.expect(400), "There is nobody who could allow it");
    }
    for step in ["exchange", "nonsense", ""] {
        let refused = player.developer.browser.submit(&form, &[("step", step)]);
        says(&refused.expect(400), "not possible now");
    }
    for action in [START, STEP, END] {
        let fields = [
            ("nonce", "x"),
            ("app", &*player.live.client_id),
            ("step", "client-credentials"),
        ];
        says(
            &player
                .developer
                .browser
                .post_form(action, &fields)
                .expect(400),
            "out of date",
        );
    }
}

#[test]
fn the_callback_is_taken_for_the_test_side_of_an_app_and_for_no_other() {
    let player = Player::begun();
    let callback = format!("{}{BACK}", player.scene.provider.issuer());
    let asked = |app: &App, uri: &str| {
        let question = player
            .scene
            .question(app, &[("scope", "tasks:read"), ("redirect_uri", uri)]);
        player.scene.browser().get(&question).status
    };
    assert_eq!(asked(&player.test, &callback), 303);
    for uri in [
        format!("{callback}/"),
        format!("{callback}?x=1"),
        format!("{callback}x"),
    ] {
        assert_eq!(asked(&player.test, &uri), 400, "{uri}");
    }
    assert_eq!(asked(&player.live, &callback), 400);
    let args = [
        "app",
        "create",
        "--test",
        "--owner",
        ANN,
        "--name",
        "Alone",
        "--homepage",
        "https://a.example",
        "--redirect-uri",
        "https://a.example/cb",
    ];
    let made = player.scene.cli(&args);
    let alone = App {
        client_id: made["client_id"].as_str().unwrap_or_default().to_owned(),
        client_secret: String::new(),
        json: acceptance::Json::Null,
    };
    assert_eq!(asked(&alone, &callback), 400);
}

#[test]
fn where_no_secret_has_room_it_says_so_and_off_it_leads_to_the_switch() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    let off = ann.browser.get(&play_href(&live)).expect(303);
    assert_eq!(
        off.location(),
        Some(format!("{}/test", href(&live)).as_str())
    );
    assert_page(&ann.browser.get(&format!("{APPS}/nobody/playground")), 404);
    let (test, _) = switch_on(&mut ann, &live);
    for _ in 0..4 {
        credentials(&ann.act(&test, ADD, &[("secret-name", "x")]).expect(200));
    }
    let form = form_to(&ann.browser.open(&play_href(&live)).expect(200), START);
    says(
        &ann.browser.submit(&form, &[]).expect(400),
        "at most five secrets",
    );
}
