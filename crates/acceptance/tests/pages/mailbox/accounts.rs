//! Signing up and recovery.
use super::{EVE, NEW, Post, SOON, is_signed_in};
use crate::support::behind::run;
use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_page, form_to, within};
use acceptance::{Api, Browser, Reply, Request, forms, free_port};
use std::collections::BTreeMap;
use std::net::SocketAddr;

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

/// What an answer is, but for what is new in each: its id and time, nonces, the values of cookies; and for the address.
fn shape(reply: &Reply, email: &str) -> (u16, Vec<(String, String)>, String) {
    let id = reply.header("X-Request-Id").unwrap_or("no id");
    let mut said = reply.text().replace(id, "(id)").replace(email, "(address)");
    for form in forms(&reply.text()) {
        if let Some(nonce) = form.value("nonce") {
            said = said.replace(nonce, "(nonce)");
        }
    }
    let header = |(name, value): &(String, String)| {
        let name = name.to_ascii_lowercase();
        let value = match &*name {
            "date" | "x-request-id" => "(new)".to_owned(),
            "set-cookie" => {
                let (cookie, rest) = value.split_once('=').unwrap_or_default();
                let (text, attributes) = rest.split_once(';').unwrap_or((rest, ""));
                format!("{cookie}=({});{attributes}", text.len())
            }
            _ => value.replace(email, "(address)"),
        };
        (name, value)
    };
    let headers = reply.headers.iter().map(header).collect();
    (reply.status, headers, said)
}

/// What has been done so far: rows of every table, changes by their kind, and hashes of passwords.
struct Work {
    metrics: Api,
}

type Done = BTreeMap<String, i64>;

impl Work {
    fn counted(&self, post: &Post) -> Done {
        let rows = tables(post).into_iter().map(|table| {
            let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM \"{table}\"");
            let count = read(post, &count)
                .first()
                .and_then(|count| count.parse().ok());
            (table, count.expect("a count"))
        });
        let told = self.metrics.get("/metrics").expect(200).text();
        let counted = told.lines().filter_map(|line| {
            let (name, count) = line.split_once(' ')?;
            let kept = [
                "valetkey_transitions_total",
                "valetkey_passwords_hashed_total",
            ];
            // What becomes of mails is counted when it becomes that.
            let kept = kept.iter().any(|kept| name.starts_with(kept)) && !name.contains("outbox.");
            kept.then(|| Some((name.to_owned(), count.parse().ok()?)))?
        });
        rows.chain(counted).collect()
    }

    /// What `act` does beyond what was done before.
    fn of<T>(&self, post: &Post, act: impl FnOnce() -> T) -> (T, Done) {
        let before = self.counted(post);
        let done = act();
        let mut after = self.counted(post);
        for (name, count) in &mut after {
            *count -= before.get(name).copied().unwrap_or_default();
        }
        after.retain(|_, count| *count != 0);
        (done, after)
    }
}

fn done<const N: usize>(counts: [(&str, i64); N]) -> Done {
    counts.map(|(name, count)| (name.to_owned(), count)).into()
}

fn tables(post: &Post) -> Vec<String> {
    let found = read(
        post,
        match post.scene.provider.postgres() {
            Some(_) => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
            None => "SELECT name FROM sqlite_master WHERE type = 'table'",
        },
    );
    assert!(found.iter().any(|table| table == "outbox"), "{found:?}");
    found
}

/// The first column of what a query finds.
fn read(post: &Post, sql: &str) -> Vec<String> {
    match post.scene.provider.postgres() {
        Some(database) => database.read(sql),
        None => {
            let db = rusqlite::Connection::open(post.scene.provider.database_path());
            let db = db.expect("the database");
            let mut query = db.prepare(sql).expect("a query");
            let found = query.query_map([], |row| row.get(0)).expect("it is run");
            found.map(|text| text.expect("text")).collect()
        }
    }
}

