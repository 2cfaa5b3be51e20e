//! Where somebody cannot go on as they meant to: each page says what happened, names the app where one is known, and
//! offers the way on.

use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, assert_page, consent_form, form_to, handle_of,
    outlive_a_second, page_request, within,
};
use acceptance::{App, Browser, Reply, Request, forms};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);

/// What a page without a way on would not have: a button or a link to go on with, or a form to fill in.
fn has_a_next_step(page: &Reply) -> bool {
    let text = page.text();
    text.contains("id=\"next\"") || !forms(&text).is_empty()
}

/// The heading of a page.
fn title(page: &Reply) -> String {
    let text = page.text();
    let from = text.split("<h1>").nth(1).unwrap_or_default();
    from.split("</h1>").next().unwrap_or_default().to_owned()
}

/// One end: its name, the answer, its status, its heading, and what else it says.
type End = (&'static str, Reply, u16, &'static str, &'static str);

#[track_caller]
fn assert_ends(ends: Vec<End>) {
    for (what, page, status, heading, says) in ends {
        assert_eq!(page.status, status, "{what}: {page}");
        assert_page(&page, status);
        assert_eq!(title(&page), heading, "{what}: {page}");
        assert!(has_a_next_step(&page), "{what} leads nowhere: {page}");
        assert!(
            page.text().contains(says),
            "{what} does not say {says:?}: {page}"
        );
    }
}

/// The browser of somebody who is signed in.
fn signed_in(scene: &Scene, email: &str) -> Browser {
    let mut browser = scene.provider.browser();
    browser.sign_in(email, PASSWORD);
    browser
}

fn app_name(scene: &Scene, app: &App) -> String {
    let shown = scene.cli(&["app", "show", &app.client_id]);
    shown["name"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_request_that_is_over_says_why_and_leads_on() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let name: &'static str = app_name(&scene, &app).leak();
    let mut browser = signed_in(&scene, ANN);
    let page = browser.open(&scene.question(&app, &[]));
    let form = consent_form(&page);
    let handle = handle_of(&page);
    browser.submit(&form, &[("answer", "deny")]).expect(303);
    let stranger = signed_in(&scene, OWNER).open(&format!("/consent?request={handle}"));
    let answered = browser.open(&format!("/consent?request={handle}"));
    let unknown = browser.open("/consent?request=rq_0000000000000000");
    let no_request = browser.open("/consent");
    let known = browser.open(&format!("/consent?request=rq_x&app={}", app.client_id));
    let signed_out = scene
        .provider
        .browser()
        .open("/sign-in?request=rq_0000000000000000");
    assert_ends(vec![
        (
            "answered",
            answered,
            409,
            "You have already answered this request",
            name,
        ),
        (
            "answered by another",
            stranger,
            409,
            "You have already answered this request",
            name,
        ),
        (
            "unknown",
            unknown,
            400,
            "This request has expired",
            "start again",
        ),
        (
            "without one",
            no_request,
            400,
            "This request has expired",
            "start again",
        ),
        (
            "forgotten, of an app that is known",
            known,
            400,
            "This request has expired",
            name,
        ),
        (
            "unknown, signed out",
            signed_out,
            400,
            "This request has expired",
            "start again",
        ),
    ]);
}

#[test]
fn a_request_that_nobody_answered_in_time_can_be_started_again() {
    let scene = Scene::plain("[accounts]\ninteraction = \"1s\"");
    let app = scene.confidential(CALLBACK);
    let name: &'static str = app_name(&scene, &app).leak();
    let mut browser = signed_in(&scene, ANN);
    let page = browser.open(&scene.question(&app, &[]));
    outlive_a_second();
    let expired = browser.submit(&consent_form(&page), &[("answer", "allow")]);
    assert!(expired.text().contains("Start again"), "{expired}");
    assert_ends(vec![(
        "expired",
        expired,
        400,
        "This request has expired",
        name,
    )]);
}

#[test]
fn a_link_that_cannot_be_answered_names_the_app_and_the_page_of_its_error() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let name: &'static str = app_name(&scene, &app).leak();
    let path = scene.endpoint("authorization_endpoint");
    let id = &app.client_id;
    let ask = |query: &str| scene.api().send(&page_request(&format!("{path}?{query}")));
    let wrong = ask(&format!(
        "response_type=code&client_id={id}&redirect_uri=https%3A%2F%2Fevil.example"
    ));
    let unknown = ask("response_type=code&client_id=nobody");
    let twice = ask(&format!("client_id={id}&client_id={id}"));
    let handle = handle_of(&signed_in(&scene, ANN).open(&scene.question(&app, &[])));
    scene.cli(&["app", "disable", id]);
    // A running server hears of it a moment later.
    let disabled = || ask(&format!("response_type=code&client_id={id}"));
    assert!(within(SOON, || disabled().status == 400));
    let disabled = disabled();
    let meanwhile = signed_in(&scene, ANN).open(&format!("/consent?request={handle}"));
    let heading = "This sign-in link does not work";
    let errors = scene.api().send(&page_request("/developers/errors")).text();
    for page in [&wrong, &unknown, &twice, &disabled] {
        let text = page.text();
        let help = text
            .split("href=\"/developers/errors#")
            .nth(1)
            .unwrap_or_default();
        let anchor = help.split('"').next().unwrap_or_default();
        assert!(
            !anchor.is_empty() && errors.contains(&format!("id=\"{anchor}\"")),
            "{anchor}: {page}"
        );
        let request = page.header("X-Request-Id").unwrap_or_default();
        assert!(
            text.contains(&format!("<dt>Request</dt><dd><code>{request}</code>")),
            "{page}"
        );
    }
    assert_ends(vec![
        ("another redirect URI", wrong, 400, heading, name),
        (
            "an unknown app",
            unknown,
            400,
            heading,
            "tell the people who make it",
        ),
        (
            "an app twice",
            twice,
            400,
            heading,
            "tell the people who make it",
        ),
        ("an app that is switched off", disabled, 400, heading, name),
        ("switched off meanwhile", meanwhile, 400, heading, name),
    ]);
    // Without developer pages there is nothing to link.
    let scene = Scene::plain("[developers]\npage = false");
    let page = scene
        .api()
        .send(&page_request(&format!("{path}?client_id=nobody")));
    assert!(!page.text().contains("/developers"), "{page}");
}

#[test]
fn who_cannot_sign_in_is_told_why_and_what_to_do() {
    let scene = Scene::plain("");
    let try_in = |browser: &mut Browser, email: &str| browser.try_sign_in(email, PASSWORD);
    let mut plain = scene.provider.browser();
    let form = form_to(&plain.open("/sign-in"), "/sign-in");
    let typed = form.filled(&[("email", ANN), ("password", PASSWORD)]);
    let typed: Vec<(&str, &str)> = typed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    // A browser that keeps no cookie.
    let refused = scene.provider.browser().post_form("/sign-in", &typed);
    let mut early = signed_in(&scene, OWNER);
    let own = form_to(&early.open("/account"), "/account/name");
    scene.cli(&["user", "disable", OWNER]);
    let disabled = try_in(&mut scene.provider.browser(), OWNER);
    let ended = early.open("/account");
    let late = early.submit(&own, &[("name", "Olga")]);
    let late = early.follow(late);
    let mut guesser = scene.provider.browser();
    let mut guess = || guesser.try_sign_in(ANN, "not the password at all");
    let throttled = (0..30).map(|_| guess()).find(|reply| reply.status == 429);
    let throttled = throttled.expect("too many guesses");
    assert!(throttled.header("Retry-After").is_some(), "{throttled}");
    assert_ends(vec![
        ("no cookie", refused, 400, "Sign in", "Allow cookies for"),
        (
            "disabled",
            disabled,
            403,
            "Sign in",
            "Ask the people who run this service",
        ),
        (
            "signed out elsewhere",
            ended,
            200,
            "Sign in",
            "Your session has ended",
        ),
        (
            "a form of a session that is over",
            late,
            200,
            "Sign in",
            "Sign in to go on",
        ),
        ("throttled", throttled, 429, "Sign in", "Wait "),
    ]);
}

/// The same while an app waits: each page names it and keeps what it asked for.
#[test]
fn who_cannot_sign_in_for_an_app_is_told_for_which_and_keeps_its_request() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let name = app_name(&scene, &app);
    let question = scene.question(&app, &[]);
    let begun = |scene: &Scene| {
        let mut browser = scene.provider.browser();
        let form = form_to(&browser.open(&question), "/sign-in");
        (browser, form)
    };
    #[track_caller]
    fn keeps(what: &str, page: &Reply, status: u16, name: &str, handle: Option<&str>) {
        assert_page(page, status);
        assert!(page.text().contains(name), "{what} names no app: {page}");
        let form = form_to(page, "/sign-in");
        assert!(handle.is_some(), "{what}");
        assert_eq!(form.value("request"), handle, "{what}: {page}");
    }
    // A browser that keeps no cookie.
    let (_, form) = begun(&scene);
    let typed = [("email", ANN), ("password", PASSWORD)];
    let refused = scene.provider.browser().submit(&form, &typed);
    keeps("no cookie", &refused, 400, &name, form.value("request"));
    // An account that is switched off.
    scene.cli(&["user", "disable", OWNER]);
    let (mut browser, form) = begun(&scene);
    let typed = [("email", OWNER), ("password", PASSWORD)];
    let disabled = browser.submit(&form, &typed);
    keeps("disabled", &disabled, 403, &name, form.value("request"));
    // One that is signed out elsewhere while the question is open, and goes on.
    let (mut browser, form) = begun(&scene);
    let typed = [("email", ANN), ("password", PASSWORD)];
    let signed_in = browser.submit(&form, &typed);
    let consent = browser.follow(signed_in);
    browser.clone().sign_out();
    let ended = browser.submit(&consent_form(&consent), &[("answer", "allow")]);
    let ended = browser.follow(ended);
    keeps("signed out", &ended, 200, &name, form.value("request"));
    let again = browser.submit(&form_to(&ended, "/sign-in"), &typed);
    let consent = browser.follow(again);
    let back = browser.submit(&consent_form(&consent), &[("answer", "allow")]);
    assert!(
        back.location().is_some_and(|to| to.starts_with(CALLBACK)),
        "{back}"
    );
    // Too many guesses.
    let (mut browser, form) = begun(&scene);
    let typed = [("email", ANN), ("password", "not the password at all")];
    let mut guess = || browser.submit(&form, &typed);
    let throttled = (0..30).map(|_| guess()).find(|reply| reply.status == 429);
    let throttled = throttled.expect("too many guesses");
    keeps("throttled", &throttled, 429, &name, form.value("request"));
}

