//! What is told at a scrape: numbers that are kept anyway, put into words.
use super::outbox::Outbox;
use super::requests::{MICROS, Requests, Route};
use crate::ops::clock;
use crate::state::{App, Current};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt::{self, Error};
use std::sync::Arc;
use std::time::Instant;
use store::OutboxCounts;

/// See the module.
pub(super) struct Told {
    pub(super) current: Current,
    pub(super) outbox: Arc<Outbox>,
    pub(super) started: Instant,
}

/// The server at one scrape.
struct Scrape {
    app: App,
    started: Instant,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

type Encoded = Result<(), Error>;

impl Collector for Told {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Encoded {
        let encoder = &mut encoder;
        let scrape = Scrape {
            app: self.current.app(),
            started: self.started,
        };
        scrape.server(encoder)?;
        if let Some(counted) = &scrape.app.requests {
            requests(encoder, counted)?;
        }
        scrape.transitions(encoder)?;
        scrape.batches(encoder)?;
        scrape.fetches(encoder)?;
        scrape.limits(encoder)?;
        scrape.waiting(encoder)?;
        if let Some(counts) = self.outbox.counts() {
            outbox(encoder, counts)?;
        }
        Ok(())
    }
}

impl Scrape {
    fn server(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let help = "The version that runs";
        let mut metric = encoder.encode_descriptor("build", help, None, MetricType::Info)?;
        metric.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])?;
        let uptime = self.started.elapsed().as_secs_f64();
        gauge(
            encoder,
            "uptime_seconds",
            "Since the server started",
            uptime,
        )?;
        self.reloads(encoder)?;
        let works = i64::from(!self.app.outage.lasts());
        gauge(
            encoder,
            "storage_works",
            "1 while the database is believed to work, else 0",
            works,
        )
    }

    fn reloads(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let reloads = &self.app.reloads;
        let help = "How often the configuration was read again, by what came of it";
        let mut metric =
            encoder.encode_descriptor("configuration_reloads", help, None, MetricType::Counter)?;
        for (result, count) in reloads.counts() {
            let labels = [("result", result)];
            let mut one = metric.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, u64, u64>(&count, None)?;
        }
        let help =
            "1 unless the configuration, a certificate or a key was refused at the last attempt";
        let well = i64::from(reloads.last_went_well());
        gauge(encoder, "configuration_last_reload_successful", help, well)?;
        let help = "Since when the configuration is in force";
        let since = reloads.since();
        gauge(encoder, "configuration_in_force_since_seconds", help, since)
    }

    fn transitions(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let settled = self.app.store.settled();
        let help = "Changes that were committed, by name";
        let committed = settled.iter().map(|count| (count.name, count.committed));
        counters(encoder, "transitions", help, committed)?;
        let help = "Changes whose guard another request had won, by name; they are decided again";
        let lost = settled.iter().map(|count| (count.name, count.lost));
        counters(encoder, "guards_lost", help, lost)
    }

    fn batches(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let batches = self.app.store.batches();
        let sizes: Vec<(f64, u64)> = batches
            .sizes
            .iter()
            .map(|(size, count)| (*size as f64, *count))
            .collect();
        let all = sizes.iter().map(|(_, count)| count).sum();
        let help = "How many changes were committed together";
        let mut metric =
            encoder.encode_descriptor("batch_size", help, None, MetricType::Histogram)?;
        metric.encode_histogram::<NoLabelSet>(
            batches.transitions as f64,
            all,
            &to_the_end(sizes),
            None,
        )?;
        let help = "How long all commits took";
        let mut metric =
            encoder.encode_descriptor("commit_seconds", help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, f64, f64>(&batches.time.as_secs_f64(), None)
    }

    fn fetches(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let help = "Fetches from elsewhere, by how they ended";
        let mut metric =
            encoder.encode_descriptor("outbound_fetches", help, None, MetricType::Counter)?;
        for ended in self.app.outbound.counts() {
            let labels = [("outcome", ended.outcome.name())];
            let mut one = metric.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, u64, u64>(&ended.count, None)?;
        }
        Ok(())
    }

    fn limits(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let help = "What was refused because there was too much of it, by the limit";
        counters(encoder, "limited", help, self.app.limits.counts())?;
        let open = self.app.limits.connections.open();
        gauge(encoder, "connections", "Connections that are open", open)
    }

    fn waiting(&self, encoder: &mut DescriptorEncoder<'_>) -> Encoded {
        let help = "Changes that wait to be written";
        let mut metric =
            encoder.encode_descriptor("queue_length", help, None, MetricType::Gauge)?;
        for queue in self.app.store.queues() {
            let labels = [("queue", queue.name)];
            let mut one = metric.encode_family(&labels)?;
            one.encode_gauge(&queue.length)?;
        }
        let connections = self.app.store.database_connections();
        let help = "Connections to PostgreSQL that are open";
        gauge(encoder, "database_connections", help, connections.open)?;
        let help = "Connections to PostgreSQL that were made";
        counter(encoder, "database_connections_made", help, connections.made)?;
        let help =
            "Lines of the log that were lost, because it was full or slower than the requests";
        counter(encoder, "log_lines_lost", help, self.app.log.lost())?;
        let age = self.app.store.feed_age().as_secs_f64();
        gauge(
            encoder,
            "feed_age_seconds",
            "How old is what this node knows of revocations by other processes",
            age,
        )?;
        let passwords = self.app.hasher.waiting();
        gauge(
            encoder,
            "passwords_waiting",
            "Passwords that wait to be checked",
            passwords,
        )?;
        let help = "Passwords that were hashed, to be kept or compared";
        counter(encoder, "passwords_hashed", help, self.app.hasher.hashed())?;
        let held = self.app.long_polls.held();
        gauge(
            encoder,
            "feed_requests_held",
            "Requests of APIs that wait for a revocation",
            held,
        )
    }
}

