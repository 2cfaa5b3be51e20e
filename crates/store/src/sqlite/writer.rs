//! The one writer: a thread that owns the server's write connection and commits whatever has queued as one
//! transaction. Batches come from load, never from waiting.
use super::apply::Apply;
use super::statements::Statements;
use crate::counts::Counts;
use crate::facts::workspaces::WorkspaceEnd;
use crate::memory::Memory;
use crate::{IdMint, Outcome, StoreError};
use protocol::Transition;
use protocol::events::Act;
use protocol::facts::AccountStatus;
use protocol::types::{ClientRowId, ConnectionKey, ConnectionStanding, Locator, Subject};
use rusqlite::{Connection, ErrorCode};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, oneshot};

/// Jobs that may wait; more are refused.
pub(super) const QUEUE: usize = 4_096;
/// How long another process may hold the file before a write fails.
const BUSY_DEADLINE: Duration = Duration::from_secs(10);

/// What memory learns from a commit.
pub(super) enum Effect {
    /// With the id that no token of it is above.
    Grant(Locator, Locator),
    /// Read inside the transaction: after the commit the read could fail.
    Person(Subject, AccountStatus),
    /// The same.
    Connection(ConnectionKey, ConnectionStanding),
    /// The same.
    Workspace(Locator, Vec<WorkspaceEnd>),
    Client(ClientRowId),
    /// A token's row is gone: nothing to keep, but the feed tells it.
    Token,
    /// A message waits to be delivered. The feed does not tell it.
    Message,
}

/// Statements of the store's own; tells the rows they touched. They run again if their batch fails as a whole.
pub(super) type Work = Box<dyn Fn(&Statements<'_>) -> rusqlite::Result<usize> + Send>;

/// A unit of work with whoever waits for it.
pub(super) enum Job {
    Settle(Box<Settle>),
    /// Any other statement of the store's own: sweeping, leases. Answers with the rows it touched.
    Run {
        work: Work,
        done: oneshot::Sender<Result<usize, StoreError>>,
    },
    /// Commits what came before, then ends.
    Close(oneshot::Sender<()>),
}

/// A transition and who waits for it.
pub(super) struct Settle {
    pub(super) transition: Transition,
    pub(super) act: Act,
    pub(super) done: Option<oneshot::Sender<Settled>>,
}

/// What came of it. The transition goes back too, to be freed where it was made: to free the memory of another thread
/// is dear, and this one is waited for by all.
pub(super) type Settled = (Result<Outcome, StoreError>, Box<Settle>);

impl Settle {
    fn answer(mut self: Box<Self>, outcome: Result<Outcome, StoreError>) {
        if let Some(done) = self.done.take() {
            let _ = done.send((outcome, self));
        }
    }
}

pub(super) struct Writer<'c> {
    pub(super) db: Statements<'c>,
    /// Jobs in one commit, at most.
    pub(super) most: usize,
    pub(super) mint: IdMint,
    pub(super) memory: Arc<Memory>,
    /// Told of every commit that the feed has a line of.
    pub(super) fed: Arc<Notify>,
    pub(super) counts: Arc<Counts>,
    /// Told of every commit with a message.
    pub(super) posted: Arc<Notify>,
}

/// What came of one job inside a batch.
enum Done {
    Outcome(Outcome),
    Rows(usize),
}

