//! People, and how often was guessed of late.
use crate::row::{Query, Read, Row};
use protocol::facts::{AccountCounts, AccountStatus, Attempts};
use protocol::types::{ClientRowId, Language, Person, Preferences, Subject};

/// Twelve columns from `at` on; `None` when a left join found nobody.
pub(super) fn optional_person(row: &dyn Row, at: usize) -> Read<Option<Person>> {
    match row.optional_number(at)? {
        Some(_) => person(row, at).map(Some),
        None => Ok(None),
    }
}

/// Twelve columns from `at` on.
pub(super) fn person(row: &dyn Row, at: usize) -> Read<Person> {
    Ok(Person {
        subject: row.subject(at)?,
        email: row.string(at + 1)?,
        verified_at: row.optional_time(at + 9)?,
        name: row.string(at + 2)?,
        admin: row.flag(at + 3)?,
        password: row.string(at + 4)?,
        disabled_at: row.optional_time(at + 5)?,
        not_before: row.locator(at + 6)?,
        created_at: row.time(at + 7)?,
        test_app: row.optional_client(at + 8)?,
        device_epoch: row.number(at + 10)?,
        external_id: row.optional_text(at + 11)?.map(str::to_owned),
    })
}

/// Two columns from `at` on.
pub(super) fn preferences(row: &dyn Row, at: usize) -> Read<Preferences> {
    Ok(Preferences {
        language: row.optional_text(at)?.and_then(Language::of_tag),
        zone: row.optional_text(at + 1)?.map(str::to_owned),
    })
}

/// How somebody is told things.
pub(crate) const PREFERENCES: Query<Preferences> = Query {
    sql: "SELECT language, zone FROM people WHERE subject = $1",
    read: |row| preferences(row, 0),
};

macro_rules! people {
    ($rest:literal) => {
        Query {
            sql: concat!("SELECT ", person_columns!(), " FROM people p WHERE ", $rest),
            read: |row| person(row, 0),
        }
    };
}

pub(crate) const BY_SUBJECT: Query<Person> = people!("p.subject = $1");
/// The person that is known by an id elsewhere: where, and by which.
pub(crate) const BY_IDENTITY: Query<Person> = people!(
    "p.deleted_at IS NULL AND p.subject = (SELECT subject FROM identities WHERE source = $1 AND external_id = $2)"
);
/// The same as by subject, unless the account was deleted.
pub(crate) const THERE: Query<Person> = people!("p.subject = $1 AND p.deleted_at IS NULL");
pub(crate) const BY_EMAIL_KEY: Query<Person> = people!("p.email_key = $1 AND p.deleted_at IS NULL");
/// A page: after a subject, so many at most.
pub(crate) const PAGE: Query<Person> =
    people!("p.subject > $1 AND p.deleted_at IS NULL ORDER BY p.subject LIMIT $2");

/// What a person is called elsewhere.
pub(crate) const EXTERNAL_ID: Query<String> = Query {
    sql: "SELECT external_id FROM people WHERE subject = $1 AND external_id IS NOT NULL",
    read: |row| row.string(0),
};

/// The apps that a person owns themselves.
pub(crate) const OWN_APPS: Query<ClientRowId> = Query {
    sql: "SELECT no FROM clients WHERE owner = $1 AND organization IS NULL AND live_of IS NULL AND deleted_at IS NULL \
          ORDER BY no",
    read: |row| row.client(0),
};

/// Those that an app of the test side is tried with, as far as they are on: so many at most.
pub(crate) const OF_TEST_APP: Query<Person> =
    people!("p.test_app = $1 AND p.disabled_at IS NULL ORDER BY p.subject LIMIT $2");

/// How much hangs on the account `$1`, of sessions what is alive at `$2`.
pub(crate) const COUNTS: Query<AccountCounts> = Query {
    sql: "SELECT (SELECT COUNT(*) FROM sessions WHERE subject = $1 AND expires_at > $2), \
          (SELECT COUNT(*) FROM consents k JOIN clients c ON c.no = k.client \
          WHERE k.subject = $1 AND k.ended_as IS NULL AND c.deleted_at IS NULL), \
          (SELECT COUNT(*) FROM clients WHERE owner = $1 AND organization IS NULL AND live_of IS NULL AND deleted_at IS NULL), \
          (SELECT COUNT(*) FROM members WHERE subject = $1)",
    read: |row| {
        Ok(AccountCounts {
            sessions: row.number(0)?,
            connections: row.number(1)?,
            apps: row.number(2)?,
            organizations: row.number(3)?,
        })
    },
};

/// Everyone whose standing is not good.
pub(crate) const NOT_GOOD: Query<(Subject, AccountStatus)> = Query {
    sql: concat!(
        "SELECT ",
        person_columns!(),
        " FROM people p WHERE p.disabled_at IS NOT NULL OR p.cutoff > 0"
    ),
    read: |row| {
        let person = person(row, 0)?;
        Ok((person.subject, AccountStatus::from(&person)))
    },
};

/// The count of one key.
pub(crate) const ATTEMPTS: Query<Attempts> = Query {
    sql: "SELECT count, since FROM attempts WHERE key = $1",
    read: counted,
};

/// How many accounts of people are older.
pub(crate) const OLDER_THAN: Query<u64> = Query {
    sql: "SELECT COUNT(*) FROM people WHERE created_at < $1 AND deleted_at IS NULL AND test_app IS NULL",
    read: |row| Ok(u64::try_from(row.number(0)?).unwrap_or(0)),
};

/// What was counted of something that is limited by the day.
pub(crate) const DAILY: Query<Attempts> = Query {
    sql: "SELECT count, since FROM daily_counts WHERE key = $1",
    read: counted,
};

fn counted(row: &dyn Row) -> Read<Attempts> {
    Ok(Attempts {
        count: u32::try_from(row.number(0)?).unwrap_or(u32::MAX),
        since: row.time(1)?,
    })
}
