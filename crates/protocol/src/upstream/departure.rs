//! What a browser left for, as the `state` holds it.
use crate::decision::Mint;
use crate::handoff::LoginChallenge;
use crate::types::{Lifetime, Locator, Subject, UnixTime};
use jose::Digest;
use jose::base64url;
use jose::json;
use jose::keyed::Key;
use serde_json::{Value, json};

/// How long the provider may take.
pub const DEPARTURE_LIFE: Lifetime = Lifetime::from_minutes(10);
/// How long what a provider said of somebody can begin a session: longer than a second factor here may take after it.
pub const ANSWER_LIFE: Lifetime = Lifetime::from_minutes(15);
/// Binds sealed text to what it is.
const CONTEXT: &[u8] = b"upstream state v1";
/// Longest text that is read.
const LONGEST: usize = 6_000;

/// A browser that was sent to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Names it, and tells when.
    pub id: Locator,
    /// Which browser: the digest of what only that one knows.
    pub browser: Digest,
    /// To which provider, by its id here.
    pub provider: String,
    /// What its person has to prove there: since when they must have signed in.
    pub since: Option<UnixTime>,
    /// Whether `max_age` was asked for, so that the provider must say when they signed in.
    pub tells_time: bool,
    /// What for.
    pub aim: Aim,
}

/// What a browser was sent to a provider for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// To sign in, and then to go on.
    SignIn {
        /// Where, as a continuation is written; `None`: the person's own page.
        onward: Option<String>,
    },
    /// To add this sign-in to an account.
    Link {
        /// Whose.
        subject: Subject,
        /// In which session they asked for that.
        session: Locator,
    },
}

impl Departure {
    /// One of a browser.
    pub fn new<M: Mint>(browser: &str, provider: &str, aim: Aim, mint: &M) -> Self {
        Departure {
            id: mint.locator(),
            browser: Digest::of(browser.as_bytes()),
            provider: provider.to_owned(),
            since: None,
            tells_time: false,
            aim,
        }
    }

    /// The `state`: what it says, sealed.
    pub fn write(&self, key: &Key) -> String {
        let aim = match &self.aim {
            Aim::SignIn { onward } => json!({ "on": onward }),
            Aim::Link { subject, session } => json!({ "of": subject.0, "in": session.0 }),
        };
        let plain = json!({
            "id": self.id.0,
            "browser": self.browser.base64url(),
            "provider": self.provider,
            "since": self.since.map(|since| since.0),
            "time": self.tells_time,
            "aim": aim,
        });
        let sealed = jose::seal::seal(
            &key.derive(&[CONTEXT]),
            CONTEXT,
            plain.to_string().as_bytes(),
        );
        base64url::encode(&sealed)
    }

    /// Reads a `state`; `None` when it is none that this server made.
    pub fn read(text: &str, key: &Key) -> Option<Self> {
        let sealed = base64url::decode(text).filter(|_| text.len() <= LONGEST)?;
        let plain = jose::seal::open(&key.derive(&[CONTEXT]), CONTEXT, &sealed)?;
        let plain = json::object(&plain, LONGEST).ok()?;
        let text = |name: &str| plain.get(name).and_then(Value::as_str);
        let number = |name: &str| plain.get(name).and_then(Value::as_i64);
        let aim = plain.get("aim")?;
        let aim = match (aim["of"].as_i64(), aim["in"].as_i64()) {
            (Some(subject), Some(session)) => Aim::Link {
                subject: Subject(subject),
                session: Locator(session),
            },
            _ => Aim::SignIn {
                onward: aim["on"].as_str().map(str::to_owned),
            },
        };
        Some(Departure {
            id: Locator(number("id")?),
            browser: Digest::from_stored(&base64url::decode(text("browser")?)?)?,
            provider: text("provider")?.to_owned(),
            since: number("since").map(UnixTime),
            tells_time: plain.get("time").and_then(Value::as_bool)?,
            aim,
        })
    }

    /// When the browser left.
    pub fn left_at(&self) -> UnixTime {
        self.id.time()
    }

