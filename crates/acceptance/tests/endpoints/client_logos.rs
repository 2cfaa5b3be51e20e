//! Pictures of apps that introduced themselves: fetched once, and served from here.

use crate::support::Scene;
use crate::support::introductions::{OPEN, document_host, metadata};
use acceptance::Pkce;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// A picture of 4 × 4 pixels.
const PNG: &[u8] = include_bytes!("../clients/picture.png");

/// Any port, as apps on people's own computers have it.
const CALLBACK: &str = "http://localhost:51413/callback";

/// A host of a picture: where it is, and how often it was asked for.
fn picture_host(status: &'static str, picture: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Arc::<AtomicUsize>::default();
    let count = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, SeqCst);
            let _ = stream.read(&mut [0; 4_096]);
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: image/png\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                picture.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &picture].concat());
        }
    });
    (format!("http://127.0.0.1:{port}/logo.png"), asked)
}

/// Where the consent page has the picture of an app.
#[track_caller]
fn shown(scene: &Scene, client_id: &str, callback: &str) -> Option<String> {
    let asks = scene.asks(client_id, callback, &Pkce::random());
    let page = scene.browser().authorize_until_consent(&asks);
    let text = page.text();
    let image = text.split("<img class=\"tile\" src=\"").nth(1)?;
    image.split('"').next().map(str::to_owned)
}

#[test]
fn the_picture_of_a_document_is_fetched_once_and_served_from_here() {
    let scene = Scene::plain(OPEN);
    let (uri, asked) = picture_host("200 OK", [PNG, b"<script>alert(1)</script>"].concat());
    let host = document_host(|document| document["logo_uri"] = json!(uri));
    let path = shown(&scene, &host.url(), CALLBACK).expect("a picture");
    assert!(path.starts_with("/apps/http%3A%2F%2F127.0.0.1"), "{path}");
    let picture = scene.api().get(&path).expect(200);
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert!(picture.body.starts_with(b"\x89PNG"));
    assert!(
        !picture.body.windows(8).any(|part| part == b"<script>"),
        "it is drawn anew"
    );
    assert_eq!(shown(&scene, &host.url(), CALLBACK), Some(path));
    assert_eq!(asked.load(SeqCst), 1, "whom the app asks is told to nobody");
}

#[test]
fn an_app_that_registered_itself_has_one_too() {
    let scene = Scene::plain(OPEN);
    let (uri, _) = picture_host("200 OK", PNG.to_vec());
    let mut metadata = metadata();
    metadata["logo_uri"] = json!(uri);
    let told = scene.register(&metadata).expect(201).json();
    let client_id = told["client_id"].as_str().expect("an id");
    let callback = "http://localhost:8787/callback";
    assert!(shown(&scene, client_id, callback).is_some());
}

#[test]
fn what_is_no_picture_is_not_shown_and_hinders_nobody() {
    let scene = Scene::plain(OPEN);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (status, body) in [
        ("200 OK", svg.to_vec()),
        ("200 OK", vec![0; 300 * 1_024]),
        ("404 Not Found", PNG.to_vec()),
        ("302 Found", PNG.to_vec()),
    ] {
        let (uri, asked) = picture_host(status, body);
        let host = document_host(|document| document["logo_uri"] = json!(uri));
        for _ in 0..2 {
            assert_eq!(shown(&scene, &host.url(), CALLBACK), None, "{status}");
        }
        assert_eq!(
            asked.load(SeqCst),
            1,
            "it is not tried again for a while: {status}"
        );
    }
    let host = document_host(|document| document["logo_uri"] = json!("http://10.0.0.1/logo.png"));
    assert_eq!(
        shown(&scene, &host.url(), CALLBACK),
        None,
        "it is no host of the internet"
    );
}

#[test]
fn the_operator_says_whose_are_shown() {
    for (logos, hosts, expected) in [
        ("none", "", false),
        ("trusted", "", false),
        (
            "trusted",
            "\n[introductions.hosts]\nlocalhost = \"trusted\"",
            true,
        ),
    ] {
        let scene = Scene::plain(&format!("{OPEN}\nlogos = {logos:?}{hosts}"));
        let (uri, asked) = picture_host("200 OK", PNG.to_vec());
        let at_name = |document: &mut acceptance::Json| document["logo_uri"] = json!(uri);
        let host = document_host(at_name);
        let url = host.url().replace("127.0.0.1", "localhost");
        host.publish(
            &json!({
                "client_id": url, "client_name": "Task Talk", "logo_uri": uri,
                "redirect_uris": ["http://localhost/callback"],
            }),
            "max-age=3600",
        );
        assert_eq!(
            shown(&scene, &url, CALLBACK).is_some(),
            expected,
            "{logos}{hosts}"
        );
        assert_eq!(asked.load(SeqCst), usize::from(expected), "{logos}{hosts}");
    }
}
