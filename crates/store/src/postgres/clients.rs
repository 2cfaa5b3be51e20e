//! Apps, read whole: each row holds the app, its publisher and its secrets.
use super::Postgres;
use super::fault::Fault;
use super::read::{is_text, many, one};
use super::rows::{Read, digest, get, locator, optional_time, scope, time};
use super::value::values_of;
use crate::StoreError;
use jose::Digest;
use protocol::types::{
    Client, ClientKind, ClientNo, ClientStatus, GrantType, RedirectUri, Side, StoredSecret,
    Subject, UnixTime,
};
use tokio_postgres::Row;

macro_rules! client_columns {
    () => {
        "SELECT c.no, c.id, c.name, c.homepage, c.description, c.owner, c.kind, c.redirect_uris, c.grants, \
         c.scopes, c.approved, c.resource_server, c.status, c.cutoff, c.reviewed_at, c.logo, c.created_at, \
         COALESCE(p.name, ''), c.test, c.documented, \
         ARRAY(SELECT s.digest FROM client_secrets s WHERE s.client = c.no ORDER BY s.created_at, s.digest), \
         ARRAY(SELECT s.created_at FROM client_secrets s WHERE s.client = c.no ORDER BY s.created_at, s.digest) \
         FROM clients c LEFT JOIN people p ON p.subject = c.owner WHERE c.deleted_at IS NULL"
    };
}

impl Postgres {
    pub(crate) async fn client(&self, id: &str) -> Result<Option<Client>, StoreError> {
        if !is_text(id) {
            return Ok(None);
        }
        let sql = concat!(client_columns!(), " AND c.id = $1");
        one(self.reader(), sql, values_of![id], client).await
    }

    pub(crate) async fn client_by_no(&self, no: ClientNo) -> Result<Option<Client>, StoreError> {
        let sql = concat!(client_columns!(), " AND c.no = $1");
        one(self.reader(), sql, values_of![no.0], client).await
    }

    pub(crate) async fn clients(
        &self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Client>, StoreError> {
        let sql = concat!(client_columns!(), " AND c.no > $1 ORDER BY c.no LIMIT $2");
        many(self.reader(), sql, values_of![after, limit as i64], client).await
    }
}

fn client(row: &Row) -> Read<Client> {
    Ok(Client {
        no: ClientNo(get(row, 0)?),
        id: get(row, 1)?,
        name: get(row, 2)?,
        homepage: get(row, 3)?,
        description: get(row, 4)?,
        owner: Subject(get(row, 5)?),
        publisher: get(row, 17)?,
        kind: kind(row, 6)?,
        secrets: secrets(row, 20)?,
        redirect_uris: get::<&str>(row, 7)?
            .lines()
            .map(RedirectUri::from_stored)
            .collect(),
        grants: grants(row, 8)?,
        scopes: match get::<Option<&str>>(row, 9)? {
            None => None,
            Some(_) => Some(scope(row, 9)?),
        },
        approved: scope(row, 10)?,
        resource_server: get(row, 11)?,
        status: ClientStatus::parse(get(row, 12)?).ok_or_else(|| Fault::corrupt(12, "a status"))?,
        cutoff: locator(row, 13)?,
        reviewed_at: optional_time(row, 14)?,
        logo: match get::<Option<&[u8]>>(row, 15)? {
            None => None,
            Some(_) => Some(digest(row, 15)?),
        },
        created_at: time(row, 16)?,
        side: match get(row, 18)? {
            true => Side::Test,
            false => Side::Live,
        },
        documented: get(row, 19)?,
    })
}

fn kind(row: &Row, column: usize) -> Read<ClientKind> {
    let text: &str = get(row, column)?;
    [ClientKind::Confidential, ClientKind::Public]
        .into_iter()
        .find(|kind| super::apply_client::kind(*kind) == text)
        .ok_or_else(|| Fault::corrupt(column, "a kind of app"))
}

fn grants(row: &Row, column: usize) -> Read<Vec<GrantType>> {
    let text: &str = get(row, column)?;
    let read = |name: &str| GrantType::parse(name).ok_or_else(|| Fault::corrupt(column, "a grant"));
    text.split_whitespace().map(read).collect()
}

fn secrets(row: &Row, at: usize) -> Read<Vec<StoredSecret>> {
    let digests: Vec<&[u8]> = get(row, at)?;
    let times: Vec<i64> = get(row, at + 1)?;
    let secret = |(bytes, created_at): (&[u8], i64)| {
        Ok(StoredSecret {
            digest: Digest::from_stored(bytes).ok_or_else(|| Fault::corrupt(at, "a digest"))?,
            created_at: UnixTime(created_at),
        })
    };
    digests.into_iter().zip(times).map(secret).collect()
}
