//! What is known of the domains of organizations.
use crate::facts::domains;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::types::{Domain, DomainName, Locator, UnixTime};

impl Store {
    /// The domains of an organization, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn domains(&self, organization: Locator) -> Result<Vec<Domain>, StoreError> {
        self.many(&domains::OF_ORGANIZATION, &values![organization])
            .await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn domain(&self, organization: Locator, name: &DomainName) -> Fact<Domain> {
        let values = values![organization, name.as_str()];
        self.one(&domains::ONE, &values).await
    }

    /// A domain as that of the organization for which it is proved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn domain_holder(&self, name: &DomainName) -> Fact<Domain> {
        self.one(&domains::HOLDER, &values![name.as_str()]).await
    }

    /// Some that are proved and were not looked for since a moment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn domains_due(&self, since: UnixTime) -> Result<Vec<Domain>, StoreError> {
        self.many(&domains::DUE, &values![since]).await
    }

    /// The names of the domains that an organization has proved, the longest proved first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn proved_domains(&self, organization: Locator) -> Result<Vec<String>, StoreError> {
        self.many(&domains::PROVED, &values![organization]).await
    }
}
