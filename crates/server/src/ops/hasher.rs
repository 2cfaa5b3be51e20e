//! Password hashing: argon2id (19 MiB, 2 passes) on threads of its own, so that sign-ins wait for each other and
//! never for tokens, nor tokens for them.
use super::stored_password::{Memory, verify};
use super::turns::Turns;
use anyhow::{Context, anyhow};
use argon2::password_hash::PasswordHasher;
use argon2::{Argon2, Params};
use protocol::accounts::password::prepared;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

pub(crate) use super::stored_password::Checked;

/// How long the memory of a hash is kept for the next one. Getting 19 MiB anew costs a tenth of a check.
const KEPT: Duration = Duration::from_secs(1);

/// How far a thread that hashes stands back where others want its core: it gets a quarter of it then.
const NICE: i32 = 5;

/// Why a password was not hashed.
#[derive(Debug)]
pub(crate) enum HashFault {
    /// Too many wait already.
    Busy,
    /// The server is stopping or out of memory.
    Failed(anyhow::Error),
}

impl std::fmt::Display for HashFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            HashFault::Busy => f.write_str("too many passwords wait to be hashed"),
            HashFault::Failed(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for HashFault {}

impl From<oneshot::error::RecvError> for HashFault {
    fn from(error: oneshot::error::RecvError) -> Self {
        HashFault::Failed(error.into())
    }
}

/// Hashes a password to a PHC string. Takes tens of milliseconds of one core.
///
/// # Errors
/// When the system has no randomness for a salt.
pub(crate) fn hash(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(prepared(password).as_bytes());
    Ok(hash.map_err(|e| anyhow!("cannot hash: {e}"))?.to_string())
}

/// Work for a thread that hashes.
enum Job {
    Hash {
        password: String,
        done: oneshot::Sender<Result<String, HashFault>>,
    },
    Verify {
        password: String,
        stored: Option<String>,
        done: oneshot::Sender<Result<Checked, HashFault>>,
    },
}

impl Job {
    /// Does it, unless nobody waits for it any more.
    fn work(self, memory: &mut Memory) {
        match self {
            Job::Hash { password, done } if !done.is_closed() => {
                let _ = done.send(hash(&password).map_err(HashFault::Failed));
            }
            Job::Verify {
                password,
                stored,
                done,
            } if !done.is_closed() => {
                let _ = done.send(Ok(verify(&password, stored.as_deref(), memory)));
            }
            _ => {}
        }
    }

    /// Tells whoever waits that there is no room.
    fn refuse(self) {
        match self {
            Job::Hash { done, .. } => drop(done.send(Err(HashFault::Busy))),
            Job::Verify { done, .. } => drop(done.send(Err(HashFault::Busy))),
        }
    }
}

/// Work that waits, and memory that waits for it.
#[derive(Default)]
struct Waiting {
    jobs: Turns<Job>,
    /// How many were begun.
    begun: u64,
    memory: Vec<Memory>,
    /// When memory was last used.
    used: Option<Instant>,
    closed: bool,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job and memory for it; `None` once the queue is closed. Memory that nobody used for as long as `kept` is
    /// given back.
    fn next(&self, kept: Duration) -> Option<(Job, Memory)> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.jobs.next() {
                waiting.begun += 1;
                return Some((job, waiting.memory.pop().unwrap_or_default()));
            }
            let waited = self.changed.wait_timeout(waiting, kept);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
            if waiting.used.is_some_and(|used| used.elapsed() >= kept) {
                waiting.used = None;
                let memory = std::mem::take(&mut waiting.memory);
                // It takes a while, and whoever brings a job must not wait for it.
                drop(waiting);
                drop(memory);
                waiting = self.lock();
            }
        }
    }

    /// Keeps the memory, unless a hash from elsewhere took more than one of ours.
    fn put_back(&self, mut memory: Memory) {
        if memory.capacity() > Params::DEFAULT.block_count() {
            memory = Memory::new();
        }
        let mut waiting = self.lock();
        waiting.memory.push(memory);
        waiting.used = Some(Instant::now());
    }
}

/// Threads that hash. Dropping it ends them.
pub(crate) struct Hasher {
    queue: Arc<Queue>,
}

