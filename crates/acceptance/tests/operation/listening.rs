//! Where a server listens: addresses, Unix sockets, the sockets of systemd; and what it says of that.

use crate::support::{PLAIN, within};
use acceptance::{Provider, Setup, binary, wait_for_exit};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How soon something that was told has happened.
const SOON: Duration = Duration::from_secs(20);
const ASKED: &str = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[track_caller]
fn answered(stream: &mut (impl Read + Write)) -> String {
    stream.write_all(ASKED.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[track_caller]
fn assert_answered(stream: &mut (impl Read + Write)) {
    let answer = answered(stream);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

/// A Unix socket beside an address of each family, with the mode that was asked for; and one of systemd's, with what
/// systemd is told.
#[test]
fn a_server_listens_wherever_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("v.sock");
    let port = acceptance::free_port();
    let notified = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&notified).expect("a socket");
    systemd.set_read_timeout(Some(SOON)).expect("a limit");
    let told = || {
        let mut text = [0; 4096];
        let read = systemd.recv(&mut text).expect("systemd is told");
        String::from_utf8_lossy(&text[..read]).into_owned()
    };
    let listen = format!(
        "127.0.0.1:{port}, [::1]:{port}, unix:{}?mode=0600",
        socket.display()
    );
    let mut setup = Setup::toml(PLAIN).issuer(&format!("http://localhost:{port}"));
    setup = setup.env("NOTIFY_SOCKET", &notified.display().to_string());
    setup = setup.env("WATCHDOG_USEC", "1000000");
    let mut provider = setup.prepare();
    provider.listen(&listen);
    provider.spawn();
    let ready = std::iter::repeat_with(told).find(|text| text.contains("READY=1"));
    assert!(ready.is_some_and(|text| text.contains("STATUS=")));
    assert!(std::iter::repeat_with(told).any(|text| text.contains("WATCHDOG=1")));
    let mode = fs::metadata(&socket)
        .expect("a socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_answered(&mut UnixStream::connect(&socket).expect("a connection"));
    for host in ["127.0.0.1", "::1"] {
        assert_answered(&mut TcpStream::connect((host, port)).expect("a connection"));
    }
    provider.hang_up();
    let reloading = std::iter::repeat_with(told).find(|text| text.contains("RELOADING=1"));
    assert!(reloading.is_some_and(|text| text.contains("MONOTONIC_USEC=")));
    assert!(std::iter::repeat_with(told).any(|text| text.contains("READY=1")));
    assert!(provider.stop().success());
    assert!(std::iter::repeat_with(told).any(|text| text.contains("STOPPING=1")));
}

/// `127.0.0.1:0` lets the system choose a port, and whoever asked for that has to be told which.
#[test]
fn the_port_that_the_system_chose_is_told() {
    let mut provider = Setup::toml(PLAIN).prepare();
    provider.listen("127.0.0.1:0, [::1]:0");
    provider.spawn();
    let places = || {
        let log = provider.log();
        let line = log.lines().find(|line| line.contains(" listens on "))?;
        let (_, places) = line.split_once(" listens on ")?;
        let places = places.split(['"', ' ']).filter(|part| part.contains(':'));
        Some(
            places
                .take(2)
                .map(|part| part.trim_end_matches(',').to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert!(within(SOON, || places().is_some()), "{}", provider.log());
    let places = places().expect("it was told");
    assert_eq!(places.len(), 2, "{places:?}");
    for place in places {
        let address: SocketAddr = place.parse().unwrap_or_else(|_| panic!("{place}"));
        assert_ne!(address.port(), 0);
        assert_answered(&mut TcpStream::connect(address).expect("a connection"));
    }
}

/// A server that is given sockets the way systemd gives them: from descriptor 3 on, with their number and names, for the
/// process that `LISTEN_PID` names.
struct Activated {
    child: Child,
    provider: Provider,
}

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Activated {
    fn start(process: &str, listen: &str, [first, second]: [OwnedFd; 2]) -> Self {
        let metrics = "[metrics]\nlisten = \"systemd:metrics\"";
        let provider = Setup::toml(PLAIN).with(metrics).prepare();
        let script = format!(
            "exec 3<&0 4<&1 </dev/null >&2; LISTEN_PID={process} LISTEN_FDS=2 LISTEN_FDNAMES=web:metrics exec \"$@\""
        );
        let log = File::create(provider.folder().join("log")).expect("a log");
        let mut command = Command::new("sh");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VALETKEY_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args(["-c", &script, "sh"])
            .arg(binary())
            .args(["serve", "--config"])
            .arg(provider.config_path())
            .args(["--listen", listen, "--issuer", provider.issuer()])
            .args(["--storage", &provider.storage()])
            .current_dir(provider.folder())
            .stdin(Stdio::from(first))
            .stdout(Stdio::from(second))
            .stderr(log)
            .spawn();
        let child = child.expect("it starts");
        Activated { child, provider }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.provider.folder().join("log")).unwrap_or_default()
    }
}

/// One of TCP and one of Unix, and where they are.
fn sockets(folder: &Path) -> ([OwnedFd; 2], SocketAddr, std::path::PathBuf) {
    let web = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = web.local_addr().expect("an address");
    let path = folder.join("metrics.sock");
    let metrics = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    ([web.into(), metrics.into()], address, path)
}

#[test]
fn sockets_of_systemd_are_taken_by_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    for listen in ["systemd:web", "systemd"] {
        let (given, address, metrics) = sockets(folder.path());
        let server = Activated::start("$$", listen, given);
        // The sockets listen already: whoever connects waits until the server has started.
        let mut stream = TcpStream::connect(address).expect("a connection");
        assert_answered(&mut stream);
        let mut stream = UnixStream::connect(&metrics).expect("a connection");
        let page = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(page.as_bytes()).expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        assert!(text.contains("valetkey_"), "{text}\n{}", server.log());
        fs::remove_file(metrics).expect("it was there");
    }
}

#[test]
fn sockets_for_another_process_or_of_another_name_are_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    for (process, listen) in [("1", "systemd:web"), ("$$", "systemd:other")] {
        let (given, _, metrics) = sockets(folder.path());
        let mut server = Activated::start(process, listen, given);
        let ended = wait_for_exit(&mut server.child, SOON);
        assert_eq!(
            ended.and_then(|status| status.code()),
            Some(1),
            "{}",
            server.log()
        );
        let told = server.log();
        assert!(
            told.contains(listen) && told.contains("has handed over no such socket"),
            "{told}"
        );
        fs::remove_file(metrics).expect("it was there");
    }
}
