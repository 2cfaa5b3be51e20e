//! The revocation feed: what other processes and APIs must hear of, as lines of `changes` in the order of their
//! commits. Some line is always there: the sweeper keeps the last.
use crate::connections::named;
use crate::facts::feed::{AFTER, APP, AT, About, BETWEEN, LAST, Line, ORIGIN, PERSON, REVOKED};
use crate::facts::{connections, people, workspaces};
use crate::memory::Memory;
use crate::runs::Runs;
use crate::value::values;
use crate::{Store, StoreError};
use jose::Digest;
use protocol::facts::AccountStatus;
use protocol::revocations::{Change, Cursor, FeedFacts};
use protocol::types::{ConnectionStanding, Lifetime, Locator};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify, watch};

/// How long a line is kept: others may take so long to hear of it. Whoever starts later reads the rows, but for revoked
/// grants: their lines stay until no token is left that was made before them.
pub(crate) const FED: Lifetime = Lifetime::from_days(1);

/// What memory may be behind a database that other nodes write to.
const STALE: Duration = Duration::from_secs(1);
/// After a failure, everyone is told so for this long before it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// Writes a line, where a transaction has the only say: its number is the highest yet plus one. As an `INSERT` of what a
/// `SELECT` of the same table gives, it would go by way of a table made for that alone.
pub(crate) const TELL: &str = "INSERT INTO changes (seq, kind, ref, until, above, organization) \
     VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM changes), $1, $2, $3, $4, $5)";

/// The id that no token of a grant is above which is revoked by whoever made `id` just now. That is above all ids that
/// it knows of, however its clock is set; a day more is left for those of others, whose clocks may be ahead.
pub(crate) fn above(id: Locator) -> Locator {
    Locator::first_at(id.time().plus(FED))
}

/// Writes the first line of a new database, with a random number in it: no other database begins like that. Other
/// processes may be making it at the same moment.
pub(crate) async fn begin(runs: &impl Runs) -> Result<(), StoreError> {
    let last = runs.one(&LAST, &[]).await?;
    if last.is_some_and(|last| last > 0) {
        return Ok(());
    }
    let origin = i64::from_be_bytes(jose::random::bytes()) >> 1;
    let sql = "INSERT INTO changes (seq, kind, ref, until) SELECT 1, 'origin', $1, $2 \
               WHERE NOT EXISTS (SELECT 1 FROM changes) ON CONFLICT DO NOTHING";
    runs.run(sql, &values![origin, i64::MAX]).await.map(drop)
}

/// Follows the feed: takes what is new into memory, before anyone is told of it.
pub(crate) struct Follow {
    memory: Arc<Memory>,
    /// The random number of this database, which stays while anyone serves it; 0 in one that had lines before there
    /// was a feed.
    origin: i64,
    /// The last line that memory holds. APIs are told no more than that: whoever forgets an answer because of a line,
    /// and asks again, must not get the same answer.
    seen: watch::Sender<i64>,
    /// Told of every commit of this process that the feed has a line of.
    fed: Arc<Notify>,
    opened: Instant,
    /// When the last look that succeeded began, in microseconds after `opened`: memory holds all that was committed
    /// by then.
    heard: AtomicU64,
    /// Held while somebody looks, so that what is read earlier is not put into memory later; when that last failed,
    /// and why.
    looking: Mutex<Option<(Instant, String)>>,
}

impl Follow {
    /// Fills memory. The feed is read first: what changes after that is in a later line.
    pub(crate) async fn begin(runs: &impl Runs, memory: Arc<Memory>) -> Result<Self, StoreError> {
        let opened = Instant::now();
        begin(runs).await?;
        let origin = runs.one(&ORIGIN, &[]).await?.unwrap_or(0);
        let seen = runs.one(&LAST, &[]).await?.unwrap_or(0);
        for line in runs.many(&REVOKED, &[]).await? {
            memory.revoke(Locator(line.reference), line.above());
        }
        for (subject, standing) in runs.many(&people::NOT_GOOD, &[]).await? {
            memory.set_standing(subject, standing);
        }
        for (key, standing) in runs.many(&connections::NOT_GOOD, &[]).await? {
            memory.set_connection(key, standing);
        }
        for (organization, end) in runs.many(&workspaces::ALL, &[]).await? {
            memory.end_in_workspace(organization, end);
        }
        Ok(Follow {
            memory,
            origin,
            seen: watch::Sender::new(seen),
            fed: Arc::default(),
            opened,
            heard: AtomicU64::new(0),
            looking: Mutex::default(),
        })
    }

    /// Whom a writer tells of what it has committed.
    pub(crate) fn notify(&self) -> Arc<Notify> {
        self.fed.clone()
    }

