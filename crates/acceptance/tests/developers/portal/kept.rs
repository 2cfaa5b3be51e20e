//! What somebody typed is theirs: it is there again when a form is refused, or comes after their session has ended, and
//! nobody else is shown it.

use super::reviews::{ASK, review_of};
use super::{
    ADD, DELETE, DISSOLVE, Developer, EVE, NEW, OFFER, OPEN, ORGANIZATIONS, ROLE, ROTATE, UPDATE,
    found, href, joined, open, says,
};
use crate::support::behind::age_sessions;
use crate::support::{ANN, PASSWORD, PLAIN, Scene, form_to};
use acceptance::{App, Form, Reply, Setup, forms, unescape};

#[test]
fn a_refused_form_has_what_was_typed() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let organization = found(&mut ann, "Board Makers");
    let long = "x".repeat(81);
    let refused = ann.act(&app, ADD, &[("secret-name", &long), ("secret-days", "90")]);
    let form = form_to(&refused.expect(400), ADD);
    assert_eq!(form.value("secret-name"), Some(&*long));
    assert_eq!(form.value("secret-days"), Some("90"));
    let refused = ann.act(&app, ROTATE, &[("overlap", "170")]).expect(400);
    assert_eq!(form_to(&refused, ROTATE).value("overlap"), Some("170"));
    let both = [("transfer-email", EVE), ("organization", &*organization)];
    let form = form_to(&ann.act(&app, OFFER, &both).expect(400), OFFER);
    for (name, value) in both {
        assert_eq!(form.value(name), Some(value), "{name}");
    }
    let refused = ann.act(&app, DELETE, &[("confirm", "Other")]).expect(400);
    assert_eq!(form_to(&refused, DELETE).value("confirm"), Some("Other"));
    // Why a scope is asked for, also where it is not ticked.
    let typed = [
        ("name", ""),
        ("scopes", "some"),
        ("reason-1", "To list tasks"),
    ];
    let form = form_to(&ann.act(&app, UPDATE, &typed).expect(400), UPDATE);
    assert_eq!(form.value("reason-1"), Some("To list tasks"));
    let page = ann.browser.open(&review_of(&app));
    let typed = [("why-1", "To tidy up"), ("note", "Hello")];
    let refused = ann.browser.submit(&form_to(&page, ASK), &typed);
    let refused = refused.expect(400);
    assert_eq!(form_to(&refused, ASK).value("why-1"), Some("To tidy up"));
    assert!(is_in_a_textarea(&refused, "Hello"), "{refused}");
}

/// Whether somebody typed these lines into a field of several.
fn is_in_a_textarea(page: &Reply, lines: &str) -> bool {
    let text = unescape(&page.text()).replace('\r', "");
    let lines = lines.replace('\r', "");
    text.contains(&format!(">\n{lines}</textarea>"))
}

/// Signs in beside a page that keeps what was typed, and goes on there.
#[track_caller]
fn signed_in_beside(developer: &mut Developer, kept: &Reply, email: &str, action: &str) -> Reply {
    let sign_in = kept.text();
    assert!(sign_in.contains("href=\"/sign-in?request=apps\""), "{kept}");
    developer.browser.sign_in(email, PASSWORD);
    developer.browser.submit(&form_to(kept, action), &[])
}

/// A form, where it is sent to, and what is typed into it.
type Long = (Form, &'static str, Vec<(&'static str, &'static str)>);

/// The forms into which most is typed, with it.
fn long_forms(ann: &mut Developer, app: &App) -> Vec<Long> {
    let page = ann.page(app);
    let review = ann.browser.open(&review_of(app));
    vec![
        (
            ann.blank(),
            NEW,
            vec![("name", "Typed Board"), ("description", "Two\r\nlines")],
        ),
        (
            form_to(&page, UPDATE),
            UPDATE,
            vec![("description", "Typed text")],
        ),
        (form_to(&review, ASK), ASK, vec![("note", "Typed text")]),
        (
            form_to(&page, ADD),
            ADD,
            vec![("secret-name", "Typed text")],
        ),
    ]
}

fn state(scene: &Scene) -> [acceptance::Json; 2] {
    [
        &["app", "list"][..],
        &["app", "request", "list", "--state", "all"],
    ]
    .map(|args| scene.cli(args))
}

#[test]
fn a_form_outlives_the_session_of_whoever_typed_it() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let before = state(&scene);
    for (form, action, typed) in long_forms(&mut ann, &app) {
        ann.browser.sign_out();
        let mut all = typed.clone();
        all.push(("password", PASSWORD));
        let kept = ann.browser.submit(&form, &all).expect(403);
        says(&kept, "You were signed out");
        assert!(!kept.text().contains(PASSWORD), "{action}");
        // Nobody is signed in still: it is kept on.
        let kept = ann.browser.submit(&form_to(&kept, action), &[]).expect(403);
        let back = signed_in_beside(&mut ann, &kept, ANN, action).expect(400);
        says(&back, "This page was out of date. Please try again.");
        let form = form_to(&back, action);
        for (name, value) in typed {
            let kept = form.value(name) == Some(value) || is_in_a_textarea(&back, value);
            assert!(kept, "{action} {name}: {back}");
        }
        assert_eq!(state(&scene), before, "nothing is done");
    }
}