impl Writer<'_> {
    /// Works until the queue is closed. Whoever was about to send something then is still answered: what comes into a
    /// queue that nobody takes from any more would wait for ever.
    pub(super) fn work(self, mut queue: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(self.most);
        let mut closed_by = Vec::new();
        while queue.blocking_recv_many(&mut batch, self.most) > 0 {
            if batch.iter().any(|job| matches!(job, Job::Close(_))) {
                queue.close();
                closed_by.extend(batch.extract_if(.., |job| matches!(job, Job::Close(_))));
            }
            self.commit(&mut batch);
            // Where all cores are busy, requests that are about to be written get their turn before the next commit.
            std::thread::yield_now();
        }
        if !closed_by.is_empty() {
            let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
            let _ = self.db.conn().execute_batch(checkpoint);
        }
        for job in closed_by {
            if let Job::Close(done) = job {
                let _ = done.send(());
            }
        }
    }

    /// Commits a batch, or each of its jobs alone when one of them failed. When the disk did, or another process
    /// holds the file, everyone is refused at once: nobody waits for it again.
    fn commit(&self, batch: &mut Vec<Job>) {
        if batch.is_empty() {
            return;
        }
        let error = match self.try_commit(batch) {
            Ok(done) => return self.answer(batch.drain(..), done),
            Err(error) => StoreError::of(&error),
        };
        if error.is_of_all() || batch.len() == 1 {
            return refuse(batch.drain(..), &error);
        }
        let mut jobs = batch.drain(..);
        while let Some(job) = jobs.next() {
            let mut alone = vec![job];
            match self
                .try_commit(&alone)
                .map_err(|error| StoreError::of(&error))
            {
                Ok(done) => self.answer(alone.drain(..), done),
                Err(error) if error.is_of_all() => {
                    return refuse(alone.drain(..).chain(jobs), &error);
                }
                Err(error) => refuse(alone.drain(..), &error),
            }
        }
    }

    fn try_commit(&self, batch: &[Job]) -> rusqlite::Result<Vec<Done>> {
        let began = Instant::now();
        begin_with(|| self.db.execute("BEGIN IMMEDIATE", &[]))?;
        let mut effects = Vec::new();
        let written = self.write(batch, &mut effects);
        let committed = written.and_then(|done| self.db.execute("COMMIT", &[]).map(|_| done));
        match committed {
            Ok(done) => {
                self.learn(&effects);
                // Sweeping is committed here too, and is no transition.
                let outcomes = done.iter().filter(|one| matches!(one, Done::Outcome(_)));
                match outcomes.count() {
                    0 => {}
                    transitions => self.counts.batch(transitions, began.elapsed()),
                }
                Ok(done)
            }
            Err(error) => {
                let _ = self.db.execute("ROLLBACK", &[]);
                Err(error)
            }
        }
    }

    fn write(&self, batch: &[Job], effects: &mut Vec<Effect>) -> rusqlite::Result<Vec<Done>> {
        let one = |job: &Job| match job {
            Job::Settle(settle) => {
                let mut apply = Apply {
                    db: &self.db,
                    mint: &self.mint,
                    act: settle.act,
                    effects,
                };
                apply.transition(&settle.transition).map(Done::Outcome)
            }
            Job::Run { work, .. } => work(&self.db).map(Done::Rows),
            Job::Close(_) => Ok(Done::Rows(0)),
        };
        batch.iter().map(one).collect()
    }

    fn answer(&self, jobs: impl Iterator<Item = Job>, done: Vec<Done>) {
        for (job, done) in jobs.zip(done) {
            match (job, done) {
                (Job::Settle(settle), Done::Outcome(outcome)) => {
                    self.counts.settled(&settle.transition, outcome);
                    self.memory.doubt(&settle.transition, outcome);
                    settle.answer(Ok(outcome));
                }
                (Job::Run { done, .. }, Done::Rows(rows)) => drop(done.send(Ok(rows))),
                _ => {}
            }
        }
    }

    /// Puts what was committed into memory, before anyone is answered.
    fn learn(&self, effects: &[Effect]) {
        if effects
            .iter()
            .any(|effect| !matches!(effect, Effect::Message))
        {
            self.fed.notify_one();
        }
        for effect in effects {
            match effect {
                Effect::Grant(grant, above) => self.memory.revoke(*grant, *above),
                Effect::Client(client) => self.memory.forget_client(*client),
                Effect::Token => {}
                Effect::Message => self.posted.notify_one(),
                Effect::Person(subject, standing) => {
                    self.memory.set_standing(*subject, *standing);
                }
                Effect::Connection(key, standing) => {
                    self.memory.set_connection(*key, standing.clone());
                }
                Effect::Workspace(organization, ends) => {
                    for end in ends {
                        self.memory.end_in_workspace(*organization, *end);
                    }
                }
            }
        }
    }
}

/// Begins a write transaction; another process (a command) may hold the file for a moment.
pub(crate) fn begin(conn: &Connection) -> rusqlite::Result<()> {
    begin_with(|| conn.execute_batch("BEGIN IMMEDIATE"))
}

fn begin_with<T>(mut begin: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let deadline = Instant::now() + BUSY_DEADLINE;
    loop {
        match begin() {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                let [jitter] = jose::random::bytes::<1>();
                std::thread::sleep(Duration::from_micros(500 + 20 * u64::from(jitter)));
            }
            other => return other,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

fn refuse(jobs: impl Iterator<Item = Job>, error: &StoreError) {
    for job in jobs {
        match job {
            Job::Settle(settle) => settle.answer(Err(error.clone())),
            Job::Run { done, .. } => drop(done.send(Err(error.clone()))),
            Job::Close(done) => drop(done.send(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::ids::Region;

    #[tokio::test]
    async fn who_was_about_to_send_when_the_writer_ended_is_answered() {
        let (queue, jobs) = mpsc::channel(4);
        let writer = std::thread::spawn(move || {
            let Ok(conn) = Connection::open_in_memory() else {
                return;
            };
            let writer = Writer {
                db: Statements::of(&conn, 0),
                most: 4,
                mint: IdMint::new(Region::default(), 0, 0),
                memory: Arc::new(Memory::new()),
                fed: Arc::default(),
                posted: Arc::default(),
                counts: Arc::new(Counts::new()),
            };
            writer.work(jobs);
        });
        let about_to_send = queue.reserve().await;
        let (closing, closed) = oneshot::channel();
        assert!(queue.send(Job::Close(closing)).await.is_ok());
        while !queue.is_closed() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (done, answer) = oneshot::channel();
        let work: Work = Box::new(|db| db.execute("CREATE TABLE late (id INTEGER)", &[]));
        if let Ok(place) = about_to_send {
            place.send(Job::Run { work, done });
        }
        let answered = tokio::time::timeout(Duration::from_secs(5), answer).await;
        assert!(matches!(answered, Ok(Ok(Ok(_)))), "nobody waits for ever");
        assert!(closed.await.is_ok());
        let (again, _) = oneshot::channel();
        assert!(queue.send(Job::Close(again)).await.is_err());
        assert!(writer.join().is_ok());
    }
}
