//! Values of statements: each knows its type, so that a statement needs no answer about its parameters first. Those of
//! one row are the same as on SQLite; columns of many rows are arrays.
use crate::value::Value as One;
use std::error::Error;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A value that a statement is given.
pub(super) trait Value: Send + Sync {
    /// Its type in the database.
    fn kind(&self) -> Type;
    /// What the driver writes.
    fn sql(&self) -> &(dyn ToSql + Sync);
}

macro_rules! values {
    ($($rust:ty => $kind:ident),* $(,)?) => {
        $(impl Value for $rust {
            fn kind(&self) -> Type {
                Type::$kind
            }

            fn sql(&self) -> &(dyn ToSql + Sync) {
                self
            }
        })*
    };
}

values! {
    Vec<bool> => BOOL_ARRAY,
    Vec<i64> => INT8_ARRAY,
    Vec<Option<i64>> => INT8_ARRAY,
    Vec<&[u8]> => BYTEA_ARRAY,
    Vec<Option<&[u8]>> => BYTEA_ARRAY,
    Vec<String> => TEXT_ARRAY,
    Vec<Option<String>> => TEXT_ARRAY,
    Vec<&str> => TEXT_ARRAY,
    Vec<Option<&str>> => TEXT_ARRAY,
}

impl Value for One<'_> {
    fn kind(&self) -> Type {
        match self {
            One::Number(_) => Type::INT8,
            One::Flag(_) => Type::BOOL,
            One::Text(_) => Type::TEXT,
            One::Bytes(_) => Type::BYTEA,
        }
    }

    fn sql(&self) -> &(dyn ToSql + Sync) {
        self
    }
}

impl ToSql for One<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            One::Number(number) => number.to_sql(kind, out),
            One::Flag(flag) => flag.to_sql(kind, out),
            One::Text(text) => text.as_deref().to_sql(kind, out),
            One::Bytes(bytes) => bytes.as_deref().to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::BOOL | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// The values of a statement, by reference.
pub(super) type Values<'a> = &'a [&'a dyn Value];

/// Values of one row, by reference.
pub(super) fn each<'a>(values: &'a [One<'_>]) -> Vec<&'a dyn Value> {
    values.iter().map(|value| value as &dyn Value).collect()
}

/// Values in the order of `$1`, `$2` ….
macro_rules! values_of {
    ($($value:expr),* $(,)?) => { &[$(&$value as &dyn $crate::postgres::value::Value),*] };
}
pub(super) use values_of;
