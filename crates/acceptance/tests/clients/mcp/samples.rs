//! The servers of `examples/mcp` in Python and for Node.js: what they refuse, and the way of each client to each.

use super::document::published;
use super::stage::Stage;
use super::walk::{Plan, walk};
use super::{node, python, rust};
use crate::support::Tokens;
use crate::support::client::tool;
use crate::support::proofs::Holder;
use crate::support::within;
use crate::talk::Library;
use acceptance::{Pkce, Reply, Request};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Tokens that outlive a test.
const LONG: &str = "[token.lifetimes]\naccess = \"10m\"";

/// A file of `examples/mcp`.
pub(crate) fn example(name: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/mcp");
    examples.join(name)
}

/// The sample server in Python.
#[track_caller]
pub(crate) fn in_python() -> Command {
    served("VALETKEY_TEST_PYTHON", &example("python/server.py"))
}

/// The sample server for Node.js.
#[track_caller]
pub(crate) fn in_node() -> Command {
    served("VALETKEY_TEST_NODE", &example("node/server.mjs"))
}

#[track_caller]
pub(crate) fn served(interpreter: &str, script: &Path) -> Command {
    let mut command = Command::new(tool(interpreter));
    command.arg(script).env("NO_PROXY", "localhost");
    command
}

/// The challenge of a reply that must refuse so.
#[track_caller]
fn challenge(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{reply}");
    let told = reply.header("WWW-Authenticate").unwrap_or_default();
    assert!(told.starts_with("Bearer "), "{reply}");
    told.to_owned()
}

/// "MCP servers MUST implement the OAuth 2.0 Protected Resource Metadata (RFC9728) specification to indicate the locations of
/// authorization servers"; "MCP servers SHOULD include a `scope` parameter in the `WWW-Authenticate` header".
#[track_caller]
fn leads_to_the_provider(server: Command) -> String {
    let stage = Stage::start(server, "opaque", "");
    let told = challenge(&stage.call("read_notes", None), 401);
    let metadata = stage
        .resource
        .replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    for parameter in [
        format!("resource_metadata=\"{metadata}\""),
        "scope=\"notes:read\"".to_owned(),
    ] {
        assert!(told.contains(&parameter), "{parameter}: {told}");
    }
    let described = stage.described();
    assert_eq!(described["resource"], stage.resource.as_str());
    assert_eq!(
        described["authorization_servers"],
        json!([stage.scene.provider.issuer()])
    );
    assert_eq!(
        described["scopes_supported"],
        json!(["notes:read", "notes:write"])
    );
    told
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn the_server_in_python_leads_to_the_provider() {
    let told = leads_to_the_provider(in_python());
    assert!(!told.contains("error="), "{told}");
}

/// Its library names an error where nothing was wrong, which no client minds.
#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn the_server_for_node_leads_to_the_provider() {
    let told = leads_to_the_provider(in_node());
    assert!(told.contains("error=\"invalid_token\""), "{told}");
}

/// "MCP servers MUST validate that access tokens were issued specifically for them as the intended audience"; "Invalid or
/// expired tokens MUST receive a HTTP 401 response".
#[track_caller]
fn refuses_what_is_not_for_it(server: Command) {
    let stage = Stage::start(server, "opaque", LONG);
    let app = stage.scene.confidential(crate::CALLBACK);
    let tokens = |scope: &str| stage.scene.tokens(&app, scope);
    let kept = tokens("notes:read");
    let refused = |what: &str, token: &str| {
        let told = challenge(&stage.call("read_notes", Some(token)), 401);
        assert!(told.contains("error=\"invalid_token\""), "{what}: {told}");
        assert!(told.contains("resource_metadata="), "{what}: {told}");
    };
    refused("nonsense", "nonsense");
    refused("a token for another API", &tokens("files:read").access);
    refused("a refresh token", &kept.refresh);
    refused("a token that is bound to a key", &bound(&stage));
    // One for both is taken at both.
    let both = tokens("files:read notes:read");
    for good in [&both.access, &kept.access] {
        let reply = stage.call("read_notes", Some(good)).expect(200);
        assert!(reply.text().contains("no notes yet"), "{reply}");
    }
    stage.scene.revoke(&app, &kept.access).expect(200);
    let lost = || stage.call("read_notes", Some(&kept.access)).status == 401;
    assert!(within(Duration::from_secs(1), lost), "it is taken back");
    refused("a token that is taken back", &kept.access);
}

