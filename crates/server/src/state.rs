//! What the server knows while it answers requests: configuration, storage, keys, and what all requests share.
use crate::http::brand::Brand;
use crate::http::cookies::Cookies;
use crate::http::reply::RenderedDocument;
use crate::http::request::{ClientAddr, Host};
use crate::oauth::long_poll::LongPolls;
use crate::ops::active_sessions::ActiveSessions;
use crate::ops::client_fetches::ClientFetches;
use crate::ops::client_keys::ClientKeySets;
use crate::ops::clock::{self, Zone};
use crate::ops::connection_uses::ConnectionUses;
use crate::ops::hasher::Hasher;
use crate::ops::last_used::LastUsed;
use crate::ops::limits::Limits;
use crate::ops::log::Log;
use crate::ops::metrics::Requests;
use crate::ops::outage::Outage;
use crate::ops::passkeys::Passkeys;
use crate::ops::reloads::Reloads;
use crate::ops::request_log::RequestLog;
use crate::ops::sealing::Sealing;
use crate::ops::signing_keys::ProviderKeys;
use crate::ops::stopping::Stopping;
use crate::ops::telemetry::Telemetry;
use crate::ops::upstream::UpstreamProvider;
use crate::settle::settle;
use config::Config;
use jose::keyed::Key;
use outbound::Outbound;
use protocol::decision::Decision;
use protocol::events::Act;
use protocol::grants::Context;
use protocol::types::{Preferences, UnixTime};
use protocol::{Policy, Transition};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use store::{IdMint, Outcome, Serving, Store, StoreError, SweepRules};
use tokio::sync::watch;
use wire::dpop::Nonces;

/// How often a request that lost its guard is decided anew.
const TRIES: usize = 3;

/// Everything a request needs. Cheap to clone; a request keeps the one that it began with.
pub(crate) type App = Arc<AppState>;

/// What follows the configuration: made anew when that is read again. What outlives it is reached through it.
pub(crate) struct AppState {
    pub(crate) config: Config,
    pub(crate) lasting: Arc<Lasting>,
    /// Seals what is stored and must be read again.
    pub(crate) sealing: Sealing,
    pub(crate) cookies: Cookies,
    /// What pages show of the provider's brand.
    pub(crate) brand: Brand,
    /// How anything is fetched from elsewhere.
    pub(crate) outbound: Arc<Outbound>,
    /// Other providers at which people sign in.
    pub(crate) upstream: Vec<UpstreamProvider>,
    /// What verifies passkeys; `None`: nobody has any.
    pub(crate) passkeys: Option<Passkeys>,
    /// What apps' requests were told.
    pub(crate) request_log: Arc<RequestLog>,
    /// Requests, counted if somebody may ask.
    pub(crate) requests: Option<Arc<Requests>>,
    /// What a collector is handed, if there is one.
    pub(crate) telemetry: Option<Arc<Telemetry>>,
    /// The metadata document, written once.
    pub(crate) metadata: String,
    /// The developer pages, written once somebody asks for one: a start does not wait for them.
    pub(crate) developer_pages: OnceLock<Vec<RenderedDocument>>,
}

/// What is there from the start of the server to its end, whatever its configuration becomes.
pub(crate) struct Lasting {
    pub(crate) store: Store,
    pub(crate) mint: IdMint,
    pub(crate) key: Arc<Key>,
    /// The keys that sign, and the set of those that verify.
    pub(crate) keys: Arc<ProviderKeys>,
    pub(crate) hasher: Hasher,
    /// What is taken at the door.
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    /// Whether the database works, as far as the log has told.
    pub(crate) outage: Outage,
    /// The keys that apps publish themselves.
    pub(crate) client_keys: ClientKeySets,
    /// The documents of apps that are known by one.
    pub(crate) client_documents: ClientFetches,
    /// The pictures of apps that introduced themselves.
    pub(crate) client_logos: ClientFetches,
    /// When apps were used last.
    pub(crate) last_used: LastUsed,
    pub(crate) active_sessions: ActiveSessions,
    /// When connections were used last.
    pub(crate) connection_uses: ConnectionUses,
    /// Requests that wait for something to be told.
    pub(crate) long_polls: LongPolls,
    /// How the configuration became what it is.
    pub(crate) reloads: Reloads,
    /// Whether the server has been told to stop.
    pub(crate) stopping: Stopping,
    /// Nobody else serves this database.
    pub(crate) _serving: Serving,
}

/// `app.store` is what it was before the configuration was read again.
impl Deref for AppState {
    type Target = Lasting;

    fn deref(&self) -> &Lasting {
        &self.lasting
    }
}

/// The server as it is configured at present, for what outlives a request.
#[derive(Clone)]
pub(crate) struct Current(watch::Receiver<App>);

impl Current {
    /// Begins with `app`; whoever holds the sender says what comes after it.
    pub(crate) fn of(app: App) -> (watch::Sender<App>, Self) {
        let (sender, receiver) = watch::channel(app);
        (sender, Current(receiver))
    }

    /// The server as it is now.
    pub(crate) fn app(&self) -> App {
        self.0.borrow().clone()
    }

    /// Resolves when it has changed since the last time.
    pub(crate) async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // Nobody changes it any more.
            std::future::pending().await
        }
    }
}

impl AppState {
    /// The rules.
    pub(crate) fn policy(&self) -> &Policy {
        &self.config.policy
    }

    /// What every path on a host stands behind.
    pub(crate) fn base_of(&self, host: Host) -> &str {
        match host {
            Host::Issuer => self.config.base(),
            Host::Portal => &self.config.portal_base,
        }
    }

    /// The nonce to give out now, for the next proof of possession (RFC 9449 §8).
    pub(crate) fn dpop_nonce(&self) -> String {
        Nonces::new(&self.key).given_at(clock::now().0)
    }

    /// The time zone that a person is told times in.
    pub(crate) fn zone_of(&self, preferences: &Preferences) -> Zone {
        Zone::of(preferences, &self.config.branding.time_zone)
    }

    /// What a rule is given besides its facts.
    pub(crate) fn context(&self) -> Context<'_, IdMint> {
        Context {
            policy: &self.config.policy,
            now: clock::now(),
            mint: &self.mint,
            signer: &*self.keys,
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
    pub(crate) fn settle<R, E>(
        &self,
        decision: Decision<R, E>,
        act: impl Into<Act>,
    ) -> impl Future<Output = Result<Option<Result<R, E>>, StoreError>> {
        settle(&self.store, decision, act)
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
