//! The server as its routes see it, and how it starts and stops.
use crate::clock;
use crate::config::Config;
use crate::developers::Written;
use crate::held::Held;
use crate::listen::Signals;
use crate::log::Log;
use crate::outage::Outage;
use crate::password::Hasher;
use crate::request::ClientAddr;
use crate::settle::settle;
use crate::visitor::Cookies;
use crate::{developers, jobs, keys, listen, routes, test_side};
use anyhow::Context as _;
use jose::keyed::Key;
use protocol::decision::Decision;
use protocol::events::Act;
use protocol::grants::Context;
use protocol::metadata::{self, Endpoints};
use protocol::types::UnixTime;
use protocol::{Policy, Transition};
use std::sync::{Arc, OnceLock};
use store::{IdMint, Outcome, Serving, Stay, Store, StoreError, SweepRules};

/// How often a request that lost its guard is decided anew.
const TRIES: usize = 3;

/// Everything a request needs. Cheap to clone.
pub(crate) type App = Arc<AppState>;

/// See [`App`].
pub(crate) struct AppState {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) mint: IdMint,
    pub(crate) key: Key,
    pub(crate) cookies: Cookies,
    pub(crate) hasher: Hasher,
    pub(crate) log: Log,
    /// Whether the database works, as far as the log has told.
    pub(crate) outage: Outage,
    /// Requests that wait for something to be told.
    pub(crate) held: Held,
    /// The metadata document, written once.
    pub(crate) metadata: String,
    /// The developer pages, written once somebody asks for one: a start does not wait for them.
    developers: OnceLock<Vec<Written>>,
    /// Nobody else serves this database.
    _serving: Serving,
}

impl AppState {
    /// Opens the storage and the key of a configuration.
    ///
    /// # Errors
    /// One sentence on what is in the way.
    pub(crate) fn open(config: Config, log: Log) -> anyhow::Result<Self> {
        let key = keys::load(&config.keys)?;
        let serving = Serving::begin(&config.storage)
            .with_context(|| format!("cannot serve {}", config.storage))?;
        let store = open_store(&config, Stay::Server)?;
        let cookies = Cookies::of(&config.issuer);
        let document = metadata::document(&config.policy, endpoints(&config));
        let metadata = serde_json::to_string_pretty(&document)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(AppState {
            mint: store.mint(),
            developers: OnceLock::new(),
            metadata,
            key,
            cookies,
            // One core stays with the tokens, however many people sign in.
            hasher: Hasher::start(cores.saturating_sub(1))?,
            held: Held::new(),
            outage: Outage::new(log.clone(), config.storage.to_string()),
            log,
            store,
            config,
            _serving: serving,
        })
    }

    /// The developer pages.
    pub(crate) fn developers(&self) -> &[Written] {
        self.developers
            .get_or_init(|| developers::write(&self.config))
    }

    /// The rules.
    pub(crate) fn policy(&self) -> &Policy {
        &self.config.policy
    }

    /// What a rule is given besides its facts.
    pub(crate) fn context(&self) -> Context<'_, IdMint> {
        Context {
            policy: &self.config.policy,
            now: clock::now(),
            mint: &self.mint,
        }
    }

    /// The tries of one request: facts are loaded and decided on anew, with a new context, when another
    /// request won the guard.
    pub(crate) fn tries(&self) -> impl Iterator<Item = Context<'_, IdMint>> {
        (0..TRIES).map(|_| self.context())
    }

    /// Settles what a rule decided; the answer is given once the change is durable. `None` when another
    /// request won the guard, so that the facts are stale.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub(crate) async fn settle<R, E>(
        &self,
        decision: Decision<R, E>,
        act: impl Into<Act>,
    ) -> Result<Option<Result<R, E>>, StoreError> {
        settle(&self.store, decision, act).await
    }

    /// Settles a change that no decision brought.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn settle_one(
        &self,
        transition: Transition,
        act: impl Into<Act>,
    ) -> Result<Outcome, StoreError> {
        self.store.settle(transition, act).await
    }

    /// What is done for a request: when, and from where if addresses are kept at all.
    pub(crate) fn act(&self, at: UnixTime, from: ClientAddr) -> Act {
        match self.config.keep_addresses.seconds() {
            0 => Act::from(at),
            _ => Act::from_address(at, from.0),
        }
    }

    /// The same, now.
    pub(crate) fn act_now(&self, from: ClientAddr) -> Act {
        self.act(clock::now(), from)
    }

    /// How long things are kept.
    pub(crate) fn sweep_rules(&self) -> SweepRules {
        SweepRules::of(self.policy(), self.config.keep_addresses)
    }
}

/// Opens the storage that a configuration names.
///
/// # Errors
/// One sentence on what is in the way.
pub(crate) fn open_store(config: &Config, stay: Stay) -> anyhow::Result<Store> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let options = store::Options {
        location: config.storage.clone(),
        readers_hint: cores,
        region: config.region,
        stay,
        synchronous: config.synchronous,
        tuning: store::Tuning::default(),
    };
    Store::open(&options).with_context(|| format!("cannot open {}", config.storage))
}

/// Where the endpoints are that are switched on: for the metadata and the developer pages.
pub(crate) fn endpoints(config: &Config) -> Endpoints {
    let at =
        |base: &str, paths: &[String]| paths.first().map(|path| format!("{}{path}", origin(base)));
    let paths = &config.paths;
    Endpoints {
        authorization: at(&config.issuer, &paths.authorize),
        token: at(&config.issuer, &paths.token),
        revocation: at(&config.issuer, &paths.revoke),
        introspection: at(&config.issuer, &paths.introspect),
        token_info: at(&config.api_base, &paths.token_info),
        device_authorization: at(&config.issuer, &paths.device),
        revocations: at(&config.issuer, &paths.revocations),
    }
}

/// `scheme://host[:port]` of a URL.
pub(crate) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

/// Serves a provider until it is told to stop.
///
/// # Errors
/// One sentence on why it cannot start.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    let signals = Signals::catch()?;
    let log = Log::start(config.log);
    let stop = signals.stop(log.clone());
    let listener = listen::bind(config.listen).await?;
    let app = Arc::new(AppState::open(config, log)?);
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
    run(app, listener, stop).await
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
    let router = routes::router(app.clone());
    let stop = async {
        stop.await;
        app.held.stop();
    };
    let served = listen::serve(app.clone(), listener, router, stop).await;
    jobs.abort();
    app.store.close().await;
    app.log.info("stopped");
    app.log.flush();
    served
}
