//! The command line of the built binary, each test on a provider of its own in a temporary folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::io::Write;
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
}

/// Runs the binary in `folder` with this standard input.
fn run(folder: &Path, args: &[&str], input: &str) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_valetkey"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VALETKEY_") {
            command.env_remove(name);
        }
    }
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

#[test]
fn a_user_is_created_and_listed() {
    let provider = Provider::new();
    let made = provider.create_user("Ada@Example.com").json();
    assert!(made["id"].as_str().unwrap().starts_with("user_"), "{made}");
    assert_eq!(made["email"], "Ada@Example.com");
    assert_eq!(made["name"], "Ada Lovelace");
    assert_eq!(made["admin"], false);
    assert_eq!(made["status"], "active");
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        provider.json(&["user", "list"])["users"],
        Value::from(vec![made])
    );
    let text = provider.run(&["user", "list"]);
    assert!(text.text().contains("Ada@Example.com"), "{text:?}");
}

#[test]
fn a_user_is_refused_with_the_reason() {
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    let again = provider.create_user("ADA@example.com");
    again.failed(1, "ADA@example.com has an account already");
    provider
        .create_user("nobody")
        .failed(1, "email: Enter an e-mail address");
    let args = ["user", "create", "--email", "b@example.com", "--name", "B"];
    let with_file = [&args[..], &["--password-file"]].concat();
    let short = [&with_file[..], &["-"]].concat();
    provider
        .run_with(&short, "short\n")
        .failed(1, "password: Use at least 12 characters");
    let missing = [&with_file[..], &["nowhere"]].concat();
    provider
        .run(&missing)
        .failed(1, "cannot read the password from nowhere");
    assert_eq!(provider.run(&args).code, Some(2), "no --password-file");
    let all = provider.json(&["user", "list"]);
    assert_eq!(all["users"].as_array().unwrap().len(), 1, "{all}");
}

#[test]
fn an_account_is_switched_off_and_on_and_gets_a_password() {
    let provider = Provider::new();
    let ada = provider.create_user("ada@example.com").json();
    let id = ada["id"].as_str().unwrap();
    let off = provider.json(&["user", "disable", "ada@example.com"]);
    assert_eq!(off["status"], "disabled");
    let on = provider.json(&["user", "enable", id]);
    assert_eq!((&on["status"], &on["id"]), (&ada["status"], &ada["id"]));
    let set = [
        "user",
        "set-password",
        "ada@example.com",
        "--password-file",
        "-",
    ];
    let done = provider.run_with(&set, "another long password");
    assert!(done.text().contains("has a new password"), "{done:?}");
    provider.run_with(&set, "x").failed(1, "at least 12");
    let nobody = provider.run(&["user", "disable", "eve@example.com"]);
    nobody.failed(1, "nobody here is \"eve@example.com\"");
}

#[test]
fn lists_come_in_pages() {
    let provider = Provider::new();
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        provider.create_user(email).json();
    }
    let first = provider.json(&["user", "list", "--limit", "2"]);
    assert_eq!(first["users"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = provider.json(&["user", "list", "--limit", "2", "--after", next]);
    assert_eq!(second["users"][0]["email"], "c@example.com");
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        provider.run(&["user", "list", "--limit", "0"]).code,
        Some(2)
    );
}

#[test]
fn an_app_is_created_with_its_secret_shown_once() {
    let (provider, app) = Provider::with_app();
    assert!(
        app["client_secret"].as_str().unwrap().starts_with("cs_"),
        "{app}"
    );
    assert_eq!(app["name"], "My App");
    assert_eq!(
        app["redirect_uris"],
        Value::from(vec!["https://myapp.com/cb"])
    );
    let code_and_refresh = vec!["authorization_code", "refresh_token"];
    assert_eq!(app["grants"], Value::from(code_and_refresh));
    assert_eq!(
        (&app["scopes"], &app["status"]),
        (&Value::Null, &"active".into())
    );
    let mut shown = provider.json(&["app", "show", id_of(&app)]);
    assert_eq!(shown["client_secret"], Value::Null);
    shown["client_secret"] = app["client_secret"].clone();
    assert_eq!(shown, app);
    let text = provider.run(&["app", "show", id_of(&app)]);
    assert!(text.text().contains("https://myapp.com/cb"), "{text:?}");
    assert_eq!(
        provider.json(&["app", "list"])["apps"][0]["client_id"],
        app["client_id"]
    );
}

