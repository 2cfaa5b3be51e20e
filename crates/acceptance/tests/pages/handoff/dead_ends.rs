//! In Chromium: whoever comes back and is not signed in. In German and dark; in the long form in every way.
use super::{SECRET, ada, call, challenge_of_any, way_back};
use crate::browser::{Programs, ways, widths};
use crate::support::{PLAIN, Scene};
use acceptance::Setup;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const PAGE: &str = "<!doctype html><html lang=\"de\"><title>Acme</title><link rel=\"icon\" href=\"data:,\"><h1>Acme</h1></html>";

/// A page of the company that says nothing, on this port.
fn silent_page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{PAGE}",
                PAGE.len()
            );
            // Whoever went away meanwhile needs none.
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    port
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn whoever_is_not_signed_in_finds_out_why() {
    let port = silent_page();
    let handoff =
        format!("[login.handoff]\nurl = \"http://localhost:{port}/login\"\nsecrets = [{SECRET:?}]");
    let scene = Scene::start(Setup::toml(PLAIN).with(&handoff));
    // Somebody who is switched off here.
    let mut browser = scene.provider.browser();
    let mut off = ada(&challenge_of_any(&browser.open("/sign-in")));
    off["user"]["id"] = "off".into();
    browser
        .open(&way_back(call(&scene, "/login/accept", &off)))
        .expect(200);
    scene.cli(&["user", "disable", "handoff:off"]);
    for eyes in ways(&[5]) {
        let (title, sentences) = match eyes.language {
            "de" => (
                "Sie sind nicht angemeldet",
                json!({
                    "unknown": "Dieser Link ist unvollständig oder zu alt.",
                    "refused": "Sie haben sich nicht angemeldet, deshalb ist nichts geschehen.",
                    "off": "Dieses Konto wurde gesperrt.",
                    "other": "Die Anmeldung wurde in einem anderen Browser begonnen",
                    "used": "Diese Anmeldung wurde schon benutzt.",
                }),
            ),
            _ => (
                "You are not signed in",
                json!({
                    "unknown": "This link is incomplete or too old.",
                    "refused": "You did not sign in, so nothing was done.",
                    "off": "This account has been switched off.",
                    "other": "The sign-in was begun in another browser",
                    "used": "This sign-in was used already.",
                }),
            ),
        };
        let site = json!({
            "issuer": scene.provider.issuer(),
            "secret": SECRET,
            "titles": { "usual": title },
            "sentences": sentences,
        });
        Programs::find().walk_on("dead-ends", &eyes, &site, widths());
    }
}
