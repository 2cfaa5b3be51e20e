//! Those who have the password, and not the second factor.
use super::{SECURITY, assert_wrong, events, is_signed_in};
use crate::support::mail_server::MailServer;
use crate::support::phone::{SET_UP, STEP, first_step, send_code, with_second_step};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, form_to, outlive_a_second, within,
};
use crate::throttle::assert_throttled;
use acceptance::{Redirect, Reply, Setup};
use std::time::Duration;

/// What a reply is but for what is new in each.
fn shape(reply: &Reply) -> (u16, Option<String>, Vec<String>, usize) {
    let names = reply
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase());
    let location = reply.location().map(str::to_owned);
    (reply.status, location, names.collect(), reply.text().len())
}

#[test]
fn nothing_tells_of_it_before_the_password_is_right() {
    let scene = Scene::plain("");
    with_second_step(&scene, ANN, PASSWORD);
    let wrong = |email: &str| {
        let mut browser = scene.provider.browser();
        shape(&browser.try_sign_in(email, "not the password at all"))
    };
    assert_eq!(wrong(ANN).0, 401);
    // As long as the address is.
    assert_eq!(wrong(ANN), wrong("abe@example.com"));
    let mut stranger = scene.provider.browser();
    let page = stranger.open(STEP);
    form_to(&page, "/sign-in");
}

#[test]
fn a_code_works_once_for_its_own_account() {
    let scene = Scene::plain("");
    let (_, anns, codes) = with_second_step(&scene, ANN, PASSWORD);
    let (_, olives, _) = with_second_step(&scene, OWNER, PASSWORD);
    let mut browser = scene.browser();
    let page = first_step(&mut browser, ANN, PASSWORD);
    // The one that set it up is used, and those of others are none.
    for code in [anns.again(), olives.code(), anns.wrong(), String::new()] {
        assert_wrong(&send_code(&mut browser, &page, STEP, &code));
    }
    let code = anns.code();
    send_code(&mut browser, &page, STEP, &code).expect(303);
    let mut again = scene.browser();
    let page = first_step(&mut again, ANN, PASSWORD);
    assert_wrong(&send_code(&mut again, &page, STEP, &code));
    assert!(!is_signed_in(&mut again));
    let mut olive = scene.provider.browser();
    let page = first_step(&mut olive, OWNER, PASSWORD);
    let reply = send_code(&mut olive, &page, STEP, &codes[0]);
    assert_eq!(reply.status, 401, "a recovery code of another");
    assert_eq!(events(&scene, "second_factor.recovery_code_used"), 0);
}

