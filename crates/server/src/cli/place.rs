//! Which provider a command is about, and its open storage.
use super::failure::Failure;
use crate::ops::clock;
use crate::settle::settle;
use crate::storage::{self, check_url};
use clap::Args;
use config::{Config, Overrides, file_of_environment, is_set_by_environment};
use protocol::Transition;
use protocol::decision::Decision;
use protocol::events::Act;
use protocol::handoff::{LOCAL_MARK, SOURCE};
use protocol::types::{Client, Locator, Organization, Person};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use store::{IdMint, Location, Outcome, Stay, Store, StoreError};

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

/// The file that is read in the current folder when none is named.
const HERE: &str = "valetkey.toml";

/// What to write when no provider is named.
const WHICH: &str = "which provider? Name its configuration with --config FILE or VALETKEY_CONFIG, run this in a folder with a valetkey.toml, or name its database with --storage sqlite:PATH or --storage postgres://…";

/// The configuration file: the one named by `--config`, else by `VALETKEY_CONFIG`, else `valetkey.toml` of the
/// current folder; the latter two are told, since nobody typed them.
pub(super) fn config_file(named: Option<PathBuf>) -> Option<PathBuf> {
    static TOLD: Once = Once::new();
    if named.is_some() {
        return named;
    }
    if let Some(file) = file_of_environment() {
        TOLD.call_once(|| eprintln!("reading {}, which VALETKEY_CONFIG names", file.display()));
        return Some(file);
    }
    let here = Path::new(HERE);
    here.exists().then(|| {
        TOLD.call_once(|| eprintln!("reading {HERE} of this folder; --config names another"));
        here.to_owned()
    })
}

/// The same for a command that must not guess: without a file, flags or the environment say which provider it is.
///
/// # Errors
/// When nothing does.
pub(super) fn provider_file(
    named: Option<PathBuf>,
    by_flag: bool,
) -> Result<Option<PathBuf>, Failure> {
    let file = config_file(named);
    match file.is_some() || by_flag || is_set_by_environment() {
        true => Ok(file),
        false => Err(Failure::usage(WHICH)),
    }
}

impl Place {
    /// Reads the configuration of a provider, which must be named: there is one everywhere by default.
    pub(super) fn load(&self) -> Result<Config, Failure> {
        let file = provider_file(self.config.clone(), self.storage.is_some())?;
        let overrides = Overrides {
            storage: self.storage.clone(),
            ..Overrides::default()
        };
        let config = Config::load(file.as_deref(), &overrides, check_url)?;
        tell(&config);
        Ok(config)
    }

    /// Reads the configuration; which database it names.
    pub(super) fn location(&self) -> Result<Location, Failure> {
        Ok(storage::location(&self.load()?)?)
    }

    /// Reads the configuration and opens its storage, which is made if it is missing.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        self.opened(Stay::Command)
    }

    /// The same to look at it: nothing is settled.
    pub(super) fn look(&self) -> Result<Opened, Failure> {
        self.opened(Stay::Look)
    }

    fn opened(&self, stay: Stay) -> Result<Opened, Failure> {
        Opened::of(self.load()?, stay)
    }
}

/// A provider's configuration and storage, for one command.
pub(super) struct Opened {
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) mint: IdMint,
}

thread_local! {
    /// What this command has opened.
    static OPENED: RefCell<Vec<Store>> = const { RefCell::new(Vec::new()) };
}

/// Closes what a command has opened, however it ended: a number that it holds is another's at once.
pub(super) async fn close_opened() {
    for store in OPENED.take() {
        store.close().await;
    }
}

