//! What is handed to a collector.
use crate::values::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Traces and metrics, handed to an OpenTelemetry collector by OTLP (protobuf over HTTP). Without `endpoint` nothing is, and
/// no request pays for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TelemetrySettings {
    /// The collector's URL, such as `http://127.0.0.1:4318`; `/v1/traces` and `/v1/metrics` are put behind it.
    pub(crate) endpoint: Option<String>,
    /// A file with headers that the collector asks for, one a line (`Authorization: Bearer …`): readable by the server alone.
    pub(crate) headers_file: Option<PathBuf>,
    /// As what this server is known there (`service.name`).
    pub(crate) service: String,
    /// Of how many requests a trace is kept, from `0` to `1`.
    pub(crate) sample: f64,
    /// Addresses or networks of own callers, such as your APIs, or a proxy that makes traces: their `traceparent` says whether a
    /// trace is kept. Of everybody else's only the ids are taken, for what is kept is not for strangers to say.
    pub(crate) callers: Vec<String>,
    /// How often metrics are handed over: up to 1h; `0s` for never.
    pub(crate) metrics_every: Span,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        TelemetrySettings {
            endpoint: None,
            headers_file: None,
            service: "valetkey".to_owned(),
            sample: 0.1,
            callers: Vec::new(),
            metrics_every: Span::seconds(60),
        }
    }
}
