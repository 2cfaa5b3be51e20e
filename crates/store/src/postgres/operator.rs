//! What an operator looks at in a PostgreSQL database, on one connection.
use super::conn::{Conn, Dialer, Slot};
use super::row::plain;
use super::value::each;
use super::{Driver, migrate};
use crate::location::PostgresUrl;
use crate::operator::{Numbers, Schema, Table};
use crate::row::{Query, Read};
use crate::runs::Runs;
use crate::value::Value;
use crate::{Stay, StoreError, Synchronous};
use std::sync::Arc;

/// Tables smaller than this are counted.
const COUNTED: i64 = 64 * 1024 * 1024;

/// One connection, taken as it is: what runs in a transaction must not go on outside it, on a new connection.
pub(crate) struct Remote {
    slot: Slot,
    conn: Arc<Conn>,
    _driver: Driver,
}

impl Remote {
    pub(crate) async fn connect(
        url: &PostgresUrl,
        synchronous: Synchronous,
    ) -> Result<Self, StoreError> {
        let (driver, runtime) = Driver::start()?;
        let slot = Slot::patient(Arc::new(Dialer::new(
            url,
            synchronous,
            Stay::Look,
            runtime,
        )?));
        let conn = slot.conn().await?;
        Ok(Remote {
            slot,
            conn,
            _driver: driver,
        })
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        migrate::run(&self.slot).await
    }

    pub(crate) async fn schema(&self) -> Result<Schema, StoreError> {
        migrate::schema(&*self.slot.conn().await?).await
    }

    pub(crate) async fn many<T>(&self, query: &Query<T>) -> Result<Vec<T>, StoreError> {
        self.slot.many(query, &[]).await
    }

    pub(crate) async fn numbers(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Numbers, StoreError> {
        let rows = self.conn.query(sql, &each(values)).await?;
        let Some(row) = rows.first() else {
            return Ok(Vec::new());
        };
        let numbers = (0..row.len()).map(|column| plain(row).optional_number(column));
        Ok(numbers.collect::<Read<_>>()?)
    }

    pub(crate) async fn run(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<usize, StoreError> {
        Ok(self.conn.execute(sql, &each(values)).await? as usize)
    }

    pub(crate) async fn command(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.conn.command(sql).await?)
    }

    /// The software, and the bytes of the database.
    pub(crate) async fn about(&self) -> Result<(String, u64), StoreError> {
        let about = Query {
            sql: "SELECT current_setting('server_version'), pg_database_size(current_database())",
            read: |row| Ok((row.string(0)?, row.number(1)?)),
        };
        let found = self.many(&about).await?.into_iter().next();
        let (version, bytes) = found.unwrap_or_default();
        Ok((format!("PostgreSQL {version}"), bytes.unsigned_abs()))
    }

    /// All tables with their rows: small ones counted, large ones as the server estimates them.
    pub(crate) async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        let all = Query {
            sql: "SELECT c.relname::text, pg_relation_size(c.oid), \
                  CASE WHEN c.reltuples >= 0 THEN c.reltuples::int8 ELSE pg_stat_get_live_tuples(c.oid) END \
                  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace \
                  AND c.relname NOT LIKE 'refinery%' ORDER BY c.relname",
            read: |row| Ok((row.string(0)?, row.number(1)?, row.number(2)?)),
        };
        let mut tables = Vec::new();
        for (name, bytes, estimate) in self.many(&all).await? {
            let exact = bytes < COUNTED;
            let rows = if exact {
                self.count(&name).await?
            } else {
                estimate
            };
            tables.push(Table { name, rows, exact });
        }
        Ok(tables)
    }

    async fn count(&self, table: &str) -> Result<i64, StoreError> {
        let name = table.replace('"', "\"\"");
        let sql = format!("SELECT COUNT(*) FROM \"{name}\"");
        let rows = self.slot.conn().await?.ask(&sql).await?;
        Ok(rows.first().map_or(Ok(0), |row| plain(row).number(0))?)
    }
}
