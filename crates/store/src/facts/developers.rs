//! Whoever makes apps: that they may, and what they agreed to.
use crate::row::{Query, Read, Row, corrupt};
use protocol::types::{AcceptedTerms, DeveloperTerms, InvitedDeveloper, MailAddress};

macro_rules! invited {
    ($rest:literal) => {
        Query {
            sql: concat!(
                "SELECT email, invited_by, created_at FROM invited_developers WHERE ",
                $rest
            ),
            read: invited,
        }
    };
}

/// The invitation of an address.
pub(crate) const INVITED: Query<InvitedDeveloper> = invited!("email_key = $1");
/// Those after an address, by address: so many at most.
pub(crate) const INVITED_AFTER: Query<InvitedDeveloper> =
    invited!("email_key > $1 ORDER BY email_key LIMIT $2");

fn invited(row: &dyn Row) -> Read<InvitedDeveloper> {
    Ok(InvitedDeveloper {
        email: MailAddress::parse(row.text(0)?).ok_or(corrupt(0, "an address"))?,
        invited_by: row.optional_subject(1)?,
        created_at: row.time(2)?,
    })
}

/// The terms that a person accepted, the first ones first.
pub(crate) const TERMS: Query<AcceptedTerms> = Query {
    sql: "SELECT url, version, accepted_at FROM accepted_terms WHERE subject = $1 ORDER BY accepted_at, url, version",
    read: |row| {
        Ok(AcceptedTerms {
            terms: DeveloperTerms {
                url: row.string(0)?,
                version: row.string(1)?,
            },
            accepted_at: row.time(2)?,
        })
    },
};
