//! Checks of `[storage]`: which database, and where the keys are.
use super::checks::Checks;
use super::layers::Layers;
use super::settings::Synchronous;
use std::fmt;
use std::path::{Path, PathBuf};

/// Says what is wrong with the URL of a PostgreSQL database, in one sentence without the URL itself. Only what speaks
/// to the database can read one.
pub type CheckUrl = fn(&str) -> Result<(), String>;

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresText),
}

/// The URL of a PostgreSQL database as it was written. It may hold a password, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresText(pub String);

impl fmt::Debug for PostgresText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresText(…)")
    }
}

/// Checks the URL.
pub(super) fn storage(checks: &mut Checks<'_>, check_url: CheckUrl) -> Storage {
    read(checks.layers, check_url).unwrap_or_else(|what| {
        checks.fault("storage.url", what);
        Storage::Sqlite(PathBuf::new())
    })
}

/// Which database `storage.url` names.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(layers: &Layers, check_url: CheckUrl) -> Result<Storage, String> {
    let url = &layers.settings.storage.url;
    if url.starts_with("postgres") {
        return check_url(url).map(|()| Storage::Postgres(PostgresText(url.clone())));
    }
    let rest = url.strip_prefix("sqlite:").ok_or(
        "only SQLite and PostgreSQL are known here: write sqlite:PATH, such as sqlite:/var/lib/valetkey.db, \
         or postgres://USER@HOST/DATABASE",
    )?;
    let path = match rest.strip_prefix("//") {
        Some(path) if path.starts_with('/') => path,
        Some(_) => {
            return Err("a path does not start with two slashes: write sqlite:PATH".to_owned());
        }
        None => rest,
    };
    if path.is_empty() || path.starts_with(':') || path.ends_with('/') || path.contains('\0') {
        return Err(
            "the path of a file is missing: write sqlite:PATH, such as sqlite:valetkey.db"
                .to_owned(),
        );
    }
    let path = layers.resolved("storage.url", Path::new(path));
    Ok(Storage::Sqlite(path))
}

/// Every node of a provider needs the same keys, so beside PostgreSQL their folder is named.
pub(super) fn keys(layers: &Layers, storage: &Storage) -> PathBuf {
    match (&layers.settings.storage.keys, storage) {
        (Some(keys), _) => layers.resolved("storage.keys", keys),
        (None, Storage::Sqlite(path)) => path.with_extension("keys"),
        (None, Storage::Postgres(_)) => layers.resolved("storage.keys", Path::new("valetkey.keys")),
    }
}

/// What an answer waits for; anything but the disk is warned about.
pub(super) fn synchronous(checks: &mut Checks<'_>, storage: &Storage) -> Synchronous {
    if matches!(storage, Storage::Postgres(_)) {
        return checks.settings().storage.synchronous;
    }
    let (synchronous, loses) = match checks.settings().storage.synchronous {
        Synchronous::Full => return Synchronous::Full,
        Synchronous::Normal => (Synchronous::Normal, "lose"),
        Synchronous::Off => (Synchronous::Off, "break the database or lose"),
    };
    checks.warn(format!(
        "storage.synchronous is not full: a power cut may {loses} tokens and revocations that were answered, so keep it for tests"
    ));
    synchronous
}