impl Opened {
    /// Opens the storage of a configuration that was read before.
    pub(super) fn of(config: Config, stay: Stay) -> Result<Self, Failure> {
        let store = crate::serve::open_store(&config, stay)?;
        OPENED.with_borrow_mut(|opened| opened.push(store.clone()));
        Ok(Opened {
            mint: store.mint(),
            store,
            config,
        })
    }

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
        self.decide_or(decision, told, CHANGED).await
    }

    /// The same; `lost` says what is the case when the guard does not hold.
    pub(super) async fn decide_or<R, E>(
        &self,
        decision: Decision<R, E>,
        told: impl FnOnce(E) -> String,
        lost: &str,
    ) -> Result<R, Failure> {
        let act = Act::by_operator(clock::now());
        match settle(&self.store, decision, act).await? {
            Some(answer) => answer.map_err(|error| Failure::failed(told(error))),
            None => Err(Failure::failed(lost)),
        }
    }

    /// The person with this address or id, or with this id at the company's own login; `handoff:` before it says that it is
    /// that one.
    pub(super) async fn person(&self, who: &str) -> Result<Person, Failure> {
        self.find_person(who).await?.ok_or_else(|| {
            // By an address, nobody of the company's own login is found: two of them may share one.
            let named = match self.config.policy.external_ids && who.contains('@') {
                true => "; name people of your own login by their id there, as in handoff:u-1815",
                false => "",
            };
            Failure::failed(format!(
                "nobody here is {who:?}: `valetkey user list` shows who there is{named}"
            ))
        })
    }

    async fn find_person(&self, who: &str) -> Result<Option<Person>, StoreError> {
        if let Some(id) = who.strip_prefix("handoff:") {
            return self.store.person_by_identity(SOURCE, id).await;
        }
        let subject = self.config.policy.subjects.read(who);
        let found = match subject.filter(|_| !who.contains('@')) {
            Some(subject) => self.store.person(subject).await?,
            None => self.store.person_by_email(who).await?,
        };
        match found {
            Some(person) => Ok(Some(person)),
            None => self.store.person_by_identity(SOURCE, who).await,
        }
    }

    /// The organization with this id: the company's own, of one that came from it, or else ours.
    pub(super) async fn organization(&self, named: &str) -> Result<Organization, Failure> {
        if let Some(own) = self.store.organization_of_company(named).await? {
            return Ok(own);
        }
        let ours = named.strip_prefix(LOCAL_MARK).unwrap_or(named);
        let found = match ours.parse() {
            Ok(id) => self.store.organization(Locator(id)).await?,
            Err(_) => None,
        };
        let found = found.map(|facts| facts.organization);
        found.ok_or_else(|| Failure::failed(format!("no organization has the id {named:?}")))
    }

    /// The id of an organization, as apps and APIs are told it.
    pub(super) async fn named(&self, organization: Locator) -> Result<String, Failure> {
        let external = self.store.organization_external_id(organization).await?;
        let policy = &self.config.policy;
        Ok(policy.organization(organization, external.as_deref()))
    }

    /// The app with this client id.
    pub(super) async fn app(&self, client_id: &str) -> Result<Arc<Client>, Failure> {
        self.store.client(client_id).await?.ok_or_else(|| {
            Failure::failed(format!(
                "no app has the client id {client_id:?}: `valetkey app list` shows all"
            ))
        })
    }

    /// Closes the storage before the command ends, which closes it in any case: what comes next wants it alone.
    pub(super) async fn close(self) {
        self.store.close().await;
    }
}

/// Reads an id, as a list of ours shows it.
///
/// # Errors
/// One sentence.
pub(super) fn id(text: &str) -> Result<i64, String> {
    let read = text.parse();
    read.map_err(|_| "an id is a number: take it from the list".to_owned())
}

/// Tells what the configuration left aside, once.
pub(super) fn tell(config: &Config) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        for note in &config.notes {
            eprintln!("{note}");
        }
    });
}

/// When a change came too late.
pub(super) const CHANGED: &str = "somebody else changed this at the same moment: try again";

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::outbox::test_mails;
    use protocol::types::MailAddress;
    use store::OutboxQuery;

    #[tokio::test]
    async fn the_change_that_a_refusal_brings_about_is_made_by_a_command_too() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_tests();
        config.storage = config::Storage::Sqlite(folder.path().join("v.db"));
        let at = Opened::of(config, Stay::Command).unwrap();
        let to = MailAddress::parse("ann@example.com").unwrap();
        let mail = Transition::Outbox(test_mails(&to, 1, &at.mint));
        let refused: Decision<(), &str> = Decision::Refused {
            error: "no",
            transition: Some(mail),
        };
        let told = at.decide(refused, str::to_owned).await.unwrap_err();
        assert_eq!(told.to_string(), "no");
        let written = at.store.messages(OutboxQuery::default(), 10).await.unwrap();
        assert_eq!(written.len(), 1);
    }
}
