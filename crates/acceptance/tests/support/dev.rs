//! A running `valetkey dev`, on free ports and in a folder of its own.

#![allow(dead_code, reason = "each test file uses a part of it")]

use acceptance::{Json, binary, free_port, output, wait_for_exit};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
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
        let mut dev = Dev::spawn(self.command().arg("--json"));
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

    /// Runs it where it cannot start, to its end.
    #[track_caller]
    pub(crate) fn refused(&self, more: &[&str]) -> Output {
        let done = output(self.command().args(more));
        assert!(!done.status.success(), "it started: {done:?}");
        done
    }
}

/// A command of the binary in `folder`, without the `VALETKEY_` variables of the test run.
pub(crate) fn valetkey(folder: &Path) -> Command {
    let mut command = Command::new(binary());
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
        let mut stderr = child.stderr.take().expect("piped");
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Dev {
            child,
            lines,
            site: Json::Null,
        }
    }

    #[track_caller]
    fn next_line(&mut self) -> String {
        let line = self.lines.recv_timeout(LIMIT);
        line.unwrap_or_else(|_| panic!("`valetkey dev` said no more: {:?}", self.child.try_wait()))
    }

    /// A text of the JSON it printed, found by a JSON pointer.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> &str {
        let found = self.site.pointer(pointer).and_then(Json::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer}: {}", self.site))
    }

    /// Asks it to stop and waits for its end.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        let line = format!("kill -TERM {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &line]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{line} failed");
        let status = wait_for_exit(&mut self.child, LIMIT).expect("it stops");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
