//! Traces and metrics for a collector (OTLP over HTTP, in protobuf). It is written here and not by the libraries of
//! OpenTelemetry: those are ten crates more, two of them macros, and keep instruments of their own beside what is counted here
//! anyway, for two messages of a dozen fields. Where no collector is named there is nothing of all this, and a request pays for
//! looking at a pointer twice.
mod context;
mod durations;
mod otlp;
mod protobuf;
mod span;

pub(crate) use context::{SpanId, TraceId};
pub(crate) use span::Asked;

use super::clock;
use super::metrics::{Family, Requests};
use super::outbound::trust;
use crate::http::request::RequestId;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use config::Config;
use context::Parent;
use durations::{Durations, Key};
use otlp::Resource;
use outbound::{Named, Wanted};
use span::{Span, name_of};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};
use tokio::sync::Notify;

/// Spans that may wait. Further ones are dropped and counted.
const MOST: usize = 4_096;
/// Spans that are handed over together.
const BATCH: usize = 512;
/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer of a collector that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// What is handed over.
const PROTOBUF: &str = "application/x-protobuf";

/// See the module.
#[derive(Debug)]
pub(crate) struct Telemetry {
    settings: config::Telemetry,
    resource: Resource,
    scheme: &'static str,
    traces: Named,
    metrics: Named,
    /// By whose patterns requests are told.
    requests: Arc<Requests>,
    durations: Durations,
    spans: Mutex<Vec<Span>>,
    /// Wakes whoever hands them over when there are enough.
    enough: Notify,
    sent: AtomicU64,
    dropped: AtomicU64,
    started: (Instant, u64),
}

/// What is known of a request when it is answered.
pub(crate) struct Answered<'a> {
    pub(crate) id: RequestId,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) http2: bool,
    pub(crate) took: Duration,
}

/// How a collector took what it was handed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    /// There is nothing left.
    All,
    /// It may take it another time: why it did not now.
    Later(String),
    /// It will not take what it was handed, which is dropped: why.
    Never(String),
}

impl Telemetry {
    /// For the collector that a configuration names.
    ///
    /// # Errors
    /// One sentence, when its URL or a header cannot be used.
    pub(crate) fn of(config: &Config, requests: &Arc<Requests>) -> anyhow::Result<Option<Self>> {
        let Some(settings) = config.telemetry.clone() else {
            return Ok(None);
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers.0 {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        let named = |path: &str| {
            let url = format!("{}{path}", settings.endpoint);
            Named::new(&url, headers.clone(), trust(config))
                .map_err(|fault| anyhow::anyhow!("telemetry.endpoint: {fault}"))
        };
        let (traces, metrics) = (named("/v1/traces")?, named("/v1/metrics")?);
        Ok(Some(Telemetry {
            resource: Resource {
                service: settings.service.clone(),
                instance: instance(),
            },
            scheme: match config.issuer.starts_with("https://") {
                true => "https",
                false => "http",
            },
            traces,
            metrics,
            settings,
            requests: requests.clone(),
            durations: Durations::default(),
            spans: Mutex::default(),
            enough: Notify::new(),
            sent: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            started: (Instant::now(), nanos()),
        }))
    }

    /// Has the certificates of authorities read again before the next time: a file of them may have changed.
    pub(crate) fn trust_anew(&self) {
        self.traces.trust_anew();
        self.metrics.trust_anew();
    }

    /// Begins to trace a request from `peer`, if it is one to trace: as an own caller says, and by chance otherwise.
    pub(crate) fn begin(&self, headers: &HeaderMap, peer: IpAddr) -> Option<Box<Asked>> {
        let parent = Parent::of(headers);
        let peer = peer.to_canonical();
        let is_own = || self.settings.callers.iter().any(|net| net.contains(&peer));
        let kept = match parent {
            Some(parent) if is_own() => parent.sampled,
            _ => is_chosen(self.settings.sample),
        };
        kept.then(|| {
            Box::new(Asked {
                trace: parent.map_or_else(|| TraceId(jose::random::bytes()), |one| one.trace),
                span: SpanId(jose::random::bytes()),
                parent: parent.map(|parent| parent.span),
                state: parent.and_then(|_| context::state(headers)),
                began: nanos(),
            })
        })
    }

    /// A request was answered, traced or not.
    pub(crate) fn answered(&self, asked: Option<Box<Asked>>, answered: &Answered<'_>) {
        let route = self.requests.pattern(answered.path).map(Arc::from);
        let (method, status) = (name_of(answered.method), answered.status);
        let key = Key::Of {
            method,
            scheme: self.scheme,
            status,
            route: route.clone(),
        };
        self.durations.note(key, answered.took);
        if let Some(asked) = asked {
            self.put(Span {
                asked,
                nanos: u64::try_from(answered.took.as_nanos()).unwrap_or(u64::MAX),
                method,
                scheme: self.scheme,
                version: if answered.http2 { "2" } else { "1.1" },
                status,
                route,
                request: answered.id,
            });
        }
    }

    fn put(&self, span: Span) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.len() >= MOST {
            self.dropped.fetch_add(1, Relaxed);
            return;
        }
        spans.push(span);
        if spans.len() == BATCH {
            self.enough.notify_one();
        }
    }

    /// Resolves when so many spans wait that they are better handed over.
    pub(crate) async fn enough(&self) {
        self.enough.notified().await;
    }

    /// How many spans were taken, and how many dropped, since the start.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.sent.load(Relaxed), self.dropped.load(Relaxed))
    }

