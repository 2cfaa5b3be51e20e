//! What is known of whoever makes apps.
use crate::facts::developers;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::types::{AcceptedTerms, InvitedDeveloper, Subject};

impl Store {
    /// The invitation to register apps that is for the address with this key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invited_developer(&self, email_key: &str) -> Fact<InvitedDeveloper> {
        self.one(&developers::INVITED, &values![email_key]).await
    }

    /// Who is invited to, by the keys of their addresses, after one of them: so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invited_developers(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<InvitedDeveloper>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.many(&developers::INVITED_AFTER, &values![after, limit])
            .await
    }

    /// The terms for developers that a person accepted, the first ones first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accepted_terms(&self, subject: Subject) -> Result<Vec<AcceptedTerms>, StoreError> {
        self.many(&developers::TERMS, &values![subject]).await
    }
}
