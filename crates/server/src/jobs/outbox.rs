//! Delivers what waits in the outbox: in order for each destination, several destinations at once, on one node at a
//! time. A message goes when it was delivered, and not before: one whose delivery was cut short is delivered again.
use super::job::JobError;
use super::list::Jobs;
use crate::ops::clock;
use crate::state::{App, Current};
use protocol::events::Act;
use protocol::outbox::{Entry, given_up, not_delivered};
use protocol::transition::OutboxChange;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::StoreError;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument;

/// How often messages of other processes, and those that are due again, are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often the right to deliver is asked for: by the node that has it, and by others.
const RENEW_EVERY: Duration = Duration::from_secs(5);
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How long before its end the right is not relied on any more.
const MARGIN: Duration = Duration::from_secs(3);
/// Destinations at once.
const LINES: usize = 16;
/// Of these, servers of apps: they may be slow, and mails are not to wait for them.
const APP_LINES: usize = 8;
/// Messages to one destination before others have their turn.
const IN_LINE: usize = 20;
/// How long an attempt may take.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How long what is under way may take when the server stops; it is delivered again otherwise.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How often the log is told that something was not delivered.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Delivers until the server stops, then finishes what is under way.
pub(super) async fn deliver(mut current: Current) {
    let app = current.app();
    let mut lines = Lines::of(app.clone());
    let stopped = app.stopping.begun();
    tokio::pin!(stopped);
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            () = current.changed() => lines.shift = lines.shift.handed_over(current.app()),
            () = app.store.posted() => {}
            Some(ended) = lines.running.join_next_with_id() => lines.ended(ended),
            _ = ticks.tick() => {
                lines.keep_right().await;
                lines.shift.jobs.rest();
            }
        }
        if let Err(error) = lines.begin().await {
            app.outage.note(&error);
        }
    }
    lines.shift.end();
    let under_way = async { while lines.running.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, under_way).await.is_err() {
        lines.running.shutdown().await;
    }
}

/// Destinations that are being delivered to, a task each.
struct Lines {
    shift: Arc<Shift>,
    running: JoinSet<()>,
    busy: HashMap<Id, String>,
    /// Those of them that are servers of apps.
    to_apps: HashSet<Id>,
    /// When the right to deliver was last asked for.
    asked: Option<Instant>,
}

/// What all lines share.
struct Shift {
    app: App,
    jobs: Jobs,
    /// Until when an attempt may begin.
    until: Mutex<Option<Instant>>,
    /// When the log was last told that something was not delivered.
    told: Mutex<Option<Instant>>,
}

impl Lines {
    fn of(app: App) -> Self {
        Lines {
            shift: Arc::new(Shift::of(app)),
            running: JoinSet::new(),
            busy: HashMap::new(),
            to_apps: HashSet::new(),
            asked: None,
        }
    }

    /// Asks for the right to deliver, when it is time.
    async fn keep_right(&mut self) {
        let every = match self.shift.may_begin() {
            true => RENEW_EVERY,
            false => ASK_EVERY,
        };
        let now = Instant::now();
        if self.asked.is_some_and(|asked| now - asked < every) {
            return;
        }
        self.asked = Some(now);
        match self.shift.app.store.delivers().await {
            Ok(true) => {
                let length = store::DELIVERY_LEASE.seconds().unsigned_abs();
                self.shift
                    .set_until(Some(now + Duration::from_secs(length) - MARGIN));
            }
            Ok(false) => self.shift.end(),
            // It lasts as long as it was given.
            Err(error) => self.shift.app.outage.note(&error),
        }
    }

    /// Begins a line for each destination to which something is due.
    async fn begin(&mut self) -> Result<(), StoreError> {
        let free = LINES - self.busy.len();
        if free == 0 || !self.shift.may_begin() {
            return Ok(());
        }
        let store = &self.shift.app.store;
        // Those that are being delivered may be among them.
        let due = store.due_messages(clock::now(), 2 * LINES).await?;
        let is_busy = |entry: &Entry| self.busy.values().any(|busy| *busy == entry.destination);
        let mut next: Vec<Entry> = due.into_iter().filter(|entry| !is_busy(entry)).collect();
        let mut for_apps = APP_LINES - self.to_apps.len();
        next.retain(|entry| {
            let has_line = !entry.is_to_app() || for_apps > 0;
            for_apps -= usize::from(entry.is_to_app() && has_line);
            has_line
        });
        for entry in next.into_iter().take(free) {
            let is_to_app = entry.is_to_app();
            let destination = entry.destination.clone();
            let line = self.shift.clone().line(entry);
            let id = self.running.spawn(line.in_current_span()).id();
            self.busy.insert(id, destination);
            if is_to_app {
                self.to_apps.insert(id);
            }
        }
        Ok(())
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => error.id(),
        };
        self.busy.remove(&id);
        self.to_apps.remove(&id);
    }
}