    /// Resolves when this process has committed a line that somebody waits for. Memory has learned of it already, so
    /// without anyone who waits it is read in good time with those of others.
    pub(crate) async fn fed(&self) {
        loop {
            self.fed.notified().await;
            if self.seen.receiver_count() > 0 {
                return;
            }
        }
    }

    /// Changes when memory holds a new line.
    pub(crate) fn seen(&self) -> watch::Receiver<i64> {
        self.seen.subscribe()
    }

    /// Takes in what was committed here or by other processes; whether there was anything. A look that began after
    /// this was asked for serves as well as one of its own.
    pub(crate) async fn poll(&self, runs: &impl Runs) -> Result<bool, StoreError> {
        let (asked, stood) = (self.micros(), self.line());
        let mut failed = self.looking.lock().await;
        if self.heard.load(Relaxed) <= asked {
            self.look(runs, &mut failed).await?;
        }
        Ok(self.line() != stood)
    }

    /// Brings memory up to date, unless somebody else just did.
    pub(crate) async fn catch_up(&self, runs: &impl Runs) -> Result<(), StoreError> {
        let mut failed = self.looking.lock().await;
        match &*failed {
            _ if self.is_fresh() => Ok(()),
            Some((when, why)) if when.elapsed() < PAUSE => {
                Err(StoreError::Unavailable(why.clone()))
            }
            _ => self.look(runs, &mut failed).await,
        }
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How long ago the last look that succeeded began.
    pub(crate) fn age(&self) -> Duration {
        let heard = Duration::from_micros(self.heard.load(Relaxed));
        self.opened.elapsed().saturating_sub(heard)
    }

    /// Whether memory is not older than a second, so that anyone may rely on it.
    pub(crate) fn is_fresh(&self) -> bool {
        let heard = Duration::from_micros(self.heard.load(Relaxed));
        self.opened.elapsed() < heard + STALE
    }

    async fn look(
        &self,
        runs: &impl Runs,
        failed: &mut Option<(Instant, String)>,
    ) -> Result<(), StoreError> {
        let began = self.micros();
        match self.take_in(runs).await {
            Ok(()) => {
                self.heard.store(began, Relaxed);
                *failed = None;
                Ok(())
            }
            Err(error) => {
                *failed = Some((Instant::now(), error.to_string()));
                Err(error)
            }
        }
    }

    async fn take_in(&self, runs: &impl Runs) -> Result<(), StoreError> {
        let seen = *self.seen.borrow();
        let lines = runs.many(&AFTER, &values![seen]).await?;
        for line in &lines {
            match line.about() {
                Some(About::Grant(grant)) => self.memory.revoke(grant, line.above()),
                Some(About::Client(client)) => self.memory.forget_client(client),
                Some(About::Person(subject)) => {
                    let person = runs.one(&people::BY_SUBJECT, &values![subject]).await?;
                    let standing = person
                        .as_ref()
                        .map_or(AccountStatus::GOOD, AccountStatus::from);
                    self.memory.set_standing(subject, standing);
                }
                Some(About::Connection(key)) => {
                    let found = runs.one(&connections::STANDING, &named(key)).await?;
                    let standing = found.map_or(ConnectionStanding::GOOD, |(_, standing)| standing);
                    self.memory.set_connection(key, standing);
                }
                Some(About::Workspace(organization)) => {
                    let values = values![organization];
                    for end in runs.many(&workspaces::OF_ONE, &values).await? {
                        self.memory.end_in_workspace(organization, end);
                    }
                }
                // A token's row is gone; the line is for APIs.
                Some(About::Token(_)) | None => {}
            }
        }
        if let Some(last) = lines.last() {
            self.seen.send_replace(last.seq);
        }
        Ok(())
    }

    /// Where memory stands.
    pub(crate) fn line(&self) -> i64 {
        *self.seen.borrow()
    }

    /// Forgets revocations of grants that no token is left of: of all that are `oldest` is the lowest id.
    pub(crate) fn forget_before(&self, oldest: Locator) {
        self.memory.forget_before(oldest);
    }
}

impl Store {
    /// Where the feed stands at line `seen`.
    pub(crate) async fn feed_at(&self, seen: i64) -> Result<Option<FeedFacts>, StoreError> {
        let line = self.one(&AT, &values![seen]).await?;
        let origin = self.follow().origin;
        // Swept between two reads: the next request finds no such line and begins anew.
        let nothing = Cursor {
            line: seen,
            mark: 0,
        };
        Ok(Some(FeedFacts {
            cursor: line.map_or(nothing, |line| cursor_at(origin, &line)),
            gap: false,
            changes: Vec::new(),
        }))
    }

