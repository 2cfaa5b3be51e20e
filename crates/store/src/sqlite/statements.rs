//! The statements that a connection keeps prepared.
use rusqlite::{Connection, OptionalExtension, Params, PrepFlags, Result, Row, Statement};
use std::cell::RefCell;

/// Where a text lies, and its length.
type Name = (*const u8, usize);

/// A connection with its statements, each prepared when it is first run. Their texts are `'static`, so where a text
/// lies names its statement, and finding it does not cost reading the text.
pub(crate) struct Statements<'c> {
    conn: &'c Connection,
    /// How many are kept, at most; any other is prepared each time.
    most: usize,
    /// In the order of their names.
    kept: RefCell<Vec<(Name, Statement<'c>)>>,
}

impl<'c> Statements<'c> {
    pub(crate) fn of(conn: &'c Connection, most: usize) -> Self {
        Statements {
            conn,
            most,
            kept: RefCell::default(),
        }
    }

    /// The connection, for what is not run again and again.
    pub(crate) fn conn(&self) -> &'c Connection {
        self.conn
    }

    /// Runs a statement; how many rows it touched.
    pub(crate) fn execute(&self, sql: &'static str, values: impl Params) -> Result<usize> {
        self.run(sql, |statement| statement.execute(values))
    }

    /// Runs a statement; its only row, if there is one. `read` runs no other.
    pub(crate) fn one<T>(
        &self,
        sql: &'static str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.run(sql, |statement| {
            statement.query_row(values, read).optional()
        })
    }

    /// Runs a statement; its rows. `read` runs no other.
    pub(crate) fn many<T>(
        &self,
        sql: &'static str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.run(sql, |statement| {
            statement.query_map(values, read)?.collect()
        })
    }

    fn run<T>(
        &self,
        sql: &'static str,
        run: impl FnOnce(&mut Statement<'c>) -> Result<T>,
    ) -> Result<T> {
        let mut kept = self.kept.borrow_mut();
        let name = (sql.as_ptr(), sql.len());
        let at = match kept.binary_search_by_key(&name, |(name, _)| *name) {
            Ok(at) => at,
            Err(_) if kept.len() >= self.most => return run(&mut self.conn.prepare(sql)?),
            Err(at) => {
                let kind = PrepFlags::SQLITE_PREPARE_PERSISTENT;
                kept.insert(at, (name, self.conn.prepare_with_flags(sql, kind)?));
                at
            }
        };
        let statement = &mut kept[at].1;
        let done = run(statement);
        // Nothing that was written or asked for stays behind.
        statement.clear_bindings();
        done
    }
}

/// A text put together of constants, once.
macro_rules! sql {
    ($($part:expr),+ $(,)?) => {{
        static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| [$($part),+].concat());
        SQL.as_str()
    }};
}
pub(super) use sql;
