//! Mails that are late: a link ends when it would have ended had its mail come at once, and nothing is called sent that
//! was not.
use super::{EVE, NEW, Post, SOON, is_signed_in};
use crate::support::behind::run;
use crate::support::mail_server::MailServer;
use crate::support::{ANN, PASSWORD, PLAIN, Scene, assert_page, form_to, within};
use acceptance::{Json, Setup};

/// A provider whose mail server is away.
fn waiting() -> Post {
    let server = MailServer::prepared();
    let scene = Scene::start(Setup::toml(PLAIN).with(&server.settings()));
    Post { scene, server }
}

fn outbox(post: &Post, more: &[&str]) -> Vec<Json> {
    let listed = post.scene.cli(&[&["outbox", "list"], more].concat());
    listed["messages"].as_array().cloned().unwrap_or_default()
}

/// Asks for a new password while the mail server is away, until the mail was tried in vain.
#[track_caller]
fn ask_in_vain(post: &Post) {
    post.ask(&mut post.browser(), "/recover", ANN).expect(303);
    let tried = || {
        let waits = outbox(post, &[]);
        waits.iter().any(|message| message["state"] == "put_off")
    };
    assert!(within(SOON, tried), "{:?}", outbox(post, &[]));
}

/// So much time goes by, and the mail server is back.
fn pass(post: &mut Post, seconds: u32) {
    for table in ["mail_links", "outbox"] {
        let ago = format!("UPDATE {table} SET created_at = created_at - {seconds};");
        run(&post.scene, &ago);
    }
    let ends = format!("UPDATE mail_links SET expires_at = expires_at - {seconds};");
    run(&post.scene, &ends);
    post.server.start();
    run(&post.scene, "UPDATE outbox SET due_at = created_at");
}