/// A counter for each name.
fn counters<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    counts: impl Iterator<Item = (&'a str, u64)>,
) -> Encoded {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (name, count) in counts {
        let labels = [("name", name)];
        let mut one = metric.encode_family(&labels)?;
        one.encode_counter::<NoLabelSet, u64, u64>(&count, None)?;
    }
    Ok(())
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, count: u64) -> Encoded {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    metric.encode_counter::<NoLabelSet, u64, u64>(&count, None)
}

/// What waits in the outbox.
fn outbox(encoder: &mut DescriptorEncoder<'_>, counts: OutboxCounts) -> Encoded {
    let help = "Messages that were not delivered, by state";
    let mut metric = encoder.encode_descriptor("outbox_messages", help, None, MetricType::Gauge)?;
    for (state, count) in [
        ("due", counts.due),
        ("put_off", counts.put_off),
        ("dead", counts.dead),
    ] {
        let labels = [("state", state)];
        metric.encode_family(&labels)?.encode_gauge(&count)?;
    }
    let age = counts.oldest.map(|at| clock::now().0 - at.0);
    gauge(
        encoder,
        "outbox_oldest_seconds",
        "How long ago the oldest message was written that was neither delivered nor given up",
        age.unwrap_or(0).max(0),
    )
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: impl EncodeGaugeValue,
) -> Encoded {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    metric.encode_gauge(&value)
}

fn requests(encoder: &mut DescriptorEncoder<'_>, requests: &Requests) -> Encoded {
    let help = "Requests that were answered, by route and status; status 0 is any other";
    let mut metric = encoder.encode_descriptor("requests", help, None, MetricType::Counter)?;
    for route in requests.routes() {
        for (status, count) in route.statuses() {
            let status = status.to_string();
            let labels = [
                ("route", route.pattern.as_str()),
                ("status", status.as_str()),
            ];
            let mut one = metric.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, u64, u64>(&count, None)?;
        }
    }
    let help = "How long requests took to be answered, by route";
    let name = "request_duration_seconds";
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
    for route in requests.routes() {
        let times = times(route);
        let all: u64 = times.iter().map(|(_, count)| count).sum();
        if all > 0 {
            let labels = [("route", route.pattern.as_str())];
            let mut one = metric.encode_family(&labels)?;
            one.encode_histogram::<NoLabelSet>(route.took().as_secs_f64(), all, &times, None)?;
        }
    }
    Ok(())
}

fn times(route: &Route) -> Vec<(f64, u64)> {
    let bounds = MICROS.iter().map(|micros| *micros as f64 / 1e6);
    bounds.chain([f64::INFINITY]).zip(route.times()).collect()
}

/// With the class of what is larger than all, which a histogram ends with.
fn to_the_end(mut classes: Vec<(f64, u64)>) -> Vec<(f64, u64)> {
    classes.push((f64::INFINITY, 0));
    classes
}
