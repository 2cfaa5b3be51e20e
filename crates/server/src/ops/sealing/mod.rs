//! Sealing at rest: what the server must be able to read again is stored under keys that are not in the database. The
//! newest key seals, all open; `valetkey key` lists and rotates them.
mod columns;
mod file;

pub(crate) use columns::{Found, PLAYGROUND_RUN, Resealed, SEED, SIGNING_KEY, holds_any};
pub(crate) use file::{Rotation, is_credential, path, rotate};

use anyhow::{Context as _, bail};
use config::{Config, KeyText, SealingKeys};
use jose::seal::{KeyId, KeyRing, KeyState, Keys, Sealed, Unopened};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use store::Store;

/// Where the keys are read from.
enum Origin {
    File(PathBuf),
    Text(KeyText),
}

/// The file that holds a provider's keys, if one does.
pub(crate) fn file_of(config: &Config) -> Option<PathBuf> {
    match &config.sealing {
        SealingKeys::Own => Some(path(&config.keys)),
        SealingKeys::File(file) => Some(file.clone()),
        SealingKeys::Text(_) => None,
    }
}

/// What is said where the database holds sealed values, and the file of their keys is gone.
pub(crate) fn lost_keys(file: &Path) -> String {
    format!(
        "there is no {0}, and the database holds values that are sealed under its keys: put {0} back from a backup, or \
         copy it from another node. Only if it is lost for good, run `valetkey key rotate --lost`: a server that runs on \
         this machine and holds the keys still writes them again; without one it makes a new key, and what was sealed \
         can never be read again, and must be set anew",
        file.display()
    )
}

/// Keys to seal and open with. What was sealed under a key that came after the start is opened too: the keys are read
/// again then.
pub(crate) struct Sealing {
    from: Origin,
    held: RwLock<Held>,
}

/// The keys as they are in memory.
struct Held {
    keys: Keys,
    ring: Arc<KeyRing>,
}

impl Held {
    fn of(keys: Keys) -> Self {
        let ring = Arc::new(keys.ring());
        Held { keys, ring }
    }
}

impl Sealing {
    /// Reads the keys, or makes the first one at the first start.
    ///
    /// # Errors
    /// One sentence on what is in the way; it holds no key. A database that holds sealed values had its first start: a
    /// file that is not there is lost then, or was not brought along.
    pub(crate) async fn load(config: &Config, store: &Store) -> anyhow::Result<Self> {
        let own = path(&config.keys);
        let is_missing = || config.sealing == SealingKeys::Own && !own.exists();
        // Looked for twice: another process may have made it, and sealed with it, in between.
        if is_missing() && holds_any(store).await? && is_missing() {
            bail!(lost_keys(&own));
        }
        Self::begin(config)
    }

    /// Reads the keys, or makes the first one, whatever the database holds.
    ///
    /// # Errors
    /// One sentence on what is in the way; it holds no key.
    pub(crate) fn begin(config: &Config) -> anyhow::Result<Self> {
        let own = path(&config.keys);
        if config.sealing == SealingKeys::Own && !own.exists() {
            file::make(&own, &Keys::new())?;
        }
        Self::read(config)
    }

    /// The same, and makes nothing.
    ///
    /// # Errors
    /// As before, and when there are no keys yet.
    pub(crate) fn read(config: &Config) -> anyhow::Result<Self> {
        let from = match &config.sealing {
            SealingKeys::Own => Origin::File(path(&config.keys)),
            SealingKeys::File(file) => Origin::File(file.clone()),
            SealingKeys::Text(text) => Origin::Text(text.clone()),
        };
        let held = RwLock::new(Held::of(from.keys()?));
        Ok(Sealing { from, held })
    }

    /// What opens nothing, for a provider whose own keys are not there.
    pub(crate) fn lost(config: &Config) -> Self {
        Sealing {
            from: Origin::File(path(&config.keys)),
            held: RwLock::new(Held::of(Keys::new())),
        }
    }

    /// Seals `plain`. `purpose` says what it is for, `id` which row it is in; it opens for the same two alone.
    pub(crate) fn seal(&self, purpose: &str, id: &[u8], plain: &[u8]) -> Sealed {
        self.ring().seal(purpose, id, plain)
    }

    /// Opens what was sealed for this purpose and row.
    ///
    /// # Errors
    /// [`Unopened`].
    pub(crate) fn open(
        &self,
        purpose: &str,
        id: &[u8],
        sealed: &Sealed,
    ) -> Result<Vec<u8>, Unopened> {
        match self.ring().open(purpose, id, sealed) {
            Err(Unopened::UnknownKey(key)) if self.reads(key) => {
                self.ring().open(purpose, id, sealed)
            }
            opened => opened,
        }
    }

