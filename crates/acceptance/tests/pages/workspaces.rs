//! For whom people let apps in: an organization of theirs or their own account, each with a connection of its own.
use crate::browser::{Programs, eyes_of};
use crate::device::{Codes, answer, television, type_code};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, Tokens, assert_page, assert_refused,
    consent_form, form_to, within,
};
use acceptance::{App, Browser, Redirect, Reply, Setup};
use std::time::Duration;

const ON: &str =
    "[accounts]\nworkspaces = true\n[grants]\ndevice_code = true\n[device]\ninterval = \"1s\"";
const ORGANIZATIONS: &str = "/organizations";
const CHANGE: &str = "/account/apps/change";

fn scene() -> (Scene, App) {
    let scene = Scene::start(Setup::toml(PLAIN).with(ON));
    let app = scene.confidential(CALLBACK);
    (scene, app)
}

fn signed_in(scene: &Scene, email: &str) -> Browser {
    let mut browser = scene.provider.browser_of(email, PASSWORD);
    browser.sign_in(email, PASSWORD);
    browser
}

/// Starts an organization; its id.
#[track_caller]
fn found(browser: &mut Browser, name: &str) -> String {
    let form = form_to(&browser.open(ORGANIZATIONS), "/organizations/found");
    let reply = browser.submit(&form, &[("name", name)]).expect(303);
    let location = reply.location().unwrap_or_default();
    let id = location.strip_prefix("/organizations/");
    let id = id.and_then(|rest| rest.strip_suffix("?done=founded"));
    id.unwrap_or_else(|| panic!("{location}")).to_owned()
}

/// The page that asks, also of somebody who has allowed the same before.
#[track_caller]
fn asked(scene: &Scene, browser: &mut Browser, app: &App) -> Reply {
    let question = scene.question(app, &[("prompt", "consent")]);
    browser.authorize_until_consent(&question).expect(200)
}

/// Allows what a page asks for an organization, and redeems the code.
#[track_caller]
fn allowed(scene: &Scene, browser: &mut Browser, app: &App, organization: &str) -> Reply {
    let form = consent_form(&asked(scene, browser, app));
    let typed = [("answer", "allow"), ("organization", organization)];
    let back = browser.submit(&form, &typed).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    scene.redeem(app, &code, &[]).expect(200)
}

