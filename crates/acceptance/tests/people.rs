//! People: signing in and out, signing up, sessions and passwords.

mod support;

use acceptance::{Browser, Setup};
use std::time::{Duration, Instant};
use support::{ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, assert_page, consent_form, form_to};

#[test]
fn a_session_expires() {
    let scene = Scene::start(Setup::toml(PLAIN).env("VALETKEY_ACCOUNTS__SESSION", "1s"));
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    std::thread::sleep(Duration::from_millis(2100));
    form_to(&browser.open("/account"), "/sign-in");
}

/// Tries a wrong password until the throttle answers; returns how often it took.
#[track_caller]
fn guess(browser: &mut Browser, email: &str, most: usize) -> usize {
    for tried in 1..=most {
        let reply = browser.try_sign_in(email, "not the password at all");
        match reply.status {
            401 => assert!(reply.text().contains("wrong"), "{reply}"),
            429 => {
                let wait = reply
                    .header("Retry-After")
                    .and_then(|it| it.parse::<u32>().ok());
                assert!(
                    wait.is_some_and(|seconds| (1..=900).contains(&seconds)),
                    "{reply:?}"
                );
                return tried;
            }
            _ => panic!("{reply}"),
        }
    }
    panic!("{most} guesses are free");
}

#[test]
fn guessing_is_slowed_and_the_owner_is_not_locked_out() {
    let scene = Scene::plain("");
    let mut known = scene.browser();
    known.sign_in(ANN, PASSWORD);
    known.sign_out();
    let mut stranger = scene.provider.browser();
    assert!((5..=20).contains(&guess(&mut stranger, ANN, 25)));
    assert_eq!(
        scene.provider.browser().try_sign_in(ANN, PASSWORD).status,
        429,
        "from the same source"
    );
    known.sign_in(ANN, PASSWORD);
    scene.provider.browser().sign_in(OWNER, PASSWORD);
    // A cookie that nobody signed makes no known device.
    let mut forger = scene.provider.browser();
    let name = known
        .cookies
        .all()
        .iter()
        .find(|cookie| cookie.name.contains("known"));
    let name = name.expect("the cookie of a known device").name.clone();
    forger.cookies.set(&format!(
        "{name}=AAAAAAAAAAAAAAAAAAAAAA.{}; Path=/",
        "A".repeat(43)
    ));
    assert_eq!(forger.try_sign_in(ANN, PASSWORD).status, 429);
}

#[test]
fn an_unknown_address_is_throttled_alike() {
    let scene = Scene::plain("");
    let known = guess(&mut scene.provider.browser(), ANN, 25);
    let unknown = guess(&mut scene.provider.browser(), "nobody@example.com", 25);
    assert_eq!(known, unknown);
}

/// A wrong password for an address: the page without what differs by nature, and the time it took.
#[track_caller]
fn wrong_password(browser: &mut Browser, email: &str) -> (String, Duration) {
    let start = Instant::now();
    let reply = browser
        .try_sign_in(email, "not the password at all")
        .expect(401);
    let took = start.elapsed();
    let id = reply.header("X-Request-Id").unwrap_or_default().to_owned();
    let nonce = form_to(&reply, "/sign-in")
        .value("nonce")
        .unwrap_or_default()
        .to_owned();
    let text = reply
        .text()
        .replace(email, "")
        .replace(&id, "")
        .replace(&nonce, "");
    (text, took)
}

#[test]
fn sign_in_looks_and_times_alike_for_known_and_unknown() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..9 {
        let of_ann = wrong_password(&mut browser, ANN);
        let of_nobody = wrong_password(&mut browser, "nobody@example.com");
        assert_eq!(of_ann.0, of_nobody.0);
        known = known.min(of_ann.1);
        unknown = unknown.min(of_nobody.1);
    }
    // The quickest of nine tells whether a password was hashed, however busy the machine is.
    assert!(
        unknown * 4 > known && known * 4 > unknown,
        "{known:?} {unknown:?}"
    );
}

