//! What people may choose of what an app asks for, how it wants to meet them, and what its tokens get then.
use crate::browser::{Programs, eyes_of};
use crate::device::{Codes, phone, type_code};
use crate::support::{
    ANN, CALLBACK, PASSWORD, Scene, assert_page, assert_well, consent_form, form_to,
    outlive_a_second,
};
use acceptance::{App, AppSpec, Browser, Redirect, Reply, Request, Setup};

const BOTH: &str = "tasks:read tasks:write";
/// One more scope, so that these are not all there are.
const MORE: &str = "[scopes.\"lists:read\"]\nsentence = \"See your lists\"";

/// An app that can do without writing.
fn easy_going(scene: &Scene) -> App {
    let app = scene.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        scopes: &["tasks:read", "tasks:write"],
        ..AppSpec::default()
    });
    without_writing(scene, &app);
    app
}

fn without_writing(scene: &Scene, app: &App) {
    let id = app.client_id.as_str();
    scene.cli(&["app", "update", id, "--optional-scope", "tasks:write"]);
}

fn asked(scene: &Scene, browser: &mut Browser, app: &App, pairs: &[(&str, &str)]) -> Reply {
    let page = browser.authorize_until_consent(&scene.question(app, pairs));
    consent_form(&page);
    page
}

/// Allows what a page asks for, with these ticks.
fn allow(browser: &mut Browser, page: &Reply, ticks: &[(&str, &str)]) -> Reply {
    let typed = [&[("answer", "allow")], ticks].concat();
    browser.submit(&consent_form(page), &typed)
}

#[track_caller]
fn back(reply: &Reply) -> Redirect {
    let location = reply
        .location()
        .unwrap_or_else(|| panic!("no redirect: {reply}"));
    Redirect::parse(location)
}

/// The scope of what a code is worth.
#[track_caller]
fn scope_of(scene: &Scene, app: &App, reply: &Reply) -> String {
    let reply = scene.redeem(app, &back(reply).code(), &[]).expect(200);
    let told = reply.member("scope");
    let tokens = crate::support::Tokens::of(&reply);
    let seen = scene.introspect(&scene.resource_server(), &tokens.access);
    assert_eq!(seen["scope"], told.as_str());
    told
}

#[test]
fn what_the_app_can_do_without_has_a_box_and_is_not_asked_for_again() {
    let scene = Scene::plain(MORE);
    let app = easy_going(&scene);
    let mut browser = phone(&scene);
    let both = [("scope", BOTH)];
    let page = asked(&scene, &mut browser, &app, &both);
    let text = page.text();
    let box_of_writing =
        "type=\"checkbox\" id=\"scope-2\" name=\"scope-2\" value=\"tasks:write\" checked";
    assert!(text.contains(box_of_writing), "{page}");
    assert!(!text.contains("value=\"tasks:read\""), "{page}");
    let without = allow(&mut browser, &page, &[]);
    assert_eq!(scope_of(&scene, &app, &without), "tasks:read");
    // The same question again is answered at once, with as little.
    let again = browser.authorize(&scene.question(&app, &both));
    let reply = scene.redeem(&app, &again.code(), &[]).expect(200);
    assert_eq!(reply.member("scope"), "tasks:read");
    // Asked for by prompt=consent, the box is not ticked, and what was allowed is folded away.
    let anew = [("scope", BOTH), ("prompt", "consent")];
    let page = asked(&scene, &mut browser, &app, &anew);
    let text = page.text();
    assert!(
        text.contains("value=\"tasks:write\">") && text.contains("allowed it before"),
        "{page}"
    );
    let ticked = allow(&mut browser, &page, &[("scope-2", "tasks:write")]);
    assert_eq!(scope_of(&scene, &app, &ticked), BOTH);
    assert_well(&scene);
}

