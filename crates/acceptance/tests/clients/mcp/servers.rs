//! The servers of `examples/mcp` by themselves: what they tell who knows nothing but their address.

use super::stage::{Stage, in_rust};
use acceptance::Reply;
use serde_json::json;

#[track_caller]
fn challenge(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{reply}");
    reply
        .header("WWW-Authenticate")
        .unwrap_or_default()
        .to_owned()
}

/// "MCP servers MUST implement the OAuth 2.0 Protected Resource Metadata (RFC9728) specification to indicate the locations of
/// authorization servers"; "MCP servers SHOULD include a `scope` parameter in the `WWW-Authenticate` header".
#[test]
#[cfg_attr(not(has_mcp), ignore = "needs the MCP server: see ./test")]
fn the_server_in_rust_leads_to_the_provider() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let told = challenge(&stage.call("read_notes", None), 401);
    let metadata = stage
        .resource
        .replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    assert!(
        told.contains(&format!("resource_metadata=\"{metadata}\"")),
        "{told}"
    );
    assert!(
        told.contains("scope=\"notes:read\"") && !told.contains("error="),
        "{told}"
    );
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
}