#[test]
fn what_is_no_page_or_no_form_leads_back() {
    let scene = Scene::plain("");
    let mut browser = signed_in(&scene, ANN);
    let form = |target: &str| Request::post(target).header("Accept", "text/html");
    let nowhere = browser.open("/nowhere");
    let method = browser.send(form("/account").form(&[]));
    let foreign = browser.send(
        form("/sign-in")
            .form(&[])
            .header("Sec-Fetch-Site", "cross-site"),
    );
    let twice = browser.send(form("/sign-in").form(&[("email", "a"), ("email", "b")]));
    let large = browser.send(form("/sign-in").form(&[("email", &"a".repeat(100_000))]));
    let off = browser.open("/recover");
    let session = form_to(&browser.open("/account"), "/account/sessions/end-all");
    let nonce = session.value("nonce").unwrap_or_default().to_owned();
    let no_session = browser.post_form("/account/sessions/end", &[("nonce", &nonce)]);
    let out = scene.provider.browser().open("/sign-out");
    assert_ends(vec![
        (
            "no such page",
            nowhere,
            404,
            "There is nothing here",
            "mistyped",
        ),
        (
            "another method",
            method,
            405,
            "This address is not a page",
            "Go back",
        ),
        (
            "a form of another site",
            foreign,
            403,
            "This form came from another site",
            "start again",
        ),
        (
            "a field twice",
            twice,
            400,
            "The form could not be read",
            "",
        ),
        (
            "too large",
            large,
            413,
            "The form could not be read",
            "larger",
        ),
        (
            "switched off",
            off,
            404,
            "There is nothing here",
            "switched the feature off",
        ),
        (
            "which session",
            no_session,
            400,
            "The form could not be read",
            "which session",
        ),
        ("signed out already", out, 200, "You are signed out", ""),
    ]);
}