impl Hasher {
    /// Hashes on as many threads as `places`, and one at least.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(places: usize) -> anyhow::Result<Self> {
        Self::keeping(places, KEPT)
    }

    fn keeping(places: usize, kept: Duration) -> anyhow::Result<Self> {
        let hasher = Hasher {
            queue: Arc::default(),
        };
        for _ in 0..places.max(1) {
            let queue = hasher.queue.clone();
            std::thread::Builder::new()
                .name("hasher".to_owned())
                .spawn(move || work(&queue, kept))
                .context("cannot start a thread that hashes passwords")?;
        }
        Ok(hasher)
    }

    /// How many passwords wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.lock().jobs.len()
    }

    /// How many passwords were hashed so far, to be kept or to be compared.
    pub(crate) fn hashed(&self) -> u64 {
        self.queue.lock().begun
    }

    /// Hashes a new password for a person at `source`.
    ///
    /// # Errors
    /// [`HashFault`].
    pub(crate) async fn hash(&self, source: &str, password: String) -> Result<String, HashFault> {
        let (done, hashed) = oneshot::channel();
        self.send(source, Job::Hash { password, done });
        hashed.await?
    }

    /// Whether `password` is the one stored; [`Checked::Wrong`], after as long, when there is no account.
    ///
    /// # Errors
    /// [`HashFault`].
    pub(crate) async fn verify(
        &self,
        source: &str,
        password: String,
        stored: Option<String>,
    ) -> Result<Checked, HashFault> {
        let (done, right) = oneshot::channel();
        let job = Job::Verify {
            password,
            stored,
            done,
        };
        self.send(source, job);
        right.await?
    }

    fn send(&self, source: &str, job: Job) {
        let refused = self.queue.lock().jobs.add(source, job);
        if let Some(job) = refused {
            job.refuse();
        }
        self.queue.changed.notify_one();
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.changed.notify_all();
    }
}

fn work(queue: &Queue, kept: Duration) {
    // Of this thread alone, on Linux. Where it is refused, hashing goes on as any other work.
    let _ = rustix::process::nice(NICE);
    while let Some((job, mut memory)) = queue.next(kept) {
        // Whoever waits for a job that panics is told that it failed; the thread lives on for the others.
        let worked = AssertUnwindSafe(|| job.work(&mut memory));
        let _ = std::panic::catch_unwind(worked);
        queue.put_back(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::Block;

    fn job() -> (Job, oneshot::Receiver<Result<Checked, HashFault>>) {
        let (done, waits) = oneshot::channel();
        let job = Job::Verify {
            password: String::new(),
            stored: None,
            done,
        };
        (job, waits)
    }

    #[test]
    fn a_crowd_of_one_source_delays_nobody_else() {
        let hasher = Hasher {
            queue: Arc::default(),
        };
        let (order, finished) = std::sync::mpsc::channel();
        let people = std::iter::repeat_n("crowd", 60).chain(["person", "person"]);
        let waiting = people.map(|source| {
            let (job, done) = job();
            hasher.send(source, job);
            let order = order.clone();
            std::thread::spawn(move || {
                assert!(matches!(done.blocking_recv(), Ok(Ok(Checked::Wrong))));
                order.send(source).unwrap();
            })
        });
        let waiting: Vec<_> = waiting.collect();
        // Only now does anybody hash, so all of the crowd came before the person.
        let queue = hasher.queue.clone();
        let thread = std::thread::spawn(move || work(&queue, KEPT));
        for waits in waiting {
            waits.join().unwrap();
        }
        let finished: Vec<_> = finished.try_iter().collect();
        let last = finished.iter().rposition(|source| *source == "person");
        assert!(last.is_some_and(|last| last < 20), "{finished:?}");
        drop(hasher);
        thread.join().unwrap();
    }

    #[tokio::test]
    async fn all_that_waits_is_hashed_in_turn() {
        let hasher = Hasher::start(2).unwrap();
        let stored = hasher.hash("", "correct horse".to_owned()).await.unwrap();
        let tries = ["correct horse", "wrong", "correct horse", "battery"];
        let mut rights = Vec::new();
        for password in tries {
            let right = hasher.verify("", password.to_owned(), Some(stored.clone()));
            rights.push(right.await.unwrap().is_right());
        }
        assert_eq!(rights, [true, false, true, false]);
        let nobody = hasher.verify("", "correct horse".to_owned(), None);
        assert_eq!(nobody.await.unwrap(), Checked::Wrong);
    }

    #[test]
    fn what_nobody_waits_for_is_not_hashed() {
        let verify = |done| Job::Verify {
            password: "correct horse".to_owned(),
            stored: None,
            done,
        };
        let mut memory = Memory::new();
        let (done, gone) = oneshot::channel();
        drop(gone);
        verify(done).work(&mut memory);
        assert!(memory.is_empty());
        let (done, _waits) = oneshot::channel();
        verify(done).work(&mut memory);
        assert!(!memory.is_empty());
    }

    #[test]
    fn memory_waits_for_the_next_hash_and_is_given_back() {
        let hasher = Hasher {
            queue: Arc::default(),
        };
        let queue = hasher.queue.clone();
        queue.put_back(vec![Block::new()]);
        let (done, _waits) = oneshot::channel();
        let password = "correct horse".to_owned();
        hasher.send("", Job::Hash { password, done });
        let (_, memory) = queue.next(KEPT).unwrap();
        assert_eq!(memory.len(), 1);
        queue.put_back(memory);
        let waits = std::thread::spawn(move || queue.next(Duration::from_millis(5)).is_none());
        let kept = || hasher.queue.lock().memory.len();
        let deadline = Instant::now() + Duration::from_secs(10);
        while kept() > 0 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(kept(), 0);
        drop(hasher);
        assert!(waits.join().unwrap(), "the thread ends with its queue");
    }
}
