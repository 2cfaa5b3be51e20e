//! What developers play a test side through with, for its page and for commands.
use crate::facts::playground;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use jose::Digest;
use protocol::apps::playground::PlaygroundRun;
use protocol::types::{Locator, UnixTime};

impl Store {
    /// The run of a session, if it has not ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn playground_run(&self, session: Locator, now: UnixTime) -> Fact<PlaygroundRun> {
        let values = values![session, now];
        self.one(&playground::OF_SESSION, &values).await
    }

    /// The run whose authorization request carries this state, if it has not ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn playground_run_of(&self, state: &Digest, now: UnixTime) -> Fact<PlaygroundRun> {
        self.one(&playground::OF_STATE, &values![state, now]).await
    }

    /// What runs hold as it is sealed, by their rows: those behind one, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sealed_playground_runs(
        &self,
        after: Locator,
        limit: usize,
    ) -> Result<Vec<(Locator, Vec<u8>)>, StoreError> {
        let values = values![after, limit as i64];
        self.many(&playground::SEALED, &values).await
    }
}
