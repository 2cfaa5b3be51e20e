//! Rows as PostgreSQL has them.
use super::fault::Fault;
use crate::row::{Corrupt, Read, Row, corrupt};
use tokio_postgres::types::FromSql;

/// What running a statement gives.
pub(super) type Ran<T> = Result<T, Fault>;

fn get<'r, T: FromSql<'r>>(
    row: &'r tokio_postgres::Row,
    column: usize,
    what: &'static str,
) -> Read<T> {
    row.try_get(column).map_err(|_| corrupt(column, what))
}

impl Row for tokio_postgres::Row {
    fn optional_number(&self, column: usize) -> Read<Option<i64>> {
        get(self, column, "a number")
    }

    fn flag(&self, column: usize) -> Read<bool> {
        get(self, column, "true or false")
    }

    fn optional_text(&self, column: usize) -> Read<Option<&str>> {
        get(self, column, "a text")
    }

    fn optional_bytes(&self, column: usize) -> Read<Option<&[u8]>> {
        get(self, column, "bytes")
    }
}

impl From<Corrupt> for Fault {
    fn from(fault: Corrupt) -> Self {
        Fault::Corrupt(fault.to_string())
    }
}

/// A row, to be read whichever engine it is of.
pub(super) fn plain(row: &tokio_postgres::Row) -> &dyn Row {
    row
}
