//! Limits at the door: floods, addresses that are made up, rotated or shared, and what is told to whoever asks too often.

use crate::support::{PLAIN, Scene, assert_well, within};
use acceptance::{App, Reply, Request, Setup};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What comes by this computer is believed about where it comes from. What comes from it is not limited.
const BEHIND_PROXIES: &str = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n[limits]\n";
/// Few at once, and hardly any after that.
const FEW: &str = "{ per_minute = 1, burst = 4 }";
/// Those few, and one that may be due again meanwhile.
const AT_MOST: std::ops::RangeInclusive<usize> = 4..=5;

fn start(limits: &str) -> Scene {
    Scene::start(Setup::toml(PLAIN).with(&format!("{BEHIND_PROXIES}{limits}")))
}

fn from(request: Request, address: &str) -> Request {
    request.header("X-Forwarded-For", address)
}

/// Asks until it is refused; how often it was not, and the refusal.
#[track_caller]
fn refused_after(mut ask: impl FnMut(usize) -> Reply) -> (usize, Reply) {
    for asked in 0..60 {
        let reply = ask(asked);
        if reply.status == 429 {
            return (asked, reply);
        }
    }
    panic!("sixty requests are not too many");
}

/// A token request with a secret.
fn token(scene: &Scene, app: &App, secret: &str) -> Request {
    Request::post(&scene.token())
        .basic(&app.client_id, secret)
        .form(&[("grant_type", "client_credentials")])
}

#[test]
fn what_is_said_of_an_address_counts_behind_listed_proxies_alone() {
    let changes = format!("[limits]\nexempt = []\nprograms = {FEW}");
    let made_up = Scene::start(Setup::toml(PLAIN).with(&changes));
    let ask = |n: usize| {
        let request = Request::get("/.well-known/oauth-authorization-server");
        let request = from(request, &format!("203.0.113.{n}"));
        made_up
            .api()
            .send(&request.header("Forwarded", &format!("for=203.0.113.{n}")))
    };
    // The start has asked once.
    let (asked, _) = refused_after(ask);
    assert!((3..=5).contains(&asked), "{asked}");

    let scene = start(&format!("programs = {FEW}"));
    let keys = || Request::get("/.well-known/oauth-authorization-server");
    // Behind five proxies. Whatever stands on the left, only what the proxies wrote is believed.
    let five = "10.0.0.5, 10.0.0.4, 10.0.0.3, 10.0.0.2";
    let by_five = |n: usize| {
        let told = format!("203.0.113.{n}, 198.51.100.7, {five}");
        scene.api().send(&from(keys(), &told))
    };
    let (asked, _) = refused_after(by_five);
    assert!(AT_MOST.contains(&asked), "{asked}");
    let other = from(keys(), &format!("198.51.100.7, 198.51.100.8, {five}"));
    scene.api().send(&other).expect(200);
    // One /64 is one address, however many its owner has in it.
    let rotated = |n: usize| {
        let address = format!("2001:db8:1:2:{n:x}::{n:x}");
        scene.api().send(&from(keys(), &address))
    };
    let (asked, _) = refused_after(rotated);
    assert!(AT_MOST.contains(&asked), "{asked}");
    let other = from(keys(), "2001:db8:1:3::1");
    scene.api().send(&other).expect(200);
    assert_well(&scene);
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_again() {
    let scene = start(&format!("programs = {FEW}\npages = {FEW}"));
    let told = |reply: &Reply, name: &str| {
        let seconds: u32 = reply
            .header("Retry-After")
            .and_then(|it| it.parse().ok())
            .unwrap_or_else(|| panic!("no Retry-After: {reply}"));
        assert!((1..=60).contains(&seconds), "{reply}");
        let limit = format!("\"{name}\";r=0;t={seconds}");
        assert_eq!(reply.header("RateLimit"), Some(limit.as_str()), "{reply}");
        let policy = format!("\"{name}\";q=4;w=240");
        assert_eq!(reply.header("RateLimit-Policy"), Some(policy.as_str()));
        seconds
    };
    let program = |_| {
        let request = Request::post(&scene.token()).form(&[("grant_type", "nonsense")]);
        scene.api().send(&from(request, "203.0.113.1"))
    };
    let (_, reply) = refused_after(program);
    let seconds = told(&reply, "programs");
    let error = reply.member("error_description");
    assert_eq!(reply.member("error"), "temporarily_unavailable");
    assert_eq!(
        error,
        format!("too many requests from this address: try again in {seconds} s")
    );
    assert_eq!(reply.header("Access-Control-Allow-Origin"), Some("*"));
    let page = |language: &'static str| {
        let scene = &scene;
        move |_| {
            let request = Request::get("/sign-in").header("Accept", "text/html");
            let request = request.header("Accept-Language", language);
            scene.api().send(&from(request, "203.0.113.2"))
        }
    };
    let (asked, reply) = refused_after(page("en"));
    assert!(AT_MOST.contains(&asked), "pages are counted apart: {asked}");
    let seconds = told(&reply, "pages");
    let sentence = format!("from your network just now. Wait {seconds} seconds and try again.");
    assert!(reply.text().contains(&sentence), "{reply}");
    let (_, reply) = refused_after(page("de"));
    let seconds = told(&reply, "pages");
    let sentence = format!("Warten Sie {seconds} Sekunden und versuchen Sie es noch einmal.");
    assert!(reply.text().contains(&sentence), "{reply}");
    assert_well(&scene);
}

