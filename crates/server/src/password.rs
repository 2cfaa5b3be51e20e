//! Password hashing: argon2id (19 MiB, 2 passes) on threads of its own, so that sign-ins wait for each other and
//! never for tokens, nor tokens for them.
use anyhow::{Context, anyhow};
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long the memory of a hash is kept for the next one. Getting 19 MiB anew costs a tenth of a check.
const KEPT: Duration = Duration::from_secs(1);

/// How far a thread that hashes stands back where others want its core: it gets a quarter of it then.
const NICE: i32 = 5;

/// What an unknown address is checked against, so that it takes as long as a known one: random bytes that are
/// the hash of no known password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ryGpcWCUFg1aS5D0Ml2xWw$XJ9Ac13o/kqQs6FnTRGtg5HoqNCyS/4T1MeGdP0ALfM";

/// Hashes a password to a PHC string. Takes tens of milliseconds of one core.
///
/// # Errors
/// When the system has no randomness for a salt.
pub(crate) fn hash(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.map_err(|e| anyhow!("cannot hash: {e}"))?.to_string())
}

fn verify(password: &str, stored: Option<&str>, memory: &mut Memory) -> bool {
    let against = stored.unwrap_or(NOBODY);
    let matches = match PasswordHash::new(against) {
        Ok(hash) => matches(password, &hash, memory).unwrap_or(false),
        Err(_) => false,
    };
    matches && stored.is_some()
}

/// Whether a password has this hash, by the hash's own parameters; `None` when it is not one of argon2.
fn matches(password: &str, hash: &PasswordHash, memory: &mut Memory) -> Option<bool> {
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map(Version::try_from).transpose().ok()?;
    let params = Params::try_from(hash).ok()?;
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    memory.resize(params.block_count(), Block::new());
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..expected.len())?;
    Argon2::new(algorithm, version.unwrap_or_default(), params)
        .hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory[..])
        .ok()?;
    // Compared in constant time.
    Some(Output::new(out).ok()? == *expected)
}

/// What one hash works in.
type Memory = Vec<Block>;

/// Work for a thread that hashes.
enum Job {
    Hash {
        password: String,
        done: oneshot::Sender<anyhow::Result<String>>,
    },
    Verify {
        password: String,
        stored: Option<String>,
        done: oneshot::Sender<bool>,
    },
}

impl Job {
    /// Does it, unless nobody waits for it any more.
    fn work(self, memory: &mut Memory) {
        match self {
            Job::Hash { password, done } if !done.is_closed() => drop(done.send(hash(&password))),
            Job::Verify {
                password,
                stored,
                done,
            } if !done.is_closed() => {
                let _ = done.send(verify(&password, stored.as_deref(), memory));
            }
            _ => {}
        }
    }
}

/// Work that waits, first come, first served, and memory that waits for it.
#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
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
            if let Some(job) = waiting.jobs.pop_front() {
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

    fn put_back(&self, memory: Memory) {
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

    /// Hashes a new password.
    ///
    /// # Errors
    /// As [`hash`], or when the server is stopping.
    pub(crate) async fn hash(&self, password: String) -> anyhow::Result<String> {
        let (done, hashed) = oneshot::channel();
        self.send(Job::Hash { password, done });
        hashed.await?
    }

    /// Whether `password` is the one stored; false, after as long, when there is no account.
    ///
    /// # Errors
    /// When the server is stopping.
    pub(crate) async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> anyhow::Result<bool> {
        let (done, right) = oneshot::channel();
        self.send(Job::Verify {
            password,
            stored,
            done,
        });
        Ok(right.await?)
    }

    fn send(&self, job: Job) {
        self.queue.lock().jobs.push_back(job);
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
    use argon2::password_hash::PasswordVerifier;

    #[test]
    fn only_the_right_password_of_a_known_account_is_accepted() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        // What another hash left in the memory changes nothing.
        let mut memory = Memory::new();
        for _ in 0..2 {
            assert!(verify("correct horse", Some(&stored), &mut memory));
            assert!(!verify("wrong", Some(&stored), &mut memory));
            assert!(!verify("correct horse", None, &mut memory));
            assert!(!verify("correct horse", Some("not a hash"), &mut memory));
        }
    }

    #[test]
    fn a_hash_is_checked_by_its_own_parameters() {
        let params = Params::new(1_024, 3, 2, Some(24)).unwrap();
        let other = Argon2::new(Algorithm::Argon2i, Version::V0x10, params);
        let stored = other.hash_password(b"correct horse").unwrap().to_string();
        let mut memory = vec![Block::new(); 7];
        assert!(verify("correct horse", Some(&stored), &mut memory));
        assert!(!verify("wrong", Some(&stored), &mut memory));
        assert!(
            Argon2::default()
                .verify_password(b"correct horse", stored.as_str())
                .is_ok()
        );
    }

    #[tokio::test]
    async fn all_that_waits_is_hashed_in_turn() {
        let hasher = Hasher::start(2).unwrap();
        let stored = hasher.hash("correct horse".to_owned()).await.unwrap();
        let tries = ["correct horse", "wrong", "correct horse", "battery"];
        let mut rights = Vec::new();
        for password in tries {
            let right = hasher.verify(password.to_owned(), Some(stored.clone()));
            rights.push(right.await.unwrap());
        }
        assert_eq!(rights, [true, false, true, false]);
        assert!(
            !hasher
                .verify("correct horse".to_owned(), None)
                .await
                .unwrap()
        );
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
        hasher.send(Job::Hash { password, done });
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
