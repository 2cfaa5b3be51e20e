//! Links in mails, and addresses to which mail comes back.
use crate::row::{Query, Read, Row};
use protocol::accounts::bounce::BounceKind;
use protocol::accounts::mail_link::{LinkPurpose, MailLink};
use protocol::types::{Language, MailAddress};

/// What a later version wrote is none of ours.
fn link(row: &dyn Row) -> Read<Option<MailLink>> {
    let purpose = LinkPurpose::parse(&row.string(1)?);
    let email = MailAddress::parse(&row.string(2)?);
    let Some((purpose, email)) = purpose.zip(email) else {
        return Ok(None);
    };
    Ok(Some(MailLink {
        id: row.locator(0)?,
        purpose,
        email,
        subject: row.optional_subject(3)?,
        session: row.optional_locator(4)?,
        created_at: row.time(5)?,
        expires_at: row.time(6)?,
        used_at: row.optional_time(7)?,
        language: row.optional_text(8)?.and_then(Language::of_tag),
        device: row.optional_text(9)?.map(str::to_owned),
        client: row.optional_client(10)?,
        organization: row.optional_locator(11)?,
    }))
}

pub(crate) const BY_ID: Query<Option<MailLink>> = Query {
    sql: "SELECT id, purpose, email, subject, session, created_at, expires_at, used_at, language, device, client, organization FROM mail_links WHERE id = $1",
    read: link,
};

/// The oldest passwords that an account had at the time of a link which takes something back, and a while before; none for a link
/// that takes nothing back.
pub(crate) const EARLIER_PASSWORDS: Query<String> = Query {
    sql: "SELECT e.password FROM earlier_passwords e WHERE e.subject = $1 AND e.id <= $2 AND e.id >= $3 \
          AND EXISTS (SELECT 1 FROM earlier_passwords o WHERE o.id = $2 AND o.subject = $1) ORDER BY e.id LIMIT 3",
    read: |row| row.string(0),
};

/// What is noted of an address.
pub(crate) const BOUNCE: Query<Option<BounceKind>> = Query {
    sql: "SELECT kind FROM bounces WHERE email_key = $1",
    read: |row| Ok(BounceKind::parse(&row.string(0)?)),
};
