//! What many ask for at once: tokens issued, refresh tokens rotated, codes issued and redeemed, requests kept, devices
//! that poll, grants and tokens revoked. All of one kind that wait are one statement, and so one transaction and one
//! round trip: a guard that is lost writes nothing, and the rest is written for those whose guard was won. Revocations
//! alone are several statements: see [`super::revoke`].
use super::columns::{Access, Events, Grants, Refresh, happened, told};
use super::conn::Conn;
use super::row::Ran;
use super::value::{Values, each, values_of};
use super::writer::{Effect, Settle};
use super::{codes, devices, revoke};
use crate::changes::{Change, Hot};
use crate::facts::tokens::all_access_columns;
use crate::value::values;
use protocol::types::{AccessToken, Grant, Locator, RefreshToken, SealedReply};
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

impl Settle {
    /// What is asked for, if it is batched.
    pub(super) fn hot(&self) -> Option<Hot<'_>> {
        match Change::from(&self.transition) {
            Change::Hot(hot) => Some(hot),
            Change::Cold(_) => None,
        }
    }
}

impl Kind {
    /// How many there are.
    pub(super) const COUNT: usize = Kind::Revoke as usize + 1;

    pub(super) fn of(hot: Hot<'_>) -> Self {
        match hot {
            Hot::Issue(_) => Kind::Issue,
            Hot::Rotate { .. } => Kind::Rotate,
            Hot::Redeem { .. } => Kind::Redeem,
            Hot::Keep(_) => Kind::Keep,
            Hot::IssueCode { .. } => Kind::Code,
            Hot::Poll { .. } => Kind::Poll,
            Hot::RevokeGrant(_) | Hot::RevokeAccessToken(_) => Kind::Revoke,
        }
    }

    /// Settles all of `jobs`, which are of this kind, or none.
    pub(super) async fn settle(self, conn: &Conn, jobs: &[Settle]) -> Ran<Settled> {
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
pub(super) async fn was_settled(conn: &Conn, hot: Hot<'_>) -> Ran<bool> {
    let (sql, values) = match hot {
        Hot::Rotate {
            consumed,
            successor,
            ..
        } => (
            "SELECT 1 FROM used_refresh_tokens WHERE id = $1 AND successor = $2",
            values![consumed, successor.id],
        ),
        Hot::Issue(access) | Hot::Redeem { access, .. } => (
            "SELECT 1 FROM access_tokens WHERE id = $1 AND digest = $2",
            values![access.id, &access.digest],
        ),
        Hot::Keep(interaction) => (
            "SELECT 1 FROM interactions WHERE id = $1 AND digest = $2",
            values![interaction.id, &interaction.digest],
        ),
        Hot::IssueCode { code, .. } => (
            "SELECT 1 FROM codes WHERE id = $1 AND digest = $2",
            values![code.id, &code.digest],
        ),
        // Two who polled at once look alike; a revocation has no guard to lose.
        Hot::Poll { .. } | Hot::RevokeGrant(_) | Hot::RevokeAccessToken(_) => return Ok(false),
    };
    Ok(!conn.query(sql, &each(&values)).await?.is_empty())
}

async fn issue(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let mut access = Access::default();
    for job in jobs {
        if let Some(Hot::Issue(token)) = job.hot() {
            access.push(token);
        }
    }
    let sql = concat!(
        "INSERT INTO access_tokens (",
        all_access_columns!(),
        ") SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::int8[], \
         $8::int8[]) \
         ON CONFLICT DO NOTHING"
    );
    let Access {
        id,
        digest,
        grant,
        client,
        subject,
        scope,
        expires_at,
        organization,
    } = access;
    let values = values_of![
        id,
        digest,
        grant,
        client,
        subject,
        scope,
        expires_at,
        organization
    ];
    let inserted = conn.execute(sql, values).await?;
    // Fewer: an id was there already. Nobody else makes this node's ids, so an earlier try put it there; each is
    // looked at alone.
    Ok(vec![inserted == jobs.len() as u64; jobs.len()])
}

struct Rotation<'a> {
    consumed: Locator,
    successor: &'a RefreshToken,
    access: &'a AccessToken,
    reply: Option<&'a SealedReply>,
}

fn rotation(job: &Settle) -> Option<Rotation<'_>> {
    match job.hot() {
        Some(Hot::Rotate {
            consumed,
            successor,
            access,
            reply,
        }) => Some(Rotation {
            consumed,
            successor,
            access,
            reply,
        }),
        _ => None,
    }
}

