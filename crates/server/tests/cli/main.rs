//! The command line of the built binary, each test on a provider of its own in a temporary folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod apps;
mod configuration;
mod db;
mod doctor;
mod import;
mod key;
mod life_cycle;
mod outbound;
mod signing_keys;

use serde_json::Value;
use std::io::Read;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

const CONFIG: &str = r#"
issuer = "https://auth.example.com"
[scopes]
"tasks:read" = { group = "Tasks", sentence = "See your tasks", default = true }
"tasks:all" = { group = "Tasks", sentence = "Do everything", risk = "full", restricted = true }
"#;

/// A configuration in a folder of its own; nothing runs.
struct Provider {
    folder: tempfile::TempDir,
}

/// A command that has ended.
#[derive(Debug)]
struct Finished {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Finished {
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    #[track_caller]
    fn text(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.stdout
    }

    /// It failed with this exit code, printed nothing, and said one line that holds `part`.
    #[track_caller]
    fn failed(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        assert!(self.stderr.contains(part), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
    }

    /// The configuration is refused, and each line says something that is wrong: one of them this.
    #[track_caller]
    fn refused_by_lines(&self, part: &str) {
        assert_eq!((self.code, &*self.stdout), (Some(2), ""), "{self:?}");
        let mut lines = self.stderr.lines();
        assert!(lines.all(|line| line.starts_with("error: ")), "{self:?}");
        assert!(self.stderr.contains(part), "{self:?}");
    }
}

/// Runs the binary in `folder` with this standard input.
fn run(folder: &Path, args: &[&str], input: &str) -> Finished {
    run_in(folder, &[], args, input)
}

/// The same with these variables.
fn run_in(folder: &Path, variables: &[(&str, &str)], args: &[&str], input: &str) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_valetkey"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VALETKEY_") {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().copied());
    let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = streams
        .stderr(Stdio::piped())
        .args(args)
        .current_dir(folder)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads nothing may have ended before.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Provider {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("v.toml"), CONFIG).unwrap();
        Provider { folder }
    }

    fn run(&self, args: &[&str]) -> Finished {
        self.run_with(args, "")
    }

    fn run_with(&self, args: &[&str], input: &str) -> Finished {
        let args = [args, &["--config", "v.toml"]].concat();
        run(self.folder.path(), &args, input)
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--json"]].concat()).json()
    }

    fn create_user(&self, email: &str) -> Finished {
        let args = [
            "user",
            "create",
            "--email",
            email,
            "--name",
            "Ada Lovelace",
            "--password-file",
            "-",
            "--json",
        ];
        self.run_with(&args, "correct horse battery\n")
    }

    fn create_app(&self, more: &[&str]) -> Finished {
        let args = [
            "app",
            "create",
            "--owner",
            "ada@example.com",
            "--name",
            "My App",
            "--homepage",
            "https://myapp.com",
            "--json",
        ];
        self.run(&[&args, more].concat())
    }

    /// A provider with Ada and an app of hers, and the app as it was printed.
    #[track_caller]
    fn with_app() -> (Self, Value) {
        let provider = Provider::new();
        provider.create_user("ada@example.com").json();
        let app = provider.create_app(&["--redirect-uri", "https://myapp.com/cb"]);
        (provider, app.json())
    }
}

fn id_of(app: &Value) -> &str {
    app["client_id"].as_str().unwrap()
}
