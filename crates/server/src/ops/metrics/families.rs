//! Everything that is counted, in one list: Prometheus is told it at a scrape, a collector now and then.
use super::family::{Family, Kind, Point, Value};
use super::requests::{MICROS, Requests, Route};
use crate::ops::clock;
use crate::state::AppState;
use std::time::Instant;
use store::OutboxCounts;

/// All but what is told of requests.
pub(crate) fn families(app: &AppState, started: Instant) -> Vec<Family> {
    let mut all = server(app, started);
    all.extend(transitions(app));
    all.extend(batches(app));
    all.extend(waiting(app));
    all.extend(people(app));
    all
}

/// What is told of requests, by the routes that answered them.
pub(super) fn of_requests(requests: &Requests) -> Vec<Family> {
    let routes = requests.routes();
    let route = |route: &Route| ("route", route.pattern.clone());
    let counted = routes.iter().flat_map(|one| {
        let statuses = one.statuses();
        statuses.map(move |(status, count)| Point {
            labels: vec![route(one), ("status", status.to_string())],
            value: Value::Count(count),
        })
    });
    let timed = routes.iter().filter_map(|one| {
        let times = times(one);
        times.iter().any(|(_, count)| *count > 0).then(|| Point {
            labels: vec![route(one)],
            value: Value::Classes(times, one.took().as_secs_f64()),
        })
    });
    vec![
        Family {
            name: "requests",
            help: "Requests that were answered, by route and status; status 0 is any other",
            seconds: false,
            kind: Kind::Counter,
            points: counted.collect(),
        },
        Family {
            name: "request_duration",
            help: "How long requests took to be answered, by route",
            seconds: true,
            kind: Kind::Histogram,
            points: timed.collect(),
        },
    ]
}

/// What waits in the outbox, as it was seen last.
pub(super) fn of_outbox(counts: OutboxCounts) -> Vec<Family> {
    let states = [
        ("due", counts.due),
        ("put_off", counts.put_off),
        ("dead", counts.dead),
    ];
    let points = states.map(|(state, count)| Point {
        labels: vec![("state", state.to_owned())],
        value: Value::Count(count),
    });
    let age = counts.oldest.map(|at| clock::now().0 - at.0);
    let age = Value::Level(age.unwrap_or(0).max(0) as f64);
    let help =
        "How long ago the oldest message was written that was neither delivered nor given up";
    vec![
        Family {
            name: "outbox_messages",
            help: "Messages that were not delivered, by state",
            seconds: false,
            kind: Kind::Gauge,
            points: points.into(),
        },
        time("outbox_oldest", help, Kind::Gauge, age),
    ]
}

fn times(route: &Route) -> Vec<(f64, u64)> {
    let bounds = MICROS.iter().map(|micros| *micros as f64 / 1e6);
    bounds.chain([f64::INFINITY]).zip(route.times()).collect()
}

fn server(app: &AppState, started: Instant) -> Vec<Family> {
    let version = Point {
        labels: vec![("version", env!("CARGO_PKG_VERSION").to_owned())],
        value: Value::Count(1),
    };
    let uptime = Value::Level(started.elapsed().as_secs_f64());
    let works = Value::Count(u64::from(!app.outage.lasts()));
    let help = "1 while the database is believed to work, else 0";
    let reloads = &app.reloads;
    let well = Value::Count(u64::from(reloads.last_went_well()));
    let since = Value::Level(reloads.since() as f64);
    vec![
        counters(
            "configuration_reloads",
            "How often the configuration was read again, by what came of it",
            "result",
            reloads.counts().into_iter(),
        ),
        gauge(
            "configuration_last_reload_successful",
            "1 unless the configuration, a certificate or a key was refused at the last attempt",
            well,
        ),
        time(
            "configuration_in_force_since",
            "Since when the configuration is in force",
            Kind::Gauge,
            since,
        ),
        Family {
            name: "build",
            help: "The version that runs",
            seconds: false,
            kind: Kind::Info,
            points: vec![version],
        },
        time("uptime", "Since the server started", Kind::Gauge, uptime),
        gauge("storage_works", help, works),
    ]
}

fn transitions(app: &AppState) -> Vec<Family> {
    let settled = app.store.settled();
    let committed = settled.iter().map(|count| (count.name, count.committed));
    let lost = settled.iter().map(|count| (count.name, count.lost));
    let help = "Changes whose guard another request had won, by name; they are decided again";
    vec![
        counters(
            "transitions",
            "Changes that were committed, by name",
            "name",
            committed,
        ),
        counters("guards_lost", help, "name", lost),
    ]
}

