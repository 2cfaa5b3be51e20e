//! What many ask for at once: tokens issued, refresh tokens rotated, codes issued and redeemed, requests kept, devices
//! that poll, grants and tokens revoked. All of one kind that wait are one statement, and so one transaction and one
//! round trip: a guard that is lost writes nothing, and the rest is written for those whose guard was won. Revocations
//! alone are several statements: see [`super::revoke`].
use super::conn::Conn;
use super::rows::{Read, get};
use super::value::values_of;
use super::writer::{Effect, Settle};
use super::{codes, devices, revoke};
use protocol::Transition;
use protocol::types::{AccessToken, Grant, RefreshToken, SealedReply};
use std::collections::HashSet;

/// What is batched. All else runs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Issue,
    Rotate,
    Redeem,
    Keep,
    Code,
    Poll,
    Revoke,
}

/// What came of a batch.
pub(super) struct Settled {
    /// For each, whether its guard was won.
    pub(super) won: Vec<bool>,
    /// What memory must learn.
    pub(super) effects: Vec<Effect>,
}

impl From<Vec<bool>> for Settled {
    fn from(won: Vec<bool>) -> Self {
        let effects = Vec::new();
        Settled { won, effects }
    }
}

impl Kind {
    /// How many there are.
    pub(super) const COUNT: usize = Kind::Revoke as usize + 1;

    pub(super) fn of(transition: &Transition) -> Option<Self> {
        match transition {
            Transition::IssueAccessToken(_) => Some(Kind::Issue),
            Transition::RotateRefreshToken { .. } => Some(Kind::Rotate),
            Transition::RedeemCode { .. } => Some(Kind::Redeem),
            Transition::KeepInteraction(_) => Some(Kind::Keep),
            Transition::IssueCode { .. } => Some(Kind::Code),
            Transition::PollDevice { .. } => Some(Kind::Poll),
            Transition::RevokeGrant { .. } | Transition::RevokeAccessToken { .. } => {
                Some(Kind::Revoke)
            }
            _ => None,
        }
    }

    /// Settles all of `jobs`, which are of this kind, or none.
    pub(super) async fn settle(self, conn: &Conn, jobs: &[Settle]) -> Read<Settled> {
        Ok(match self {
            Kind::Issue => issue(conn, jobs).await?.into(),
            Kind::Rotate => rotate(conn, jobs).await?.into(),
            Kind::Redeem => redeem(conn, jobs).await?.into(),
            Kind::Keep => codes::keep(conn, jobs).await?.into(),
            Kind::Code => codes::issue(conn, jobs).await?.into(),
            Kind::Poll => devices::poll(conn, jobs).await?.into(),
            Kind::Revoke => Settled {
                effects: revoke::revoke(conn, jobs).await?,
                won: vec![true; jobs.len()],
            },
        })
    }
}

/// Whether a transition is there already, told by what only it can have written. Asked after its guard was lost and
/// the answer to an earlier try had not come back.
pub(super) async fn was_settled(conn: &Conn, transition: &Transition) -> Read<bool> {
    let (sql, id, digest) = match transition {
        Transition::RotateRefreshToken {
            consumed,
            successor,
            ..
        } => {
            let sql = "SELECT 1 FROM used_refresh_tokens WHERE id = $1 AND successor = $2";
            return Ok(!conn
                .query(sql, values_of![consumed.0, successor.id.0])
                .await?
                .is_empty());
        }
        Transition::IssueAccessToken(access) | Transition::RedeemCode { access, .. } => {
            let sql = "SELECT 1 FROM access_tokens WHERE id = $1 AND digest = $2";
            (sql, access.id, &access.digest)
        }
        Transition::KeepInteraction(interaction) => {
            let sql = "SELECT 1 FROM interactions WHERE id = $1 AND digest = $2";
            (sql, interaction.id, &interaction.digest)
        }
        Transition::IssueCode { code, .. } => {
            let sql = "SELECT 1 FROM codes WHERE id = $1 AND digest = $2";
            (sql, code.id, &code.digest)
        }
        _ => return Ok(false),
    };
    let values = values_of![id.0, &digest.as_bytes()[..]];
    Ok(!conn.query(sql, values).await?.is_empty())
}

