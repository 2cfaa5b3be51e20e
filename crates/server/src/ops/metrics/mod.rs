//! Metrics, in the text format of Prometheus, on a listener of their own with the health of the server: whoever watches
//! it need not come in where the people do.
mod requests;
mod told;

pub(crate) use requests::Requests;

use super::health;
use crate::state::App;
use anyhow::Context as _;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;
use told::Told;

/// What the text is, by its name and version.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Listens for whoever watches.
///
/// # Errors
/// When the address cannot be had.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen for metrics on {address}"))
}

/// Tells whoever asks, until the process ends.
pub(crate) async fn serve(app: App, requests: Arc<Requests>, listener: TcpListener) {
    let mut registry = Registry::with_prefix("valetkey");
    registry.register_collector(Box::new(Told {
        app: app.clone(),
        requests,
        started: Instant::now(),
    }));
    let registry = Arc::new(registry);
    let router = Router::new()
        .route("/metrics", get(async move || page(&registry)))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state(app.clone());
    if let Err(error) = axum::serve(listener, router).await {
        app.log
            .error(format!("metrics are not served any more: {error}"));
    }
}

fn page(registry: &Registry) -> Response {
    let mut text = String::with_capacity(16 * 1024);
    match encode(&mut text, registry) {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
