//! What an operator looks at in a SQLite file, on a connection of its own.
use super::statements::Statements;
use crate::StoreError;
use crate::operator::{Numbers, Pages, Table};
use crate::row::{Query, Row};
use crate::value::Value;
use rusqlite::{Connection, OpenFlags, Result};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// How long counting the rows of a table may take; then they are estimated.
const COUNTING: Duration = Duration::from_millis(1_500);

/// Opens a file that is there, as it is.
pub(crate) fn open(path: &Path, write: bool) -> std::result::Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Refused(format!(
            "there is no database at {}: `valetkey serve` makes it at its first start, or name another with --storage",
            path.display()
        )));
    }
    let access = match write {
        true => OpenFlags::SQLITE_OPEN_READ_WRITE,
        false => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.execute_batch(
        "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=OFF; PRAGMA synchronous=FULL;",
    )?;
    Ok(conn)
}

/// The first row of numbers. Values are `$1`, `$2` ….
pub(crate) fn numbers(
    conn: &Connection,
    sql: &'static str,
    values: &[Value<'_>],
) -> Result<Numbers> {
    let query = Query {
        sql,
        // However many there are: a column that is not there ends them.
        read: |row: &dyn Row| Ok((0..).map_while(|at| row.optional_number(at).ok()).collect()),
    };
    let found: Option<Numbers> = Statements::of(conn, 0).one(&query, values)?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn run(conn: &Connection, sql: &'static str, values: &[Value<'_>]) -> Result<usize> {
    Statements::of(conn, 0).execute(sql, values)
}

pub(crate) fn many<T>(conn: &Connection, query: &Query<T>) -> Result<Vec<T>> {
    Statements::of(conn, 0).many(query, &[])
}

/// Bytes of the file, or of one beside it.
pub(crate) fn size(path: &Path, suffix: &str) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    std::fs::metadata(name).map_or(0, |about| about.len())
}

pub(crate) fn pages(conn: &Connection) -> Result<Pages> {
    let pragma = |name: &str| conn.pragma_query_value(None, name, |row| row.get(0));
    Ok(Pages {
        size: pragma("page_size")?,
        count: pragma("page_count")?,
        free: pragma("freelist_count")?,
    })
}

/// All tables with their rows: counted, or at most as many as fit into the file when that takes too long.
pub(crate) fn tables(conn: &Connection) -> Result<Vec<Table>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
               AND name NOT LIKE 'refinery%' ORDER BY name";
    let mut statement = conn.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?;
    let names: Vec<String> = names.collect::<Result<_>>()?;
    let fits = pages(conn)?;
    let fits = (fits.count - fits.free) * fits.size;
    names
        .into_iter()
        .map(|name| rows(conn, name, fits))
        .collect()
}

fn rows(conn: &Connection, name: String, fits: i64) -> Result<Table> {
    let count = || {
        let sql = format!("SELECT COUNT(*) FROM \"{name}\"");
        conn.query_row(&sql, [], |row| row.get(0))
    };
    Ok(match within(conn, COUNTING, count) {
        Ok(rows) => Table {
            name,
            rows,
            exact: true,
        },
        Err(_) => Table {
            rows: fits / bytes_of_row(conn, &name)?,
            name,
            exact: false,
        },
    })
}

/// Interrupts what takes longer.
fn within<T>(conn: &Connection, most: Duration, work: impl FnOnce() -> T) -> T {
    let handle = conn.get_interrupt_handle();
    let (done, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if ended.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
                handle.interrupt();
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// The least that a row of a table takes, by its last thousand rows.
fn bytes_of_row(conn: &Connection, table: &str) -> Result<i64> {
    let mut statement = conn.prepare(&format!("PRAGMA table_info(\"{table}\")"))?;
    let columns = statement.query_map([], |row| row.get::<_, String>(1))?;
    let lengths: Vec<String> = columns
        .map(|column| {
            Ok(format!(
                "COALESCE(LENGTH(CAST(\"{}\" AS BLOB)), 0)",
                column?
            ))
        })
        .collect::<Result<_>>()?;
    let lengths = lengths.join(" + ");
    let has_rowids = "SELECT wr = 0 FROM pragma_table_list WHERE schema = 'main' AND name = ?1";
    let last = match conn.query_row(has_rowids, [table], |row| row.get(0))? {
        true => "ORDER BY rowid DESC",
        false => "",
    };
    let sql = format!(
        "SELECT AVG(bytes) FROM (SELECT {lengths} AS bytes FROM \"{table}\" {last} LIMIT 1000)"
    );
    let mean: Option<f64> = conn.query_row(&sql, [], |row| row.get(0))?;
    // Numbers are written as text here and shorter in the file, so what a row has besides is not counted.
    Ok((mean.unwrap_or(1.0) * 0.75).max(1.0) as i64)
}

/// What is wrong with the file itself, in SQLite's words.
pub(crate) fn integrity(conn: &Connection, quick: bool) -> Vec<String> {
    let sql = match quick {
        true => "PRAGMA quick_check(20)",
        false => "PRAGMA integrity_check(20)",
    };
    let check = || -> Result<Vec<String>> {
        let mut statement = conn.prepare(sql)?;
        let lines = statement.query_map([], |row| row.get(0))?;
        lines.collect()
    };
    match check() {
        // One answer may have several lines, of which the first says where.
        Ok(answers) => {
            let lines = answers.iter().flat_map(|answer| answer.lines());
            let wrong = lines.filter(|line| *line != "ok" && !line.starts_with("***"));
            wrong.map(str::to_owned).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

/// Writes the file anew without its free pages. Nobody may use it meanwhile.
pub(crate) fn shrink(path: &Path, conn: &Connection) -> std::result::Result<(), StoreError> {
    let _alone = crate::operator::alone(path)?;
    Ok(conn.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?)
}
