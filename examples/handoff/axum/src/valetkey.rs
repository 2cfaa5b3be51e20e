//! The calls to Valetkey.
use anyhow::Context;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::env::var;
use std::time::Duration;

/// Why nobody is signed in.
pub(crate) enum Failed {
    /// Nothing asks for it.
    NoChallenge,
    /// It took too long, or was answered.
    Over,
    /// Valetkey does not know this site, or does not answer.
    Ours,
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let told = match self {
            Failed::NoChallenge => (
                StatusCode::BAD_REQUEST,
                "An app leads to this page. Go to the app and start there.",
            ),
            Failed::Over => (
                StatusCode::BAD_REQUEST,
                "This sign-in is over. Go back to the app and start again.",
            ),
            Failed::Ours => (
                StatusCode::BAD_GATEWAY,
                "Signing in does not work at the moment. That is our fault and not yours: please try again later.",
            ),
        };
        told.into_response()
    }
}

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

    /// Asks or tells it something. What is over the person begins anew; all else is ours to mend, and none of their fault.
    ///
    /// # Errors
    /// When it refuses, or does not answer in time.
    pub(crate) async fn call(&self, what: &str, body: &Value) -> Result<Value, Failed> {
        match self.ask(what, body).await {
            Ok((StatusCode::OK, reply)) => Ok(reply),
            Ok((status, reply)) => {
                eprintln!("{what}: {status}: {reply}");
                match status.as_u16() {
                    400 | 404 | 409 | 410 => Err(Failed::Over),
                    _ => Err(Failed::Ours),
                }
            }
            Err(error) => {
                eprintln!("{what}: {error:#}");
                Err(Failed::Ours)
            }
        }
    }

    async fn ask(&self, what: &str, body: &Value) -> anyhow::Result<(StatusCode, Value)> {
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
        Ok((status, serde_json::from_slice(&body)?))
    }
}
