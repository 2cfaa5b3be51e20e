//! What a job is.
use protocol::outbox::{Entry, Payload};

/// Why a message was not delivered: one line without a secret, which an operator reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobError {
    /// It may be another time.
    Retry(String),
    /// It never will be.
    Dead(String),
}

/// Delivers messages of one kind.
pub(super) trait Job: Sync {
    /// What it has to know.
    type Payload: Payload + Send + Sync;

    /// Delivers a message. It may be called again for one that it has delivered, if the server was killed meanwhile;
    /// links and secrets are made here, and kept nowhere else.
    fn run(
        &self,
        entry: &Entry,
        payload: Self::Payload,
    ) -> impl Future<Output = Result<(), JobError>> + Send;
}