async fn rotate(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let asked = |job| rotation(job).map(|rotation| (rotation, job));
    let mut sorted: Vec<(Rotation<'_>, &Settle)> = jobs.iter().filter_map(asked).collect();
    // Everyone takes guards in one order, so that batches wait for each other instead of locking each other out.
    sorted.sort_by_key(|(rotation, _)| rotation.consumed);
    let (mut access, mut refresh) = (Access::default(), Refresh::default());
    let (mut consumed, mut used_at, mut reply) = (Vec::new(), Vec::new(), Vec::new());
    for (rotation, job) in sorted {
        consumed.push(rotation.consumed.0);
        used_at.push(job.act.at.0);
        reply.push(rotation.reply.map(|reply| &reply.0[..]));
        refresh.push(Some(rotation.successor));
        access.push(rotation.access);
    }
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::int8[], $4::bytea[], $5::int8[], \
               $6::bytea[], $7::int8[], $8::bytea[], $9::int8[], $10::int8[], $11::int8[], $12::text[], $13::int8[], $14::int8[]) \
               AS t (consumed, used_at, id, digest, expires_at, reply, \
               access, access_digest, grant_id, client, subject, scope, access_expires_at, organization)), \
               guard AS (INSERT INTO used_refresh_tokens (id, successor, used_at) \
               SELECT consumed, id, used_at FROM asked ON CONFLICT DO NOTHING RETURNING successor), \
               won AS (SELECT * FROM asked WHERE id IN (SELECT successor FROM guard)), \
               refresh AS (INSERT INTO refresh_tokens (id, digest, grant_id, expires_at) \
               SELECT id, digest, grant_id, expires_at FROM won), \
               issued AS (INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at, organization) \
               SELECT access, access_digest, grant_id, client, subject, scope, access_expires_at, organization FROM won), \
               kept AS (INSERT INTO refresh_replies (id, sealed) SELECT id, reply FROM won WHERE reply IS NOT NULL) \
               SELECT successor FROM guard";
    let values = values_of![
        consumed,
        used_at,
        refresh.id,
        refresh.digest,
        refresh.expires_at,
        reply,
        access.id,
        access.digest,
        access.grant,
        access.client,
        access.subject,
        access.scope,
        access.expires_at,
        access.organization,
    ];
    let won = ids(conn, sql, values).await?;
    let is_won =
        |job: &Settle| rotation(job).is_some_and(|rotation| won.contains(&rotation.successor.id.0));
    Ok(jobs.iter().map(is_won).collect())
}

type Redemption<'a> = (&'a Grant, &'a AccessToken, Option<&'a RefreshToken>);

fn redemption(job: &Settle) -> Option<Redemption<'_>> {
    match job.hot() {
        Some(Hot::Redeem {
            grant,
            access,
            refresh,
        }) => Some((grant, access, refresh)),
        _ => None,
    }
}

async fn redeem(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let asked = |job| redemption(job).map(|redemption| (redemption, job));
    let mut sorted: Vec<(Redemption<'_>, &Settle)> = jobs.iter().filter_map(asked).collect();
    sorted.sort_by_key(|((grant, ..), _)| grant.id);
    // Of those who bring the same code at once, the first is asked for; whatever comes of it, the others lost.
    sorted.dedup_by_key(|((grant, ..), _)| grant.id);
    let asked: HashSet<i64> = sorted.iter().map(|((_, token, _), _)| token.id.0).collect();
    let (mut access, mut refresh) = (Access::default(), Refresh::default());
    let (mut grants, mut events) = (Grants::default(), Events::default());
    for ((grant, token, renewed_by), job) in sorted {
        grants.push(grant);
        access.push(token);
        refresh.push(renewed_by);
        events.push(grant.id, job);
    }
    let sql = concat!(
        "WITH ",
        happened!(),
        ", asked AS (SELECT * FROM UNNEST($11::int8[], $12::bytea[], $13::int8[], $14::int8[], $15::int8[], \
         $16::text[], $17::int8[], $18::int8[], $19::int8[], $20::int8[], $21::int8[], $22::bytea[], $23::int8[], \
         $24::int8[]) AS t (access, access_digest, grant_id, client, subject, scope, access_expires_at, \
         auth_time, started_at, ends_at, id, digest, expires_at, organization)), \
         guard AS (INSERT INTO grants (id, client, subject, scope, auth_time, started_at, expires_at, organization) \
         SELECT grant_id, client, subject, scope, auth_time, started_at, ends_at, organization FROM asked \
         ON CONFLICT DO NOTHING RETURNING id), \
         won AS (SELECT * FROM asked WHERE grant_id IN (SELECT id FROM guard)), \
         refresh AS (INSERT INTO refresh_tokens (id, digest, grant_id, expires_at) \
         SELECT id, digest, grant_id, expires_at FROM won WHERE id > 0), \
         issued AS (INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at, organization) \
         SELECT access, access_digest, grant_id, client, subject, scope, access_expires_at, organization FROM won), ",
        told!("(SELECT id FROM guard)"),
        " SELECT id FROM guard"
    );
    let values = events.and(values_of![
        access.id,
        access.digest,
        access.grant,
        access.client,
        access.subject,
        access.scope,
        access.expires_at,
        grants.auth_time,
        grants.started_at,
        grants.expires_at,
        refresh.id,
        refresh.digest,
        refresh.expires_at,
        access.organization,
    ]);
    let won = ids(conn, sql, &values).await?;
    let is_won = |job: &Settle| {
        redemption(job).is_some_and(|(grant, token, _)| {
            asked.contains(&token.id.0) && won.contains(&grant.id.0)
        })
    };
    Ok(jobs.iter().map(is_won).collect())
}

/// Runs a statement whose rows are ids.
pub(super) async fn ids(conn: &Conn, sql: &'static str, values: Values<'_>) -> Ran<HashSet<i64>> {
    let rows = conn.query(sql, values).await?;
    let id = |row| Ok(super::row::plain(row).number(0)?);
    rows.iter().map(id).collect()
}
