//! Apps that introduced themselves, for who asks with digests and gets types.
use crate::facts::introductions;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use jose::Digest;
use protocol::introduce::RegistrationFacts;
use protocol::types::name::skeleton;
use protocol::types::{Client, ClientRowId, Locator, UnixTime};
use std::sync::Arc;

impl Store {
    /// An app that is shared and said what has this digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn introduced_alike(&self, digest: &Digest) -> Fact<Arc<Client>> {
        match self.one(&introductions::ALIKE, &values![digest]).await? {
            Some(no) => self.client_by_no(no).await,
            None => Ok(None),
        }
    }

    /// What is on record of an app that introduced itself.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn registration(&self, client: ClientRowId) -> Fact<RegistrationFacts> {
        self.one(&introductions::RECORD, &values![client]).await
    }

    /// Apps that introduced themselves before a moment and that nobody used, so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unused_introductions(
        &self,
        before: UnixTime,
        limit: usize,
    ) -> Result<Vec<ClientRowId>, StoreError> {
        self.many(&introductions::UNUSED, &values![before, limit as i64])
            .await
    }

    /// Whether a grant began with an assertion, and goes on with one alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_pinned(&self, grant: Locator) -> Result<bool, StoreError> {
        let found = self.one(&introductions::PINNED, &values![grant]).await?;
        Ok(found.is_some())
    }

    /// Whether an app that was reviewed, or an organization that proved a domain, looks called so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_reviewed_namesake(&self, name: &str) -> Result<bool, StoreError> {
        let values = values![skeleton(name)];
        let found = self.one(&introductions::REVIEWED_NAMESAKE, &values).await?;
        Ok(found.is_some_and(|count| count > 0))
    }
}
