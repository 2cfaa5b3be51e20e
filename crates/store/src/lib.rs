//! Facts out, transitions in: the only crate with SQL, and it knows no rule.
//!
//! [`Store::settle`] makes one [`Transition`] durable, guard first. Everything else reads.

mod error;
mod folder;
mod location;
mod memory;
mod migrations;
mod mint;
mod mounts;
pub mod operator;
mod options;
mod postgres;
mod serving;
mod sqlite;
mod tuning;

pub use error::StoreError;
pub use folder::{make_folder, sync_folder};
pub use location::{Location, PostgresUrl};
pub use mint::IdMint;
pub use operator::Fill;
pub use options::{Options, Synchronous};
pub use serving::{Serving, refuse_network};
pub use sqlite::sweep::{SweepRules, Swept};
pub use tuning::Tuning;

use jose::Digest;
use memory::Memory;
use postgres::Postgres;
use protocol::Transition;
use protocol::facts::{
    AccessFacts, Attempts, CodeFacts, ConsentFacts, DeviceFacts, InteractionFacts, PeoplePage,
    RefreshFacts, SessionFacts,
};
use protocol::revocations::{Cursor, FeedFacts};
use protocol::transition::Logo;
use protocol::types::person::email_key;
use protocol::types::{
    Client, ClientNo, Grant, Locator, Person, Session, Subject, UnixTime, UserCode,
};
use sqlite::{Sqlite, clients, devices, read};
use std::sync::Arc;

/// What came of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Committed,
    /// Its guard was lost; nothing changed.
    Conflict,
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

/// What keeps it. Each has the same operations: every `match` below names both.
#[derive(Clone)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

type Fact<T> = Result<Option<T>, StoreError>;

impl Store {
    /// Opens a database, brings its schema up to date, takes a node number and starts the writer.
    ///
    /// # Errors
    /// [`StoreError`], in words for an operator.
    pub fn open(options: &Options) -> Result<Store, StoreError> {
        let now = mint::now();
        let engine = match &options.location {
            Location::Sqlite(path) => Engine::Sqlite(Arc::new(Sqlite::open(path, options, now)?)),
            Location::Postgres(url) => {
                Engine::Postgres(Arc::new(Postgres::open(url, options, now)?))
            }
        };
        Ok(Store { engine })
    }

