//! The writers: lanes that take what has queued, each on its own connection. Batches come from load, never from
//! waiting. A commit whose answer was lost is found out about before anyone is answered.
use super::apply::apply;
use super::batch::{self, Kind, Settled};
use super::conn::{BEGIN, Conn, Slot, Tries};
use super::fault::Fault;
use super::row::Ran;
use super::value::each;
use crate::changes::{self, Change};
use crate::connections::named;
use crate::counts::Counts;
use crate::facts::{connections, people, workspaces};
use crate::memory::Memory;
use crate::runs::Runs;
use crate::steps::Steps;
use crate::value::values;
use crate::{Outcome, StoreError};
use protocol::Transition;
use protocol::events::Act;
use protocol::facts::AccountStatus;
use protocol::transition::{DeviceChange, PlaygroundChange};
use protocol::types::{ClientRowId, ConnectionKey, Locator, Subject};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

/// Transitions that may wait in each of the queues; more are refused.
pub(super) const QUEUE: usize = 4_096;

/// What memory learns from a commit.
pub(super) enum Effect {
    /// With the id that no token of it is above.
    Grant(Locator, Locator),
    Person(Subject),
    Connection(ConnectionKey),
    Workspace(Locator),
    Client(ClientRowId),
    /// A token's row is gone: nothing to keep, but the feed tells it.
    Token,
    /// A message waits to be delivered. The feed does not tell it.
    Message,
}

/// A unit of work with whoever waits for it.
#[expect(clippy::large_enum_variant, reason = "nearly all are of the large one")]
pub(super) enum Job {
    Settle(Settle),
    /// Ends all lanes of the queue once what came before is done.
    Close,
}

/// A transition and who waits for it.
pub(super) struct Settle {
    pub(super) transition: Transition,
    pub(super) act: Act,
    /// The id of its event, the same at every try: it tells whether an earlier one committed.
    pub(super) receipt: Locator,
    /// Since when it waits.
    pub(super) asked: Instant,
    pub(super) done: oneshot::Sender<Result<Outcome, StoreError>>,
}

/// A queue that several lanes take from in turn.
pub(super) type Queue = Arc<Mutex<mpsc::Receiver<Job>>>;

/// One connection that writes.
pub(super) struct Lane {
    pub(super) queue: Queue,
    pub(super) slot: Slot,
    pub(super) memory: Arc<Memory>,
    /// Told of every commit that the feed has a line of.
    pub(super) fed: Arc<Notify>,
    pub(super) counts: Arc<Counts>,
    /// Told of every commit with a message.
    pub(super) posted: Arc<Notify>,
}

impl Lane {
    /// Works until the queue is closed; takes up to `most` at a time.
    async fn work(self, most: usize) {
        loop {
            let mut jobs = Vec::new();
            let taken = {
                let mut queue = self.queue.lock().await;
                let taken = queue.recv_many(&mut jobs, most).await;
                if jobs.iter().any(|job| matches!(job, Job::Close)) {
                    queue.close();
                }
                taken
            };
            if taken == 0 {
                return;
            }
            let settle = |job| match job {
                Job::Settle(settle) => Some(settle),
                Job::Close => None,
            };
            self.settle(jobs.into_iter().filter_map(settle).collect())
                .await;
        }
    }

    /// A lane of what is batched: `most` transitions in one statement, at most.
    pub(super) async fn batches(self, most: usize) {
        self.work(most).await;
    }

    /// A lane of what runs alone.
    pub(super) async fn singles(self) {
        self.work(1).await;
    }

    async fn settle(&self, jobs: Vec<Settle>) {
        let mut batches = <[Vec<Settle>; Kind::COUNT]>::default();
        let mut singles = Vec::new();
        for job in jobs {
            match job.hot().map(Kind::of) {
                Some(kind) => {
                    debug_assert!(
                        job.transition.messages().is_empty(),
                        "what is hot sends nothing"
                    );
                    batches[kind as usize].push(job);
                }
                None => singles.push(job),
            }
        }
        // All kinds are sent before the first answer is waited for.
        let [issued, rotated, redeemed, kept, codes, polled, revoked] = batches;
        tokio::join!(
            self.batch(Kind::Issue, issued),
            self.batch(Kind::Rotate, rotated),
            self.batch(Kind::Redeem, redeemed),
            self.batch(Kind::Keep, kept),
            self.batch(Kind::Code, codes),
            self.batch(Kind::Poll, polled),
        );
        // A transaction of several statements has the connection to itself.
        self.batch(Kind::Revoke, revoked).await;
        for job in singles {
            let began = Instant::now();
            let settled = self.alone(&job).await;
            self.counts.batch(1, began.elapsed());
            self.answer(job, settled);
        }
    }

