//! Requests for review, by page and by command: what developers ask, what administrators decide, and that what was
//! looked at is what is approved.

use super::{APPS, Developer, EVE, OPEN, UPDATE, href, open, says};
use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, OWNER, PASSWORD, PLAIN, Scene, form_to, within};
use acceptance::{App, Json, Reply, Setup};
use std::time::Duration;

pub(super) const ASK: &str = "/apps/review/ask";
pub(super) const ANSWER: &str = "/apps/review/answer";
pub(super) const WITHDRAW: &str = "/apps/review/withdraw";
pub(super) const QUEUE: &str = "/admin/requests";
pub(super) const JUDGE: &str = "/admin/requests/judge";
pub(super) const REVIEWED: &str = "[apps]\nregistration = \"review\"";
pub(super) const SOON: Duration = Duration::from_secs(1);

pub(super) fn review_of(app: &App) -> String {
    format!("{}/review", href(app))
}

/// Asks for the restricted scope of the small provider.
#[track_caller]
pub(super) fn ask_for_everything(developer: &mut Developer, app: &App, reason: &str) -> Reply {
    let page = developer.browser.open(&review_of(app)).expect(200);
    let typed = [
        ("want-1", "admin:all"),
        ("why-1", reason),
        ("note", "Hello"),
    ];
    developer.browser.submit(&form_to(&page, ASK), &typed)
}

#[track_caller]
pub(super) fn ask_for_all(developer: &mut Developer, app: &App) -> Reply {
    let page = developer.browser.open(&review_of(app)).expect(200);
    developer
        .browser
        .submit(&form_to(&page, ASK), &[("note", "Please look")])
}

