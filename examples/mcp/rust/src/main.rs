//! An MCP server behind Valetkey. `docs/how-to/mcp-server-in-rust.md` says how it is run.
//!
//! Clients that know nothing but its address are refused with what leads them to the provider (RFC 9728), and come back
//! with a token for this server alone. What a token may do is decided in `door`; the tools are in `notes`.
mod door;
mod notes;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use url::{Position, Url};
use verify::{Settings, Verifier};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // The address of this server as clients know it, which is also what names it at the provider.
    let resource = variable("RESOURCE")?;
    let address = Url::parse(&resource).context("RESOURCE is no URL")?;

    let (id, secret) = (variable("CLIENT_ID")?, variable("CLIENT_SECRET")?);
    let mut settings = Settings::discover(&variable("ISSUER")?, &id, &secret).await?;
    settings.realm = "notes".to_owned();
    settings.audience = Some(resource.clone());
    // Tokens that are bound to keys (DPoP) are taken because of this line.
    settings.url = Some(address[..Position::BeforePath].to_owned());
    let document = settings.describe(door::ALL)?;
    let place = document.path().to_owned();
    let verifier = Verifier::start(settings)?;

    let mcp = Router::new().route_service(address.path(), service(&address));
    let routes = Router::new()
        .route(&place, get(async move || document.response::<Body>()))
        .route(address.path(), door::guarded(&verifier, mcp));

    let listen = variable("LISTEN").unwrap_or_else(|_| "127.0.0.1:8083".to_owned());
    let listener = tokio::net::TcpListener::bind(&listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {listen}"))?;
    println!("notes for MCP clients at {resource}");
    axum::serve(listener, routes).await?;
    Ok(())
}

/// MCP over HTTP, without sessions: whatever a request needs is in it.
fn service(address: &Url) -> StreamableHttpService<notes::Server, NeverSessionManager> {
    let host = &address[Position::BeforeHost..Position::AfterPort];
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts([host])
        .enforce_origin_validation();
    let server = notes::Server::default();
    let new = move || Ok(server.clone());
    StreamableHttpService::new(new, Arc::new(NeverSessionManager::default()), config)
}

fn variable(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("set {name}"))
}