    /// Settles all of one kind in one transaction, or each alone when that failed as a whole.
    async fn batch(&self, kind: Kind, jobs: Vec<Settle>) {
        if jobs.is_empty() {
            return;
        }
        let began = Instant::now();
        match self.try_batch(kind, &jobs).await {
            // A guard lost to somebody is an answer; a token whose id is there already is looked at again.
            Ok(settled) if kind != Kind::Issue || settled.won.iter().all(|won| *won) => {
                self.learn(&settled.effects).await;
                self.counts.batch(jobs.len(), began.elapsed());
                for (job, won) in jobs.into_iter().zip(settled.won) {
                    self.answer(job, Ok(outcome(won)));
                }
            }
            _ => {
                for job in jobs {
                    let settled = self.one_of(kind, &job).await;
                    self.answer(job, settled);
                }
            }
        }
    }

    fn answer(&self, job: Settle, settled: Ran<Outcome>) {
        if let Ok(outcome) = settled {
            self.counts.settled(&job.transition, outcome);
        }
        let _ = job.done.send(settled.map_err(StoreError::from));
    }

    /// Tries until the database takes no other side of a race.
    async fn try_batch(&self, kind: Kind, jobs: &[Settle]) -> Ran<Settled> {
        let mut tries = Tries::new();
        loop {
            let conn = self.slot.conn().await?;
            match kind.settle(&conn, jobs).await {
                Err(Fault::Again(why)) => tries.pause(why).await?,
                Err(Fault::Lost(why)) => {
                    self.slot.drop_conn(&conn);
                    return Err(Fault::Lost(why));
                }
                other => return other,
            }
        }
    }

