//! Whether the session that a browser claims to have is one.
use super::sign_in::SESSION_PREFIX;
use crate::facts::SessionFacts;
use crate::types::{Locator, UnixTime};
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
        facts.session.digest == self.0.digest
            && now < facts.session.expires_at
            && facts.person.is_active()
    }
}
