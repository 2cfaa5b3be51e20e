//! Second factors of people, for their pages, the sign-in and commands.
use crate::facts::second_factors;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::accounts::second_factor::{Authenticator, SecondFactors};
use protocol::types::Subject;

impl Store {
    /// The authenticator app of a person, if they have one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn authenticator(&self, subject: Subject) -> Fact<Authenticator> {
        Ok(self.second_factors(subject).await?.app)
    }

    /// What a person can prove beside a password.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn second_factors(&self, subject: Subject) -> Result<SecondFactors, StoreError> {
        let values = values![subject];
        let found = self.one(&second_factors::OF_PERSON, &values).await?;
        Ok(found.unwrap_or_default())
    }

    /// The seeds as they are sealed, by whose they are: those behind one, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sealed_seeds(
        &self,
        after: Subject,
        limit: usize,
    ) -> Result<Vec<(Subject, Vec<u8>)>, StoreError> {
        let values = values![after, limit as i64];
        self.many(&second_factors::SEALED, &values).await
    }
}
