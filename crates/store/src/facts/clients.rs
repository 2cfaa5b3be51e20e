//! Apps. Their secrets are rows of their own.
use crate::row::{Query, Read, Row, corrupt};
use jose::Algorithm;
use protocol::transition::Logo;
use protocol::types::{
    AppLinks, Asks, Client, ClientKeys, ClientKind, ClientRowId, ClientStatus, GrantType,
    Introduction, KeySource, Locator, Reasons, RedirectUri, RegisteredKeys, RelyingParty, Side,
    StoredSecret, UnixTime,
};

/// Apps that are there (`IS NULL`), or that were deleted.
macro_rules! clients {
    ($deleted:literal, $rest:literal) => {
        concat!(
            "SELECT c.no, c.version, c.id, c.name, c.homepage, c.description, c.owner, c.kind, c.redirect_uris, \
             c.grants, c.scopes, c.approved, c.resource_server, c.status, c.cutoff, c.reviewed_at, c.logo, \
             c.created_at, COALESCE(o.name, p.name, ''), c.test, c.documented, c.privacy_policy, c.terms, c.support, c.contact, \
             c.deleted_at, c.organization, c.optional_scopes, c.scope_reasons, c.live_of, c.relying_party, \
             c.jwks, c.jwks_uri, c.assertion_algorithms, c.keys_end_at, c.dpop_bound, c.introduction FROM clients c \
             LEFT JOIN people p ON p.subject = c.owner LEFT JOIN organizations o ON o.id = c.organization \
             WHERE c.deleted_at ",
            $deleted,
            " AND ",
            $rest
        )
    };
}

const fn there(sql: &'static str) -> Query<Client> {
    Query { sql, read: client }
}

/// With the time at which it was deleted.
const fn deleted(sql: &'static str) -> Query<(Client, UnixTime)> {
    Query {
        sql,
        read: |row| Ok((client(row)?, row.time(25)?)),
    }
}

pub(crate) const BY_ID: Query<Client> = there(clients!("IS NULL", "c.id = $1"));
pub(crate) const BY_NO: Query<Client> = there(clients!("IS NULL", "c.no = $1"));
/// A page: after a number, so many at most.
pub(crate) const PAGE: Query<Client> =
    there(clients!("IS NULL", "c.no > $1 ORDER BY c.no LIMIT $2"));
/// Those that a person runs, newest first: below a number, so many at most.
pub(crate) const OF_PERSON: Query<Client> = there(clients!(
    "IS NULL",
    "c.owner = $1 AND c.organization IS NULL AND c.live_of IS NULL AND c.no < $2 ORDER BY c.no DESC LIMIT $3"
));
/// The same of an organization.
pub(crate) const OF_ORGANIZATION: Query<Client> = there(clients!(
    "IS NULL",
    "c.organization = $1 AND c.live_of IS NULL AND c.no < $2 ORDER BY c.no DESC LIMIT $3"
));
/// Those of a person that are called so, or that have this id; as [`OF_PERSON`].
pub(crate) const FOUND_OF_PERSON: Query<Client> = there(clients!(
    "IS NULL",
    "c.owner = $1 AND c.organization IS NULL AND c.no < $2 AND (c.skeleton LIKE $4 ESCAPE '!' OR c.id = $5) \
     ORDER BY c.no DESC LIMIT $3"
));
/// The same of an organization.
pub(crate) const FOUND_OF_ORGANIZATION: Query<Client> = there(clients!(
    "IS NULL",
    "c.organization = $1 AND c.no < $2 AND (c.skeleton LIKE $4 ESCAPE '!' OR c.id = $5) ORDER BY c.no DESC LIMIT $3"
));
/// One that was deleted after a time.
pub(crate) const DELETED: Query<(Client, UnixTime)> = deleted(clients!("> $2", "c.id = $1"));
/// The test side of an app.
pub(crate) const TEST_SIDE: Query<Client> = there(clients!("IS NULL", "c.live_of = $1"));
/// The same, if it was deleted after a time.
pub(crate) const DELETED_TEST_SIDE: Query<(Client, UnixTime)> =
    deleted(clients!("> $2", "c.live_of = $1"));
