//! Who looks at apps and asks for it: to others neither is there, and what strangers write is text.

use super::reviews::{
    ANSWER, ASK, JUDGE, QUEUE, REVIEWED, SOON, WITHDRAW, ask_for_all, ask_for_everything, consent,
    judge, only_request, requests, review_of,
};
use super::{APPS, Developer, EVE, OPEN, UPDATE, open, says};
use crate::support::behind::age_sessions;
use crate::support::{OWNER, PASSWORD, assert_page, form_to, within};
use acceptance::{App, Json, Reply, Request, forms};

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

#[test]
fn nobody_else_looks_at_apps() {
    let scene = open(OPEN);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    ask_for_everything(&mut ann, &app, "To tidy up").expect(303);
    let (id, page) = only_request(&mut admin);
    let own = form_to(&ann.page(&app), UPDATE);
    let own = own.value("nonce").expect("a nonce").to_owned();
    let admins = form_to(&page, JUDGE);
    let pages = [
        QUEUE.to_owned(),
        format!("{QUEUE}?state=all"),
        format!("{QUEUE}/{id}"),
        format!("{QUEUE}/0"),
    ];
    for page in &pages {
        assert_page(&ann.browser.get(page), 404);
        let mut nobody = scene.provider.browser();
        form_to(&nobody.open(page), "/sign-in");
    }
    for nonce in [Some(&*own), admins.value("nonce"), None] {
        let mut fields = vec![("request", &*id), ("version", "1"), ("verdict", "approve")];
        fields.extend(nonce.map(|nonce| ("nonce", nonce)));
        let reply = ann.browser.post_form(JUDGE, &fields);
        assert_page(&reply, 404);
        let sent = scene.provider.browser().post_form(JUDGE, &fields);
        assert_eq!(sent.status, 303, "{sent}");
    }
    assert!(!ann.browser.open(APPS).text().contains(QUEUE));
    // Nor does an administrator whose form does not prove itself.
    for nonce in ["", &*own] {
        let fields = [
            ("nonce", nonce),
            ("request", &*id),
            ("version", "1"),
            ("verdict", "approve"),
        ];
        let reply = admin.browser.post_form(JUDGE, &fields).expect(400);
        says(&reply, "This page was out of date.");
    }
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "https://evil.example"),
    ] {
        let fields = [
            ("nonce", admins.value("nonce").unwrap_or_default()),
            ("request", &*id),
            ("version", "1"),
            ("verdict", "approve"),
        ];
        let request = Request::post(JUDGE).form(&fields).header(name, value);
        assert_page(&admin.browser.send(request), 403);
    }
    for id in ["0", "nonsense", "-1", "9223372036854775807", ""] {
        if !id.is_empty() {
            assert_page(&admin.browser.get(&format!("{QUEUE}/{id}")), 404);
        }
        let fields = [
            ("nonce", admins.value("nonce").unwrap_or_default()),
            ("request", id),
            ("version", "1"),
            ("verdict", "approve"),
        ];
        assert_page(&admin.browser.post_form(JUDGE, &fields), 404);
    }
    assert_eq!(requests(&scene, "open").len(), 1);
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(shown["approved_scopes"], Json::Array(Vec::new()));
}

#[test]
fn whoever_is_signed_out_signs_in_and_is_at_the_queue() {
    let scene = open(OPEN);
    let mut browser = scene.provider.browser();
    let page = browser.open(QUEUE);
    let typed = [("email", OWNER), ("password", PASSWORD)];
    let back = browser
        .submit(&form_to(&page, "/sign-in"), &typed)
        .expect(303);
    says(&browser.follow(back).expect(200), "Requests for review");
}

#[test]
fn requests_of_others_are_not_there() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let (hers, own) = (ann.register(&[]), eve.register(&[("name", "Night Owl")]));
    ask_for_everything(&mut ann, &hers, "To tidy up").expect(303);
    ask_for_everything(&mut eve, &own, "Mine").expect(303);
    let of = |browser: &mut Developer, app: &App| {
        let form = form_to(&browser.browser.open(&review_of(app)), ANSWER);
        form.value("request").expect("an id").to_owned()
    };
    let (her_id, own_id) = (of(&mut ann, &hers), of(&mut eve, &own));
    let nonce = form_to(&eve.page(&own), UPDATE);
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    let before = scene.cli(&["app", "request", "show", &her_id]);
    assert_page(&eve.browser.get(&review_of(&hers)), 404);
    for (app, request) in [
        (&*hers.client_id, &*her_id),
        (&*hers.client_id, &*own_id),
        (&*own.client_id, &*her_id),
        ("nobody", &*her_id),
        ("", &*her_id),
    ] {
        for action in [ANSWER, WITHDRAW] {
            let fields = [
                ("nonce", &*nonce),
                ("app", app),
                ("request", request),
                ("answer", "Approve it"),
            ];
            assert_page(&eve.browser.post_form(action, &fields), 404);
        }
    }
    let fields = [
        ("nonce", &*nonce),
        ("app", &*hers.client_id),
        ("want-1", "admin:all"),
        ("why-1", "Mine"),
    ];
    assert_page(&eve.browser.post_form(ASK, &fields), 404);
    assert_eq!(scene.cli(&["app", "request", "show", &her_id]), before);
    assert_eq!(requests(&scene, "open").len(), 2);
}