#[test]
fn a_code_that_no_device_waits_for_can_be_typed_again() {
    let scene = Scene::plain("[grants]\ndevice_code = true");
    let mut browser = signed_in(&scene, ANN);
    let type_in = |browser: &mut Browser, code: &str| {
        let form = form_to(&browser.open("/device"), "/device/code");
        browser.submit(&form, &[("user_code", code)])
    };
    let unknown = type_in(&mut browser, "BCDF-GHJK");
    let throttled = (0..20)
        .map(|_| type_in(&mut browser, "BCDF-GHJK"))
        .find(|page| page.status == 429);
    let heading = title(&browser.open("/device")).leak();
    assert_ends(vec![
        ("unknown", unknown, 400, heading, "code"),
        (
            "throttled",
            throttled.expect("too many guesses"),
            429,
            heading,
            "Wait ",
        ),
    ]);
}

#[test]
fn an_address_with_a_slash_too_many_is_the_page() {
    let scene = Scene::plain("[grants]\ndevice_code = true");
    for (typed, meant) in [
        ("/device/", "/device"),
        ("/developers/", "/developers"),
        ("/account/", "/account"),
        ("/sign-in/?request=device", "/sign-in?request=device"),
        ("/developers/scopes/", "/developers/scopes"),
        (
            "/developers/grants/authorization-code/",
            "/developers/grants/authorization-code",
        ),
        ("/apps/any/", "/apps/any"),
        ("/apps/any/log/", "/apps/any/log"),
    ] {
        for method in ["GET", "HEAD"] {
            let request = Request::new(method, typed).header("Accept", "text/html");
            let reply = scene.api().send(&request);
            assert_eq!(
                (reply.status, reply.location()),
                (303, Some(meant)),
                "{method} {typed}: {reply}"
            );
        }
    }
    for typed in [
        "/nowhere/",
        "//account/",
        "//apps/any/",
        "/account//",
        "/oauth2/token/",
        "/developers/nowhere/",
    ] {
        assert_page(&scene.api().send(&page_request(typed)), 404);
    }
    let post = Request::post("/sign-in/")
        .header("Accept", "text/html")
        .form(&[]);
    assert_page(&scene.api().send(&post), 404);
}
