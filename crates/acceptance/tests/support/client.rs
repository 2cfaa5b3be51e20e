//! Other people's software as clients: curl, and apps in Python and JavaScript.

use acceptance::{App, Browser, Provider, Redirect, Reply, Url, free_port, output, read_reply};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Runs `curl` with these arguments and reads its reply, whose head is printed by `--include`.
#[track_caller]
pub(crate) fn curl(args: &[&str]) -> Reply {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--include", "--max-time", "30"]);
    let done = output(command.args(args));
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "curl {args:?}: {error}");
    read_reply(&mut done.stdout.as_slice(), false).expect("curl prints a reply")
}

/// What an environment variable names: a program, a folder, a server. Tests that need it are ignored without it.
#[track_caller]
pub(crate) fn tool(variable: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    named.unwrap_or_else(|| panic!("{variable} is not set: ./test sets it"))
}

/// Somebody's app, running on a port of its own until it is dropped.
pub(crate) struct ClientApp {
    child: Child,
    addr: SocketAddr,
}

impl ClientApp {
    /// A port for an app that is to be registered before it starts.
    pub(crate) fn port() -> u16 {
        free_port()
    }

    /// Starts `file` of the `clients` folder by `program`, told of the provider by its environment.
    #[track_caller]
    pub(crate) fn start(
        program: &PathBuf,
        file: &str,
        port: u16,
        provider: &Provider,
        app: &App,
    ) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients");
        let log = provider.folder().join(format!("{file}.log"));
        let said = std::fs::File::create(&log).expect("a log");
        let mut command = Command::new(program);
        command
            .arg(folder.join(file))
            .env("PORT", port.to_string())
            .env("PROVIDER", provider.issuer())
            .env("CLIENT_ID", &app.client_id)
            .env("CLIENT_SECRET", &app.client_secret)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said);
        let child = command.spawn().expect("the client app starts");
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        let app = ClientApp { child, addr };
        let up = || TcpStream::connect(addr).is_ok();
        assert!(
            super::within(Duration::from_secs(60), up),
            "{file} does not listen: {}",
            std::fs::read_to_string(&log).unwrap_or_default()
        );
        app
    }

    /// A browser of the same person, on this app's site.
    pub(crate) fn browser(&self) -> Browser {
        let host = format!("localhost:{}", self.addr.port());
        let api = acceptance::Api::new(self.addr, &host);
        Browser::at(api, &format!("http://{host}"))
    }
}

impl Drop for ClientApp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Path and query of a redirect.
#[track_caller]
pub(crate) fn target_of(location: &str) -> String {
    Url::parse(location)
        .unwrap_or_else(|| panic!("no URL: {location}"))
        .target()
}

/// Walks an app's `/login`, the provider's pages and the app's callback, which ends in a session.
#[track_caller]
pub(crate) fn log_in(site: &mut Browser, provider: &mut Browser) -> Redirect {
    let login = site.get("/login").expect(302);
    let question = login.location().expect("to the provider").to_owned();
    let back = provider.authorize(&target_of(&question));
    let landed = site.get(&target_of(&back.location)).expect(302);
    assert_eq!(landed.location(), Some("/dashboard"), "{landed}");
    back
}
