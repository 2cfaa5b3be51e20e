//! Who may make an account, and where mail comes back.
use super::{EVE, NEW, Post, SOON, is_signed_in};
use crate::support::{ANN, OWNER, PASSWORD, assert_page, form_to, within};
use acceptance::Request;

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn who_is_invited_makes_an_account_where_nobody_signs_up() {
    let mut post = Post::start("[accounts]\nsign_up = \"invited\"\n");
    let page = post.browser().open("/sign-up");
    assert_page(&page, 200);
    let text = page.text();
    assert!(
        text.contains("You need an invitation") && text.contains("href=\"/sign-in\""),
        "{page}"
    );
    let mut typed = post.browser();
    let late = Request::post("/sign-up").header("Accept", "text/html");
    let late = typed.send(late.form(&[("email", EVE)]));
    assert_page(&late, 403);
    assert!(late.text().contains("You need an invitation"), "{late}");
    let done = post.scene.cli(&["user", "invite", EVE]);
    assert_eq!(done["to"], EVE);
    let mail = post.mail(EVE, 1);
    assert!(
        mail.0["text"]
            .as_str()
            .unwrap_or_default()
            .contains("invited"),
        "{mail:?}"
    );
    assert!(
        !mail.0["text"]
            .as_str()
            .unwrap_or_default()
            .contains("did not ask"),
        "{mail:?}"
    );
    let mut browser = post.browser();
    post.choose(&mut browser, &mail.link(), Some("Eve"), NEW)
        .expect(303);
    assert!(is_signed_in(&mut browser));
    assert_eq!(post.proved(EVE), Some(true));
    // Sent while there were invitations, followed when there are none.
    post.scene.cli(&["user", "invite", "zoe@example.com"]);
    post.scene.cli(&["user", "invite", ANN]);
    let late = post.mail("zoe@example.com", 1).link();
    let known = post.mail(ANN, 1);
    assert!(known.header("Subject").contains("You have an account"));
    post.reconfigure("sign_up = \"invited\"", "sign_up = \"off\"");
    let page = post.browser().open(&late);
    assert_page(&page, 410);
    assert!(page.text().contains("makes no account any more"), "{page}");
    let mut browser = post.browser();
    let form = form_to(&browser.open("/recover"), "/recover");
    let nonce = form.value("nonce").unwrap_or_default().to_owned();
    let token = late.split("t=").nth(1).unwrap_or_default();
    let fields = [
        ("nonce", nonce.as_str()),
        ("link", token),
        ("name", "Zoe"),
        ("password", NEW),
    ];
    assert_page(&browser.post_form("/link/join", &fields), 410);
    assert_eq!(post.proved("zoe@example.com"), None);
    assert_page(&post.browser().open("/sign-up"), 404);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn where_mail_comes_back_no_notice_goes_and_a_proof_mends_it() {
    let post = Post::start("");
    let noted = |args: &[&str]| post.scene.cli(&[&["mail", "bounced", ANN], args].concat());
    assert_eq!(noted(&[])["mail"], "bounce");
    let mut browser = post.browser();
    // A device that is not known, and then a change.
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open("/account").expect(200);
    let text = page.text();
    assert!(text.contains("Mail to your address comes back."), "{page}");
    assert!(text.contains("href=\"#new-email\""), "{page}");
    let form = form_to(&page, "/account/name");
    browser.submit(&form, &[("name", "Anna")]).expect(303);
    let listed = post.scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().cloned().unwrap_or_default();
    let told: Vec<_> = users
        .iter()
        .map(|user| (&user["email"], &user["mail"]))
        .collect();
    assert!(
        told.iter()
            .any(|(email, mail)| **email == ANN && **mail == "bounce"),
        "{listed}"
    );
    assert!(
        told.iter()
            .any(|(email, mail)| **email == OWNER && mail.is_null()),
        "{listed}"
    );
    // What is asked for is sent, also for an address that is proved; the link in it shows that mail arrives.
    browser
        .submit(&form_to(&page, "/account/email/prove"), &[])
        .expect(303);
    let mail = post.mail(ANN, 1);
    assert_eq!(mail.header("Subject"), "Confirm your e-mail at Valetkey");
    assert_page(&post.confirm(&mut browser, &mail.link()), 200);
    let page = browser.open("/account").expect(200);
    assert!(!page.text().contains("comes back"), "{page}");
    browser
        .submit(&form_to(&page, "/account/name"), &[("name", "Ann")])
        .expect(303);
    let mail = post.mail(ANN, 2);
    assert_eq!(mail.header("Subject"), "Your name at Valetkey was changed");
    // After a complaint what is asked for goes once a day.
    assert_eq!(noted(&["--complaint"])["mail"], "complaint");
    for _ in 0..2 {
        post.ask(&mut browser, "/recover", ANN).expect(303);
    }
    let mail = post.mail(ANN, 3);
    assert_eq!(mail.header("Subject"), "Choose a new password at Valetkey");
    // Both have left the outbox, one of them unsent.
    let waits = || {
        post.scene.cli(&["outbox", "list"])["messages"]
            .as_array()
            .map_or(1, Vec::len)
    };
    assert!(within(SOON, || waits() == 0), "{}", waits());
    assert_eq!(post.server.taken_by(ANN).len(), 3);
    assert!(noted(&["--undo"])["mail"].is_null());
    post.ask(&mut browser, "/recover", ANN).expect(303);
    post.mail(ANN, 4);
    assert_eq!(
        post.events("mail.bounced") + post.events("mail.complained"),
        2
    );
    assert_eq!(post.events("mail.bounce_forgotten"), 1);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn who_asked_while_anyone_could_needs_an_invitation_afterwards() {
    let mut post = Post::start("[accounts]\nsign_up = true\n");
    post.ask(&mut post.browser(), "/sign-up", EVE).expect(303);
    let link = post.mail(EVE, 1).link();
    post.reconfigure("sign_up = true", "sign_up = \"invited\"");
    assert_page(&post.browser().open(&link), 410);
    post.scene.cli(&["user", "invite", EVE]);
    let link = post.mail(EVE, 2).link();
    post.choose(&mut post.browser(), &link, Some("Eve"), NEW)
        .expect(303);
}
