//! The harness against stand-ins: a script in place of the binary, canned pages in place of ours.

#![allow(clippy::unwrap_used, reason = "a stand-in that fails fails its test")]

use acceptance::{Api, AppSpec, Browser, Request, Setup, output, read_reply};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A setup that runs the stand-in script, which serves by the floor.
fn stand_in() -> Setup {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers/stand-in.sh");
    let setup = Setup::toml("a = 1").binary(&script);
    setup.env("FLOOR", env!("CARGO_BIN_EXE_floor"))
}

#[test]
fn a_provider_starts_stops_and_keeps_its_store() {
    let mut provider = stand_in().start();
    let port = provider.addr().port();
    assert_eq!(provider.issuer(), format!("http://localhost:{port}"));
    let issue = [("grant_type", "client_credentials")];
    let issue = Request::post("/oauth/token")
        .basic("bench", "bench-secret")
        .form(&issue);
    let token = provider
        .api()
        .send(&issue)
        .expect(200)
        .member("access_token");
    provider.restart();
    let ask = Request::post("/oauth/introspect").basic("bench", "bench-secret");
    let ask = ask.form(&[("token", &token)]);
    assert_eq!(provider.api().send(&ask).json()["active"], true);
    provider.kill();
    assert!(provider.api().try_send(&ask).is_err(), "it is gone");
    provider.start();
    assert_eq!(provider.api().send(&ask).json()["active"], true);
    assert_eq!(provider.log().matches("serving, config ").count(), 3);
}

#[test]
fn the_command_line_gets_its_fixed_forms() {
    let provider = stand_in().env("VALETKEY_X", "y").prepare();
    let user = provider.user_create("a@example.com", "Ann", "pass", true);
    let args = user["args"].as_str().unwrap();
    assert!(
        args.starts_with("user create --email a@example.com --name Ann --password-file /"),
        "{args}"
    );
    assert!(args.contains(" --json --admin --config /"), "{args}");
    assert!(args.ends_with("/valetkey.db"), "{args}");
    assert_eq!(user["env"], "y");
    let app = provider.app_create(&AppSpec {
        owner: "a@example.com",
        redirect_uris: &["http://a/1", "http://a/2"],
        grants: &["client_credentials"],
        scopes: &["read"],
        public: true,
        resource_server: true,
        ..AppSpec::default()
    });
    assert_eq!(
        (app.client_id.as_str(), app.client_secret.as_str()),
        ("id", "secret")
    );
    let args = app.json["args"].as_str().unwrap();
    let expected = "app create --owner a@example.com --name Test App --homepage https://client.example/ \
        --redirect-uri http://a/1 --redirect-uri http://a/2 --grant client_credentials --scope read \
        --public --resource-server --json --config /";
    assert!(args.starts_with(expected), "{args}");
    let failed = provider.cli(&["fail"]);
    assert_eq!(
        (failed.code, failed.stderr.as_str()),
        (Some(2), "no such verb\n")
    );
}

#[test]
fn a_server_that_ends_at_once_is_an_error_with_its_log() {
    let log = stand_in().arg("--broken").try_start().unwrap_err();
    assert!(
        log.contains("unknown key") && log.contains("exit status: 3"),
        "{log}"
    );
}

#[test]
fn the_floor_refuses_other_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("floor.db");
    let mut floor = Command::new(env!("CARGO_BIN_EXE_floor"));
    let output = output(floor.args(["--listen", "0.0.0.0:1", "--db"]).arg(db));
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("0.0.0.0:1 is not a loopback address"),
        "{message}"
    );
}

#[test]
fn the_floor_rotates_a_refresh_token_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("refresh");
    let setup = stand_in()
        .arg("--refresh-tokens")
        .arg("3")
        .arg("--refresh-file");
    let provider = setup.arg(file.to_str().unwrap()).start();
    let text = wait_for_file(&file);
    let first = text.lines().next().unwrap();
    assert_eq!(text.lines().count(), 3);
    let rotate = |token: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let request = Request::post("/oauth/token").basic("bench", "bench-secret");
        provider.api().send(&request.form(&form))
    };
    let second = rotate(first).expect(200).member("refresh_token");
    assert_eq!(rotate(first).expect(400).member("error"), "invalid_grant");
    rotate(&second).expect(200);
}

fn wait_for_file(path: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !path.exists() {
        assert!(Instant::now() < deadline, "{path:?} does not come");
        std::thread::sleep(Duration::from_millis(2));
    }
    fs::read_to_string(path).unwrap()
}

/// A site with sign-in and consent, as canned pages on a socket.
fn canned_site() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(64) {
            answer(&mut stream.unwrap());
        }
    });
    addr
}

fn answer(stream: &mut TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let line = head.lines().next().unwrap();
    let body = String::from_utf8(body).unwrap();
    let signed_in = head.contains("Cookie: session=s\r\n");
    let reply = canned(line, &body, signed_in);
    stream.write_all(reply.as_bytes()).unwrap();
}

fn canned(line: &str, body: &str, signed_in: bool) -> String {
    let to = |location: &str| format!("HTTP/1.1 303 See Other\r\nLocation: {location}\r\n");
    let page = |html: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{html}",
            html.len()
        )
    };
    let hidden = r#"<input type="hidden" name="request" value="r"><input type="hidden" name="nonce" value="n">"#;
    let none = "Content-Length: 0\r\n\r\n";
    let path = line.split([' ', '?']).nth(1).unwrap();
    match (line.split(' ').next().unwrap(), path, signed_in) {
        ("GET", "/authorize", true) => to("/consent?request=r") + none,
        ("GET", "/authorize", false) => to("/sign-in?request=r") + none,
        ("GET", "/sign-in", _) => page(&format!(
            r#"<form method="post" action="/sign-in">{hidden}</form>"#
        )),
        ("POST", "/sign-in", _) if body == "request=r&nonce=n&email=a%40b&password=p" => {
            to("/consent?request=r") + "Set-Cookie: session=s; HttpOnly\r\n" + none
        }
        ("GET", "/consent", true) => page(&format!(
            r#"<form method="post" action="/consent">{hidden}</form>"#
        )),
        ("POST", "/consent", true) if body == "request=r&nonce=n&answer=allow" => {
            to("http://localhost:9876/callback?code=c&state=x") + none
        }
        ("POST", "/consent", true) if body == "request=r&nonce=n&answer=deny" => {
            to("http://localhost:9876/callback?error=access_denied") + none
        }
        _ => "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_owned(),
    }
}

#[test]
fn a_browser_walks_sign_in_and_consent() {
    let addr = canned_site();
    let site = format!("http://{addr}");
    let api = Api::new(addr, &addr.to_string());
    let mut browser = Browser::at(api, &site).with_account("a@b", "p");
    let redirect = browser.authorize("/authorize?client_id=1");
    assert_eq!(redirect.code(), "c");
    assert_eq!(redirect.param("state"), Some("x"));
    assert_eq!(browser.cookies.header().as_deref(), Some("session=s"));
    let redirect = browser.deny("/authorize?client_id=1");
    assert_eq!(redirect.param("error"), Some("access_denied"));
    assert_eq!(browser.get("/elsewhere").status, 400);
}

#[test]
fn a_reply_is_read_even_when_the_request_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut some = [0; 16];
        stream.read_exact(&mut some).unwrap();
        stream
            .write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        stream
    });
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(&[b'x'; 32]).unwrap();
    assert_eq!(
        read_reply(&mut BufReader::new(stream), false)
            .unwrap()
            .status,
        413
    );
    drop(server.join().unwrap());
}
