//! The consent page in a person's browser: tabs, the back button, forms out of date, remembered answers.

use crate::support;
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, assert_page, consent_form, form_to, handle_of,
    outlive, outlive_a_second,
};
use acceptance::{AppSpec, Browser, Redirect, Reply, Setup, unescape};
use std::time::Duration;

/// Presses a button of a consent page.
#[track_caller]
fn answer(browser: &mut Browser, page: &Reply, answer: &str) -> Reply {
    browser.submit(&consent_form(page), &[("answer", answer)])
}

/// The redirect of a reply to the app.
#[track_caller]
fn back(reply: &Reply) -> Redirect {
    let location = reply
        .location()
        .unwrap_or_else(|| panic!("no redirect: {reply}"));
    assert!(
        reply.status == 303 && location.starts_with("http://localhost:9876/"),
        "{reply}"
    );
    Redirect::parse(location)
}

/// Where the link that a page offers next leads.
#[track_caller]
fn next_link(page: &Reply) -> String {
    let text = page.text();
    let found = text
        .split("id=\"next\" href=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    unescape(found.unwrap_or_else(|| panic!("no next step: {page}")))
}

#[test]
fn two_tabs_do_not_disturb_each_other() {
    let scene = Scene::plain("");
    let (one, two) = (scene.confidential(CALLBACK), scene.confidential(CALLBACK));
    let mut browser = scene.browser();
    let first = browser.open(&scene.question(&one, &[("state", "first")]));
    let second =
        browser.open(&scene.question(&two, &[("state", "second"), ("scope", "tasks:write")]));
    // Both tabs show the sign-in page; signing in by the older one continues the older request.
    let typed = [("email", ANN), ("password", PASSWORD)];
    let signed_in = browser.submit(&form_to(&first, "/sign-in"), &typed);
    let first = browser.follow(signed_in);
    let signed_in = browser.submit(&form_to(&second, "/sign-in"), &typed);
    let second = browser.follow(signed_in);
    assert_ne!(handle_of(&first), handle_of(&second));
    // The second sign-in made the first tab's form old: it shows the same request again.
    let again = answer(&mut browser, &first, "allow");
    let first = if again.status == 400 { again } else { first };
    let denied = back(&answer(&mut browser, &second, "deny"));
    assert_eq!(
        (denied.param("state"), denied.param("error")),
        (Some("second"), Some("access_denied"))
    );
    let allowed = back(&answer(&mut browser, &first, "allow"));
    assert_eq!(allowed.param("state"), Some("first"));
    scene.redeem(&one, &allowed.code(), &[]).expect(200);
}

#[test]
fn two_tabs_of_one_app_are_answered_each_for_itself() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let one = browser.open(&scene.question(&app, &[("state", "1"), ("scope", "tasks:read")]));
    let two = browser.open(&scene.question(&app, &[("state", "2"), ("scope", "tasks:write")]));
    let second = back(&answer(&mut browser, &two, "allow"));
    let first = back(&answer(&mut browser, &one, "allow"));
    for (back, state, scope) in [(first, "1", "tasks:read"), (second, "2", "tasks:write")] {
        assert_eq!(back.param("state"), Some(state));
        let reply = scene.redeem(&app, &back.code(), &[]).expect(200);
        assert_eq!(reply.member("scope"), scope);
    }
    // Both answers are remembered together.
    let all = scene.question(&app, &[("scope", "tasks:read tasks:write")]);
    back(&browser.get(&all)).code();
}

#[test]
fn the_back_button_after_an_answer_offers_a_new_start() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    for (given, state) in [("deny", "a b&c"), ("allow", "d%e+f")] {
        let app = scene.confidential(CALLBACK);
        let page = browser.authorize_until_consent(&scene.question(&app, &[("state", state)]));
        back(&answer(&mut browser, &page, given));
        let shown = browser.get(&format!("/consent?request={}", handle_of(&page)));
        assert_page(&shown, 409);
        let other = if given == "deny" { "allow" } else { "deny" };
        let posted = answer(&mut browser, &page, other);
        assert_page(&posted, 409);
        let again = browser.authorize(&next_link(&posted));
        assert_eq!(again.param("state"), Some(state));
        scene.redeem(&app, &again.code(), &[]).expect(200);
    }
}

