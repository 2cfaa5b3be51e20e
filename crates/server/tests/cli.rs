//! The command line of the built binary, each test on a provider of its own in a temporary folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

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

/// The names in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn the_configuration_of_the_folder_is_read_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("valetkey.toml"), CONFIG).unwrap();
    for args in [
        &["config", "check"][..],
        &["config", "show"],
        &["scope", "list"],
        &["user", "list"],
        &["db", "status"],
    ] {
        let done = run(at, args, "");
        assert_eq!(done.code, Some(0), "{done:?}");
        let said = "reading valetkey.toml of this folder; --config names another\n";
        assert!(done.stderr.starts_with(said), "{args:?}: {done:?}");
        assert_eq!(done.stderr.matches("reading").count(), 1, "{done:?}");
    }
    let check = run(at, &["config", "check"], "");
    assert!(
        check
            .stdout
            .starts_with("valetkey.toml is in order: https://auth.example.com"),
        "{check:?}"
    );
    let doctor = run(at, &["doctor", "--listen", "127.0.0.1:1", "--json"], "");
    assert!(
        doctor.stdout.contains("valetkey.toml is in order"),
        "{doctor:?}"
    );
}

#[test]
fn a_configuration_is_named_before_the_verb_or_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("other.toml"), CONFIG).unwrap();
    // What is named stands above what lies here.
    std::fs::write(at.join("valetkey.toml"), "isuer = 1").unwrap();
    let before = run(at, &["--config", "other.toml", "scope", "list"], "");
    assert!(before.text().contains("tasks:read"), "{before:?}");
    assert_eq!(before.stderr, "");
    let named = [("VALETKEY_CONFIG", "other.toml")];
    let by_variable = run_in(at, &named, &["scope", "list"], "");
    assert!(by_variable.text().contains("tasks:read"), "{by_variable:?}");
    assert_eq!(
        by_variable.stderr,
        "reading other.toml, which VALETKEY_CONFIG names\n"
    );
    let missing = run_in(at, &[("VALETKEY_CONFIG", "gone.toml")], &["serve"], "");
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(
        missing.stderr.contains("error: gone.toml: cannot be read"),
        "{missing:?}"
    );
    let dev = run(at, &["--config", "other.toml", "dev"], "");
    dev.failed(2, "keeps a configuration of its own");
}

#[test]
fn nothing_is_served_or_checked_when_nothing_says_what() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["serve"][..],
        &["serve", "--listen", "127.0.0.1:0"],
        &["config", "check"],
        &["doctor"],
        &["user", "list"],
        &["scope", "list"],
        &["db", "status"],
    ] {
        run(folder.path(), args, "")
            .failed(2, "which provider? Name its configuration with --config");
    }
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
    let by_environment = [("VALETKEY_ISSUER", "https://auth.example.com")];
    let check = run_in(folder.path(), &by_environment, &["config", "check"], "");
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[test]
fn everything_is_looked_at_before_anything_is_made_or_announced() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(at.join("cert.pem"), pair.cert.pem()).unwrap();
    std::fs::write(at.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    std::fs::write(at.join("other.pem"), other.signing_key.serialize_pem()).unwrap();
    for (config, part) in [
        (
            "[tls]\ncert = \"gone.pem\"\nkey = \"key.pem\"",
            "tls.cert: cannot read ",
        ),
        (
            "[tls]\ncert = \"cert.pem\"\nkey = \"gone.pem\"",
            "tls.key: cannot read ",
        ),
        (
            "[tls]\ncert = \"key.pem\"\nkey = \"cert.pem\"",
            "tls.cert and tls.key are swapped",
        ),
        (
            "[tls]\ncert = \"cert.pem\"\nkey = \"cert.pem\"",
            "has no private key",
        ),
        (
            "[tls]\ncert = \"cert.pem\"\nkey = \"other.pem\"",
            "does not fit the certificate",
        ),
        ("[storage]\nurl = \"sqlite:gone/v.db\"", "the folder of "),
        ("[storage]\nurl = \"sqlite:.\"", "is a folder: name a file"),
        (
            "[storage]\nurl = \"postgres://db.example/x?sslmode=require&sslrootcert=/nowhere.pem\"",
            "sslrootcert: /nowhere.pem cannot be read as certificates",
        ),
        ("[storage]\nkeys = \"cert.pem\"", "is a file: name a folder"),
        (
            "[token.lifetimes]\naccess = \"60d\"",
            "60d is longer than token.lifetimes.refresh",
        ),
        ("[paths]\ntoken = [\"/:x\"]", "begins with a colon"),
    ] {
        std::fs::write(at.join("v.toml"), config).unwrap();
        let before = names_in(at);
        for verb in [
            &["config", "check"][..],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let args = [verb, &["--config", "v.toml"]].concat();
            run(at, &args, "").failed(2, part);
        }
        assert_eq!(names_in(at), before, "{config}");
    }
    std::fs::write(
        at.join("v.toml"),
        "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"",
    )
    .unwrap();
    let sound = run(at, &["config", "check", "--config", "v.toml"], "");
    assert_eq!(sound.code, Some(0), "{sound:?}");
}

