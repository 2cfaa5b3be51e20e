//! Sign-ins elsewhere: whom an id names, and what the company's own login said.
use crate::facts::{handoff, people, upstream};
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::handoff::LoginAnswer;
use protocol::types::{Locator, Person, Subject};
use protocol::upstream::LinkedIdentity;

impl Store {
    /// The person who is known by an id elsewhere.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError).
    pub async fn person_by_identity(&self, source: &str, external_id: &str) -> Fact<Person> {
        self.one(&people::BY_IDENTITY, &values![source, external_id])
            .await
    }

    /// What a person is called elsewhere, also one whose account was deleted.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError).
    pub async fn external_id(&self, subject: Subject) -> Fact<String> {
        self.one(&people::EXTERNAL_ID, &values![subject]).await
    }

    /// What was said to a challenge.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError).
    pub async fn login_answer(&self, id: Locator) -> Fact<LoginAnswer> {
        self.one(&handoff::ANSWER, &values![id]).await
    }

    /// Who a person is elsewhere, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError).
    pub async fn identities(&self, subject: Subject) -> Result<Vec<LinkedIdentity>, StoreError> {
        self.many(&upstream::OF_PERSON, &values![subject]).await
    }

    /// At which other provider a session began, if at one.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError).
    pub async fn session_source(&self, session: Locator) -> Fact<String> {
        self.one(&upstream::OF_SESSION, &values![session]).await
    }
}