#[test]
fn fields_that_no_form_has_change_nothing() {
    let scene = open(REVIEWED);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let form = form_to(&ann.browser.open(&review_of(&app)), ASK);
    let forged = [
        ("state", "approved"),
        ("verdict", "approve"),
        ("whole", "false"),
        ("version", "9"),
        ("asked_by", OWNER),
        ("snapshot", "{}"),
        ("client", "1"),
        ("actor", "administrator"),
    ];
    // What is no restricted scope is not asked for.
    for scope in ["tasks:read", "nonsense", "admin:all tasks:read"] {
        let typed = [("want-1", scope), ("why-1", "Mine")];
        ann.browser.submit(&form, &typed).expect(400);
    }
    ann.browser.submit(&form, &forged).expect(303);
    let [request] = &requests(&scene, "all")[..] else {
        panic!("not one");
    };
    assert_eq!(request["state"], "open");
    assert_eq!(request["whole_app"], true);
    assert_eq!(request["version"], 1);
    assert_eq!(request["asked_by"], scene.ann.as_str());
    let shown = form_to(&ann.browser.open(&review_of(&app)), ANSWER);
    // The version that was answered is one of its fields.
    let own = |(name, _): &(&str, &str)| *name != "version";
    let mut typed: Vec<_> = forged.into_iter().filter(own).collect();
    typed.push(("answer", "Hello"));
    ann.browser.submit(&shown, &typed).expect(303);
    let id = request["id"].to_string();
    let told = scene.cli(&["app", "request", "show", &id]);
    assert_eq!(told["state"], "open");
    assert_eq!(told["messages"][0]["by"], "person");
    assert_eq!(
        scene.cli(&["app", "show", &app.client_id])["status"],
        "pending"
    );
}

#[test]
fn what_strangers_write_is_text_and_nothing_else() {
    let scene = open(OPEN);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    let page = ann.browser.open(&review_of(&app));
    let typed = [
        ("want-1", "admin:all"),
        ("why-1", HOSTILE),
        ("note", HOSTILE),
    ];
    ann.browser.submit(&form_to(&page, ASK), &typed).expect(303);
    let (id, page) = only_request(&mut admin);
    judge(&mut admin, &page, "ask_back", HOSTILE).expect(303);
    let talk = ann.browser.open(&review_of(&app));
    ann.browser
        .submit(&form_to(&talk, ANSWER), &[("answer", HOSTILE)])
        .expect(303);
    let (_, page) = only_request(&mut admin);
    judge(&mut admin, &page, "approve", HOSTILE).expect(303);
    assert!(within(SOON, || consent(&scene, &app, "admin:all").status == 200));
    for page in [
        admin.browser.open(&format!("{QUEUE}/{id}")),
        ann.browser.open(&review_of(&app)),
        ann.page(&app),
        consent(&scene, &app, "admin:all"),
    ] {
        says(&page, "alert(1)");
        let text = page.text();
        assert!(
            !text.contains("<script>") && !text.contains("<img src=x"),
            "{page}"
        );
    }
}

#[test]
fn a_password_is_asked_ten_minutes_after_the_sign_in() {
    let scene = open(OPEN);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    ask_for_everything(&mut ann, &app, "To tidy up").expect(303);
    age_sessions(&scene);
    let (_, page) = only_request(&mut admin);
    for password in ["", "not my password"] {
        for verdict in ["approve", "refuse", "ask_back"] {
            let typed = [
                ("verdict", verdict),
                ("text", "Fine"),
                ("password", password),
            ];
            let refused = admin
                .browser
                .submit(&form_to(&page, JUDGE), &typed)
                .expect(400);
            says(&refused, "This is not your password.");
            says(&refused, "Fine");
        }
    }
    assert_eq!(requests(&scene, "open").len(), 1);
    let typed = [("verdict", "approve"), ("password", PASSWORD)];
    admin
        .browser
        .submit(&form_to(&page, JUDGE), &typed)
        .expect(303);
}

/// A form that is added to these pages must be added to the tests of this file.
#[test]
fn there_are_no_other_forms_than_these() {
    let scene = open(REVIEWED);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    let posts = |page: &Reply| -> Vec<String> {
        let forms = forms(&page.text()).into_iter();
        let posts = forms.filter(|form| form.method == "post");
        posts.map(|form| form.action).collect()
    };
    assert_eq!(posts(&ann.browser.open(&review_of(&app))), [ASK]);
    ask_for_all(&mut ann, &app).expect(303);
    assert_eq!(
        posts(&ann.browser.open(&review_of(&app))),
        [ANSWER, WITHDRAW]
    );
    assert_eq!(posts(&admin.browser.open(QUEUE)), [""; 0]);
    assert_eq!(posts(&only_request(&mut admin).1), [JUDGE]);
}
