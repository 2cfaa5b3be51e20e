//! How a server starts and stops: it opens what requests need, runs the jobs, listens, and finishes what is under way.
use crate::control::{self, Asking, Control};
use crate::http::accept;
use crate::http::accept::Signals;
use crate::http::listener::{Handed, Listener};
use crate::jobs::{self, Running};
use crate::oauth::long_poll::LongPolls;
use crate::ops::active_sessions::ActiveSessions;
use crate::ops::client_fetches::ClientFetches;
use crate::ops::client_keys::ClientKeySets;
use crate::ops::connection_uses::ConnectionUses;
use crate::ops::hasher::Hasher;
use crate::ops::last_used::LastUsed;
use crate::ops::limits::Limits;
use crate::ops::log::Log;
use crate::ops::lost_key;
use crate::ops::metrics;
use crate::ops::outage::Outage;
use crate::ops::reloads::Reloads;
use crate::ops::sealing::Sealing;
use crate::ops::server_key;
use crate::ops::service;
use crate::ops::stopping::Stopping;
use crate::ops::subscriber;
use crate::reload::{self, Configuration};
use crate::state::{App, AppState, Lasting};
use crate::storage;
use anyhow::Context as _;
use config::{Config, Listen, Sources, Storage};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use store::{Serving, Stay, Store};

