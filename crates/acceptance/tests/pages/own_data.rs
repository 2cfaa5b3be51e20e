//! What people take with them, and how they delete their account.

use crate::support::behind::age_sessions;
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, assert_page, consent_form, form_to,
};
use acceptance::{Browser, Reply, Setup};

const DATA: &str = "/account/data";
const EXPORT: &str = "/account/data/export";
const DELETE: &str = "/account/data/delete";

#[track_caller]
fn deleted(browser: &mut Browser, typed: &[(&str, &str)]) -> Reply {
    let form = form_to(&browser.open(DATA), DELETE);
    browser.submit(&form, typed)
}

#[test]
fn an_export_tells_all_and_no_secret() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let token = scene.tokens_of(&mut browser, &app, "tasks:read").access;
    let form = form_to(&browser.open(DATA), EXPORT);
    let reply = browser.submit(&form, &[]);
    assert_eq!(reply.status, 200, "{reply}");
    let kept = reply.header("content-disposition");
    assert_eq!(kept, Some("attachment; filename=\"account.json\""));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let document = reply.json();
    assert_eq!(document["account"]["email"], ANN);
    assert_eq!(
        document["connected_apps"][0]["client_id"],
        app.client_id.as_str()
    );
    assert_eq!(document["sessions"].as_array().map(Vec::len), Some(1));
    let text = reply.text();
    let cookie = browser.cookies.header().unwrap_or_default();
    let secret = cookie.split("ss_").nth(1).unwrap_or_default();
    let secret = secret.split(';').next().unwrap_or_default();
    assert!(secret.len() > 20, "{cookie}");
    for secret in [secret, token.as_str(), "argon2", "digest"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let own = document["events"].as_array().expect("events");
    let own: Vec<_> = own.iter().map(|one| one["event"].as_str()).collect();
    assert!(own.contains(&Some("session.started")), "{document}");
    // There are so many a day.
    for _ in 1..20 {
        assert_eq!(browser.submit(&form, &[]).status, 200);
    }
    let refused = browser.submit(&form, &[]);
    assert_eq!(refused.status, 429, "{refused}");
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn an_account_is_deleted_by_its_person_and_its_tokens_are_dead_at_once() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let (mut here, mut there) = (scene.browser(), scene.browser());
    let token = scene.tokens_of(&mut here, &app, "tasks:read").access;
    there.sign_in(ANN, PASSWORD);
    assert_eq!(scene.introspect(&app, &token)["active"], true);
    let wrong = deleted(&mut here, &[("confirm", OWNER)]);
    assert_eq!(wrong.status, 400, "{wrong}");
    assert!(wrong.text().contains("not the address of your account"));
    let gone = deleted(&mut here, &[("confirm", ANN)]);
    let told = here.follow(gone);
    assert!(told.text().contains("Your account is deleted"), "{told}");
    assert_eq!(scene.introspect(&app, &token)["active"], false);
    for browser in [&mut here, &mut there] {
        form_to(&browser.open("/account"), "/sign-in");
    }
    let form = form_to(&here.open("/sign-in"), "/sign-in");
    let refused = here.submit(&form, &[("email", ANN), ("password", PASSWORD)]);
    assert_eq!(refused.status, 401, "{refused}");
    let listed = scene.cli(&["user", "list"]);
    assert!(!listed.to_string().contains(ANN), "{listed}");
    let told = scene.cli(&["audit", "--event", "user.deleted"]);
    assert_eq!(told["events"][0]["actor"]["kind"], "person");
}

#[test]
fn nothing_is_told_or_deleted_without_a_proof_of_the_last_ten_minutes() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let early = form_to(&browser.open(DATA), EXPORT);
    age_sessions(&scene);
    // A form of before that asks for no password is of no use.
    assert_page(&browser.submit(&early, &[]), 400);
    let page = browser.open(DATA);
    for (path, field, typed) in [
        (EXPORT, "export-password", vec![]),
        (DELETE, "delete-password", vec![("confirm", ANN)]),
    ] {
        let form = form_to(&page, path);
        for wrong in ["", "not the password"] {
            let typed = [&typed[..], &[(field, wrong)]].concat();
            let refused = browser.submit(&form, &typed);
            assert_page(&refused, 400);
            assert!(refused.text().contains("not your current password"));
        }
    }
    let proved = [("confirm", ANN), ("delete-password", PASSWORD)];
    assert_eq!(deleted(&mut browser, &proved).status, 303);
    form_to(&browser.open("/account"), "/sign-in");
}

#[test]
fn a_form_of_one_person_deletes_nobody_else() {
    let scene = Scene::plain("");
    let (mut ann, mut owner) = (scene.browser(), scene.browser());
    ann.sign_in(ANN, PASSWORD);
    owner.sign_in(OWNER, PASSWORD);
    let form = form_to(&ann.open(DATA), DELETE);
    let other = owner.submit(&form, &[("confirm", OWNER)]);
    assert_ne!(other.status, 303, "{other}");
    for browser in [&mut ann, &mut owner] {
        assert_eq!(browser.get("/account").status, 200);
    }
    // Nor does one that comes from another site.
    let page = ann.open(DATA);
    let form = form_to(&page, DELETE);
    let fields: Vec<_> = form.filled(&[("confirm", ANN)]);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let forged = acceptance::Request::post(DELETE)
        .form(&fields)
        .header("Sec-Fetch-Site", "cross-site")
        .header("Origin", "https://evil.example");
    assert_ne!(ann.send(forged).status, 303);
    assert_eq!(ann.get("/account").status, 200);
}

#[test]
fn an_app_that_waits_for_an_answer_is_answered_by_nobody_who_is_gone() {
    let scene = Scene::start(Setup::toml(PLAIN));
    let app = scene.confidential(CALLBACK);
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let asked = here.authorize_until_consent(&scene.question(&app, &[]));
    assert_eq!(deleted(&mut there, &[("confirm", ANN)]).status, 303);
    let late = here.submit(&consent_form(&asked), &[("answer", "allow")]);
    form_to(&here.follow(late), "/sign-in");
}

#[test]
fn the_last_owner_of_an_organization_is_told_what_to_do() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open(DATA);
    let early = form_to(&page, DELETE);
    let form = form_to(&browser.open("/organizations"), "/organizations/found");
    assert_eq!(browser.submit(&form, &[("name", "Ours")]).status, 303);
    let page = browser.open(DATA).expect(200);
    assert!(page.text().contains("would have no owner"), "{page}");
    assert!(page.text().contains("Ours"), "{page}");
    assert!(!page.text().contains(DELETE), "{page}");
    let refused = browser.submit(&early, &[("confirm", ANN)]);
    assert_eq!(refused.status, 400, "{refused}");
    let by_operator = scene.provider.cli(&["user", "delete", ANN, "--yes"]);
    assert_eq!(by_operator.code, Some(1), "{by_operator:?}");
    assert!(by_operator.stderr.contains("last owner of \"Ours\""));
    assert_eq!(browser.get("/account").status, 200);
}
