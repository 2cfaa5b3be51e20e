//! Facts: one query each, pipelined on the shared connections.
use super::Postgres;
use super::conn::Slot;
use super::gather::Kind;
use super::rows::{
    self, Read, digest, get, grant, grant_columns, locator, optional_person, person,
    person_columns, refresh_columns, scope, session, session_columns, time,
};
use super::value::{Values, values_of};
use crate::StoreError;
use jose::Digest;
use protocol::facts::{
    Attempts, CodeFacts, RefreshFacts, SessionFacts, Standing, UsedRefreshToken,
};
use protocol::transition::Logo;
use protocol::types::{
    AccessToken, AuthorizationCode, ClientNo, Consent, Grant, Interaction, Locator, Person,
    SealedReply, Session, Subject, UnixTime,
};
use tokio_postgres::Row;

type Facts<T> = Result<Option<T>, StoreError>;

pub(super) async fn one<T>(
    slot: &Slot,
    sql: &'static str,
    values: Values<'_>,
    read: impl FnOnce(&Row) -> Read<T>,
) -> Facts<T> {
    let rows = slot.query(sql, values).await?;
    Ok(rows.first().map(read).transpose()?)
}

pub(super) async fn many<T>(
    slot: &Slot,
    sql: &'static str,
    values: Values<'_>,
    read: impl FnMut(&Row) -> Read<T>,
) -> Result<Vec<T>, StoreError> {
    let rows = slot.query(sql, values).await?;
    Ok(rows.iter().map(read).collect::<Read<_>>()?)
}

/// Access tokens by id.
pub(super) const ACCESS_TOKENS: Kind<AccessToken> = Kind {
    sql: "SELECT id, digest, grant_id, client, subject, scope, expires_at FROM access_tokens WHERE id = ANY($1)",
    read: |row| {
        let id = locator(row, 0)?;
        let token = AccessToken {
            id,
            digest: digest(row, 1)?,
            grant: locator(row, 2)?,
            client: ClientNo(get(row, 3)?),
            subject: get::<Option<i64>>(row, 4)?.map(Subject),
            scope: scope(row, 5)?,
            expires_at: time(row, 6)?,
        };
        Ok((id, token))
    },
};

/// Refresh tokens by id, each with its grant, its use and its person.
pub(super) const REFRESH_TOKENS: Kind<RefreshFacts> = Kind {
    sql: concat!(
        "SELECT ",
        refresh_columns!(),
        ", ",
        grant_columns!(),
        ", u.successor, u.used_at, n.id IS NOT NULL, y.sealed, ",
        person_columns!(),
        " FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id \
         LEFT JOIN used_refresh_tokens u ON u.id = r.id \
         LEFT JOIN used_refresh_tokens n ON n.id = u.successor \
         LEFT JOIN refresh_replies y ON y.id = u.successor \
         LEFT JOIN people p ON p.subject = g.subject WHERE r.id = ANY($1)"
    ),
    read: |row| {
        let token = rows::refresh(row, 0)?;
        let facts = RefreshFacts {
            grant: grant(row, 4)?,
            used: used(row, 12)?,
            person: optional_person(row, 16)?,
            token,
        };
        Ok((facts.token.id, facts))
    },
};

impl Postgres {
    pub(crate) async fn access_token(&self, id: Locator) -> Facts<AccessToken> {
        self.access_tokens.one(id).await
    }

    pub(crate) async fn code(&self, id: Locator) -> Facts<CodeFacts> {
        let sql = concat!(
            "SELECT c.digest, c.client, c.subject, c.scope, c.redirect_uri, c.challenge, c.auth_time, \
             c.expires_at, g.id IS NOT NULL, c.scope_named, ",
            person_columns!(),
            " FROM codes c LEFT JOIN grants g ON g.id = c.id LEFT JOIN people p ON p.subject = c.subject \
             WHERE c.id = $1"
        );
        one(self.reader(), sql, values_of![id.0], |row| {
            Ok(CodeFacts {
                code: AuthorizationCode {
                    id,
                    digest: digest(row, 0)?,
                    client: ClientNo(get(row, 1)?),
                    subject: Subject(get(row, 2)?),
                    scope: scope(row, 3)?,
                    scope_named: get(row, 9)?,
                    redirect_uri: get(row, 4)?,
                    challenge: rows::challenge(row, 5)?,
                    auth_time: time(row, 6)?,
                    expires_at: time(row, 7)?,
                },
                redeemed: get(row, 8)?,
                person: optional_person(row, 10)?,
            })
        })
        .await
    }