#[test]
fn sign_up_answers_alike_for_known_and_unknown() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut replies = Vec::new();
    for email in [ANN, "new@example.com", "  New@Example.com "] {
        let mut browser = scene.provider.browser();
        let reply = browser
            .sign_up("New", email, "another long password")
            .expect(303);
        replies.push((
            reply.location().map(str::to_owned),
            reply.headers_named("Set-Cookie").len(),
        ));
    }
    assert!(
        replies.windows(2).all(|pair| pair[0] == pair[1]),
        "{replies:?}"
    );
    scene
        .provider
        .browser()
        .sign_in("new@example.com", "another long password");
    assert_eq!(
        scene
            .provider
            .browser()
            .try_sign_in(ANN, "another long password")
            .status,
        401
    );
    scene.provider.browser().sign_in(ANN, PASSWORD);
    // From a waiting request, sign-up leads back to it.
    let mut browser = scene.provider.browser();
    let page = browser.open(&scene.question(&app, &[("state", "s")]));
    let handle = form_to(&page, "/sign-in")
        .value("request")
        .expect("it waits")
        .to_owned();
    let page = browser.open(&format!("/sign-up?request={handle}"));
    let typed = [
        ("name", "Cleo"),
        ("email", "cleo@example.com"),
        ("password", "a third long password"),
    ];
    let made = browser.submit(&form_to(&page, "/sign-up"), &typed);
    let sign_in = browser.follow(made);
    let signed_in = browser.submit(&form_to(&sign_in, "/sign-in"), &typed[1..]);
    let page = browser.follow(signed_in);
    let allowed = browser.submit(&consent_form(&page), &[("answer", "allow")]);
    assert!(
        allowed
            .location()
            .is_some_and(|to| to.contains("&state=s&")),
        "{allowed}"
    );
}

#[test]
fn wrong_fields_are_named_and_kept() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    let long = "x".repeat(2000);
    for (name, email, password) in [
        ("", "ben@example.com", "a password of some length"),
        ("Ben", "ben", "a password of some length"),
        ("Ben", "ben@example.com", "short"),
        ("Ben", "ben@example.com", &long),
        ("Ben\u{7}", "ben@example.com", "a password of some length"),
        (&long, "ben@example.com", "a password of some length"),
    ] {
        let reply = browser.sign_up(name, email, password);
        assert_page(&reply, 400);
        assert!(reply.text().contains("problem"), "{reply}");
        assert!(
            password.len() < 8 || !reply.text().contains(password),
            "the password comes back"
        );
    }
    assert!(
        !scene
            .cli(&["user", "list"])
            .to_string()
            .contains("ben@example.com")
    );
}

#[test]
fn sessions_are_listed_and_ended() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let page = here.open("/account").expect(200);
    assert!(page.text().contains("This browser"), "{page}");
    here.submit(&form_to(&page, "/account/sessions/end"), &[])
        .expect(303);
    form_to(&there.open("/account"), "/sign-in");
    assert!(here.open("/account").text().contains(ANN));
    there.sign_in(ANN, PASSWORD);
    let page = here.open("/account");
    here.submit(&form_to(&page, "/account/sessions/end-all"), &[])
        .expect(303);
    for browser in [&mut here, &mut there] {
        form_to(&browser.open("/account"), "/sign-in");
    }
}

#[test]
fn a_session_of_another_person_cannot_be_ended() {
    let scene = Scene::plain("");
    let (mut ann, mut elsewhere) = (scene.browser(), scene.browser());
    ann.sign_in(ANN, PASSWORD);
    elsewhere.sign_in(ANN, PASSWORD);
    let page = ann.open("/account");
    let hers = form_to(&page, "/account/sessions/end")
        .value("session")
        .expect("its id")
        .to_owned();
    let mut owner = scene.provider.browser();
    owner.sign_in(OWNER, PASSWORD);
    let page = owner.open("/account");
    let nonce = form_to(&page, "/account/password")
        .value("nonce")
        .unwrap_or_default()
        .to_owned();
    owner.post_form(
        "/account/sessions/end",
        &[("nonce", &nonce), ("session", &hers)],
    );
    assert!(
        elsewhere.open("/account").text().contains(ANN),
        "it goes on"
    );
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let change = |browser: &mut Browser, current: &str, new: &str| {
        let page = browser.open("/account");
        browser.submit(
            &form_to(&page, "/account/password"),
            &[("current", current), ("new", new)],
        )
    };
    assert_page(
        &change(&mut here, "not my password", "a new and longer password"),
        400,
    );
    assert_page(&change(&mut here, PASSWORD, "short"), 400);
    change(&mut here, PASSWORD, "a new and longer password").expect(303);
    assert!(here.open("/account").text().contains(ANN));
    form_to(&there.open("/account"), "/sign-in");
    assert_eq!(
        scene.provider.browser().try_sign_in(ANN, PASSWORD).status,
        401
    );
    scene
        .provider
        .browser()
        .sign_in(ANN, "a new and longer password");
}

#[test]
fn a_sign_in_starts_a_new_session() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let old = browser.cookies.clone();
    browser.sign_out();
    let mut thief = scene.browser();
    thief.cookies = old;
    form_to(&thief.open("/account"), "/sign-in");
    browser.sign_in(ANN, PASSWORD);
    assert!(browser.open("/account").text().contains(ANN));
    form_to(&thief.open("/account"), "/sign-in");
}

#[test]
fn a_link_signs_nobody_out() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    browser.get("/sign-out").expect(200);
    assert!(browser.open("/account").text().contains(ANN));
    assert_eq!(
        browser.post_form("/sign-out", &[("nonce", "x")]).status,
        200,
        "it asks again"
    );
    assert!(browser.open("/account").text().contains(ANN));
}