#[test]
fn the_same_answer_posted_twice_goes_to_the_same_place() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    for given in ["deny", "allow"] {
        let app = scene.confidential(CALLBACK);
        let page = browser.authorize_until_consent(&scene.question(&app, &[("state", "s")]));
        let first = answer(&mut browser, &page, given);
        let second = answer(&mut browser, &page, given);
        assert_eq!(second.status, 303, "{second}");
        assert_eq!(second.location(), first.location());
        if given == "allow" {
            scene.redeem(&app, &back(&first).code(), &[]).expect(200);
            let third = answer(&mut browser, &page, given);
            assert_page(&third, 200);
            assert!(third.text().contains("Connected"), "{third}");
            assert!(third.location().is_none(), "the code is spent");
        }
    }
}

#[test]
fn a_form_of_before_a_sign_out_continues_the_request() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.question(&app, &[("state", "s")]));
    browser.sign_out();
    let reply = answer(&mut browser, &page, "allow");
    assert_eq!(reply.status, 303, "{reply}");
    assert!(
        reply
            .location()
            .is_some_and(|to| to.starts_with("/sign-in?request=")),
        "{reply}"
    );
    let sign_in = browser.follow(reply);
    let signed_in = browser.submit(
        &form_to(&sign_in, "/sign-in"),
        &[("email", ANN), ("password", PASSWORD)],
    );
    let page = browser.follow(signed_in);
    let redirect = back(&answer(&mut browser, &page, "allow"));
    assert_eq!(redirect.param("state"), Some("s"));
    scene.redeem(&app, &redirect.code(), &[]).expect(200);
}

#[test]
fn a_form_of_another_person_is_not_taken() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let of_ann = browser.authorize_until_consent(&scene.question(&app, &[("state", "s")]));
    // "Not you?" on the consent page keeps the request and lets somebody else sign in.
    let switched = browser.submit(&form_to(&of_ann, "/sign-out"), &[]);
    let sign_in = browser.follow(switched);
    let typed = [("email", OWNER), ("password", PASSWORD)];
    let signed_in = browser.submit(&form_to(&sign_in, "/sign-in"), &typed);
    let of_owner = browser.follow(signed_in);
    assert!(of_owner.text().contains(OWNER), "{of_owner}");
    let stale = answer(&mut browser, &of_ann, "allow");
    assert_eq!(stale.status, 400, "a form that Ann was shown: {stale}");
    let redirect = back(&answer(&mut browser, &of_owner, "allow"));
    let reply = scene.redeem(&app, &redirect.code(), &[]).expect(200);
    let seen = scene.introspect(&app, &reply.member("access_token"));
    assert_ne!(seen["sub"], scene.ann.as_str());
}

#[test]
fn a_forged_consent_allows_nothing() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.question(&app, &[]));
    let handle = handle_of(&page);
    for nonce in ["", "x", &"A".repeat(43)] {
        let reply = browser.post_form(
            "/consent",
            &[("request", &handle), ("nonce", nonce), ("answer", "allow")],
        );
        assert_eq!(reply.status, 400, "{reply}");
    }
    let mut stranger = scene.provider.browser_of(OWNER, PASSWORD);
    stranger.sign_in(OWNER, PASSWORD);
    let reply = answer(&mut stranger, &page, "allow");
    assert_eq!(reply.status, 400, "the nonce of another browser: {reply}");
    let reply = browser.submit(&consent_form(&page), &[("answer", "maybe")]);
    assert_eq!(reply.status, 400, "{reply}");
    back(&answer(&mut browser, &page, "allow")).code();
}

#[test]
fn a_request_expires() {
    let scene = Scene::start(Setup::toml(PLAIN).env("VALETKEY_ACCOUNTS__INTERACTION", "1s"));
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open(&scene.question(&app, &[]));
    outlive_a_second();
    assert_page(&answer(&mut browser, &page, "allow"), 400);
    let page = browser.open(&scene.question(&app, &[]));
    back(&answer(&mut browser, &page, "allow")).code();
}

