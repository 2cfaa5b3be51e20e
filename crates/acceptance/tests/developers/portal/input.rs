//! What is typed into the forms: twice, in two tabs, wrongly, and with ill intent.

use super::{
    ADD, APPS, BACK, DELETE, Developer, NEW, OPEN, UPDATE, credentials, href, names, open,
    registered, says, works,
};
use crate::support::{OWNER, PASSWORD, assert_page, assert_well, form_post, form_to};
use acceptance::{Reply, encode, unescape};

/// What would do harm as markup.
pub(super) const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;";

#[test]
fn a_form_that_is_sent_twice_makes_one_app() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let form = ann.blank();
    let app = credentials(&ann.send(&form, &[]).expect(200));
    let second = ann.send(&form, &[]).expect(303);
    let page = ann.browser.follow(second).expect(200);
    says(&page, "This app was made already: the form was sent twice.");
    says(&page, &app.client_id);
    // From a form that made an app which is deleted by now, there is a way on.
    let form = ann.blank();
    let gone = credentials(&ann.send(&form, &[]).expect(200));
    ann.act(&gone, DELETE, &[("confirm", "Task Board")])
        .expect(303);
    let again = ann.send(&form, &[]).expect(400);
    says(&again, "This page was out of date. Please try again.");
    let other = credentials(&ann.send(&form_to(&again, NEW), &[]).expect(200));
    assert_ne!(other.client_id, gone.client_id);
    ann.act(&other, DELETE, &[("confirm", "Task Board")])
        .expect(303);
    // The button pressed twice: the second is sent before the first was answered.
    let form = ann.blank();
    let press = |delay| {
        let browser = ann.browser.clone();
        let form = &form;
        move || {
            std::thread::sleep(std::time::Duration::from_millis(delay));
            Developer { browser }.send(form, &[])
        }
    };
    let replies = std::thread::scope(|scope| {
        let sent = [0, 2].map(|delay| scope.spawn(press(delay)));
        sent.map(|reply| reply.join().expect("it replies"))
    });
    let mut statuses = replies.map(|reply| reply.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 303]);
    assert_eq!(registered(&scene), 2);
    assert!(works(&scene, &app));
    // The same form of another person is another app.
    let other =
        Developer::of(&scene, OWNER).try_register(&[("once", form.value("once").expect("it"))]);
    credentials(&other.expect(200));
    assert_eq!(registered(&scene), 3);
}

#[test]
fn the_second_of_two_tabs_is_told_and_keeps_what_was_typed() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let (one, two) = (ann.page(&app), ann.page(&app));
    let save = |ann: &mut Developer, page: &Reply, name| {
        ann.browser
            .submit(&form_to(page, UPDATE), &[("name", name)])
    };
    save(&mut ann, &one, "First").expect(303);
    let told = save(&mut ann, &two, "Second").expect(400);
    says(&told, "The app was changed in the meantime");
    says(&told, "<h1><bdi>First</bdi></h1>");
    says(&told, "is now: First");
    assert_eq!(form_to(&told, UPDATE).value("name"), Some("Second"));
    let name = || scene.cli(&["app", "show", &app.client_id])["name"].clone();
    assert_eq!(name(), "First");
    save(&mut ann, &told, "Second").expect(303);
    assert_eq!(name(), "Second");
    // Without the version that was seen, nothing is overwritten.
    let form = form_to(&ann.page(&app), UPDATE);
    for version in ["", "x", "0"] {
        let typed = [("name", "Third"), ("version", version)];
        says(
            &ann.browser.submit(&form, &typed).expect(400),
            "The app was changed in the meantime",
        );
    }
    assert_eq!(name(), "Second");
}

