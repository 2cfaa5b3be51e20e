//! Password hashing: argon2id (19 MiB, 2 passes) on all cores but one, so that sign-ins wait for each other and
//! never for tokens, nor tokens for them.
use anyhow::anyhow;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::Arc;
use tokio::sync::Semaphore;

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

fn verify(password: &str, stored: Option<&str>) -> bool {
    let against = stored.unwrap_or(NOBODY);
    let matches = Argon2::default()
        .verify_password(password.as_bytes(), against)
        .is_ok();
    matches && stored.is_some()
}

/// A bounded place to hash in.
#[derive(Clone)]
pub(crate) struct Hasher {
    places: Arc<Semaphore>,
}

impl Hasher {
    /// As many hashes at once as `places`, and one at least.
    pub(crate) fn new(places: usize) -> Self {
        Hasher {
            places: Arc::new(Semaphore::new(places.max(1))),
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
        let verified = tokio::task::spawn_blocking(move || {
            let _place = place;
            verify(&password, stored.as_deref())
        });
        Ok(verified.await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_account_is_accepted() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse", Some(&stored)));
        assert!(!verify("wrong", Some(&stored)));
        assert!(!verify("correct horse", None));
        assert!(!verify("correct horse", Some("not a hash")));
    }
}