    /// Whether it may come back now.
    pub fn is_alive(&self, now: UnixTime) -> bool {
        now < self.left_at().plus(DEPARTURE_LIFE)
    }

    /// Whether it is this browser's.
    pub fn is_of(&self, browser: Option<&str>) -> bool {
        browser.is_some_and(|browser| Digest::of(browser.as_bytes()) == self.browser)
    }

    /// The PKCE code verifier (RFC 7636 §4.1), which never leaves the server before the code comes.
    pub fn verifier(&self, key: &Key) -> String {
        self.derived(b"upstream verifier", key)
    }

    /// Its challenge by S256.
    pub fn challenge(&self, key: &Key) -> String {
        Digest::of(self.verifier(key).as_bytes()).base64url()
    }

    /// The nonce that the ID token must hold.
    pub fn nonce(&self, key: &Key) -> String {
        self.derived(b"upstream nonce", key)
    }

    fn derived(&self, what: &[u8], key: &Key) -> String {
        let id = self.id.0.to_be_bytes();
        let parts = [what, self.provider.as_bytes(), self.browser.as_bytes(), &id];
        base64url::encode(&key.derive(&parts))
    }

    /// What is noted when it comes back.
    pub fn noted(&self) -> LoginChallenge {
        let onward = match &self.aim {
            Aim::SignIn { onward } => onward.clone(),
            Aim::Link { .. } => None,
        };
        LoginChallenge {
            id: self.id,
            browser: self.browser,
            anew: self.since.is_some(),
            second_factor: false,
            onward,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departure(aim: Aim) -> Departure {
        Departure {
            id: Locator::first_at(UnixTime(1_800_000_000)),
            browser: Digest::of(b"browser"),
            provider: "acme".to_owned(),
            since: Some(UnixTime(1_800_000_000)),
            tells_time: true,
            aim,
        }
    }

    #[test]
    fn a_state_is_read_by_who_made_it_alone() {
        let key = Key::new(&[7; 32]);
        for aim in [
            Aim::SignIn { onward: None },
            Aim::SignIn {
                // The longest that a cookie of ours bears.
                onward: Some("x".repeat(4_096)),
            },
            Aim::Link {
                subject: Subject(7),
                session: Locator(8),
            },
        ] {
            let own = departure(aim);
            let text = own.write(&key);
            assert_eq!(Departure::read(&text, &key), Some(own));
            assert_eq!(Departure::read(&text, &Key::new(&[8; 32])), None);
            for at in 0..text.len().min(200) {
                let mut bent = text.clone().into_bytes();
                bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
                let bent = String::from_utf8(bent).unwrap();
                assert_eq!(Departure::read(&bent, &key), None, "{at}");
            }
        }
        for no in ["", "AAAA", "lc_x"] {
            assert_eq!(Departure::read(no, &key), None);
        }
    }

    #[test]
    fn what_is_derived_differs_for_each_browser_departure_and_provider() {
        let key = Key::new(&[7; 32]);
        let one = departure(Aim::SignIn { onward: None });
        let mut others = [one.clone(), one.clone(), one.clone()];
        others[0].browser = Digest::of(b"another");
        others[1].id = Locator(one.id.0 + 1);
        others[2].provider = "other".to_owned();
        for other in others {
            assert_ne!(one.nonce(&key), other.nonce(&key));
            assert_ne!(one.verifier(&key), other.verifier(&key));
        }
        assert_ne!(one.nonce(&key), one.verifier(&key));
        // "a minimum length of 43 characters and a maximum length of 128" (RFC 7636 §4.1).
        assert_eq!(one.verifier(&key).len(), 43);
    }

    #[test]
    fn ten_minutes_are_enough() {
        let one = departure(Aim::SignIn { onward: None });
        assert!(one.is_alive(UnixTime(1_800_000_599)));
        assert!(!one.is_alive(UnixTime(1_800_000_600)));
        assert!(one.is_of(Some("browser")));
        assert!(!one.is_of(Some("another")) && !one.is_of(None));
    }
}