/// A field, what is typed into it, and the field that the problem stands at.
fn wrong() -> Vec<(&'static str, String)> {
    let cases = [
        ("name", ""),
        ("name", "   "),
        ("name", "evil\u{202e}app"),
        ("name", "a\u{200b}b"),
        ("name", "a\u{0}b"),
        ("homepage", ""),
        ("homepage", "javascript:alert(1)"),
        ("homepage", "http://board.example"),
        ("homepage", "https://user@board.example"),
        ("redirect-1", ""),
        ("redirect-1", "http://board.example/callback"),
        ("redirect-1", "https://board.example/callback#top"),
        ("redirect-1", "javascript:alert(1)"),
        ("redirect-1", "data:text/html,x"),
        ("redirect-1", "https://*.board.example/"),
        ("redirect-1", "/callback"),
        ("redirect-2", "https://board.example/a b"),
        ("redirect-2", BACK),
        ("description", "a\u{202e}b"),
        ("privacy", "javascript:alert(1)"),
        ("privacy", "http://board.example"),
        ("terms", "data:text/html,x"),
        ("support", "javascript:alert(1)"),
        ("support", "nobody"),
        ("contact", "nobody"),
        ("contact", "a@b.example\r\nBcc: c@d.example"),
    ];
    let long = [
        ("name", "x".repeat(300)),
        (
            "homepage",
            format!("https://board.example/{}", "x".repeat(3_000)),
        ),
        (
            "redirect-1",
            format!("https://board.example/{}", "x".repeat(3_000)),
        ),
        ("description", "x".repeat(501)),
    ];
    let cases = cases.map(|(field, text)| (field, text.to_owned()));
    cases.into_iter().chain(long).collect()
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_kept() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let kept = [
        ("name", "Kept Board"),
        ("homepage", "https://kept.example"),
        ("redirect-1", BACK),
        ("redirect-2", "https://kept.example/callback"),
        ("description", "Kept."),
        ("privacy", "https://kept.example/privacy"),
        ("contact", "dev@kept.example"),
    ];
    let before = scene.cli(&["app", "show", &app.client_id]);
    for (field, text) in wrong() {
        let mut typed: Vec<_> = kept
            .into_iter()
            .filter(|(name, _)| *name != field)
            .collect();
        typed.push((field, &text));
        if (field, &*text) == ("redirect-1", "") {
            typed.retain(|(name, _)| *name != "redirect-2");
        }
        let new = ann.try_register(&typed);
        let changed = ann.act(&app, UPDATE, &typed);
        for (page, action) in [(new, NEW), (changed, UPDATE)] {
            if text.contains('\0') {
                assert_page(&page, 400);
                continue;
            }
            names(&page, field);
            let form = form_to(&page, action);
            for (name, value) in typed.iter().filter(|(name, _)| *name != "redirect-2") {
                let same = form.value(name).map(str::trim) == Some(value.trim());
                assert!(same || value.contains('\r'), "{name} is not kept: {page}");
            }
        }
    }
    assert_eq!(registered(&scene), 1);
    assert_eq!(scene.cli(&["app", "show", &app.client_id]), before);
    // All at once.
    let all = [
        ("name", ""),
        ("homepage", "x"),
        ("redirect-1", "x"),
        ("contact", "x"),
    ];
    let page = ann.try_register(&all);
    for (field, _) in all {
        names(&page, field);
    }
    assert_well(&scene);
}

#[test]
fn an_app_has_so_many_redirect_uris_and_no_more() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let uris: Vec<(String, String)> = (1..=11)
        .map(|number| (format!("redirect-{number}"), format!("{BACK}/{number}")))
        .collect();
    let typed: Vec<(&str, &str)> = uris.iter().map(|(name, uri)| (&**name, &**uri)).collect();
    let refused = ann.try_register(&typed);
    names(&refused, "redirect-1");
    says(
        &refused,
        "These are more redirect URLs than an app may have",
    );
    let form = form_to(&refused, NEW);
    for (name, uri) in &typed {
        assert_eq!(form.value(name), Some(*uri), "it is kept");
    }
    let app = ann.register(&typed[..10]);
    let form = form_to(&ann.page(&app), UPDATE);
    assert_eq!(form.value("redirect-10"), Some(typed[9].1));
    assert_eq!(form.value("redirect-11"), None);
    ann.browser.submit(&form, &[typed[10]]).expect(400);
    ann.browser.submit(&form, &[("redirect-3", "")]).expect(303);
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(
        shown["redirect_uris"].as_array().map(Vec::len),
        Some(9),
        "{shown}"
    );
}