/// The number of the test side of an app, also of one that was deleted.
pub(crate) const TEST_SIDE_NO: Query<ClientRowId> = Query {
    sql: "SELECT no FROM clients WHERE live_of = $1",
    read: |row| row.client(0),
};
/// Those of a person that were deleted after a time, the last one first, below one of them: so many at most.
pub(crate) const DELETED_OF_PERSON: Query<(Client, UnixTime)> = deleted(clients!(
    "> $2",
    "c.owner = $1 AND c.organization IS NULL AND c.live_of IS NULL \
     AND (c.deleted_at < $4 OR c.deleted_at = $4 AND c.no < $5) ORDER BY c.deleted_at DESC, c.no DESC LIMIT $3"
));
/// The same of an organization.
pub(crate) const DELETED_OF_ORGANIZATION: Query<(Client, UnixTime)> = deleted(clients!(
    "> $2",
    "c.organization = $1 AND c.live_of IS NULL \
     AND (c.deleted_at < $4 OR c.deleted_at = $4 AND c.no < $5) ORDER BY c.deleted_at DESC, c.no DESC LIMIT $3"
));

/// The secrets of the apps from one number to another.
pub(crate) const SECRETS: Query<(ClientRowId, StoredSecret)> = Query {
    sql: "SELECT client, id, digest, name, created_at, expires_at FROM client_secrets WHERE client >= $1 AND client <= $2 \
          ORDER BY client, created_at, digest",
    read: |row| {
        let secret = StoredSecret {
            id: row.locator(1)?,
            digest: row.digest(2)?,
            name: row.string(3)?,
            created_at: row.time(4)?,
            expires_at: row.optional_time(5)?,
        };
        Ok((row.client(0)?, secret))
    },
};

/// Secrets that end between two moments and whose developers were not told, with their apps: the next ones.
pub(crate) const SECRETS_ENDING: Query<(ClientRowId, Locator)> = Query {
    sql: "SELECT s.client, s.id FROM client_secrets s JOIN clients c ON c.no = s.client \
          WHERE s.expires_at > $1 AND s.expires_at <= $2 AND s.warned_at IS NULL AND c.deleted_at IS NULL \
          ORDER BY s.expires_at, s.id LIMIT 100",
    read: |row| Ok((row.client(0)?, row.locator(1)?)),
};

/// When each secret of an app was used last, and from which network.
pub(crate) const SECRETS_USED: Query<(Locator, UnixTime, String)> = Query {
    sql: "SELECT id, last_used_at, last_used_from FROM client_secrets WHERE client = $1 AND last_used_at IS NOT NULL",
    read: |row| Ok((row.locator(0)?, row.time(1)?, row.string(2)?)),
};

/// When an app was used last.
pub(crate) const USED: Query<UnixTime> = Query {
    sql: "SELECT last_used_at FROM clients WHERE no = $1 AND last_used_at IS NOT NULL",
    read: |row| row.time(0),
};

/// When an app was used last, and how many people it is connected with, counted up to a bound.
pub(crate) type AtWork = (ClientRowId, Option<UnixTime>, i64);

macro_rules! at_work {
    ($whose:literal) => {
        Query {
            sql: concat!(
                "SELECT c.no, c.last_used_at, (SELECT COUNT(*) FROM (SELECT DISTINCT k.subject FROM consents k \
                 WHERE k.client = c.no AND k.ended_as IS NULL LIMIT $4) counted) FROM clients c WHERE ",
                $whose,
                " = $1 AND c.no >= $2 AND c.no <= $3"
            ),
            read: |row| Ok((row.client(0)?, row.optional_time(1)?, row.number(2)?)),
        }
    };
}

/// Of those of a person from one number to another.
pub(crate) const AT_WORK_OF_PERSON: Query<AtWork> = at_work!("c.owner");
/// The same of an organization.
pub(crate) const AT_WORK_OF_ORGANIZATION: Query<AtWork> = at_work!("c.organization");

/// When each app that a person let in was handed over last, of those that ever were.
pub(crate) const HANDED_OVER: Query<(ClientRowId, UnixTime)> = Query {
    sql: "SELECT no, transferred_at FROM clients WHERE transferred_at IS NOT NULL \
          AND no IN (SELECT client FROM consents WHERE subject = $1)",
    read: |row| Ok((row.client(0)?, row.time(1)?)),
};