    pub(crate) async fn refresh_token(&self, id: Locator) -> Facts<RefreshFacts> {
        self.refresh_tokens.one(id).await
    }

    pub(crate) async fn grant(&self, id: Locator) -> Facts<Grant> {
        let sql = concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.id = $1"
        );
        one(self.reader(), sql, values_of![id.0], |row| grant(row, 0)).await
    }

    pub(crate) async fn session(&self, id: Locator) -> Facts<SessionFacts> {
        let sql = concat!(
            "SELECT ",
            session_columns!(),
            ", ",
            person_columns!(),
            " FROM sessions s JOIN people p ON p.subject = s.subject WHERE s.id = $1"
        );
        one(self.reader(), sql, values_of![id.0], |row| {
            Ok(SessionFacts {
                session: session(row, 0)?,
                person: person(row, 6)?,
            })
        })
        .await
    }

    pub(crate) async fn interaction(&self, id: Locator) -> Facts<Interaction> {
        let sql = "SELECT digest, client, request, expires_at, answered_at FROM interactions WHERE id = $1";
        one(self.reader(), sql, values_of![id.0], |row| {
            Ok(Interaction {
                id,
                digest: digest(row, 0)?,
                client: ClientNo(get(row, 1)?),
                request: get(row, 2)?,
                expires_at: time(row, 3)?,
                answered_at: rows::optional_time(row, 4)?,
            })
        })
        .await
    }

    pub(crate) async fn session_and_consent(
        &self,
        id: Locator,
        client: ClientNo,
    ) -> Facts<(SessionFacts, Option<Consent>)> {
        let sql = concat!(
            "SELECT ",
            session_columns!(),
            ", ",
            person_columns!(),
            ", c.scope, c.redirect_uris, c.granted_at FROM sessions s JOIN people p ON p.subject = s.subject \
             LEFT JOIN consents c ON c.subject = s.subject AND c.client = $2 WHERE s.id = $1"
        );
        one(self.reader(), sql, values_of![id.0, client.0], |row| {
            let facts = SessionFacts {
                session: session(row, 0)?,
                person: person(row, 6)?,
            };
            let consent = match get::<Option<&str>>(row, 15)? {
                Some(_) => Some(consent(row, 15, facts.person.subject, client)?),
                None => None,
            };
            Ok((facts, consent))
        })
        .await
    }

    pub(crate) async fn consent(&self, subject: Subject, client: ClientNo) -> Facts<Consent> {
        let sql = "SELECT scope, redirect_uris, granted_at FROM consents WHERE subject = $1 AND client = $2";
        one(self.reader(), sql, values_of![subject.0, client.0], |row| {
            consent(row, 0, subject, client)
        })
        .await
    }

    pub(crate) async fn person(&self, subject: Subject) -> Facts<Person> {
        person_by_subject(self.reader(), subject).await
    }

    pub(crate) async fn person_by_email(&self, email_key: &str) -> Facts<Person> {
        if !is_text(email_key) {
            return Ok(None);
        }
        let sql = concat!(
            "SELECT ",
            person_columns!(),
            " FROM people p WHERE p.email_key = $1"
        );
        one(self.reader(), sql, values_of![email_key], |row| {
            person(row, 0)
        })
        .await
    }

    pub(crate) async fn people(&self, after: i64, limit: usize) -> Result<Vec<Person>, StoreError> {
        let sql = concat!(
            "SELECT ",
            person_columns!(),
            " FROM people p WHERE p.subject > $1 ORDER BY p.subject LIMIT $2"
        );
        many(self.reader(), sql, values_of![after, limit as i64], |row| {
            person(row, 0)
        })
        .await
    }

    /// In the order of the keys.
    pub(crate) async fn attempts(&self, keys: &[Digest]) -> Result<Vec<Attempts>, StoreError> {
        let sql = "SELECT key, count, since FROM attempts WHERE key = ANY($1)";
        let wanted: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[..]).collect();
        let found = many(self.reader(), sql, values_of![wanted], |row| {
            let attempts = Attempts {
                count: u32::try_from(get::<i64>(row, 1)?).unwrap_or(u32::MAX),
                since: time(row, 2)?,
            };
            Ok((get::<Vec<u8>>(row, 0)?, attempts))
        })
        .await?;
        let none = Attempts {
            count: 0,
            since: UnixTime(0),
        };
        let of = |key: &Digest| {
            found
                .iter()
                .find(|(found, _)| found[..] == key.as_bytes()[..])
        };
        Ok(keys
            .iter()
            .map(|key| of(key).map_or(none, |(_, attempts)| *attempts))
            .collect())
    }

    pub(crate) async fn sessions(
        &self,
        subject: Subject,
        now: UnixTime,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Session>, StoreError> {
        let sql = concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions s WHERE s.subject = $1 AND s.id < $2 AND s.expires_at > $3 ORDER BY s.id DESC LIMIT $4"
        );
        let values = values_of![subject.0, before, now.0, limit as i64];
        many(self.reader(), sql, values, |row| session(row, 0)).await
    }

    pub(crate) async fn logo(&self, client: ClientNo) -> Facts<Logo> {
        let sql = "SELECT media_type, bytes FROM client_logos WHERE client = $1";
        one(self.reader(), sql, values_of![client.0], |row| {
            let media_type = match get(row, 0)? {
                "image/png" => "image/png",
                "image/jpeg" => "image/jpeg",
                "image/webp" => "image/webp",
                _ => return Err(super::fault::Fault::corrupt(0, "a picture")),
            };
            let bytes = get(row, 1)?;
            Ok(Logo { media_type, bytes })
        })
        .await
    }
}