impl Shift {
    fn of(app: App) -> Self {
        Shift {
            jobs: Jobs::of(
                &app.config,
                app.store.clone(),
                app.key.clone(),
                (app.outbound.clone(), app.keys.clone()),
            ),
            app,
            until: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// The next shift, as the configuration is now. What this one has under way it finishes, and begins nothing more.
    fn handed_over(&self, app: App) -> Arc<Shift> {
        let next = Shift::of(app);
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        next.set_until(until);
        self.end();
        Arc::new(next)
    }

    fn may_begin(&self) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn set_until(&self, until: Option<Instant>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// Nothing begins any more.
    fn end(&self) {
        self.set_until(None);
    }

    /// Delivers the messages to a destination, one after the other, until one is not due.
    async fn line(self: Arc<Self>, first: Entry) {
        let mut next = Some(first);
        for _ in 0..IN_LINE {
            let Some(entry) = next.filter(|_| self.may_begin()) else {
                return;
            };
            let span = tracing::error_span!("message", message_id = %entry.id.0, kind = entry.kind);
            let settled = self.attempt(&entry).instrument(span).await;
            let to = &entry.destination;
            let found = match settled {
                Ok(()) => self.app.store.due_message_to(to, clock::now()).await,
                Err(error) => Err(error),
            };
            next = match found {
                Ok(found) => found,
                Err(error) => return self.app.outage.note(&error),
            };
        }
    }

    /// Tries to deliver a message, and writes down what came of it.
    async fn attempt(self: &Arc<Self>, entry: &Entry) -> Result<(), StoreError> {
        let change = match self.run(entry).await {
            Ok(()) => OutboxChange::Delivered { id: entry.id },
            Err(JobError::Retry(why)) => {
                let [random] = jose::random::bytes();
                self.tell(entry, "was not delivered, and is tried again");
                not_delivered(entry, &why, clock::now(), random)
            }
            Err(JobError::Dead(why)) => {
                self.tell(entry, "cannot be delivered");
                given_up(entry, &why, clock::now())
            }
        };
        self.settled(change).await
    }

    /// Writes down what came of an attempt, for as long as that takes: what was delivered is not delivered again
    /// because that cannot be written at the moment.
    async fn settled(&self, change: OutboxChange) -> Result<(), StoreError> {
        loop {
            let act = Act::by_job(clock::now());
            // Whoever has changed it meanwhile knows better: it is read anew.
            match self.app.settle_one(change.clone().into(), act).await {
                Err(error) if self.may_begin() => {
                    self.app.outage.note(&error);
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                settled => return settled.map(drop),
            }
        }
    }

    /// Runs a job in a task of its own, so that one which panics has failed, and no more; for so long at most.
    async fn run(self: &Arc<Self>, entry: &Entry) -> Result<(), JobError> {
        let (shift, entry) = (self.clone(), entry.clone());
        let mut task = JoinSet::new();
        task.spawn(async move { shift.jobs.run(&entry).await }.in_current_span());
        match tokio::time::timeout(ATTEMPT, task.join_next()).await {
            Ok(Some(Ok(done))) => done,
            Ok(_) => Err(JobError::Retry(
                "its job failed: look at the log".to_owned(),
            )),
            Err(_) => Err(JobError::Retry(format!(
                "it took longer than {} seconds",
                ATTEMPT.as_secs()
            ))),
        }
    }

    /// Tells the log, now and then. Why it was is in the outbox: it may name people.
    fn tell(&self, entry: &Entry, what: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| told.elapsed() < TOLD_EVERY) {
            return;
        }
        *told = Some(Instant::now());
        tracing::warn!(
            "message {} ({}) {what}: `valetkey outbox list` shows why, and all others that wait",
            entry.id.0,
            entry.kind
        );
    }
}