/// Columns of access tokens.
#[derive(Default)]
struct Access<'a> {
    id: Vec<i64>,
    digest: Vec<&'a [u8]>,
    grant: Vec<i64>,
    client: Vec<i64>,
    subject: Vec<Option<i64>>,
    scope: Vec<String>,
    expires_at: Vec<i64>,
}

impl<'a> Access<'a> {
    fn push(&mut self, token: &'a AccessToken) {
        self.id.push(token.id.0);
        self.digest.push(token.digest.as_bytes());
        self.grant.push(token.grant.0);
        self.client.push(token.client.0);
        self.subject.push(token.subject.map(|subject| subject.0));
        self.scope.push(token.scope.to_string());
        self.expires_at.push(token.expires_at.0);
    }
}

async fn issue(conn: &Conn, jobs: &[Settle]) -> Read<Vec<bool>> {
    let mut access = Access::default();
    for job in jobs {
        if let Transition::IssueAccessToken(token) = &job.transition {
            access.push(token);
        }
    }
    let sql = "INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
               SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::int8[]) \
               ON CONFLICT DO NOTHING";
    let Access {
        id,
        digest,
        grant,
        client,
        subject,
        scope,
        expires_at,
    } = access;
    let values = values_of![id, digest, grant, client, subject, scope, expires_at];
    let inserted = conn.execute(sql, values).await?;
    // Fewer: an id was there already. Nobody else makes this node's ids, so an earlier try put it there; each is
    // looked at alone.
    Ok(vec![inserted == jobs.len() as u64; jobs.len()])
}

async fn rotate(conn: &Conn, jobs: &[Settle]) -> Read<Vec<bool>> {
    let mut sorted: Vec<_> = jobs.iter().filter_map(rotation).collect();
    // Everyone takes guards in one order, so that batches wait for each other instead of locking each other out.
    sorted.sort_by_key(|rotation| rotation.0);
    let mut access = Access::default();
    let (mut consumed, mut used_at) = (Vec::new(), Vec::new());
    let (mut id, mut digest, mut expires_at) = (Vec::new(), Vec::new(), Vec::new());
    let mut reply = Vec::new();
    for (used, successor, token, sealed, now) in sorted {
        consumed.push(used);
        used_at.push(now);
        id.push(successor.id.0);
        digest.push(&successor.digest.as_bytes()[..]);
        expires_at.push(successor.expires_at.0);
        reply.push(sealed.map(|reply| &reply.0[..]));
        access.push(token);
    }
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::int8[], $4::bytea[], $5::int8[], \
               $6::bytea[], $7::int8[], $8::bytea[], $9::int8[], $10::int8[], $11::int8[], $12::text[], $13::int8[]) \
               AS t (consumed, used_at, id, digest, expires_at, reply, \
               access, access_digest, grant_id, client, subject, scope, access_expires_at)), \
               guard AS (INSERT INTO used_refresh_tokens (id, successor, used_at) \
               SELECT consumed, id, used_at FROM asked ON CONFLICT DO NOTHING RETURNING successor), \
               won AS (SELECT * FROM asked WHERE id IN (SELECT successor FROM guard)), \
               refresh AS (INSERT INTO refresh_tokens (id, digest, grant_id, expires_at) \
               SELECT id, digest, grant_id, expires_at FROM won), \
               issued AS (INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
               SELECT access, access_digest, grant_id, client, subject, scope, access_expires_at FROM won), \
               kept AS (INSERT INTO refresh_replies (id, sealed) SELECT id, reply FROM won WHERE reply IS NOT NULL) \
               SELECT successor FROM guard";
    let values = values_of![
        consumed,
        used_at,
        id,
        digest,
        expires_at,
        reply,
        access.id,
        access.digest,
        access.grant,
        access.client,
        access.subject,
        access.scope,
        access.expires_at,
    ];
    let won = ids(conn, sql, values).await?;
    let is_won =
        |job: &Settle| rotation(job).is_some_and(|rotation| won.contains(&rotation.1.id.0));
    Ok(jobs.iter().map(is_won).collect())
}

type Rotation<'a> = (
    i64,
    &'a RefreshToken,
    &'a AccessToken,
    Option<&'a SealedReply>,
    i64,
);

