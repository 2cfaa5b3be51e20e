//! The APIs of `examples/api`, which ask introspection themselves: run as the how-to says, and called.

use crate::support::client::tool;
use crate::support::{CALLBACK, PLAIN, Scene, within};
use acceptance::{Api, Reply, Setup, free_port};
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long an API may take to start.
const LIMIT: Duration = Duration::from_secs(30);

/// A provider, and an API that asks it about tokens.
struct Guarded {
    scene: Scene,
    port: u16,
    child: Child,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Guarded {
    #[track_caller]
    fn start(mut api: Command) -> Self {
        let scene = Scene::start(Setup::toml(PLAIN));
        let credential = scene.resource_server();
        let port = free_port();
        let log = File::create(scene.provider.folder().join("api.log")).expect("a log");
        api.env("ISSUER", scene.provider.issuer())
            .env("CLIENT_ID", &credential.client_id)
            .env("CLIENT_SECRET", &credential.client_secret)
            .env("PORT", port.to_string())
            .env("NO_PROXY", "localhost,127.0.0.1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("share the log"))
            .stderr(log);
        let child = api.spawn();
        let child = child.unwrap_or_else(|e| panic!("{api:?} did not start: {e}"));
        let guarded = Guarded { scene, port, child };
        let up = || TcpStream::connect(guarded.addr()).is_ok();
        assert!(within(LIMIT, up), "no API:\n{}", guarded.complaints());
        guarded
    }

    fn addr(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    fn complaints(&self) -> String {
        fs::read_to_string(self.scene.provider.folder().join("api.log")).unwrap_or_default()
    }

    /// Lists the tasks with what stands in `Authorization`, if anything does.
    fn list(&self, authorization: &str) -> Reply {
        self.call("GET", authorization)
    }

    fn call(&self, method: &str, authorization: &str) -> Reply {
        let mut request = acceptance::Request::new(method, "/v1/tasks");
        if !authorization.is_empty() {
            request = request.header("Authorization", authorization);
        }
        Api::new(self.addr(), &format!("localhost:{}", self.port)).send(&request)
    }

    /// Refused with a status, and challenged in words.
    #[track_caller]
    fn refuses(&self, reply: &Reply, status: u16, challenge: &str) {
        assert_eq!(reply.status, status, "{reply}\n{}", self.complaints());
        assert_eq!(reply.header("WWW-Authenticate"), Some(challenge), "{reply}");
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the table of the how-to says that callers are told.
#[track_caller]
fn guards(api: Command) {
    let mut guarded = Guarded::start(api);
    let scene = &guarded.scene;
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    let bearer = format!("Bearer {}", tokens.access);
    let reply = guarded.list(&bearer).expect(200);
    assert_eq!(
        reply.json()["tasks"][0],
        format!("the tasks of {}", scene.ann)
    );
    // The scheme is case-insensitive (RFC 9110 §11.1).
    guarded
        .list(&bearer.replace("Bearer", "bearer"))
        .expect(200);
    let both = scene.tokens(&app, "tasks:read tasks:write").access;
    let added = guarded.call("POST", &format!("Bearer {both}")).expect(201);
    assert_eq!(added.json()["added_by"], app.client_id);

    // RFC 6750 §3.1: "If the request lacks any authentication information […], the resource server SHOULD NOT include an
    // error code".
    let none = r#"Bearer realm="tasks", scope="tasks:read""#;
    for text in ["", "Basic YTpi", "Bearer", "Bearer "] {
        guarded.refuses(&guarded.list(text), 401, none);
    }
    let invalid = r#"Bearer realm="tasks", error="invalid_token""#;
    let refresh = format!("Bearer {}", tokens.refresh);
    for text in ["Bearer none", "Bearer a&token=b", &refresh] {
        guarded.refuses(&guarded.list(text), 401, invalid);
    }
    let narrow = r#"Bearer realm="tasks", error="insufficient_scope", scope="tasks:write""#;
    guarded.refuses(&guarded.call("POST", &bearer), 403, narrow);
    scene.revoke(&app, &tokens.access).expect(200);
    guarded.refuses(&guarded.list(&bearer), 401, invalid);

    // Nobody is let in while the provider is away.
    guarded.scene.provider.stop();
    let away = guarded.list(&bearer);
    assert_eq!(away.status, 503, "{away}");
    assert_eq!(away.header("Retry-After"), Some("1"), "{away}");
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn an_api_in_flask_asks_introspection() {
    let mut flask = Command::new(tool("VALETKEY_TEST_PYTHON"));
    flask.arg(root().join("examples/api/flask/api.py"));
    guards(flask);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn an_api_in_express_asks_introspection() {
    let mut express = Command::new(tool("VALETKEY_TEST_NODE"));
    let packages = root().join("crates/acceptance/clients/node_modules");
    express
        .arg(root().join("examples/api/express/api.cjs"))
        .env("NODE_PATH", packages);
    guards(express);
}

#[test]
#[cfg_attr(not(has_api_go), ignore = "needs Go: see ./test")]
fn an_api_in_go_asks_introspection() {
    guards(Command::new(tool("VALETKEY_TEST_API_GO")));
}

/// What stands in the how-to is what runs.
#[test]
fn the_how_to_shows_what_runs() {
    let page = root().join("docs/how-to/protect-an-api-in-another-language.md");
    let page = fs::read_to_string(page).expect("the how-to");
    for (language, file) in [
        ("python", "flask/api.py"),
        ("javascript", "express/api.cjs"),
        ("go", "go/main.go"),
    ] {
        let text = fs::read_to_string(root().join("examples/api").join(file)).expect("an example");
        let lines = text.lines();
        let lines = lines.skip_while(|line| !line.ends_with("protection begins"));
        let lines = lines
            .skip(1)
            .take_while(|line| !line.ends_with("protection ends"));
        let shown: Vec<_> = lines.collect();
        let shown = shown.join("\n");
        let block = format!("```{language}\n{}\n```", shown.trim());
        assert!(page.contains(&block), "{file} is shown otherwise");
    }
}
