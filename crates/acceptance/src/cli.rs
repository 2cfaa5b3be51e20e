//! The command line of the binary, on a provider's configuration and store.

use crate::{Json, Provider, output};
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A command that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Finished {
    /// The one JSON document on standard output of a command that succeeded.
    ///
    /// # Panics
    /// When it failed or printed anything else.
    #[track_caller]
    pub fn json(&self) -> Json {
        assert_eq!(self.code, Some(0), "{self:?}");
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }
}

/// An app to register. Start from `AppSpec::default()`: a confidential app without a redirect URI.
#[derive(Clone, Debug)]
pub struct AppSpec<'a> {
    /// E-mail address of the user who owns it.
    pub owner: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its homepage.
    pub homepage: &'a str,
    /// Its description.
    pub description: Option<&'a str>,
    /// Its redirect URIs.
    pub redirect_uris: &'a [&'a str],
    /// Whether it has no secret.
    pub public: bool,
    /// Whether it may introspect the tokens of others.
    pub resource_server: bool,
    /// Its grant types; none given: code and refresh.
    pub grants: &'a [&'a str],
    /// The scopes it may ask for; none given: what the configuration says.
    pub scopes: &'a [&'a str],
}

impl Default for AppSpec<'_> {
    fn default() -> Self {
        AppSpec {
            owner: "owner@example.com",
            name: "Test App",
            homepage: "https://client.example/",
            description: None,
            redirect_uris: &[],
            public: false,
            resource_server: false,
            grants: &[],
            scopes: &[],
        }
    }
}

impl AppSpec<'_> {
    fn args(&self) -> Vec<&str> {
        let mut args = vec!["app", "create", "--owner", self.owner, "--name", self.name];
        args.extend(["--homepage", self.homepage]);
        if let Some(description) = self.description {
            args.extend(["--description", description]);
        }
        let lists = [
            ("--redirect-uri", self.redirect_uris),
            ("--grant", self.grants),
            ("--scope", self.scopes),
        ];
        for (flag, values) in lists {
            args.extend(values.iter().flat_map(|value| [flag, *value]));
        }
        let switches = [
            ("--public", self.public),
            ("--resource-server", self.resource_server),
        ];
        args.extend(switches.iter().filter(|(_, on)| *on).map(|(flag, _)| *flag));
        args.push("--json");
        args
    }
}

/// A registered app.
#[derive(Clone, Debug)]
pub struct App {
    /// Its client id.
    pub client_id: String,
    /// Its secret, empty for a public app.
    pub client_secret: String,
    /// All that the command printed.
    pub json: Json,
}

impl App {
    #[track_caller]
    fn of(json: Json) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let app = App {
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            json: json.clone(),
        };
        assert!(!app.client_id.is_empty(), "no client_id in {json}");
        app
    }
}

impl Provider {
    /// Runs a verb of the command line with this provider's `--config` and `--storage`.
    #[track_caller]
    pub fn cli(&self, args: &[&str]) -> Finished {
        let mut command = self.command();
        command.args(args).arg("--config").arg(self.config_path());
        command.args(["--storage", &self.storage()]);
        let output = output(&mut command);
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Creates a user and returns what the command prints: `id`, `email` …
    #[track_caller]
    pub fn user_create(&self, email: &str, name: &str, password: &str, admin: bool) -> Json {
        let file = self.secret_file(password);
        let mut args = vec!["user", "create", "--email", email, "--name", name];
        args.extend(["--password-file", &file, "--json"]);
        if admin {
            args.push("--admin");
        }
        let created = self.cli(&args);
        let _ = fs::remove_file(&file);
        created.json()
    }

    /// Registers an app.
    #[track_caller]
    pub fn app_create(&self, spec: &AppSpec<'_>) -> App {
        App::of(self.cli(&spec.args()).json())
    }

    /// Writes `text` into a new file of the provider's folder and returns its path, for options
    /// that read a secret from a file.
    pub fn secret_file(&self, text: &str) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("secret-{}", NEXT.fetch_add(1, Relaxed));
        let path = self.folder().join(name);
        fs::write(&path, text).expect("write a secret file");
        path.to_str().expect("the path is text").to_owned()
    }
}
