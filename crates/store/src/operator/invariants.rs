//! What must hold of every database, as one statement each, which both engines run: it counts what breaks it, and
//! names one example.
use super::{Database, Raw};
use crate::facts::tokens::highest_ids;
use crate::sqlite::operator as file;
use crate::value::{Value, values};
use crate::{StoreError, SweepRules};
use protocol::types::{Lifetime, Locator, UnixTime};

/// How far ahead of the clock an id may be: clocks of nodes differ.
const SKEW: Lifetime = Lifetime::from_seconds(60);

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What was looked at.
    pub check: &'static str,
    /// What is wrong, and how often.
    pub sentence: String,
}

/// The moment to judge by.
struct Moment {
    now: UnixTime,
    /// No id is above this.
    clock: Locator,
    /// Refresh tokens made after this have not been swept.
    unswept: Locator,
}

struct Invariant {
    name: &'static str,
    /// What a row that breaks it is.
    broken: &'static str,
    /// `SELECT COUNT(*), MIN(…)` of what breaks it.
    sql: &'static str,
    values: fn(&Moment) -> Vec<Value<'static>>,
}

const fn of(
    name: &'static str,
    broken: &'static str,
    sql: &'static str,
    values: fn(&Moment) -> Vec<Value<'static>>,
) -> Invariant {
    Invariant {
        name,
        broken,
        sql,
        values,
    }
}

fn none(_: &Moment) -> Vec<Value<'static>> {
    Vec::new()
}

fn now(moment: &Moment) -> Vec<Value<'static>> {
    values![moment.now].into()
}

fn clock(moment: &Moment) -> Vec<Value<'static>> {
    values![moment.clock].into()
}

fn unswept(moment: &Moment) -> Vec<Value<'static>> {
    values![moment.unswept, moment.now].into()
}

