//! For whom people let apps in: an organization of theirs or their own account, each with a connection of its own.
use crate::browser::{Programs, eyes_of};
use crate::device::{Codes, answer, television, type_code};
use crate::organization_apps::DELETE;
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, Tokens, assert_page, assert_refused,
    consent_form, form_to, within,
};
use acceptance::{App, Browser, Redirect, Reply, Setup};
use std::time::Duration;

pub(crate) const ON: &str =
    "[accounts]\nworkspaces = true\n[grants]\ndevice_code = true\n[device]\ninterval = \"1s\"";
pub(crate) const ORGANIZATIONS: &str = "/organizations";
const CHANGE: &str = "/account/apps/change";

pub(crate) fn scene() -> (Scene, App) {
    let scene = Scene::start(Setup::toml(PLAIN).with(ON));
    let app = scene.confidential(CALLBACK);
    (scene, app)
}

pub(crate) fn signed_in(scene: &Scene, email: &str) -> Browser {
    let mut browser = scene.provider.browser_of(email, PASSWORD);
    browser.sign_in(email, PASSWORD);
    browser
}

/// Starts an organization; its id.
#[track_caller]
pub(crate) fn found(browser: &mut Browser, name: &str) -> String {
    let form = form_to(&browser.open(ORGANIZATIONS), "/organizations/found");
    let reply = browser.submit(&form, &[("name", name)]).expect(303);
    let location = reply.location().unwrap_or_default();
    let id = location.strip_prefix("/organizations/");
    let id = id.and_then(|rest| rest.strip_suffix("?done=founded"));
    id.unwrap_or_else(|| panic!("{location}")).to_owned()
}

/// The page that asks, also of somebody who has allowed the same before.
#[track_caller]
pub(crate) fn asked(scene: &Scene, browser: &mut Browser, app: &App) -> Reply {
    let question = scene.question(app, &[("prompt", "consent")]);
    browser.authorize_until_consent(&question).expect(200)
}

/// Allows what a page asks for an organization, and redeems the code.
#[track_caller]
pub(crate) fn allowed(
    scene: &Scene,
    browser: &mut Browser,
    app: &App,
    organization: &str,
) -> Reply {
    let form = consent_form(&asked(scene, browser, app));
    let typed = [("answer", "allow"), ("organization", organization)];
    let back = browser.submit(&form, &typed).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    scene.redeem(app, &code, &[]).expect(200)
}

/// The radio buttons of a page: what each sends, and whether it is picked.
pub(crate) fn offered(page: &Reply) -> Vec<(String, bool)> {
    let text = page.text();
    let radios = text.split("<input type=\"radio\" id=\"workspace-").skip(1);
    radios
        .map(|radio| {
            let tag = radio.split('>').next().unwrap_or_default();
            let value = tag.split("value=\"").nth(1).unwrap_or_default();
            let value = value.split('"').next().unwrap_or_default();
            (value.to_owned(), tag.contains(" checked"))
        })
        .collect()
}

#[test]
fn whoever_belongs_to_organizations_picks_for_whom_the_app_may_work() {
    let (scene, app) = scene();
    let mut ann = signed_in(&scene, ANN);
    let page = asked(&scene, &mut ann, &app);
    assert_eq!(offered(&page), [], "who belongs to none is not asked");
    let acme = found(&mut ann, "Acme");
    let page = asked(&scene, &mut ann, &app);
    let own = "own".to_owned();
    assert_eq!(offered(&page), [(acme.clone(), true), (own.clone(), false)]);
    let board = found(&mut ann, "Board Makers");
    let page = asked(&scene, &mut ann, &app);
    assert_eq!(
        offered(&page),
        [(acme.clone(), false), (board.clone(), false), (own, false)]
    );
    // Nothing is allowed for nobody.
    let form = consent_form(&page);
    let again = ann.submit(&form, &[("answer", "allow")]).expect(400);
    assert!(again.text().contains("Choose for whom"), "{again}");
    // To say no needs no choice.
    let no = ann.submit(&consent_form(&again), &[("answer", "deny")]);
    assert!(
        no.location().is_some_and(|to| to.contains("access_denied")),
        "{no}"
    );

    // Each token names its organization; the person's own names none.
    let api = scene.resource_server();
    for (picked, told) in [
        (&*acme, Some(&*acme)),
        (&*board, Some(&*board)),
        ("own", None),
    ] {
        let reply = allowed(&scene, &mut ann, &app, picked);
        assert_eq!(reply.json()["organization"].as_str(), told, "{reply}");
        let tokens = Tokens::of(&reply);
        let seen = scene.introspect(&api, &tokens.access);
        assert_eq!(seen["organization"].as_str(), told, "{seen}");
        let renewed = scene.refresh(&app, &tokens.refresh).expect(200);
        assert_eq!(renewed.json()["organization"].as_str(), told, "{renewed}");
        let seen = scene.introspect(&api, &Tokens::of(&renewed).access);
        assert_eq!(seen["organization"].as_str(), told, "{seen}");
    }
}