#[test]
fn the_second_step_is_for_the_browser_that_took_the_first() {
    let scene = Scene::plain("");
    let (_, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    let mut first = scene.browser();
    let page = first_step(&mut first, ANN, PASSWORD);
    let form = form_to(&page, STEP);
    let pending = first
        .cookies
        .all()
        .iter()
        .find(|cookie| cookie.name.contains("-second"));
    let pending = pending.expect("the cookie of the first step").clone();
    assert!(!pending.value.contains('@'), "{pending:?}");
    // With its form, with its cookie, with both under a name of its own.
    let mut other = scene.browser();
    let code = phone.code();
    let reply = other.submit(&form, &[("code", &code)]);
    assert_eq!(reply.location(), Some("/sign-in"), "{reply}");
    other
        .cookies
        .set(&format!("{}={}; Path=/", pending.name, pending.value));
    other.open("/sign-in");
    let reply = other.submit(&form, &[("code", &code)]);
    assert_eq!(reply.location(), Some("/sign-in?after=late"), "{reply}");
    assert!(!is_signed_in(&mut other));
    // Nor is it worth anything for another account, or with another time.
    let (subject, rest) = pending.value.split_once('.').expect("three parts");
    let (at, tag) = rest.split_once('.').expect("three parts");
    let later = at.parse::<i64>().expect("seconds") + 60;
    for forged in [
        format!("{subject}.{later}.{tag}"),
        format!("1.{at}.{tag}"),
        "x".to_owned(),
    ] {
        let mut forger = scene.browser();
        forger.cookies = first.cookies.clone();
        forger
            .cookies
            .set(&format!("{}={forged}; Path=/", pending.name));
        let reply = forger.submit(&form, &[("code", &code)]);
        assert_eq!(
            reply.location(),
            Some("/sign-in?after=late"),
            "{forged}: {reply}"
        );
    }
    // A form that does not prove itself is shown again, and takes nothing.
    let fields = [("nonce", "forged"), ("code", code.as_str())];
    assert_eq!(first.post_form(STEP, &fields).status, 400);
    assert_eq!(first.post_form(STEP, &fields[1..]).status, 400);
    assert!(!is_signed_in(&mut first));
    first.submit(&form, &[("code", &code)]).expect(303);
    assert!(
        is_signed_in(&mut first),
        "the code was not used up by all that"
    );
}

#[test]
fn a_first_step_under_a_password_that_was_changed_leads_nowhere() {
    let scene = Scene::plain("");
    let (_, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    let mut thief = scene.browser();
    let page = first_step(&mut thief, ANN, PASSWORD);
    let file = scene.provider.secret_file("a new and longer password");
    scene.cli(&["user", "set-password", ANN, "--password-file", &file]);
    let reply = send_code(&mut thief, &page, STEP, &phone.code());
    assert_eq!(reply.location(), Some("/sign-in?after=late"));
    assert!(!is_signed_in(&mut thief));
}

#[test]
fn no_page_and_no_request_goes_on_between_the_steps() {
    let scene = Scene::plain("");
    let (mut known, _, _) = with_second_step(&scene, ANN, PASSWORD);
    let app = scene.confidential(CALLBACK);
    // She has allowed it before, so that with a session nobody is asked.
    known.authorize(&scene.question(&app, &[("scope", "tasks:read")]));
    let mut browser = scene.browser();
    let before = browser.open("/sign-in");
    let cookies = browser.cookies.clone();
    drop(before);
    first_step(&mut browser, ANN, PASSWORD);
    for path in ["/account", SECURITY, "/account/apps"] {
        let page = browser.open(path);
        form_to(&page, "/sign-in");
    }
    for pairs in [
        &[("scope", "tasks:read")][..],
        &[("scope", "tasks:read"), ("prompt", "login")],
        &[("scope", "tasks:read"), ("max_age", "0")],
    ] {
        let page = browser.open(&scene.question(&app, pairs));
        form_to(&page, "/sign-in");
    }
    let pairs = [("scope", "tasks:read"), ("prompt", "none")];
    let reply = browser.get(&scene.question(&app, &pairs));
    let back = Redirect::parse(reply.location().expect("to the app"));
    assert_eq!(back.param("error"), Some("login_required"));
    // Nor is anything set up in the place of what there is.
    let fields = [("nonce", "forged"), ("seed", "forged"), ("code", "123456")];
    let reply = browser.post_form(SET_UP, &fields);
    assert_eq!(reply.location(), Some(STEP), "{reply}");
    // What the browser had before the first step is no session afterwards.
    let mut fixed = scene.browser();
    fixed.cookies = cookies;
    assert!(!is_signed_in(&mut fixed));
}

#[test]
fn a_session_begins_with_the_second_step_and_the_one_before_ends() {
    let scene = Scene::plain("");
    let (mut browser, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    let name = |browser: &acceptance::Browser| {
        let all = browser.cookies.all();
        let own = all.iter().find(|cookie| cookie.value.starts_with("ss_"));
        own.expect("a session").value.clone()
    };
    let old = browser.cookies.clone();
    let before = name(&browser);
    let app = scene.confidential(CALLBACK);
    outlive_a_second();
    let pairs = [("scope", "tasks:read"), ("prompt", "login")];
    let page = browser.open(&scene.question(&app, &pairs));
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = browser.submit(&form_to(&page, "/sign-in"), &typed);
    let page = browser.follow(reply).expect(200);
    assert_eq!(name(&browser), before, "it goes on until then");
    send_code(&mut browser, &page, STEP, &phone.code()).expect(303);
    assert_ne!(name(&browser), before);
    let mut thief = scene.browser();
    thief.cookies = old;
    assert!(!is_signed_in(&mut thief));
}

#[test]
fn guesses_are_slowed_and_keep_nobody_out_for_good() {
    let scene = Scene::plain("");
    let (mut known, phone, codes) = with_second_step(&scene, ANN, PASSWORD);
    known.sign_out();
    let mut thief = scene.provider.browser();
    let page = first_step(&mut thief, ANN, PASSWORD);
    for _ in 0..10 {
        assert_wrong(&send_code(&mut thief, &page, STEP, &phone.wrong()));
    }
    let code = phone.code();
    assert_throttled(&send_code(&mut thief, &page, STEP, &code), STEP);
    // A new first step is no new beginning.
    let mut again = scene.provider.browser();
    let page = first_step(&mut again, ANN, PASSWORD);
    assert_throttled(&send_code(&mut again, &page, STEP, &code), STEP);
    // The browser that the account knows is counted apart, and a recovery code is none of what is guessed.
    let page = first_step(&mut known, ANN, PASSWORD);
    send_code(&mut known, &page, STEP, &code).expect(303);
    let mut new = scene.provider.browser();
    let page = first_step(&mut new, ANN, PASSWORD);
    send_code(&mut new, &page, STEP, &codes[0]).expect(303);
    assert!(is_signed_in(&mut new) && !is_signed_in(&mut thief));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mailbox_alone_recovers_nothing() {
    let server = MailServer::start_new();
    let scene = Scene::start(Setup::toml(PLAIN).with(&server.settings()));
    let (mut browser, phone, codes) = with_second_step(&scene, ANN, PASSWORD);
    let told = |number: usize| {
        let there = || server.taken_by(ANN).len() >= number;
        assert!(within(Duration::from_secs(15), there), "{number}");
        server.taken_by(ANN)[number - 1].clone()
    };
    // The first told of the browser.
    let subject = told(2).header("Subject").to_owned();
    assert_eq!(subject, "A second step was set up at Valetkey");
    let mut thief = scene.provider.browser();
    let form = form_to(&thief.open("/recover"), "/recover");
    thief.submit(&form, &[("email", ANN)]).expect(303);
    let link = told(3).link();
    let page = thief.open(&link).expect(200);
    let new = "a quiet lake in late autumn";
    let form = form_to(&page, "/link/password");
    assert!(form.value("code").is_some(), "it is asked for: {page}");
    for code in ["", "123", &phone.wrong(), &codes[0][..14]] {
        let reply = thief.submit(&form, &[("password", new), ("code", code)]);
        assert_eq!(reply.status, 400, "{code}: {reply}");
    }
    assert!(
        !is_signed_in(&mut thief) && is_signed_in(&mut browser),
        "nothing has happened"
    );
    assert_eq!(scene.provider.browser().try_sign_in(ANN, new).status, 401);
    // Its person has both.
    let reply = thief.submit(&form, &[("password", new), ("code", &codes[1])]);
    assert_eq!(reply.location(), Some("/account?done=recovered"), "{reply}");
    assert!(is_signed_in(&mut thief) && !is_signed_in(&mut browser));
    let mut there = scene.provider.browser();
    let page = first_step(&mut there, ANN, new);
    send_code(&mut there, &page, STEP, &phone.code()).expect(303);
}
