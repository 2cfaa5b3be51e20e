//! Organizations: who belongs to them, who is asked to, and apps that are offered to somebody.
use super::clients::logo;
use crate::row::{Query, Read, Row, corrupt};
use jose::Digest;
use protocol::transition::Logo;
use protocol::types::{
    Invitation, Locator, MailAddress, Member, Membership, Organization, Receiver, Role, Subject,
    Transfer,
};

/// Seven columns from `at` on.
fn organization(row: &dyn Row, at: usize) -> Read<Organization> {
    Ok(Organization {
        id: row.locator(at)?,
        version: row.number(at + 1)?,
        name: row.string(at + 2)?,
        created_at: row.time(at + 3)?,
        external_id: row.optional_text(at + 4)?.map(str::to_owned),
        second_factor: row.flag(at + 5)?,
        logo: row.optional_digest(at + 6)?,
    })
}

fn role(row: &dyn Row, at: usize) -> Read<Role> {
    Role::parse(row.text(at)?).ok_or(corrupt(at, "a role"))
}

fn address(row: &dyn Row, at: usize) -> Read<MailAddress> {
    MailAddress::parse(row.text(at)?).ok_or(corrupt(at, "an address"))
}

pub(crate) const BY_ID: Query<Organization> = Query {
    sql: "SELECT id, version, name, created_at, external_id, second_factor, logo FROM organizations WHERE id = $1",
    read: |row| organization(row, 0),
};

/// Those after one, by id: so many at most.
pub(crate) const AFTER: Query<Organization> = Query {
    sql: "SELECT id, version, name, created_at, external_id, second_factor, logo FROM organizations WHERE id > $1 \
          ORDER BY id LIMIT $2",
    read: |row| organization(row, 0),
};

/// The one that the company calls so.
pub(crate) const BY_EXTERNAL_ID: Query<Organization> = Query {
    sql: "SELECT id, version, name, created_at, external_id, second_factor, logo FROM organizations WHERE external_id = $1",
    read: |row| organization(row, 0),
};

/// What the company calls it.
pub(crate) const EXTERNAL_ID: Query<String> = Query {
    sql: "SELECT external_id FROM organizations WHERE id = $1 AND external_id IS NOT NULL",
    read: |row| row.string(0),
};

/// The one that a form founded.
pub(crate) const BY_ONCE: Query<Locator> = Query {
    sql: "SELECT id FROM organizations WHERE once = $1",
    read: |row| row.locator(0),
};

/// Those that a person belongs to, by name.
pub(crate) const OF_PERSON: Query<Membership> = Query {
    sql: "SELECT o.id, o.version, o.name, o.created_at, o.external_id, o.second_factor, o.logo, m.role FROM members m JOIN organizations o ON o.id = m.organization \
          WHERE m.subject = $1 ORDER BY LOWER(o.name), o.id",
    read: membership,
};

fn membership(row: &dyn Row) -> Read<Membership> {
    Ok(Membership {
        organization: organization(row, 0)?,
        role: role(row, 7)?,
    })
}

/// Those of here that would have no owner without a person, by name.
pub(crate) const LEFT_WITHOUT_OWNER: Query<Organization> = Query {
    sql: "SELECT o.id, o.version, o.name, o.created_at, o.external_id, o.second_factor, o.logo FROM members m JOIN organizations o ON o.id = m.organization \
          WHERE m.subject = $1 AND m.role = 'owner' AND o.external_id IS NULL AND NOT EXISTS (SELECT 1 FROM members p \
          WHERE p.organization = m.organization AND p.subject <> $1 AND p.role = 'owner') ORDER BY LOWER(o.name), o.id",
    read: |row| organization(row, 0),
};

/// An organization that a person belongs to.
pub(crate) const SEAT: Query<Membership> = Query {
    sql: "SELECT o.id, o.version, o.name, o.created_at, o.external_id, o.second_factor, o.logo, m.role \
          FROM members m JOIN organizations o ON o.id = m.organization WHERE m.organization = $1 AND m.subject = $2",
    read: membership,
};

/// Who belongs to one, the longest first.
pub(crate) const MEMBERS: Query<Member> = Query {
    sql: "SELECT m.subject, p.email, p.name, m.role, m.since FROM members m JOIN people p ON p.subject = m.subject \
          WHERE m.organization = $1 ORDER BY m.since, m.subject",
    read: |row| {
        Ok(Member {
            subject: row.subject(0)?,
            email: row.string(1)?,
            name: row.string(2)?,
            role: role(row, 3)?,
            since: row.time(4)?,
        })
    },
};

