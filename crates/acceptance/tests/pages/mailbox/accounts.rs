//! Signing up and recovery.
use super::{EVE, NEW, Post, SOON, is_signed_in};
use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, PASSWORD, Scene, assert_page, form_to, within};
use acceptance::{Browser, Request};

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
