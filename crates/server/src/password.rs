//! Password hashing: argon2id (19 MiB, 2 passes) on all cores but one, so that sign-ins wait for each other and
//! never for tokens, nor tokens for them.
use anyhow::anyhow;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long the memory of a hash is kept for the next one. Getting 19 MiB anew costs a tenth of a check.
const KEPT: Duration = Duration::from_secs(10);

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

/// Memory that waits for the next hash, and when it was last used.
#[derive(Default)]
struct Kept {
    memory: Vec<Memory>,
    used: Option<Instant>,
}

/// A bounded place to hash in.
#[derive(Clone)]
pub(crate) struct Hasher {
    places: Arc<Semaphore>,
    kept: Arc<Mutex<Kept>>,
}

impl Hasher {
    /// As many hashes at once as `places`, and one at least.
    pub(crate) fn new(places: usize) -> Self {
        Hasher {
            places: Arc::new(Semaphore::new(places.max(1))),
            kept: Arc::default(),
        }
    }

    /// Gives back the memory that no hash has used for a while; to be called now and then.
    pub(crate) fn rest(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.used.is_some_and(|used| used.elapsed() > KEPT) {
            *kept = Kept::default();
        }
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// As [`hash`], or when the server is stopping.
    pub(crate) async fn hash(&self, password: String) -> anyhow::Result<String> {
        let place = self.places.clone().acquire_owned().await?;
        // The place is kept as long as the hash runs, also when nobody waits for it any more.
        tokio::task::spawn_blocking(move || {
            let _place = place;
            hash(&password)
        })
        .await?
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
        let place = self.places.clone().acquire_owned().await?;
        let kept = self.kept.clone();
        let verified = tokio::task::spawn_blocking(move || {
            let _place = place;
            let lock = || kept.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = lock().memory.pop().unwrap_or_default();
            let verified = verify(&password, stored.as_deref(), &mut memory);
            let mut kept = lock();
            kept.memory.push(memory);
            kept.used = Some(Instant::now());
            verified
        });
        Ok(verified.await?)
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
    async fn memory_waits_for_the_next_hash_and_is_given_back() {
        let hasher = Hasher::new(2);
        let stored = hash("correct horse").unwrap();
        for _ in 0..3 {
            let right = hasher.verify("correct horse".to_owned(), Some(stored.clone()));
            assert!(right.await.unwrap());
        }
        let kept = || hasher.kept.lock().unwrap().memory.len();
        hasher.rest();
        assert_eq!(kept(), 1);
        hasher.kept.lock().unwrap().used = Instant::now().checked_sub(2 * KEPT);
        hasher.rest();
        assert_eq!(kept(), 0);
    }
}
