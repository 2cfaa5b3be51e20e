//! `rmcp` for Rust.

use super::document::published;
use super::stage::{Stage, in_rust, program};
use super::walk::{Plan, walk};
use crate::talk::Library;

pub(crate) fn library() -> Library {
    Library::program(program("with-rmcp"))
}

#[test]
#[cfg_attr(
    not(has_mcp),
    ignore = "needs the MCP server and a client in Rust: see ./test"
)]
fn rust_registers_refreshes_and_steps_up() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let (first, last) = walk(&stage, &library(), &Plan::default());
    assert!(!first.client_id().contains("://"), "it is registered");
    // It proves no key (RFC 9449).
    assert_eq!(last.kind(), "bearer");
}

#[test]
#[cfg_attr(
    not(has_mcp),
    ignore = "needs the MCP server and a client in Rust: see ./test"
)]
fn rust_is_known_by_its_document() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let plan = Plan {
        document: Some(published(&stage)),
        ..Plan::default()
    };
    let (first, _) = walk(&stage, &library(), &plan);
    assert_eq!(Some(first.client_id()), plan.document.as_deref());
}
