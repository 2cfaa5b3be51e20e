//! Values and rows as SQLite has them.
use crate::row::{Corrupt, Read, Row, corrupt};
use crate::value::Value;
use rusqlite::types::{ToSql, ToSqlOutput, Type, ValueRef};

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Number(Some(number)) => ValueRef::Integer(*number),
            Value::Flag(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Value::Number(None) | Value::Text(None) | Value::Bytes(None) => ValueRef::Null,
        }))
    }
}

impl From<Corrupt> for rusqlite::Error {
    fn from(fault: Corrupt) -> Self {
        rusqlite::Error::FromSqlConversionFailure(
            fault.column,
            Type::Null,
            fault.to_string().into(),
        )
    }
}

fn value<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Read<ValueRef<'r>> {
    row.get_ref(column).map_err(|_| corrupt(column, "there"))
}

impl Row for rusqlite::Row<'_> {
    fn optional_number(&self, column: usize) -> Read<Option<i64>> {
        match value(self, column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            _ => Err(corrupt(column, "a number")),
        }
    }

    fn flag(&self, column: usize) -> Read<bool> {
        match value(self, column)? {
            ValueRef::Integer(number) => Ok(number != 0),
            _ => Err(corrupt(column, "true or false")),
        }
    }

    fn optional_text(&self, column: usize) -> Read<Option<&str>> {
        let value = value(self, column)?;
        value
            .as_str_or_null()
            .map_err(|_| corrupt(column, "a text"))
    }

    fn optional_bytes(&self, column: usize) -> Read<Option<&[u8]>> {
        let value = value(self, column)?;
        value
            .as_blob_or_null()
            .map_err(|_| corrupt(column, "bytes"))
    }
}
