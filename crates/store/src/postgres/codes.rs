//! Authorization requests kept and codes issued, all that wait in one statement. Interactions that codes answer are
//! guards; a consent that is to be remembered is written with its line of the audit trail, for each code that was
//! issued.
use super::batch::ids;
use super::conn::Conn;
use super::rows::Read;
use super::value::values_of;
use super::writer::Settle;
use protocol::Transition;
use protocol::types::{AuthorizationCode, Consent, Locator};
use std::collections::HashSet;

/// Keeps all requests, or none; for each, whether it is kept.
pub(super) async fn keep(conn: &Conn, jobs: &[Settle]) -> Read<Vec<bool>> {
    let (mut id, mut digest, mut client) = (Vec::new(), Vec::new(), Vec::new());
    let (mut request, mut expires_at) = (Vec::new(), Vec::new());
    for job in jobs {
        if let Transition::KeepInteraction(interaction) = &job.transition {
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
    let kept = ids(
        conn,
        sql,
        values_of![id.clone(), digest, client, request, expires_at],
    )
    .await?;
    Ok(id.iter().map(|id| kept.contains(id)).collect())
}

/// A code, the interaction that it answers, and what is to be remembered.
type Issue<'a> = (&'a AuthorizationCode, Option<Locator>, Option<&'a Consent>);

/// Columns of codes.
#[derive(Default)]
struct Codes<'a> {
    id: Vec<i64>,
    digest: Vec<&'a [u8]>,
    client: Vec<i64>,
    subject: Vec<i64>,
    scope: Vec<String>,
    scope_named: Vec<bool>,
    redirect_uri: Vec<&'a str>,
    challenge: Vec<Option<&'a str>>,
    auth_time: Vec<i64>,
    expires_at: Vec<i64>,
    interaction: Vec<Option<i64>>,
    /// When it was asked for, which is when its interaction was answered.
    at: Vec<i64>,
}

impl<'a> Codes<'a> {
    fn push(&mut self, code: &'a AuthorizationCode, interaction: Option<Locator>, at: i64) {
        self.id.push(code.id.0);
        self.digest.push(code.digest.as_bytes());
        self.client.push(code.client.0);
        self.subject.push(code.subject.0);
        self.scope.push(code.scope.to_string());
        self.scope_named.push(code.scope_named);
        self.redirect_uri.push(&code.redirect_uri);
        let challenge = code.challenge.as_ref();
        self.challenge
            .push(challenge.map(|challenge| challenge.as_str()));
        self.auth_time.push(code.auth_time.0);
        self.expires_at.push(code.expires_at.0);
        self.interaction.push(interaction.map(|id| id.0));
        self.at.push(at);
    }
}

/// Columns of consents, in the order in which they were given, each with the code that it was given for.
#[derive(Default)]
struct Consents {
    code: Vec<i64>,
    subject: Vec<i64>,
    client: Vec<i64>,
    scope: Vec<String>,
    redirect_uris: Vec<String>,
    granted_at: Vec<i64>,
    line: Vec<i64>,
    at: Vec<i64>,
}

impl Consents {
    fn push(&mut self, code: &AuthorizationCode, consent: &Consent, job: &Settle) {
        self.code.push(code.id.0);
        self.subject.push(consent.subject.0);
        self.client.push(consent.client.0);
        self.scope.push(consent.scope.to_string());
        self.redirect_uris.push(consent.redirect_uris.join("\n"));
        self.granted_at.push(consent.granted_at.0);
        self.line.push(job.receipt.0);
        self.at.push(job.now.0);
    }
}

/// Settles all, or none; for each, whether its guard was won.
pub(super) async fn issue(conn: &Conn, jobs: &[Settle]) -> Read<Vec<bool>> {
    let asked = first_answers(jobs);
    let (mut codes, mut consents) = (Codes::default(), Consents::default());
    for (job, (code, interaction, consent)) in jobs.iter().zip(&asked).filter_map(asked_for) {
        codes.push(code, interaction, job.now.0);
        if let Some(consent) = consent {
            consents.push(code, consent, job);
        }
    }
    let issued = insert(conn, codes, consents).await?;
    let is_won =
        |asked: &Option<Issue<'_>>| asked.is_some_and(|(code, ..)| issued.contains(&code.id.0));
    Ok(asked.iter().map(is_won).collect())
}

fn asked_for<'a, 'j>(
    (job, issue): (&'j Settle, &Option<Issue<'a>>),
) -> Option<(&'j Settle, Issue<'a>)> {
    issue.map(|issue| (job, issue))
}

/// What is asked for by each job. Of those who answer the same interaction at once it is the first; whatever comes of
/// it, the others lost.
fn first_answers(jobs: &[Settle]) -> Vec<Option<Issue<'_>>> {
    let mut answered = HashSet::new();
    let issue = |job| {
        let (code, interaction, consent) = issue_of(job)?;
        let first = interaction.is_none_or(|id| answered.insert(id.0));
        first.then_some((code, interaction, consent))
    };
    jobs.iter().map(issue).collect()
}

