//! Sessions of people.
use super::authorize::{consent, workspace};
use super::people::{person, preferences};
use super::workspaces::standing;
use crate::row::{Query, Read, Row, corrupt};
use protocol::facts::{ConsentFacts, ListedSession, PortalFacts, SessionFacts};
use protocol::types::{AppStanding, CodeChallenge, Consent, Locator, PortalSession, Session};

fn session(row: &dyn Row) -> Read<Session> {
    Ok(Session {
        id: row.locator(0)?,
        digest: row.digest(1)?,
        subject: row.subject(2)?,
        auth_time: row.time(3)?,
        expires_at: row.time(4)?,
        browser: row.string(5)?,
        device: row.optional_text(6)?.map(str::to_owned),
        methods: row.optional_text(7)?.map(str::to_owned),
    })
}

fn facts(row: &dyn Row) -> Read<SessionFacts> {
    Ok(SessionFacts {
        session: session(row)?,
        person: person(row, 8)?,
        preferences: preferences(row, 20)?,
    })
}

/// A session with its person.
pub(crate) const BY_ID: Query<SessionFacts> = Query {
    sql: concat!(
        "SELECT ",
        session_columns!(),
        ", ",
        person_columns!(),
        ", p.language, p.zone FROM sessions s JOIN people p ON p.subject = s.subject WHERE s.id = $1"
    ),
    read: facts,
};

/// Who is signed in on the portal's own host by the row `$1`, as long as the session behind it is there.
pub(crate) const AT_PORTAL: Query<PortalFacts> = Query {
    sql: concat!(
        "SELECT ",
        session_columns!(),
        ", ",
        person_columns!(),
        ", p.language, p.zone, h.id, h.code, h.challenge, h.cookie, h.expires_at FROM portal_sessions h \
         JOIN sessions s ON s.id = h.session JOIN people p ON p.subject = s.subject WHERE h.id = $1"
    ),
    read: |row| {
        Ok(PortalFacts {
            portal: PortalSession {
                id: row.locator(22)?,
                session: row.locator(0)?,
                code: row.digest(23)?,
                challenge: challenge(row, 24)?,
                cookie: row.optional_digest(25)?,
                expires_at: row.time(26)?,
            },
            facts: facts(row)?,
        })
    },
};

/// The session `$2` and whose it is, without what tells of them, and what that person allowed the app `$1` before.
pub(crate) const WITH_CONSENT: Query<(SessionFacts, ConsentFacts)> = Query {
    sql: concat!(
        "SELECT ",
        visitor_columns!(),
        ", c.client, c.scope, c.redirect_uris, c.granted_at, c.skipped \
         FROM sessions s JOIN people p ON p.subject = s.subject LEFT JOIN consents c ON c.subject = s.subject AND c.client = $1 \
         AND c.organization = 0 AND c.granted_at > p.consents_from WHERE s.id = $2"
    ),
    read: |row| with_consent(row, |_| Ok((None, AppStanding::Trusted))),
};

/// The same where people let apps in for organizations: what they allowed for the only workspace for which they did, if
/// they belong to it, it does not block the app, and this session may act for it. Of several, none is remembered. A block of new apps is none of one that
/// was let in.
pub(crate) const WITH_ONLY_CONSENT: Query<(SessionFacts, ConsentFacts)> = Query {
    sql: concat!(
        "SELECT ",
        visitor_columns!(),
        ", c.client, c.scope, c.redirect_uris, c.granted_at, c.skipped, c.organization, \
         COALESCE((SELECT a.standing FROM workspace_apps a WHERE a.organization = c.organization AND a.client = c.client), \
         (SELECT g.new_apps FROM organizations g WHERE g.id = c.organization AND g.new_apps = 'limited'), 'trusted'), \
         EXISTS (SELECT 1 FROM organizations g WHERE g.id = c.organization AND g.second_factor) \
         FROM sessions s JOIN people p ON p.subject = s.subject LEFT JOIN consents c ON c.subject = s.subject AND c.client = $1 \
         AND c.granted_at > p.consents_from AND (c.organization = 0 OR EXISTS (SELECT 1 FROM members m \
         WHERE m.organization = c.organization AND m.subject = c.subject)) \
         AND NOT EXISTS (SELECT 1 FROM workspace_apps a WHERE a.organization = c.organization AND a.client = c.client \
         AND a.standing = 'blocked') AND NOT EXISTS (SELECT 1 FROM consents o WHERE o.subject = c.subject AND o.client = c.client \
         AND o.organization <> c.organization AND o.granted_at > p.consents_from) WHERE s.id = $2"
    ),
    read: |row| {
        let workspace = |row: &dyn Row| Ok((workspace(row, 27)?, standing(row, 28)?));
        let (session, consent) = with_consent(row, workspace)?;
        let acts = !row.flag(29)? || session.session.has_second_factor();
        Ok((session, consent.filter(|_| acts)))
    },
};

fn with_consent(
    row: &dyn Row,
    workspace: impl FnOnce(&dyn Row) -> Read<(Option<Locator>, AppStanding)>,
) -> Read<(SessionFacts, ConsentFacts)> {
    let facts = facts(row)?;
    let consent = match row.optional_client(22)? {
        Some(client) => {
            let (organization, standing) = workspace(row)?;
            let whose = (facts.person.subject, client, organization);
            let consent = consent(row, 23, whose)?;
            Some(Consent {
                standing,
                ..consent
            })
        }
        None => None,
    };
    Ok((facts, consent))
}

fn challenge(row: &dyn Row, column: usize) -> Read<CodeChallenge> {
    let challenge = CodeChallenge::parse(row.text(column)?);
    challenge.ok_or_else(|| corrupt(column, "a challenge"))
}

macro_rules! listed {
    ($whose:literal) => {
        Query {
            sql: concat!(
                "SELECT ",
                session_columns!(),
                ", CASE WHEN p.email = '' THEN p.name ELSE p.email END, s.active_at FROM sessions s JOIN people p ON p.subject = s.subject WHERE ",
                $whose,
                " AND s.id < $2 AND s.expires_at > $3 ORDER BY s.id DESC LIMIT $4"
            ),
            read: |row| {
                let session = session(row)?;
                Ok(ListedSession {
                    email: row.string(8)?,
                    active_at: row.time(9)?.max(session.auth_time),
                    session,
                })
            },
        }
    };
}

/// Live sessions of a person, newest first: before a session, at a moment, so many at most.
pub(crate) const OF_PERSON: Query<ListedSession> = listed!("s.subject = $1");
/// The same of everybody above a subject.
pub(crate) const OF_ALL: Query<ListedSession> = listed!("s.subject > $1");
