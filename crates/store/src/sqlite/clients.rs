//! Apps, read whole.
use super::rows::{corrupt, digest, locator, optional_time, scope, time};
use super::statements::{Statements, sql};
use protocol::types::{
    Client, ClientKind, ClientNo, ClientStatus, GrantType, RedirectUri, Side, StoredSecret, Subject,
};
use rusqlite::{Params, Result, Row, params};

const CLIENT: &str = "c.no, c.id, c.name, c.homepage, c.description, c.owner, c.kind, c.redirect_uris, c.grants, \
     c.scopes, c.approved, c.resource_server, c.status, c.cutoff, c.reviewed_at, c.logo, c.created_at, \
     COALESCE(p.name, ''), c.test, c.documented FROM clients c LEFT JOIN people p ON p.subject = c.owner WHERE c.deleted_at IS NULL";

pub(crate) fn by_id(db: &Statements<'_>, id: &str) -> Result<Option<Client>> {
    one(db, sql!["SELECT ", CLIENT, " AND c.id = ?1"], [id])
}

pub(crate) fn by_no(db: &Statements<'_>, no: ClientNo) -> Result<Option<Client>> {
    one(db, sql!["SELECT ", CLIENT, " AND c.no = ?1"], [no.0])
}

pub(crate) fn page(db: &Statements<'_>, after: i64, limit: usize) -> Result<Vec<Client>> {
    let sql = sql!["SELECT ", CLIENT, " AND c.no > ?1 ORDER BY c.no LIMIT ?2"];
    let clients = db.many(sql, params![after, limit as i64], client)?;
    clients
        .into_iter()
        .map(|client| with_secrets(db, client))
        .collect()
}

fn one(db: &Statements<'_>, sql: &'static str, values: impl Params) -> Result<Option<Client>> {
    let found = db.one(sql, values, client)?;
    found.map(|client| with_secrets(db, client)).transpose()
}

fn with_secrets(db: &Statements<'_>, mut client: Client) -> Result<Client> {
    let sql = "SELECT digest, created_at FROM client_secrets WHERE client = ?1 ORDER BY created_at";
    let secret = |row: &Row<'_>| {
        Ok(StoredSecret {
            digest: digest(row, 0)?,
            created_at: time(row, 1)?,
        })
    };
    client.secrets = db.many(sql, [client.no.0], secret)?;
    Ok(client)
}

fn client(row: &Row<'_>) -> Result<Client> {
    Ok(Client {
        no: ClientNo(row.get(0)?),
        id: row.get(1)?,
        name: row.get(2)?,
        homepage: row.get(3)?,
        description: row.get(4)?,
        owner: Subject(row.get(5)?),
        publisher: row.get(17)?,
        kind: kind(row, 6)?,
        secrets: Vec::new(),
        redirect_uris: redirect_uris(row, 7)?,
        grants: grants(row, 8)?,
        scopes: match row.get_ref(9)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(scope(row, 9)?),
        },
        approved: scope(row, 10)?,
        resource_server: row.get(11)?,
        status: status(row, 12)?,
        cutoff: locator(row, 13)?,
        reviewed_at: optional_time(row, 14)?,
        logo: match row.get_ref(15)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(digest(row, 15)?),
        },
        created_at: time(row, 16)?,
        side: match row.get(18)? {
            true => Side::Test,
            false => Side::Live,
        },
        documented: row.get(19)?,
    })
}

fn kind(row: &Row<'_>, column: usize) -> Result<ClientKind> {
    let text = row.get_ref(column)?.as_str()?;
    [ClientKind::Confidential, ClientKind::Public]
        .into_iter()
        .find(|kind| super::apply_client::kind(*kind) == text)
        .ok_or_else(|| corrupt(column, "a kind of app"))
}

fn status(row: &Row<'_>, column: usize) -> Result<ClientStatus> {
    let text = row.get_ref(column)?.as_str()?;
    ClientStatus::parse(text).ok_or_else(|| corrupt(column, "a status"))
}

fn redirect_uris(row: &Row<'_>, column: usize) -> Result<Vec<RedirectUri>> {
    let text = row.get_ref(column)?.as_str()?;
    Ok(text.lines().map(RedirectUri::from_stored).collect())
}

fn grants(row: &Row<'_>, column: usize) -> Result<Vec<GrantType>> {
    let text = row.get_ref(column)?.as_str()?;
    let read = |name: &str| GrantType::parse(name).ok_or_else(|| corrupt(column, "a grant"));
    text.split_whitespace().map(read).collect()
}
