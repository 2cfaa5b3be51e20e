//! The epoch: after a database was put back from a copy, whatever was spent or taken back since the copy was made
//! would be alive again. So all that was open is closed, for good.
use super::{BEGIN, Database, Raw};
use crate::facts::tokens::HIGHEST_ID;
use crate::value::values;
use crate::{IdMint, StoreError};
use protocol::decision::Mint;
use protocol::events::{Actor, Event};
use protocol::types::UnixTime;
use protocol::types::ids::{Region, SubjectFormat};

/// How many numbers of people are left out: more than anybody signed up between two copies.
const GAP: i64 = 1_000_000;
/// Numbers of people stay below this, so that every language reads them exactly.
const MOST_SUBJECTS: i64 = (1 << 53) - 1;

/// Why messages of a copy are dead letters.
const MAY_BE_DELIVERED: &str =
    "the database was put back from a copy, and this may have been delivered since that was made";

/// What was closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closed {
    /// Codes that could still be redeemed, and that had been.
    pub codes: usize,
    /// The same of devices.
    pub devices: usize,
    /// Authorization requests that waited for their person.
    pub requests: usize,
    /// Browsers that were signed in.
    pub sessions: usize,
    /// Apps whose tokens and grants are dead.
    pub apps: usize,
    /// People are numbered above this, where they are numbered.
    pub subjects_above: Option<i64>,
}

impl Database {
    /// The same for a database in its place, which nobody may use meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while a process uses it.
    pub async fn cut_off_alone(
        &self,
        subjects: &SubjectFormat,
        now: UnixTime,
    ) -> Result<Closed, StoreError> {
        // A server on a file is known by its lock, nodes on PostgreSQL by their numbers.
        let _alone = match &self.0 {
            Raw::Sqlite(path, _) => Some(super::alone(path)?),
            Raw::Postgres(_) => {
                self.refuse_live_nodes(now).await?;
                None
            }
        };
        self.cut_off(subjects, now).await
    }

    /// Closes all that was open, in one transaction: tokens, grants, codes, requests, sessions. People, apps and
    /// consents stay.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is closed.
    pub(super) async fn cut_off(
        &self,
        subjects: &SubjectFormat,
        now: UnixTime,
    ) -> Result<Closed, StoreError> {
        self.in_transaction(async || {
            let closed = self.close_all(subjects, now).await?;
            self.put_back(now, Event::DatabaseCutOff).await?;
            Ok(closed)
        })
        .await
    }

    /// Leaves all open: only what is of another life of the database goes.
    pub(super) async fn keep_open(&self, now: UnixTime) -> Result<(), StoreError> {
        self.in_transaction(async || self.put_back(now, Event::DatabaseRestored).await)
            .await
    }

    /// Takes the node numbers from whoever held them when a copy was made.
    async fn forget_nodes(&self) -> Result<(), StoreError> {
        self.run("DELETE FROM nodes", &[]).await.map(drop)
    }

    /// Refuses while a process uses the database.
    async fn refuse_live_nodes(&self, now: UnixTime) -> Result<(), StoreError> {
        let sql =
            "SELECT COUNT(*), MAX(lease_until) FROM nodes WHERE node >= 0 AND lease_until > $1";
        let found = self.numbers(sql, &values![now]).await?;
        match found[..] {
            [Some(0), _] | [] => Ok(()),
            [count, until, ..] => {
                let wait = until.unwrap_or_default() - now.0;
                Err(StoreError::Refused(format!(
                    "{} processes use this database: stop the servers; one that was killed holds its number for \
                     {wait} more seconds",
                    count.unwrap_or_default()
                )))
            }
            _ => Ok(()),
        }
    }

    async fn in_transaction<T>(
        &self,
        work: impl AsyncFnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.command(BEGIN).await?;
        let done = work().await;
        match &done {
            Ok(_) => self.command("COMMIT").await?,
            Err(_) => drop(self.command("ROLLBACK").await),
        }
        done
    }

    async fn close_all(
        &self,
        subjects: &SubjectFormat,
        now: UnixTime,
    ) -> Result<Closed, StoreError> {
        let not_before = self.mint().await?.locator();
        let above = match subjects {
            SubjectFormat::Number => Some(self.subjects_above().await?),
            SubjectFormat::Prefixed(_) => None,
        };
        let sql = "INSERT INTO epochs (cutoff, at, subjects_above) VALUES ($1, $2, $3)";
        self.run(sql, &values![not_before, now, above.unwrap_or_default()])
            .await?;
        self.run("DELETE FROM refresh_replies", &[]).await?;
        // Whoever has had a message since the copy was made must not get it again unasked.
        let sql = "UPDATE outbox SET dead_at = $1, last_error = $2 WHERE dead_at IS NULL";
        self.run(sql, &values![now, MAY_BE_DELIVERED]).await?;
        // What a link was used for may have been done since the copy was made.
        self.run("DELETE FROM mail_links", &[]).await?;
        self.run("DELETE FROM logouts", &[]).await?;
        self.run("DELETE FROM portal_sessions", &[]).await?;
        self.run("DELETE FROM playground_runs", &[]).await?;
        let apps = "UPDATE clients SET cutoff = $1 WHERE cutoff < $1";
        Ok(Closed {
            codes: self.run("DELETE FROM codes", &[]).await?,
            devices: self.run("DELETE FROM device_codes", &[]).await?,
            requests: self.run("DELETE FROM interactions", &[]).await?,
            sessions: self.run("DELETE FROM sessions", &[]).await?,
            apps: self.run(apps, &values![not_before]).await?,
            subjects_above: above,
        })
    }

    /// What every database that was put back needs: nobody's node numbers, and a feed that no API has a cursor of.
    async fn put_back(&self, now: UnixTime, event: Event) -> Result<(), StoreError> {
        self.forget_nodes().await?;
        let origin = i64::from_be_bytes(jose::random::bytes()) >> 1;
        let sql = "INSERT INTO changes (seq, kind, ref, until) VALUES (1, 'origin', $1, $2) \
                   ON CONFLICT (seq) DO UPDATE SET kind = excluded.kind, ref = excluded.ref, until = excluded.until";
        self.run(sql, &values![origin, i64::MAX]).await?;
        // Its id is above the not_before, and every process begins above the highest id that it finds.
        let (operator, _) = Actor::Operator.as_stored();
        let sql = "INSERT INTO events (id, at, event, actor) VALUES ($1, $2, $3, $4)";
        let values = values![self.mint().await?.locator(), now, event.name(), operator];
        self.run(sql, &values).await.map(drop)
    }

    /// Ids above all that the database holds.
    async fn mint(&self) -> Result<IdMint, StoreError> {
        let highest = self.many(&HIGHEST_ID).await?.into_iter().next();
        let not_before = self.number("SELECT MAX(cutoff) FROM epochs").await?;
        let highest = highest.unwrap_or(0).max(not_before.unwrap_or(0));
        Ok(IdMint::new(Region::default(), 0, highest))
    }

    /// The number above which nobody can have been numbered since the copy was made.
    async fn subjects_above(&self) -> Result<i64, StoreError> {
        let sql = "SELECT MAX(subject) FROM people WHERE subject < 9007199254740991";
        let people = self.number(sql).await?.unwrap_or_default();
        let sql = "SELECT MAX(subjects_above) FROM epochs";
        let before = self.number(sql).await?.unwrap_or_default();
        Ok((people.max(before) + GAP).min(MOST_SUBJECTS - GAP))
    }
}
