//! Revocations: all that wait are one short transaction. Guards come first, each row locked in order of its id, then
//! the lines of the feed. None is lost: whoever finds the guard taken has what it wanted.
//!
//! So a try whose commit was not answered is simply made again. It writes nothing twice: the line of the audit trail
//! has the same id at every try, or goes with the guard, as that of the feed does.
use super::apply::FED;
use super::batch::ids;
use super::conn::{BEGIN, Conn};
use super::fault::Fault;
use super::feed::{self, NewLine};
use super::rows::{Read, get};
use super::value::values_of;
use super::writer::{Effect, Settle};
use protocol::Transition;
use protocol::types::{ClientNo, Locator, UnixTime};
use std::collections::HashMap;

/// Settles all, or none; what memory must learn. Nothing else may run on the connection meanwhile.
pub(super) async fn revoke(conn: &Conn, jobs: &[Settle]) -> Read<Vec<Effect>> {
    conn.command(BEGIN).await?;
    match revoke_all(conn, jobs).await {
        Ok(effects) => conn.command("COMMIT").await.map(|()| effects),
        Err(fault @ Fault::Lost(_)) => Err(fault),
        Err(fault) => {
            conn.command("ROLLBACK").await?;
            Err(fault)
        }
    }
}

async fn revoke_all(conn: &Conn, jobs: &[Settle]) -> Read<Vec<Effect>> {
    let (mut effects, mut lines) = (Vec::new(), Vec::new());
    revoke_grants(conn, jobs, &mut effects, &mut lines).await?;
    delete_tokens(conn, jobs, &mut effects, &mut lines).await?;
    // Last, so that other nodes wait for little more than the commit.
    feed::tell(conn, lines).await?;
    Ok(effects)
}

/// Revokes those grants that are alive. A revocation is remembered until the grant's own end, which no token outlives.
/// Memory learns of all of them, whoever revoked them: it may have been an earlier try, or another node just now.
async fn revoke_grants(
    conn: &Conn,
    jobs: &[Settle],
    effects: &mut Vec<Effect>,
    lines: &mut Vec<NewLine>,
) -> Read<()> {
    let mut until_of = HashMap::new();
    let (mut id, mut at, mut line) = (Vec::new(), Vec::new(), Vec::new());
    let (mut event, mut client) = (Vec::new(), Vec::new());
    for job in jobs {
        // Of those who revoke the same grant at once, the first does.
        if let Some((grant, until, app, cause)) = grant_of(job)
            && until_of.insert(grant.0, until).is_none()
        {
            id.push(grant.0);
            at.push(job.now.0);
            line.push(job.receipt.0);
            event.push(cause);
            client.push(app.0);
        }
    }
    if id.is_empty() {
        return Ok(());
    }
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::int8[]) \
               AS t (id, at, line, event, client)), \
               alive AS (SELECT id FROM grants WHERE id = ANY($1) AND revoked_at IS NULL ORDER BY id FOR UPDATE), \
               guard AS (UPDATE grants SET revoked_at = asked.at FROM asked, alive \
               WHERE grants.id = alive.id AND asked.id = alive.id RETURNING grants.id), \
               audited AS (INSERT INTO audit (id, at, event, client, subject, grant_id) \
               SELECT line, at, event, client, NULL, id FROM asked WHERE id IN (SELECT id FROM guard)) \
               SELECT id, expires_at, id IN (SELECT id FROM guard) FROM grants WHERE id = ANY($1) ORDER BY id";
    let rows = conn
        .query(sql, values_of![id, at, line, event, client])
        .await?;
    for row in &rows {
        let (grant, end, won): (i64, _, bool) =
            (get(row, 0)?, UnixTime(get(row, 1)?), get(row, 2)?);
        let until = until_of.get(&grant).map_or(end, |until| end.max(*until));
        effects.push(Effect::Grant(Locator(grant), until));
        if won {
            lines.push(("grant", grant, until));
        }
    }
    Ok(())
}

fn grant_of(job: &Settle) -> Option<(Locator, UnixTime, ClientNo, &'static str)> {
    match &job.transition {
        Transition::RevokeGrant {
            grant,
            until,
            client,
            cause,
        } => Some((*grant, *until, *client, cause.event())),
        _ => None,
    }
}

/// Deletes the tokens that are still there.
async fn delete_tokens(
    conn: &Conn,
    jobs: &[Settle],
    effects: &mut Vec<Effect>,
    lines: &mut Vec<NewLine>,
) -> Read<()> {
    let mut until_of = HashMap::new();
    let (mut id, mut at, mut line) = (Vec::new(), Vec::new(), Vec::new());
    let mut client = Vec::new();
    for job in jobs {
        if let Transition::RevokeAccessToken { token, client: app } = &job.transition {
            until_of.insert(token.0, job.now.plus(FED));
            id.push(token.0);
            at.push(job.now.0);
            line.push(job.receipt.0);
            client.push(app.0);
        }
    }
    if id.is_empty() {
        return Ok(());
    }
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::int8[], $4::int8[]) \
               AS t (id, at, line, client)), \
               alive AS (SELECT id FROM access_tokens WHERE id = ANY($1) ORDER BY id FOR UPDATE), \
               guard AS (DELETE FROM access_tokens WHERE id IN (SELECT id FROM alive) RETURNING id), \
               audited AS (INSERT INTO audit (id, at, event, client, subject, grant_id) \
               SELECT line, at, 'token.revoked', client, NULL, NULL FROM asked ON CONFLICT DO NOTHING) \
               SELECT id FROM guard";
    let mut gone: Vec<_> = ids(conn, sql, values_of![id, at, line, client])
        .await?
        .into_iter()
        .collect();
    gone.sort_unstable();
    effects.push(Effect::Token);
    let until = |token: &i64| until_of.get(token).copied();
    lines.extend(
        gone.iter()
            .filter_map(|token| Some(("token", *token, until(token)?))),
    );
    Ok(())
}
