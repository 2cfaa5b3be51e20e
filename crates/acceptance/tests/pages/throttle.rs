//! Throttles: guesses are slowed, those who mean well are not locked out, and each form says when to try again.

use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_page, form_to};
use acceptance::{Browser, Reply};

/// Checks that a form comes again and says when to try again, in words and for programs.
#[track_caller]
pub(crate) fn assert_throttled(reply: &Reply, form: &str) {
    assert_page(reply, 429);
    form_to(reply, form);
    let wait = reply.header("Retry-After").and_then(|it| it.parse().ok());
    let seconds: u32 = wait.unwrap_or_else(|| panic!("no Retry-After: {reply}"));
    assert!((1..=900).contains(&seconds), "{reply}");
    let told = match seconds.div_ceil(60) {
        1 => "Too many attempts. Wait 1 minute and try again.".to_owned(),
        minutes => format!("Too many attempts. Wait {minutes} minutes and try again."),
    };
    assert!(reply.text().contains(&told), "{told} is not on {reply}");
}

/// Tries a wrong password until the throttle answers; returns how often it took.
#[track_caller]
fn guess(browser: &mut Browser, email: &str, most: usize) -> usize {
    for tried in 1..=most {
        let reply = browser.try_sign_in(email, "not the password at all");
        match reply.status {
            401 => assert!(reply.text().contains("wrong"), "{reply}"),
            429 => {
                assert_throttled(&reply, "/sign-in");
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
fn a_browser_is_a_stranger_once_the_password_changed() {
    let scene = Scene::plain("");
    let mut known = scene.browser();
    known.sign_in(ANN, PASSWORD);
    known.sign_out();
    let mut owner = scene.browser();
    owner.sign_in(ANN, PASSWORD);
    let page = owner.open("/account");
    let typed = [("current", PASSWORD), ("new", "a new and longer password")];
    owner
        .submit(&form_to(&page, "/account/password"), &typed)
        .expect(303);
    owner.sign_out();
    guess(&mut scene.provider.browser(), ANN, 25);
    let refused = known.try_sign_in(ANN, "a new and longer password");
    assert_eq!(
        refused.status, 429,
        "its mark was of the old password: {refused}"
    );
    owner.sign_in(ANN, "a new and longer password");
}

/// Once strangers guessed too much in all, no password is looked at but in known browsers; the others have a link mailed.
#[test]
fn while_strangers_guess_a_new_browser_is_proved_by_mail() {
    let changes =
        "[mail]\nfrom = \"no-reply@example.com\"\nfolder = \"mail\"\n[limits]\nguesses = 4";
    let scene = Scene::plain(changes);
    let mut known = scene.browser();
    known.sign_in(ANN, PASSWORD);
    known.sign_out();
    // Whoever mistypes and then succeeds takes it back.
    let mut owner = scene.provider.browser();
    for _ in 0..2 {
        let wrong = owner.try_sign_in(OWNER, "not the password at all");
        assert_eq!(wrong.status, 401, "{wrong}");
    }
    owner.sign_in(OWNER, PASSWORD);
    // One guess at each of many accounts.
    for n in 0..4 {
        let mut stranger = scene.provider.browser();
        let reply = stranger.try_sign_in(&format!("person{n}@example.com"), "letmein letmein");
        assert_eq!(reply.status, 401, "{n}: {reply}");
    }
    let mut stranger = scene.provider.browser();
    let right = stranger.try_sign_in(ANN, PASSWORD);
    assert_page(&right, 429);
    assert!(
        right
            .text()
            .contains("Strangers tried many passwords here today"),
        "{right}"
    );
    assert!(right.text().contains("wait 24 hours"), "{right}");
    assert!(
        right.text().contains("/recover"),
        "the way by mail: {right}"
    );
    let unknown = scene
        .provider
        .browser()
        .try_sign_in("nobody@example.com", PASSWORD);
    assert_eq!(unknown.status, 429, "alike: {unknown}");
    known.sign_in(ANN, PASSWORD);
    assert!(
        scene
            .provider
            .log()
            .contains("4 wrong passwords were tried today")
    );
}

#[test]
fn an_unknown_address_is_throttled_alike() {
    let scene = Scene::plain("");
    let known = guess(&mut scene.provider.browser(), ANN, 25);
    let unknown = guess(&mut scene.provider.browser(), "nobody@example.com", 25);
    assert_eq!(known, unknown);
}

#[test]
fn the_current_password_cannot_be_guessed_on_the_account_page() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open("/account");
    let form = form_to(&page, "/account/password");
    let mut change = |current: &str| {
        let typed = [("current", current), ("new", "a new and longer password")];
        browser.submit(&form, &typed)
    };
    let mut tried = 0;
    let throttled = loop {
        tried += 1;
        let reply = change("not the password at all");
        match reply.status {
            400 => assert!(tried < 30, "{tried} guesses are free"),
            _ => break reply,
        }
    };
    assert_throttled(&throttled, "/account/password");
    assert_throttled(&change(PASSWORD), "/account/password");
}

#[test]
fn accounts_are_not_made_by_the_dozen() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    let mut make = |n: u32| browser.sign_up("New", &format!("new{n}@example.com"), PASSWORD);
    for n in 0..20 {
        make(n).expect(303);
    }
    assert_throttled(&make(20), "/sign-up");
    let listed = scene.cli(&["user", "list"]).to_string();
    assert!(!listed.contains("new20@example.com"), "{listed}");
}
