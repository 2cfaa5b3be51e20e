//! `@modelcontextprotocol/client`.

use super::document::published;
use super::stage::{Stage, in_rust};
use super::walk::{Plan, walk};
use crate::support::client::tool;
use crate::talk::Library;

pub(crate) fn library() -> Library {
    Library::script(tool("VALETKEY_TEST_NODE"), "../mcp/client.mjs")
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js and the MCP server: see ./test"
)]
fn typescript_registers_refreshes_and_steps_up() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let (first, _) = walk(&stage, &library(), &Plan::default());
    assert!(!first.client_id().contains("://"), "it is registered");
}

#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js and the MCP server: see ./test"
)]
fn typescript_is_known_by_its_document() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let plan = Plan {
        document: Some(published(&stage)),
        ..Plan::default()
    };
    let (first, _) = walk(&stage, &library(), &plan);
    assert_eq!(Some(first.client_id()), plan.document.as_deref());
}

/// The revision before the last, which the library speaks unless it is told otherwise.
#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js and the MCP server: see ./test"
)]
fn typescript_speaks_the_revision_before() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let plan = Plan {
        mode: Some("legacy"),
        ..Plan::default()
    };
    walk(&stage, &library(), &plan);
}

/// Tokens that are worth nothing without the client's key (RFC 9449), where nonces are not needed and where they are.
#[test]
#[cfg_attr(
    not(all(has_node, has_mcp)),
    ignore = "needs Node.js and the MCP server: see ./test"
)]
fn typescript_proves_its_key() {
    for nonce in ["off", "required"] {
        let stage = Stage::start(
            in_rust(),
            "opaque",
            &format!("[token]\ndpop_nonce = {nonce:?}"),
        );
        let plan = Plan {
            dpop: true,
            ..Plan::default()
        };
        let (_, last) = walk(&stage, &library(), &plan);
        assert_eq!(last.kind(), "DPoP");
        let refused = stage.call("read_notes", Some(last.token()));
        let told = refused.header("WWW-Authenticate").unwrap_or_default();
        assert_eq!(refused.status, 401, "{refused}");
        assert!(
            told.starts_with("DPoP ") && told.contains("resource_metadata="),
            "{refused}"
        );
    }
}
