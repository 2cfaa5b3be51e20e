//! Checks `[telemetry]`: who is handed traces and metrics.
use super::address::is_loopback;
use super::checks::{Checks, is_text};
use super::network::networks;
use super::password::read;
use ipnet::IpNet;
use protocol::types::Lifetime;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Longest name of a service, in characters.
const MAX_SERVICE: usize = 60;
/// What every request to a collector has, which no file says.
const OURS: [&str; 5] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
];

/// Who is handed traces and metrics, and how much of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Telemetry {
    /// The collector's URL, without a slash at its end.
    pub endpoint: String,
    /// What the collector asks for.
    pub headers: Headers,
    /// The file that they came from.
    pub headers_file: Option<PathBuf>,
    /// As what this server is known there.
    pub service: String,
    /// Of how many requests a trace is kept, from 0 to 1.
    pub sample: f64,
    /// Whose word on that counts.
    pub callers: Vec<IpNet>,
    /// How often metrics are handed over, if they are.
    pub metrics_every: Option<Duration>,
}

/// Names and values of headers that nobody is shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Headers({} …)", self.0.len())
    }
}

/// Checks the table; `None` where no collector is named, or something is wrong.
pub(super) fn telemetry(checks: &mut Checks<'_>) -> Option<Telemetry> {
    let settings = &checks.settings().telemetry;
    let headers = headers(checks);
    let callers = networks(checks, "telemetry.callers", &settings.callers);
    if !is_text(&settings.service, MAX_SERVICE) {
        checks.fault(
            "telemetry.service",
            "is a name of at most 60 characters on one line, such as \"valetkey\"",
        );
    }
    if !(0.0..=1.0).contains(&settings.sample) {
        checks.fault(
            "telemetry.sample",
            "is not between 0 and 1: write 0.1 to keep a trace of every tenth request",
        );
    }
    let every = every(checks);
    let endpoint = endpoint(checks, settings.endpoint.as_ref()?)?;
    if endpoint.starts_with("http://") && !leads_here(&endpoint) && !headers.0.is_empty() {
        checks.fault("telemetry.endpoint", "would send the headers of telemetry.headers_file in the clear to another machine: write https://");
    }
    Some(Telemetry {
        endpoint,
        headers,
        headers_file: headers_file(checks),
        service: settings.service.clone(),
        sample: settings.sample,
        callers,
        metrics_every: every,
    })
}

fn endpoint(checks: &mut Checks<'_>, text: &str) -> Option<String> {
    let is_sound = |url: &Url| {
        ["http", "https"].contains(&url.scheme())
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    if !Url::parse(text).is_ok_and(|url| is_sound(&url)) {
        checks.fault("telemetry.endpoint", "is not the URL of a collector: write it like http://127.0.0.1:4318, without user, query and fragment");
        return None;
    }
    let base = text.trim_end_matches('/');
    if base.ends_with("/v1/traces") || base.ends_with("/v1/metrics") {
        checks.fault(
            "telemetry.endpoint",
            "names one of the collector's paths: leave out /v1/traces and /v1/metrics, which are put behind it",
        );
        return None;
    }
    if base.ends_with(":4317") {
        checks.warn("telemetry.endpoint has the port 4317, at which collectors speak gRPC: that for HTTP is 4318");
    }
    Some(base.to_owned())
}

/// Whether a URL leads to this very machine.
fn leads_here(url: &str) -> bool {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    is_loopback(rest.split('/').next().unwrap_or_default())
}

fn every(checks: &mut Checks<'_>) -> Option<Duration> {
    let every = checks.settings().telemetry.metrics_every.0;
    if every > Lifetime::from_minutes(60) {
        checks.fault("telemetry.metrics_every", "is longer than 1h");
    }
    let seconds = every.seconds().unsigned_abs();
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

fn headers_file(checks: &Checks<'_>) -> Option<PathBuf> {
    let file = checks.settings().telemetry.headers_file.as_ref()?;
    Some(checks.layers.resolved("telemetry.headers_file", file))
}

fn headers(checks: &mut Checks<'_>) -> Headers {
    let Some(file) = headers_file(checks) else {
        return Headers::default();
    };
    let Some(text) = read(checks, "telemetry.headers_file", &file) else {
        return Headers::default();
    };
    let mut found = Vec::new();
    for (at, line) in text.0.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match header(line) {
            Some(header) => found.push(header),
            // The line may be a secret, so it is not shown.
            None => checks.fault(
                "telemetry.headers_file",
                format!(
                    "line {} of {} is no header that can be sent: write it like Authorization: Bearer …",
                    at + 1,
                    file.display()
                ),
            ),
        }
    }
    Headers(found)
}

/// A name and a value (RFC 9110 §5.1, §5.5).
fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let sound = !name.is_empty()
        && name.bytes().all(in_name)
        && !OURS.contains(&name.as_str())
        && !value.is_empty()
        && value.bytes().all(|b| (b' '..=b'~').contains(&b));
    sound.then(|| (name, value.to_owned()))
}