/// A refusal does not wait for a body, and one line of the log tells of many.
#[test]
fn a_refusal_costs_less_than_the_request() {
    let scene = start(&format!("programs = {FEW}"));
    let ask = |_| {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.1\r\nExpect: 100-continue\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n",
            scene.token()
        );
        let mut stream = TcpStream::connect(scene.provider.addr()).expect("a connection");
        let limit = Some(Duration::from_secs(20));
        stream.set_read_timeout(limit).expect("a time limit");
        stream.write_all(head.as_bytes()).expect("a head");
        // Whoever is let in is asked for the body.
        let mut first = [0; 12];
        stream.read_exact(&mut first).expect("a beginning");
        String::from_utf8_lossy(&first).into_owned()
    };
    let answers: Vec<_> = (0..8).map(ask).collect();
    let all = |answer: &str| answers.iter().filter(|own| *own == answer).count();
    let (let_in, refused) = (all("HTTP/1.1 100"), all("HTTP/1.1 429"));
    assert!(
        AT_MOST.contains(&let_in) && let_in + refused == 8,
        "{answers:?}"
    );
    let flood = || {
        let request = Request::post(&scene.token()).form(&[("a", "b")]);
        scene.api().send(&from(request, "203.0.113.1")).expect(429);
    };
    (0..50).for_each(|_| flood());
    assert!(within(Duration::from_secs(5), || scene
        .provider
        .log()
        .contains("limits: programs")));
    let lines = scene.provider.log().matches("limits: programs").count();
    assert!(lines < 40, "{lines} lines of 58 refusals");
}

#[test]
fn a_guesser_of_secrets_takes_nothing_from_those_who_succeed() {
    let scene = start(&format!("failures = {FEW}"));
    let (app, other) = (scene.machine(), scene.machine());
    let send = |app: &App, secret: &str, address: &str| {
        scene.api().send(&from(token(&scene, app, secret), address))
    };
    let nat = "203.0.113.1";
    let (asked, reply) = refused_after(|n| send(&app, &format!("wrong{n}"), nat));
    assert!(AT_MOST.contains(&asked), "{asked}");
    assert!(
        reply
            .member("error_description")
            .starts_with("too many wrong secrets of this app")
    );
    assert!(
        reply
            .header("RateLimit")
            .is_some_and(|it| it.starts_with("\"failures\";r=0;t="))
    );
    // The right one is not looked at either, or a guesser would know which it is.
    send(&app, &app.client_secret, nat).expect(429);
    // The app at its own servers, and others behind the same address, notice nothing.
    send(&app, &app.client_secret, "198.51.100.1").expect(200);
    for _ in 0..20 {
        send(&other, &other.client_secret, nat).expect(200);
    }
    // At every endpoint where secrets are shown.
    let introspect = Request::post(&scene.endpoint("introspection_endpoint"))
        .basic(&app.client_id, &app.client_secret)
        .form(&[("token", "at_nonsense")]);
    scene.api().send(&from(introspect, nat)).expect(429);
    assert_well(&scene);
}

