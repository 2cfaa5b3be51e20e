//! Accounts whose address is proved by mail: signing up, recovery, another address, notices; and whom links serve not.

use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, OWNER, PASSWORD, PLAIN, Scene, assert_page, form_to, within};
use acceptance::{Browser, Reply, Request, Setup};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);
const NEW: &str = "a quiet lake in late autumn";
const EVE: &str = "eve@example.com";

/// A provider that sends mail, and the server that takes it.
struct Post {
    scene: Scene,
    server: MailServer,
}

impl Post {
    fn start(changes: &str) -> Self {
        Self::of(Setup::toml(PLAIN).with(changes))
    }

    fn of(setup: Setup) -> Self {
        let server = MailServer::start_new();
        let scene = Scene::start(setup.with(&server.settings()));
        Post { scene, server }
    }

    fn browser(&self) -> Browser {
        self.scene.provider.browser()
    }

    /// Starts again with another setting.
    fn reconfigure(&mut self, before: &str, after: &str) {
        let config = self.scene.provider.config_path();
        let text = std::fs::read_to_string(&config).expect("the configuration");
        assert!(text.contains(before), "{text}");
        std::fs::write(&config, text.replace(before, after)).expect("write it");
        self.scene.provider.restart();
    }

    /// Waits until there are so many mails to an address, and takes the last.
    #[track_caller]
    fn mail(&self, to: &str, number: usize) -> Taken {
        let there = within(SOON, || self.server.taken_by(to).len() >= number);
        let taken = self.server.taken_by(to);
        assert!(there && taken.len() == number, "{taken:?}");
        taken[number - 1].clone()
    }

    /// Types an address into `/sign-up` or `/recover`.
    #[track_caller]
    fn ask(&self, browser: &mut Browser, path: &str, email: &str) -> Reply {
        let form = form_to(&browser.open(path), path);
        browser.submit(&form, &[("email", email)])
    }

    /// Follows a link that asks for a password, and sends its form.
    #[track_caller]
    fn choose(&self, browser: &mut Browser, link: &str, name: Option<&str>, new: &str) -> Reply {
        let page = browser.open(link).expect(200);
        let (action, mut typed) = match name {
            Some(name) => ("/link/join", vec![("name", name)]),
            None => ("/link/password", Vec::new()),
        };
        typed.push(("password", new));
        browser.submit(&form_to(&page, action), &typed)
    }

    /// Presses the button of a link.
    #[track_caller]
    fn confirm(&self, browser: &mut Browser, link: &str) -> Reply {
        let page = browser.open(link).expect(200);
        browser.submit(&form_to(&page, "/link/confirm"), &[])
    }

    fn events(&self, name: &str) -> usize {
        let told = self.scene.cli(&["audit", "--event", name]);
        told["events"].as_array().map_or(0, Vec::len)
    }

    /// Whether the address of an account is proved; `None` for no account.
    fn proved(&self, email: &str) -> Option<bool> {
        let listed = self.scene.cli(&["user", "list"]);
        let users = listed["users"].as_array().cloned().unwrap_or_default();
        let user = users.into_iter().find(|user| user["email"] == email)?;
        user["email_verified"].as_bool()
    }
}

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn an_account_is_made_by_whoever_reads_the_mailbox() {
    let post = Post::start("");
    let mut browser = post.browser();
    let sent = post.ask(&mut browser, "/sign-up", EVE).expect(303);
    let page = browser.follow(sent);
    assert_page(&page, 200);
    assert!(
        page.text().contains(EVE) && page.text().contains("mailbox"),
        "{page}"
    );
    assert_eq!(post.proved(EVE), None, "there is no account yet");
    let mail = post.mail(EVE, 1);
    assert_eq!(mail.header("Subject"), "Create your account at Valetkey");
    let link = mail.link();
    // Programs that follow every link do nothing with it.
    for _ in 0..3 {
        post.browser().open(&link).expect(200);
        post.browser().send(Request::new("HEAD", &link));
    }
    let again = post.choose(&mut browser, &link, Some("Eve"), "password1234");
    assert_page(&again, 400);
    assert!(again.text().contains("value=\"Eve\""), "{again}");
    let joined = post
        .choose(&mut browser, &link, Some("Eve"), NEW)
        .expect(303);
    assert_eq!(joined.location(), Some("/account?done=joined"));
    assert!(is_signed_in(&mut browser));
    assert_eq!(post.proved(EVE), Some(true));
    // Once; pressed twice, it is the same.
    let over = post.browser().open(&link);
    assert_page(&over, 410);
    assert!(over.text().contains("was used"), "{over}");
    let mut other = post.browser();
    let nonce = form_to(&other.open("/sign-up"), "/sign-up");
    let nonce = nonce.value("nonce").unwrap_or_default().to_owned();
    let token = link.split("t=").nth(1).unwrap_or_default();
    for (password, status) in [(NEW, 303), ("another long password", 410)] {
        let fields = [
            ("nonce", nonce.as_str()),
            ("link", token),
            ("name", "Eve"),
            ("password", password),
        ];
        assert_eq!(other.post_form("/link/join", &fields).status, status);
    }
    assert_eq!(post.events("user.created"), 3);
    // No notice of the browser that made the account.
    assert_eq!(post.server.taken_by(EVE).len(), 1);
}