/// The ids in the queue.
fn queued(page: &Reply) -> Vec<String> {
    let text = page.text();
    let start = format!("href=\"{QUEUE}/");
    let ids = text.split(&start).skip(1);
    ids.filter_map(|link| link.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The only request in the queue, as an administrator opens it.
#[track_caller]
pub(super) fn only_request(admin: &mut Developer) -> (String, Reply) {
    let ids = queued(&admin.browser.open(QUEUE).expect(200));
    let [id] = &ids[..] else {
        panic!("not one: {ids:?}");
    };
    let page = admin.browser.open(&format!("{QUEUE}/{id}")).expect(200);
    (id.clone(), page)
}

#[track_caller]
pub(super) fn judge(admin: &mut Developer, page: &Reply, verdict: &str, text: &str) -> Reply {
    let typed = [("verdict", verdict), ("text", text)];
    admin.browser.submit(&form_to(page, JUDGE), &typed)
}

pub(super) fn requests(scene: &Scene, state: &str) -> Vec<Json> {
    let listed = scene.cli(&["app", "request", "list", "--state", state]);
    listed["requests"].as_array().cloned().unwrap_or_default()
}

pub(super) fn consent(scene: &Scene, app: &App, scope: &str) -> Reply {
    let mut browser = scene.provider.browser_of(EVE, PASSWORD);
    browser.authorize_until_consent(&scene.question(app, &[("scope", scope)]))
}

#[test]
fn a_restricted_scope_is_asked_for_and_allowed() {
    let scene = open(OPEN);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    says(&ann.page(&app), "Review and restricted scopes");
    assert!(queued(&admin.browser.open(QUEUE).expect(200)).is_empty());
    let empty = ann.browser.open(&review_of(&app)).expect(200);
    let none = ann.browser.submit(&form_to(&empty, ASK), &[]).expect(400);
    says(&none, "Nothing is chosen that needs approval.");
    let typed = [("want-1", "admin:all"), ("why-1", " "), ("note", "Kept")];
    let unsaid = ann.browser.submit(&form_to(&none, ASK), &typed).expect(400);
    assert!(unsaid.text().contains("id=\"why-1-problem\"") && unsaid.text().contains("Kept"));
    assert!(requests(&scene, "all").is_empty());
    let form = form_to(&unsaid, ASK);
    let typed = [
        ("want-1", "admin:all"),
        ("why-1", "To tidy up"),
        ("note", "Hello"),
    ];
    // The same form twice is one request.
    for _ in 0..2 {
        let sent = ann.browser.submit(&form, &typed).expect(303);
        let to = format!("{}?done=asked", review_of(&app));
        assert_eq!(sent.location(), Some(&*to), "{sent}");
    }
    assert_eq!(requests(&scene, "open").len(), 1);
    says(
        &admin.browser.open(APPS),
        "One request for review waits for you",
    );
    let (id, page) = only_request(&mut admin);
    for told in [
        "Task Board",
        "To tidy up",
        "Do everything",
        "Hello",
        "https://board.example",
    ] {
        says(&page, told);
    }
    let silent = judge(&mut admin, &page, "refuse", " ").expect(400);
    assert!(silent.text().contains("id=\"text-problem\""), "{silent}");
    judge(&mut admin, &page, "nonsense", "Fine").expect(400);
    let refused = consent(&scene, &app, "admin:all");
    assert_ne!(refused.status, 200, "it is not approved yet: {refused}");
    let done = judge(&mut admin, &page, "approve", "Fine").expect(303);
    says(&admin.browser.follow(done), "The request is approved.");
    // The same form again decides nothing more.
    let again = judge(&mut admin, &page, "refuse", "No").expect(409);
    says(&again, "decided or taken back already");
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(shown["approved_scopes"][0], "admin:all");
    assert_eq!(shown["reasons"]["admin:all"], "To tidy up");
    assert!(within(SOON, || consent(&scene, &app, "admin:all").status == 200));
    says(&consent(&scene, &app, "admin:all"), "To tidy up");
    let talk = ann.browser.open(&review_of(&app));
    for told in ["Approved", "Fine", "The people who run this service"] {
        says(&talk, told);
    }
    assert!(
        !talk.text().contains("Olive Owner"),
        "which one it was is not told"
    );
    assert!(queued(&admin.browser.open(QUEUE)).is_empty());
    let decided = admin.browser.open(&format!("{QUEUE}?state=approved"));
    assert_eq!(queued(&decided), [id]);
}

#[test]
fn an_app_waits_is_asked_back_and_starts() {
    let scene = open(REVIEWED);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    ask_for_all(&mut ann, &app).expect(303);
    let (_, page) = only_request(&mut admin);
    judge(
        &mut admin,
        &page,
        "ask_back",
        "What is it for?\nIn one word.",
    )
    .expect(303);
    assert!(
        queued(&admin.browser.open(QUEUE)).is_empty(),
        "the developer is asked"
    );
    let asked = ann.browser.open(&review_of(&app)).expect(200);
    says(&asked, "What is it for?\nIn one word.");
    says(&asked, "Waits for the developer");
    let form = form_to(&asked, ANSWER);
    ann.browser
        .submit(&form, &[("answer", "\u{202e}")])
        .expect(400);
    ann.browser
        .submit(&form, &[("answer", "Tasks")])
        .expect(303);
    // What was shown before the answer is not what is decided on.
    let stale = judge(&mut admin, &page, "approve", "").expect(409);
    says(
        &stale,
        "Something was said or done since you opened this page.",
    );
    let (_, page) = only_request(&mut admin);
    says(&page, "Tasks");
    assert_ne!(consent(&scene, &app, "tasks:read").status, 200);
    judge(&mut admin, &page, "approve", "").expect(303);
    assert!(within(SOON, || consent(&scene, &app, "tasks:read").status == 200));
    says(&ann.page(&app), "Reviewed");
    let told = scene.cli(&["audit", "--app", &app.client_id]);
    let told = told["events"].as_array().expect("events").clone();
    let told: Vec<_> = told
        .iter()
        .rev()
        .map(|event| (event["event"].as_str(), event["actor"]["kind"].as_str()))
        .filter(|(name, _)| name.is_some_and(|name| name.starts_with("app.review")))
        .collect();
    let one = |name, actor| (Some(name), Some(actor));
    assert_eq!(
        told,
        [
            one("app.review_requested", "person"),
            one("app.review_asked_back", "administrator"),
            one("app.review_answered", "person"),
            one("app.review_approved", "administrator"),
        ]
    );
}

#[test]
fn what_was_looked_at_is_what_is_approved() {
    let scene = open(REVIEWED);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    ask_for_all(&mut ann, &app).expect(303);
    let (id, page) = only_request(&mut admin);
    ann.act(
        &app,
        UPDATE,
        &[("redirect-1", "https://elsewhere.example/cb")],
    )
    .expect(303);
    let refused = judge(&mut admin, &page, "approve", "Fine").expect(409);
    says(&refused, "what was looked at is what is approved");
    says(&refused, "https://elsewhere.example/cb");
    let by_command = scene.provider.cli(&["app", "request", "approve", &id]);
    assert_ne!(by_command.code, Some(0), "{by_command:?}");
    assert!(
        by_command.stderr.contains("redirect_uris"),
        "{by_command:?}"
    );
    assert_eq!(
        scene.cli(&["app", "show", &app.client_id])["status"],
        "pending"
    );
    // With an answer the app is looked at as it is now.
    let talk = ann.browser.open(&review_of(&app));
    let form = form_to(&talk, ANSWER);
    ann.browser
        .submit(&form, &[("answer", "It moved")])
        .expect(303);
    let (_, page) = only_request(&mut admin);
    judge(&mut admin, &page, "approve", "").expect(303);
    assert!(within(SOON, || {
        let mut browser = scene.provider.browser_of(EVE, PASSWORD);
        let question = scene.question(&app, &[("redirect_uri", "https://elsewhere.example/cb")]);
        browser.authorize_until_consent(&question).status == 200
    }));
    // Changed after it was approved, it waits again.
    ann.act(&app, UPDATE, &[("name", "Another Board")])
        .expect(303);
    assert_eq!(
        scene.cli(&["app", "show", &app.client_id])["status"],
        "pending"
    );
    form_to(&ann.browser.open(&review_of(&app)), ASK);
}

#[test]
fn a_request_is_taken_back_and_asked_anew() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    for _ in 0..5 {
        ask_for_everything(&mut ann, &app, "To tidy up").expect(303);
        let form = form_to(&ann.browser.open(&review_of(&app)), WITHDRAW);
        ann.browser.submit(&form, &[]).expect(303);
        says(
            &ann.browser.submit(&form, &[]).expect(400),
            "taken back already",
        );
    }
    let often = ask_for_everything(&mut ann, &app, "To tidy up").expect(400);
    says(&often, "That is often enough for now.");
    assert_eq!(requests(&scene, "withdrawn").len(), 5);
}

#[test]
fn commands_decide_as_pages_do() {
    let scene = open(REVIEWED);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    ask_for_everything(&mut ann, &app, "To tidy up").expect(303);
    let id = requests(&scene, "open")[0]["id"].to_string();
    let shown = scene.cli(&["app", "request", "show", &id]);
    assert_eq!(shown["looked_at"]["name"], "Task Board");
    assert_eq!(shown["reasons"]["admin:all"], "To tidy up");
    assert_eq!(shown["messages"][0]["text"], "Hello");
    let told = scene.cli(&["app", "request", "ask-back", &id, "--text", "Why?"]);
    assert_eq!(
        (&told["state"], &told["messages"][1]["by"]),
        (&"asked_back".into(), &"operator".into())
    );
    let silent = scene
        .provider
        .cli(&["app", "request", "refuse", &id, "--text", " "]);
    assert_ne!(silent.code, Some(0), "{silent:?}");
    let stale = scene
        .provider
        .cli(&["app", "request", "approve", &id, "--version", "1"]);
    assert!(stale.stderr.contains("look at it again"), "{stale:?}");
    let done = scene.cli(&["app", "request", "approve", &id, "--version", "2"]);
    assert_eq!(done["state"], "approved");
    let after = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(
        (&after["status"], &after["approved_scopes"][0]),
        (&"active".into(), &"admin:all".into())
    );
    let over = scene
        .provider
        .cli(&["app", "request", "refuse", &id, "--text", "No"]);
    assert!(over.stderr.contains("decided"), "{over:?}");
    let none = scene.provider.cli(&["app", "request", "show", "1"]);
    assert!(none.stderr.contains("no request"), "{none:?}");
}

/// An app that is approved by command waits no more, and neither does what its developer asked.
#[test]
fn approving_an_app_answers_what_its_developer_asked() {
    let scene = open(REVIEWED);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    ask_for_all(&mut ann, &app).expect(303);
    let id = requests(&scene, "open")[0]["id"].to_string();
    scene.cli(&["app", "request", "ask-back", &id, "--text", "Why?"]);
    let done = scene.cli(&["app", "approve", &app.client_id]);
    assert_eq!(done["status"], "active", "{done}");
    assert_eq!(requests(&scene, "approved").len(), 1);
    assert!(requests(&scene, "asked_back").is_empty());
    let reviewed = || ann.page(&app).text().contains("Reviewed");
    assert!(within(SOON, reviewed));
    // One that asks for scopes too is not answered by that alone, and the command says so.
    let more = ann.register(&[("name", "Another Board")]);
    ask_for_everything(&mut ann, &more, "To tidy up").expect(303);
    let told = scene.provider.cli(&["app", "approve", &more.client_id]);
    assert!(told.stderr.contains("is open still"), "{told:?}");
    assert_eq!(requests(&scene, "open").len(), 1);
}

/// The path of the link in a mail, which begins so.
#[track_caller]
fn linked(mail: &Taken, start: &str) -> String {
    let text = mail.0["text"].as_str().unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.contains(start))
        .expect("a link");
    line[line.find(start).unwrap_or(0)..].trim().to_owned()
}