#[test]
fn every_flag_of_an_app_is_taken() {
    let (provider, _) = Provider::with_app();
    let png = b"\x89PNG\r\n\x1a\nrest";
    std::fs::write(provider.folder.path().join("logo.png"), png).unwrap();
    let public = provider.create_app(&[
        "--description",
        "It helps.",
        "--logo",
        "logo.png",
        "--public",
        "--redirect-uri",
        "http://127.0.0.1/cb",
        "--redirect-uri",
        "com.example.app:/cb",
        "--grant",
        "authorization_code",
        "--scope",
        "tasks:read",
        "--scope",
        "tasks:all tasks:read",
    ]);
    let public = public.json();
    assert_eq!(public["client_secret"], Value::Null, "{public}");
    assert_eq!(public["kind"], "public");
    assert_eq!(
        public["scopes"],
        Value::from(vec!["tasks:read", "tasks:all"])
    );
    assert_eq!(public["grants"], Value::from(vec!["authorization_code"]));
    assert_eq!(public["redirect_uris"].as_array().unwrap().len(), 2);
    let api = provider.create_app(&["--resource-server"]).json();
    assert_eq!(
        (&api["resource_server"], &api["grants"]),
        (&true.into(), &Value::Array(vec![]))
    );
}

#[test]
fn an_app_is_refused_with_the_reason() {
    let (provider, app) = Provider::with_app();
    for (more, part) in [
        (&[][..], "--redirect-uri: the code grant needs"),
        (
            &["--redirect-uri", "http://a.example/cb"],
            "--redirect-uri: http://a.example/cb: plain http",
        ),
        (
            &["--grant", "client_credentials", "--scope", "no:such"],
            "--scope: ",
        ),
        (
            &["--grant", "client_credentials", "--public"],
            "--grant: a public app has no secret",
        ),
        (
            &["--grant", "client_credentials", "--logo", "v.toml"],
            "--logo: a logo is a PNG",
        ),
        (
            &["--grant", "client_credentials", "--logo", "nowhere"],
            "cannot read the logo nowhere",
        ),
    ] {
        provider.create_app(more).failed(1, part);
    }
    assert_eq!(provider.create_app(&["--grant", "implicit"]).code, Some(2));
    assert_eq!(provider.create_app(&["--scope", "a,b"]).code, Some(2));
    let args = [
        "app",
        "create",
        "--owner",
        "eve@example.com",
        "--name",
        "E",
        "--homepage",
        "https://e.example",
    ];
    provider
        .run(&args)
        .failed(1, "nobody here is \"eve@example.com\"");
    let all = provider.json(&["app", "list"]);
    assert_eq!(all["apps"].as_array().unwrap().len(), 1, "{all} {app}");
}

#[test]
fn an_app_is_changed_and_deleted() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let rotated = provider.json(&["app", "rotate-secret", id]);
    assert_ne!(rotated["client_secret"], app["client_secret"]);
    assert_eq!(provider.json(&["app", "disable", id])["status"], "disabled");
    assert_eq!(provider.json(&["app", "enable", id])["status"], "active");
    let approved = provider.json(&["app", "approve", id]);
    assert!(approved["reviewed_at"].is_string(), "{approved}");
    let scoped = provider.json(&["app", "approve-scope", id, "tasks:all"]);
    assert_eq!(scoped["approved_scopes"], Value::from(vec!["tasks:all"]));
    let open = provider.run(&["app", "approve-scope", id, "tasks:read"]);
    open.failed(1, "is not restricted");
    let gone = provider.json(&["app", "delete", id]);
    assert_eq!(
        (&gone["client_id"], &gone["deleted"]),
        (&app["client_id"], &true.into())
    );
    provider
        .run(&["app", "show", id])
        .failed(1, "no app has the client id");
}