/// A provider whose work is counted. Its mail server is away, so that every mail that was written is still there.
fn watched() -> (Post, Work) {
    let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let server = MailServer::prepared();
    let metrics = format!("[metrics]\nlisten = \"{at}\"\n{}", server.settings());
    let scene = Scene::plain(&metrics);
    let work = Work {
        metrics: Api::new(at, &at.to_string()),
    };
    (Post { scene, server }, work)
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whether_an_address_has_an_account_shows_nowhere() {
    let (mut post, work) = watched();
    // As long as the address of Ann.
    let nobody = "nob@example.com";
    for (path, asked) in [
        ("/sign-up", "user.sign_up_asked"),
        ("/recover", "user.recovery_asked"),
    ] {
        let seen = [ANN, nobody].map(|email| {
            let mut browser = post.browser();
            let (sent, done) = work.of(&post, || post.ask(&mut browser, path, email));
            let page = browser.follow(sent.clone());
            (shape(&sent, email), shape(&page, email), done)
        });
        assert_eq!(seen[0], seen[1], "{path}");
        // A link, its mail and an event; no password is hashed.
        let expected = [("mail_links", 1), ("outbox", 1), ("events", 1), (asked, 1)];
        assert_eq!(seen[0].2, done(expected), "{path}");
    }
    post.server.start();
    run(&post.scene, "UPDATE outbox SET due_at = created_at");
    for email in [ANN, nobody] {
        post.mail(email, 2);
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
fn whether_an_address_has_an_account_shows_to_nobody_who_wants_it_or_signs_in() {
    let (post, work) = watched();
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    // As long as the address of the owner.
    let nobody = "nobdy@example.com";
    let seen = [OWNER, nobody].map(|email| {
        let form = form_to(&ann.open("/account"), "/account/email");
        let typed = [("new-email", email), ("email-password", PASSWORD)];
        let (sent, done) = work.of(&post, || ann.submit(&form, &typed));
        let page = ann.follow(sent.clone());
        (shape(&sent, email), shape(&page, email), done)
    });
    assert_eq!(seen[0], seen[1]);
    // A link, its mail and an event, and one hash: of Ann's own password.
    let hashed = ("valetkey_passwords_hashed_total", 1);
    let expected = [("mail_links", 1), ("outbox", 1), ("events", 1), hashed];
    assert_eq!(seen[0].2, done(expected));
    let guessed = [OWNER, nobody].map(|email| {
        let mut browser = post.browser();
        let guess = || browser.try_sign_in(email, "a guess that is long enough");
        let (refused, done) = work.of(&post, guess);
        (shape(&refused, email), done)
    });
    assert_eq!(guessed[0], guessed[1]);
    assert_eq!(guessed[0].1, done([hashed]));
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
    // What its maker called it is not shown, and not kept.
    assert!(!page.text().contains("value=\"Eve\""), "{page}");
    // Nor are their apps: as long as one is on, the account goes to nobody.
    let own = post.scene.cli(&[
        "app",
        "create",
        "--owner",
        "zoe@example.com",
        "--name",
        "Eve's",
        "--homepage",
        "https://app.example",
        "--redirect-uri",
        "https://app.example/callback",
    ]);
    let refused = post.choose(&mut zoe, &link, Some("Zoe"), NEW);
    assert_page(&refused, 409);
    assert!(refused.text().contains("has apps"), "{refused}");
    assert_eq!(post.proved("zoe@example.com"), Some(false));
    assert!(is_signed_in(&mut eve));
    let own = own["client_id"].as_str().unwrap_or_default();
    post.scene.cli(&["app", "disable", own]);
    post.choose(&mut zoe, &link, Some("Zoe"), NEW).expect(303);
    let page = zoe.open("/account");
    assert!(
        page.text().contains("Zoe") && !page.text().contains(">Eve<"),
        "{page}"
    );
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
fn a_day_has_an_end_to_what_strangers_have_sent_to_an_address() {
    let post = Post::start("");
    let mut browser = post.browser();
    for path in ["/sign-up", "/recover"] {
        for _ in 0..5 {
            post.ask(&mut browser, path, EVE).expect(303);
        }
    }
    // Neither kind alone is at its limit for those who are signed in.
    browser.sign_in(ANN, PASSWORD);
    let form = form_to(&browser.open("/account"), "/account/email");
    let change = |browser: &mut Browser, email| {
        browser.submit(&form, &[("new-email", email), ("email-password", PASSWORD)])
    };
    let refused = change(&mut browser, EVE);
    assert_page(&refused, 429);
    assert_eq!(refused.header("Retry-After"), Some("86400"));
    assert!(refused.text().contains("Wait 24 hours"), "{refused}");
    post.mail(EVE, 10);
    change(&mut browser, "zoe@example.com").expect(303);
    post.mail("zoe@example.com", 1);
    assert_eq!(post.server.taken_by(EVE).len(), 10);
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
