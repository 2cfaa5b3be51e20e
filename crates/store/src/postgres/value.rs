//! Values of statements: each knows its type, so that a statement needs no answer about its parameters first.
use tokio_postgres::types::{ToSql, Type};

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
    bool => BOOL,
    i64 => INT8,
    Option<i64> => INT8,
    String => TEXT,
    Option<String> => TEXT,
    &str => TEXT,
    Option<&str> => TEXT,
    &[u8] => BYTEA,
    Vec<u8> => BYTEA,
    Option<&[u8]> => BYTEA,
    Vec<bool> => BOOL_ARRAY,
    Vec<i64> => INT8_ARRAY,
    Vec<Option<i64>> => INT8_ARRAY,
    Vec<&[u8]> => BYTEA_ARRAY,
    Vec<Option<&[u8]>> => BYTEA_ARRAY,
    Vec<String> => TEXT_ARRAY,
    Vec<&str> => TEXT_ARRAY,
    Vec<Option<&str>> => TEXT_ARRAY,
}

/// The values of a statement, by reference.
pub(super) type Values<'a> = &'a [&'a dyn Value];

/// Values in the order of `$1`, `$2` ….
macro_rules! values_of {
    ($($value:expr),* $(,)?) => { &[$(&$value as &dyn $crate::postgres::value::Value),*] };
}
pub(super) use values_of;