#[test]
fn an_app_has_a_budget_of_its_own_which_others_cannot_spend() {
    let scene = start(&format!("app = {FEW}"));
    let (app, other) = (scene.machine(), scene.machine());
    // Whoever only knows its name spends nothing of it.
    for n in 0..10 {
        let wrong = token(&scene, &app, &format!("wrong{n}"));
        scene.api().send(&from(wrong, "203.0.113.9")).expect(401);
    }
    let send = |n: usize| {
        let request = token(&scene, &app, &app.client_secret);
        scene.api().send(&from(request, &format!("203.0.113.{n}")))
    };
    let (asked, reply) = refused_after(send);
    assert!(AT_MOST.contains(&asked), "{asked}");
    assert!(
        reply
            .member("error_description")
            .starts_with("too many requests of this app")
    );
    let request = token(&scene, &other, &other.client_secret);
    scene.api().send(&from(request, "203.0.113.1")).expect(200);
}

#[test]
fn what_is_switched_off_is_not_counted() {
    let off = "{ per_minute = 0, burst = 1 }";
    let scene = start(&format!("programs = {off}\napp = {off}\nfailures = {off}"));
    let app = scene.machine();
    for n in 0..20 {
        let wrong = token(&scene, &app, &format!("wrong{n}"));
        scene.api().send(&from(wrong, "203.0.113.1")).expect(401);
        let right = token(&scene, &app, &app.client_secret);
        scene.api().send(&from(right, "203.0.113.1")).expect(200);
    }
}

/// Whether the server closes a connection at once.
fn is_closed(stream: &mut TcpStream) -> bool {
    let limit = Some(Duration::from_millis(700));
    stream.set_read_timeout(limit).expect("a time limit");
    match stream.read(&mut [0]) {
        Ok(0) => true,
        Ok(_) => panic!("nothing was asked"),
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn one_address_holds_so_many_connections() {
    let changes = "[limits]\nexempt = []\nconnections_per_address = 8";
    let scene = Scene::start(Setup::toml(PLAIN).with(changes));
    let connect = || TcpStream::connect(scene.provider.addr()).expect("a connection");
    let mut held: Vec<_> = (0..12).map(|_| connect()).collect();
    let closed = held.iter_mut().map(is_closed).filter(|closed| *closed);
    let closed = closed.count();
    // One that asked whether the server is ready may not have ended yet.
    assert!((4..=6).contains(&closed), "{closed}");
    drop(held);
    // Those that end make room again.
    let served = || {
        let request = Request::get("/health/live");
        let reply = scene.api().try_send(&request);
        reply.is_ok_and(|reply| reply.status == 200)
    };
    assert!(within(Duration::from_secs(5), served));
}

/// A connection from another address of this machine.
#[track_caller]
fn connect_from(address: [u8; 4], to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let connected = runtime.expect("a runtime").block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind((address, 0).into())?;
        socket.connect(to).await?.into_std()
    });
    let stream = connected.expect("a connection");
    stream.set_nonblocking(false).expect("it waits");
    stream
}

/// Eight addresses with as many connections as each may have would be all, and these are twelve: what one may have is a part of what is
/// left. Whoever comes later has an answer at once, and not when the heads of the others are overdue.
#[test]
fn a_few_addresses_do_not_take_all_connections() {
    let changes = "[limits]\nexempt = []\nconnections = 64\nconnections_per_address = 8";
    let scene = Scene::start(Setup::toml(PLAIN).with(changes));
    let to = scene.provider.addr();
    let of = |n: u8| (0..16).map(move |_| connect_from([127, 0, 0, n], to));
    let held: Vec<_> = (2..14).flat_map(of).collect();
    let mut late = connect_from([127, 0, 0, 99], to);
    late.set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a time limit");
    let request = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    late.write_all(request.as_bytes()).expect("sent");
    let mut answer = [0; 15];
    late.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    drop(held);
}

/// A body that comes byte by byte, so that something always happens, ends with the time that a request has.
#[test]
fn a_body_that_comes_byte_by_byte_is_not_waited_for() {
    let scene = Scene::plain("");
    let mut stream = TcpStream::connect(scene.provider.addr()).expect("a connection");
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 60000\r\n\r\n",
        scene.token()
    );
    stream.write_all(head.as_bytes()).expect("a head");
    let limit = Some(Duration::from_millis(500));
    stream.set_read_timeout(limit).expect("a time limit");
    let start = std::time::Instant::now();
    let mut came = Vec::new();
    while came.is_empty() && start.elapsed() < Duration::from_secs(45) {
        let _ = stream.write_all(b"a");
        let mut buffer = [0; 64];
        match stream.read(&mut buffer) {
            Ok(read) => came.extend(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let answer = String::from_utf8_lossy(&came).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer:?}");
    let after = start.elapsed().as_secs();
    assert!((29..45).contains(&after), "{after} s");
    assert_well(&scene);
}