#[test]
fn nobody_else_is_shown_what_was_typed() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let before = state(&scene);
    for (form, action, typed) in long_forms(&mut ann, &app) {
        ann.browser.sign_out();
        let kept = ann.browser.submit(&form, &typed).expect(403);
        // Both from the page that kept it, and straight from the one where it was typed.
        let others = [
            signed_in_beside(&mut ann, &kept, EVE, action),
            ann.browser.submit(&form, &typed),
        ];
        for shown in others {
            let shown = shown.expect(403);
            says(&shown, "This page was somebody else");
            for (_, value) in &typed {
                assert!(!shown.text().contains(value), "{action}: {shown}");
            }
        }
        ann.browser.sign_out();
        ann.browser.sign_in(ANN, PASSWORD);
    }
    assert_eq!(state(&scene), before);
    // From another browser it is a form like any other that proves nothing.
    let form = form_to(&ann.page(&app), UPDATE);
    let mut other = scene.provider.browser();
    let sent = other.submit(&form, &[("description", "Typed text")]);
    assert_eq!(sent.expect(303).location(), Some("/sign-in?request=apps"));
}

#[test]
fn signing_in_leads_back_to_what_was_looked_up() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let typed = [("email", ANN), ("password", PASSWORD)];
    for (target, told) in [
        (
            format!(
                "{}?check=https%3A%2F%2Fboard.example%2Fcallback%2F",
                href(&app)
            ),
            "It ends with a slash that",
        ),
        (
            format!("{}/log?request=0123456789abcdef", href(&app)),
            "0123456789abcdef",
        ),
        (review_of(&app), "Task Board"),
    ] {
        let mut browser = scene.provider.browser();
        let page = browser.open(&target);
        let back = browser
            .submit(&form_to(&page, "/sign-in"), &typed)
            .expect(303);
        let location = back.location().unwrap_or_default().to_owned();
        let there = location.split('#').next();
        assert_eq!(there, Some(&*target), "{location}");
        let page = browser.get(&target);
        says(&page, told);
    }
}

/// Where somebody is led who opens this address signed out, and signs in.
#[track_caller]
fn led_back(scene: &Scene, target: &str) -> String {
    let mut browser = scene.provider.browser();
    let page = browser.open(target);
    let typed = [("email", ANN), ("password", PASSWORD)];
    let back = browser.submit(&form_to(&page, "/sign-in"), &typed);
    back.expect(303).location().unwrap_or_default().to_owned()
}

#[test]
fn signing_in_leads_back_to_what_was_looked_up_however_long_within_a_bound() {
    let scene = open(OPEN);
    let app = Developer::ann(&scene).register(&[]);
    let looked_up = |length: usize| {
        let start = format!("{}?check=https%3A%2F%2Fboard.example%2F", href(&app));
        format!("{start}{}", "x".repeat(length - start.len()))
    };
    for length in [1_001, LONGEST] {
        let target = looked_up(length);
        assert_eq!(led_back(&scene, &target), format!("{target}#check-title"));
    }
    // What is longer is seen without it, and so is what would lead anywhere else.
    for length in [LONGEST + 1, 4_000, 20_000] {
        assert_eq!(led_back(&scene, &looked_up(length)), href(&app));
    }
    let hostile = "%0d%0aLocation:%20//evil.example";
    let back = led_back(
        &scene,
        &format!("{}?check={hostile}&to={hostile}", href(&app)),
    );
    let told = "?check=%0D%0ALocation%3A+%2F%2Fevil.example#check-title";
    assert_eq!(back, format!("{}{told}", href(&app)));
    for (target, there) in [
        (
            "log?endpoint=token&status=refused&mode=test",
            "log?endpoint=token&status=refused&mode=test",
        ),
        (
            "try?built=1&scope-1=tasks%3Aread&code=secret",
            "try?built=1&scope-1=tasks%3Aread#link-title",
        ),
    ] {
        let [target, there] = [target, there].map(|at| format!("{}/{at}", href(&app)));
        assert_eq!(led_back(&scene, &target), there);
    }
}

/// The most bytes of an address that signing in leads back to.
const LONGEST: usize = 2_800;

