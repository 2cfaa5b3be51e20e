//! What a failed statement means for the transition it was part of.
use crate::StoreError;
use std::error::Error as _;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Why a statement or a commit failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database took the other side of a race; the same transaction may win the next time.
    Again(String),
    /// The connection is of no use any more; whether what was under way is committed is not known.
    Lost(String),
    /// The statement itself was refused.
    Refused(String),
    /// A stored value cannot be what it is.
    Corrupt(String),
}

/// What another node took at the same moment: a number that is the highest yet plus one, an address that was free. Tried
/// again, the guard finds it taken.
const TAKEN: [&str; 3] = ["people_pkey", "clients_pkey", "people_email_key_key"];

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let why = in_words(&error);
        let Some(told) = error.as_db_error() else {
            let broken = error.is_closed()
                || error
                    .source()
                    .is_some_and(|source| source.is::<std::io::Error>());
            return match broken {
                true => Fault::Lost(why),
                false => Fault::Corrupt(why),
            };
        };
        match told.code() {
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
                Fault::Again(why)
            }
            &SqlState::UNIQUE_VIOLATION
                if told.constraint().is_some_and(|name| TAKEN.contains(&name)) =>
            {
                Fault::Again(why)
            }
            // It was told to stop, or became a standby: another host may be the primary now.
            &SqlState::ADMIN_SHUTDOWN
            | &SqlState::CRASH_SHUTDOWN
            | &SqlState::CANNOT_CONNECT_NOW
            | &SqlState::IDLE_SESSION_TIMEOUT
            | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | &SqlState::READ_ONLY_SQL_TRANSACTION
            | &SqlState::TRANSACTION_RESOLUTION_UNKNOWN => Fault::Lost(why),
            code if code.code().starts_with("08") => Fault::Lost(why),
            _ => Fault::Refused(why),
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Again(why) | Fault::Lost(why) | Fault::Refused(why) => {
                StoreError::Unavailable(why)
            }
            Fault::Corrupt(why) => StoreError::Corrupt(why),
        }
    }
}

impl Fault {
    /// The same, where somebody else may have made what was refused to be made twice.
    pub(super) fn or_again(self) -> Self {
        match self {
            Fault::Refused(why) => Fault::Again(why),
            other => other,
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Fault::Lost(_))
    }
}

/// The error and what the database said to it. Neither holds a value of a statement: the detail of a violated
/// constraint, which does, is left out.
fn in_words(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(told), _) if told.code() == &SqlState::DISK_FULL => format!(
            "the disk of PostgreSQL is full, make room on it: {} ({})",
            told.message(),
            told.code().code()
        ),
        (Some(told), _) => format!("{} ({})", told.message(), told.code().code()),
        (None, Some(source)) if is_distrust(source) => format!(
            "{source}: name the file of its authority as sslrootcert, and the host as its certificate does"
        ),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// Whether the server could not prove who it is.
fn is_distrust(source: &(dyn std::error::Error + 'static)) -> bool {
    let inner = source
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    let failed = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(failed, Some(rustls::Error::InvalidCertificate(_)))
}
