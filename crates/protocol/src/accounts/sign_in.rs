//! Signing in: throttles that slow a guesser without locking the owner out, then a session.
use crate::decision::Mint;
use crate::facts::Attempts;
use crate::policy::Policy;
use crate::transition::Transition;
use crate::types::person::email_key;
use crate::types::{Lifetime, Locator, Person, Session, Subject, UnixTime};
use jose::{Digest, TokenText};

/// What a session cookie's value starts with.
pub const SESSION_PREFIX: &str = "ss_";
/// How long attempts are counted together.
pub const WINDOW: Lifetime = Lifetime::from_minutes(15);
/// Longest stored name of a browser, in characters.
const MAX_BROWSER: usize = 120;

/// What is limited, and how many failed attempts each may see within [`WINDOW`].
///
/// - One account from one source: 10. A person who mistypes is far from it.
/// - One source over all accounts: 100, so people behind one address do not shut each other out.
/// - One account over all sources: 50, counted only for browsers that were never signed in to it. A browser
///   that was (it holds a known-device cookie) is counted apart, so a stranger's guesses never lock the
///   owner out.
/// - New accounts from one source: 20.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    AccountAndSource,
    Source,
    AccountFromStrangers,
    AccountFromKnownDevice,
    SignUpsFromSource,
}

impl Limit {
    fn allowed(self) -> u32 {
        match self {
            Limit::AccountAndSource => 10,
            Limit::Source => 100,
            Limit::AccountFromStrangers => 50,
            Limit::AccountFromKnownDevice | Limit::SignUpsFromSource => 20,
        }
    }
}

/// One attempt to sign in, before anything is known about the account. Unknown addresses are counted like
/// known ones.
#[derive(Debug, Clone)]
pub struct Attempt {
    keys: Vec<(Limit, Digest)>,
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// Seconds until it is worth trying again.
    pub retry_after: i64,
}

impl Attempt {
    /// An attempt at the account of `email` from `source` (an address, or the /64 of an IPv6 one).
    /// `known_device`: the id of a browser that has proved that it was signed in to this very account before;
    /// each is counted apart.
    pub fn new(email: &str, source: &str, known_device: Option<&str>) -> Self {
        let email = email_key(email);
        let keys = match known_device {
            Some(device) => {
                vec![key(
                    Limit::AccountFromKnownDevice,
                    &format!("{email}\n{device}"),
                )]
            }
            None => vec![
                key(Limit::AccountAndSource, &format!("{email}\n{source}")),
                key(Limit::Source, source),
                key(Limit::AccountFromStrangers, &email),
            ],
        };
        Attempt { keys }
    }

    /// An attempt to make an account from `source`.
    pub fn sign_up(source: &str) -> Self {
        Attempt {
            keys: vec![key(Limit::SignUpsFromSource, source)],
        }
    }

    /// What is counted.
    pub fn keys(&self) -> Vec<Digest> {
        self.keys.iter().map(|(_, key)| *key).collect()
    }

    /// Admits the attempt, given the counts of [`keys`](Self::keys) in their order. The count is raised before
    /// the password is looked at, so guesses made at once are not free.
    ///
    /// # Errors
    /// [`Throttled`] when any limit is reached.
    pub fn admit(&self, counts: &[Attempts], now: UnixTime) -> Result<Transition, Throttled> {
        let reached = self
            .keys
            .iter()
            .zip(counts)
            .filter(|((limit, _), attempts)| {
                now < attempts.since.plus(WINDOW) && attempts.count >= limit.allowed()
            });
        let wait = reached
            .map(|(_, attempts)| now.seconds_until(attempts.since.plus(WINDOW)))
            .max();
        match wait {
            Some(retry_after) => Err(Throttled {
                retry_after: retry_after.max(1),
            }),
            None => Ok(self.count()),
        }
    }

    fn count(&self) -> Transition {
        let keys = self.keys.iter().map(|(limit, key)| (*key, limit.allowed()));
        Transition::CountAttempt {
            keys: keys.collect(),
            window: WINDOW,
        }
    }

    /// What a success forgets: the counts of the account, not those of the source as a whole.
    pub fn succeeded(&self, subject: Subject) -> Transition {
        let own = self
            .keys
            .iter()
            .filter(|(limit, _)| *limit != Limit::Source);
        Transition::ClearAttempts {
            keys: own.map(|(_, key)| *key).collect(),
            subject,
        }
    }
}

fn key(limit: Limit, text: &str) -> (Limit, Digest) {
    (limit, Digest::of(format!("{limit:?}\n{text}").as_bytes()))
}

/// Starts a session for a person who proved who they are. Returns the cookie's value. The browser's earlier
/// session, if any, ends: an id never survives a sign-in.
pub fn start_session<M: Mint>(
    person: &Person,
    browser: &str,
    ends: Option<Locator>,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> (TokenText, Transition) {
    let id = mint.locator();
    let cookie = TokenText::new(SESSION_PREFIX, id.0, &mint.secret());
    let browser = browser
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_BROWSER)
        .collect();
    let session = Session {
        id,
        digest: cookie.digest(),
        subject: person.subject,
        auth_time: now,
        expires_at: now.plus(policy.accounts.session),
        browser,
    };
    let transition = Transition::StartSession {
        password: person.password.clone(),
        session,
        ends,
    };
    (cookie, transition)
}