fn issue_of(job: &Settle) -> Option<Issue<'_>> {
    match &job.transition {
        Transition::IssueCode {
            code,
            interaction,
            consent,
        } => Some((code, *interaction, consent.as_ref())),
        _ => None,
    }
}

/// Inserts the codes whose interactions, if they have one, are unanswered; the ids of these. Guards are taken in order
/// of their ids, and consents in order of their keys. A consent given twice is remembered as it was given last: one
/// statement may change a row only once.
async fn insert(conn: &Conn, codes: Codes<'_>, consents: Consents) -> Read<HashSet<i64>> {
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::text[], \
               $6::bool[], $7::text[], $8::text[], $9::int8[], $10::int8[], $11::int8[], $12::int8[]) \
               AS t (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, auth_time, expires_at, \
               interaction, at)), \
               allowed AS (SELECT * FROM UNNEST($13::int8[], $14::int8[], $15::int8[], $16::text[], $17::text[], \
               $18::int8[], $19::int8[], $20::int8[]) WITH ORDINALITY \
               AS t (code, subject, client, scope, redirect_uris, granted_at, line, at, place)), \
               pending AS (SELECT id FROM interactions WHERE id = ANY($11) AND answered_at IS NULL \
               ORDER BY id FOR UPDATE), \
               guard AS (UPDATE interactions SET answered_at = asked.at FROM asked, pending \
               WHERE interactions.id = pending.id AND asked.interaction = pending.id RETURNING interactions.id), \
               issued AS (INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, challenge, \
               auth_time, expires_at) SELECT id, digest, client, subject, scope, scope_named, redirect_uri, challenge, \
               auth_time, expires_at FROM asked WHERE interaction IS NULL OR interaction IN (SELECT id FROM guard) \
               ON CONFLICT DO NOTHING RETURNING id), \
               given AS (SELECT * FROM allowed WHERE code IN (SELECT id FROM issued)), \
               remembered AS (INSERT INTO consents (subject, client, scope, redirect_uris, granted_at) \
               SELECT DISTINCT ON (subject, client) subject, client, scope, redirect_uris, granted_at FROM given \
               ORDER BY subject, client, place DESC ON CONFLICT (subject, client) DO UPDATE SET \
               scope = excluded.scope, redirect_uris = excluded.redirect_uris, granted_at = excluded.granted_at), \
               audited AS (INSERT INTO audit (id, at, event, client, subject, grant_id) \
               SELECT line, at, 'consent.given', client, subject, NULL FROM given) \
               SELECT id FROM issued";
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
        consents.code,
        consents.subject,
        consents.client,
        consents.scope,
        consents.redirect_uris,
        consents.granted_at,
        consents.line,
        consents.at,
    ];
    ids(conn, sql, values).await
}
