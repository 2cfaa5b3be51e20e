//! Requests for review, for developers and administrators.
use crate::facts::reviews;
use crate::value::{Value, values};
use crate::{Fact, Store, StoreError};
use protocol::apps::review::{Conversation, ReviewRequest, ReviewState};
use protocol::types::{ClientRowId, Locator, MailAddress, Owner};

/// The most administrators who are told of a request.
const MOST_TOLD: i64 = 20;

/// A request in a list.
#[derive(Debug, Clone)]
pub struct ListedReview {
    /// The request.
    pub request: ReviewRequest,
    /// The client id of its app.
    pub client_id: String,
    /// The name of its app.
    pub name: String,
}

/// Which requests.
#[derive(Debug, Clone, Copy)]
pub struct ReviewQuery {
    /// Those that stand there; `None`: all.
    pub state: Option<ReviewState>,
    /// Those behind this one, in the order of the list.
    pub after: Option<Locator>,
    /// So many at most.
    pub limit: usize,
}

impl Store {
    /// Requests: those that wait oldest first, all others newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reviews(&self, query: ReviewQuery) -> Result<Vec<ListedReview>, StoreError> {
        let state = query.state.map_or("", ReviewState::as_str);
        let waits = query.state.is_some_and(ReviewState::is_open);
        let (facts, start) = match waits {
            true => (&reviews::OLDEST_FIRST, i64::MIN),
            false => (&reviews::NEWEST_FIRST, i64::MAX),
        };
        let after = query.after.map_or(start, |Locator(id)| id);
        let values = values![state, after, query.limit as i64];
        let found = self.many(facts, &values).await?;
        Ok(found.into_iter().map(listed).collect())
    }

    /// A request of an app that is there, with what was said about it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn review(&self, id: Locator) -> Fact<(ListedReview, Conversation)> {
        let Some(found) = self.one(&reviews::BY_ID, &values![id]).await? else {
            return Ok(None);
        };
        let listed = listed(found);
        let messages = self.many(&reviews::MESSAGES, &values![id]).await?;
        let conversation = Conversation {
            request: listed.request.clone(),
            messages,
        };
        Ok(Some((listed, conversation)))
    }

    /// The last requests of an app, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reviews_of(
        &self,
        client: ClientRowId,
        limit: usize,
    ) -> Result<Vec<ReviewRequest>, StoreError> {
        let values = values![client, limit as i64];
        self.many(&reviews::OF_CLIENT, &values).await
    }

    /// The requests that are open among those apps of an owner that are between two numbers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_reviews(
        &self,
        owner: Owner,
        (first, last): (ClientRowId, ClientRowId),
    ) -> Result<Vec<(ClientRowId, ReviewState)>, StoreError> {
        let (query, owner) = match owner {
            Owner::Person(subject) => (&reviews::OPEN_OF_PERSON, Value::from(subject)),
            Owner::Organization(id) => (&reviews::OPEN_OF_ORGANIZATION, Value::from(id)),
        };
        self.many(query, &[owner, first.into(), last.into()]).await
    }

    /// How many requests wait for an administrator.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reviews_waiting(&self) -> Result<usize, StoreError> {
        let values = values![ReviewState::Open.as_str()];
        let count = self.one(&reviews::COUNT, &values).await?;
        Ok(count.unwrap_or_default().try_into().unwrap_or_default())
    }

    /// The proved addresses of those who administer the provider, twenty at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn administrators(&self) -> Result<Vec<MailAddress>, StoreError> {
        let found = self
            .many(&reviews::ADMINISTRATORS, &values![MOST_TOLD])
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// How many people an app is connected with, counted up to `most`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people_of(&self, client: ClientRowId, most: usize) -> Result<usize, StoreError> {
        let count = self
            .one(&reviews::PEOPLE_OF, &values![client, most as i64])
            .await?;
        Ok(count.unwrap_or_default().try_into().unwrap_or_default())
    }
}

fn listed((request, client_id, name): reviews::Listed) -> ListedReview {
    ListedReview {
        request,
        client_id,
        name,
    }
}
