//! What the demo shows of the provider's own doings.
use super::registration;
use super::setup::{AppCredential, Credentials, Login};
use crate::mail::{Letter, Mailer};
use axum::body::Body;
use axum::http::Request;
use axum::http::request::Builder;
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
    let (status, _, page) = asked(config, Request::get("/mail")).await;
    assert_eq!(status, 200, "{page}");
    page
}

/// What the demo answers: the status, where it leads and the body.
async fn asked(config: &Config, request: Builder) -> (u16, Option<String>, String) {
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
    let request = request.body(Body::empty()).unwrap();
    let response = demo.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let location = response.headers().get("location");
    let location = location.map(|place| place.to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, location, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_demo_is_at_its_name_and_says_what_it_has_not() {
    let config = Config::for_tests();
    for host in ["127.0.0.1:1", "[::1]:1"] {
        let request = Request::get("/callback?code=a").header("host", host);
        let (status, location, _) = asked(&config, request).await;
        let place = "http://localhost:1/callback?code=a";
        assert_eq!((status, location.as_deref()), (303, Some(place)), "{host}");
        // A program follows no redirect with its token.
        let request = Request::get("/v1/tasks").header("host", host);
        assert_eq!(asked(&config, request).await.1, None);
    }
    let (status, _, page) = asked(&config, Request::get("/nowhere")).await;
    assert!(status == 404 && page.contains("no such page"), "{page}");
    let (status, _, page) = asked(&config, Request::post("/login")).await;
    assert!(status == 405 && page.contains("another way"), "{page}");
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
