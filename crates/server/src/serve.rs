//! How a server starts and stops: it opens what requests need, runs the jobs, listens, and finishes what is under way.
use crate::http::accept;
use crate::http::accept::Signals;
use crate::http::cookies::Cookies;
use crate::jobs;
use crate::oauth::endpoints::endpoints;
use crate::oauth::long_poll::LongPolls;
use crate::ops::hasher::Hasher;
use crate::ops::log::Log;
use crate::ops::metrics::{self, Requests};
use crate::ops::outage::Outage;
use crate::ops::server_key;
use crate::rooms;
use crate::state::{App, AppState};
use crate::storage;
use crate::test_side;
use anyhow::Context as _;
use config::Config;
use protocol::metadata;
use std::sync::{Arc, OnceLock};
use store::{Serving, Stay, Store};

/// Opens the storage and the key of a configuration.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) fn open(config: Config, log: Log) -> anyhow::Result<AppState> {
    let key = server_key::load(&config.keys)?;
    let location = storage::location(&config)?;
    let serving = Serving::begin(&location).with_context(|| format!("cannot serve {location}"))?;
    let store = open_store(&config, Stay::Server)?;
    let cookies = Cookies::of(&config.issuer, config.policy.accounts.session);
    let document = metadata::document(&config.policy, endpoints(&config));
    let metadata = serde_json::to_string_pretty(&document)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(AppState {
        mint: store.mint(),
        developer_pages: OnceLock::new(),
        metadata,
        key,
        cookies,
        // One core stays with the tokens, however many people sign in.
        hasher: Hasher::start(cores.saturating_sub(1))?,
        long_polls: LongPolls::new(),
        outage: Outage::new(log.clone(), location.to_string()),
        requests: config.metrics.map(|_| Arc::new(counted(&config))),
        log,
        store,
        config,
        _serving: serving,
    })
}

/// Counts requests by the routes that are mounted.
fn counted(config: &Config) -> Requests {
    let site = rooms::site(config);
    Requests::of(site.mounted().iter().map(|(_, path)| path.as_str()))
}

/// Opens the storage that a configuration names.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) fn open_store(config: &Config, stay: Stay) -> anyhow::Result<Store> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let location = storage::location(config)?;
    let options = store::Options {
        location,
        readers_hint: cores,
        region: config.region,
        stay,
        synchronous: storage::synchronous(config),
        tuning: store::Tuning::default(),
    };
    Store::open(&options).with_context(|| format!("cannot open {}", options.location))
}

/// Serves a provider until it is told to stop.
///
/// # Errors
/// One sentence on why it cannot start.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    let signals = Signals::catch()?;
    let log = Log::start(&config.log);
    let stop = signals.stop(log.clone());
    let listener = accept::bind(config.listen, "--listen").await?;
    let watched = match config.metrics {
        Some(address) => Some(accept::bind(address, "metrics.listen").await?),
        None => None,
    };
    let app = Arc::new(open(config, log)?);
    test_side::publish(&app).await;
    for note in &app.config.notes {
        app.log.info(note.clone());
    }
    for warning in &app.config.warnings {
        app.log.warn(warning.clone());
    }
    app.log.info(format!(
        "{} listens on {}",
        app.config.issuer, app.config.listen
    ));
    let told = watched
        .zip(app.requests.clone())
        .map(|(listener, requests)| tokio::spawn(metrics::serve(app.clone(), requests, listener)));
    let served = run(app, listener, stop).await;
    if let Some(told) = told {
        told.abort();
    }
    served
}

/// Serves an opened provider until `stop` resolves, then finishes what is under way.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) async fn run(
    app: App,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let jobs = jobs::start(app.clone());
    let site = rooms::site(&app.config);
    let stop = async {
        stop.await;
        app.long_polls.stop();
    };
    let served = accept::serve(app.clone(), listener, site, stop).await;
    jobs.end().await;
    app.store.close().await;
    app.log.info("stopped");
    app.log.flush();
    served
}
