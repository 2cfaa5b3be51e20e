//! What an operator looks at in a PostgreSQL database, on one connection.
use super::conn::{Conn, Dialer, Slot};
use super::read::many;
use super::rows::get;
use super::value::{Value, values_of};
use super::{Driver, highest_id, migrate};
use crate::location::PostgresUrl;
use crate::operator::{Node, Numbers, Schema, Table};
use crate::{StoreError, Synchronous};
use protocol::types::UnixTime;
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
        let slot = Slot::patient(Arc::new(Dialer::new(url, synchronous, runtime)?));
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

    pub(crate) async fn highest_id(&self) -> Result<i64, StoreError> {
        highest_id(&self.slot).await
    }

    pub(crate) async fn numbers(
        &self,
        sql: &'static str,
        values: &[i64],
    ) -> Result<Numbers, StoreError> {
        let values: Vec<&dyn Value> = values.iter().map(|value| value as &dyn Value).collect();
        let rows = self.conn.query(sql, &values).await?;
        let Some(row) = rows.first() else {
            return Ok(Vec::new());
        };
        let numbers = (0..row.len()).map(|column| Ok(get(row, column)?));
        numbers.collect()
    }

    pub(crate) async fn run(&self, sql: &'static str, values: &[i64]) -> Result<u64, StoreError> {
        let values: Vec<&dyn Value> = values.iter().map(|value| value as &dyn Value).collect();
        Ok(self.conn.execute(sql, &values).await?)
    }

    pub(crate) async fn command(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.conn.command(sql).await?)
    }

    /// The software, and the bytes of the database.
    pub(crate) async fn about(&self) -> Result<(String, u64), StoreError> {
        let sql = "SELECT current_setting('server_version'), pg_database_size(current_database())";
        let rows = self.slot.query(sql, values_of![]).await?;
        let (version, bytes): (&str, i64) = (get(&rows[0], 0)?, get(&rows[0], 1)?);
        Ok((format!("PostgreSQL {version}"), bytes.unsigned_abs()))
    }

    /// All tables with their rows: small ones counted, large ones as the server estimates them.
    pub(crate) async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        let sql = "SELECT c.relname::text, pg_relation_size(c.oid), \
                   CASE WHEN c.reltuples >= 0 THEN c.reltuples::int8 ELSE pg_stat_get_live_tuples(c.oid) END \
                   FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace \
                   AND c.relname NOT LIKE 'refinery%' ORDER BY c.relname";
        let found: Vec<(String, i64, i64)> = many(&self.slot, sql, values_of![], |row| {
            Ok((get(row, 0)?, get(row, 1)?, get(row, 2)?))
        })
        .await?;
        let mut tables = Vec::new();
        for (name, bytes, estimate) in found {
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
        Ok(get(&rows[0], 0)?)
    }

    pub(crate) async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        let sql = "SELECT node, holder, lease_until FROM nodes ORDER BY node";
        many(&self.slot, sql, values_of![], |row| {
            Ok(Node {
                number: get(row, 0)?,
                holder: get(row, 1)?,
                until: UnixTime(get(row, 2)?),
            })
        })
        .await
    }
}
