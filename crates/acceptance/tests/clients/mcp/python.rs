//! `mcp` for Python.

use super::document::published;
use super::stage::{Stage, in_rust};
use super::walk::{Plan, walk};
use crate::support::client::tool;
use crate::talk::Library;

pub(crate) fn library() -> Library {
    Library::script(tool("VALETKEY_TEST_PYTHON"), "python/with_mcp.py")
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python and the MCP server: see ./test"
)]
fn python_registers_refreshes_and_steps_up() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let (first, _) = walk(&stage, &library(), &Plan::default());
    assert!(!first.client_id().contains("://"), "it is registered");
    assert_eq!(first.secret(), None);
}

/// It authenticates by a secret that it is given, and repeats its id in the body.
#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python and the MCP server: see ./test"
)]
fn python_registers_for_a_secret() {
    for auth in ["client_secret_basic", "client_secret_post"] {
        let stage = Stage::start(in_rust(), "opaque", "");
        let plan = Plan {
            auth,
            ..Plan::default()
        };
        let (first, _) = walk(&stage, &library(), &plan);
        assert!(first.secret().is_some(), "{auth}");
    }
}

#[test]
#[cfg_attr(
    not(all(has_python, has_mcp)),
    ignore = "needs Python and the MCP server: see ./test"
)]
fn python_is_known_by_its_document() {
    let stage = Stage::start(in_rust(), "opaque", "");
    let plan = Plan {
        document: Some(published(&stage)),
        mode: Some("legacy"),
        ..Plan::default()
    };
    let (first, _) = walk(&stage, &library(), &plan);
    assert_eq!(Some(first.client_id()), plan.document.as_deref());
}
