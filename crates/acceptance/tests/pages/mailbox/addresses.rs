//! Addresses: changed, proved, taken back; and who is told what.
use super::{EVE, NEW, Post, is_signed_in};
use crate::support::{ANN, OWNER, PASSWORD, PLAIN, assert_page, form_to};
use acceptance::{Browser, Setup};

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn an_address_is_changed_when_it_is_proved_and_the_earlier_one_takes_it_back() {
    let post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let change = |browser: &mut Browser, email: &str, password: &str| {
        let form = form_to(&browser.open("/account"), "/account/email");
        browser.submit(&form, &[("new-email", email), ("email-password", password)])
    };
    for (email, password) in [(EVE, "wrong"), ("no address", PASSWORD), (ANN, PASSWORD)] {
        assert_page(&change(&mut browser, email, password), 400);
    }
    change(&mut browser, EVE, PASSWORD).expect(303);
    let link = post.mail(EVE, 1).link();
    assert_eq!(post.proved(EVE), None);
    // Whose address it is already hears that, and nothing else happens.
    change(&mut browser, OWNER, PASSWORD).expect(303);
    let mail = post.mail(OWNER, 1);
    assert!(
        mail.header("Subject").contains("has an account"),
        "{mail:?}"
    );
    // On another device, where the account's password is asked: another reads the same mailbox, and may have been sent
    // the link by a stranger.
    let mut other = post.browser();
    for (password, status) in [("", 400), ("another password", 400), (PASSWORD, 200)] {
        let page = other.open(&link);
        assert!(page.text().contains("Ann Example"), "{page}");
        let form = form_to(&page, "/link/confirm");
        assert_page(&other.submit(&form, &[("password", password)]), status);
    }
    assert_eq!((post.proved(EVE), post.proved(ANN)), (Some(true), None));
    post.browser().sign_in(EVE, PASSWORD);
    let undo = post.mail(ANN, 2);
    assert_eq!(
        undo.header("Subject"),
        "Your e-mail at Valetkey was changed"
    );
    assert!(is_signed_in(&mut browser));
    // Taking it back takes a new password: whoever changed it knows the old one.
    let mut own = post.browser();
    post.choose(&mut own, &undo.link(), None, NEW).expect(303);
    assert_eq!((post.proved(ANN), post.proved(EVE)), (Some(true), None));
    assert!(!is_signed_in(&mut browser) && is_signed_in(&mut own));
    assert_eq!(post.browser().try_sign_in(ANN, PASSWORD).status, 401);
    assert_page(&post.browser().open(&undo.link()), 410);
}