#[test]
fn whoever_waits_is_told_by_mail_in_their_language() {
    let server = MailServer::start_new();
    let scene = Scene::start(Setup::toml(PLAIN).with(OPEN).with(&server.settings()));
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let form = form_to(
        &ann.browser.open("/account/preferences"),
        "/account/preferences",
    );
    ann.browser.submit(&form, &[("language", "de")]).expect(303);
    let app = ann.register(&[]);
    ask_for_everything(&mut ann, &app, "To tidy up").expect(303);
    // Of the mails about signing in, there are others.
    let mail = |to: &str, about: &str| {
        let find = || {
            let mut all = server.taken_by(to).into_iter();
            all.find(|mail| mail.header("Subject").contains(about))
        };
        assert!(
            within(Duration::from_secs(15), || find().is_some()),
            "{:?}",
            server.taken_by(to)
        );
        find().expect("it came")
    };
    let told = mail(OWNER, "asks for a review");
    // To open it decides nothing.
    let page = admin.browser.open(&linked(&told, QUEUE)).expect(200);
    assert_eq!(requests(&scene, "open").len(), 1);
    judge(&mut admin, &page, "approve", "A secret aside").expect(303);
    let told = mail(ANN, "ist genehmigt");
    assert_eq!(linked(&told, APPS), review_of(&app));
    assert!(!format!("{told:?}").contains("A secret aside"), "{told:?}");
}
