//! People: signing in and out, signing up, sessions and passwords.

use crate::support::behind::{change, read};
use crate::support::{ANN, CALLBACK, PASSWORD, Scene, assert_page, consent_form, form_to};
use acceptance::Browser;
use std::time::{Duration, Instant};

/// Tries a password for an address in a new browser.
#[track_caller]
fn attempt(scene: &Scene, email: &str, password: &str) -> u16 {
    scene.provider.browser().try_sign_in(email, password).status
}

#[test]
fn an_address_is_one_in_every_spelling() {
    let scene = Scene::plain("");
    scene
        .provider
        .user_create("zo\u{eb}@b\u{fc}cher.example", "Zo\u{eb}", PASSWORD, false);
    let spelled = [
        "zo\u{eb}@b\u{fc}cher.example",
        "zo\u{eb}@xn--bcher-kva.example",
        "ZO\u{cb}@B\u{dc}CHER.Example.",
        "zoe\u{308}@bu\u{308}cher.example",
        "\u{ff5a}o\u{eb}\u{ff20}b\u{fc}cher\u{ff0e}example",
    ];
    for email in spelled {
        assert_eq!(attempt(&scene, email, PASSWORD), 303, "{email}");
        let made = scene
            .provider
            .browser()
            .sign_up("Zo\u{eb}", email, "another long password");
        made.expect(303);
        assert_eq!(
            attempt(&scene, email, "another long password"),
            401,
            "{email}"
        );
    }
    let listed = scene.cli(&["user", "list"]);
    assert_eq!(
        listed["users"].as_array().map(Vec::len),
        Some(3),
        "{listed}"
    );
    scene.cli(&["user", "disable", spelled[1]]);
    let guesses = (0..30).map(|n| attempt(&scene, spelled[n % 5], "not the password at all"));
    assert!(
        guesses.into_iter().any(|status| status == 429),
        "one throttle"
    );
}

#[test]
fn an_address_that_an_earlier_release_stored_is_found() {
    let scene = Scene::plain("");
    let (unicode, ascii) = ("eve@b\u{fc}cher.example", "eve@xn--bcher-kva.example");
    scene.provider.user_create(unicode, "Eve", PASSWORD, false);
    let earlier = format!("UPDATE people SET email_key = '{unicode}' WHERE email_key = '{ascii}'");
    assert_eq!(change(&scene, &earlier), 1);
    for email in [unicode, ascii, "EVE@bu\u{308}cher.example."] {
        assert_eq!(attempt(&scene, email, PASSWORD), 303, "{email}");
        scene
            .provider
            .browser()
            .sign_up("Eve", email, "another long password")
            .expect(303);
    }
    let listed = scene.cli(&["user", "list"]);
    assert_eq!(
        listed["users"].as_array().map(Vec::len),
        Some(3),
        "{listed}"
    );
}

#[test]
fn a_password_that_an_earlier_release_hashed_weakly_is_hashed_anew() {
    use argon2::password_hash::PasswordHasher;
    use argon2::{Algorithm, Argon2, Params, Version};
    let scene = Scene::plain("");
    let weak = Params::new(8_192, 1, 1, None).expect("parameters");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
    let weak = weak.hash_password(PASSWORD.as_bytes()).expect("a hash");
    let weak = weak.to_string();
    let mut early = scene.provider.browser();
    early.sign_in(ANN, PASSWORD);
    let earlier = format!("UPDATE people SET password = '{weak}' WHERE email_key = '{ANN}'");
    assert_eq!(change(&scene, &earlier), 1);
    let stored = || {
        let sql = format!("SELECT password FROM people WHERE email_key = '{ANN}'");
        read(&scene, &sql).remove(0)
    };
    assert_eq!(attempt(&scene, ANN, "not the password at all"), 401);
    assert_eq!(stored(), weak, "a wrong password changes nothing");
    let events = || scene.cli(&["audit", "--event", "user.password_set"])["events"].clone();
    let before = events();
    assert_eq!(attempt(&scene, ANN, PASSWORD), 303);
    let strong = stored();
    assert!(
        strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{strong}"
    );
    assert_eq!(attempt(&scene, ANN, PASSWORD), 303);
    assert_eq!(stored(), strong, "once");
    assert_eq!(attempt(&scene, ANN, "not the password at all"), 401);
    assert_eq!(early.get("/account").status, 200, "no session ends");
    assert_eq!(events(), before, "nobody is told");
}

