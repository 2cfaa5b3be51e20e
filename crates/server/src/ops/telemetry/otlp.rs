//! Traces and metrics in the words of OTLP 1 (`opentelemetry.proto.collector`), by their field numbers.
use super::durations::{BOUNDS, Durations, Key, Taken};
use super::protobuf::Message;
use super::span::Span;
use crate::ops::metrics::{Family, Kind, Point, Value};

/// Values are counted from the start of the process.
const CUMULATIVE: u64 = 2;
/// A span that answers a request from elsewhere.
const SERVER: u64 = 2;
/// A status: it failed.
const ERROR: u64 = 2;
/// What is known of a parent: that it is from elsewhere.
const HAS_REMOTE_PARENT: u32 = 0x300;
/// The trace is kept.
const SAMPLED: u32 = 1;

/// What is told of this server, beside which everything stands.
#[derive(Debug)]
pub(super) struct Resource {
    /// As what it is known.
    pub(super) service: String,
    /// Which process it is: another one after each start.
    pub(super) instance: String,
}

impl Resource {
    fn write(&self, out: &mut Message) {
        let version = env!("CARGO_PKG_VERSION");
        for (name, value) in [
            ("service.name", self.service.as_str()),
            ("service.version", version),
            ("service.instance.id", self.instance.as_str()),
            ("telemetry.sdk.name", "valetkey"),
            ("telemetry.sdk.language", "rust"),
            ("telemetry.sdk.version", version),
        ] {
            out.message(1, |attribute| text(attribute, name, value));
        }
    }
}

/// The body of a request to `/v1/traces`.
pub(super) fn traces(resource: &Resource, spans: &[Span]) -> Vec<u8> {
    within(resource, |scope| {
        for span in spans {
            scope.message(2, |out| write_span(out, span));
        }
    })
}

/// The body of a request to `/v1/metrics`: times in nanoseconds since 1970.
pub(super) fn metrics(
    resource: &Resource,
    families: &[Family],
    durations: &Durations,
    (started, now): (u64, u64),
) -> Vec<u8> {
    within(resource, |scope| {
        for family in families {
            scope.message(2, |out| write_family(out, family, (started, now)));
        }
        scope.message(2, |out| write_durations(out, durations, (started, now)));
    })
}

/// One resource with one scope: alike for both.
fn within(resource: &Resource, write: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut request = Message::default();
    request.message(1, |out| {
        out.message(1, |out| resource.write(out));
        out.message(2, |out| {
            out.message(1, |scope| {
                scope.bytes(1, "valetkey");
                scope.bytes(2, env!("CARGO_PKG_VERSION"));
            });
            write(out);
        });
    });
    request.into_bytes()
}

fn write_span(out: &mut Message, span: &Span) {
    let asked = &span.asked;
    out.bytes(1, asked.trace.0);
    out.bytes(2, asked.span.0);
    if let Some(state) = &asked.state {
        out.bytes(3, state.as_bytes());
    }
    if let Some(parent) = asked.parent {
        out.bytes(4, parent.0);
    }
    out.bytes(5, span.name().as_bytes());
    out.varint(6, SERVER);
    out.fixed64(7, asked.began);
    out.fixed64(8, asked.began + span.nanos);
    let mut attribute = |write: &dyn Fn(&mut Message)| out.message(9, write);
    attribute(&|a| text(a, "http.request.method", span.method));
    attribute(&|a| text(a, "url.scheme", span.scheme));
    attribute(&|a| number(a, "http.response.status_code", span.status.into()));
    attribute(&|a| text(a, "network.protocol.version", span.version));
    attribute(&|a| text(a, "valetkey.request_id", span.request.as_str()));
    if let Some(route) = &span.route {
        attribute(&|a| text(a, "http.route", route));
        // Where the route is no pattern, what was asked for is known to be ours, and to name nobody.
        if !route.contains('{') {
            attribute(&|a| text(a, "url.path", route));
        }
    }
    if span.status >= 500 {
        attribute(&|a| text(a, "error.type", &span.status.to_string()));
        out.message(15, |status| status.varint(3, ERROR));
    }
    let remote = if asked.parent.is_some() {
        HAS_REMOTE_PARENT
    } else {
        0
    };
    out.fixed32(16, SAMPLED | remote);
}

