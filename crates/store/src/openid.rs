//! What OpenID Connect reads: what was asked of a sign-in, and what claims tell of a person.
use crate::facts::{openid, tokens};
use crate::value::values;
use crate::{Fact, Store, StoreError};
use protocol::accounts::second_factor::is_multi_factor;
use protocol::openid::claims::About;
use protocol::openid::{Asked, OPENID};
use protocol::types::{ClientRowId, Locator, Person, Scope, Subject};

impl Store {
    /// A person with all that claims tell.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn about(&self, subject: Subject) -> Fact<About> {
        self.one(&openid::ABOUT, &values![subject]).await
    }

    /// Apps that are to be told that a session ended, so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logouts(
        &self,
        limit: usize,
    ) -> Result<Vec<(Locator, ClientRowId, Subject)>, StoreError> {
        self.many(&openid::LOGOUTS, &values![limit as i64]).await
    }

    /// Whether a grant was allowed by somebody who had signed in with a second factor, as far as that is kept: where apps are
    /// told of it, and for our own API.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_second_factor(&self, grant: Locator) -> Result<bool, StoreError> {
        let proved = self.one(&tokens::PROVED, &values![grant]).await?;
        let methods = proved.and_then(|(methods, _)| methods);
        Ok(is_multi_factor(methods.as_deref()))
    }

    /// What was asked of the sign-in behind a code or grant of this scope. Others cost nothing.
    pub(crate) async fn asked(
        &self,
        id: Locator,
        scope: &Scope,
        person: Option<&Person>,
    ) -> Result<Option<Box<Asked>>, StoreError> {
        match person.filter(|_| scope.contains(OPENID)) {
            Some(person) => self.known_of(id, person).await,
            None => Ok(None),
        }
    }

    /// The same, whatever its scope: what is known of how the person signed in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known_of(
        &self,
        id: Locator,
        person: &Person,
    ) -> Result<Option<Box<Asked>>, StoreError> {
        let found = self.one(&openid::ASKED, &values![id]).await?;
        Ok(found.map(|(authentication, preferences, document)| {
            let about = About {
                person: person.clone(),
                preferences,
                document,
            };
            Box::new(Asked {
                authentication,
                about,
            })
        }))
    }
}