#[test]
fn an_app_is_approved_as_it_was_looked_at() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let seen = provider.json(&["app", "show", id])["version"].to_string();
    provider.json(&["app", "approve-scope", id, "tasks:all"]);
    let stale = provider.run(&["app", "approve", id, "--version", &seen]);
    stale.failed(1, "--version: the app was changed since: it is at version");
    let shown = provider.json(&["app", "show", id]);
    assert_eq!(shown["reviewed_at"], Value::Null);
    let now = shown["version"].to_string();
    let approved = provider.json(&["app", "approve", id, "--version", &now]);
    assert!(approved["reviewed_at"].is_string(), "{approved}");
}

#[test]
fn scopes_are_approved_all_or_none() {
    let (provider, app) = Provider::with_app();
    let id = id_of(&app);
    let half = provider.run(&["app", "approve-scope", id, "tasks:all", "no:such"]);
    half.failed(1, "no:such");
    let shown = provider.json(&["app", "show", id]);
    assert_eq!(shown["approved_scopes"], Value::Array(vec![]));
}

#[test]
fn a_public_app_has_no_secret_to_rotate() {
    let (provider, _) = Provider::with_app();
    let app = provider.create_app(&["--public", "--redirect-uri", "https://myapp.com/cb"]);
    let app = app.json();
    provider
        .run(&["app", "rotate-secret", id_of(&app)])
        .failed(1, "a public app has no secret");
}

#[test]
fn a_text_that_is_no_token_is_refused() {
    let provider = Provider::new();
    for verb in ["inspect", "revoke"] {
        let garbage = provider.run_with(&["token", verb], "at_garbage\n");
        garbage.failed(1, "not the whole text of a token");
    }
}

#[test]
fn the_scope_catalogue_is_listed() {
    let provider = Provider::new();
    let all = provider.json(&["scope", "list"]);
    assert_eq!(all["scopes"][0]["name"], "tasks:read");
    assert_eq!(all["scopes"][1]["restricted"], true);
    let text = provider.run(&["scope", "list"]);
    assert!(text.text().contains("See your tasks"), "{text:?}");
}

#[test]
fn a_configuration_is_checked_and_shown() {
    let provider = Provider::new();
    assert_eq!(provider.json(&["config", "check"])["ok"], true);
    let shown = provider.json(&["config", "show"]);
    assert_eq!(shown["issuer"]["value"], "https://auth.example.com");
    assert_eq!(shown["issuer"]["source"], "v.toml:2");
    assert_eq!(shown["token.lifetimes.access"]["source"], "default");
    let schema = run(provider.folder.path(), &["config", "schema"], "").json();
    assert_eq!(schema["title"], "Settings");
    std::fs::write(provider.folder.path().join("v.toml"), "isuer = \"x\"").unwrap();
    let wrong = provider.run(&["config", "check"]);
    wrong.failed(2, "v.toml:1: isuer is not a setting; did you mean issuer?");
    provider.run(&["serve"]).failed(2, "v.toml:1: ");
}

#[test]
fn a_command_must_know_its_provider() {
    let folder = tempfile::tempdir().unwrap();
    let lost = run(folder.path(), &["user", "list"], "");
    lost.failed(
        2,
        "which provider? Name its configuration with --config FILE",
    );
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    let here = run(
        folder.path(),
        &["user", "list", "--storage", "sqlite:x.db", "--json"],
        "",
    );
    assert_eq!(here.json()["users"], Value::Array(vec![]));
    assert!(folder.path().join("x.db").exists());
}

#[test]
fn the_doctor_names_what_is_wrong() {
    use std::os::unix::fs::PermissionsExt;
    let provider = Provider::new();
    provider.create_user("ada@example.com").json();
    let database = provider.folder.path().join("valetkey.db");
    std::fs::set_permissions(&database, PermissionsExt::from_mode(0o644)).unwrap();
    let told = provider.run(&["doctor", "--json"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let checks = report["checks"].as_array().unwrap();
    let modes = checks
        .iter()
        .find(|one| one["check"] == "file modes")
        .unwrap();
    assert_eq!(modes["state"], "failed");
    assert!(
        modes["message"].as_str().unwrap().contains("run chmod 600"),
        "{modes}"
    );
}
