//! A running `valetkey dev`, on free ports and in a folder of its own, and a shell to paste commands into.

#![allow(dead_code, reason = "each test file uses a part of it")]

use acceptance::{Api, Browser, Json, Url, binary, free_port, output, wait_for_exit};
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// How long it may take to say where it is, or to stop.
const LIMIT: Duration = Duration::from_secs(30);

/// Where `valetkey dev` is to listen and what it keeps; nothing runs yet.
pub(crate) struct Place {
    folder: TempDir,
    /// The port of the provider.
    pub(crate) port: u16,
    /// The port of the demo app.
    pub(crate) demo_port: u16,
}

impl Place {
    /// A new folder and two free ports.
    pub(crate) fn new() -> Self {
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix("valetkey-dev-").tempdir();
        Place {
            folder: folder.expect("make a temporary folder"),
            port: free_port(),
            demo_port: free_port(),
        }
    }

    /// The folder it keeps its data in; made by the command itself.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for whatever a test writes.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration that the command writes at its first start.
    pub(crate) fn config(&self) -> PathBuf {
        self.data().join("valetkey.toml")
    }

    /// The command with its ports and folder, without the environment of the test run.
    pub(crate) fn command(&self) -> Command {
        let listen = format!("127.0.0.1:{}", self.port);
        let demo_listen = format!("127.0.0.1:{}", self.demo_port);
        let mut command = valetkey(self.folder());
        command
            .args(["dev", "--listen", &listen, "--demo-listen", &demo_listen])
            .arg("--data")
            .arg(self.data());
        command
    }

    /// Starts it and waits for the JSON that says where everything is.
    #[track_caller]
    pub(crate) fn start(&self) -> Dev {
        self.start_with(&[])
    }

    /// The same with variables in its environment.
    #[track_caller]
    pub(crate) fn start_with(&self, variables: &[(&str, &str)]) -> Dev {
        let mut command = self.command();
        let mut dev = Dev::spawn(command.arg("--json").envs(variables.iter().copied()));
        let line = dev.next_line();
        let parsed = serde_json::from_str(&line);
        dev.site = parsed.unwrap_or_else(|e| panic!("no JSON ({e}): {line}"));
        dev
    }

    /// Starts it for a person and returns what it prints, up to its last line.
    #[track_caller]
    pub(crate) fn start_in_words(&self, last_line: &str) -> (Dev, String) {
        let mut dev = Dev::spawn(&mut self.command());
        let mut text = String::new();
        while !text.contains(last_line) {
            text.push_str(&dev.next_line());
        }
        (dev, text)
    }
}

/// A command of the binary in `folder`, without the `VALETKEY_` variables of the test run.
pub(crate) fn valetkey(folder: &Path) -> Command {
    clean(Command::new(executable()), folder)
}

/// The executable, named so that it is found from any folder.
fn executable() -> PathBuf {
    std::path::absolute(binary()).expect("the path is not empty")
}

/// A command in `folder` that knows nothing of the test run's `VALETKEY_` variables.
fn clean(mut command: Command, folder: &Path) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VALETKEY_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder);
    command
}

/// A running `valetkey dev`. Dropping it kills it.
pub(crate) struct Dev {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    log: Arc<Mutex<String>>,
    /// What it printed with `--json`; null when it was started for a person.
    pub(crate) site: Json,
}

impl Dev {
    #[track_caller]
    fn spawn(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap_or_else(|e| panic!("{command:?} did not start: {e}"));
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line + "\n");
            }
        });
        let log = Arc::<Mutex<String>>::default();
        let (stderr, logged) = (child.stderr.take().expect("piped"), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                logged
                    .lock()
                    .expect("nobody panics")
                    .push_str(&(line + "\n"));
            }
        });
        Dev {
            child,
            lines,
            log,
            site: Json::Null,
        }
    }

    /// All that it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("nobody panics").clone()
    }

    #[track_caller]
    fn next_line(&mut self) -> String {
        let line = self.lines.recv_timeout(LIMIT);
        line.unwrap_or_else(|_| panic!("`valetkey dev` said no more: {}", self.log()))
    }

    /// A text of the JSON it printed, found by a JSON pointer.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> &str {
        let found = self.site.pointer(pointer).and_then(Json::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer}: {}", self.site))
    }

    /// Asks it to stop, waits for its end, and returns the lines that it printed since its start.
    #[track_caller]
    pub(crate) fn stop(mut self) -> Vec<String> {
        let line = format!("kill -TERM {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &line]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{line} failed");
        let status = wait_for_exit(&mut self.child, LIMIT).expect("it stops");
        assert!(status.success(), "{status}");
        self.lines.iter().collect()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client of the site at `url`, which is on loopback.
#[track_caller]
pub(crate) fn api(url: &str) -> Api {
    let url = Url::parse(url).expect("a URL");
    let (_, port) = url.authority().rsplit_once(':').expect("a port");
    let port = port.parse().expect("a number");
    Api::new(SocketAddr::from(([127, 0, 0, 1], port)), url.authority())
}

/// A browser on the site at `url` that knows the demo account.
#[track_caller]
pub(crate) fn browser(dev: &Dev, url: &str) -> Browser {
    let account = (dev.text("/user/email"), dev.text("/user/password"));
    Browser::at(api(url), url).with_account(account.0, account.1)
}

/// Runs what a person pastes into a shell, with `valetkey` on the path.
#[track_caller]
pub(crate) fn paste(lines: &str, folder: &Path, input: &str) -> Output {
    let file = folder.join("input");
    fs::write(&file, input).expect("write the input");
    let script = format!("exec <'{}'\n{lines}", file.display());
    output(shell(folder).args(["-c", &script]))
}

/// A shell in `folder` that finds `valetkey`, without the environment of the test run.
pub(crate) fn shell(folder: &Path) -> Command {
    let mut path = OsString::from(executable().parent().expect("a folder"));
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = clean(Command::new("bash"), folder);
    command.env("PATH", path);
    command
}
