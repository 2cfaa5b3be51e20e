//! The small HTTP client of the demo app and the task API: plain http to the provider on this machine.
use super::form;
use anyhow::Context;
use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A client; cheap to clone.
#[derive(Clone)]
pub(crate) struct Client(HyperClient<HttpConnector, Full<Bytes>>);

/// An answer: its status and, where the body is JSON, its value.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
}

impl Client {
    pub(crate) fn new() -> Self {
        Client(HyperClient::builder(TokioExecutor::new()).build_http())
    }

    /// Posts a form with HTTP Basic credentials.
    pub(crate) async fn post_form(
        &self,
        url: &str,
        (id, secret): (&str, &str),
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let basic = STANDARD.encode(format!("{id}:{secret}"));
        let request = Request::post(url)
            .header(header::AUTHORIZATION, format!("Basic {basic}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form::written(fields).into())?;
        self.send(request).await
    }

    /// Gets with a bearer token.
    pub(crate) async fn get_bearer(&self, url: &str, token: &str) -> anyhow::Result<Answer> {
        let request = Request::get(url)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Full::default())?;
        self.send(request).await
    }

    /// Gets whatever is there; empty unless it is a success.
    pub(crate) async fn get_bytes(&self, url: &str) -> anyhow::Result<Bytes> {
        let request = Request::get(url).body(Full::default())?;
        let (status, body) = self.fetch(request).await?;
        Ok(if status == StatusCode::OK {
            body
        } else {
            Bytes::new()
        })
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let (status, body) = self.fetch(request).await?;
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Answer { status, json })
    }

    async fn fetch(&self, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
        let url = request.uri().to_string();
        let response = tokio::time::timeout(TIMEOUT, self.0.request(request)).await;
        let response = response
            .with_context(|| format!("{url} did not answer within 10 seconds"))?
            .with_context(|| format!("{url} cannot be reached"))?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, body))
    }
}