/// Whether the database can hold this text at all: it takes no NUL, so nothing it holds has one.
pub(super) fn is_text(text: &str) -> bool {
    !text.contains('\0')
}

fn consent(row: &Row, at: usize, subject: Subject, client: ClientNo) -> Read<Consent> {
    Ok(Consent {
        subject,
        client,
        scope: scope(row, at)?,
        redirect_uris: rows::lines(get(row, at + 1)?),
        granted_at: time(row, at + 2)?,
    })
}

fn used(row: &Row, at: usize) -> Read<Option<UsedRefreshToken>> {
    let Some(successor) = get::<Option<i64>>(row, at)? else {
        return Ok(None);
    };
    Ok(Some(UsedRefreshToken {
        successor: Locator(successor),
        used_at: time(row, at + 1)?,
        successor_used: get(row, at + 2)?,
        reply: get::<Option<Vec<u8>>>(row, at + 3)?.map(SealedReply),
    }))
}

pub(super) async fn person_by_subject(slot: &Slot, subject: Subject) -> Facts<Person> {
    let sql = concat!(
        "SELECT ",
        person_columns!(),
        " FROM people p WHERE p.subject = $1"
    );
    one(slot, sql, values_of![subject.0], |row| person(row, 0)).await
}

/// The standing of a person; good when there is no such account.
pub(super) async fn standing(slot: &Slot, subject: Subject) -> Result<Standing, StoreError> {
    let person = person_by_subject(slot, subject).await?;
    Ok(person.as_ref().map_or(Standing::GOOD, Standing::from))
}

/// Everyone whose standing is not good.
pub(super) async fn standings(slot: &Slot) -> Result<Vec<Person>, StoreError> {
    let sql = concat!(
        "SELECT ",
        person_columns!(),
        " FROM people p WHERE p.disabled_at IS NOT NULL OR p.cutoff > 0"
    );
    many(slot, sql, values_of![], |row| person(row, 0)).await
}

/// A line of the change feed: number, kind, what it is about, until when it counts.
pub(super) type Change = (i64, String, i64, i64);

pub(super) async fn changes(slot: &Slot, after: i64) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT seq, kind, ref, until FROM changes WHERE seq > $1 ORDER BY seq";
    many(slot, sql, values_of![after], |row| {
        Ok((get(row, 0)?, get(row, 1)?, get(row, 2)?, get(row, 3)?))
    })
    .await
}
