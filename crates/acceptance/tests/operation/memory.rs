//! What a server holds in memory. With `VALETKEY_LONG=1` and a release binary as `VALETKEY_BIN`, the bounds are those that are
//! promised; the short form, whose binary is what is there, has three times as much.

use crate::support::{PLAIN, Scene, behind, long, within};
use acceptance::{Request, Setup, free_port, read_reply};
use std::fs;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

const CONNECTIONS: usize = 256;
/// Requests on each of them.
const ROUNDS: usize = 8;
/// What is promised, in MiB.
const IDLE: f64 = 20.0;
const AFTER: f64 = 60.0;

/// Mails that wait while no server takes any, and how many addresses they are for.
const MAILS: usize = 100_000;
const ADDRESSES: usize = 1_000;
/// What the payload of each has beside what it needs, in bytes.
const PADDING: usize = 1_000;
/// What they may add, in MiB: a database keeps pages of a file in 16, and all of them would take 95 and more.
const WAITING: f64 = 32.0;

/// The memory of a process that no file is behind, in MiB.
#[track_caller]
fn anonymous(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.expect("a size") / 1024.0
}

/// Mails that are due, written as fast as the database can.
fn mails() -> String {
    let padding = "x".repeat(PADDING);
    format!(
        "INSERT INTO outbox (id, kind, destination, payload, created_at, due_at, attempts, last_error, dead_at) \
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MAILS}) \
         SELECT n, 'mail.test', 'mail:user' || n % {ADDRESSES} || '@example.com', \
         '{{\"to\":\"user' || n % {ADDRESSES} || '@example.com\",\"copy\":1,\"copies\":1,\"x\":\"{padding}\"}}', \
         0, 0, 0, NULL, NULL FROM numbers"
    )
}

#[test]
fn a_server_holds_no_more_while_a_hundred_thousand_mails_are_due() {
    let closed = free_port();
    let mail =
        format!("[mail]\nfrom = \"no-reply@acme.example\"\nsmtp = \"smtp://127.0.0.1:{closed}\"\n");
    let scene = Scene::start(Setup::toml(PLAIN).with(&mail));
    let pid = scene.provider.pid().expect("it runs");
    let tried = || {
        let count = "SELECT COUNT(*) FROM outbox WHERE attempts > 0";
        behind::read(&scene, count).remove(0).parse::<usize>()
    };
    let asked = scene.provider.cli(&["mail", "test", "ann@example.com"]);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    let soon = Duration::from_secs(10);
    assert!(within(soon, || tried() == Ok(1)), "it tries to deliver");
    let before = anonymous(pid);
    behind::run(&scene, &mails());
    let mut most = before;
    let many = || {
        most = anonymous(pid).max(most);
        tried().is_ok_and(|tried| tried > 200)
    };
    let limit = Duration::from_secs(60);
    assert!(within(limit, many), "{:?} were tried", tried());
    println!("memory: {before:.1} MiB, with {MAILS} mails that are due {most:.1} MiB at most");
    let all = (MAILS * PADDING) as f64 / f64::from(1 << 20);
    assert!(WAITING < all / 2.0);
    assert!(most - before <= WAITING, "{before:.1} to {most:.1} MiB");
}

/// The proportional set size of a process, in MiB.
#[track_caller]
fn pss(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("it runs");
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.expect("a size") / 1024.0
}

#[test]
fn a_server_holds_little_idle_and_not_much_more_after_many_connections() {
    let scene = Scene::start(Setup::toml(PLAIN).with("[grants]\nclient_credentials = true"));
    let pid = scene.provider.pid().expect("it runs");
    let app = scene.machine();
    if long() {
        // What a first start does in the background is not idle memory.
        std::thread::sleep(Duration::from_secs(2));
    }
    let idle = pss(pid);
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        app.client_id, app.client_secret
    );
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: localhost:{}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        scene.token(),
        scene.provider.addr().port(),
        body.len()
    );
    let connect = |_| TcpStream::connect(scene.provider.addr()).expect("a connection");
    let mut all: Vec<_> = (0..CONNECTIONS).map(connect).map(BufReader::new).collect();
    for _ in 0..ROUNDS {
        for stream in &mut all {
            stream
                .get_mut()
                .write_all(request.as_bytes())
                .expect("sent");
        }
        for stream in &mut all {
            let reply = read_reply(stream, false).expect("an answer");
            assert_eq!(reply.status, 200);
        }
    }
    drop(all);
    scene
        .api()
        .try_send(&Request::get("/health/live"))
        .expect("it lives");
    let after = pss(pid);
    println!("memory: idle {idle:.1} MiB, after {CONNECTIONS} connections {after:.1} MiB");
    let promised = long() && std::env::var_os("VALETKEY_BIN").is_some();
    let part = if promised { 1.0 } else { 3.0 };
    assert!(idle <= IDLE * part, "idle: {idle:.1} MiB");
    assert!(
        after <= AFTER * part,
        "after {CONNECTIONS} connections: {after:.1} MiB"
    );
}
