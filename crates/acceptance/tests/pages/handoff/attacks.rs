//! Answers that are forged, replayed, crossed, late, or brought by another browser.
use super::{accept, app_of, call, challenge_of, company, way_back};
use crate::support::{Scene, assert_page};
use acceptance::{Browser, Reply};
use serde_json::json;

/// A way to end somebody's sessions, with a browser of theirs at hand.
type End<'a> = &'a dyn Fn(&mut Browser);

fn sent_away(browser: &mut Browser) -> String {
    challenge_of(&browser.open("/sign-in"))
}

#[track_caller]
fn assert_nobody(page: &Reply, browser: &mut Browser) {
    assert_page(page, 400);
    assert!(page.text().contains("/sign-in"), "a way on: {page}");
    assert_eq!(browser.get("/account").status, 303, "somebody is signed in");
}

/// Login CSRF: an attacker signs in at the company and sends the way back to a victim.
#[test]
fn another_browser_is_not_signed_in() {
    let scene = company("");
    let mut attacker = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut attacker));
    let mut stranger = scene.provider.browser();
    let page = stranger.open(&back);
    assert_nobody(&page, &mut stranger);
    // Nor one that was sent away itself a moment before.
    let mut victim = scene.provider.browser();
    sent_away(&mut victim);
    let page = victim.open(&back);
    assert_nobody(&page, &mut victim);
    // It works where it was begun.
    attacker.open(&back).expect(200);
}

#[test]
fn a_ticket_works_once() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut browser));
    browser.open(&back).expect(200);
    // Loaded twice, it goes on for whoever it signed in.
    let twice = browser.get(&back);
    assert_eq!(
        (twice.status, twice.location()),
        (303, Some("/account")),
        "{twice}"
    );
    browser.sign_out();
    let page = browser.open(&back);
    assert_nobody(&page, &mut browser);
}

#[test]
fn a_head_signs_nobody_in_and_uses_nothing_up() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut browser));
    let head = browser.send(acceptance::Request::new("HEAD", &back));
    assert!(
        head.status >= 400 && head.header("Set-Cookie").is_none(),
        "{head}"
    );
    browser.open(&back).expect(200);
}

#[test]
fn forged_and_bent_texts_are_nothing() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let challenge = sent_away(&mut browser);
    let back = accept(&scene, &challenge);
    let bent = match back.ends_with('A') {
        true => format!("{}B", &back[..back.len() - 1]),
        false => format!("{}A", &back[..back.len() - 1]),
    };
    for target in [
        bent.as_str(),
        "/login/return",
        "/login/return?login_ticket=",
        "/login/return?login_ticket=lt_x",
        &format!("/login/return?login_ticket={challenge}"),
        &back[..back.len() - 7],
    ] {
        let page = browser.open(target);
        assert_nobody(&page, &mut browser);
    }
    // What was sealed elsewhere is no challenge here.
    let other = company("");
    let theirs = sent_away(&mut other.provider.browser());
    let refused = call(&scene, "/login/accept", &super::ada(&theirs));
    assert_eq!(refused.status, 404, "{refused}");
}

#[test]
fn two_that_wait_in_one_browser_are_not_crossed() {
    let scene = company("");
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let own = sent_away(&mut browser);
    let of_app = challenge_of(&browser.open(&scene.question(&app, &[])));
    let say = |challenge: &str, id: &str| {
        let body = json!({ "challenge": challenge, "user": { "id": id, "name": id } });
        way_back(call(&scene, "/login/accept", &body))
    };
    let (to_own, to_app) = (say(&own, "one"), say(&of_app, "two"));
    let page = browser.open(&to_app).expect(200).text();
    assert!(page.contains("two") && page.contains("Test App"), "{page}");
    let page = browser.open(&to_own).expect(200).text();
    assert!(page.contains("one") && !page.contains("Test App"), "{page}");
}

/// Fixation: the session that a browser had before is not the one that it has afterwards.
#[test]
fn a_sign_in_begins_a_session_of_its_own() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut browser));
    browser.open(&back).expect(200);
    let count = |scene: &Scene| {
        scene.cli(&["session", "list"])["sessions"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(count(&scene), Some(1));
    let away = browser.open("/sign-in?after=again");
    let back = accept(&scene, &challenge_of(&away));
    browser.open(&back).expect(200);
    assert_eq!(count(&scene), Some(1), "the one before has ended");
}

#[test]
fn an_account_that_is_switched_off_stays_off() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut browser));
    browser.open(&back).expect(200);
    let listed = scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().expect("a list");
    let ada = users.iter().find(|user| user["name"] == "Ada Lovelace");
    let id = ada.expect("Ada")["id"].as_str().expect("an id").to_owned();
    scene.cli(&["user", "disable", &id]);
    let back = accept(&scene, &sent_away(&mut browser));
    let page = browser.open(&back);
    assert_page(&page, 403);
    assert_eq!(browser.get("/account").status, 303);
}

/// A way back that was not gone yet is no way around the end of a person's sessions.
#[test]
fn a_ticket_ends_with_the_sessions() {
    let scene = company("");
    let mut other = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut other));
    other.open(&back).expect(200);
    let listed = scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().expect("a list");
    let ada = users.iter().find(|user| user["name"] == "Ada Lovelace");
    let id = ada.expect("Ada")["id"].as_str().expect("an id").to_owned();
    let at_the_company = |_: &mut Browser| {
        call(&scene, "/login/end-sessions", &json!({ "user": "u-1815" })).expect(200);
    };
    let everywhere = |other: &mut Browser| {
        let page = other.open("/account").expect(200);
        let form = crate::support::form_to(&page, "/account/sessions/end-all");
        other.submit(&form, &[]);
    };
    let by_operator = |_: &mut Browser| {
        scene.cli(&["session", "end", "--all", &id]);
    };
    let off_and_on = |_: &mut Browser| {
        scene.cli(&["user", "disable", &id]);
        scene.cli(&["user", "enable", &id]);
    };
    let ends: [(&str, End<'_>); 4] = [
        ("everywhere", &everywhere),
        ("at the company", &at_the_company),
        ("by an operator", &by_operator),
        ("off and on", &off_and_on),
    ];
    for (how, end) in ends {
        let mut browser = scene.provider.browser();
        let back = accept(&scene, &sent_away(&mut browser));
        end(&mut other);
        let page = browser.open(&back);
        assert_eq!(page.status, 400, "{how}: {page}");
        assert_nobody(&page, &mut browser);
    }
}

#[test]
fn no_password_opens_an_account_of_the_companys() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let back = accept(&scene, &sent_away(&mut browser));
    browser.open(&back).expect(200);
    let mut stranger = scene.provider.browser();
    for (email, password) in [
        ("ada@company.example", ""),
        ("ada@company.example", "ada@company.example"),
        ("@u-1815", ""),
        ("u-1815", ""),
    ] {
        let page = stranger.open("/sign-in?with=password").expect(200);
        let form = crate::support::form_to(&page, "/sign-in");
        let refused = stranger.submit(&form, &[("email", email), ("password", password)]);
        assert_eq!(refused.status, 401, "{email}: {refused}");
    }
    // And nobody makes one.
    assert_eq!(stranger.get("/sign-up").status, 404);
}