/// Somebody asks for a new password, and before the link is followed the account has another address: whoever reads the
/// earlier mailbox has no business with it any more but to take that back.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn an_address_that_changes_during_a_recovery_takes_its_link_away() {
    let post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let mut stranger = post.browser();
    post.ask(&mut stranger, "/recover", ANN).expect(303);
    let link = post.mail(ANN, 2).link();
    let half = stranger.open(&link).expect(200);
    let form = form_to(&browser.open("/account"), "/account/email");
    let typed = [("new-email", EVE), ("email-password", PASSWORD)];
    browser.submit(&form, &typed).expect(303);
    let confirm = post.mail(EVE, 1).link();
    assert_page(&post.confirm(&mut browser, &confirm), 200);
    // Neither the page that was open nor the link sets a password; nobody is signed out by it.
    let late = stranger.submit(&form_to(&half, "/link/password"), &[("password", NEW)]);
    assert_page(&late, 404);
    assert_page(&post.browser().open(&link), 404);
    assert!(!is_signed_in(&mut stranger) && is_signed_in(&mut browser));
    assert_eq!(post.browser().try_sign_in(EVE, NEW).status, 401);
    post.browser().sign_in(EVE, PASSWORD);
    assert_eq!(post.events("user.recovered"), 0);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_new_device_is_told_once_and_its_session_ended_by_whoever_is_signed_out() {
    let post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    let mail = post.mail(ANN, 1);
    assert_eq!(mail.header("Subject"), "A new device signed in to Valetkey");
    browser.sign_out();
    browser.sign_in(ANN, PASSWORD);
    let mut second = post.browser();
    second.sign_in(ANN, PASSWORD);
    let mail = post.mail(ANN, 2);
    assert!(is_signed_in(&mut second));
    assert_page(&post.confirm(&mut post.browser(), &mail.link()), 200);
    assert!(!is_signed_in(&mut second) && is_signed_in(&mut browser));
    // That browser is not known any more, so its next sign-in is told again; each time once.
    second.sign_in(ANN, PASSWORD);
    let mail = post.mail(ANN, 3);
    second.sign_out();
    second.sign_in(ANN, PASSWORD);
    // The link of an earlier notice reaches what the same browser has begun since.
    assert_page(&post.confirm(&mut post.browser(), &mail.link()), 200);
    assert!(!is_signed_in(&mut second) && is_signed_in(&mut browser));
    assert_eq!(post.server.taken_by(ANN).len(), 3);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_known_device_is_known_after_a_change_of_address_or_of_password() {
    let post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    let mut second = post.browser();
    second.sign_in(ANN, PASSWORD);
    post.mail(ANN, 2);
    let form = form_to(&browser.open("/account"), "/account/email");
    let typed = [("new-email", EVE), ("email-password", PASSWORD)];
    browser.submit(&form, &typed).expect(303);
    let link = post.mail(EVE, 1).link();
    assert_page(&post.confirm(&mut browser, &link), 200);
    for known in [&mut browser, &mut second] {
        known.sign_out();
        known.sign_in(EVE, PASSWORD);
    }
    // A new password is told; the browser that chose it stays known, and the other does not.
    let form = form_to(&browser.open("/account"), "/account/password");
    let typed = [("current", PASSWORD), ("new", NEW)];
    browser.submit(&form, &typed).expect(303);
    let changed = post.mail(EVE, 2);
    assert_eq!(
        changed.header("Subject"),
        "Your password at Valetkey was changed"
    );
    browser.sign_out();
    browser.sign_in(EVE, NEW);
    assert!(!is_signed_in(&mut second));
    second.sign_in(EVE, NEW);
    let told = post.mail(EVE, 3);
    assert_eq!(told.header("Subject"), "A new device signed in to Valetkey");
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn no_app_is_told_an_address_that_nobody_proved() {
    let post = Post::of(Setup::toml(PLAIN).with(
        "[token]\nextras = { mail = \"user.email\", info = { proved = \"user.email_verified\", mail = \"user.email\" } }\n",
    ));
    let app = post.scene.confidential("https://app.example/callback");
    let (file, folder) = ("password", tempfile::tempdir().expect("a folder"));
    let file = folder.path().join(file);
    std::fs::write(&file, PASSWORD).expect("write it");
    let file = file.display().to_string();
    post.scene.cli(&[
        "user",
        "create",
        "--email",
        EVE,
        "--name",
        "Eve",
        "--unverified",
        "--password-file",
        &file,
    ]);
    let told = || {
        let mut browser = post.scene.provider.browser_of(EVE, PASSWORD);
        let redirect = browser.authorize(&post.scene.question(&app, &[]));
        post.scene.redeem(&app, &redirect.code(), &[]).json()
    };
    let unproved = told();
    assert_eq!(unproved["mail"], acceptance::Json::Null, "{unproved}");
    assert_eq!(unproved["info"], serde_json::json!({ "proved": false }));
    let mut browser = post.browser();
    browser.sign_in(EVE, PASSWORD);
    let page = browser.open("/account");
    browser
        .submit(&form_to(&page, "/account/email/prove"), &[])
        .expect(303);
    let link = post.mail(EVE, 1).link();
    // A stranger who reads the mailbox proves it for nobody else's account.
    let mut stranger = post.browser();
    let page = stranger.open(&link);
    let form = form_to(&page, "/link/confirm");
    assert_page(&stranger.submit(&form, &[("password", "not hers")]), 400);
    assert_eq!(post.proved(EVE), Some(false));
    assert_page(&post.confirm(&mut browser, &link), 200);
    let proved = told();
    assert_eq!(proved["mail"], EVE);
    assert_eq!(
        proved["info"],
        serde_json::json!({ "proved": true, "mail": EVE })
    );
    // An operator vouches.
    post.scene.cli(&[
        "user",
        "create",
        "--email",
        "max@example.com",
        "--name",
        "Max",
        "--unverified",
        "--password-file",
        &file,
    ]);
    assert_eq!(post.proved("max@example.com"), Some(false));
    post.scene.cli(&["user", "verify", "max@example.com"]);
    assert_eq!(post.proved("max@example.com"), Some(true));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn what_another_account_has_by_now_is_not_taken_back() {
    let post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    let form = form_to(&browser.open("/account"), "/account/email");
    let typed = [("new-email", EVE), ("email-password", PASSWORD)];
    browser.submit(&form, &typed).expect(303);
    let link = post.mail(EVE, 1).link();
    assert_page(&post.confirm(&mut browser, &link), 200);
    let undo = post.mail(ANN, 2).link();
    post.scene
        .provider
        .user_create(ANN, "Another Ann", PASSWORD, false);
    let refused = post.choose(&mut post.browser(), &undo, None, NEW);
    assert_page(&refused, 409);
    assert!(
        refused.text().contains("Another account has this address"),
        "{refused}"
    );
    // Nothing was changed, and the link is there for later.
    assert!(is_signed_in(&mut browser));
    assert_page(&post.browser().open(&undo), 200);
    // Whoever guesses the password behind a link is slowed like everybody else.
    let form = form_to(&browser.open("/account"), "/account/email");
    let typed = [
        ("new-email", "later@example.com"),
        ("email-password", PASSWORD),
    ];
    browser.submit(&form, &typed).expect(303);
    let link = post.mail("later@example.com", 1).link();
    let mut guesser = post.browser();
    let mut guess = || {
        let page = guesser.open(&link);
        guesser.submit(&form_to(&page, "/link/confirm"), &[("password", "a guess")])
    };
    let last = (0..12).map(|_| guess()).find(|reply| reply.status != 400);
    let last = last.expect("an end to guessing");
    assert_page(&last, 429);
    assert!(last.header("Retry-After").is_some(), "{last}");
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn an_account_that_nobody_proved_keeps_its_address_from_nobody() {
    let post = Post::start("");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, PASSWORD).expect("write it");
    let file = file.display().to_string();
    let mut made = vec!["user", "create", "--email", EVE, "--name", "Squatter"];
    made.extend(["--unverified", "--password-file", &file]);
    post.scene.cli(&made);
    let app = post.scene.confidential("https://app.example/callback");
    let api = post.scene.resource_server();
    let mut squatter = post.scene.provider.browser_of(EVE, PASSWORD);
    let tokens = post.scene.tokens_of(&mut squatter, &app, "tasks:read");
    let mut made = vec!["app", "create", "--owner", EVE, "--name", "Squatting"];
    made.extend(["--homepage", "https://app.example"]);
    made.extend(["--redirect-uri", "https://app.example/callback"]);
    let own = post.scene.cli(&made);
    let own = own["client_id"].as_str().unwrap_or_default().to_owned();
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    let form = form_to(&ann.open("/account"), "/account/email");
    let typed = [("new-email", EVE), ("email-password", PASSWORD)];
    ann.submit(&form, &typed).expect(303);
    let mail = post.mail(EVE, 1);
    let said = mail.0["text"].as_str().unwrap_or_default();
    assert!(said.contains("It is switched off"), "{said}");
    let page = ann.open(&mail.link());
    assert!(page.text().contains("It is switched off"), "{page}");
    // Not while others may rest on its apps.
    let refused = post.confirm(&mut ann, &mail.link());
    assert_page(&refused, 409);
    assert!(refused.text().contains("has apps"), "{refused}");
    assert!(is_signed_in(&mut squatter) && post.scene.is_active(&api, &tokens.access));
    post.scene.cli(&["app", "disable", &own]);
    assert_page(&post.confirm(&mut ann, &mail.link()), 200);
    assert_eq!((post.proved(EVE), post.proved(ANN)), (Some(true), None));
    assert!(!is_signed_in(&mut squatter) && is_signed_in(&mut ann));
    assert!(!post.scene.is_active(&api, &tokens.access));
    assert_eq!(post.events("user.address_released"), 1);
    // Nobody signs in as the other any more, under either name.
    let listed = post.scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().cloned().unwrap_or_default();
    let other = users.into_iter().find(|user| user["name"] == "Squatter");
    let other = other.expect("the account is there");
    assert_eq!(other["email_verified"], false, "{other}");
    let name = other["email"].as_str().unwrap_or_default();
    assert!(name.starts_with("released-"), "{other}");
    assert_eq!(post.browser().try_sign_in(name, PASSWORD).status, 403);
    post.browser().sign_in(EVE, PASSWORD);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_link_that_an_operator_hands_over_sets_a_password_once() {
    let post = Post::start("");
    let mut old = post.browser();
    old.sign_in(ANN, PASSWORD);
    let made = post.scene.cli(&["user", "reset-link", ANN]);
    let link = made["link"].as_str().expect("a link").to_owned();
    let mut browser = post.browser();
    post.choose(&mut browser, &link, None, NEW).expect(303);
    assert!(is_signed_in(&mut browser) && !is_signed_in(&mut old));
    let again = post.browser().open(&link);
    assert!(again.text().contains("used"), "{again}");
    assert_eq!(post.events("user.reset_link_made"), 1);
    assert_eq!(post.events("user.recovered"), 1);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn who_was_imported_without_a_password_chooses_one_by_mail() {
    let post = Post::start("");
    let line = "{\"email\":\"eve@example.com\",\"email_verified\":true,\"name\":\"Eve\"}\n";
    let file = post.scene.provider.secret_file(line);
    post.scene.cli(&["user", "import", &file]);
    let mut browser = post.browser();
    post.ask(&mut browser, "/recover", "eve@example.com")
        .expect(303);
    let link = post.mail("eve@example.com", 1).link();
    post.choose(&mut browser, &link, None, NEW).expect(303);
    assert!(is_signed_in(&mut browser));
    post.browser().sign_in("eve@example.com", NEW);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn the_address_of_a_deleted_account_hears_of_it_and_is_free() {
    let post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let form = form_to(&browser.open("/account/data"), "/account/data/delete");
    browser.submit(&form, &[("confirm", ANN)]).expect(303);
    let told = post.mail(ANN, 2);
    assert!(told.header("Subject").contains("was deleted"), "{told:?}");
    assert!(!is_signed_in(&mut browser));
    // The mail of the new device ends nothing any more, and the address makes an account anew.
    post.ask(&mut browser, "/sign-up", ANN).expect(303);
    let joins = post.mail(ANN, 3).link();
    post.choose(&mut browser, &joins, Some("Ann again"), NEW)
        .expect(303);
    assert!(is_signed_in(&mut browser));
}