#[test]
fn what_becomes_required_is_asked_for() {
    let scene = Scene::plain(MORE);
    let app = easy_going(&scene);
    let mut browser = phone(&scene);
    let page = asked(&scene, &mut browser, &app, &[("scope", BOTH)]);
    let before = asked(&scene, &mut browser, &app, &[("scope", BOTH)]);
    assert_eq!(allow(&mut browser, &page, &[]).status, 303);
    let id = &app.client_id;
    scene.cli(&[
        "app",
        "update",
        id,
        "--scope",
        "tasks:read",
        "--scope",
        "tasks:write",
    ]);
    let now = || {
        let reply = browser.open(&scene.question(&app, &[("scope", BOTH)]));
        reply.text().contains("would also like to")
    };
    assert!(crate::support::within(
        std::time::Duration::from_secs(3),
        now
    ));
    // A page of before showed a box, which the person left alone.
    let late = allow(&mut browser, &before, &[]);
    assert_page(&late, 400);
    assert!(late.text().contains("has changed since"), "{late}");
}

#[test]
fn a_broad_request_is_for_the_person_to_narrow() {
    let scene = Scene::plain("");
    let browser = &mut phone(&scene);
    let all = [("scope-1", "tasks:read"), ("scope-2", "tasks:write")];
    type Ticks<'a> = &'a [(&'a str, &'a str)];
    let rows: [(Ticks, Option<&str>); 5] = [
        (&[("breadth", "everything"), all[0], all[1]], Some(BOTH)),
        (
            &[("breadth", "reading"), all[0], all[1]],
            Some("tasks:read"),
        ),
        (&[("breadth", "ticked"), all[1]], Some("tasks:write")),
        (&[("breadth", "ticked")], None),
        (&[], Some(BOTH)),
    ];
    for (ticks, expected) in rows {
        let app = scene.confidential(CALLBACK);
        let page = asked(&scene, browser, &app, &[("scope", BOTH), ("state", "s")]);
        assert!(page.text().contains("Only what looks"), "{page}");
        let reply = allow(browser, &page, ticks);
        match expected {
            Some(scope) => assert_eq!(scope_of(&scene, &app, &reply), scope, "{ticks:?}"),
            None => assert_eq!(
                back(&reply).param("error"),
                Some("access_denied"),
                "{ticks:?}"
            ),
        }
    }
    let app = scene.confidential(CALLBACK);
    let page = asked(&scene, browser, &app, &[("scope", BOTH)]);
    let unclear = allow(browser, &page, &[("breadth", "everything"), all[0]]);
    assert_page(&unclear, 400);
    assert!(
        unclear.text().contains("not every box was ticked"),
        "{unclear}"
    );
    // Nothing beyond what the page showed is allowed by a tick that a page of ours never had.
    for beyond in ["admin:all", "tasks:delete"] {
        let forged = [("breadth", "ticked"), all[0], ("scope-3", beyond)];
        let reply = allow(browser, &page, &forged);
        assert_eq!(
            (reply.status, reply.location()),
            (400, None),
            "{beyond:?}: {reply}"
        );
    }
    let one = asked(&scene, browser, &app, &[]);
    assert!(
        !one.text().contains("name=\"breadth\""),
        "one scope is nothing to choose from"
    );
}

#[test]
fn where_it_counts_an_app_that_was_not_reviewed_has_nothing_ticked() {
    let scene = Scene::plain(&format!("{MORE}\n[apps]\nunreviewed_unticked = true"));
    let app = easy_going(&scene);
    let mut browser = phone(&scene);
    let page = asked(&scene, &mut browser, &app, &[("scope", BOTH)]);
    assert!(
        !page.text().contains(" checked>") && page.text().contains("Required"),
        "{page}"
    );
    let missing = allow(&mut browser, &page, &[("scope-2", "tasks:write")]);
    assert_page(&missing, 400);
    let text = missing.text();
    assert!(
        text.contains("cannot do without") && text.contains("See your tasks"),
        "{missing}"
    );
    assert!(
        text.contains("value=\"tasks:write\" checked>"),
        "what was ticked is kept: {missing}"
    );
    let reply = allow(&mut browser, &missing, &[("scope-1", "tasks:read")]);
    assert_eq!(scope_of(&scene, &app, &reply), "tasks:read");
    let reviewed = scene.confidential(CALLBACK);
    scene.cli(&["app", "approve", &reviewed.client_id]);
    let page = asked(&scene, &mut browser, &reviewed, &[]);
    assert!(!page.text().contains("type=\"checkbox\""), "{page}");
}

