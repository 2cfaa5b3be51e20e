//! Addresses as people type them: in every spelling of one domain, and too long to be any.
use super::{EVE, NEW, Post, is_signed_in};
use crate::support::mail_server::Taken;
use crate::support::{ANN, PASSWORD, assert_page, form_to};

/// One address, as people spell it and as mail servers do.
const SPELLED: [&str; 4] = [
    "zoe@b\u{fc}cher.example",
    "zoe@xn--bcher-kva.example",
    "ZOE@B\u{dc}CHER.Example.",
    "\u{ff5a}oe\u{ff20}bu\u{308}cher\u{ff0e}example",
];

/// How mail to it is addressed on its way.
const ON_ITS_WAY: &str = SPELLED[1];

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn mail_is_asked_for_in_every_spelling_and_goes_to_one_mailbox() {
    let post = Post::start("");
    let mut zoe = post.browser();
    post.ask(&mut zoe, "/sign-up", SPELLED[0]).expect(303);
    let link = post.mail(ON_ITS_WAY, 1).link();
    post.choose(&mut zoe, &link, Some("Zoe"), NEW).expect(303);
    assert!(is_signed_in(&mut zoe));
    // Recovery and another sign-up find the account, however it is spelled.
    let mut told = 1;
    for (spelled, path) in SPELLED
        .into_iter()
        .zip(["/recover", "/sign-up"].into_iter().cycle())
    {
        post.ask(&mut post.browser(), path, spelled).expect(303);
        told += 1;
        let mail = post.mail(ON_ITS_WAY, told);
        let subject = mail.header("Subject");
        assert!(
            subject.starts_with("Choose a new password") || subject.starts_with("You have an"),
            "{spelled}: {subject}"
        );
    }
    // Nobody else moves to it, or is invited with it.
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let form = form_to(&ann.open("/account"), "/account/email");
    let typed = [("new-email", SPELLED[3]), ("email-password", PASSWORD)];
    ann.submit(&form, &typed).expect(303);
    post.scene.cli(&["user", "invite", SPELLED[0]]);
    for about in ["has an account", "You have an account"] {
        told += 1;
        let mails = post.mail(ON_ITS_WAY, told);
        assert!(mails.header("Subject").contains(about), "{mails:?}");
    }
    // What came back is noted of the mailbox, by whichever name a mail server calls it.
    for spelled in [SPELLED[1], SPELLED[3]] {
        let noted = post.scene.cli(&["mail", "bounced", spelled]);
        assert_eq!(noted["mail"], "bounce", "{spelled}");
        assert!(zoe.open("/account").text().contains("comes back"));
        post.scene.cli(&["mail", "bounced", SPELLED[0], "--undo"]);
        assert!(!zoe.open("/account").text().contains("comes back"));
    }
    let elsewhere = |mail: &Taken| mail.to() != ON_ITS_WAY && mail.to() != ANN;
    assert!(!post.server.taken().iter().any(elsewhere));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn what_is_too_long_for_an_address_is_refused_at_its_field() {
    let post = Post::start("");
    let long = format!("{}@example.com", "a".repeat(288));
    assert_eq!(long.len(), 300);
    let labels = format!("a@{}example.com", "b.".repeat(143));
    for email in [long.as_str(), &labels] {
        let mut browser = post.browser();
        for path in ["/sign-up", "/recover"] {
            let refused = post.ask(&mut browser, path, email);
            assert_page(&refused, 400);
            let marked = refused.text().contains("aria-invalid=\"true\"");
            assert!(marked, "{path}: {refused}");
        }
        // Whether it is nobody's or no address at all, the answer to a guess is the same.
        assert_eq!(browser.try_sign_in(email, PASSWORD).status, 401);
        browser.sign_in(ANN, PASSWORD);
        let form = form_to(&browser.open("/account"), "/account/email");
        let typed = [("new-email", email), ("email-password", PASSWORD)];
        assert_page(&browser.submit(&form, &typed), 400);
    }
    assert!(post.server.taken().iter().all(|mail| mail.to() == ANN));
    // Nor does a command take it.
    for email in [long.as_str(), &labels] {
        for command in [["user", "invite", email], ["mail", "bounced", email]] {
            let refused = post.scene.provider.cli(&command);
            assert_eq!(refused.code, Some(2), "{refused:?}");
        }
    }
}

/// Who is called something from right to left, with a mark that would turn what follows.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_name_from_right_to_left_stands_apart_on_every_page_and_in_a_mail() {
    const NAME: &str = "\u{5d0}\u{5d3}\u{5d4} (\u{5dc}\u{5d1}) 42";
    let post = Post::start("[apps]\nregistration = \"open\"\n");
    let mut browser = post.browser();
    post.ask(&mut browser, "/sign-up", EVE).expect(303);
    let link = post.mail(EVE, 1).link();
    // Marks that turn what stands after them are no part of a name.
    let turned = format!("{NAME}\u{202e}");
    let refused = post.choose(&mut browser, &link, Some(&turned), NEW);
    assert_page(&refused, 400);
    let joined = post.choose(&mut browser, &link, Some(NAME), NEW);
    let account = browser.follow(joined.expect(303));
    let apart = format!("<bdi>{NAME}</bdi>");
    assert!(account.text().contains(&apart), "{account}");
    let app = post.scene.confidential("https://app.example/callback");
    let consent = browser.authorize_until_consent(&post.scene.question(&app, &[]));
    assert!(consent.text().contains(&apart), "{consent}");
    // What others read of it: the page behind a link, and a mail.
    let form = form_to(&browser.open("/account"), "/account/email");
    let typed = [("new-email", "zoe@example.com"), ("email-password", NEW)];
    browser.submit(&form, &typed).expect(303);
    let link = post.mail("zoe@example.com", 1).link();
    let elsewhere = post.browser().open(&link);
    assert!(elsewhere.text().contains(&apart), "{elsewhere}");
    let form = form_to(&browser.open("/organizations"), "/organizations/found");
    let founded = browser.submit(&form, &[("name", "Acme")]);
    let page = browser.follow(founded.expect(303));
    let typed = [("email", ANN), ("role", "developer")];
    browser
        .submit(&form_to(&page, "/organizations/invite"), &typed)
        .expect(303);
    let mail = post.mail(ANN, 1);
    let isolated = format!("\u{2068}{NAME}\u{2069}");
    for part in ["text", "html"] {
        let said = mail.0[part].as_str().unwrap_or_default();
        assert!(said.contains(&isolated), "{part}: {said}");
    }
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn of_two_who_recover_at_the_same_moment_one_does() {
    let post = Post::start("");
    let links: Vec<String> = (1..=2)
        .map(|number| {
            post.ask(&mut post.browser(), "/recover", ANN).expect(303);
            post.mail(ANN, number).link()
        })
        .collect();
    let chosen = [
        "a first quiet lake in autumn",
        "a second quiet lake in autumn",
    ];
    let done: Vec<u16> = std::thread::scope(|scope| {
        let tries = links.iter().zip(chosen).map(|(link, password)| {
            let mut browser = post.browser();
            let form = form_to(&browser.open(link).expect(200), "/link/password");
            scope.spawn(move || browser.submit(&form, &[("password", password)]).status)
        });
        let tries: Vec<_> = tries.collect();
        let ended = tries.into_iter().map(|one| one.join().expect("an answer"));
        ended.collect()
    });
    let won = done.iter().filter(|status| **status == 303).count();
    assert_eq!(won, 1, "{done:?}");
    for (status, password) in done.iter().zip(chosen) {
        let signed_in = post.browser().try_sign_in(ANN, password).status == 303;
        assert_eq!(signed_in, *status == 303, "{done:?}");
    }
    assert_eq!(post.events("user.recovered"), 1);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn two_hundred_asks_for_one_address_are_a_few_mails() {
    let post = Post::start("trusted_proxies = [\"127.0.0.1\"]\n");
    let mut statuses = Vec::new();
    for source in 0..200 {
        let mut browser = post.browser();
        let form = form_to(&browser.open("/recover"), "/recover");
        let nonce = form.value("nonce").unwrap_or_default().to_owned();
        let fields = [("nonce", nonce.as_str()), ("email", ANN)];
        let request = acceptance::Request::post("/recover")
            .form(&fields)
            .header("Sec-Fetch-Site", "same-origin")
            .header("X-Forwarded-For", &format!("203.0.113.{source}"));
        let reply = browser.send(request);
        if reply.status == 429 {
            assert!(reply.header("Retry-After").is_some(), "{reply}");
        }
        statuses.push(reply.status);
    }
    let taken = statuses.iter().filter(|status| **status == 303).count();
    let told = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!((taken, told), (5, 195), "{statuses:?}");
    // Whoever has the mailbox is told of it once, by the last that came.
    post.mail(ANN, 5);
    let says = |mail: &Taken| {
        let text = mail.0["text"].as_str().unwrap_or_default();
        text.contains("asked for so often")
    };
    let said: Vec<bool> = post.server.taken_by(ANN).iter().map(says).collect();
    assert_eq!(said, [false, false, false, false, true]);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_manager_of_passwords_is_led_to_where_one_is_changed() {
    let post = Post::start("");
    let mut browser = post.browser();
    let well_known = "/.well-known/change-password";
    for form in ["/sign-in", "/account/password"] {
        let led = browser.get(well_known).expect(303);
        assert_eq!(led.location(), Some("/account#password-title"));
        form_to(&browser.open("/account").expect(200), form);
        if form == "/sign-in" {
            browser.sign_in(ANN, PASSWORD);
        }
    }
    // By this they know that an answer of 200 means something here.
    let none = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(browser.get(none).status, 404);
}
