//! A small API as a company behind Valetkey would have it: tasks, projects, files and users, by REST and GraphQL.
//!
//! Who may do what is decided twice. The layer of the crate `verify` asks what the *token* may do; `rights` asks
//! what its *user* may do. A request needs both.
mod data;
mod graphql;
mod reply;
mod rest;
mod rights;
mod settings;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use clap::Parser;
use data::Data;
use settings::Settings;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use verify::Verifier;

/// Largest body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// A small API behind Valetkey. `valetkey dev` writes the settings and prints the command that starts it.
#[derive(Debug, Parser)]
#[command(name = "tasks-api")]
struct Args {
    /// The settings: issuer, credential and people's roles, as JSON.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "valetkey-dev/tasks-api.json"
    )]
    settings: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let settings = Settings::read(&args.settings)?;
    let mut checks = settings.verifier().await?;
    let described = match settings.scopes() {
        Some(scopes) => Some(checks.describe(scopes)?),
        None => None,
    };
    let verifier = Verifier::start(checks)?;
    let listener = tokio::net::TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", args.listen))?;
    println!("tasks-api listens on http://{}", listener.local_addr()?);
    tokio::spawn(report(verifier.clone()));
    let mut routes = router(&verifier, settings);
    if let Some(document) = described {
        let path = document.path().to_owned();
        let answer = get(async move || document.response::<Body>());
        routes = routes.route(&path, answer);
    }
    axum::serve(listener, routes)
        .with_graceful_shutdown(stopped()?)
        .await?;
    Ok(())
}

/// Everything the API answers: REST under `/v1` with a scope for each kind of thing, the same under `/api/v1` with
/// one scope for all, and GraphQL with another.
fn router(verifier: &Verifier, settings: Settings) -> Router {
    let step_up = settings.step_up();
    let api = Arc::new(Api {
        data: Data::default(),
        settings,
    });
    Router::new()
        .nest("/v1", rest::by_thing(verifier, &step_up))
        .nest("/api/v1", rest::by_one_scope(verifier, &step_up))
        .route("/graphql", graphql::route(verifier))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(api)
}

/// What every handler needs.
struct Api {
    data: Data,
    settings: Settings,
}

/// Says when the provider cannot be asked, and when it can again.
async fn report(verifier: Verifier) {
    let mut known = None;
    loop {
        let fault = verifier.status().fault.map(|fault| fault.to_string());
        match (&known, &fault) {
            (Some(_), None) => eprintln!("tasks-api: the provider answers again"),
            (was, Some(fault)) if was.as_ref() != Some(fault) => eprintln!("tasks-api: {fault}"),
            _ => {}
        }
        known = fault;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Resolves on SIGTERM or Ctrl-C.
fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
