//! The statements that a connection keeps prepared.
use crate::row::Query;
use crate::value::Value;
use rusqlite::{Connection, PrepFlags, Result, Statement};
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
    kept: RefCell<Vec<(Name, Prepared<'c>)>>,
}

struct Prepared<'c> {
    statement: Statement<'c>,
    /// For each parameter of SQLite, which counts them as they appear, the place of its value. Empty: they appear in
    /// order.
    places: Box<[usize]>,
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
    pub(crate) fn execute(&self, sql: &'static str, values: &[Value<'_>]) -> Result<usize> {
        self.run(sql, |prepared| {
            prepared.bind(values)?;
            prepared.statement.raw_execute()
        })
    }

    /// Runs a query; its only row, if there is one.
    pub(crate) fn one<T>(&self, query: &Query<T>, values: &[Value<'_>]) -> Result<Option<T>> {
        self.run(query.sql, |prepared| {
            prepared.bind(values)?;
            let mut rows = prepared.statement.raw_query();
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            Ok(Some((query.read)(row)?))
        })
    }

    /// Runs a query; its rows.
    pub(crate) fn many<T>(&self, query: &Query<T>, values: &[Value<'_>]) -> Result<Vec<T>> {
        self.run(query.sql, |prepared| {
            prepared.bind(values)?;
            let mut rows = prepared.statement.raw_query();
            let mut read = Vec::new();
            while let Some(row) = rows.next()? {
                read.push((query.read)(row)?);
            }
            Ok(read)
        })
    }

    fn run<T>(
        &self,
        sql: &'static str,
        run: impl FnOnce(&mut Prepared<'c>) -> Result<T>,
    ) -> Result<T> {
        let mut kept = self.kept.borrow_mut();
        let name = (sql.as_ptr(), sql.len());
        let at = match kept.binary_search_by_key(&name, |(name, _)| *name) {
            Ok(at) => at,
            Err(_) if kept.len() >= self.most => {
                return run(&mut Prepared::new(self.conn, sql, PrepFlags::empty())?);
            }
            Err(at) => {
                let kind = PrepFlags::SQLITE_PREPARE_PERSISTENT;
                kept.insert(at, (name, Prepared::new(self.conn, sql, kind)?));
                at
            }
        };
        let prepared = &mut kept[at].1;
        let done = run(prepared);
        // Nothing that was written or asked for stays behind.
        prepared.statement.clear_bindings();
        done
    }
}

impl<'c> Prepared<'c> {
    fn new(conn: &'c Connection, sql: &str, kind: PrepFlags) -> Result<Self> {
        let statement = conn.prepare_with_flags(sql, kind)?;
        let place = |parameter| -> Option<usize> {
            let number = statement.parameter_name(parameter)?.strip_prefix('$')?;
            number.parse::<usize>().ok()?.checked_sub(1)
        };
        let count = statement.parameter_count();
        let places: Option<Vec<usize>> = (1..=count).map(place).collect();
        let places = places.ok_or_else(|| rusqlite::Error::InvalidParameterName(sql.to_owned()))?;
        let in_order = places.iter().copied().eq(0..count);
        Ok(Prepared {
            statement,
            places: if in_order {
                Box::default()
            } else {
                places.into()
            },
        })
    }

    fn bind(&mut self, values: &[Value<'_>]) -> Result<()> {
        if self.places.is_empty() {
            for (parameter, value) in (1..).zip(values) {
                self.statement.raw_bind_parameter(parameter, value)?;
            }
            return Ok(());
        }
        for (parameter, place) in (1..).zip(&self.places) {
            let value = values
                .get(*place)
                .ok_or(rusqlite::Error::InvalidParameterCount(
                    values.len(),
                    *place + 1,
                ))?;
            self.statement.raw_bind_parameter(parameter, value)?;
        }
        Ok(())
    }
}
