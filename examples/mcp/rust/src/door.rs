//! Which scopes a request needs.
//!
//! MCP has one URL for all of its tools, so what a request needs is in its body. A tool that needs more than the token has
//! is answered with 403 and `insufficient_scope`, upon which clients ask their user for more.
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any};
use serde::Deserialize;
use tower::ServiceExt;
use verify::Verifier;

/// What whoever connects needs.
pub(crate) const READ: &str = "notes:read";
/// What writing needs beside it.
pub(crate) const WRITE: &str = "notes:write";
/// What clients are told that they may ask for.
pub(crate) const ALL: &str = "notes:read notes:write";

/// The largest request, in bytes.
const LARGEST: usize = 256 * 1024;

/// The part of a request that says which tool is called.
#[derive(Deserialize)]
struct Call {
    method: String,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    name: Option<String>,
}

/// Lets requests in whose token has the scopes of what they call.
pub(crate) fn guarded(verifier: &Verifier, mcp: Router) -> MethodRouter {
    let read = mcp.clone().layer(verifier.require(READ));
    // A challenge names all that is needed, so that nobody loses what they had.
    let write = mcp.layer(verifier.require(ALL));
    any(async move |request: Request<Body>| {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let door = if writes(&body) { write } else { read };
        let request = Request::from_parts(parts, Body::from(body));
        door.oneshot(request)
            .await
            .unwrap_or_else(|never| match never {})
    })
}

/// Whether the tool that is called writes. The tool looks again at its token; this makes the answer one that leads on.
fn writes(body: &[u8]) -> bool {
    let call: Option<Call> = serde_json::from_slice(body).ok();
    let tool = call.filter(|call| call.method == "tools/call");
    let name = tool.and_then(|call| call.params?.name);
    name.is_some_and(|name| name == "write_note")
}