    /// All keys and what each is for, the newest last.
    pub(crate) fn states(&self) -> Vec<(KeyId, KeyState)> {
        self.ring().states().collect()
    }

    /// The key that seals.
    pub(crate) fn seals(&self) -> KeyId {
        self.ring().seals()
    }

    /// Writes the file of the keys again, if it is `file` and is not there; whether it was written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write_again(&self, file: &Path) -> anyhow::Result<bool> {
        let Origin::File(own) = &self.from else {
            return Ok(false);
        };
        // Relative to wherever the server was started, which need not be where the command was.
        if std::path::absolute(own)? != file || own.exists() || is_credential(own) {
            return Ok(false);
        }
        let keys = self.held.read();
        let keys = keys.unwrap_or_else(PoisonError::into_inner).keys.clone();
        file::make(own, &keys).map(|()| true)
    }

    fn ring(&self) -> Arc<KeyRing> {
        let held = self.held.read();
        held.unwrap_or_else(PoisonError::into_inner).ring.clone()
    }

    /// Reads the keys again; whether `key` is among them.
    fn reads(&self, key: KeyId) -> bool {
        let Ok(held) = self.from.keys().map(Held::of) else {
            return false;
        };
        let is_there = held.ring.states().any(|(known, _)| known == key);
        if is_there {
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        }
        is_there
    }
}

impl Origin {
    fn keys(&self) -> anyhow::Result<Keys> {
        match self {
            Origin::File(path) => file::read(path),
            Origin::Text(text) => Ok(Keys::parse(&text.0).context("sealing.keys")?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A configuration whose keys are in `folder`.
    pub(super) fn config(folder: &Path) -> Config {
        let mut config = Config::for_tests();
        config.keys = folder.join("keys");
        config
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads_and_the_next_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let missing = Sealing::read(&config).err().unwrap();
        assert!(
            format!("{missing:#}").contains("sealing.keys"),
            "{missing:#}"
        );
        assert!(!config.keys.exists(), "nothing was made");
        let first = Sealing::begin(&config).unwrap();
        let sealed = first.seal("p", b"1", b"secret");
        let mode = std::fs::metadata(path(&config.keys)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let second = Sealing::begin(&config).unwrap();
        assert_eq!(second.open("p", b"1", &sealed).unwrap(), b"secret");
    }

    #[test]
    fn keys_come_from_a_named_file_or_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        let text = Keys::new().to_text();
        config.sealing = SealingKeys::Text(KeyText(text.clone()));
        let by_text = Sealing::begin(&config).unwrap();
        let named = folder.path().join("named");
        std::fs::write(&named, &text).unwrap();
        config.sealing = SealingKeys::File(named.clone());
        std::fs::set_permissions(&named, PermissionsExt::from_mode(0o604)).unwrap();
        let open = Sealing::begin(&config).err().unwrap().to_string();
        assert!(open.contains("may be read by others"), "{open}");
        std::fs::set_permissions(&named, PermissionsExt::from_mode(0o440)).unwrap();
        let by_file = Sealing::begin(&config).unwrap();
        assert_eq!(by_text.seals(), by_file.seals());
        config.sealing = SealingKeys::Text(KeyText("hunter2".to_owned()));
        let wrong = format!("{:#} {config:?}", Sealing::begin(&config).err().unwrap());
        assert!(
            wrong.contains("is not 32 bytes") && !wrong.contains("hunter2"),
            "{wrong}"
        );
        assert!(!config.keys.exists(), "no key of its own was made");
    }

    #[test]
    fn a_running_server_writes_lost_keys_again_and_touches_no_file_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let running = Sealing::begin(&config).unwrap();
        let own = path(&config.keys);
        let before = std::fs::read(&own).unwrap();
        assert!(!running.write_again(&own).unwrap(), "it is there");
        std::fs::remove_dir_all(&config.keys).unwrap();
        let other = folder.path().join("other.keys");
        assert!(!running.write_again(&other).unwrap(), "another's");
        assert!(!other.exists() && !own.exists());
        assert!(running.write_again(&own).unwrap());
        assert_eq!(std::fs::read(&own).unwrap(), before);
        let mode = std::fs::metadata(&own).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_running_server_opens_what_was_sealed_after_a_rotation() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let running = Sealing::begin(&config).unwrap();
        rotate(&path(&config.keys), Rotation::Seal).unwrap();
        let command = Sealing::begin(&config).unwrap();
        assert_ne!(running.seals(), command.seals());
        let sealed = command.seal("p", b"1", b"x");
        assert_eq!(running.open("p", b"1", &sealed).unwrap(), b"x");
        assert_eq!(running.seals(), command.seals());
    }
}
