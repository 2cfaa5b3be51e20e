//! Lines of the revocation feed, written by many nodes.
use super::batch::ids;
use super::conn::Conn;
use super::row::Ran;
use super::value::values_of;
use crate::facts::feed::About;
use protocol::types::{Locator, UnixTime};

/// A line that has no number yet: what it is about, when it may be forgotten, and of a revoked grant the id that no
/// token of it is above.
pub(super) type NewLine = (About, UnixTime, Option<Locator>);

/// Tells other nodes, inside an open transaction. Numbers follow on the highest that is committed: whoever takes one
/// of them at the same moment waits for the other's commit and counts again, so a line is only ever written after all
/// before it are committed, and a reader that has seen a number misses none below it.
pub(super) async fn tell(conn: &Conn, mut lines: Vec<NewLine>) -> Ran<()> {
    let sql = "INSERT INTO changes (seq, kind, ref, until, above, organization) \
               SELECT (SELECT COALESCE(MAX(seq), 0) FROM changes) + n, kind, ref, until, above, organization \
               FROM UNNEST($1::text[], $2::int8[], $3::int8[], $4::int8[], $5::int8[]) \
               WITH ORDINALITY AS t (kind, ref, until, above, organization, n) \
               ORDER BY n ON CONFLICT DO NOTHING RETURNING ref";
    while !lines.is_empty() {
        let stored = || lines.iter().map(|(about, ..)| about.as_stored());
        let kind: Vec<&str> = stored().map(|(kind, _)| kind).collect();
        let reference: Vec<i64> = stored().map(|(_, reference)| reference).collect();
        let until: Vec<i64> = lines.iter().map(|(_, until, _)| until.0).collect();
        let above: Vec<Option<i64>> = lines
            .iter()
            .map(|(.., above)| above.map(|id| id.0))
            .collect();
        let organization = lines.iter().map(|(about, ..)| about.organization());
        let organization: Vec<Option<i64>> = organization.map(|id| id.map(|id| id.0)).collect();
        // What others have taken is the lowest of these numbers, so those that are written have no gap before them.
        let written = ids(
            conn,
            sql,
            values_of![kind, reference, until, above, organization],
        )
        .await?;
        lines.retain(|(about, ..)| !written.contains(&about.as_stored().1));
    }
    Ok(())
}
