//! Passkeys of people, for their page and the sign-in.
use crate::facts::passkeys;
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::accounts::passkeys::Passkey;
use protocol::types::Subject;

impl Store {
    /// The passkeys of a person, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passkeys(&self, subject: Subject) -> Result<Vec<Passkey>, StoreError> {
        self.many(&passkeys::OF_PERSON, &values![subject]).await
    }

    /// The passkey that an authenticator knows by this id, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passkey(&self, credential: &[u8]) -> Fact<Passkey> {
        self.one(&passkeys::BY_CREDENTIAL, &values![credential])
            .await
    }
}
