//! What apps' requests were told, for their developers.
use crate::facts::request_log;
use crate::runs::Runs;
use crate::value::values;
use crate::{Engine, Fact, Store, StoreError};
use protocol::request_log::{Endpoint, GRANTED_KEPT, LoggedRequest, RequestId};
use protocol::types::{ClientRowId, Locator, Side, UnixTime};
use std::time::Duration;

/// Rows that one statement deletes at most.
const SLICE: i64 = 1_000;
/// What is left to others between two of them.
const PAUSE: Duration = Duration::from_millis(1);

/// Which requests of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestQuery {
    /// Those before this one.
    pub before: Option<Locator>,
    /// Of this endpoint.
    pub endpoint: Option<Endpoint>,
    /// Answered with this status.
    pub status: Option<u16>,
    /// Refused with this error.
    pub error: Option<String>,
    /// Of this side.
    pub side: Option<Side>,
    /// Only those that were refused.
    pub only_refused: bool,
}

impl RequestQuery {
    fn takes(&self, request: &LoggedRequest) -> bool {
        self.before.is_none_or(|before| request.id < before)
            && self.endpoint.is_none_or(|one| request.endpoint == one)
            && self.status.is_none_or(|one| request.status == one)
            && self.side.is_none_or(|one| request.side == one)
    }
}

impl Store {
    /// Requests of an app that are kept, newest first, so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logged_requests(
        &self,
        client: ClientRowId,
        query: &RequestQuery,
        limit: usize,
    ) -> Result<Vec<LoggedRequest>, StoreError> {
        let values = values![
            client,
            query.before.unwrap_or(Locator(i64::MAX)),
            query.endpoint.map_or("", Endpoint::name),
            u32::from(query.status.unwrap_or(0)),
            query.error.as_deref().unwrap_or_default(),
            query.side.map_or("", Side::as_str),
            limit as i64,
        ];
        let mut found = self.many(&request_log::REFUSED, &values).await?;
        if !query.only_refused && query.error.is_none() {
            let granted = self.granted_requests(client).await?;
            found.extend(granted.into_iter().filter(|one| query.takes(one)));
            found.sort_unstable_by_key(|one| std::cmp::Reverse(one.id));
            found.truncate(limit);
        }
        Ok(found)
    }

    /// One request of an app by the id that its answer named.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logged_request(&self, client: ClientRowId, id: RequestId) -> Fact<LoggedRequest> {
        let refused = self
            .one(&request_log::BY_REQUEST, &values![client, id.as_str()])
            .await?;
        if refused.is_some() {
            return Ok(refused);
        }
        let granted = self.granted_requests(client).await?;
        Ok(granted.into_iter().find(|one| one.request_id == id))
    }

    /// The last ones that went well, newest first.
    async fn granted_requests(
        &self,
        client: ClientRowId,
    ) -> Result<Vec<LoggedRequest>, StoreError> {
        let rows = self.many(&request_log::GRANTED, &values![client]).await?;
        let mut all: Vec<LoggedRequest> = rows.into_iter().flatten().collect();
        all.sort_unstable_by_key(|one| std::cmp::Reverse(one.id));
        all.truncate(GRANTED_KEPT);
        Ok(all)
    }

    /// How many requests of an app went well and were refused since a moment, by endpoint.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn request_counts(
        &self,
        client: ClientRowId,
        since: UnixTime,
    ) -> Result<Vec<(Endpoint, i64, i64)>, StoreError> {
        let values = values![client, since.0 / 3_600];
        self.many(&request_log::COUNTS, &values).await
    }

    /// The errors that an app was told, each once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logged_errors(&self, client: ClientRowId) -> Result<Vec<String>, StoreError> {
        self.many(&request_log::ERRORS, &values![client]).await
    }

    /// Deletes the oldest refused requests of all apps, so that `most` are left; how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn trim_request_log(&self, most: u32) -> Result<usize, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => trim(&**engine, most).await,
            Engine::Postgres(engine) => trim(&engine.sweeping, most).await,
        }
    }
}

async fn trim(runs: &impl Runs, most: u32) -> Result<usize, StoreError> {
    let count = runs.one(&request_log::COUNT, &[]).await?.unwrap_or(0);
    let mut beyond = count - i64::from(most);
    let mut all = 0;
    let delete = "DELETE FROM refused_requests WHERE id IN (SELECT id FROM refused_requests ORDER BY id LIMIT $1)";
    while beyond > 0 {
        let deleted = runs.run(delete, &values![beyond.min(SLICE)]).await?;
        if deleted == 0 {
            break;
        }
        all += deleted;
        beyond -= deleted as i64;
        runs.pause(PAUSE).await;
    }
    Ok(all)
}
