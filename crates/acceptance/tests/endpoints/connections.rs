//! How long a connection may say nothing, and how long an answer waits to be taken.

use crate::support::{PLAIN, Scene, assert_well};
use acceptance::{Reply, Setup};
use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection on which one request was answered.
fn kept_alive(scene: &Scene) -> (BufReader<TcpStream>, Reply) {
    let mut stream = TcpStream::connect(scene.provider.addr()).expect("a connection");
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        .expect("a request");
    let limit = Some(Duration::from_secs(40));
    stream.set_read_timeout(limit).expect("a time limit");
    let mut stream = BufReader::new(stream);
    let reply = acceptance::read_reply(&mut stream, false).expect("an answer");
    (stream, reply)
}

/// How long the server waits until it closes a connection.
fn closed_after(stream: &mut impl Read) -> Duration {
    let start = Instant::now();
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("not closed: {error}"),
    }
    start.elapsed()
}

#[test]
fn a_silent_connection_has_a_time_of_its_own() {
    let scene = Scene::start(Setup::toml(PLAIN).with("keep_alive = \"3s\""));
    let (mut stream, reply) = kept_alive(&scene);
    assert_eq!(reply.header("Keep-Alive"), Some("timeout=3"), "{reply}");
    let after = closed_after(&mut stream).as_secs_f64();
    assert!((2.9..9.0).contains(&after), "{after} s");

    let scene = Scene::plain("");
    let last = scene.api().get("/health/live");
    assert_eq!(last.header("Keep-Alive"), None, "it closes: {last}");
    let (mut silent, reply) = kept_alive(&scene);
    assert_eq!(reply.header("Keep-Alive"), Some("timeout=75"), "{reply}");
    let (mut begun, _) = kept_alive(&scene);
    begun.get_mut().write_all(b"GET / HT").expect("a beginning");
    let after = closed_after(&mut begun).as_secs_f64();
    assert!((9.0..16.0).contains(&after), "a head had {after} s");
    // The one that said nothing is there still.
    std::thread::sleep(Duration::from_secs(3));
    let again = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";
    silent.get_mut().write_all(again).expect("a request");
    let reply = acceptance::read_reply(&mut silent, false).expect("an answer");
    assert_eq!(reply.status, 200, "{reply}");
    assert_well(&scene);
}

/// Asks again and again and reads nothing.
fn greedy(addr: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(addr).expect("a connection");
    let limit = Some(Duration::from_secs(2));
    stream.set_write_timeout(limit).expect("a time limit");
    let requests = b"GET /developers HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100);
    while stream.write_all(&requests).is_ok() {}
    stream
}

#[test]
fn answers_that_nobody_takes_are_not_kept_for_ever() {
    let scene = Scene::plain("");
    let mut stream = greedy(scene.provider.addr());
    std::thread::sleep(Duration::from_secs(38));
    // What is left in the buffers of the system can be read; then the end comes at once.
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a time limit");
    let after = closed_after(&mut stream);
    assert!(after < Duration::from_secs(5), "{after:?}");
    assert_well(&scene);
}

/// One frame of HTTP/2 (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short frame");
    let head = [0, 0, length, kind, flags, 0, 0, 0, stream];
    [&head, payload].concat()
}

/// The acknowledgements of what has come whole; the rest is left.
fn acknowledged(came: &mut Vec<u8>) -> Vec<u8> {
    const SETTINGS: u8 = 4;
    const PING: u8 = 6;
    let mut out = Vec::new();
    while came.len() >= 9 {
        let length = usize::from(came[1]) << 8 | usize::from(came[2]);
        if came.len() < 9 + length {
            break;
        }
        let whole: Vec<u8> = came.drain(..9 + length).collect();
        match (whole[3], whole[4]) {
            (SETTINGS, 0) => out.extend(frame(SETTINGS, 1, 0, b"")),
            (PING, 0) => out.extend(frame(PING, 1, 0, &whole[9..])),
            _ => {}
        }
    }
    out
}

/// A client whose window is 0 asks, takes nothing of the answer, and answers every ping.
#[test]
fn an_answer_over_http2_that_nobody_takes_ends_the_connection() {
    let scene = Scene::start(Setup::toml(PLAIN).https());
    let mut stream = scene.provider.http2();
    let window = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let path = [&[0x82, 0x87, 0x04, 12], &b"/health/live"[..]].concat();
    let head = [&path[..], &[0x41, 9], b"localhost"].concat();
    let asked = [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
        &window,
        &frame(1, 5, 1, &head),
    ];
    stream.write_all(&asked.concat()).expect("a request");
    let (start, mut came) = (Instant::now(), Vec::new());
    let ended = loop {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(read) => came.extend(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break true,
        }
        let own = frame(6, 0, 0, b"pingpong");
        if stream
            .write_all(&[acknowledged(&mut came), own].concat())
            .is_err()
        {
            break true;
        }
        if start.elapsed() > Duration::from_secs(50) {
            break false;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let after = start.elapsed().as_secs();
    assert!(
        ended && (25..50).contains(&after),
        "{ended} after {after} s"
    );
    assert_well(&scene);
}