    /// How often metrics are handed over, if they are.
    pub(crate) fn metrics_every(&self) -> Option<Duration> {
        self.settings.metrics_every
    }

    /// The collector's host.
    pub(crate) fn host(&self) -> String {
        self.traces.host()
    }

    /// Hands over the spans that wait.
    pub(crate) async fn hand_spans(&self) -> Handed {
        loop {
            let batch = self.take();
            if batch.is_empty() {
                return Handed::All;
            }
            let count = batch.len() as u64;
            let body = otlp::traces(&self.resource, &batch);
            match post(&self.traces, body).await {
                Handed::All => self.sent.fetch_add(count, Relaxed),
                Handed::Later(why) => {
                    self.put_back(batch);
                    return Handed::Later(why);
                }
                Handed::Never(why) => {
                    self.dropped.fetch_add(count, Relaxed);
                    return Handed::Never(why);
                }
            };
        }
    }

    /// Since when it counts.
    pub(crate) fn started(&self) -> Instant {
        self.started.0
    }

    /// Hands over how everything that is counted stands.
    pub(crate) async fn hand_metrics(&self, families: &[Family]) -> Handed {
        let times = (self.started.1, nanos());
        let body = otlp::metrics(&self.resource, families, &self.durations, times);
        post(&self.metrics, body).await
    }

    /// Shows the collector a request without a span: whether it takes any.
    pub(crate) async fn greet(&self) -> Handed {
        post(&self.traces, Vec::new()).await
    }

    fn take(&self) -> Vec<Span> {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let count = spans.len().min(BATCH);
        spans.drain(..count).collect()
    }

    /// Puts spans back before those that came since; the newest give way.
    fn put_back(&self, batch: Vec<Span>) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let since = std::mem::replace(&mut *spans, batch);
        let place = MOST.saturating_sub(spans.len());
        let lost = since.len().saturating_sub(place);
        spans.extend(since.into_iter().take(place));
        self.dropped.fetch_add(lost as u64, Relaxed);
    }
}

async fn post(to: &Named, body: Vec<u8>) -> Handed {
    let wanted = Wanted {
        accept: PROTOBUF,
        most_bytes: LONGEST,
        within: PATIENCE,
    };
    match to.post(PROTOBUF, body.into(), &wanted).await {
        Ok((200..=299, _)) => Handed::All,
        // OTLP: these alone are worth another try.
        Ok((status @ (429 | 502 | 503 | 504), _)) => Handed::Later(format!("it answers {status}")),
        Ok((status, _)) => Handed::Never(format!("it answers {status}")),
        Err(error) => Handed::Later(error.to_string()),
    }
}

/// Chance, by one in so many.
fn is_chosen(share: f64) -> bool {
    let drawn = u64::from_be_bytes(jose::random::bytes());
    // A float has no more than 53 bits.
    ((drawn >> 11) as f64) < share * (1_u64 << 53) as f64
}

/// Nanoseconds since 1970.
fn nanos() -> u64 {
    let since = clock::precisely().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

/// A name for this process that no other has: a UUID of version 4.
fn instance() -> String {
    let mut bytes: [u8; 16] = jose::random::bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut digits = String::new();
    TraceId(bytes).write(&mut digits);
    for at in [8, 13, 18, 23] {
        digits.insert(at, '-');
    }
    digits
}