fn rotation(job: &Settle) -> Option<Rotation<'_>> {
    match &job.transition {
        Transition::RotateRefreshToken {
            consumed,
            successor,
            access,
            reply,
            ..
        } => Some((consumed.0, successor, access, reply.as_ref(), job.now.0)),
        _ => None,
    }
}

/// The digest of a refresh token that is not issued. No digest is empty.
const NONE: &[u8] = &[];

async fn redeem(conn: &Conn, jobs: &[Settle]) -> Read<Vec<bool>> {
    let mut sorted: Vec<_> = jobs.iter().filter_map(redemption).collect();
    sorted.sort_by_key(|(grant, ..)| grant.id);
    // Of those who bring the same code at once, the first is asked for; whatever comes of it, the others lost.
    sorted.dedup_by_key(|(grant, ..)| grant.id);
    let asked: HashSet<i64> = sorted.iter().map(|(_, token, ..)| token.id.0).collect();
    let mut access = Access::default();
    let (mut auth_time, mut started_at, mut ends_at) = (Vec::new(), Vec::new(), Vec::new());
    let (mut id, mut digest, mut expires_at) = (Vec::new(), Vec::new(), Vec::new());
    let (mut line, mut at) = (Vec::new(), Vec::new());
    for (grant, token, refresh, job) in sorted {
        auth_time.push(grant.auth_time.0);
        started_at.push(grant.started_at.0);
        ends_at.push(grant.expires_at.0);
        id.push(refresh.map_or(0, |token| token.id.0));
        digest.push(refresh.map_or(NONE, |token| token.digest.as_bytes()));
        expires_at.push(refresh.map_or(0, |token| token.expires_at.0));
        line.push(job.receipt.0);
        at.push(job.now.0);
        access.push(token);
    }
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::int8[], \
               $6::text[], $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::int8[], $12::bytea[], $13::int8[], \
               $14::int8[], $15::int8[]) \
               AS t (access, access_digest, grant_id, client, subject, scope, access_expires_at, \
               auth_time, started_at, ends_at, id, digest, expires_at, line, at)), \
               guard AS (INSERT INTO grants (id, client, subject, scope, auth_time, started_at, expires_at, revoked_at) \
               SELECT grant_id, client, subject, scope, auth_time, started_at, ends_at, NULL FROM asked \
               ON CONFLICT DO NOTHING RETURNING id), \
               won AS (SELECT * FROM asked WHERE grant_id IN (SELECT id FROM guard)), \
               refresh AS (INSERT INTO refresh_tokens (id, digest, grant_id, expires_at) \
               SELECT id, digest, grant_id, expires_at FROM won WHERE id > 0), \
               issued AS (INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
               SELECT access, access_digest, grant_id, client, subject, scope, access_expires_at FROM won), \
               audited AS (INSERT INTO audit (id, at, event, client, subject, grant_id) \
               SELECT line, at, 'grant.started', client, subject, grant_id FROM won) \
               SELECT id FROM guard";
    let values = values_of![
        access.id,
        access.digest,
        access.grant,
        access.client,
        access.subject,
        access.scope,
        access.expires_at,
        auth_time,
        started_at,
        ends_at,
        id,
        digest,
        expires_at,
        line,
        at,
    ];
    let won = ids(conn, sql, values).await?;
    let is_won = |job: &Settle| {
        redemption(job).is_some_and(|(grant, token, ..)| {
            asked.contains(&token.id.0) && won.contains(&grant.id.0)
        })
    };
    Ok(jobs.iter().map(is_won).collect())
}

type Redemption<'a> = (
    &'a Grant,
    &'a AccessToken,
    Option<&'a RefreshToken>,
    &'a Settle,
);

fn redemption(job: &Settle) -> Option<Redemption<'_>> {
    match &job.transition {
        Transition::RedeemCode {
            grant,
            access,
            refresh,
        } => Some((grant, access, refresh.as_ref(), job)),
        _ => None,
    }
}

/// Runs a statement whose rows are ids.
pub(super) async fn ids(
    conn: &Conn,
    sql: &'static str,
    values: super::value::Values<'_>,
) -> Read<HashSet<i64>> {
    conn.query(sql, values)
        .await?
        .iter()
        .map(|row| get(row, 0))
        .collect()
}