#[test]
fn a_password_is_one_in_every_composition() {
    let scene = Scene::plain("");
    let (composed, apart) = (
        "d\u{e9}j\u{e0} vu \u{e0} la plage",
        "de\u{301}ja\u{300} vu a\u{300} la plage",
    );
    scene
        .provider
        .user_create("eve@example.com", "Eve", composed, false);
    scene
        .provider
        .browser()
        .sign_up("Ida", "ida@example.com", apart)
        .expect(303);
    for email in ["eve@example.com", "ida@example.com"] {
        for password in [composed, apart] {
            assert_eq!(
                attempt(&scene, email, password),
                303,
                "{email} {password:?}"
            );
        }
        assert_eq!(attempt(&scene, email, "deja vu a la plage"), 401);
    }
}

#[test]
fn trivial_passwords_are_refused_with_a_reason() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open("/account");
    for (password, reason) in [
        ("password1234", "common password"),
        ("passwordpassword", "common password"),
        ("ｐàｓｓｗ0ｒｄ１２３４", "common password"),
        ("aaaaaaaaaaaa", "repeats itself"),
        ("qwertyuiop12", "repeats itself"),
        ("annexample123", "your name"),
    ] {
        let mut new = scene.provider.browser();
        let refused = new.sign_up("Ann Example", "anne@example.com", password);
        assert_page(&refused, 400);
        assert!(refused.text().contains(reason), "{password}: {refused}");
        assert!(!refused.text().contains(password), "{refused}");
        let typed = [("current", PASSWORD), ("new", password)];
        let refused = browser.submit(&form_to(&page, "/account/password"), &typed);
        assert_page(&refused, 400);
        assert!(refused.text().contains(reason), "{password}: {refused}");
    }
    scene.provider.browser().sign_in(ANN, PASSWORD);
}

#[test]
fn a_browser_that_keeps_no_cookies_is_told_so() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    for (target, typed) in [
        ("/sign-in", [("email", ANN), ("password", PASSWORD)]),
        (
            "/sign-up",
            [("email", "new@example.com"), ("password", PASSWORD)],
        ),
    ] {
        let page = browser.open(target);
        browser.cookies.clear();
        let refused = browser.submit(&form_to(&page, target), &typed);
        assert_page(&refused, 400);
        assert!(
            refused.text().contains("Allow cookies for localhost"),
            "{refused}"
        );
        // One that keeps them has a form that is out of date.
        let stale = browser.submit(&form_to(&page, target), &typed);
        assert_page(&stale, 400);
        assert!(stale.text().contains("out of date"), "{stale}");
        browser.cookies.clear();
    }
}

#[test]
fn a_disabled_account_is_told_to_its_owner_alone() {
    let scene = Scene::plain("");
    scene.cli(&["user", "disable", ANN]);
    let reply = scene.provider.browser().try_sign_in(ANN, PASSWORD);
    assert_page(&reply, 403);
    assert!(reply.text().contains("has been switched off"), "{reply}");
    let reply = scene
        .provider
        .browser()
        .try_sign_in(ANN, "not the password at all");
    assert!(
        reply.status == 401 && !reply.text().contains("switched off"),
        "{reply}"
    );
}

#[test]
fn an_account_that_was_made_is_ready_to_sign_in() {
    let scene = Scene::plain("");
    for email in ["new@example.com", ANN] {
        let mut browser = scene.provider.browser();
        let made = browser
            .sign_up("New", email, "another long password")
            .expect(303);
        assert!(
            !made.location().unwrap_or_default().contains("example"),
            "{made}"
        );
        let page = browser.follow(made);
        let form = form_to(&page, "/sign-in");
        assert_eq!(form.value("email"), Some(email));
        assert!(!page.text().contains("box good"), "{page}");
    }
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
    (without_ceremony(&text), took)
}

/// A page without what is drawn for each that asks for a passkey: one line of it begins the form, one names the ceremony.
fn without_ceremony(page: &str) -> String {
    let lines = page.lines();
    let lines = lines.filter(|line| {
        !line.contains("data-passkey=\"get\"") && !line.contains("name=\"ceremony\"")
    });
    lines.collect::<Vec<_>>().join("\n")
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
