//! Revocations: all that wait are one short transaction. Guards come first, each row locked in order of its id, then
//! the lines of the feed. None is lost: whoever finds the guard taken has what it wanted.
//!
//! So a try whose commit was not answered is simply made again. It writes nothing twice: an event goes with the
//! guard, as the line of the feed does.
use super::batch::ids;
use super::columns::{Events, happened, told};
use super::conn::{BEGIN, Conn};
use super::fault::Fault;
use super::feed::{NewLine, tell};
use super::row::{Ran, plain};
use super::value::values_of;
use super::writer::{Effect, Settle};
use crate::changes::Hot;
use crate::facts::feed::About;
use crate::feed::{self, FED};
use protocol::types::{Locator, UnixTime};
use std::collections::HashMap;

/// Settles all, or none; what memory must learn. Nothing else may run on the connection meanwhile.
pub(super) async fn revoke(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<Effect>> {
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

async fn revoke_all(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<Effect>> {
    let (mut grants, mut tokens) = (Asked::default(), Asked::default());
    for job in jobs {
        match job.hot() {
            Some(Hot::RevokeGrant(grant)) => grants.push(grant, job),
            Some(Hot::RevokeAccessToken(token)) => tokens.push(token, job),
            // Those are in batches of other kinds, or run alone.
            Some(
                Hot::Keep(_)
                | Hot::IssueCode { .. }
                | Hot::Redeem { .. }
                | Hot::Rotate { .. }
                | Hot::Issue(_)
                | Hot::Poll { .. },
            )
            | None => {}
        }
    }
    let (mut effects, mut lines) = (Vec::new(), Vec::new());
    revoke_grants(conn, grants, &mut effects, &mut lines).await?;
    delete_tokens(conn, tokens, &mut effects, &mut lines).await?;
    // Last, so that other nodes wait for little more than the commit.
    tell(conn, lines).await?;
    Ok(effects)
}

/// What is to be revoked: of those who ask for the same at once, the first does.
#[derive(Default)]
struct Asked {
    id: Vec<i64>,
    at: Vec<i64>,
    events: Events,
    /// The event of each, which is above all ids that this node knows of, and when it was asked for.
    asked: HashMap<i64, (Locator, UnixTime)>,
}

impl Asked {
    fn push(&mut self, id: Locator, job: &Settle) {
        let asked = (job.receipt, job.act.at);
        if self.asked.insert(id.0, asked).is_none() {
            self.id.push(id.0);
            self.at.push(job.act.at.0);
            self.events.push(id, job);
        }
    }
}

/// Revokes those grants that are alive. Memory learns of all of them, whoever revoked them: it may have been an
/// earlier try, or another node just now.
async fn revoke_grants(
    conn: &Conn,
    asked: Asked,
    effects: &mut Vec<Effect>,
    lines: &mut Vec<NewLine>,
) -> Ran<()> {
    if asked.id.is_empty() {
        return Ok(());
    }
    let sql = concat!(
        "WITH ",
        happened!(),
        ", asked AS (SELECT * FROM UNNEST($11::int8[], $12::int8[]) AS t (id, at)), \
         alive AS (SELECT id FROM grants WHERE id = ANY($11) AND revoked_at IS NULL ORDER BY id FOR UPDATE), \
         guard AS (UPDATE grants SET revoked_at = asked.at FROM asked, alive \
         WHERE grants.id = alive.id AND asked.id = alive.id RETURNING grants.id), ",
        told!("(SELECT id FROM guard)"),
        " SELECT id, expires_at, id IN (SELECT id FROM guard) FROM grants WHERE id = ANY($11) ORDER BY id"
    );
    let values = asked.events.and(values_of![asked.id, asked.at]);
    for row in &conn.query(sql, &values).await? {
        let row = plain(row);
        let (grant, end, won) = (row.locator(0)?, row.time(1)?, row.flag(2)?);
        let asked = asked.asked.get(&grant.0);
        let above = asked.map_or(Locator(i64::MAX), |(receipt, _)| feed::above(*receipt));
        effects.push(Effect::Grant(grant, above));
        if won {
            lines.push((About::Grant(grant), end, Some(above)));
        }
    }
    Ok(())
}

/// Deletes the tokens that are still there.
async fn delete_tokens(
    conn: &Conn,
    asked: Asked,
    effects: &mut Vec<Effect>,
    lines: &mut Vec<NewLine>,
) -> Ran<()> {
    if asked.id.is_empty() {
        return Ok(());
    }
    let sql = concat!(
        "WITH ",
        happened!(),
        ", alive AS (SELECT id FROM access_tokens WHERE id = ANY($11) ORDER BY id FOR UPDATE), \
         guard AS (DELETE FROM access_tokens WHERE id IN (SELECT id FROM alive) RETURNING id), ",
        told!("(SELECT id FROM guard)"),
        " SELECT id FROM guard"
    );
    let values = asked.events.and(values_of![asked.id]);
    let gone = ids(conn, sql, &values).await?;
    effects.push(Effect::Token);
    let mut gone: Vec<i64> = gone.into_iter().collect();
    gone.sort_unstable();
    let line = |id: i64| {
        let (_, at) = asked.asked.get(&id)?;
        Some((About::Token(Locator(id)), at.plus(FED), None))
    };
    lines.extend(gone.into_iter().filter_map(line));
    Ok(())
}
