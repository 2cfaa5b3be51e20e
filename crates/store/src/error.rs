//! What can go wrong with the storage.

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot read or write just now: answered 503.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// Too much waits to be written already: answered 503 with `Retry-After`.
    #[error("more requests wait than the disk can take")]
    Overloaded,
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
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::Corrupt(error.to_string()),
            _ => StoreError::Unavailable(error.to_string()),
        }
    }
}