    /// The lines after `cursor` up to `seen`; `None` when the cursor's own line is not there as it was, or one after
    /// it was swept.
    pub(crate) async fn feed_after(
        &self,
        cursor: Cursor,
        seen: i64,
        limit: usize,
    ) -> Result<Option<FeedFacts>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let values = values![cursor.line, seen.max(cursor.line), limit];
        let lines = self.many(&BETWEEN, &values).await?;
        let Some((own, rest)) = lines.split_first() else {
            return Ok(None);
        };
        let origin = self.follow().origin;
        let next = |(one, two): (&Line, &Line)| one.seq + 1 == two.seq;
        if cursor_at(origin, own) != cursor || !lines.iter().zip(rest).all(next) {
            return Ok(None);
        }
        let mut changes = Vec::new();
        for line in rest {
            changes.extend(self.change(line).await?);
        }
        Ok(Some(FeedFacts {
            cursor: cursor_at(origin, rest.last().unwrap_or(own)),
            gap: false,
            changes,
        }))
    }

    /// A line with what its object is now.
    async fn change(&self, line: &Line) -> Result<Option<Change>, StoreError> {
        match line.about() {
            Some(About::Token(token)) => Ok(Some(Change::Token(token))),
            Some(About::Grant(grant)) => Ok(Some(Change::Grant(grant))),
            Some(About::Client(client)) => self.one(&APP, &values![client]).await,
            Some(About::Person(subject)) => self.one(&PERSON, &values![subject]).await,
            Some(About::Connection(key)) => self.one(&connections::TOLD, &named(key)).await,
            Some(About::Workspace(organization)) => Ok(Some(Change::Workspace {
                organization,
                external_id: self.organization_external_id(organization).await?,
            })),
            None => Ok(None),
        }
    }
}

/// The cursor behind a line. Two databases may hold the same line at the same place, so the mark holds their origin.
fn cursor_at(origin: i64, line: &Line) -> Cursor {
    let text = format!("{origin} {} {} {}", line.kind, line.reference, line.until.0);
    let digest = Digest::of(text.as_bytes());
    let mark = digest.as_bytes()[..8].iter();
    Cursor {
        line: line.seq,
        mark: mark.fold(0, |mark, byte| mark << 8 | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Query;
    use crate::value::Value;
    use std::sync::atomic::AtomicUsize;
    use tokio::sync::Semaphore;

    /// A database without lines that is slow to answer, and counts the looks.
    struct Slow {
        looks: AtomicUsize,
        answers: Semaphore,
    }

    impl Runs for Slow {
        async fn run(&self, _: &'static str, _: &[Value<'_>]) -> Result<usize, StoreError> {
            Ok(1)
        }

        async fn many<T>(&self, query: &Query<T>, _: &[Value<'_>]) -> Result<Vec<T>, StoreError> {
            if query.sql == AFTER.sql {
                self.looks.fetch_add(1, Relaxed);
                self.answers
                    .acquire()
                    .await
                    .map(tokio::sync::SemaphorePermit::forget)
                    .ok();
            }
            Ok(Vec::new())
        }

        async fn pause(&self, _: Duration) {}
    }

    #[tokio::test]
    async fn who_asks_while_somebody_looks_shares_the_next_look() {
        let slow = Slow {
            looks: AtomicUsize::new(0),
            answers: Semaphore::new(0),
        };
        let follow = Follow::begin(&slow, Arc::new(Memory::new())).await;
        let both = Arc::new((follow.unwrap_or_else(|error| panic!("{error}")), slow));
        let ask = || {
            let both = both.clone();
            tokio::spawn(async move { both.0.poll(&both.1).await.is_ok() })
        };
        let looks = || both.1.looks.load(Relaxed);
        let moment = || tokio::time::sleep(Duration::from_millis(5));
        let first = ask();
        moment().await;
        // As many as one node holds at once.
        let later: Vec<_> = (0..1_024).map(|_| ask()).collect();
        moment().await;
        assert_eq!(looks(), 1, "one looks, the others wait");
        // What was committed since the first began is not in its answer: none of the others may take it for theirs.
        both.1.answers.add_permits(1);
        moment().await;
        assert!(first.is_finished());
        assert_eq!(looks(), 2);
        assert!(later.iter().all(|asker| !asker.is_finished()));
        both.1.answers.add_permits(2_000);
        for asker in later {
            assert!(matches!(asker.await, Ok(true)));
        }
        assert_eq!(looks(), 2, "one look served all of them");
        assert!(matches!(ask().await, Ok(true)));
        assert_eq!(looks(), 3);
    }
}
