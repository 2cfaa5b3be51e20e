//! What owners decide of the apps that work for their organization.
use crate::support::{
    ANN, CALLBACK, OWNER, PLAIN, Scene, Tokens, assert_page, assert_refused, consent_form, form_to,
    within,
};
use crate::workspaces::{ON, ORGANIZATIONS, allowed, asked, found, offered, scene, signed_in};
use acceptance::{Browser, Redirect, Reply, Setup};
use std::time::Duration;

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

pub(crate) const DELETE: &str =
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
