//! Authorization requests kept and codes issued, all that wait in one statement. Interactions that codes answer are
//! guards. A code with which something is to be remembered runs by its steps.
use super::batch::ids;
use super::columns::Codes;
use super::conn::Conn;
use super::row::Ran;
use super::value::values_of;
use super::writer::Settle;
use crate::changes::Hot;
use protocol::types::{AuthorizationCode, Locator};
use std::collections::HashSet;

/// Keeps all requests, or none; for each, whether it is kept.
pub(super) async fn keep(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let (mut id, mut digest, mut client) = (Vec::new(), Vec::new(), Vec::new());
    let (mut request, mut expires_at) = (Vec::new(), Vec::new());
    for job in jobs {
        if let Some(Hot::Keep(interaction)) = job.hot() {
            id.push(interaction.id.0);
            digest.push(&interaction.digest.as_bytes()[..]);
            client.push(interaction.client.0);
            request.push(interaction.request.as_str());
            expires_at.push(interaction.expires_at.0);
        }
    }
    let sql = "INSERT INTO interactions (id, digest, client, request, expires_at, answered_at) \
               SELECT *, NULL FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::text[], $5::int8[]) \
               ON CONFLICT DO NOTHING RETURNING id";
    let values = values_of![id.clone(), digest, client, request, expires_at];
    let kept = ids(conn, sql, values).await?;
    Ok(id.iter().map(|id| kept.contains(id)).collect())
}

/// A code, and the interaction that it answers.
type Issue<'a> = (&'a AuthorizationCode, Option<Locator>);

/// Settles all, or none; for each, whether its guard was won.
pub(super) async fn issue(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let asked = first_answers(jobs);
    let mut codes = Codes::default();
    for (job, asked) in jobs.iter().zip(&asked) {
        if let Some((code, interaction)) = *asked {
            codes.push(code, interaction, job);
        }
    }
    let issued = match codes.interaction.iter().all(Option::is_none) {
        true => insert_alone(conn, codes).await?,
        false => insert(conn, codes).await?,
    };
    let is_won =
        |asked: &Option<Issue<'_>>| asked.is_some_and(|(code, ..)| issued.contains(&code.id.0));
    Ok(asked.iter().map(is_won).collect())
}

/// What is asked for by each job. Of those who answer the same interaction at once it is the first; whatever comes of
/// it, the others lost.
fn first_answers(jobs: &[Settle]) -> Vec<Option<Issue<'_>>> {
    let mut answered = HashSet::new();
    let issue = |job| {
        let issue = issue_of(job)?;
        let first = issue.1.is_none_or(|id| answered.insert(id.0));
        first.then_some(issue)
    };
    jobs.iter().map(issue).collect()
}

fn issue_of(job: &Settle) -> Option<Issue<'_>> {
    match job.hot() {
        Some(Hot::IssueCode { code, interaction }) => Some((code, interaction)),
        _ => None,
    }
}

/// Inserts codes that a remembered consent allowed: nothing else is written, and nothing guards them.
async fn insert_alone(conn: &Conn, codes: Codes<'_>) -> Ran<HashSet<i64>> {
    let sql = "INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, auth_time, \
               expires_at, organization) SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::text[], \
               $6::bool[], $7::text[], $8::text[], $9::int8[], $10::int8[], $11::int8[]) ON CONFLICT DO NOTHING RETURNING id";
    let values = values_of![
        codes.id,
        codes.digest,
        codes.client,
        codes.subject,
        codes.scope,
        codes.scope_named,
        codes.redirect_uri,
        codes.challenge,
        codes.auth_time,
        codes.expires_at,
        codes.organization,
    ];
    ids(conn, sql, values).await
}

/// Inserts the codes whose interactions, if they have one, are unanswered; the ids of these. Guards are taken in order
/// of their ids.
async fn insert(conn: &Conn, codes: Codes<'_>) -> Ran<HashSet<i64>> {
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::text[], \
         $6::bool[], $7::text[], $8::text[], $9::int8[], $10::int8[], $11::int8[], $12::int8[], $13::int8[]) \
         AS t (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, auth_time, expires_at, \
         interaction, at, organization)), \
         pending AS (SELECT id FROM interactions WHERE id = ANY($11) AND answered_at IS NULL \
         ORDER BY id FOR UPDATE), \
         guard AS (UPDATE interactions SET answered_at = asked.at, code = asked.id FROM asked, pending \
         WHERE interactions.id = pending.id AND asked.interaction = pending.id RETURNING interactions.id) \
         INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, \
         auth_time, expires_at, organization) SELECT id, digest, client, subject, scope, scope_named, redirect_uri, challenge, \
         auth_time, expires_at, organization FROM asked WHERE interaction IS NULL OR interaction IN (SELECT id FROM guard) \
         ON CONFLICT DO NOTHING RETURNING id";
    let values = values_of![
        codes.id,
        codes.digest,
        codes.client,
        codes.subject,
        codes.scope,
        codes.scope_named,
        codes.redirect_uri,
        codes.challenge,
        codes.auth_time,
        codes.expires_at,
        codes.interaction,
        codes.at,
        codes.organization,
    ];
    ids(conn, sql, values).await
}