fn write_family(out: &mut Message, family: &Family, times: (u64, u64)) {
    out.bytes(1, format!("valetkey.{}", family.name));
    out.bytes(2, family.help);
    out.bytes(3, if family.seconds { "s" } else { "1" });
    let field = match family.kind {
        Kind::Gauge | Kind::Info => 5,
        Kind::Counter => 7,
        Kind::Histogram => 9,
    };
    out.message(field, |data| {
        for point in &family.points {
            data.message(1, |out| write_point(out, point, times));
        }
        if field != 5 {
            data.varint(2, CUMULATIVE);
        }
        if field == 7 {
            data.varint(3, 1);
        }
    });
}

fn write_point(out: &mut Message, point: &Point, (started, now): (u64, u64)) {
    out.fixed64(2, started);
    out.fixed64(3, now);
    let labels = match &point.value {
        Value::Count(count) => {
            out.fixed64(6, *count);
            7
        }
        Value::Level(level) => {
            out.double(4, *level);
            7
        }
        Value::Classes(classes, sum) => {
            let counts = classes.iter().map(|(_, count)| *count);
            let bounds = classes.iter().map(|(bound, _)| *bound);
            write_classes(out, counts, bounds.filter(|bound| bound.is_finite()), *sum);
            9
        }
    };
    for (name, value) in &point.labels {
        out.message(labels, |attribute| text(attribute, name, value));
    }
}

fn write_classes(
    out: &mut Message,
    counts: impl Iterator<Item = u64> + Clone,
    bounds: impl Iterator<Item = f64>,
    sum: f64,
) {
    out.fixed64(4, counts.clone().sum());
    out.double(5, sum);
    out.packed64(6, counts);
    out.packed64(7, bounds.map(f64::to_bits));
}

/// `http.server.request.duration`, as the semantic conventions have it.
fn write_durations(out: &mut Message, durations: &Durations, (started, now): (u64, u64)) {
    out.bytes(1, "http.server.request.duration");
    out.bytes(2, "Duration of HTTP server requests.");
    out.bytes(3, "s");
    out.message(9, |data| {
        durations.each(|key, taken| {
            data.message(1, |out| {
                out.fixed64(2, started);
                out.fixed64(3, now);
                write_taken(out, key, taken);
            });
        });
        data.varint(2, CUMULATIVE);
    });
}

fn write_taken(out: &mut Message, key: &Key, taken: &Taken) {
    let counts = taken.classes.iter().copied();
    write_classes(out, counts, BOUNDS.into_iter(), taken.seconds);
    let Key::Of {
        method,
        scheme,
        status,
        route,
    } = key
    else {
        out.message(9, |a| {
            a.bytes(1, "otel.metric.overflow");
            a.message(2, |value| value.varint(2, 1));
        });
        return;
    };
    out.message(9, |a| text(a, "http.request.method", method));
    out.message(9, |a| text(a, "url.scheme", scheme));
    out.message(9, |a| {
        number(a, "http.response.status_code", (*status).into())
    });
    if let Some(route) = route {
        out.message(9, |a| text(a, "http.route", route));
    }
    if *status >= 500 {
        out.message(9, |a| text(a, "error.type", &status.to_string()));
    }
}

fn text(attribute: &mut Message, name: &str, value: &str) {
    attribute.bytes(1, name);
    attribute.message(2, |out| out.bytes(1, value));
}

fn number(attribute: &mut Message, name: &str, value: u64) {
    attribute.bytes(1, name);
    attribute.message(2, |out| out.varint(3, value));
}
