//! Why the provider could not be asked.

/// One sentence for an operator. It holds no token and no secret.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// The settings cannot work.
    #[error("{0}")]
    Settings(String),
    /// No connection, or one that broke.
    #[error("{url} cannot be reached ({why}): is the provider running, and is this address right?")]
    Unreachable {
        /// Who was asked.
        url: String,
        /// What went wrong.
        why: String,
    },
    /// No answer in time.
    #[error("{url} did not answer within {after:?}: is the provider overloaded?")]
    Silent {
        /// Who was asked.
        url: String,
        /// How long was waited.
        after: std::time::Duration,
    },
    /// An answer that is none.
    #[error("{url} answered {status}: {advice}")]
    Refused {
        /// Who was asked.
        url: String,
        /// The status.
        status: u16,
        /// What to do.
        advice: &'static str,
    },
    /// An answer that cannot be read.
    #[error("{url} answered something else than expected ({why})")]
    Unreadable {
        /// Who was asked.
        url: String,
        /// What is wrong with it.
        why: String,
    },
}