    /// Settles one of a batch that failed. Its guard is asked for again, which waits for an earlier try that still
    /// runs; when the guard is lost, its own row tells to whom.
    async fn one_of(&self, kind: Kind, job: &Settle) -> Ran<Outcome> {
        let mut tries = Tries::since(job.asked);
        loop {
            refuse_late(&tries)?;
            let conn = self.slot.conn().await?;
            let tried = async {
                let settled = kind.settle(&conn, std::slice::from_ref(job)).await?;
                self.learn(&settled.effects).await;
                Ok(settled.won[0] || was_settled(&conn, job).await?)
            };
            match tried.await {
                Ok(false) if kind == Kind::Issue => {
                    return Err(Fault::Refused(
                        "a token has the id of another one".to_owned(),
                    ));
                }
                Ok(settled) => return Ok(outcome(settled)),
                Err(Fault::Again(why)) => tries.pause(why).await?,
                Err(Fault::Lost(why)) => {
                    self.slot.drop_conn(&conn);
                    tries.pause(why).await?;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Settles a transition in a transaction of its own.
    async fn alone(&self, job: &Settle) -> Ran<Outcome> {
        let Change::Cold(change) = Change::from(&job.transition) else {
            return Err(Fault::Refused("this is settled with others".to_owned()));
        };
        let steps = change.steps(job.act.at, job.receipt);
        let mut tries = Tries::since(job.asked);
        let mut unsure = false;
        loop {
            refuse_late(&tries)?;
            let conn = self.slot.conn().await?;
            match transact(&conn, job, &steps, &mut unsure).await {
                Ok((Outcome::Conflict, _))
                    if unsure && was_alone_settled(&conn, &job.transition, job.receipt).await? =>
                {
                    // The feed tells of it too.
                    let client = changes::changed_client(&job.transition);
                    let mut effects: Vec<_> = client.map(Effect::Client).into_iter().collect();
                    effects.extend(job.transition.messages().iter().map(|_| Effect::Message));
                    self.learn(&effects).await;
                    return Ok(Outcome::Committed);
                }
                Ok((outcome, effects)) => {
                    self.learn(&effects).await;
                    self.memory.doubt(&job.transition, outcome);
                    return Ok(outcome);
                }
                Err(Fault::Again(why)) => tries.pause(why).await?,
                Err(Fault::Lost(why)) => {
                    self.slot.drop_conn(&conn);
                    tries.pause(why).await?;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Puts what was committed into memory, before anyone is answered.
    async fn learn(&self, effects: &[Effect]) {
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
                Effect::Person(subject) => {
                    let values = values![*subject];
                    if let Ok(person) = self.slot.one(&people::BY_SUBJECT, &values).await {
                        let standing = person
                            .as_ref()
                            .map_or(AccountStatus::GOOD, AccountStatus::from);
                        self.memory.set_standing(*subject, standing);
                    }
                }
                Effect::Connection(key) => {
                    let found = self.slot.one(&connections::STANDING, &named(*key)).await;
                    if let Ok(Some((_, standing))) = found {
                        self.memory.set_connection(*key, standing);
                    }
                }
                Effect::Workspace(organization) => {
                    let values = values![*organization];
                    let found = self.slot.many(&workspaces::OF_ONE, &values).await;
                    for end in found.unwrap_or_default() {
                        self.memory.end_in_workspace(*organization, end);
                    }
                }
            }
        }
    }
}

/// Behind others whom the database kept waiting, nobody waits as long again.
fn refuse_late(tries: &Tries) -> Ran<()> {
    match tries.are_over() {
        true => Err(Fault::Lost("the database answers too slowly".to_owned())),
        false => Ok(()),
    }
}

/// Runs one transaction; what memory must learn of it. `unsure` is set when the answer to its commit did not come.
async fn transact(
    conn: &Conn,
    job: &Settle,
    steps: &Steps<'_>,
    unsure: &mut bool,
) -> Ran<(Outcome, Vec<Effect>)> {
    conn.command(BEGIN).await?;
    match apply(conn, job, steps).await {
        Ok((Outcome::Committed, effects)) => {
            let committed = conn.command("COMMIT").await;
            *unsure |= committed.as_ref().is_err_and(Fault::is_lost);
            committed.map(|()| (Outcome::Committed, effects))
        }
        Ok((Outcome::Conflict, effects)) => {
            conn.command("ROLLBACK").await?;
            Ok((Outcome::Conflict, effects))
        }
        Err(fault @ Fault::Lost(_)) => Err(fault),
        Err(fault) => {
            conn.command("ROLLBACK").await?;
            Err(fault)
        }
    }
}

async fn was_settled(conn: &Conn, job: &Settle) -> Ran<bool> {
    match job.hot() {
        Some(hot) => batch::was_settled(conn, hot).await,
        None => Ok(false),
    }
}

/// Whether a transition that runs alone is there already: its event tells, or the row it made.
async fn was_alone_settled(conn: &Conn, transition: &Transition, receipt: Locator) -> Ran<bool> {
    let (sql, id) = match transition {
        Transition::Device(DeviceChange::Keep(device)) => {
            ("SELECT 1 FROM device_codes WHERE id = $1", device.id)
        }
        Transition::Playground(PlaygroundChange::Begin { run, .. }) => {
            ("SELECT 1 FROM playground_runs WHERE id = $1", run.id)
        }
        Transition::Device(DeviceChange::Poll { .. } | DeviceChange::Answer { .. })
        | Transition::Authorize(_)
        | Transition::Grant(_)
        | Transition::Account(_)
        | Transition::Handoff(_)
        | Transition::Upstream(_)
        | Transition::Session(_)
        | Transition::SecondFactor(_)
        | Transition::Passkey(_)
        | Transition::Throttle(_)
        | Transition::Assertion(_)
        | Transition::App(_)
        | Transition::Organization(_)
        | Transition::Domain(_)
        | Transition::Developer(_)
        | Transition::Review(_)
        | Transition::Outbox(_)
        | Transition::Bounce(_)
        | Transition::Connection(_)
        | Transition::SigningKey(_)
        | Transition::OpenId(_)
        | Transition::Introduction(_)
        | Transition::Playground(_) => ("SELECT 1 FROM events WHERE id = $1", receipt),
    };
    Ok(!conn.query(sql, &each(&values![id])).await?.is_empty())
}

fn outcome(won: bool) -> Outcome {
    match won {
        true => Outcome::Committed,
        false => Outcome::Conflict,
    }
}