/// A form is as long as its provider's scopes and an app's redirect URIs make it.
#[test]
fn a_long_form_is_read_to_its_end() {
    let scopes: String = (1..=90)
        .map(|number| format!("[scopes.\"s{number}\"]\nsentence = \"Scope {number}\"\n"))
        .collect();
    let scene = open(&format!("{OPEN}\nmax_redirect_uris = 40\n{scopes}"));
    let mut ann = Developer::ann(&scene);
    let number = |prefix: &'static str, count| (1..=count).map(move |at| format!("{prefix}{at}"));
    let fields: Vec<String> = number("redirect-", 40).collect();
    let uris: Vec<String> = number("https://board.example/", 40).collect();
    let typed: Vec<(&str, &str)> = fields
        .iter()
        .zip(&uris)
        .map(|(a, b)| (&**a, &**b))
        .collect();
    let app = ann.register(&typed);
    let form = form_to(&ann.page(&app), UPDATE);
    let boxes: Vec<(String, String)> = form
        .fields
        .iter()
        .filter(|field| field.name.starts_with("scope-"))
        .map(|field| (field.name.clone(), field.value.clone()))
        .collect();
    let mut ticked: Vec<(&str, &str)> = boxes.iter().map(|(a, b)| (&**a, &**b)).collect();
    ticked.push(("scopes", "some"));
    ann.browser.submit(&form, &ticked).expect(303);
    let shown = scene.cli(&["app", "show", &app.client_id]);
    let count = |name: &str| shown[name].as_array().map(Vec::len);
    assert_eq!(
        (count("redirect_uris"), count("scopes")),
        (Some(40), Some(92)),
        "{shown}"
    );
}

/// Checks that nothing that was typed is markup on a page.
#[track_caller]
pub(super) fn inert(page: &Reply) {
    let text = page.text();
    for markup in [
        "<script>",
        "<img src=x",
        "\"'><",
        "='x'",
        " onerror=\"",
        "javascript:",
    ] {
        assert!(!text.contains(markup), "{markup}: {page}");
    }
    let csp = page.header("Content-Security-Policy").unwrap_or_default();
    assert!(
        csp.contains("default-src 'none'") && !csp.contains("unsafe"),
        "{csp:?}"
    );
}

#[test]
fn text_of_an_app_is_text_on_every_page() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let typed = [
        ("name", HOSTILE),
        ("description", HOSTILE),
        ("privacy", "https://board.example/'onload='alert(1)"),
    ];
    let made = ann.try_register(&typed).expect(200);
    inert(&made);
    let app = credentials(&made);
    let added = ann.act(&app, ADD, &[("secret-name", HOSTILE)]).expect(200);
    let everywhere = [
        ("name", HOSTILE),
        ("homepage", HOSTILE),
        ("redirect-1", HOSTILE),
        ("redirect-2", HOSTILE),
        ("description", HOSTILE),
        ("privacy", HOSTILE),
        ("terms", HOSTILE),
        ("support", HOSTILE),
        ("contact", HOSTILE),
    ];
    let check = format!("{}?check={}", href(&app), encode(HOSTILE));
    let after = format!("{APPS}?after={}&done={}", encode(HOSTILE), encode(HOSTILE));
    let mut user = scene.provider.browser_of(OWNER, PASSWORD);
    let consent = user.authorize_until_consent(&scene.question(&app, &[]));
    scene.tokens_of(&mut user, &app, "tasks:read");
    let pages = [
        added,
        ann.try_register(&everywhere).expect(400),
        ann.act(&app, UPDATE, &everywhere).expect(400),
        ann.act(&app, DELETE, &[("confirm", "x")]).expect(400),
        ann.page(&app),
        ann.browser.open(&check).expect(200),
        ann.browser.open(&after).expect(200),
        consent.expect(200),
        user.open("/account").expect(200),
    ];
    for page in &pages {
        inert(page);
    }
    for page in &pages[1..8] {
        assert!(
            unescape(&page.text()).contains("alert(1)") || page.text().contains(APPS),
            "{page}"
        );
    }
    ann.act(&app, DELETE, &[("confirm", HOSTILE)]).expect(303);
    inert(&ann.browser.open(APPS));
}

#[test]
fn a_body_beyond_64_kib_is_not_read() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let large = "x".repeat(70 * 1024);
    for action in [NEW, UPDATE, DELETE] {
        let reply = ann
            .browser
            .send(form_post(action, format!("name={large}").as_bytes()));
        assert_page(&reply, 413);
        for body in ["nonce=%zz", "nonce=%ff", "nonce=a&nonce=b"] {
            assert_page(&ann.browser.send(form_post(action, body.as_bytes())), 400);
        }
    }
    // What fits is judged.
    let much = "x".repeat(60 * 1024);
    names(&ann.act(&app, UPDATE, &[("name", &much)]), "name");
    assert_well(&scene);
}
