//! A ceremony: a challenge that a page brings, and what an authenticator answers to it. What must be known of it again is in
//! the form, under a tag of the server's key, so that a page writes nothing; its number is used up when it is answered.
use crate::types::{Lifetime, Locator, Subject, UnixTime};
use jose::keyed::Key;

/// How long a challenge may be answered: the longest that browsers are advised to wait for somebody (WebAuthn Level 3 §15.1).
pub const LIFETIME: Lifetime = Lifetime::from_minutes(10);

/// What a challenge is for. One is worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in, whoever it is.
    SignIn,
    /// To prove the second factor of somebody who proved the first.
    SecondFactor(Subject),
    /// To choose a new password by a link, with the second factor.
    NewPassword(Locator),
    /// To add a passkey to an account, in a session.
    Add(Subject, Locator),
}

impl Purpose {
    fn parts(self) -> (&'static [u8], [u8; 8], [u8; 8]) {
        let (name, of, within): (&[u8], i64, i64) = match self {
            Purpose::SignIn => (b"sign in", 0, 0),
            Purpose::SecondFactor(subject) => (b"second factor", subject.0, 0),
            Purpose::NewPassword(link) => (b"new password", link.0, 0),
            Purpose::Add(subject, session) => (b"add", subject.0, session.0),
        };
        (name, of.to_be_bytes(), within.to_be_bytes())
    }
}

/// A challenge that was given to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// Its number.
    pub id: Locator,
    /// When it began. Its number may be ahead of that, where a clock was.
    pub at: UnixTime,
    /// What the library must know of it again.
    pub state: String,
}

/// Why an answer is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CeremonyFault {
    /// It was not begun by this browser, or for something else.
    Foreign,
    /// It began too long ago.
    Late,
}

impl Ceremony {
    /// Its text, for this browser and this purpose.
    pub fn write(&self, purpose: Purpose, browser: &str, key: &Key) -> String {
        let tag = self.bound(purpose, browser, |parts| key.tag(parts));
        format!("{}.{}.{tag}.{}", self.id.0, self.at.0, self.state)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Why it is worth nothing.
    pub fn read(
        text: &str,
        purpose: Purpose,
        browser: &str,
        key: &Key,
        now: UnixTime,
    ) -> Result<Self, CeremonyFault> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or(CeremonyFault::Foreign);
        let number = |text: &str| text.parse().map_err(|_| CeremonyFault::Foreign);
        let (id, at) = (number(part()?)?, number(part()?)?);
        let (tag, state) = (part()?, part()?.to_owned());
        let ceremony = Ceremony {
            id: Locator(id),
            at: UnixTime(at),
            state,
        };
        if !ceremony.bound(purpose, browser, |parts| key.verify(parts, tag)) {
            return Err(CeremonyFault::Foreign);
        }
        match now.is_near(ceremony.at, LIFETIME) {
            true => Ok(ceremony),
            false => Err(CeremonyFault::Late),
        }
    }

    /// All that its tag is for.
    fn bound<T>(&self, purpose: Purpose, browser: &str, tag: impl FnOnce(&[&[u8]]) -> T) -> T {
        let (name, of, within) = purpose.parts();
        let (id, at) = (self.id.0.to_be_bytes(), self.at.0.to_be_bytes());
        let (browser, state) = (browser.as_bytes(), self.state.as_bytes());
        tag(&[b"passkey", name, &of, &within, &id, &at, browser, state])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixTime = UnixTime(1_800_000_000);

    fn begun() -> Ceremony {
        Ceremony {
            id: Locator(7),
            at: AT,
            state: r#"{"challenge":"a.b"}"#.to_owned(),
        }
    }

    #[test]
    fn a_challenge_is_for_one_browser_one_purpose_and_ten_minutes() {
        let (key, ceremony) = (Key::new(&[7; 32]), begun());
        let own = Purpose::SecondFactor(Subject(7));
        let text = ceremony.write(own, "browser", &key);
        let read = |purpose, browser, now| Ceremony::read(&text, purpose, browser, &key, now);
        assert_eq!(read(own, "browser", AT), Ok(begun()));
        assert_eq!(
            read(own, "browser", AT.plus(Lifetime::from_seconds(599))),
            Ok(begun())
        );
        let late = AT.plus(LIFETIME);
        assert_eq!(read(own, "browser", late), Err(CeremonyFault::Late));
        // A clock that was ahead makes none that lasts.
        let back = AT.minus(LIFETIME);
        assert_eq!(read(own, "browser", back), Err(CeremonyFault::Late));
        for (purpose, browser) in [
            (own, "another"),
            (Purpose::SignIn, "browser"),
            (Purpose::SecondFactor(Subject(8)), "browser"),
            (Purpose::NewPassword(Locator(7)), "browser"),
            (Purpose::Add(Subject(7), Locator(0)), "browser"),
        ] {
            let found = read(purpose, browser, AT);
            assert_eq!(found, Err(CeremonyFault::Foreign), "{purpose:?}");
        }
        let other = Key::new(&[8; 32]);
        let found = Ceremony::read(&text, own, "browser", &other, AT);
        assert_eq!(found, Err(CeremonyFault::Foreign));
    }

    #[test]
    fn what_was_changed_or_is_no_text_of_ours_is_nothing() {
        let key = Key::new(&[7; 32]);
        let text = begun().write(Purpose::SignIn, "browser", &key);
        let (id, rest) = text.split_once('.').unwrap();
        let (at, tagged) = rest.split_once('.').unwrap();
        let next = |number: &str| number.parse::<i64>().unwrap() + 1;
        let another = format!("{}.{rest}", next(id));
        let later = format!("{id}.{}.{tagged}", next(at));
        let other = text.replace("a.b", "a.c");
        for text in ["", "1", "1.2", "1.2.3", "x.y.z.a", &another, &later, &other] {
            let found = Ceremony::read(text, Purpose::SignIn, "browser", &key, AT);
            assert_eq!(found, Err(CeremonyFault::Foreign), "{text}");
        }
    }
}