/// The radio buttons of a page: what each sends, and whether it is picked.
fn offered(page: &Reply) -> Vec<(String, bool)> {
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
    for _ in 0..2 {
        for forged in [&*theirs, "0", "-1", "x", "own own"] {
            let form = consent_form(&asked(&scene, &mut ann, &app));
            let typed = [("answer", "allow"), ("organization", forged)];
            let refused = ann.submit(&form, &typed).expect(400);
            assert!(refused.text().contains("has changed"), "{refused}");
            assert!(refused.location().is_none());
        }
        // The same for whoever belongs to another one.
        found(&mut ann, "Acme");
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

/// Sends a form of the page of an organization's apps.
#[track_caller]
fn decide(
    browser: &mut Browser,
    organization: &str,
    action: &str,
    typed: &[(&str, &str)],
) -> Reply {
    let page = browser.open(&format!("{ORGANIZATIONS}/{organization}/apps"));
    let form = form_to(&page.expect(200), action);
    let reply = browser.submit(&form, typed).expect(303);
    browser.follow(reply).expect(200)
}

const JUDGE: &str = "/organizations/connections/change";
const NEW_APPS: &str = "/organizations/connections/new";

#[test]
fn owners_decide_what_apps_may_do_for_their_organization() {
    let (scene, app) = scene();
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    let tokens = Tokens::of(&allowed(&scene, &mut ann, &app, &acme));
    let at_home = Tokens::of(&allowed(&scene, &mut ann, &app, "own"));
    let own = ann.open(&format!("{ORGANIZATIONS}/{acme}")).expect(200);
    let page = format!("{ORGANIZATIONS}/{acme}/apps");
    assert!(own.text().contains(&format!("href=\"{page}\"")), "{own}");
    let listed = ann.open(&page).expect(200);
    assert!(listed.text().contains("Works for 1 member"), "{listed}");

    let judge = |standing| [("wish", "judge"), ("standing", standing)];
    decide(&mut ann, &acme, JUDGE, &judge("blocked"));
    assert!(!scene.is_active(&app, &tokens.access));
    assert!(scene.is_active(&app, &at_home.access));
    let form = consent_form(&asked(&scene, &mut ann, &app));
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    let refused = ann.submit(&form, &typed);
    assert_page(&refused, 403);
    assert!(refused.text().contains("does not allow this"), "{refused}");
    // Nothing is answered by that: her own account is still hers to choose.
    let typed = [("answer", "allow"), ("organization", "own")];
    ann.submit(&form, &typed).expect(303);

    decide(&mut ann, &acme, JUDGE, &judge("trusted"));
    assert!(scene.is_active(&app, &tokens.access), "it was for a while");
    let page = decide(&mut ann, &acme, JUDGE, &[("wish", "end")]);
    assert!(page.text().contains("has ended for all members"), "{page}");
    assert!(!scene.is_active(&app, &tokens.access));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    decide(&mut ann, &acme, JUDGE, &[("wish", "restore")]);
    assert!(!scene.is_active(&app, &tokens.access), "tokens stay ended");
    let events = scene.cli(&["audit", "--event", "organization"]).to_string();
    for event in ["app_judged", "app_ended", "app_restored"] {
        assert!(
            events.contains(&format!("organization.{event}")),
            "{events}"
        );
    }
}

const DELETE: &str =
    "[scopes.\"tasks:delete\"]\ngroup = \"Tasks\"\nsentence = \"Delete tasks\"\nrisk = \"delete\"";

#[test]
fn a_new_app_gets_what_owners_leave_to_new_ones() {
    let scene = Scene::start(Setup::toml(PLAIN).with(ON).with(DELETE));
    let app = scene.confidential(CALLBACK);
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    decide(&mut ann, &acme, NEW_APPS, &[("standing", "limited")]);
    let wide = [("scope", "tasks:read tasks:delete"), ("prompt", "consent")];
    let form = consent_form(&ann.authorize_until_consent(&scene.question(&app, &wide)));
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    let back = ann.submit(&form, &typed).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(reply.json()["scope"], "tasks:read", "it is told: {reply}");
    decide(&mut ann, &acme, NEW_APPS, &[("standing", "blocked")]);
    let form = consent_form(&asked(&scene, &mut ann, &app));
    assert_page(&ann.submit(&form, &typed), 403);
    // By its client id, one that nobody has let in yet.
    let known = [
        ("app", app.client_id.as_str()),
        ("wish", "judge"),
        ("standing", "trusted"),
    ];
    decide(&mut ann, &acme, JUDGE, &known);
    allowed(&scene, &mut ann, &app, &acme);
}

#[test]
fn only_owners_decide() {
    let (scene, app) = scene();
    let mut owner = signed_in(&scene, OWNER);
    let acme = found(&mut owner, "Acme");
    let page = format!("{ORGANIZATIONS}/{acme}/apps");
    let form = form_to(&owner.open(&page).expect(200), JUDGE);
    let mut ann = signed_in(&scene, ANN);
    assert_page(&ann.get(&page), 404);
    let nonce = form_to(&ann.open(ORGANIZATIONS), "/organizations/found");
    let nonce = nonce.value("nonce").unwrap_or_default().to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("organization", &acme),
        ("app", &app.client_id),
        ("wish", "judge"),
        ("standing", "blocked"),
    ];
    assert_page(&ann.post_form(JUDGE, &fields), 404);
    assert_page(&ann.post_form(NEW_APPS, &fields), 404);
    // A member who is no owner sees that it is for owners.
    let there = format!("{ORGANIZATIONS}/{acme}");
    let invite = form_to(&owner.open(&there).expect(200), "/organizations/invite");
    owner
        .submit(&invite, &[("email", ANN), ("role", "developer")])
        .expect(303);
    let join = form_to(&ann.open(ORGANIZATIONS), "/organizations/accept");
    ann.submit(&join, &[]).expect(303);
    assert_page(&ann.get(&page), 403);
    assert_page(&ann.post_form(JUDGE, &fields), 403);
    assert_page(&ann.post_form(NEW_APPS, &fields), 403);
    let none = [
        ("app", "no such app"),
        ("wish", "judge"),
        ("standing", "blocked"),
    ];
    owner.submit(&form, &none).expect(400);
    let odd = [
        ("app", app.client_id.as_str()),
        ("wish", "judge"),
        ("standing", "hated"),
    ];
    assert_page(&owner.submit(&form, &odd), 404);
}

#[test]
fn whoever_is_asked_reads_before_what_their_organization_leaves_to_the_app() {
    let scene = Scene::start(Setup::toml(PLAIN).with(ON).with(DELETE));
    let app = scene.confidential(CALLBACK);
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    let wide = [("scope", "tasks:read tasks:delete")];
    let wide_again = [wide[0], ("prompt", "consent")];
    let ask = |ann: &mut Browser| {
        let question = scene.question(&app, &wide_again);
        ann.authorize_until_consent(&question).expect(200)
    };
    let all = ask(&mut ann);
    assert!(!all.text().contains("Its owners"), "{all}");
    decide(&mut ann, &acme, NEW_APPS, &[("standing", "limited")]);
    // A page from before says something else than what would be given now.
    let typed = [("answer", "allow"), ("organization", acme.as_str())];
    let changed = ann.submit(&consent_form(&all), &typed).expect(400);
    assert!(changed.text().contains("has changed"), "{changed}");
    let limited = ask(&mut ann);
    let told = "Its owners limit this app. It does not get: Delete tasks";
    assert!(limited.text().contains(told), "{limited}");
    assert_eq!(offered(&limited)[0], (acme.clone(), true));
    let back = ann.submit(&consent_form(&limited), &typed).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    let reply = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(reply.json()["scope"], "tasks:read", "{reply}");
    // Asked once: the same request goes straight back, with what is left.
    for _ in 0..2 {
        let back = ann.get(&scene.question(&app, &wide)).expect(303);
        let code = Redirect::parse(back.location().unwrap_or_default()).code();
        let reply = scene.redeem(&app, &code, &[]).expect(200);
        assert_eq!(reply.json()["scope"], "tasks:read", "{reply}");
        assert_eq!(reply.json()["organization"], acme, "{reply}");
    }
    // Decided about by itself, it is the same; blocked, it is asked and cannot be picked.
    let known = |standing| [("wish", "judge"), ("standing", standing)];
    decide(&mut ann, &acme, JUDGE, &known("limited"));
    ann.get(&scene.question(&app, &wide)).expect(303);
    decide(&mut ann, &acme, JUDGE, &known("blocked"));
    let blocked = ann.authorize_until_consent(&scene.question(&app, &wide));
    let text = blocked.text();
    assert!(text.contains("Its owners do not let this app in"), "{text}");
    assert_eq!(offered(&blocked)[0], (acme, false));
    assert!(text.contains(" disabled"), "{text}");
    // Trusted again, what it lacks is asked for.
    let acme = offered(&blocked)[0].0.clone();
    decide(&mut ann, &acme, JUDGE, &known("trusted"));
    let asked = ann.authorize_until_consent(&scene.question(&app, &wide));
    assert!(
        asked.text().contains("<code>tasks:delete</code>"),
        "{asked}"
    );
}

#[test]
fn an_operator_ends_an_app_for_all_members_and_reads_before_for_how_many() {
    let (scene, app) = scene();
    let mut ann = signed_in(&scene, ANN);
    let acme = found(&mut ann, "Acme");
    let tokens = Tokens::of(&allowed(&scene, &mut ann, &app, &acme));
    let at_home = Tokens::of(&allowed(&scene, &mut ann, &app, "own"));
    let of_all = ["grant", "end-all", &app.client_id, "--organization", &acme];
    let counted = scene.provider.cli(&[&of_all[..], &["--json"]].concat());
    assert_eq!(counted.code, Some(1), "{}", counted.stderr);
    assert!(
        counted.stdout.contains("\"members\": 1,"),
        "{}",
        counted.stdout
    );
    assert!(
        counted.stderr.contains("for 1 member of Acme"),
        "{}",
        counted.stderr
    );
    assert!(scene.is_active(&app, &tokens.access), "nothing is done");
    let nowhere = ["grant", "end-all", &app.client_id, "--organization", "7"];
    assert_eq!(scene.provider.cli(&nowhere).code, Some(1));

    let ended = scene.cli(&[&of_all[..], &["--yes"]].concat());
    assert_eq!(ended["members"], 1, "{ended}");
    let refused = || !scene.is_active(&app, &tokens.access);
    assert!(within(Duration::from_secs(1), refused));
    assert!(scene.is_active(&app, &at_home.access));
    let again = scene.cli(&[&of_all[..], &["--yes"]].concat());
    assert_eq!(again["members"], 0, "it was done: {again}");
    let restored = scene.cli(&[
        "grant",
        "restore-all",
        &app.client_id,
        "--organization",
        &acme,
    ]);
    assert_eq!(restored["members"], 1, "{restored}");
    assert!(!scene.is_active(&app, &tokens.access), "tokens stay dead");
    let late = [
        "grant",
        "restore-all",
        &app.client_id,
        "--organization",
        &acme,
    ];
    assert_eq!(scene.provider.cli(&late).code, Some(1));
    let events = scene.cli(&["audit", "--event", "organization"]);
    let events = events["events"].as_array().cloned().unwrap_or_default();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["event"].as_str().unwrap_or_default(),
                event["actor"]["kind"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    let operator = "operator";
    assert_eq!(
        told[..2],
        [
            ("organization.app_restored", operator),
            ("organization.app_ended", operator)
        ]
    );
    assert_eq!(events[1]["organization"], acme, "{}", events[1]);
}

/// In a browser, in half of all ways and in each language: the walk is `clients/browser/walks/workspaces.mjs`.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_person_picks_for_whom_an_app_may_work() {
    for eyes in eyes_of(0) {
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