fn batches(app: &AppState) -> Vec<Family> {
    let batches = app.store.batches();
    let sizes = batches.sizes.iter();
    let mut sizes: Vec<(f64, u64)> = sizes.map(|(size, count)| (*size as f64, *count)).collect();
    // What is larger than all, which a histogram ends with.
    sizes.push((f64::INFINITY, 0));
    let took = Value::Level(batches.time.as_secs_f64());
    vec![
        Family {
            name: "batch_size",
            help: "How many changes were committed together",
            seconds: false,
            kind: Kind::Histogram,
            points: alone(Value::Classes(sizes, batches.transitions as f64)),
        },
        time("commit", "How long all commits took", Kind::Counter, took),
    ]
}

fn waiting(app: &AppState) -> Vec<Family> {
    let doors = Value::Count(app.limits.connections.open().into());
    let connections = app.store.database_connections();
    let open = Value::Count(connections.open);
    let fetches = app.outbound.counts();
    let fetches = fetches.iter().map(|one| (one.outcome.name(), one.count));
    let queues = app.store.queues();
    let queues = queues.iter().map(|queue| Point {
        labels: vec![("queue", queue.name.to_owned())],
        value: Value::Count(queue.length as u64),
    });
    let handed = app.telemetry.as_deref().map(|telemetry| telemetry.counts());
    let (sent, dropped) = handed.unwrap_or_default();
    let spans = [("sent", sent), ("dropped", dropped)];
    vec![
        counters(
            "outbound_fetches",
            "Fetches from elsewhere, by how they ended",
            "outcome",
            fetches,
        ),
        counters(
            "limited",
            "What was refused because there was too much of it, by the limit",
            "name",
            app.limits.counts(),
        ),
        gauge("connections", "Connections that are open", doors),
        Family {
            name: "queue_length",
            help: "Changes that wait to be written",
            seconds: false,
            kind: Kind::Gauge,
            points: queues.collect(),
        },
        gauge(
            "database_connections",
            "Connections to PostgreSQL that are open",
            open,
        ),
        counter(
            "database_connections_made",
            "Connections to PostgreSQL that were made",
            connections.made,
        ),
        counter(
            "log_lines_lost",
            "Lines of the log that were lost, because it was full or slower than the requests",
            app.log.lost(),
        ),
        counters(
            "telemetry_spans",
            "Spans that a collector took, and those that were dropped",
            "outcome",
            spans.into_iter(),
        ),
    ]
}

/// What has to do with people and APIs that wait.
fn people(app: &AppState) -> Vec<Family> {
    let age = Value::Level(app.store.feed_age().as_secs_f64());
    let passwords = Value::Count(app.hasher.waiting() as u64);
    let held = Value::Count(app.long_polls.held() as u64);
    vec![
        time(
            "feed_age",
            "How old is what this node knows of revocations by other processes",
            Kind::Gauge,
            age,
        ),
        gauge(
            "passwords_waiting",
            "Passwords that wait to be checked",
            passwords,
        ),
        counter(
            "passwords_hashed",
            "Passwords that were hashed, to be kept or compared",
            app.hasher.hashed(),
        ),
        gauge(
            "feed_requests_held",
            "Requests of APIs that wait for a revocation",
            held,
        ),
    ]
}

fn alone(value: Value) -> Vec<Point> {
    let labels = Vec::new();
    vec![Point { labels, value }]
}

fn counter(name: &'static str, help: &'static str, count: u64) -> Family {
    Family {
        name,
        help,
        seconds: false,
        kind: Kind::Counter,
        points: alone(Value::Count(count)),
    }
}

fn gauge(name: &'static str, help: &'static str, value: Value) -> Family {
    Family {
        name,
        help,
        seconds: false,
        kind: Kind::Gauge,
        points: alone(value),
    }
}

fn time(name: &'static str, help: &'static str, kind: Kind, value: Value) -> Family {
    Family {
        name,
        help,
        seconds: true,
        kind,
        points: alone(value),
    }
}

/// A counter for each value of a label.
fn counters<'a>(
    name: &'static str,
    help: &'static str,
    label: &'static str,
    counts: impl Iterator<Item = (&'a str, u64)>,
) -> Family {
    let points = counts.map(|(value, count)| Point {
        labels: vec![(label, value.to_owned())],
        value: Value::Count(count),
    });
    Family {
        name,
        help,
        seconds: false,
        kind: Kind::Counter,
        points: points.collect(),
    }
}
