//! A second step that the owners of an organization ask of its members: whoever has none is led to it, and no way leads around.
use super::events;
use crate::device::{Codes, answer, television, type_code};
use crate::support::mail_server::MailServer;
use crate::support::phone::{STEP, newcomer, set_up};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, consent_form, form_to, within};
use crate::workspaces::{ON, ORGANIZATIONS, allowed, asked, found, scene, signed_in};
use acceptance::{App, Browser, Redirect, Reply, Setup};
use std::time::Duration;

const REQUIRE: &str = "/organizations/second-factor";
const INVITE: &str = "/organizations/invite";
const JOIN: &str = "/organizations/accept";

/// The way to the second step.
#[track_caller]
fn assert_led(reply: &Reply) {
    let location = reply.location().unwrap_or_default();
    assert!(location.starts_with(STEP), "{reply}");
}

/// Requires it of the members, or does not any more.
#[track_caller]
fn require(owner: &mut Browser, id: &str, required: &str) -> Reply {
    let page = owner.open(&format!("{ORGANIZATIONS}/{id}")).expect(200);
    let form = form_to(&page, REQUIRE);
    let reply = owner.submit(&form, &[("required", required)]).expect(303);
    owner.follow(reply).expect(200)
}

/// An organization of Olive's, who has a second step, with Ann, who has none: its id, and their browsers.
#[track_caller]
fn organization(scene: &Scene) -> (String, Browser, Browser) {
    let (mut olive, mut ann) = (signed_in(scene, OWNER), signed_in(scene, ANN));
    let acme = found(&mut olive, "Acme");
    let page = olive.open(&format!("{ORGANIZATIONS}/{acme}")).expect(200);
    let typed = [("email", ANN), ("role", "developer")];
    olive.submit(&form_to(&page, INVITE), &typed).expect(303);
    let form = form_to(&ann.open(ORGANIZATIONS), JOIN);
    ann.submit(&form, &[]).expect(303);
    set_up(&mut olive);
    (acme, olive, ann)
}

/// Asks for Acme; the answer to the form that allows it.
#[track_caller]
fn picked(scene: &Scene, browser: &mut Browser, app: &App, organization: &str) -> Reply {
    let form = consent_form(&asked(scene, browser, app));
    browser.submit(
        &form,
        &[("answer", "allow"), ("organization", organization)],
    )
}

#[test]
fn owners_require_it_and_whoever_has_none_is_led_to_it() {
    let (scene, _) = scene();
    let mut olive = signed_in(&scene, OWNER);
    let acme = found(&mut olive, "Acme");
    let path = format!("{ORGANIZATIONS}/{acme}");
    let page = olive.open(&path).expect(200);
    assert!(page.text().contains("yourself before"), "{page}");
    // A form that is made up: nobody shuts themselves out.
    let mut form = form_to(&page, "/organizations/rename");
    form.action = REQUIRE.to_owned();
    olive.submit(&form, &[("required", "yes")]).expect(400);
    let page = olive.open("/sign-in/second-factor?request=organizations");
    let (_, back) = newcomer(&mut olive, &page.expect(200));
    assert!(back.text().contains("Acme"), "{back}");
    let page = olive.open(&path).expect(200);
    let typed = [("email", ANN), ("role", "developer")];
    olive.submit(&form_to(&page, INVITE), &typed).expect(303);
    let mut ann = signed_in(&scene, ANN);
    let form = form_to(&ann.open(ORGANIZATIONS), JOIN);
    ann.submit(&form, &[]).expect(303);
    // Who is no owner is not asked.
    let page = ann.open(&path).expect(200);
    assert!(!page.text().contains(REQUIRE), "{page}");
    let mut form = form_to(&page, "/organizations/remove");
    form.action = REQUIRE.to_owned();
    ann.submit(&form, &[("required", "yes")]).expect(403);

    let page = require(&mut olive, &acme, "yes");
    assert!(page.text().contains("From now on members need"), "{page}");
    assert_eq!(events(&scene, "organization.second_factor_required"), 1);
    // The session in which she is was there before.
    for page in [path.clone(), format!("/apps?organization={acme}")] {
        assert_led(&ann.get(&page));
    }
    let page = ann.open(&path).expect(200);
    let (_, back) = newcomer(&mut ann, &page);
    assert!(back.text().contains("Acme"), "{back}");
    let page = ann.open(&path).expect(200);
    assert!(page.text().contains("only after a sign-in with"), "{page}");
    let page = require(&mut olive, &acme, "no");
    assert!(page.text().contains("left to the members"), "{page}");
    assert_eq!(events(&scene, "organization.second_factor_left"), 1);
    // Whoever does not belong to it is led nowhere.
    require(&mut olive, &acme, "yes");
    let mut cleo = signed_in_without(&scene);
    assert_eq!(cleo.get(&path).status, 404);
}

