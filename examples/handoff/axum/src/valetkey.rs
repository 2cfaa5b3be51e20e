//! The calls to Valetkey.
use anyhow::{Context, bail};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::env::var;
use std::time::Duration;

/// Where it is, and what this site shows with each call.
pub(crate) struct Valetkey {
    issuer: String,
    secret: String,
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl Valetkey {
    pub(crate) fn of_environment() -> anyhow::Result<Self> {
        let https = HttpsConnectorBuilder::new().with_native_roots()?;
        let https = https.https_or_http().enable_http1().build();
        Ok(Valetkey {
            issuer: var("ISSUER").context("set ISSUER")?,
            secret: var("HANDOFF_SECRET").context("set HANDOFF_SECRET")?,
            client: Client::builder(TokioExecutor::new()).build(https),
        })
    }

    /// Asks or tells it something.
    ///
    /// # Errors
    /// When it refuses, or does not answer in time.
    pub(crate) async fn call(&self, what: &str, body: &Value) -> anyhow::Result<Value> {
        let request = Request::post(format!("{}/login/{what}", self.issuer))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.secret))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))?;
        let talk = async {
            let reply = self.client.request(request).await?;
            let status = reply.status();
            let body = reply.into_body().collect().await?.to_bytes();
            anyhow::Ok((status, body))
        };
        let (status, body) = tokio::time::timeout(Duration::from_secs(10), talk).await??;
        if status != StatusCode::OK {
            bail!("{what}: {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(serde_json::from_slice(&body)?)
    }
}