#[test]
fn a_device_gets_what_is_ticked() {
    let scene = Scene::plain(&format!("{MORE}\n[grants]\ndevice_code = true"));
    let app = scene.app(&AppSpec {
        public: true,
        grants: &["device_code", "refresh_token"],
        scopes: &["tasks:read", "tasks:write"],
        ..AppSpec::default()
    });
    without_writing(&scene, &app);
    let codes = Codes::ask(&scene, &app, &[("scope", BOTH)]);
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code")).expect(200);
    assert!(
        page.text().contains("value=\"tasks:write\" checked>"),
        "{page}"
    );
    let form = form_to(&page, "/device/answer");
    let forged = [("answer", "allow"), ("scope-9", "admin:all")];
    browser.submit(&form, &forged).expect(400);
    browser.submit(&form, &[("answer", "allow")]).expect(200);
    let reply = codes.poll(&scene, &app).expect(200);
    assert_eq!(reply.member("scope"), "tasks:read");
    let page = browser
        .open(&format!("/account/apps/{}", app.client_id))
        .expect(200);
    assert!(!page.text().contains("<code>tasks:write</code>"), "{page}");
    assert_well(&scene);
}

#[test]
fn an_app_says_how_it_wants_to_meet_people() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let none = scene.question(&app, &[("prompt", "none"), ("state", "s")]);
    let mut browser = scene.browser();
    let error = |reply: &Reply| back(reply).param("error").map(str::to_owned);
    assert_eq!(
        error(&browser.get(&none)).as_deref(),
        Some("login_required")
    );
    browser.sign_in(ANN, PASSWORD);
    assert_eq!(
        error(&browser.get(&none)).as_deref(),
        Some("consent_required")
    );
    scene.tokens_of(&mut browser, &app, "tasks:read");
    assert!(back(&browser.get(&none)).param("code").is_some());
    // It has to be waited for: the second is what times are told in.
    outlive_a_second();
    for anew in [("prompt", "login"), ("max_age", "0")] {
        let page = browser.open(&scene.question(&app, &[anew, ("login_hint", "x@y.example")]));
        assert!(
            page.text().contains("asks that you sign in again"),
            "{page}"
        );
        assert!(page.text().contains("value=\"x@y.example\""), "{page}");
        let typed = [("email", ANN), ("password", PASSWORD)];
        let reply = browser.submit(&form_to(&page, "/sign-in"), &typed);
        let on = browser.follow(reply);
        assert!(
            on.location().is_some_and(|to| to.starts_with(CALLBACK)),
            "once is enough: {on}"
        );
        outlive_a_second();
    }
    let own = browser.open(&scene.question(&app, &[("prompt", "login")]));
    assert!(own.text().contains(&format!("value=\"{ANN}\"")), "{own}");
    let wrong = browser.get(&scene.question(&app, &[("prompt", "none login")]));
    assert_eq!(error(&wrong).as_deref(), Some("invalid_request"));
    let account = asked(&scene, &mut browser, &app, &[("prompt", "select_account")]);
    assert!(account.text().contains("Not you?"), "{account}");
}

/// A form of another site brings no cookie (SameSite=Lax), so the page that it leads to answers.
#[test]
fn a_posted_request_that_wants_nobody_asked_asks_nobody() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let error = |browser: &mut Browser| {
        let fields = [
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("prompt", "none"),
            ("state", "s"),
        ];
        let request = Request::post(&scene.endpoint("authorization_endpoint")).form(&fields);
        let kept = scene.api().send(&request).expect(303);
        let told = back(&browser.follow(kept));
        assert_eq!(told.param("state"), Some("s"));
        told.param("error").map(str::to_owned)
    };
    assert_eq!(error(&mut browser).as_deref(), Some("login_required"));
    browser.sign_in(ANN, PASSWORD);
    assert_eq!(error(&mut browser).as_deref(), Some("consent_required"));
    scene.tokens_of(&mut browser, &app, "tasks:read");
    assert_eq!(error(&mut browser), None, "there is a code");
}

