//! What is asked of the store.

use crate::token::Token;
use tokio::sync::oneshot;

/// Jobs in one commit, at most.
pub(crate) const MAX_BATCH: usize = 512;

/// The two append-only token tables.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Access,
    Refresh,
}

/// One durable change.
pub(crate) enum Job {
    /// Append a token.
    Append(Table, Token),
    /// Use up refresh token `used`; if nobody has, append its successor and an access token.
    Rotate {
        used: i64,
        refresh: Token,
        access: Token,
    },
}

/// A job and who waits for it: true once durable, false when another had used the token.
pub(crate) struct Waiting {
    pub(crate) job: Job,
    pub(crate) done: oneshot::Sender<bool>,
}
