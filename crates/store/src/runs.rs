//! What runs statements that are not part of a transition: leases, the feed's beginning, sweeping.
use crate::StoreError;
use crate::row::Query;
use crate::value::Value;
use std::time::Duration;

/// Runs statements, each in a transaction of its own.
pub(crate) trait Runs {
    /// Runs a statement; how many rows it touched.
    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<usize, StoreError>;

    /// Runs a query; its rows.
    async fn many<T>(&self, query: &Query<T>, values: &[Value<'_>]) -> Result<Vec<T>, StoreError>;

    /// Waits.
    async fn pause(&self, length: Duration);

    /// Runs a query; its only row, if there is one.
    async fn one<T>(
        &self,
        query: &Query<T>,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.many(query, values).await?.into_iter().next())
    }
}
