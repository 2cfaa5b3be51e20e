//! Which provider a command is about, and its open storage.
use super::failure::Failure;
use crate::clock;
use crate::config::{Config, Overrides};
use crate::settle::settle;
use clap::Args;
use protocol::Transition;
use protocol::decision::Decision;
use protocol::events::Act;
use protocol::types::{Client, Person};
use std::path::PathBuf;
use std::sync::Arc;
use store::{IdMint, Outcome, Store};

/// The most lines of one page of a list.
const MAX_PAGE: u16 = 1_000;

/// Which provider.
#[derive(Debug, Clone, Args)]
pub(super) struct Place {
    /// The provider's configuration file.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Its database, such as sqlite:valetkey.db, in place of the one in the file.
    #[arg(long, value_name = "URL")]
    pub(super) storage: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Args)]
pub(super) struct Page {
    /// Begin after this one: the id that the page before ended with.
    #[arg(long, value_name = "ID")]
    pub(super) after: Option<String>,
    /// How many at most, 1 to 1000.
    #[arg(long, value_name = "NUMBER", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=i64::from(MAX_PAGE)))]
    pub(super) limit: u16,
}

impl Place {
    /// Reads the configuration.
    pub(super) fn load(&self) -> Result<Config, Failure> {
        let overrides = Overrides {
            storage: self.storage.clone(),
            ..Overrides::default()
        };
        Ok(Config::load(self.config.as_deref(), &overrides)?)
    }

    /// Reads the configuration of a provider that must be named: there is one everywhere by default.
    pub(super) fn load_named(&self) -> Result<Config, Failure> {
        let named = self.config.is_some()
            || self.storage.is_some()
            || std::env::var_os("VALETKEY_STORAGE__URL").is_some();
        if !named {
            return Err(Failure::usage(
                "which provider? Name its configuration with --config FILE, or its database with --storage sqlite:PATH or --storage postgres://…",
            ));
        }
        self.load()
    }

    /// Reads the configuration and opens its storage, which is made if it is missing.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        let config = self.load_named()?;
        let store = crate::app::open_store(&config)?;
        Ok(Opened {
            mint: store.mint(),
            store,
            config,
        })
    }
}

/// A provider's configuration and storage, for one command.
pub(super) struct Opened {
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) mint: IdMint,
}

impl Opened {
    /// Makes a change durable.
    pub(super) async fn settle(&self, change: Transition) -> Result<Outcome, Failure> {
        let act = Act::by_operator(clock::now());
        Ok(self.store.settle(change, act).await?)
    }

    /// Makes a change durable whose guard must hold; `lost` says what else is the case.
    pub(super) async fn commit(&self, change: Transition, lost: &str) -> Result<(), Failure> {
        match self.settle(change).await? {
            Outcome::Committed => Ok(()),
            Outcome::Conflict => Err(Failure::failed(lost)),
        }
    }

    /// Settles what a rule decided; `told` makes a refusal a sentence.
    pub(super) async fn decide<R, E>(
        &self,
        decision: Decision<R, E>,
        told: impl FnOnce(E) -> String,
    ) -> Result<R, Failure> {
        let act = Act::by_operator(clock::now());
        match settle(&self.store, decision, act).await? {
            Some(answer) => answer.map_err(|error| Failure::failed(told(error))),
            None => Err(Failure::failed(CHANGED)),
        }
    }

    /// The person with this address or id.
    pub(super) async fn person(&self, who: &str) -> Result<Person, Failure> {
        let subject = self.config.policy.subjects.read(who);
        let found = match subject.filter(|_| !who.contains('@')) {
            Some(subject) => self.store.person(subject).await?,
            None => self.store.person_by_email(who).await?,
        };
        found.ok_or_else(|| {
            Failure::failed(format!(
                "nobody here is {who:?}: `valetkey user list` shows who there is"
            ))
        })
    }

    /// The app with this client id.
    pub(super) async fn app(&self, client_id: &str) -> Result<Arc<Client>, Failure> {
        self.store.client(client_id).await?.ok_or_else(|| {
            Failure::failed(format!(
                "no app has the client id {client_id:?}: `valetkey app list` shows all"
            ))
        })
    }

    /// Closes the storage; all that was settled is durable already.
    pub(super) async fn close(self) {
        self.store.close().await;
    }
}

/// When a change came too late.
pub(super) const CHANGED: &str = "somebody else changed this at the same moment: try again";