/// The only dead letter: its number, and why it is one, once it is for this reason.
#[track_caller]
fn dead(post: &Post, why: &str) -> String {
    let found = || {
        let dead = outbox(post, &["--dead"]);
        let told = dead.iter().any(|one| {
            let reason = one["last_error"].as_str().unwrap_or_default();
            reason.contains(why) && reason.contains("asks for a new link")
        });
        told && dead.len() == 1
    };
    assert!(
        within(SOON, found),
        "{why}: {:?}",
        outbox(post, &["--dead"])
    );
    let id = outbox(post, &["--dead"])[0]["id"]
        .as_str()
        .map(str::to_owned);
    id.expect("an id")
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_that_waited_for_an_hour_brings_a_link_that_works() {
    let mut post = waiting();
    ask_in_vain(&post);
    pass(&mut post, 3_600);
    let mut browser = post.browser();
    let link = post.mail(ANN, 1).link();
    post.choose(&mut browser, &link, None, NEW).expect(303);
    assert!(is_signed_in(&mut browser));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_whose_link_has_ended_is_not_sent_and_not_called_delivered() {
    let mut post = waiting();
    ask_in_vain(&post);
    pass(&mut post, 2 * 3_600);
    let id = dead(&post, "its link has ended");
    // Later the row of the link is gone too.
    run(&post.scene, "DELETE FROM mail_links");
    post.scene.cli(&["outbox", "retry", &id]);
    assert_eq!(dead(&post, "its link is gone"), id);
    assert!(post.server.taken().is_empty());
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_whose_link_was_withdrawn_before_it_was_sent_goes_with_it() {
    let post = waiting();
    ask_in_vain(&post);
    // This one waits for the first.
    post.ask(&mut post.browser(), "/recover", ANN).expect(303);
    post.scene.cli(&["user", "disable", ANN]);
    // An operator who hurries all that waits makes no dead letter of it.
    post.scene.cli(&["outbox", "retry", "--all"]);
    assert!(
        within(SOON, || outbox(&post, &[]).is_empty()),
        "{:?}",
        outbox(&post, &[])
    );
    let events = |event| post.scene.cli(&["audit", "--event", event])["events"].clone();
    assert_eq!(events("outbox.given_up"), Json::Array(Vec::new()));
}

/// What a link of each kind shows after its end, and where that leads.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_link_that_has_expired_says_so_and_leads_on() {
    let post = Post::start("");
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    let notice = post.mail(ANN, 1).link();
    post.ask(&mut post.browser(), "/sign-up", EVE).expect(303);
    post.ask(&mut post.browser(), "/recover", ANN).expect(303);
    let form = form_to(&ann.open("/account"), "/account/email");
    let typed = [
        ("new-email", "zoe@example.com"),
        ("email-password", PASSWORD),
    ];
    ann.submit(&form, &typed).expect(303);
    let links = [
        (post.mail(EVE, 1).link(), "/sign-up"),
        (post.mail(ANN, 2).link(), "/recover"),
        (post.mail("zoe@example.com", 1).link(), "/account"),
        (notice, "/recover"),
    ];
    let pages: Vec<_> = links
        .iter()
        .map(|(link, _)| ann.open(link).expect(200))
        .collect();
    run(&post.scene, "UPDATE mail_links SET expires_at = created_at");
    for ((link, next), page) in links.iter().zip(&pages) {
        let over = ann.open(link);
        assert_page(&over, 410);
        assert!(over.text().contains("This link has expired"), "{over}");
        let leads = format!("href=\"{next}\"");
        assert!(over.text().contains(&leads), "{next}: {over}");
        // Nor does the form of a page that was open by then do anything.
        let actions = ["/link/join", "/link/password", "/link/confirm"];
        let forms = acceptance::forms(&page.text());
        let form = forms.iter().find(|form| actions.contains(&&*form.action));
        let typed = [("name", "Eve"), ("password", NEW)];
        let late = ann.submit(form.expect("a form of the link"), &typed);
        assert_page(&late, 410);
    }
    assert!(is_signed_in(&mut ann));
    assert_eq!(post.proved(EVE), None);
    assert_eq!(post.proved(ANN), Some(true));
}

/// Programs that look at every link in a mail before its reader does.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_scanner_that_opens_every_link_uses_none_up() {
    let post = Post::start("");
    let app = post.scene.confidential(crate::support::CALLBACK);
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    let device = post.mail(ANN, 1).link();
    let tokens = post.scene.tokens_of(&mut ann, &app, "tasks:read");
    let connected = post.mail(ANN, 2).link();
    let scan = |link: &str| {
        for _ in 0..2 {
            let mut scanner = post.browser();
            scanner.open(link).expect(200);
            let head = acceptance::Request::new("HEAD", link);
            assert_eq!(scanner.send(head).status, 200, "{link}");
        }
    };
    scan(&device);
    scan(&connected);
    assert!(is_signed_in(&mut ann) && post.scene.is_active(&app, &tokens.access));
    assert_page(&post.confirm(&mut post.browser(), &connected), 200);
    assert!(!post.scene.is_active(&app, &tokens.access));

    // Who is asked to prove an address that mail came back from.
    post.scene.cli(&["mail", "bounced", ANN]);
    let page = ann.open("/account");
    ann.submit(&form_to(&page, "/account/email/prove"), &[])
        .expect(303);
    let proof = post.mail(ANN, 3).link();
    scan(&proof);
    assert_page(&post.confirm(&mut ann, &proof), 200);
    let typed = [("new-email", EVE), ("email-password", PASSWORD)];
    let form = form_to(&ann.open("/account"), "/account/email");
    ann.submit(&form, &typed).expect(303);
    let change = post.mail(EVE, 1).link();
    scan(&change);
    assert_eq!((post.proved(ANN), post.proved(EVE)), (Some(true), None));
    assert_page(&post.confirm(&mut ann, &change), 200);
    let undo = post.mail(ANN, 4).link();
    scan(&undo);
    assert_eq!((post.proved(ANN), post.proved(EVE)), (None, Some(true)));
    let mut own = post.browser();
    post.choose(&mut own, &undo, None, NEW).expect(303);
    post.ask(&mut post.browser(), "/recover", ANN).expect(303);
    let told = || post.server.taken_by(ANN).len() == 6;
    assert!(within(SOON, told), "{:?}", post.server.taken_by(ANN));
    let mails = post.server.taken_by(ANN);
    let recovery = mails
        .iter()
        .find(|mail| mail.header("Subject").starts_with("Choose a"));
    let recovery = recovery.expect("it came").link();
    scan(&recovery);
    assert!(is_signed_in(&mut own));
    post.choose(
        &mut post.browser(),
        &recovery,
        None,
        "another quiet lake in autumn",
    )
    .expect(303);
    assert!(!is_signed_in(&mut own));
}

/// Whoever had a browser that was known is a stranger there once the account is taken back.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn no_browser_is_known_after_a_recovery() {
    let post = Post::start("");
    let new_devices = || {
        let mut mails = post.server.taken_by(ANN);
        mails.retain(|mail| mail.header("Subject").starts_with("A new device"));
        mails.len()
    };
    let mut known = post.browser();
    known.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    known.sign_out();
    post.ask(&mut known, "/recover", ANN).expect(303);
    let link = post.mail(ANN, 2).link();
    post.choose(&mut post.browser(), &link, None, NEW)
        .expect(303);
    post.mail(ANN, 3);
    assert_eq!(new_devices(), 1);
    known.sign_in(ANN, NEW);
    assert!(within(SOON, || new_devices() == 2));
}

/// Whoever reads mail elsewhere than where they began is told to go back.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_link_that_is_opened_on_another_device_works_there_and_says_so() {
    let post = Post::start("");
    let mut desk = post.browser();
    for (path, name, mails) in [("/sign-up", Some("Eve"), 1), ("/recover", None, 3)] {
        post.ask(&mut desk, path, EVE).expect(303);
        let link = post.mail(EVE, mails).link();
        let mut phone = post.browser();
        let done = post.choose(&mut phone, &link, name, NEW).expect(303);
        let page = phone.follow(done);
        assert_page(&page, 200);
        let says = "If you began on another device";
        assert!(page.text().contains(says), "{page}");
        assert!(is_signed_in(&mut phone) && !is_signed_in(&mut desk));
        // There it goes on; that is a new device, and told.
        desk.sign_in(EVE, NEW);
        desk.sign_out();
    }
}
