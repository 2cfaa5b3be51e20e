//! A provider that knows no client, and an MCP server that asks it about tokens.

use crate::support::introductions::OPEN;
use crate::support::{Scene, within};
use acceptance::{Api, App, Json, Reply, Request, Setup, free_port};
use serde_json::json;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the servers need of people.
const NOTES: &str = r#"
[apps]
pkce = "all"
[scopes."notes:read"]
group = "Notes"
sentence = "Read your notes"
[scopes."notes:write"]
group = "Notes"
sentence = "Write notes"
risk = "write"
[scopes."files:read"]
group = "Files"
sentence = "Read your files"
[scopes."offline_access"]
group = "Access"
sentence = "Keep this access while you are away"
[signing]
algorithms = ["ES256"]
[outbound]
ca_file = "ca.pem"
"#;
/// How long an access token lives, in seconds: long enough for one call, short enough to wait for.
pub(crate) const LIFE: u64 = 4;
/// How long a server may take to start.
const LIMIT: Duration = Duration::from_secs(60);

/// See the module.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    /// The address of the server, which is also what names it at the provider.
    pub(crate) resource: String,
    server: Child,
}

impl Stage {
    /// Starts both: the provider with TOML laid over it, the server as `program` says, which is told of the provider by its
    /// environment. `token`: what the server's tokens look like.
    #[track_caller]
    pub(crate) fn start(program: Command, token: &str, changes: &str) -> Self {
        let port = free_port();
        let resource = format!("http://localhost:{port}/mcp");
        let api = format!(
            "[[api]]\nidentifier = {resource:?}\nscopes = [\"notes:read\", \"notes:write\"]\ntoken = {token:?}"
        );
        let api = format!(
            "{api}\n[[api]]\nidentifier = \"https://files.example\"\nscopes = [\"files:read\"]\ntoken = {token:?}"
        );
        let life = format!("[token.lifetimes]\naccess = \"{LIFE}s\"");
        let setup = Setup::toml(NOTES).with(OPEN).with(&api).with(&life);
        let scene = Scene::start(setup.with(changes).https());
        let api = scene.resource_server();
        let server = serve(program, &scene, &api, (port, &resource));
        let stage = Stage {
            scene,
            resource,
            server,
        };
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let up = || TcpStream::connect(addr).is_ok();
        assert!(within(LIMIT, up), "no server:\n{}", stage.complaints());
        stage
    }

    /// A client of the server's.
    pub(crate) fn api(&self) -> Api {
        let authority = self.resource.replace("http://", "").replace("/mcp", "");
        let port = authority.rsplit(':').next().expect("a port");
        let port = port.parse().expect("a number");
        Api::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), &authority)
    }

    /// Calls a tool by hand, with or without a token.
    #[track_caller]
    pub(crate) fn call(&self, tool: &str, token: Option<&str>) -> Reply {
        let arguments = match tool {
            "write_note" => json!({ "text": "by hand" }),
            _ => json!({}),
        };
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": tool, "arguments": arguments },
        });
        let request = Request::post("/mcp").json(&call);
        let request = request
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2025-11-25");
        self.api().send(&match token {
            Some(token) => request.bearer(token),
            None => request,
        })
    }

    /// What the server says about itself (RFC 9728).
    #[track_caller]
    pub(crate) fn described(&self) -> Json {
        let reply = self.api().get("/.well-known/oauth-protected-resource/mcp");
        reply.expect(200).json()
    }

    fn complaints(&self) -> String {
        fs::read_to_string(self.scene.provider.folder().join("server.log")).unwrap_or_default()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Starts a server with what its how-to tells it by its environment.
#[track_caller]
fn serve(mut program: Command, scene: &Scene, api: &App, at: (u16, &str)) -> Child {
    let (port, resource) = at;
    let log = File::create(scene.provider.folder().join("server.log")).expect("a log");
    let authority = scene.provider.authority_path();
    program
        .env("ISSUER", scene.provider.issuer())
        .env("RESOURCE", resource)
        .env("CLIENT_ID", &api.client_id)
        .env("CLIENT_SECRET", &api.client_secret)
        .env("LISTEN", format!("127.0.0.1:{port}"))
        .env("SSL_CERT_FILE", &authority)
        .env("NODE_EXTRA_CA_CERTS", &authority)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("share the log"))
        .stderr(log);
    let child = program.spawn();
    child.unwrap_or_else(|e| panic!("{program:?} did not start: {e}"))
}

/// The sample server in Rust.
#[track_caller]
pub(crate) fn in_rust() -> Command {
    Command::new(program("notes-mcp"))
}

/// A program that was built of `examples/mcp/rust`.
#[track_caller]
pub(crate) fn program(name: &str) -> PathBuf {
    crate::support::client::tool("VALETKEY_TEST_MCP").join(name)
}