#[test]
fn no_page_on_the_way_to_an_app_judges_where_it_leads() {
    let scene = Scene::plain("");
    let app = scene.confidential("https://board.example/cb");
    let mut browser = scene.browser();
    let policy = |page: &Reply| {
        let csp = page.header("Content-Security-Policy").unwrap_or_default();
        assert!(csp.contains("frame-ancestors 'none'"), "{page}");
        csp.contains("form-action")
    };
    let sign_in = browser.open(&scene.question(&app, &[]));
    let handle = form_to(&sign_in, "/sign-in")
        .value("request")
        .map(str::to_owned);
    let sign_up = browser.open(&format!("/sign-up?request={}", handle.unwrap_or_default()));
    let typed = [("email", ANN), ("password", "not the password at all")];
    let wrong = browser.submit(&form_to(&sign_in, "/sign-in"), &typed);
    let signed_in = browser.submit(
        &form_to(&sign_in, "/sign-in"),
        &[("email", ANN), ("password", PASSWORD)],
    );
    let consent = browser.follow(signed_in);
    consent_form(&consent);
    let again = browser.submit(&consent_form(&consent), &[("answer", "maybe")]);
    for page in [sign_in, sign_up, wrong, consent, again] {
        assert!(!policy(&page), "{page}");
    }
    // What leads to no app posts to us alone.
    for target in ["/account", "/sign-out", "/nowhere"] {
        assert!(policy(&browser.get(target)), "{target}");
    }
    assert!(policy(&scene.provider.browser().get("/sign-in")));
}

#[test]
fn what_was_shown_is_what_is_allowed() {
    let mut scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.question(&app, &[("scope", "")]));
    assert!(!page.text().contains("tasks:write"), "{page}");
    let config = scene.provider.config_path();
    let text = std::fs::read_to_string(&config).expect("the configuration");
    let wider = text.replace("risk = \"write\"", "risk = \"write\"\ndefault = true");
    assert_ne!(text, wider);
    std::fs::write(&config, wider).expect("the new configuration");
    scene.provider.restart();
    let again = answer(&mut browser, &page, "allow");
    assert_page(&again, 400);
    assert!(again.text().contains("has changed since"), "{again}");
    assert!(again.text().contains("tasks:write"), "{again}");
    let redirect = back(&answer(&mut browser, &again, "allow"));
    let reply = scene.redeem(&app, &redirect.code(), &[]).expect(200);
    assert_eq!(reply.member("scope"), "tasks:read tasks:write");
    // The proof of one request is none for another, and nothing is allowed without.
    let other = browser.authorize_until_consent(&scene.question(&app, &[("scope", "tasks:read")]));
    let other = match other.status {
        200 => other,
        _ => {
            let fresh = scene.confidential(CALLBACK);
            browser.authorize_until_consent(&scene.question(&fresh, &[]))
        }
    };
    for proof in [
        "",
        "x",
        again
            .text()
            .split("name=\"shown\" value=\"")
            .nth(1)
            .map_or("", |it| &it[..43]),
    ] {
        let typed = [("answer", "allow"), ("shown", proof)];
        let reply = browser.submit(&consent_form(&other), &typed);
        assert_eq!(reply.status, 400, "{proof}: {reply}");
    }
}

#[test]
fn an_expired_request_is_told_after_the_right_password() {
    let scene = Scene::start(Setup::toml(PLAIN).env("VALETKEY_ACCOUNTS__INTERACTION", "1s"));
    let app = scene.app(&AppSpec {
        name: "Board",
        homepage: "https://board.example/start",
        redirect_uris: &[CALLBACK],
        ..AppSpec::default()
    });
    let mut browser = scene.browser();
    let page = browser.open(&scene.question(&app, &[]));
    // A sweep goes by ids, which know parts of a second.
    outlive(2);
    let form = form_to(&page, "/sign-in");
    let wrong = browser.submit(&form, &[("email", ANN), ("password", "not the password")]);
    assert_eq!(wrong.status, 401, "the form goes on: {wrong}");
    for forgotten in [false, true] {
        if forgotten {
            scene.cli(&["db", "sweep"]);
        }
        let mut browser = browser.clone();
        let typed = [("email", ANN), ("password", PASSWORD)];
        let signed_in = browser.submit(&form, &typed).expect(303);
        let told = browser.follow(signed_in);
        assert_page(&told, 400);
        let text = told.text();
        assert!(text.contains("You are signed in"), "{told}");
        assert!(
            text.contains("Board") && text.contains("Start again"),
            "{told}"
        );
        let next = next_link(&told);
        match forgotten {
            true => assert_eq!(next, "https://board.example/start"),
            false => assert!(next.contains("client_id="), "{next}"),
        }
        assert!(browser.open("/account").text().contains(ANN));
    }
    // An account is made all the same.
    let mut new = scene.provider.browser();
    let page = new.open(&scene.question(&app, &[]));
    let handle = form_to(&page, "/sign-in")
        .value("request")
        .unwrap_or_default()
        .to_owned();
    let page = new.open(&format!("/sign-up?request={handle}"));
    outlive_a_second();
    let typed = [
        ("name", "Cleo"),
        ("email", "cleo@example.com"),
        ("password", "a third long password"),
    ];
    let made = new.submit(&form_to(&page, "/sign-up"), &typed).expect(303);
    let sign_in = new.follow(made);
    assert!(
        sign_in.text().contains("your account is ready"),
        "{sign_in}"
    );
    let signed_in = new
        .submit(&form_to(&sign_in, "/sign-in"), &typed[1..])
        .expect(303);
    assert!(new.follow(signed_in).text().contains("Start again"));
}