#[test]
fn what_was_allowed_for_one_workspace_alone_is_not_asked_again() {
    let (scene, app) = scene();
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    allowed(&scene, &mut ann, &app, &acme);
    let back = ann.get(&scene.question(&app, &[])).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(reply.json()["organization"].as_str(), Some(&*acme));
    // For two, it is asked which.
    allowed(&scene, &mut ann, &app, "own");
    consent_form(&ann.authorize_until_consent(&scene.question(&app, &[])));
}

#[test]
fn each_connection_is_shown_and_taken_back_by_itself() {
    let (scene, app) = scene();
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    let at_work = Tokens::of(&allowed(&scene, &mut ann, &app, &acme));
    let at_home = Tokens::of(&allowed(&scene, &mut ann, &app, "own"));
    let list = ann.open("/account/apps").expect(200).text();
    let page = format!("/account/apps/{}", app.client_id);
    let of_acme = format!("{page}?organization={acme}");
    assert!(
        list.contains(&format!("{page}\"")) && list.contains(&of_acme),
        "{list}"
    );
    assert!(
        list.contains("For \u{2068}Acme\u{2069}") || list.contains("For Acme"),
        "{list}"
    );
    let shown = ann.open(&of_acme).expect(200);
    let gone = ann.submit(&form_to(&shown, CHANGE), &[("wish", "end")]);
    ann.follow(gone).expect(200);
    assert!(!scene.is_active(&app, &at_work.access));
    assert!(scene.is_active(&app, &at_home.access));
    assert_refused(&scene.refresh(&app, &at_work.refresh), 400, "invalid_grant");
    assert!(scene.is_active(&app, &at_home.refresh));
    // By command, too.
    let listed = scene.cli(&["grant", "list", ANN]);
    let of_work = listed["grants"].as_array().into_iter().flatten();
    let of_work: Vec<_> = of_work.filter(|one| one["organization"] == *acme).collect();
    assert_eq!(of_work.len(), 1, "{listed}");
    assert_eq!(of_work[0]["status"], "ended");
    scene.cli(&["grant", "pause", ANN, &app.client_id]);
    let second = Duration::from_secs(1);
    assert!(within(second, || !scene.is_active(&app, &at_home.access)));
    assert_refused(&scene.refresh(&app, &at_home.refresh), 400, "access_denied");
    let one = [
        "grant",
        "show",
        ANN,
        &app.client_id,
        "--organization",
        &acme,
    ];
    assert_eq!(scene.cli(&one)["status"], "ended");
}