/// A token that is worth nothing without the key of its app (RFC 9449).
#[track_caller]
fn bound(stage: &Stage) -> String {
    let app = stage.scene.confidential(crate::CALLBACK);
    let pkce = Pkce::random();
    let pairs = [
        ("scope", "notes:read"),
        ("code_challenge", &pkce.challenge),
        ("code_challenge_method", "S256"),
    ];
    let code = stage.scene.allow(&app, &pairs).code();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", &pkce.verifier),
    ];
    let proof = stage.scene.proof(&Holder::new());
    let reply = stage.scene.proved(&app, &fields, &proof);
    assert_eq!(reply.member("token_type"), "DPoP", "{reply}");
    Tokens::of(&reply).access
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn the_server_in_python_refuses_what_is_not_for_it() {
    refuses_what_is_not_for_it(in_python());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn the_server_for_node_refuses_what_is_not_for_it() {
    refuses_what_is_not_for_it(in_node());
}

/// "servers SHOULD include all scopes required for the current operation in a single challenge", with 403, `insufficient_scope`
/// and `resource_metadata`.
#[track_caller]
fn asks_for_more(server: Command) {
    let stage = Stage::start(server, "opaque", LONG);
    let app = stage.scene.confidential(crate::CALLBACK);
    let reading = stage.scene.tokens(&app, "notes:read").access;
    let told = challenge(&stage.call("write_note", Some(&reading)), 403);
    for parameter in [
        "error=\"insufficient_scope\"",
        "scope=\"notes:read notes:write\"",
        "resource_metadata=\"http://localhost:",
    ] {
        assert!(told.contains(parameter), "{parameter}: {told}");
    }
    let writing = stage.scene.tokens(&app, "notes:write").access;
    let told = challenge(&stage.call("read_notes", Some(&writing)), 403);
    assert!(told.contains("insufficient_scope"), "{told}");
    let both = stage.scene.tokens(&app, "notes:read notes:write").access;
    let written = stage.call("write_note", Some(&both)).expect(200);
    assert!(written.text().contains("written"), "{written}");
    let notes = stage.call("read_notes", Some(&reading)).expect(200);
    assert!(notes.text().contains("by hand"), "{notes}");
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn the_server_in_python_asks_for_more() {
    asks_for_more(in_python());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn the_server_for_node_asks_for_more() {
    asks_for_more(in_node());
}

/// What a web page that knows the address sends, what is no call at all, and a provider that is away, which takes nobody's
/// token.
#[track_caller]
fn bears(server: Command) {
    let mut stage = Stage::start(server, "opaque", LONG);
    let app = stage.scene.confidential(crate::CALLBACK);
    let reading = stage.scene.tokens(&app, "notes:read").access;
    let rebound = Request::post("/mcp").header("Origin", "https://evil.example");
    assert_eq!(stage.api().send(&rebound.bearer(&reading)).status, 403);
    for nonsense in ["[".repeat(200_000), "x".repeat(5 << 20)] {
        let nonsense = Request::post("/mcp").body("application/json", nonsense.as_bytes());
        let nonsense = nonsense.header("Accept", "application/json, text/event-stream");
        let status = stage.api().send(&nonsense.bearer(&reading)).status;
        assert!([400, 413].contains(&status), "{status}");
    }
    // A provider that is away takes nobody's token.
    stage.scene.provider.kill();
    let away = stage.call("read_notes", Some(&reading));
    assert_eq!(away.status, 500, "{away}");
    assert_eq!(away.header("WWW-Authenticate"), None, "{away}");
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn the_server_in_python_bears_nonsense_and_a_provider_that_is_away() {
    bears(in_python());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn the_server_for_node_bears_nonsense_and_a_provider_that_is_away() {
    bears(in_node());
}

/// Both ways of a client to a server: registered, and known by its document.
#[track_caller]
fn connects(server: fn() -> Command, library: &Library) {
    let stage = Stage::start(server(), "opaque", "");
    let (first, _) = walk(&stage, library, &Plan::default());
    assert!(!first.client_id().contains("://"), "it is registered");
    let stage = Stage::start(server(), "opaque", "");
    let plan = Plan {
        document: Some(published(&stage)),
        mode: Some("legacy"),
        ..Plan::default()
    };
    let (first, _) = walk(&stage, library, &plan);
    assert_eq!(Some(first.client_id()), plan.document.as_deref());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_python, has_mcp)),
    ignore = "needs Node.js, Python and the MCP servers: see ./test"
)]
fn typescript_walks_to_the_server_in_python() {
    connects(in_python, &node::library());
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn python_walks_to_the_server_in_python() {
    connects(in_python, &python::library());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn typescript_walks_to_the_server_for_node() {
    connects(in_node, &node::library());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_python, has_mcp)),
    ignore = "needs Node.js, Python and the MCP servers: see ./test"
)]
fn python_walks_to_the_server_for_node() {
    connects(in_node, &python::library());
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python with its MCP server: see ./test"
)]
fn rust_walks_to_the_server_in_python() {
    connects(in_python, &rust::library());
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js with its MCP server: see ./test"
)]
fn rust_walks_to_the_server_for_node() {
    connects(in_node, &rust::library());
}