/// What a page showed before a restart counts after it; two tabs are each answered for themselves.
#[test]
fn what_is_ticked_outlives_a_restart_and_another_tab() {
    let mut scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = phone(&scene);
    let both = [("scope", BOTH)];
    let one = asked(&scene, &mut browser, &app, &both);
    let two = asked(&scene, &mut browser, &app, &both);
    scene.provider.kill();
    scene.provider.start();
    let reading = [("breadth", "reading")];
    let less = allow(&mut browser, &one, &reading);
    assert_eq!(scope_of(&scene, &app, &less), "tasks:read");
    let ticked = [("breadth", "ticked"), ("scope-2", "tasks:write")];
    let more = allow(&mut browser, &two, &ticked);
    // What the other tab allowed, this one showed unticked.
    assert_eq!(scope_of(&scene, &app, &more), "tasks:write");
    let next = browser.authorize(&scene.question(&app, &both)).code();
    let reply = scene.redeem(&app, &next, &[]).expect(200);
    assert_eq!(reply.member("scope"), BOTH, "both are remembered");
}

/// A consent page that waits when its person must sign in again takes no answer before they did.
#[test]
fn an_old_session_answers_nothing_that_wants_a_young_one() {
    let scene = Scene::plain("");
    let (app, other) = (scene.confidential(CALLBACK), scene.confidential(CALLBACK));
    let (mut old, mut young) = (scene.browser(), scene.browser());
    old.sign_in(ANN, PASSWORD);
    outlive_a_second();
    let question = scene.question(&app, &[("prompt", "login"), ("state", "s")]);
    let page = young.authorize_until_consent(&question);
    let handle = crate::support::handle_of(&page);
    let shown = old.get(&format!("/consent?request={handle}"));
    let to_sign_in = |reply: &Reply| {
        reply
            .location()
            .is_some_and(|to| to.starts_with("/sign-in"))
    };
    assert!(to_sign_in(&shown), "{shown}");
    // With a nonce that the old session got from another page.
    let form = consent_form(&asked(&scene, &mut old, &other, &[]));
    let forged = [("request", handle.as_str()), ("answer", "allow")];
    let answered = old.submit(&form, &forged);
    assert!(to_sign_in(&answered), "{answered}");
    let code = allow(&mut young, &page, &[]);
    assert!(back(&code).param("code").is_some(), "{code}");
}

/// A catalogue of many scopes, where an app that was not reviewed has nothing ticked.
fn many_scopes() -> Setup {
    let mut toml = "[apps]\npkce = \"public\"\nunreviewed_unticked = true\n".to_owned();
    let mut scope = |name: &str, risk: &str, group: &str| {
        toml += &format!(
            "[scopes.\"{name}\"]\nsentence = \"Do {name}\"\nrisk = \"{risk}\"\ngroup = \"{group}\"\n"
        );
    };
    scope("profile", "read", "You");
    for at in 0..6 {
        scope(&format!("tasks{at}:read"), "read", "Looking");
        scope(&format!("tasks{at}:write"), "write", "Tasks");
    }
    Setup::toml(&toml)
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_person_leaves_out_what_an_app_can_do_without() {
    for eyes in eyes_of(0) {
        let provider = many_scopes().database("choice.db").start();
        provider.user_create(ANN, "Ann Example", PASSWORD, false);
        let callback = format!("{}/health/live", provider.issuer());
        let app = |name| {
            let app = provider.app_create(&AppSpec {
                name,
                owner: ANN,
                redirect_uris: &[&callback],
                ..AppSpec::default()
            });
            let id = app.client_id;
            provider
                .cli(&[
                    "app",
                    "update",
                    &id,
                    "--optional-scope",
                    "tasks0:write",
                    "--json",
                ])
                .json();
            id
        };
        let (reviewed, unreviewed) = (app("Bulletin Board"), app("Nobody's App"));
        provider
            .cli(&["app", "approve", &reviewed, "--json"])
            .json();
        let site = serde_json::json!({
            "issuer": provider.issuer(), "callback": callback, "reviewed": reviewed, "unreviewed": unreviewed,
            "authorize": format!("{}/oauth2/authorize", provider.issuer()),
            "user": { "email": ANN, "password": PASSWORD },
        });
        Programs::find().walk_on("choice", &eyes, &site, Vec::new());
    }
}
