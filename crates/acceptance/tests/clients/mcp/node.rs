//! `@modelcontextprotocol/client`.

use super::stage::{Stage, in_rust};
use super::walk::{Plan, walk};
use crate::support::client::tool;
use crate::talk::Library;

fn library() -> Library {
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