#[test]
fn nobody_lets_an_app_into_a_workspace_of_others() {
    let (scene, app) = scene();
    let mut owner = signed_in(&scene, OWNER);
    let theirs = found(&mut owner, "Theirs");
    let mut ann = signed_in(&scene, ANN);
    for round in 0..2 {
        for forged in [&*theirs, "0", "-1", "x", "own own"] {
            let form = consent_form(&asked(&scene, &mut ann, &app));
            let typed = [("answer", "allow"), ("organization", forged)];
            let refused = ann.submit(&form, &typed).expect(400);
            assert!(refused.text().contains("has changed"), "{refused}");
            assert!(refused.location().is_none());
        }
        // The same for whoever belongs to another one.
        found(&mut ann, &format!("Acme {round}"));
    }
    // Nor is a page of theirs an answer of hers.
    let form = consent_form(&asked(&scene, &mut owner, &app));
    let typed = [("answer", "allow"), ("organization", theirs.as_str())];
    assert!(ann.submit(&form, &typed).location().is_none());
    let page = format!("/account/apps/{}?organization={theirs}", app.client_id);
    assert_page(&ann.get(&page), 404);
}

#[test]
fn whoever_is_removed_takes_their_apps_with_them_and_an_open_page_is_void() {
    let (scene, app) = scene();
    let mut ann = signed_in(&scene, ANN);
    let mut owner = signed_in(&scene, OWNER);
    let acme = found(&mut owner, "Acme");
    let page = format!("{ORGANIZATIONS}/{acme}");
    let invite = form_to(&owner.open(&page).expect(200), "/organizations/invite");
    let typed = [("email", ANN), ("role", "viewer")];
    owner.submit(&invite, &typed).expect(303);
    let join = form_to(&ann.open(ORGANIZATIONS), "/organizations/accept");
    ann.submit(&join, &[]).expect(303);
    let at_work = Tokens::of(&allowed(&scene, &mut ann, &app, &acme));
    let of_owner = Tokens::of(&allowed(&scene, &mut owner, &app, &acme));
    let at_home = Tokens::of(&allowed(&scene, &mut ann, &app, "own"));
    let open = consent_form(&asked(&scene, &mut ann, &app));

    let leave = form_to(&ann.open(&page).expect(200), "/organizations/remove");
    ann.submit(&leave, &[]).expect(303);
    assert!(!scene.is_active(&app, &at_work.access));
    assert_refused(&scene.refresh(&app, &at_work.refresh), 400, "invalid_grant");
    for works in [&of_owner, &at_home] {
        assert!(scene.is_active(&app, &works.access));
    }
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    assert!(
        ann.submit(&open, &typed).location().is_none(),
        "not hers any more"
    );
}

#[test]
fn a_device_works_for_the_organization_that_was_picked() {
    let (scene, _) = scene();
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    let tv = television(&scene);
    let codes = Codes::ask(&scene, &tv, &[]);
    let page = type_code(&mut ann, codes.text("user_code"));
    assert_eq!(offered(&page)[0], (acme.clone(), true));
    let form = form_to(&page, "/device/answer");
    let refused = ann.submit(&form, &[("answer", "allow"), ("organization", "7")]);
    assert_eq!(refused.status, 400, "{refused}");
    let form = form_to(&refused, "/device/answer");
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    ann.submit(&form, &typed).expect(200);
    let reply = codes.poll(&scene, &tv).expect(200);
    assert_eq!(reply.json()["organization"].as_str(), Some(&*acme));
    // No is no, whatever is picked.
    let codes = Codes::ask(&scene, &tv, &[]);
    let page = type_code(&mut ann, codes.text("user_code"));
    answer(&mut ann, &page, "deny");
    assert_refused(&codes.poll(&scene, &tv), 400, "access_denied");
}

/// In a browser, in half of all ways and in each language: the walk is `clients/browser/walks/workspaces.mjs`.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_person_picks_for_whom_an_app_may_work() {
    for eyes in eyes_of(1) {
        let scene = Scene::start(Setup::toml(PLAIN).with(ON).with(DELETE));
        let callback = format!("{}/health/live", scene.provider.issuer());
        let app = scene.confidential(&callback);
        let site = serde_json::json!({
            "issuer": scene.provider.issuer(), "callback": callback, "app": app.client_id,
            "authorize": format!("{}{}", scene.provider.issuer(), scene.endpoint("authorization_endpoint")),
            "user": { "email": ANN, "password": PASSWORD },
        });
        Programs::find().walk_on("workspaces", &eyes, &site, Vec::new());
    }
}
