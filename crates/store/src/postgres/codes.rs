//! Authorization requests kept and codes issued, all that wait in one statement. Interactions that codes answer are
//! guards; a consent that is to be remembered is written with its event, for each code that was issued.
use super::batch::ids;
use super::columns::{Codes, Consents, Events, happened, told};
use super::conn::Conn;
use super::row::Ran;
use super::value::values_of;
use super::writer::Settle;
use crate::changes::Hot;
use protocol::types::{AuthorizationCode, Consent, Locator};
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

/// A code, the interaction that it answers, and what is to be remembered.
type Issue<'a> = (&'a AuthorizationCode, Option<Locator>, Option<&'a Consent>);

/// Settles all, or none; for each, whether its guard was won.
pub(super) async fn issue(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let asked = first_answers(jobs);
    let (mut codes, mut consents) = (Codes::default(), Consents::default());
    let mut events = Events::default();
    for (job, asked) in jobs.iter().zip(&asked) {
        if let Some((code, interaction, consent)) = *asked {
            codes.push(code, interaction, job);
            events.push(code.id, job);
            if let Some(consent) = consent {
                consents.push(code, consent);
            }
        }
    }
    let remembered = codes.interaction.iter().all(Option::is_none) && events.of.is_empty();
    let issued = match remembered {
        true => insert_alone(conn, codes).await?,
        false => insert(conn, codes, consents, events).await?,
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
        Some(Hot::IssueCode {
            code,
            interaction,
            consent,
        }) => Some((code, interaction, consent)),
        _ => None,
    }
}

/// Inserts codes that a remembered consent allowed: nothing else is written, and nothing guards them.
async fn insert_alone(conn: &Conn, codes: Codes<'_>) -> Ran<HashSet<i64>> {
    let sql = "INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, auth_time, \
               expires_at) SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::text[], \
               $6::bool[], $7::text[], $8::text[], $9::int8[], $10::int8[]) ON CONFLICT DO NOTHING RETURNING id";
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
    ];
    ids(conn, sql, values).await
}

/// Inserts the codes whose interactions, if they have one, are unanswered; the ids of these. Guards are taken in order
/// of their ids, and consents in order of their keys. A consent given twice is remembered as it was given last: one
/// statement may change a row only once.
async fn insert(
    conn: &Conn,
    codes: Codes<'_>,
    consents: Consents<'_>,
    events: Events,
) -> Ran<HashSet<i64>> {
    let sql = concat!(
        "WITH ",
        happened!(),
        ", asked AS (SELECT * FROM UNNEST($11::int8[], $12::bytea[], $13::int8[], $14::int8[], $15::text[], \
         $16::bool[], $17::text[], $18::text[], $19::int8[], $20::int8[], $21::int8[], $22::int8[]) \
         AS t (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, auth_time, expires_at, \
         interaction, at)), \
         allowed AS (SELECT * FROM UNNEST($23::int8[], $24::int8[], $25::int8[], $26::text[], $27::text[], \
         $28::int8[]) WITH ORDINALITY AS t (code, subject, client, scope, redirect_uris, granted_at, place)), \
         pending AS (SELECT id FROM interactions WHERE id = ANY($21) AND answered_at IS NULL \
         ORDER BY id FOR UPDATE), \
         guard AS (UPDATE interactions SET answered_at = asked.at, code = asked.id FROM asked, pending \
         WHERE interactions.id = pending.id AND asked.interaction = pending.id RETURNING interactions.id), \
         issued AS (INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, \
         auth_time, expires_at) SELECT id, digest, client, subject, scope, scope_named, redirect_uri, challenge, \
         auth_time, expires_at FROM asked WHERE interaction IS NULL OR interaction IN (SELECT id FROM guard) \
         ON CONFLICT DO NOTHING RETURNING id), \
         given AS (SELECT * FROM allowed WHERE code IN (SELECT id FROM issued)), \
         remembered AS (INSERT INTO consents (subject, client, scope, redirect_uris, granted_at) \
         SELECT DISTINCT ON (subject, client) subject, client, scope, redirect_uris, granted_at FROM given \
         ORDER BY subject, client, place DESC ON CONFLICT (subject, client) DO UPDATE SET \
         scope = excluded.scope, redirect_uris = excluded.redirect_uris, granted_at = excluded.granted_at), ",
        told!("(SELECT id FROM issued)"),
        " SELECT id FROM issued"
    );
    let values = events.and(values_of![
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
        consents.code,
        consents.subject,
        consents.client,
        consents.scope,
        consents.redirect_uris,
        consents.granted_at,
    ]);
    ids(conn, sql, &values).await
}