/// How many apps a person runs, those among them that were deleted after a time. A test side goes with its app.
pub(crate) const COUNT_OF_PERSON: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM clients WHERE owner = $1 AND organization IS NULL AND live_of IS NULL \
          AND (deleted_at IS NULL OR deleted_at > $2)",
    read: |row| row.number(0),
};
/// The same of an organization.
pub(crate) const COUNT_OF_ORGANIZATION: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM clients WHERE organization = $1 AND live_of IS NULL \
          AND (deleted_at IS NULL OR deleted_at > $2)",
    read: |row| row.number(0),
};

/// The logo of an app.
pub(crate) const LOGO: Query<Logo> = Query {
    sql: "SELECT media_type, bytes FROM client_logos WHERE client = $1",
    read: |row| logo(row),
};

pub(super) fn logo(row: &dyn Row) -> Read<Logo> {
    let media_type = match row.text(0)? {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        "image/webp" => "image/webp",
        _ => return Err(corrupt(0, "a picture")),
    };
    let bytes = row.optional_bytes(1)?.unwrap_or_default().to_vec();
    Ok(Logo { media_type, bytes })
}

fn client(row: &dyn Row) -> Read<Client> {
    Ok(Client {
        no: row.client(0)?,
        version: row.number(1)?,
        id: row.string(2)?,
        name: row.string(3)?,
        homepage: row.string(4)?,
        description: row.string(5)?,
        links: AppLinks {
            privacy_policy: row.string(21)?,
            terms: row.string(22)?,
            support: row.string(23)?,
            contact: row.string(24)?,
        },
        owner: row.subject(6)?,
        organization: row.optional_locator(26)?,
        team: Vec::new(),
        publisher: row.string(18)?,
        kind: kind(row.text(7)?).ok_or(corrupt(7, "a kind of app"))?,
        secrets: Vec::new(),
        redirect_uris: row.text(8)?.lines().map(RedirectUri::from_stored).collect(),
        grants: grants(row.text(9)?).ok_or(corrupt(9, "a list of grants"))?,
        scopes: row.optional_scope(10)?,
        asks: Asks {
            optional: row.scope(27)?,
            reasons: Reasons::from_stored(row.text(28)?),
        },
        approved: row.scope(11)?,
        resource_server: row.flag(12)?,
        status: ClientStatus::parse(row.text(13)?).ok_or(corrupt(13, "a status"))?,
        not_before: row.locator(14)?,
        reviewed_at: row.optional_time(15)?,
        logo: row.optional_digest(16)?,
        created_at: row.time(17)?,
        side: match row.flag(19)? {
            true => Side::Test,
            false => Side::Live,
        },
        documented: row.flag(20)?,
        openid: RelyingParty::from_stored(row.text(30)?),
        live_of: row.optional_client(29)?,
        keys: keys(row)?,
        dpop_bound: row.flag(35)?,
        introduction: Introduction::from_stored(row.text(36)?),
    })
}

fn keys(row: &dyn Row) -> Read<Option<Box<ClientKeys>>> {
    let source = match (row.optional_text(31)?, row.optional_text(32)?) {
        (Some(set), _) => KeySource::Set(RegisteredKeys::from_stored(set)),
        (None, Some(uri)) => KeySource::Uri(uri.to_owned()),
        (None, None) => return Ok(None),
    };
    let named = row.text(33)?.split_whitespace().map(Algorithm::named);
    let algorithms: Option<Vec<Algorithm>> = named.collect();
    let algorithms = algorithms.ok_or(corrupt(33, "a list of algorithms"))?;
    Ok(Some(Box::new(ClientKeys {
        source,
        algorithms,
        ends_at: row.optional_time(34)?,
    })))
}

/// How keys are stored: a set, or else where it is, and the algorithms separated by spaces.
pub(crate) fn stored_keys(client: &Client) -> (Option<&str>, Option<&str>, String) {
    let Some(keys) = &client.keys else {
        return (None, None, String::new());
    };
    let names: Vec<&str> = keys.algorithms.iter().map(|own| own.name()).collect();
    (
        keys.set().map(RegisteredKeys::text),
        keys.uri(),
        names.join(" "),
    )
}

fn kind(text: &str) -> Option<ClientKind> {
    [ClientKind::Confidential, ClientKind::Public]
        .into_iter()
        .find(|kind| kind_name(*kind) == text)
}

/// How a client's kind is stored.
pub(crate) fn kind_name(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Confidential => "confidential",
        ClientKind::Public => "public",
    }
}

fn grants(text: &str) -> Option<Vec<GrantType>> {
    text.split_whitespace().map(GrantType::parse).collect()
}