#[test]
fn an_answer_is_remembered_for_what_it_allowed() {
    let scene = Scene::plain("");
    let uris = [CALLBACK, "http://localhost:9876/other"];
    let app = scene.app(&AppSpec {
        redirect_uris: &uris,
        ..AppSpec::default()
    });
    let mut browser = scene.browser();
    let asked = |scope: &str, uri: usize| {
        scene.question(&app, &[("scope", scope), ("redirect_uri", uris[uri])])
    };
    browser.authorize(&asked("tasks:read", 0)).code();
    back(&browser.get(&asked("tasks:read", 0))).code();
    let grown = browser.get(&asked("tasks:read tasks:write", 0));
    let page = browser.follow(grown);
    assert!(
        page.expect(200).text().contains("New</span>"),
        "what is new is marked"
    );
    browser
        .authorize(&asked("tasks:read tasks:write", 0))
        .code();
    for scope in ["tasks:read", "tasks:write", "tasks:write tasks:read"] {
        back(&browser.get(&asked(scope, 0))).code();
    }
    let elsewhere = browser.open(&asked("tasks:read", 1));
    consent_form(&elsewhere);
    back(&answer(&mut browser, &elsewhere, "allow")).code();
    for uri in [0, 1] {
        back(&browser.get(&asked("tasks:read", uri))).code();
    }
    let mut other = scene.provider.browser_of(OWNER, PASSWORD);
    let page = other.authorize_until_consent(&asked("tasks:read", 0));
    consent_form(&page);
}

#[test]
fn a_remembered_answer_gives_one_code_however_often_the_page_is_opened() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    scene.allow(&app, &[]).code();
    let mut browser = scene.browser();
    let sign_in = browser.open(&scene.question(&app, &[("state", "again")]));
    let typed = [("email", ANN), ("password", PASSWORD)];
    let signed_in = browser
        .submit(&form_to(&sign_in, "/sign-in"), &typed)
        .expect(303);
    let consent = signed_in.location().expect("where it goes on").to_owned();
    let code = back(&browser.get(&consent)).code();
    let again = back(&browser.get(&consent));
    assert_eq!(again.param("state"), Some("again"));
    assert_eq!(again.code(), code);
    scene.redeem(&app, &code, &[]).expect(200);
}

#[test]
fn the_consent_page_says_who_asks_for_what() {
    let scene = Scene::plain("");
    let app = scene.app(&AppSpec {
        name: "Board & <Co>",
        homepage: "https://board.example/about",
        redirect_uris: &["https://board.example/cb"],
        ..AppSpec::default()
    });
    let page = scene
        .browser()
        .authorize_until_consent(&scene.question(&app, &[("scope", "tasks:read tasks:write")]));
    let text = unescape(&page.clone().expect(200).text());
    for words in [
        "Board & <Co>",
        "Olive Owner",
        "board.example",
        "Not reviewed",
        "Ann Example",
        ANN,
        "See your tasks",
        "Add tasks and change them",
        "Not you?",
    ] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
    assert!(!page.text().contains("<Co>"), "the name is escaped");
    scene.cli(&["app", "approve", &app.client_id]);
    let reviewed = || {
        let page = scene
            .browser()
            .authorize_until_consent(&scene.question(&app, &[]));
        page.text().contains("Reviewed by")
    };
    assert!(support::within(Duration::from_secs(1), reviewed));
}