/// What an answer is, but for what is new in each: status, names of headers, length of what it says.
fn shape(reply: &Reply) -> (u16, Vec<String>, usize) {
    let names = reply
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase());
    let text = reply.text();
    let said = text.split("<footer>").next().unwrap_or_default();
    (reply.status, names.collect(), said.len())
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whether_an_address_has_an_account_shows_nowhere() {
    let post = Post::start("");
    if post.scene.provider.postgres().is_some() {
        return;
    }
    let db = rusqlite::Connection::open(post.scene.provider.database_path()).expect("the database");
    let rows = || {
        let count = |table: &str| -> i64 {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            db.query_row(&sql, [], |row| row.get(0)).expect("a count")
        };
        ["mail_links", "events", "people", "sessions", "attempts"].map(count)
    };
    // As long as the address of Ann.
    let nobody = "nob@example.com";
    for (path, mails) in [("/sign-up", 1), ("/recover", 2)] {
        let seen = [ANN, nobody].map(|email| {
            let mut browser = post.browser();
            let before = rows();
            let sent = post.ask(&mut browser, path, email);
            let after = rows();
            let page = browser.follow(sent.clone());
            // Attempts of one source are counted in one row, which the first has made.
            let written: Vec<i64> = (0..4).map(|at| after[at] - before[at]).collect();
            post.mail(email, mails);
            (shape(&sent), shape(&page), written)
        });
        assert_eq!(seen[0], seen[1], "{path}");
        assert_eq!(seen[0].2, [1, 1, 0, 0], "{path}");
    }
    let subjects = |to: &str| -> Vec<String> {
        let mails = post.server.taken_by(to);
        mails
            .iter()
            .map(|mail| mail.header("Subject").to_owned())
            .collect()
    };
    assert_eq!(
        subjects(ANN),
        [
            "You have an account at Valetkey",
            "Choose a new password at Valetkey"
        ]
    );
    assert_eq!(
        subjects(nobody),
        [
            "Create your account at Valetkey",
            "No account at Valetkey has this address"
        ]
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_forgotten_password_is_replaced_and_everything_else_signed_out() {
    let post = Post::start("");
    let mut other = post.browser();
    other.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let mut browser = post.browser();
    post.ask(&mut browser, "/recover", ANN).expect(303);
    post.ask(&mut browser, "/recover", ANN).expect(303);
    post.mail(ANN, 3);
    let links: Vec<String> = post.server.taken_by(ANN)[1..]
        .iter()
        .map(Taken::link)
        .collect();
    let done = post.choose(&mut browser, &links[0], None, NEW).expect(303);
    assert_eq!(done.location(), Some("/account?done=recovered"));
    assert!(is_signed_in(&mut browser) && !is_signed_in(&mut other));
    assert_eq!(post.browser().try_sign_in(ANN, PASSWORD).status, 401);
    // The other link went with it.
    assert_page(&post.browser().open(&links[1]), 404);
    let notice = post.mail(ANN, 4);
    assert_eq!(
        notice.header("Subject"),
        "Your password at Valetkey was changed"
    );
    let page = post.confirm(&mut post.browser(), &notice.link());
    assert_page(&page, 200);
    assert!(
        !is_signed_in(&mut browser),
        "the link of the notice signs everybody out"
    );
    // A link for one thing does no other.
    post.ask(&mut browser, "/recover", ANN).expect(303);
    let link = post.mail(ANN, 5).link();
    let token = link.split("t=").nth(1).unwrap_or_default();
    let form = form_to(&browser.open("/recover"), "/recover");
    let nonce = form.value("nonce").unwrap_or_default().to_owned();
    let fields = [("nonce", nonce.as_str()), ("link", token)];
    assert_page(&browser.post_form("/link/confirm", &fields), 404);
    // Nor for a form that another site posts, nor without its nonce.
    let foreign = Request::post("/link/password")
        .form(&[("link", token), ("password", NEW)])
        .header("Sec-Fetch-Site", "cross-site");
    assert_page(&browser.send(foreign), 403);
    let fields = [("link", token), ("password", NEW), ("nonce", "x")];
    assert_page(&browser.post_form("/link/password", &fields), 400);
    assert_eq!(post.events("user.recovered"), 1);
    // A password that an operator sets ends what was sent before.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "an operator has set this one").expect("write it");
    let file = file.display().to_string();
    post.scene
        .cli(&["user", "set-password", ANN, "--password-file", &file]);
    assert_page(&post.browser().open(&link), 404);
}

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
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn an_account_that_nobody_proved_goes_to_whoever_reads_the_mailbox() {
    let mut server = MailServer::prepared();
    let mut scene = Scene::plain("");
    // Without mail, Eve makes an account with the address of somebody else, and allows an app.
    let mut eve = scene.provider.browser();
    eve.sign_up("Eve", "zoe@example.com", PASSWORD).expect(303);
    let app = scene.confidential("https://app.example/callback");
    eve = scene.provider.browser_of("zoe@example.com", PASSWORD);
    let tokens = scene.tokens_of(&mut eve, &app, "tasks:read");
    let config = scene.provider.config_path();
    let text = std::fs::read_to_string(&config).expect("the configuration");
    std::fs::write(&config, format!("{text}\n{}", server.settings())).expect("write it");
    server.start();
    scene.provider.restart();
    let post = Post { scene, server };
    assert_eq!(post.proved("zoe@example.com"), Some(false));
    let api = post.scene.resource_server();
    assert!(post.scene.is_active(&api, &tokens.access));
    let mut zoe = post.browser();
    post.ask(&mut zoe, "/sign-up", "zoe@example.com")
        .expect(303);
    let link = post.mail("zoe@example.com", 1).link();
    let page = zoe.open(&link);
    assert!(page.text().contains("It becomes"), "{page}");
    post.choose(&mut zoe, &link, None, NEW).expect(303);
    assert_eq!(post.proved("zoe@example.com"), Some(true));
    assert!(!is_signed_in(&mut eve) && is_signed_in(&mut zoe));
    assert!(!post.scene.is_active(&api, &tokens.access));
    assert_eq!(
        post.browser()
            .try_sign_in("zoe@example.com", PASSWORD)
            .status,
        401
    );
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
fn nobody_is_flooded_and_a_link_goes_to_our_own_host() {
    let post = Post::start("");
    let mut browser = post.browser();
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let form = form_to(&browser.open("/recover"), "/recover");
        let nonce = form.value("nonce").unwrap_or_default().to_owned();
        let fields = [("nonce", nonce.as_str()), ("email", ANN)];
        let request = Request::post("/recover")
            .form(&fields)
            .header("Sec-Fetch-Site", "same-origin")
            .header("X-Forwarded-Host", "evil.example");
        statuses.push(browser.send(request).status);
    }
    assert_eq!(statuses, [303, 303, 303, 303, 303, 429, 429, 429]);
    assert!(within(SOON, || post.server.taken_by(ANN).len() == 5));
    let refused = post.ask(&mut browser, "/recover", ANN);
    assert!(refused.header("Retry-After").is_some(), "{refused}");
    // Who has asked for one thing too often still gets the other.
    let mut other = post.browser();
    post.ask(&mut other, "/sign-up", ANN).expect(303);
    let mail = post.server.taken_by(ANN)[0].clone();
    let text = mail.0["text"].as_str().unwrap_or_default();
    assert!(
        text.contains(&format!("{}/link?t=", post.scene.provider.issuer())),
        "{text}"
    );
    assert!(!text.contains("evil"), "{text}");
    for odd in [
        "x@example.com\r\nBcc: eve@example.com",
        "ada",
        "a@b@c",
        "\u{202e}a@example.com",
        "",
    ] {
        assert_page(&post.ask(&mut browser, "/recover", odd), 400);
    }
    // What leads away tells nobody where from.
    let page = browser.open(&mail.link());
    assert_eq!(page.header("Referrer-Policy"), Some("no-referrer"));
    assert!(
        !post.scene.provider.log().contains("ml_"),
        "a link is in the log"
    );
}

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
