//! What the demo shows of the provider's own doings.
use super::registration;
use super::setup::{AppCredential, Credentials, Login};
use crate::mail::{Letter, Mailer};
use axum::body::Body;
use axum::http::Request;
use config::{Config, Mail, MailBy};
use http_body_util::BodyExt;
use protocol::outbox::Entry;
use protocol::types::{Locator, MailAddress, UnixTime};
use tower::ServiceExt;

fn entry(id: i64) -> Entry {
    Entry {
        id: Locator(id),
        kind: String::new(),
        destination: String::new(),
        payload: String::new(),
        created_at: UnixTime(1_800_000_000),
        due_at: UnixTime(0),
        attempts: 0,
        last_error: None,
        dead_at: None,
    }
}

/// The demo's page of mails.
async fn page(config: &Config) -> String {
    let login = || Login {
        email: String::new(),
        password: String::new(),
    };
    let credential = || AppCredential {
        client_id: String::new(),
        client_secret: String::new(),
    };
    let credentials = Credentials {
        user: login(),
        admin: login(),
        app: credential(),
        api: credential(),
    };
    let demo = demo::router(registration(config, &credentials, "http://localhost:1"));
    let request = Request::get("/mail").body(Body::empty()).unwrap();
    let response = demo.oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn mails_that_were_sent_are_shown_as_they_were_meant_newest_first() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("mail");
    let address = |text: &str| MailAddress::parse(text).unwrap();
    let mut config = Config::for_tests();
    config.mail = Some(Mail {
        name: Some("Zoë’s Täsk Board".to_owned()),
        from: address("no-reply@example.com"),
        by: MailBy::Folder(folder.clone()),
        bounces: None,
    });
    assert!(!page(&config).await.contains("ada@example.com"));
    let mailer = Mailer::of(&config).unwrap();
    let long = "a".repeat(200);
    let letters = [
        ("Hello", "It works.\n=3D [b]\n"),
        (
            "Grüße an alle, die heute Aufgaben für morgen haben — 你好",
            "Schöne Grüße\n你好\n",
        ),
        ("Long", long.as_str()),
    ];
    for (id, (subject, text)) in (1..).zip(letters) {
        let letter = Letter {
            language: protocol::types::Language::English,
            to: address("ada@example.com"),
            subject: pages::Text::of_others(subject),
            before: vec![pages::Text::of_others(text)],
            link: None,
            after: Vec::new(),
        };
        mailer.send(&letter, &entry(id)).await.unwrap();
    }
    std::fs::write(folder.join("notes.txt"), "x").unwrap();
    let page = page(&config).await;
    let mut rest = page.as_str();
    for (subject, text) in letters.iter().rev() {
        for part in [subject, text.trim_end()] {
            let at = rest.find(part);
            rest = &rest[at.unwrap_or_else(|| panic!("{part}\n{page}"))..];
        }
    }
    for (part, times) in [
        ("ada@example.com", 3),
        ("Zoë’s Täsk Board", 3),
        ("Fri, 15 Jan 2027 08:00:00 +0000", 3),
    ] {
        assert_eq!(page.matches(part).count(), times, "{page}");
    }
}
