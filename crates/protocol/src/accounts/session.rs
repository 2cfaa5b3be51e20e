//! Whether the session that a browser claims to have is one.
use super::sign_in::SESSION_PREFIX;
use crate::facts::SessionFacts;
use crate::policy::AccountPolicy;
use crate::transition::SessionUse;
use crate::types::{Lifetime, Locator, Session, UnixTime};
use wire::Presented;

/// A session cookie's value.
#[derive(Debug)]
pub struct SessionCookie(Presented);

impl SessionCookie {
    /// Reads a value; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let presented = Presented::parse(text);
        let ours = presented.filter(|presented| presented.prefix() == SESSION_PREFIX);
        ours.map(SessionCookie)
    }

    /// Where the session's row is, if there is one.
    pub fn locator(&self) -> Locator {
        Locator(self.0.locator)
    }

    /// Whether the row is that of the cookie, and its person signed in with it now.
    pub fn signs_in(&self, facts: &SessionFacts, now: UnixTime) -> bool {
        facts.session.digest == self.0.digest && is_live(facts, now)
    }
}

/// Whether a session goes on, for a person whose account is on.
pub(super) fn is_live(facts: &SessionFacts, now: UnixTime) -> bool {
    now < facts.session.expires_at && facts.person.is_active()
}

/// The longest that a use is left out after another was noted.
const COARSE: Lifetime = Lifetime::from_minutes(5);

/// How often it is noted at most that a session was used: a fraction of the time after which it would end.
pub fn note_every(policy: &AccountPolicy) -> Lifetime {
    let half = u32::try_from(policy.session_idle.seconds() / 2);
    COARSE.min(Lifetime::from_seconds(half.unwrap_or(u32::MAX)))
}

/// What is written down of a session that is used now, if its last use lies back long enough. Cheap, because every request
/// of a browser asks.
#[inline]
pub fn used(session: &Session, policy: &AccountPolicy, now: UnixTime) -> Option<SessionUse> {
    let idle_at = now.plus(policy.session_idle);
    let noted = session.expires_at.plus(note_every(policy)) > idle_at;
    (!noted).then_some(SessionUse {
        session: session.id,
        at: now,
        idle_at,
    })
}
