//! The pictures of an app and of an organization, uploaded by page.

use super::{
    Developer, EVE, OPEN, ORGANIZATIONS, REMOVE_LOGO, found, href, in_organization, joined, names,
    open, says,
};
use crate::support::{assert_page, form_to};
use acceptance::{App, Reply, Request};

pub(super) const LOGO: &str = "/apps/logo";
pub(super) const OF_ORGANIZATION: &str = "/organizations/logo";
const REMOVE_OF_ORGANIZATION: &str = "/organizations/logo/remove";

const BOUNDARY: &str = "----between-the-parts";

/// A picture of 4 × 4 pixels.
pub(super) const PNG: &[u8] = include_bytes!("../../clients/picture.png");

/// A body of several parts: fields, and a file.
fn parts(fields: &[(&str, &str)], file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn post(body: &[u8]) -> Request {
    post_to(LOGO, body)
}

fn post_to(path: &str, body: &[u8]) -> Request {
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Request::post(path).body(&media_type, body)
}

/// The form with these fields and this file.
pub(super) fn posted(path: &str, fields: &[(&str, &str)], file: &[u8]) -> Request {
    post_to(path, &parts(fields, file))
}

#[track_caller]
pub(super) fn upload(developer: &mut Developer, app: &App, file: &[u8]) -> Reply {
    let form = form_to(&developer.page(app), LOGO);
    let nonce = form.value("nonce").expect("a nonce").to_owned();
    let fields = [("nonce", &*nonce), ("app", &*app.client_id)];
    developer.browser.send(post(&parts(&fields, file)))
}

/// Gives an organization a picture.
#[track_caller]
pub(super) fn upload_for(developer: &mut Developer, id: &str, file: &[u8]) -> Reply {
    let page = developer.browser.open(&format!("{ORGANIZATIONS}/{id}"));
    let form = form_to(&page, OF_ORGANIZATION);
    let nonce = form.value("nonce").expect("a nonce").to_owned();
    let body = parts(&[("nonce", &*nonce), ("organization", id)], file);
    developer.browser.send(post_to(OF_ORGANIZATION, &body))
}

/// Where the page shows the picture.
fn shown(page: &Reply) -> Option<String> {
    let text = page.text();
    let image = text.split("<img class=\"tile\" src=\"").nth(1)?;
    image.split('"').next().map(str::to_owned)
}

#[test]
fn a_picture_is_drawn_anew_and_shown_to_people() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    assert_eq!(shown(&ann.page(&app)), None);
    let polyglot = [PNG, b"<script>alert(1)</script>"].concat();
    upload(&mut ann, &app, &polyglot).expect(303);
    let logo = shown(&ann.page(&app)).expect("it has a picture");
    let served = scene.provider.browser().get(&logo).expect(200);
    assert_eq!(served.header("Content-Type"), Some("image/png"));
    assert!(served.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(!served.body.windows(7).any(|part| part == b"<script"));
    let form = form_to(&ann.page(&app), REMOVE_LOGO);
    ann.browser.submit(&form, &[]).expect(303);
    assert_eq!(shown(&ann.page(&app)), None);
}

#[test]
fn what_is_no_picture_is_refused_and_the_one_before_stays() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    upload(&mut ann, &app, PNG).expect(303);
    let before = shown(&ann.page(&app));
    for (file, why) in [
        (&b""[..], "Choose a PNG, JPEG or WebP picture."),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "Choose a PNG, JPEG",
        ),
        (b"GIF89a\x01\0\x01\0", "Choose a PNG, JPEG or WebP picture."),
        (&PNG[..40], "This picture cannot be read."),
    ] {
        let refused = upload(&mut ann, &app, file);
        names(&refused, "file");
        says(&refused, why);
    }
    assert_page(&upload(&mut ann, &app, &vec![0; 5 * 1024 * 1024]), 413);
    assert_eq!(shown(&ann.page(&app)), before);
}

#[test]
fn an_upload_proves_that_it_is_ours() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let own = form_to(&ann.page(&app), LOGO);
    let own = own.value("nonce").expect("a nonce").to_owned();
    let hers = eve.blank().value("nonce").expect("a nonce").to_owned();
    let body = |nonce: &str| parts(&[("nonce", nonce), ("app", &app.client_id)], PNG);
    for nonce in ["", "x", &hers] {
        let stale = ann.browser.send(post(&body(nonce))).expect(400);
        says(&stale, "This page was out of date.");
    }
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "https://evil.example"),
    ] {
        let request = post(&body(&own)).header(name, value);
        assert_page(&ann.browser.send(request), 403);
    }
    assert_page(&eve.browser.send(post(&body(&hers))), 404);
    let twice = parts(
        &[("nonce", &own), ("app", &app.client_id), ("app", "x")],
        PNG,
    );
    assert_page(&ann.browser.send(post(&twice)), 400);
    let plain = Request::post(LOGO).form(&[("nonce", &*own), ("app", &*app.client_id)]);
    assert_page(&ann.browser.send(plain), 400);
    let away = scene.provider.browser().send(post(&body(&own))).expect(303);
    assert!(away.location().is_some_and(|to| to.contains("/sign-in")));
    assert_eq!(shown(&ann.browser.get(&href(&app))), None);
}

#[test]
fn an_organization_has_a_picture_as_apps_do() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let id = found(&mut ann, "Board Makers");
    let own = format!("{ORGANIZATIONS}/{id}");
    assert_eq!(shown(&ann.browser.open(&own)), None);
    let polyglot = [PNG, b"<script>alert(1)</script>"].concat();
    let done = upload_for(&mut ann, &id, &polyglot).expect(303);
    says(&ann.browser.follow(done), "The picture is changed.");
    let logo = shown(&ann.browser.open(&own)).expect("it has a picture");
    assert_eq!(shown(&ann.browser.open(ORGANIZATIONS)), Some(logo.clone()));
    let served = scene.provider.browser().get(&logo).expect(200);
    assert_eq!(served.header("Content-Type"), Some("image/png"));
    assert!(served.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(!served.body.windows(7).any(|part| part == b"<script"));
    for (file, why) in [
        (&b""[..], "Choose a PNG, JPEG or WebP picture."),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "Choose a PNG, JPEG",
        ),
        (&PNG[..40], "This picture cannot be read."),
    ] {
        let refused = upload_for(&mut ann, &id, file);
        names(&refused, "file");
        says(&refused, why);
    }
    // Whoever belongs to it sees it; owners alone change it.
    joined(&mut ann, &id, (EVE, "developer"), &mut eve);
    let page = eve.browser.open(&own);
    assert_eq!(shown(&page), Some(logo.clone()));
    assert!(!page.text().contains(OF_ORGANIZATION), "{page}");
    let nonce = eve.blank().value("nonce").expect("a nonce").to_owned();
    let body = parts(&[("nonce", &*nonce), ("organization", &*id)], PNG);
    eve.browser
        .send(post_to(OF_ORGANIZATION, &body))
        .expect(403);
    in_organization(&mut ann, &id, REMOVE_OF_ORGANIZATION, &[]).expect(303);
    assert_eq!(shown(&ann.browser.open(&own)), None);
    scene.provider.browser().get(&logo).expect(404);
}
