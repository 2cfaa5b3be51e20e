//! The keys that sign, for the job that moves them, the set that is published, and commands.
use crate::facts::signing_keys;
use crate::value::values;
use crate::{Store, StoreError};
use protocol::signing_keys::SigningKeyFacts;

impl Store {
    /// All keys that sign, will, or did, without their private parts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyFacts>, StoreError> {
        self.many(&signing_keys::ALL, &values![]).await
    }

    /// Their private parts as they are sealed, by `kid`: those behind one, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sealed_signing_keys(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let values = values![after, limit as i64];
        self.many(&signing_keys::SEALED, &values).await
    }
}