const ALL: [Invariant; 23] = [
    of(
        "used refresh tokens",
        "used refresh tokens have no successor, which cannot have expired yet; first",
        "SELECT COUNT(*), MIN(u.id) FROM used_refresh_tokens u JOIN refresh_tokens r ON r.id = u.id \
         WHERE u.successor >= $1 AND r.expires_at > $2 \
         AND NOT EXISTS (SELECT 1 FROM refresh_tokens s WHERE s.id = u.successor)",
        unswept,
    ),
    of(
        "used refresh tokens",
        "used refresh tokens were replaced by one of another grant; first",
        "SELECT COUNT(*), MIN(u.id) FROM used_refresh_tokens u JOIN refresh_tokens r ON r.id = u.id \
         JOIN refresh_tokens s ON s.id = u.successor WHERE s.grant_id <> r.grant_id",
        none,
    ),
    of(
        "refresh tokens",
        "refresh tokens belong to no grant; first",
        "SELECT COUNT(*), MIN(r.id) FROM refresh_tokens r WHERE r.expires_at > $1 \
         AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = r.grant_id)",
        now,
    ),
    of(
        "access tokens",
        "access tokens that a person allowed belong to no grant; first",
        "SELECT COUNT(*), MIN(t.id) FROM access_tokens t WHERE t.subject IS NOT NULL AND t.expires_at > $1 \
         AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = t.grant_id)",
        now,
    ),
    of(
        "access tokens",
        "access tokens name another app, person or organization than their grant; first",
        "SELECT COUNT(*), MIN(t.id) FROM access_tokens t JOIN grants g ON g.id = t.grant_id \
         WHERE t.subject IS NOT NULL AND (g.client <> t.client OR g.subject <> t.subject \
         OR g.organization IS DISTINCT FROM t.organization)",
        none,
    ),
    of(
        "access tokens",
        "access tokens belong to no app; first",
        "SELECT COUNT(*), MIN(t.id) FROM access_tokens t \
         WHERE NOT EXISTS (SELECT 1 FROM clients c WHERE c.no = t.client)",
        none,
    ),
    of(
        "access tokens",
        "access tokens have a digest that is none; first",
        "SELECT COUNT(*), MIN(id) FROM access_tokens WHERE LENGTH(digest) <> 32",
        none,
    ),
    of(
        "grants",
        "grants are of no app or of no person; first",
        "SELECT COUNT(*), MIN(g.id) FROM grants g WHERE NOT EXISTS (SELECT 1 FROM clients c WHERE c.no = g.client) \
         OR NOT EXISTS (SELECT 1 FROM people p WHERE p.subject = g.subject)",
        none,
    ),
    of(
        "revoked grants",
        "revoked grants are missing in the feed, so that their access tokens work; first",
        "SELECT COUNT(*), MIN(g.id) FROM grants g WHERE g.revoked_at IS NOT NULL AND g.expires_at > $1 \
         AND g.id NOT IN (SELECT l.ref FROM changes l WHERE l.kind = 'grant')",
        now,
    ),
    of(
        "codes",
        "codes are of no app, or of another than what they began; first",
        "SELECT COUNT(*), MIN(c.id) FROM codes c LEFT JOIN grants g ON g.id = c.id \
         WHERE g.client <> c.client OR g.subject <> c.subject OR (g.id IS NOT NULL \
         AND g.organization IS DISTINCT FROM c.organization) \
         OR NOT EXISTS (SELECT 1 FROM clients a WHERE a.no = c.client)",
        none,
    ),
    of(
        "device codes",
        "device codes are of no app, or were allowed by nobody; first",
        "SELECT COUNT(*), MIN(d.id) FROM device_codes d WHERE (d.answer = 'allowed' AND d.subject IS NULL) \
         OR NOT EXISTS (SELECT 1 FROM clients a WHERE a.no = d.client)",
        none,
    ),
    of(
        "sessions",
        "sessions are of nobody; first",
        "SELECT COUNT(*), MIN(s.id) FROM sessions s \
         WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.subject = s.subject)",
        none,
    ),
    of(
        "authentications",
        "sign-ins of OpenID Connect are of another app or person than their code or grant; first",
        "SELECT COUNT(*), MIN(a.id) FROM authentications a LEFT JOIN grants g ON g.id = a.id LEFT JOIN codes c ON c.id = a.id \
         WHERE g.client <> a.client OR g.subject <> a.subject OR c.client <> a.client OR c.subject <> a.subject",
        none,
    ),
    of(
        "consents",
        "consents are of nobody; first of user",
        "SELECT COUNT(*), MIN(o.subject) FROM consents o \
         WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.subject = o.subject)",
        none,
    ),
    of(
        "consents",
        "consents are for an app that is gone; first for number",
        "SELECT COUNT(*), MIN(o.client) FROM consents o \
         WHERE NOT EXISTS (SELECT 1 FROM clients c WHERE c.no = o.client AND c.deleted_at IS NULL)",
        none,
    ),
    of(
        "app secrets",
        "secrets are of an app that is gone; first of number",
        "SELECT COUNT(*), MIN(s.client) FROM client_secrets s \
         WHERE NOT EXISTS (SELECT 1 FROM clients c WHERE c.no = s.client)",
        none,
    ),
    of(
        "outbox",
        "dead letters tell no reason; first",
        "SELECT COUNT(*), MIN(id) FROM outbox WHERE dead_at IS NOT NULL AND last_error IS NULL",
        none,
    ),
    of(
        "signing keys",
        "algorithms have more than one key that signs, or that waits; first number",
        "SELECT COUNT(*), MIN(k.number) FROM signing_keys k WHERE k.state <> 'retired' AND EXISTS \
         (SELECT 1 FROM signing_keys o WHERE o.algorithm = k.algorithm AND o.state = k.state AND o.kid <> k.kid)",
        none,
    ),
    of(
        "signing keys",
        "retired keys have no end, or others have one; first number",
        "SELECT COUNT(*), MIN(number) FROM signing_keys WHERE (state = 'retired') <> (ends_at IS NOT NULL)",
        none,
    ),
    of(
        "ids",
        "ids were made more than a minute from now, by a clock that was wrong; first",
        concat!(
            "SELECT COUNT(*), MIN(id) FROM ",
            highest_ids!(),
            " WHERE id > $1"
        ),
        clock,
    ),
    of(
        "cutoffs",
        "apps take no token that is made before a moment to come; first number",
        "SELECT COUNT(*), MIN(no) FROM clients WHERE cutoff > $1 AND deleted_at IS NULL",
        clock,
    ),
    of(
        "cutoffs",
        "people allow no token that is made before a moment to come; first user",
        "SELECT COUNT(*), MIN(subject) FROM people WHERE cutoff > $1",
        clock,
    ),
    of(
        "revocation feed",
        "lines of the feed are missing, so that APIs have not heard of all that was revoked; after line",
        // Every line is kept for a day: those after the oldest one that was written within a day must all be there.
        "SELECT MAX(l.seq) - MIN(l.seq) + 1 - COUNT(*), MIN(l.seq) FROM changes l WHERE l.seq >= \
         (SELECT MIN(n.seq) FROM changes n WHERE n.kind IN ('token', 'client', 'person') AND n.until > $1)",
        now,
    ),
];

impl Database {
    /// Looks whether all holds; `told` hears what is looked at. `quick`: the file's contents are not compared with
    /// its indexes.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be looked at.
    pub async fn verify(
        &self,
        now: UnixTime,
        rules: &SweepRules,
        quick: bool,
        mut told: impl FnMut(&'static str),
    ) -> Result<Vec<Broken>, StoreError> {
        let mut broken = Vec::new();
        if let Raw::Sqlite(_, conn) = &self.0 {
            told("file");
            broken = file::integrity(conn, quick)
                .into_iter()
                .map(in_file)
                .collect();
            if !broken.is_empty() {
                return Ok(broken);
            }
        }
        let moment = Moment {
            now,
            clock: Locator::first_at(now.plus(SKEW)),
            unswept: Locator::first_at(now.minus(rules.refresh)),
        };
        for invariant in &ALL {
            told(invariant.name);
            broken.extend(self.look_at(invariant, &moment).await?);
        }
        Ok(broken)
    }

    async fn look_at(
        &self,
        invariant: &Invariant,
        moment: &Moment,
    ) -> Result<Option<Broken>, StoreError> {
        let values = (invariant.values)(moment);
        let found = self.numbers(invariant.sql, &values).await?;
        Ok(match found[..] {
            [Some(count), example, ..] if count > 0 => Some(Broken {
                check: invariant.name,
                sentence: format!(
                    "{count} {} {}",
                    invariant.broken,
                    example.unwrap_or_default()
                ),
            }),
            _ => None,
        })
    }
}

fn in_file(sentence: String) -> Broken {
    Broken {
        check: "file",
        sentence,
    }
}
