//! Metrics, in the text format of Prometheus, on a listener of their own with the health of the server: whoever watches
//! it need not come in where the people do.
mod families;
mod family;
mod outbox;
mod requests;
mod told;

pub(crate) use families::families;
pub(crate) use family::{Family, Kind, Point, Value};
pub(crate) use requests::Requests;

use super::health;
use crate::http::accept::next;
use crate::http::listener::{Listener, Stream};
use crate::http::request::Arrival;
use crate::state::Current;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use outbox::Outbox;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use told::Told;

/// Connections at once, so that none that the server itself needs is missing.
const CONNECTIONS: usize = 16;
/// How long a connection may take, from its beginning to the end of its answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// What the text is, by its name and version.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Tells whoever asks, until the process ends.
pub(crate) async fn serve(current: Current, listener: Arc<Listener>) {
    let mut registry = Registry::with_prefix("valetkey");
    let outbox = Arc::new(Outbox::default());
    registry.register_collector(Box::new(Told {
        current: current.clone(),
        outbox: outbox.clone(),
        started: Instant::now(),
    }));
    let registry = Arc::new(registry);
    let scraped = current.clone();
    let (lives, works) = (current.clone(), current);
    let now = |current: &Current| State(current.app());
    let router = Router::new()
        .route(
            "/metrics",
            get(async move || {
                outbox.look(&scraped.app()).await;
                page(&registry)
            }),
        )
        .route(
            "/health/live",
            get(async move || health::live(now(&lives)).await),
        )
        .route(
            "/health/ready",
            get(async move |arrival: Arrival, headers: HeaderMap| {
                health::ready(now(&works), arrival, headers).await
            }),
        );
    accept(&listener, &router).await;
}

/// Answers one request on each connection. One too many ends the oldest: those who only hold connections do not keep
/// out who asks.
async fn accept(listener: &Listener, router: &Router) {
    let mut open = JoinSet::new();
    let mut oldest = VecDeque::new();
    loop {
        match next(std::slice::from_ref(listener)).await {
            Ok((stream, _)) => oldest.push_back(open.spawn(answer(stream, router.clone()))),
            Err(error) => {
                tracing::warn!(%error, "cannot accept for metrics: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while open.try_join_next().is_some() {}
        oldest.retain(|connection| !connection.is_finished());
        while oldest.len() > CONNECTIONS
            && let Some(connection) = oldest.pop_front()
        {
            connection.abort();
        }
    }
}

async fn answer(stream: Stream, router: Router) {
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).keep_alive(false);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    // What fails is seen by who asked.
    let _ = tokio::time::timeout(DEADLINE, connection).await;
}

fn page(registry: &Registry) -> Response {
    let mut text = String::with_capacity(16 * 1024);
    match encode(&mut text, registry) {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
