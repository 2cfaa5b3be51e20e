//! What can go wrong with the storage.
use rusqlite::{ErrorCode, ffi};

/// Why the store did not do what it was asked. Each says what an operator can do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It cannot read or write just now: answered 503.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// Too much waits to be written already: answered 503 with `Retry-After`.
    #[error("more requests wait than the disk can take")]
    Overloaded,
    /// There is no room for what must be written: answered 503 until there is.
    #[error("the disk is full: make room on it")]
    Full,
    /// The disk, or the file system, refuses to read, write or sync: answered 503 until it does again.
    #[error(
        "the disk fails at {0}: look at the system's log (dmesg) and at how it is mounted; a disk that is failing \
         must be replaced, one that became read-only must be checked and mounted again"
    )]
    Failing(&'static str),
    /// The file, or one beside it, cannot be opened.
    #[error("a file of the database cannot be opened: look at its owner, its mode and its folder")]
    Closed,
    /// Another process keeps the file locked.
    #[error("another process holds the file for too long: find it with `fuser` and end it")]
    Held,
    /// What is in the file is not what was written, or cannot be read; SQLite does not tell one from the other.
    #[error(
        "a page of the file is damaged or cannot be read ({0}): look at the system's log (dmesg) and check the file \
         with `valetkey db verify`; if it is damaged, stop the server and restore a backup"
    )]
    Damaged(String),
    /// A newer version has been here.
    #[error(
        "the database was written by a newer version of Valetkey ({0}): start that version, or restore a backup"
    )]
    NewerSchema(String),
    /// A stored value cannot be what it is.
    #[error("the database holds a value that cannot be: {0}")]
    Corrupt(String),
    /// All 1,024 node numbers are taken.
    #[error("too many processes use this database: stop some, or wait a minute after a crash")]
    NoNode,
    /// Another process serves this SQLite file.
    #[error(
        "{0} serves this file already: stop that one first, or give this one a file of its own; several servers \
         share a database on PostgreSQL"
    )]
    Served(String),
    /// The SQLite file is on a network file system of this kind.
    #[error(
        "it is on a network file system ({0}), where SQLite loses data: put the file on a disk of this machine, or \
         use PostgreSQL"
    )]
    Network(String),
    /// What an operator asked for cannot be done: one sentence that says what to do.
    #[error("{0}")]
    Refused(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::of(&error)
    }
}

impl StoreError {
    /// What an error of SQLite means.
    pub(crate) fn of(error: &rusqlite::Error) -> Self {
        if let rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..) = error
        {
            return StoreError::Corrupt(error.to_string());
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::SystemIoFailure) => {
                StoreError::Failing(doing(error.sqlite_extended_error_code()))
            }
            Some(ErrorCode::ReadOnly) => StoreError::Failing("writing"),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::Closed,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Held,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged(error.to_string())
            }
            _ => StoreError::Unavailable(error.to_string()),
        }
    }

    /// Whether whatever is asked next would meet the same: the disk is at fault, and not the statement.
    pub(crate) fn is_of_all(&self) -> bool {
        matches!(
            self,
            StoreError::Full | StoreError::Failing(_) | StoreError::Closed | StoreError::Held
        )
    }
}

fn doing(extended: Option<i32>) -> &'static str {
    match extended {
        Some(
            ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS,
        ) => "reading",
        Some(ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE) => "writing",
        Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => "syncing",
        Some(ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_SHMOPEN) => {
            "making its index, mostly because it is full"
        }
        _ => "a file operation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_sqlite_says_what_to_do() {
        for (code, said, of_all) in [
            (ffi::SQLITE_FULL, "make room", true),
            (ffi::SQLITE_IOERR_READ, "fails at reading", true),
            (ffi::SQLITE_IOERR_WRITE, "fails at writing", true),
            (ffi::SQLITE_IOERR_FSYNC, "fails at syncing", true),
            (ffi::SQLITE_IOERR_SHMSIZE, "because it is full", true),
            (ffi::SQLITE_IOERR_LOCK, "at a file operation", true),
            (ffi::SQLITE_READONLY, "mounted again", true),
            (ffi::SQLITE_READONLY_DBMOVED, "mounted again", true),
            (ffi::SQLITE_CANTOPEN, "owner", true),
            (ffi::SQLITE_BUSY, "fuser", true),
            (ffi::SQLITE_CORRUPT, "restore a backup", false),
            (ffi::SQLITE_NOTADB, "valetkey db verify", false),
            (ffi::SQLITE_CONSTRAINT, "does not answer", false),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let error = StoreError::from(error);
            assert!(error.to_string().contains(said), "{code}: {error}");
            assert_eq!(error.is_of_all(), of_all, "{code}: {error}");
        }
    }
}
