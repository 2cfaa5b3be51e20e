//! The revocation feed, read from the lines of `changes`. Some line is always there: the sweeper keeps the last.
use super::read::{Change as Line, person_by_subject};
use super::statements::Statements;
use super::writer;
use jose::Digest;
use protocol::facts::Standing;
use protocol::revocations::{Change, Cursor, FeedFacts};
use protocol::types::{Locator, Side, Subject};
use rusqlite::{Connection, Result, Row, params};

/// Writes the first line of a new database, with a random number in it: no other database begins like that. Other
/// processes may be making it at the same moment.
pub(super) fn begin(conn: &Connection) -> Result<()> {
    let lines = "SELECT EXISTS (SELECT 1 FROM changes)";
    if conn.query_row(lines, [], |row| row.get(0))? {
        return Ok(());
    }
    writer::begin(conn)?;
    let begun = begin_once(conn);
    conn.execute_batch(if begun.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    begun
}

fn begin_once(conn: &Connection) -> Result<()> {
    let origin = i64::from_be_bytes(jose::random::bytes()) >> 1;
    let sql = "INSERT INTO changes (seq, kind, ref, until) \
               SELECT 1, 'origin', ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM changes)";
    conn.execute(sql, [origin, i64::MAX]).map(drop)
}

/// Where the feed stands at line `seen`.
pub(super) fn at(db: &Statements<'_>, seen: i64) -> Result<Option<FeedFacts>> {
    let sql = "SELECT seq, kind, ref, until FROM changes WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1";
    let line = db.one(sql, [seen], line)?;
    let origin = origin(db)?;
    // Swept between two reads: the next request finds no such line and begins anew.
    let cursor = line.as_ref().map_or(
        Cursor {
            line: seen,
            mark: 0,
        },
        |line| cursor_at(origin, line),
    );
    Ok(Some(FeedFacts {
        cursor,
        gap: false,
        changes: Vec::new(),
    }))
}

/// The lines after `cursor` up to `seen`; `None` when the cursor's own line is not there as it was, or one after it
/// was swept.
pub(super) fn after(
    db: &Statements<'_>,
    cursor: Cursor,
    seen: i64,
    limit: usize,
) -> Result<Option<FeedFacts>> {
    // One statement, so the cursor's line and those after it are of one moment.
    let sql = "SELECT seq, kind, ref, until FROM changes WHERE seq >= ?1 AND seq <= MAX(?1, ?2) \
               ORDER BY seq LIMIT ?3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let lines = db.many(sql, params![cursor.line, seen, limit], line)?;
    let Some((own, rest)) = lines.split_first() else {
        return Ok(None);
    };
    let origin = origin(db)?;
    let next = |(one, two): (&Line, &Line)| one.0 + 1 == two.0;
    if cursor_at(origin, own) != cursor || !lines.iter().zip(rest).all(next) {
        return Ok(None);
    }
    let changes: Vec<Option<Change>> = rest
        .iter()
        .map(|line| change(db, line))
        .collect::<Result<_>>()?;
    Ok(Some(FeedFacts {
        cursor: cursor_at(origin, rest.last().unwrap_or(own)),
        gap: false,
        changes: changes.into_iter().flatten().collect(),
    }))
}

fn line(row: &Row<'_>) -> Result<Line> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

/// The random number of this database, which never changes; 0 in one that had lines before there was a feed.
fn origin(db: &Statements<'_>) -> Result<i64> {
    let sql = "SELECT ref FROM changes WHERE seq = 1 AND kind = 'origin'";
    Ok(db.one(sql, [], |row| row.get(0))?.unwrap_or(0))
}

/// The cursor behind a line. Two databases may hold the same line at the same place, so the mark holds their origin.
pub(crate) fn cursor_at(origin: i64, (seq, kind, reference, until): &Line) -> Cursor {
    let digest = Digest::of(format!("{origin} {kind} {reference} {until}").as_bytes());
    let mark = digest.as_bytes()[..8].iter();
    Cursor {
        line: *seq,
        mark: mark.fold(0, |mark, byte| mark << 8 | u64::from(*byte)),
    }
}

/// A line with what its object is now.
fn change(db: &Statements<'_>, (_, kind, reference, _): &Line) -> Result<Option<Change>> {
    Ok(match kind.as_str() {
        "token" => Some(Change::Token(Locator(*reference))),
        "grant" => Some(Change::Grant(Locator(*reference))),
        "client" => app(db, *reference)?,
        "person" => {
            let person = person_by_subject(db, Subject(*reference))?;
            person.map(|person| Change::Person {
                subject: person.subject,
                side: side(person.test_app.is_some()),
                standing: Standing::from(&person),
            })
        }
        _ => None,
    })
}

/// An app, also one that was deleted.
fn app(db: &Statements<'_>, no: i64) -> Result<Option<Change>> {
    let sql = "SELECT id, test, status = 'active' AND cutoff = 0 AND deleted_at IS NULL \
               FROM clients WHERE no = ?1";
    db.one(sql, [no], |row| {
        Ok(Change::App {
            client_id: row.get(0)?,
            side: side(row.get(1)?),
            good: row.get(2)?,
        })
    })
}

pub(crate) fn side(test: bool) -> Side {
    match test {
        true => Side::Test,
        false => Side::Live,
    }
}
