//! What is told at a scrape: the list of what is counted, as Prometheus reads it.
use super::families::{families, of_outbox, of_requests};
use super::family::{Family, Kind, Point, Value};
use super::outbox::Outbox;
use crate::state::Current;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use std::fmt::{self, Error};
use std::sync::Arc;
use std::time::Instant;

/// See the module.
pub(super) struct Told {
    pub(super) current: Current,
    pub(super) outbox: Arc<Outbox>,
    pub(super) started: Instant,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

type Encoded = Result<(), Error>;

impl Collector for Told {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Encoded {
        let app = self.current.app();
        let requests = app.requests.as_deref().map(of_requests);
        let outbox = self.outbox.counts().map(of_outbox);
        families(&app, self.started)
            .into_iter()
            .chain(requests.into_iter().flatten())
            .chain(outbox.into_iter().flatten())
            .try_for_each(|family| told(&mut encoder, &family))
    }
}

fn told(encoder: &mut DescriptorEncoder<'_>, family: &Family) -> Encoded {
    let unit = family.seconds.then_some(&Unit::Seconds);
    let kind = match family.kind {
        Kind::Counter => MetricType::Counter,
        Kind::Gauge => MetricType::Gauge,
        Kind::Histogram => MetricType::Histogram,
        Kind::Info => MetricType::Info,
    };
    let mut metric = encoder.encode_descriptor(family.name, family.help, unit, kind)?;
    family
        .points
        .iter()
        .try_for_each(|point| value(&mut metric, family.kind, point))
}

fn value(metric: &mut MetricEncoder<'_>, kind: Kind, point: &Point) -> Encoded {
    if kind == Kind::Info {
        return metric.encode_info(&point.labels);
    }
    if point.labels.is_empty() {
        return number(metric, kind, &point.value);
    }
    number(
        &mut metric.encode_family(&point.labels)?,
        kind,
        &point.value,
    )
}

fn number(metric: &mut MetricEncoder<'_>, kind: Kind, value: &Value) -> Encoded {
    match (kind, value) {
        (Kind::Counter, Value::Count(count)) => {
            metric.encode_counter::<NoLabelSet, u64, u64>(count, None)
        }
        (Kind::Counter, Value::Level(level)) => {
            metric.encode_counter::<NoLabelSet, f64, f64>(level, None)
        }
        (_, Value::Count(count)) => metric.encode_gauge(count),
        (_, Value::Level(level)) => metric.encode_gauge(level),
        (_, Value::Classes(classes, sum)) => {
            let all = classes.iter().map(|(_, count)| count).sum();
            metric.encode_histogram::<NoLabelSet>(*sum, all, classes, None)
        }
    }
}
