//! Domains of organizations.
use crate::row::{Query, Read, Row, corrupt};
use protocol::types::{Domain, DomainFault, DomainName};

macro_rules! domains {
    ($rest:literal) => {
        Query {
            sql: concat!(
                "SELECT organization, name, token, created_at, proved_at, looked_at, failing_since, found FROM domains WHERE ",
                $rest
            ),
            read: domain,
        }
    };
}

/// Those of an organization, the oldest first.
pub(crate) const OF_ORGANIZATION: Query<Domain> =
    domains!("organization = $1 ORDER BY created_at, name");
/// The one of this name that is proved.
pub(crate) const HOLDER: Query<Domain> = domains!("name = $1 AND proved_at IS NOT NULL");
/// One of an organization.
pub(crate) const ONE: Query<Domain> = domains!("organization = $1 AND name = $2");
/// Those that are proved and were not looked for since a moment.
pub(crate) const DUE: Query<Domain> =
    domains!("proved_at IS NOT NULL AND looked_at <= $1 ORDER BY looked_at LIMIT 20");

/// The names of those of an organization that are proved, the longest proved first.
pub(crate) const PROVED: Query<String> = Query {
    sql: "SELECT name FROM domains WHERE organization = $1 AND proved_at IS NOT NULL ORDER BY proved_at, name",
    read: |row| row.string(0),
};

fn domain(row: &dyn Row) -> Read<Domain> {
    let name = DomainName::from_stored(row.text(1)?).ok_or(corrupt(1, "a domain"))?;
    let found = match row.text(7)? {
        "" => None,
        text => Some(DomainFault::from_stored(text).ok_or(corrupt(7, "what was found"))?),
    };
    Ok(Domain {
        organization: row.locator(0)?,
        name,
        token: row.string(2)?,
        created_at: row.time(3)?,
        proved_at: row.optional_time(4)?,
        looked_at: row.optional_time(5)?,
        failing_since: row.optional_time(6)?,
        found,
    })
}
