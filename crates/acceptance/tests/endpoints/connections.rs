//! How long a connection may say nothing, and how long an answer waits to be taken.

use crate::support::{PLAIN, Scene, assert_well, within};
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
    // The one that said nothing is older, and there still.
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
    // Nothing is read meanwhile: that would be to take the answers.
    let reset = || stream.take_error().is_ok_and(|error| error.is_some());
    within(Duration::from_secs(38), reset);
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

/// A client of HTTP/2 with one request, which says how much of the answer it takes.
struct Client<S> {
    stream: S,
    came: Vec<u8>,
    /// Bytes of the answer that have come.
    taken: usize,
}

const DATA: u8 = 0;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;

impl<S: Read + Write> Client<S> {
    /// Asks for a path of which at most `window` bytes may come.
    fn ask(mut stream: S, path: &str, window: u8) -> Self {
        let window = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, window]);
        let length = u8::try_from(path.len()).expect("a short path");
        let path = [&[0x82, 0x87, 0x04, length], path.as_bytes()].concat();
        let head = [&path[..], &[0x41, 9], b"localhost"].concat();
        let asked = [
            &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
            &window,
            &frame(1, 5, 1, &head),
        ];
        stream.write_all(&asked.concat()).expect("a request");
        Client {
            stream,
            came: Vec::new(),
            taken: 0,
        }
    }

    /// Reads what came, answers every ping, pings itself, and lets `more` bytes come. Whether it is still connected.
    fn goes_on(&mut self, more: u8) -> bool {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(read) => self.came.extend(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return false,
        }
        let mut out = self.acknowledged();
        out.extend(frame(PING, 0, 0, b"pingpong"));
        if more > 0 {
            out.extend(frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, more]));
        }
        self.stream.write_all(&out).is_ok()
    }

    /// Goes on until the connection ends; how long that took.
    fn ends_after(&mut self, most: Duration) -> Duration {
        let start = Instant::now();
        while self.goes_on(0) {
            assert!(start.elapsed() < most, "it goes on after {most:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
        start.elapsed()
    }

    /// The acknowledgements of what has come whole; the rest is left.
    fn acknowledged(&mut self) -> Vec<u8> {
        let (mut out, came) = (Vec::new(), &mut self.came);
        while came.len() >= 9 {
            let length = usize::from(came[1]) << 8 | usize::from(came[2]);
            if came.len() < 9 + length {
                break;
            }
            let whole: Vec<u8> = came.drain(..9 + length).collect();
            match (whole[3], whole[4]) {
                (DATA, _) => self.taken += length,
                (SETTINGS, 0) => out.extend(frame(SETTINGS, 1, 0, b"")),
                (PING, 0) => out.extend(frame(PING, 1, 0, &whole[9..])),
                _ => {}
            }
        }
        out
    }
}

/// Clients that answer every ping: one takes nothing of the answer, one the beginning and no more.
#[test]
fn an_answer_over_http2_that_nobody_takes_ends_the_connection() {
    let scene = Scene::start(Setup::toml(PLAIN).https());
    let ends = |window| {
        let mut client = Client::ask(scene.provider.http2(), "/sign-in", window);
        let after = client.ends_after(Duration::from_secs(50)).as_secs();
        assert!((25..50).contains(&after), "{window}: {after} s");
        assert_eq!(client.taken, usize::from(window));
    };
    std::thread::scope(|scope| {
        for window in [0, 100] {
            scope.spawn(move || ends(window));
        }
    });
    assert_well(&scene);
}

#[test]
fn an_answer_over_http2_may_be_taken_slowly() {
    let keep_alive = "keep_alive = \"2s\"";
    let scene = Scene::start(Setup::toml(PLAIN).with(keep_alive).https());
    let mut client = Client::ask(scene.provider.http2(), "/sign-in", 100);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(8) {
        let before = client.taken;
        assert!(client.goes_on(20), "cut after {:?}", start.elapsed());
        assert!(before < 100 || client.taken > before, "it makes progress");
        std::thread::sleep(Duration::from_millis(200));
    }
    // All the rest at once: what is silence then has its own time.
    for _ in 0..100 {
        client.goes_on(250);
    }
    let taken = client.taken;
    client.ends_after(Duration::from_secs(9));
    assert_eq!(client.taken, taken, "it was all there");
    assert_well(&scene);
}