#[test]
fn all_that_is_wrong_is_told_one_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = "isuer = \"x\"\n[apps]\npkce = \"none\"\n[branding]\naccent = \"red\"";
    std::fs::write(folder.path().join("v.toml"), config).unwrap();
    let told = run(
        folder.path(),
        &["config", "check", "--config", "v.toml"],
        "",
    );
    assert_eq!(told.code, Some(2), "{told:?}");
    let lines: Vec<_> = told.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{told:?}");
    for (line, start) in lines.iter().zip(["v.toml:1: ", "v.toml:3: ", "v.toml:5: "]) {
        assert!(line.starts_with(&format!("error: {start}")), "{line}");
    }
}

#[test]
fn service_links_do_not_stop_a_command_and_are_told_once() {
    let provider = Provider::new();
    let links = [
        ("VALETKEY_PORT", "tcp://10.0.0.1:80"),
        ("VALETKEY_SERVICE_HOST", "10.0.0.1"),
        ("VALETKEY_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    let args = ["user", "list", "--config", "v.toml"];
    let done = run_in(provider.folder.path(), &links, &args, "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
    assert!(done.stderr.contains("VALETKEY_SERVICE_HOST"), "{done:?}");
    let wrong = [("VALETKEY_PORT", "8080")];
    run_in(provider.folder.path(), &wrong, &args, "").failed(2, "VALETKEY_PORT: is not a setting");
}

/// Somebody who gives this answer to everyone; where.
fn answering(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// What the doctor says about a thing.
#[track_caller]
fn finding(folder: &Path, args: &[&str], about: &str) -> (String, String) {
    let args = [&["doctor", "--json"], args].concat();
    let told = run(folder, &args, "");
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let mut found = checks.iter().filter(|one| one["check"] == about);
    let first = found.next().unwrap_or_else(|| panic!("{about}: {report}"));
    assert!(found.next().is_none(), "{report}");
    let text = |key: &str| first[key].as_str().unwrap().to_owned();
    (text("state"), text("message"))
}

#[test]
fn the_doctor_asks_who_answers() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let document = |issuer: &str| {
        let body =
            format!("{{\"issuer\":\"{issuer}\",\"token_endpoint\":\"{issuer}/oauth2/token\"}}");
        http("200 OK", &body)
    };
    for (answer, part) in [
        (
            document("https://other.example"),
            "is another provider, https://other.example",
        ),
        (
            document("https://auth.example.com"),
            "calls itself this issuer, but nobody serves ",
        ),
        (
            http(
                "200 OK",
                "{\"issuer\":\"https://auth.example.com\",\"token_endpoint\":\"https://auth.example.com/t\"}",
            ),
            "calls itself this issuer, but has other endpoints",
        ),
        (
            http("404 Not Found", ""),
            "is not a Valetkey, nor any OAuth provider (it answers 404)",
        ),
        ("SSH-2.0-x\r\n".to_owned(), "gives no answer"),
    ] {
        let listen = answering(answer.clone()).to_string();
        let args = ["--config", "v.toml", "--listen", &listen];
        let (state, message) = finding(at, &args, "port");
        assert_eq!(state, "failed", "{answer}: {message}");
        assert!(message.contains(part), "{answer}: {message}");
        let issuer = format!("http://{listen}");
        let args = [&args[..], &["--issuer", &issuer]].concat();
        let (state, message) = finding(at, &args, "issuer");
        assert_eq!(state, "failed", "{answer}: {message}");
    }
}

#[test]
fn the_doctor_tells_plain_http_where_tls_is_configured() {
    let provider = Provider::new();
    let at = provider.folder.path();
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(at.join("cert.pem"), pair.cert.pem()).unwrap();
    std::fs::write(at.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    let config = format!("{CONFIG}\n[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    std::fs::write(at.join("v.toml"), config).unwrap();
    let listen = answering(http("200 OK", "hello")).to_string();
    let args = ["--config", "v.toml", "--listen", &listen];
    let (state, message) = finding(at, &args, "port");
    assert_eq!(state, "failed", "{message}");
    assert!(
        message.contains("speaks plain http, though [tls]"),
        "{message}"
    );
}

#[test]
fn the_doctor_tells_of_a_certificate_once() {
    let provider = Provider::new();
    let config = format!("{CONFIG}\n[tls]\ncert = \"gone.pem\"\nkey = \"gone.pem\"\n");
    std::fs::write(provider.folder.path().join("v.toml"), config).unwrap();
    let args = ["--config", "v.toml", "--listen", "127.0.0.1:1"];
    let (state, message) = finding(provider.folder.path(), &args, "certificate");
    assert_eq!(state, "failed", "{message}");
    assert!(message.contains("gone.pem"), "{message}");
}

#[test]
fn an_app_with_too_many_addresses_is_told_the_limit() {
    let (provider, _) = Provider::with_app();
    let uris: Vec<String> = (0..11).map(|n| format!("https://a.example/{n}")).collect();
    let args: Vec<&str> = uris
        .iter()
        .flat_map(|uri| ["--redirect-uri", uri])
        .collect();
    provider
        .create_app(&args)
        .failed(1, "an app has at most 10 redirect URIs, and these are 11");
}

#[test]
fn the_mark_of_an_administrator_is_said_to_wait() {
    let provider = Provider::new();
    let args = [
        "user",
        "create",
        "--email",
        "a@example.com",
        "--name",
        "A",
        "--admin",
        "--password-file",
        "-",
    ];
    let done = provider.run_with(&args, "correct horse battery\n");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("--admin is not yet in effect"),
        "{done:?}"
    );
}