/// Opens the storage and the key of a configuration.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) async fn open(config: Config, log: Log) -> anyhow::Result<AppState> {
    let had_key = server_key::path(&config.keys).exists();
    let key = Arc::new(server_key::load(&config.keys)?);
    let location = storage::location(&config)?;
    let serving = Serving::begin(&location).with_context(|| format!("cannot serve {location}"))?;
    let store = open_store(&config, Stay::Server)?;
    let sealing = match Sealing::load(&config, &store).await {
        Ok(sealing) => sealing,
        Err(why) => {
            store.close().await;
            return Err(why);
        }
    };
    if !had_key && lost_key::is_lost(&store).await? {
        tracing::warn!("{}", lost_key::made_anew(&config));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let lasting = Lasting {
        last_used: LastUsed::default(),
        active_sessions: ActiveSessions::default(),
        connection_uses: ConnectionUses::default(),
        mint: store.mint(),
        key,
        keys: Arc::default(),
        client_keys: ClientKeySets::default(),
        client_documents: ClientFetches::default(),
        client_logos: ClientFetches::default(),
        // One core stays with the tokens, however many people sign in.
        hasher: Hasher::start(cores.saturating_sub(1))?,
        limits: Limits::default(),
        long_polls: LongPolls::new(),
        reloads: Reloads::begin(),
        stopping: Stopping::default(),
        outage: Outage::new(location.to_string()),
        log,
        store,
        _serving: serving,
    };
    reload::configured(config, Arc::new(lasting), sealing, None)
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

/// Where a provider listens.
pub(crate) struct Listeners {
    /// For people and apps.
    public: Arc<Vec<Listener>>,
    /// For whoever watches it.
    metrics: Option<Arc<Listener>>,
    /// What the public ones are called: as the configuration does, with the port that the system chose where it names none.
    places: Vec<String>,
}

impl Listeners {
    /// What the configuration names; `handed` are the sockets of systemd.
    ///
    /// # Errors
    /// When a place is taken, or systemd has handed over no socket for it.
    pub(crate) fn open(config: &Config, mut handed: Handed) -> anyhow::Result<Self> {
        let all: Vec<&Listen> = config.listen.iter().chain(&config.metrics).collect();
        let named = all.iter().filter_map(|at| match at {
            Listen::Systemd(name) => name.as_deref(),
            Listen::Tcp(_) | Listen::Unix { .. } => None,
        });
        let named: Vec<&str> = named.collect();
        let mut open = |at: &Listen, setting| -> anyhow::Result<Vec<Listener>> {
            let sockets = match at {
                Listen::Systemd(name) => handed.of(name.as_deref(), &named),
                Listen::Tcp(_) | Listen::Unix { .. } => Vec::new(),
            };
            match sockets.is_empty() {
                true => Ok(vec![Listener::bind(at, &config.listen, setting)?]),
                false => Ok(sockets
                    .into_iter()
                    .map(Listener::of)
                    .collect::<Result<_, _>>()?),
            }
        };
        let (mut public, mut places) = (Vec::new(), Vec::new());
        for at in &config.listen {
            let found = open(at, "--listen")?;
            places.push(
                found
                    .first()
                    .map_or_else(|| at.to_string(), |found| found.place(at)),
            );
            public.extend(found);
        }
        let metrics = match &config.metrics {
            Some(at) => open(at, METRICS)?.pop().map(Arc::new),
            None => None,
        };
        Ok(Listeners {
            public: Arc::new(public),
            metrics,
            places,
        })
    }

    /// Those of the process before this one, in the order in which it hands them over, beside a new one for `metrics`.
    ///
    /// # Errors
    /// When one is no socket that listens.
    fn taken_over(
        config: &Config,
        sockets: Vec<OwnedFd>,
        metrics: Option<Listener>,
    ) -> anyhow::Result<Self> {
        let all: Result<Vec<_>, _> = sockets.into_iter().map(Listener::of).collect();
        let mut public = all?;
        let taken = || config.metrics.as_ref().and_then(|_| public.pop());
        let metrics = metrics.or_else(taken);
        // One of systemd's may be several.
        let places = match public.len() == config.listen.len() {
            true => config
                .listen
                .iter()
                .zip(&public)
                .map(|(at, found)| found.place(at))
                .collect(),
            false => config.listen.iter().map(ToString::to_string).collect(),
        };
        Ok(Listeners {
            public: Arc::new(public),
            metrics: metrics.map(Arc::new),
            places,
        })
    }

    /// Beside the public one, what the configuration names.
    ///
    /// # Errors
    /// When its port is taken.
    pub(crate) fn beside(public: Listener, config: &Config) -> anyhow::Result<Self> {
        let metrics = config.metrics.as_ref();
        let metrics = metrics.map(|at| Listener::bind(at, &[], METRICS));
        let places = config.listen.iter().map(|at| public.place(at)).collect();
        Ok(Listeners {
            places,
            public: Arc::new(vec![public]),
            metrics: metrics.transpose()?.map(Arc::new),
        })
    }
}

/// The setting of the place for whoever watches.
const METRICS: &str = "metrics.listen";

/// Whether a place has no port of its own: the one that was found for the earlier process is gone on with.
fn is_chosen_by_system(at: &Listen) -> bool {
    at.address().is_some_and(|address| address.port() == 0)
}

/// Sockets that this process is given at its start.
pub(crate) struct Sockets {
    /// By systemd, which may be none.
    pub(crate) handed: Handed,
    /// Those of the process before this one are to be asked for first.
    pub(crate) take_over: bool,
}

impl Sockets {
    /// Listens where the configuration says, with what was given or is taken over.
    ///
    /// # Errors
    /// When a place is taken, or the process before this one does not hand over.
    async fn listeners(self, config: &Config) -> anyhow::Result<Listeners> {
        if !self.take_over {
            return Listeners::open(config, self.handed);
        }
        // A free place for metrics is new with this configuration; one that is taken is the earlier process's, to hand over.
        // It is looked at first: what cannot be opened leaves that process as it is.
        let named = config
            .metrics
            .as_ref()
            .filter(|at| !is_chosen_by_system(at));
        let metrics = named.and_then(|at| Listener::bind(at, &[], METRICS).ok());
        let with_metrics = config.metrics.is_some() && metrics.is_none();
        let own = config.clone();
        let asked = move || control::take_over(&own, with_metrics);
        match tokio::task::spawn_blocking(asked).await?? {
            Asking::Taken(sockets) => Listeners::taken_over(config, sockets, metrics),
            Asking::Nobody(others) => {
                drop(metrics);
                let opened = Listeners::open(config, self.handed);
                match others.is_empty() {
                    true => opened,
                    false => opened.with_context(|| control::not_taken(&others)),
                }
            }
        }
    }
}

/// Serves a provider until it is told to stop.
///
/// # Errors
/// One sentence on why it cannot start, or had to stop.
pub(crate) async fn serve(
    config: Config,
    sources: Sources,
    sockets: Sockets,
) -> anyhow::Result<()> {
    let signals = Signals::catch()?;
    let log = subscriber::start(&config.log);
    // A file has one server; a database has several, so the one before this goes on until this one is certain to start.
    if matches!(config.storage, Storage::Sqlite(_)) || !sockets.take_over {
        let listeners = sockets.listeners(&config).await?;
        let app = Arc::new(open(config, log).await?);
        return run(app, sources, listeners, signals).await;
    }
    let app = Arc::new(open(config, log).await?);
    let listeners = match sockets.listeners(&app.config).await {
        Ok(listeners) => listeners,
        Err(why) => {
            app.store.close().await;
            return Err(why);
        }
    };
    run(app, sources, listeners, signals).await
}

/// Serves an opened provider until it is told to stop, then finishes what is under way.
///
/// # Errors
/// When TLS cannot be set up, or a job ended.
pub(crate) async fn run(
    app: App,
    sources: Sources,
    listeners: Listeners,
    signals: Signals,
) -> anyhow::Result<()> {
    reload::prepare(&app).await;
    let (configuration, current) = Configuration::begin(app.clone(), sources)?;
    let control = Control::open(configuration.clone(), &listeners.public, &listeners.metrics);
    let told = listeners
        .metrics
        .map(|listener| tokio::spawn(metrics::serve(current.clone(), listener)));
    let mut jobs = jobs::start(&current);
    let (stop, hangup) = signals.apart();
    jobs.begin("service", service::keep_alive);
    jobs.begin("reload", |ending| {
        reload::at_hangup(configuration.clone(), hangup, ending)
    });
    jobs.begin("files", |ending| {
        reload::when_files_change(configuration.clone(), ending)
    });
    let places = listeners.places;
    let control = match control {
        Ok((control, socket)) => {
            jobs.begin("control", |ending| control.clone().answer(socket, ending));
            Some(control)
        }
        Err(error) => {
            tracing::warn!(
                "{error:#}: `valetkey config reload` and `valetkey serve --take-over` do not reach this server; SIGHUP does"
            );
            None
        }
    };
    tell(&app, &places);
    let stop = async {
        tokio::select! {
            () = stop => {}
            () = handed_over(control.as_deref()) => {}
        }
        service::stopping();
    };
    let served = beside(&configuration, jobs, listeners.public, stop).await;
    if let Some(told) = told {
        told.abort();
    }
    served
}

/// Resolves when the sockets are another process's.
async fn handed_over(control: Option<&Control>) {
    match control {
        Some(control) => control.handed_over().await,
        None => std::future::pending().await,
    }
}

/// Tells the log what there is to know of the configuration, and systemd that the server is ready.
fn tell(app: &AppState, places: &[String]) {
    reload::tell(&app.config);
    let (issuer, listen) = (&app.config.issuer, places.join(", "));
    tracing::info!(issuer, listen, "{issuer} listens on {listen}");
    service::ready(&format!("{issuer} listens on {listen}"));
}

/// Serves beside jobs, until `stop` resolves or a job ends: a server without its sweeper or feed is none.
async fn beside(
    configuration: &Configuration,
    mut jobs: Running,
    listeners: Arc<Vec<Listener>>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let app = configuration.app();
    let mut broken = Ok(());
    let stop = async {
        tokio::select! {
            () = stop => {}
            fault = jobs.broken() => {
                tracing::error!(error = %fault, "{fault}; the server stops");
                broken = Err(fault);
            }
        }
        app.stopping.begin();
    };
    let served = accept::serve(configuration.connections(), listeners, stop).await;
    // It was not begun if serving failed.
    app.stopping.begin();
    let ended = jobs.end().await;
    if let Err(fault) = &ended {
        tracing::error!(error = %fault, "{fault}");
    }
    app.store.close().await;
    tracing::info!("stopped");
    app.log.flush();
    served.and(broken).and(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::clock;
    use std::future::{pending, ready};
    use std::path::Path;

    fn none() -> Sources {
        Sources::read(None, &config::Overrides::default(), storage::check_url).unwrap()
    }

    /// A provider in a folder, and where it listens.
    async fn provider(folder: &Path) -> (App, Arc<Vec<Listener>>) {
        let mut config = Config::for_tests();
        config.storage = config::Storage::Sqlite(folder.join("v.db"));
        config.keys = folder.join("v.keys");
        let log = Log::start(&config.log);
        let at = Listen::Tcp(([127, 0, 0, 1], 0).into());
        let listener = Arc::new(vec![Listener::bind(&at, &[], "--listen").unwrap()]);
        (Arc::new(open(config, log).await.unwrap()), listener)
    }

    #[tokio::test]
    async fn a_job_that_panics_stops_the_server_in_good_order() {
        let folder = tempfile::tempdir().unwrap();
        let (app, listener) = provider(folder.path()).await;
        let (configuration, current) = Configuration::begin(app.clone(), none()).unwrap();
        let mut jobs = jobs::start(&current);
        jobs.begin_broken();
        let served = beside(&configuration, jobs, listener, pending()).await;
        let why = served.unwrap_err().to_string();
        assert_eq!(why, "the job broken panicked: it broke");
        app.stopping.begun().await;
        let closed = app.store.renew_lease(clock::now()).await;
        assert!(closed.is_err(), "the storage was closed");
    }

    #[tokio::test]
    async fn a_server_that_is_told_to_stop_ends_well() {
        let folder = tempfile::tempdir().unwrap();
        let (app, listener) = provider(folder.path()).await;
        let (configuration, current) = Configuration::begin(app, none()).unwrap();
        let jobs = jobs::start(&current);
        beside(&configuration, jobs, listener, ready(()))
            .await
            .unwrap();
    }

    /// Whoever stops the server from outside waits until it has finished by itself.
    #[test]
    fn the_unit_and_the_pod_wait_for_as_long_as_a_stop_may_take() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for (file, name) in [
            ("packaging/systemd/valetkey.service", "TimeoutStopSec="),
            (
                "examples/deploy/kubernetes/20-server.yaml",
                "terminationGracePeriodSeconds: ",
            ),
        ] {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            let mut lines = text.lines().map(str::trim);
            let seconds = lines.find_map(|line| line.strip_prefix(name)?.parse().ok());
            let waits = std::time::Duration::from_secs(seconds.unwrap());
            assert!(waits > accept::DRAIN + jobs::LIMIT, "{file}: {waits:?}");
        }
    }
}