#[test]
fn a_page_under_review_says_what_a_save_means() {
    let scene = open(super::reviews::REVIEWED);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let told = "What was looked at is what is approved";
    assert!(!ann.page(&app).text().contains(told), "nobody looks at it");
    super::reviews::ask_for_all(&mut ann, &app).expect(303);
    says(&ann.page(&app), told);
    let saved = ann
        .act(&app, UPDATE, &[("name", "Another Board")])
        .expect(303);
    let page = ann.browser.follow(saved);
    says(&page, "Saved. Your app is under review");
    ann.browser.speak("de");
    says(&ann.page(&app), "Freigegeben wird, was angesehen wurde");
}

const CHANGE: &str = "/organizations/connections/change";
const NEW_APPS: &str = "/organizations/connections/new";

/// The form of a row: that with this field of this value.
#[track_caller]
fn form_of(page: &Reply, action: &str, (name, value): (&str, &str)) -> Form {
    let mut all = forms(&page.text()).into_iter();
    let own = all.find(|form| form.action == action && form.value(name) == Some(value));
    own.unwrap_or_else(|| panic!("no {action} with {name} {value}: {page}"))
}

#[test]
fn a_wrong_password_loses_no_choice() {
    let workspaces = format!("{OPEN}\n[accounts]\nworkspaces = true");
    let scene = Scene::start(Setup::toml(PLAIN).with(&workspaces));
    scene.provider.user_create(EVE, "Eve Else", PASSWORD, false);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let acme = found(&mut ann, "Acme");
    joined(&mut ann, &acme, (EVE, "viewer"), &mut eve);
    let page = format!("{ORGANIZATIONS}/{acme}");
    let connections = format!("{page}/apps");
    let judge = |ann: &mut Developer| {
        let page = ann.browser.open(&connections);
        form_of(&page, CHANGE, ("app", ""))
    };
    let typed = [("app", &*app.client_id), ("wish", "judge")];
    let limited = [&typed[..], &[("standing", "limited")]].concat();
    let form = judge(&mut ann);
    ann.browser.submit(&form, &limited).expect(303);
    age_sessions(&scene);
    let mut again = |page: &str, action, own, typed: &[(&str, &str)]| {
        let form = form_of(&ann.browser.open(page), action, own);
        let wrong = [typed, &[("password", "not mine")]].concat();
        let refused = ann.browser.submit(&form, &wrong).expect(400);
        says(&refused, "This is not your password.");
        assert!(!refused.text().contains("not mine"), "{refused}");
        refused
    };
    let member = number_of_eve(&scene, &page);
    let refused = again(&page, ROLE, ("member", &member), &[("role", "owner")]);
    let form = form_of(&refused, ROLE, ("member", &member));
    assert_eq!(form.value("role"), Some("owner"));
    assert_eq!(refused.text().matches("<details open").count(), 1);
    let confirm = [("confirm", "Acme")];
    let refused = again(&page, DISSOLVE, ("organization", &acme), &confirm);
    assert_eq!(form_to(&refused, DISSOLVE).value("confirm"), Some("Acme"));
    let blocked = ("standing", "blocked");
    let own = ("app", &*app.client_id);
    let wish = [("wish", "judge"), blocked];
    let refused = again(&connections, CHANGE, own, &wish);
    assert_eq!(
        form_of(&refused, CHANGE, own).value(blocked.0),
        Some(blocked.1)
    );
    let other = form_of(&refused, CHANGE, ("app", ""));
    assert_eq!(other.value("app"), Some(""), "the other form is as it was");
    let typed = [&typed[..], &[blocked]].concat();
    let refused = again(&connections, CHANGE, ("app", ""), &typed);
    let mut all = forms(&refused.text()).into_iter();
    let other = all.rfind(|form| form.action == CHANGE).expect("the form");
    assert_eq!(other.value("app"), Some(&*app.client_id));
    assert_eq!(other.value(blocked.0), Some(blocked.1));
    let refused = again(&connections, NEW_APPS, ("organization", &acme), &[blocked]);
    assert_eq!(
        form_to(&refused, NEW_APPS).value(blocked.0),
        Some(blocked.1)
    );
    // Nothing was done.
    assert_eq!(scene.cli(&["organization", "show", &acme])["name"], "Acme");
    let judged = scene.cli(&["audit", "--event", "organization.app_judged"]);
    assert_eq!(
        judged["events"].as_array().map(Vec::len),
        Some(1),
        "{judged}"
    );
}

/// The number by which an organization's page names Eve.
#[track_caller]
fn number_of_eve(scene: &Scene, page: &str) -> String {
    let page = Developer::ann(scene).browser.open(page).expect(200);
    let mut all = forms(&page.text()).into_iter();
    let own = all.find(|form| form.action == ROLE && form.value("role") == Some("viewer"));
    let own = own.and_then(|form| form.value("member").map(str::to_owned));
    own.unwrap_or_else(|| panic!("no viewer: {page}"))
}
