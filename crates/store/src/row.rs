//! Rows of either engine, and their columns as types.
use crate::StoreError;
use jose::Digest;
use protocol::types::{ClientRowId, Locator, Scope, Subject, UnixTime};

/// A stored value that cannot be what it is.
#[derive(Debug)]
pub(crate) struct Corrupt {
    pub(crate) column: usize,
    pub(crate) what: &'static str,
}

/// What reading a row gives.
pub(crate) type Read<T> = Result<T, Corrupt>;

pub(crate) fn corrupt(column: usize, what: &'static str) -> Corrupt {
    Corrupt { column, what }
}

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "column {} is not {}", self.column, self.what)
    }
}

impl From<Corrupt> for StoreError {
    fn from(fault: Corrupt) -> Self {
        StoreError::Corrupt(fault.to_string())
    }
}

/// A row, whichever engine it is of. Columns are counted from 0.
pub(crate) trait Row {
    /// A whole number.
    fn optional_number(&self, column: usize) -> Read<Option<i64>>;
    /// True or false.
    fn flag(&self, column: usize) -> Read<bool>;
    /// A text.
    fn optional_text(&self, column: usize) -> Read<Option<&str>>;
    /// Bytes.
    fn optional_bytes(&self, column: usize) -> Read<Option<&[u8]>>;
}

/// A query that both engines run: its text, and what one of its rows says.
pub(crate) struct Query<T> {
    pub(crate) sql: &'static str,
    pub(crate) read: fn(&dyn Row) -> Read<T>,
}

impl dyn Row + '_ {
    pub(crate) fn number(&self, column: usize) -> Read<i64> {
        self.optional_number(column)?
            .ok_or(corrupt(column, "a number"))
    }

    pub(crate) fn text(&self, column: usize) -> Read<&str> {
        self.optional_text(column)?.ok_or(corrupt(column, "a text"))
    }

    pub(crate) fn string(&self, column: usize) -> Read<String> {
        self.text(column).map(str::to_owned)
    }

    /// Texts that are stored one a line.
    pub(crate) fn lines(&self, column: usize) -> Read<Vec<String>> {
        Ok(self.text(column)?.lines().map(str::to_owned).collect())
    }

    pub(crate) fn optional_digest(&self, column: usize) -> Read<Option<Digest>> {
        let digest = |bytes| Digest::from_stored(bytes).ok_or_else(|| corrupt(column, "a digest"));
        self.optional_bytes(column)?.map(digest).transpose()
    }

    pub(crate) fn digest(&self, column: usize) -> Read<Digest> {
        self.optional_digest(column)?
            .ok_or(corrupt(column, "a digest"))
    }

    pub(crate) fn optional_scope(&self, column: usize) -> Read<Option<Scope>> {
        let scope = |text| Scope::parse(text).map_err(|_| corrupt(column, "a scope"));
        self.optional_text(column)?.map(scope).transpose()
    }

    pub(crate) fn scope(&self, column: usize) -> Read<Scope> {
        self.optional_scope(column)?
            .ok_or(corrupt(column, "a scope"))
    }

    pub(crate) fn locator(&self, column: usize) -> Read<Locator> {
        self.number(column).map(Locator)
    }

    pub(crate) fn optional_locator(&self, column: usize) -> Read<Option<Locator>> {
        Ok(self.optional_number(column)?.map(Locator))
    }

    pub(crate) fn client(&self, column: usize) -> Read<ClientRowId> {
        self.number(column).map(ClientRowId)
    }

    pub(crate) fn optional_client(&self, column: usize) -> Read<Option<ClientRowId>> {
        Ok(self.optional_number(column)?.map(ClientRowId))
    }

    pub(crate) fn subject(&self, column: usize) -> Read<Subject> {
        self.number(column).map(Subject)
    }

    pub(crate) fn optional_subject(&self, column: usize) -> Read<Option<Subject>> {
        Ok(self.optional_number(column)?.map(Subject))
    }

    pub(crate) fn time(&self, column: usize) -> Read<UnixTime> {
        self.number(column).map(UnixTime)
    }

    pub(crate) fn optional_time(&self, column: usize) -> Read<Option<UnixTime>> {
        Ok(self.optional_number(column)?.map(UnixTime))
    }

    /// A count or a number of seconds.
    pub(crate) fn small(&self, column: usize) -> Read<u32> {
        u32::try_from(self.number(column)?).map_err(|_| corrupt(column, "a small number"))
    }
}