#[test]
fn no_app_is_let_in_for_it_without() {
    let (scene, app) = scene();
    let (acme, mut olive, mut ann) = organization(&scene);
    let api = scene.resource_server();
    let before = allowed(&scene, &mut ann, &app, &acme);
    require(&mut olive, &acme, "yes");
    // What was allowed before is not answered again in a session without: neither at once, nor by switching the workspace.
    let silent = scene.question(&app, &[("prompt", "none")]);
    let back = Redirect::parse(ann.get(&silent).location().unwrap_or_default());
    assert_eq!(back.param("error"), Some("consent_required"));
    let page = ann.authorize_until_consent(&scene.question(&app, &[]));
    consent_form(&page.expect(200));
    let led = picked(&scene, &mut ann, &app, &acme);
    assert_led(&led);
    // What waits is not answered by that, and her own account is hers.
    let own = picked(&scene, &mut ann, &app, "own");
    let code = Redirect::parse(own.location().unwrap_or_default()).code();
    let given = scene.redeem(&app, &code, &[]).expect(200);
    assert!(given.json()["organization"].is_null(), "{given}");
    // What an app may do already goes on.
    let seen = scene.introspect(&api, &before.member("access_token"));
    assert_eq!(seen["active"], true, "{seen}");

    let page = ann.follow(led).expect(200);
    let (_, question) = newcomer(&mut ann, &page);
    let form = consent_form(&question);
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    let back = ann.submit(&form, &typed).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    let given = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(given.json()["organization"], acme.as_str(), "{given}");
}

/// What is let in once more takes what letting it in takes; to take it away takes nothing.
#[test]
fn none_is_let_in_again_for_it_without() {
    let (scene, app) = scene();
    let (acme, mut olive, mut ann) = organization(&scene);
    for organization in [acme.as_str(), "own"] {
        allowed(&scene, &mut ann, &app, organization);
    }
    require(&mut olive, &acme, "yes");
    let change = |ann: &mut Browser, page: &str, wish: &str| {
        let page = ann.open(page).expect(200);
        ann.submit(&form_to(&page, "/account/apps/change"), &[("wish", wish)])
    };
    let state = || {
        let listed = scene.cli(&["grant", "list", ANN]);
        let all = listed["grants"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|one| one["organization"] == *acme);
        found.map(|one| one["status"].clone())
    };
    let own = format!("/account/apps/{}", app.client_id);
    let of_acme = format!("{own}?organization={acme}");
    for (away, back, status) in [("pause", "resume", "paused"), ("end", "restore", "ended")] {
        change(&mut ann, &of_acme, away).expect(303);
        assert_led(&change(&mut ann, &of_acme, back));
        assert_eq!(state(), Some(status.into()), "{back}");
        // For her own account nothing is asked.
        change(&mut ann, &own, away).expect(303);
        let done = change(&mut ann, &own, back).expect(303);
        let location = done.location().unwrap_or_default();
        assert!(location.ends_with(&format!("done={back}")), "{done}");
    }
    let led = change(&mut ann, &of_acme, "restore");
    let page = ann.follow(led).expect(200);
    newcomer(&mut ann, &page);
    change(&mut ann, &of_acme, "restore").expect(303);
    assert_eq!(state(), Some("active".into()));
}

#[test]
fn no_device_is_let_in_for_it_without() {
    let (scene, _) = scene();
    let tv = television(&scene);
    let (acme, mut olive, mut ann) = organization(&scene);
    require(&mut olive, &acme, "yes");
    let codes = Codes::ask(&scene, &tv, &[("scope", "tasks:read")]);
    let page = type_code(&mut ann, codes.text("user_code")).expect(200);
    let form = form_to(&page, "/device/answer");
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    let led = ann.submit(&form, &typed);
    assert_led(&led);
    let page = ann.follow(led).expect(200);
    newcomer(&mut ann, &page);
    let page = type_code(&mut ann, codes.text("user_code")).expect(200);
    let form = form_to(&page, "/device/answer");
    ann.submit(&form, &typed).expect(200);
    let given = codes.poll(&scene, &tv).expect(200);
    assert_eq!(given.json()["organization"], acme.as_str(), "{given}");
    // To say no takes none.
    let mut olives = signed_in_without(&scene);
    let codes = Codes::ask(&scene, &tv, &[("scope", "tasks:read")]);
    let page = type_code(&mut olives, codes.text("user_code")).expect(200);
    answer(&mut olives, &page, "deny").expect(200);
}

/// Somebody else, in no organization and without a second step.
fn signed_in_without(scene: &Scene) -> Browser {
    let email = "cleo@example.com";
    scene.provider.user_create(email, "Cleo", PASSWORD, false);
    signed_in(scene, email)
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_new_password_by_mail_is_no_second_step() {
    let server = MailServer::start_new();
    let settings = server.settings();
    let scene = Scene::start(Setup::toml(PLAIN).with(ON).with(&settings));
    let app = scene.confidential(CALLBACK);
    let (acme, mut olive, _) = organization(&scene);
    require(&mut olive, &acme, "yes");
    let mut browser = scene.provider.browser();
    let form = form_to(&browser.open("/recover"), "/recover");
    browser.submit(&form, &[("email", ANN)]).expect(303);
    let found = || {
        let mut mails = server.taken_by(ANN).into_iter();
        mails.find(|mail| mail.header("Subject").starts_with("Choose a new password"))
    };
    assert!(within(Duration::from_secs(15), || found().is_some()));
    let page = browser.open(&found().expect("a mail").link()).expect(200);
    let form = form_to(&page, "/link/password");
    let typed = [("password", "a quiet lake in late autumn")];
    browser.submit(&form, &typed).expect(303);
    assert_led(&browser.get(&format!("{ORGANIZATIONS}/{acme}")));
    assert_led(&picked(&scene, &mut browser, &app, &acme));
}