    /// Memory for an answer. A node that cannot follow the others must not give one.
    async fn fresh_memory(&self) -> Result<&Memory, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => Ok(&engine.memory),
            Engine::Postgres(engine) => {
                engine.keep_up().await?;
                Ok(&engine.memory)
            }
        }
    }

    /// Where new ids come from.
    pub fn mint(&self) -> IdMint {
        match &self.engine {
            Engine::Sqlite(engine) => engine.mint.clone(),
            Engine::Postgres(engine) => engine.mint.clone(),
        }
    }

    /// Makes a transition durable. Answers only after the commit; a lost guard changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is claimed to be stored.
    pub async fn settle(
        &self,
        transition: Transition,
        now: UnixTime,
    ) -> Result<Outcome, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.settle(transition, now).await,
            Engine::Postgres(engine) => engine.settle(transition, now).await,
        }
    }

    /// An app by its `client_id`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client(&self, client_id: &str) -> Fact<Arc<Client>> {
        let memory = self.fresh_memory().await?;
        if let Some(client) = memory.client(client_id) {
            return Ok(Some(client));
        }
        let version = memory.version();
        let found = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| clients::by_id(db, client_id))?,
            Engine::Postgres(engine) => engine.client(client_id).await?,
        };
        Ok(found.map(|client| memory.keep(client, version)))
    }

    /// An app by its number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client_by_no(&self, no: ClientNo) -> Fact<Arc<Client>> {
        let memory = self.fresh_memory().await?;
        if let Some(client) = memory.client_by_no(no) {
            return Ok(Some(client));
        }
        let version = memory.version();
        let found = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| clients::by_no(db, no))?,
            Engine::Postgres(engine) => engine.client_by_no(no).await?,
        };
        Ok(found.map(|client| memory.keep(client, version)))
    }

    /// Apps by number, `limit` from the one after `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clients(
        &self,
        after: Option<ClientNo>,
        limit: usize,
    ) -> Result<Vec<Arc<Client>>, StoreError> {
        let after = after.map_or(0, |no| no.0);
        let clients = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| clients::page(db, after, limit))?,
            Engine::Postgres(engine) => engine.clients(after, limit).await?,
        };
        Ok(clients.into_iter().map(Arc::new).collect())
    }

    /// The logo of an app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logo(&self, client: ClientNo) -> Fact<Logo> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::logo(db, client)),
            Engine::Postgres(engine) => engine.logo(client).await,
        }
    }

    /// A code with its redemption and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn code(&self, id: Locator) -> Fact<CodeFacts> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::code(db, id)),
            Engine::Postgres(engine) => engine.code(id).await,
        }
    }

    /// What a device asked for, with its redemption and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device(&self, id: Locator) -> Fact<DeviceFacts> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| devices::by_id(db, id)),
            Engine::Postgres(engine) => engine.device(id).await,
        }
    }

    /// The same, by the code that a person typed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_by_user_code(&self, code: &UserCode) -> Fact<DeviceFacts> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| devices::by_user_code(db, &code.digest())),
            Engine::Postgres(engine) => engine.device_by_user_code(code).await,
        }
    }

    /// A refresh token with its grant, its use and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh_token(&self, id: Locator) -> Fact<RefreshFacts> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::refresh_token(db, id)),
            Engine::Postgres(engine) => engine.refresh_token(id).await,
        }
    }

    /// An access token: one row, and what memory knows of its grant, app and person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn access_token(&self, id: Locator) -> Fact<AccessFacts> {
        let found = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::access_token(db, id))?,
            Engine::Postgres(engine) => engine.access_token(id).await?,
        };
        let Some(token) = found else {
            return Ok(None);
        };
        let memory = self.fresh_memory().await?;
        Ok(Some(AccessFacts {
            client: self.client_by_no(token.client).await?,
            grant_revoked: token.subject.is_some() && memory.is_revoked(token.grant.0),
            person: memory.standing(token.subject),
            token,
        }))
    }

    /// A grant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grant(&self, id: Locator) -> Fact<Grant> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::grant_by_id(db, id)),
            Engine::Postgres(engine) => engine.grant(id).await,
        }
    }

    /// A session with its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, id: Locator) -> Fact<SessionFacts> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::session_by_id(db, id)),
            Engine::Postgres(engine) => engine.session(id).await,
        }
    }

    /// A session with its person, and what that person allowed an app before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_and_consent(
        &self,
        id: Locator,
        client: ClientNo,
    ) -> Fact<(SessionFacts, ConsentFacts)> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::session_and_consent(db, id, client)),
            Engine::Postgres(engine) => engine.session_and_consent(id, client).await,
        }
    }

    /// A pending request with its app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn interaction(&self, id: Locator) -> Fact<InteractionFacts> {
        let found = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::interaction(db, id))?,
            Engine::Postgres(engine) => engine.interaction(id).await?,
        };
        let Some(interaction) = found else {
            return Ok(None);
        };
        Ok(Some(InteractionFacts {
            client: self.client_by_no(interaction.client).await?,
            interaction,
        }))
    }

    /// What a person allowed an app before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consent(
        &self,
        subject: Subject,
        client: ClientNo,
    ) -> Result<ConsentFacts, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::consent_of(db, subject, client)),
            Engine::Postgres(engine) => engine.consent(subject, client).await,
        }
    }

    /// A person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person(&self, subject: Subject) -> Fact<Person> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::person_by_subject(db, subject)),
            Engine::Postgres(engine) => engine.person(subject).await,
        }
    }

    /// A person by address, without regard to case.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person_by_email(&self, email: &str) -> Fact<Person> {
        let key = email_key(email);
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::person_by_email(db, &key)),
            Engine::Postgres(engine) => engine.person_by_email(&key).await,
        }
    }

    /// People by subject, `limit` from the one after `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people(
        &self,
        after: Option<Subject>,
        limit: usize,
    ) -> Result<PeoplePage, StoreError> {
        let after = after.map_or(i64::MIN, |subject| subject.0);
        let mut people = match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| read::people(db, after, limit + 1))?,
            Engine::Postgres(engine) => engine.people(after, limit + 1).await?,
        };
        let more = people.len() > limit;
        people.truncate(limit);
        let next = people.last().map(|person| person.subject).filter(|_| more);
        Ok(PeoplePage { people, next })
    }

    /// Attempts counted for each key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn attempts(&self, keys: &[Digest]) -> Result<Vec<Attempts>, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => {
                engine.read(|db| keys.iter().map(|key| read::attempts(db, key)).collect())
            }
            Engine::Postgres(engine) => engine.attempts(keys).await,
        }
    }

    /// Live sessions of a person, newest first, `limit` before the one named.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions(
        &self,
        subject: Subject,
        now: UnixTime,
        before: Option<Locator>,
        limit: usize,
    ) -> Result<Vec<Session>, StoreError> {
        let before = before.map_or(i64::MAX, |id| id.0);
        match &self.engine {
            Engine::Sqlite(engine) => {
                engine.read(|db| read::sessions(db, subject, now, before, limit))
            }
            Engine::Postgres(engine) => engine.sessions(subject, now, before, limit).await,
        }
    }

    /// `now`, or the database's own time if that is earlier: what a node sweeps is gone for all of them, so one whose
    /// clock is ahead must not judge alone. A file has no time of its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn no_later(&self, now: UnixTime) -> Result<UnixTime, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(now),
            Engine::Postgres(engine) => Ok(now.min(engine.time().await?)),
        }
    }

    /// Deletes what has expired, in slices.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self, now: UnixTime, rules: &SweepRules) -> Result<Swept, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => {
                sqlite::sweep::round(engine, now, rules, sqlite::sweep::Pace::SERVER).await
            }
            Engine::Postgres(engine) => postgres::sweep::round(engine, now, rules).await,
        }
    }

    /// Takes in what other processes revoked, disabled or changed; whether there was anything.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn poll_changes(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.poll_changes(),
            Engine::Postgres(engine) => engine.poll_changes().await,
        }
    }

    /// Resolves when this process has committed something that [`poll_changes`](Self::poll_changes) is to take in.
    pub async fn fed(&self) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.fed().await,
            Engine::Postgres(engine) => engine.fed().await,
        }
    }

    /// Changes when the revocation feed has new lines.
    pub fn feed_moved(&self) -> tokio::sync::watch::Receiver<i64> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.seen(),
            Engine::Postgres(engine) => engine.seen(),
        }
    }

    /// What the revocation feed tells after a cursor, `limit` lines at most; without a cursor, where it stands. It
    /// ends where the last [`poll_changes`](Self::poll_changes) ended. `None`: the cursor is unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revocations(&self, after: Option<Cursor>, limit: usize) -> Fact<FeedFacts> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.revocations(after, limit),
            Engine::Postgres(engine) => engine.revocations(after, limit).await,
        }
    }

    /// Whether the database reads and its writer commits.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => {
                engine.read(|db| db.one("SELECT 1", [], |_| Ok(())))?;
                engine.probe().await
            }
            Engine::Postgres(engine) => engine.ready().await,
        }
    }

    /// Keeps this process's node number for another minute.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.renew_lease(now).await,
            Engine::Postgres(engine) => engine.renew_lease(now).await,
        }
    }

    /// Finishes what is queued, gives the node number back and stops the writer.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }
}
