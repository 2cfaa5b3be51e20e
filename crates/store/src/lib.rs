//! Facts out, transitions in: the only crate with SQL, and it knows no rule.
//!
//! [`Store::settle`] makes one [`Transition`] durable, guard first. Everything else reads.

mod error;
mod folder;
mod memory;
mod mint;
mod sqlite;

pub use error::StoreError;
pub use folder::{make_folder, sync_folder};
pub use mint::IdMint;
pub use sqlite::sweep::{SweepRules, Swept};

use jose::Digest;
use protocol::Transition;
use protocol::facts::{
    AccessFacts, Attempts, CodeFacts, ConsentFacts, DeviceFacts, InteractionFacts, PeoplePage,
    RefreshFacts, SessionFacts,
};
use protocol::revocations::{Cursor, FeedFacts};
use protocol::transition::Logo;
use protocol::types::ids::SubjectFormat;
use protocol::types::person::email_key;
use protocol::types::{
    Client, ClientNo, Grant, Locator, Person, Session, Subject, UnixTime, UserCode,
};
use sqlite::{Sqlite, clients, devices, read};
use std::path::PathBuf;
use std::sync::Arc;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// The SQLite file; made if it is missing.
    pub path: PathBuf,
    /// How many threads will read; they share the cache.
    pub readers_hint: usize,
    /// How people are numbered.
    pub subjects: SubjectFormat,
    /// What a commit waits for.
    pub synchronous: Synchronous,
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// The disk: what was acknowledged survives a power cut.
    #[default]
    Full,
    /// The operating system; the disk at checkpoints. A power cut may take back the newest commits.
    Normal,
    /// The operating system, ever. A power cut may take back commits, and may break the file.
    Off,
}

impl Synchronous {
    fn as_sql(self) -> &'static str {
        match self {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
            Synchronous::Off => "OFF",
        }
    }
}

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
    sqlite: Arc<Sqlite>,
}

type Fact<T> = Result<Option<T>, StoreError>;

impl Store {
    /// Opens a database, brings its schema up to date, takes a node number and starts the writer.
    ///
    /// # Errors
    /// [`StoreError`], in words for an operator.
    pub fn open(options: &Options) -> Result<Store, StoreError> {
        let sqlite = Sqlite::open(options, mint::now())?;
        Ok(Store {
            sqlite: Arc::new(sqlite),
        })
    }

    /// Where new ids come from.
    pub fn mint(&self) -> IdMint {
        self.sqlite.mint.clone()
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
        self.sqlite.settle(transition, now).await
    }

    /// An app by its `client_id`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client(&self, client_id: &str) -> Fact<Arc<Client>> {
        if let Some(client) = self.sqlite.memory.client(client_id) {
            return Ok(Some(client));
        }
        self.load_client(|conn| clients::by_id(conn, client_id))
    }

    /// An app by its number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn client_by_no(&self, no: ClientNo) -> Fact<Arc<Client>> {
        if let Some(client) = self.sqlite.memory.client_by_no(no) {
            return Ok(Some(client));
        }
        self.load_client(|conn| clients::by_no(conn, no))
    }

    fn load_client(
        &self,
        query: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<Option<Client>>,
    ) -> Fact<Arc<Client>> {
        let version = self.sqlite.memory.version();
        let found = self.sqlite.read(query)?;
        Ok(found.map(|client| self.sqlite.memory.keep(client, version)))
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
        let clients = self.sqlite.read(|conn| clients::page(conn, after, limit))?;
        Ok(clients.into_iter().map(Arc::new).collect())
    }

    /// The logo of an app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logo(&self, client: ClientNo) -> Fact<Logo> {
        self.sqlite.read(|conn| read::logo(conn, client))
    }

    /// A code with its redemption and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn code(&self, id: Locator) -> Fact<CodeFacts> {
        self.sqlite.read(|conn| read::code(conn, id))
    }

    /// What a device asked for, with its redemption and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device(&self, id: Locator) -> Fact<DeviceFacts> {
        self.sqlite.read(|conn| devices::by_id(conn, id))
    }

    /// The same, by the code that a person typed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_by_user_code(&self, code: &UserCode) -> Fact<DeviceFacts> {
        let digest = code.digest();
        self.sqlite
            .read(|conn| devices::by_user_code(conn, &digest))
    }

    /// A refresh token with its grant, its use and its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refresh_token(&self, id: Locator) -> Fact<RefreshFacts> {
        self.sqlite.read(|conn| read::refresh_token(conn, id))
    }

    /// An access token: one row, and what memory knows of its grant, app and person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn access_token(&self, id: Locator) -> Fact<AccessFacts> {
        let Some(token) = self.sqlite.read(|conn| read::access_token(conn, id))? else {
            return Ok(None);
        };
        let memory = &self.sqlite.memory;
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
        self.sqlite.read(|conn| read::grant_by_id(conn, id))
    }

    /// A session with its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, id: Locator) -> Fact<SessionFacts> {
        self.sqlite.read(|conn| read::session_by_id(conn, id))
    }

    /// A pending request with its app.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn interaction(&self, id: Locator) -> Fact<InteractionFacts> {
        let Some(interaction) = self.sqlite.read(|conn| read::interaction(conn, id))? else {
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
        self.sqlite
            .read(|conn| read::consent(conn, subject, client))
    }

    /// A person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person(&self, subject: Subject) -> Fact<Person> {
        self.sqlite
            .read(|conn| read::person_by_subject(conn, subject))
    }

    /// A person by address, without regard to case.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person_by_email(&self, email: &str) -> Fact<Person> {
        let key = email_key(email);
        self.sqlite.read(|conn| read::person_by_email(conn, &key))
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
        let mut people = self
            .sqlite
            .read(|conn| read::people(conn, after, limit + 1))?;
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
        self.sqlite
            .read(|conn| keys.iter().map(|key| read::attempts(conn, key)).collect())
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
        self.sqlite
            .read(|conn| read::sessions(conn, subject, now, before, limit))
    }

    /// Deletes what has expired, in slices.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self, now: UnixTime, rules: &SweepRules) -> Result<Swept, StoreError> {
        sqlite::sweep::round(&self.sqlite, now, rules).await
    }

    /// Takes in what other processes revoked, disabled or changed; whether there was anything.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn poll_changes(&self) -> Result<bool, StoreError> {
        self.sqlite.poll_changes()
    }

    /// Resolves when this process has committed something that [`poll_changes`](Self::poll_changes) is to take in.
    pub async fn fed(&self) {
        self.sqlite.fed().await;
    }

    /// Changes when the revocation feed has new lines.
    pub fn feed_moved(&self) -> tokio::sync::watch::Receiver<i64> {
        self.sqlite.seen()
    }

    /// What the revocation feed tells after a cursor, `limit` lines at most; without a cursor, where it stands. It
    /// ends where the last [`poll_changes`](Self::poll_changes) ended. `None`: the cursor is unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revocations(&self, after: Option<Cursor>, limit: usize) -> Fact<FeedFacts> {
        self.sqlite.revocations(after, limit)
    }

    /// Whether the database reads and its writer commits.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.sqlite
            .read(|conn| conn.query_row("SELECT 1", [], |_| Ok(())))?;
        self.sqlite.probe().await
    }

    /// Keeps this process's node number for another minute.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        self.sqlite.renew_lease(now).await
    }

    /// Finishes what is queued, gives the node number back and stops the writer.
    pub async fn close(&self) {
        self.sqlite.close().await;
    }
}