/// How many belong to one.
pub(crate) const SIZE: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM members WHERE organization = $1",
    read: |row| row.number(0),
};

/// The digest of its picture.
pub(crate) const PICTURE: Query<Digest> = Query {
    sql: "SELECT logo FROM organizations WHERE id = $1 AND logo IS NOT NULL",
    read: |row| row.digest(0),
};

/// Its picture.
pub(crate) const LOGO: Query<Logo> = Query {
    sql: "SELECT media_type, bytes FROM organization_logos WHERE organization = $1",
    read: |row| logo(row),
};

/// How many apps it runs.
pub(crate) const APPS: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM clients WHERE organization = $1 AND deleted_at IS NULL",
    read: |row| row.number(0),
};

/// How many others look called so: organizations but this one, and apps that people meet but those that this person or
/// it runs; whoever registered one for an organization has no part in its name. An app of an organization may be called like that one, and one of a person like none.
pub(crate) const NAMESAKES: Query<i64> = Query {
    sql: "SELECT (SELECT COUNT(*) FROM organizations WHERE skeleton = $1 AND id <> $3) + \
          (SELECT COUNT(*) FROM clients WHERE skeleton = $1 AND NOT test AND deleted_at IS NULL \
          AND introduction = '' AND no <> $4 \
          AND (CASE WHEN organization IS NULL THEN owner <> $2 ELSE organization <> $3 END))",
    read: |row| row.number(0),
};

/// Who belongs to one.
pub(crate) const TEAM: Query<Subject> = Query {
    sql: "SELECT subject FROM members WHERE organization = $1",
    read: |row| row.subject(0),
};

macro_rules! invitations {
    ($rest:literal) => {
        Query {
            sql: concat!(
                "SELECT i.id, i.organization, i.email, i.role, i.invited_by, i.created_at, i.expires_at, o.name \
                 FROM invitations i JOIN organizations o ON o.id = i.organization WHERE ",
                $rest
            ),
            read: invitation,
        }
    };
}

/// Who is asked to join an organization.
pub(crate) const INVITATIONS: Query<(Invitation, String)> =
    invitations!("i.organization = $1 ORDER BY i.id");
/// What an address is asked to join after a moment.
pub(crate) const INVITATIONS_TO: Query<(Invitation, String)> =
    invitations!("i.email_key = $1 AND i.expires_at > $2 ORDER BY i.id");
pub(crate) const INVITATION: Query<(Invitation, String)> = invitations!("i.id = $1");

/// With the name of the organization.
fn invitation(row: &dyn Row) -> Read<(Invitation, String)> {
    let invitation = Invitation {
        id: row.locator(0)?,
        organization: row.locator(1)?,
        email: address(row, 2)?,
        role: role(row, 3)?,
        invited_by: row.subject(4)?,
        created_at: row.time(5)?,
        expires_at: row.time(6)?,
    };
    Ok((invitation, row.string(7)?))
}

macro_rules! transfers {
    ($rest:literal) => {
        Query {
            sql: concat!(
                "SELECT t.id, t.client, t.email, t.organization, t.offered_by, t.created_at, t.expires_at FROM transfers t WHERE ",
                $rest
            ),
            read: transfer,
        }
    };
}

pub(crate) const TRANSFER: Query<Transfer> = transfers!("t.id = $1");
pub(crate) const TRANSFER_OF: Query<Transfer> = transfers!("t.client = $1 AND t.expires_at > $2");
/// Those that a person sees: to an address, or to an organization in which they are an owner.
pub(crate) const TRANSFERS_TO: Query<Transfer> = transfers!(
    "t.expires_at > $3 AND (t.email_key = $1 OR t.organization IN \
     (SELECT m.organization FROM members m WHERE m.subject = $2 AND m.role = 'owner')) ORDER BY t.id LIMIT 25"
);

fn transfer(row: &dyn Row) -> Read<Transfer> {
    let to = match row.optional_locator(3)? {
        Some(organization) => Receiver::Organization(organization),
        None => Receiver::Address(address(row, 2)?),
    };
    Ok(Transfer {
        id: row.locator(0)?,
        client: row.client(1)?,
        to,
        offered_by: row.subject(4)?,
        created_at: row.time(5)?,
        expires_at: row.time(6)?,
    })
}
