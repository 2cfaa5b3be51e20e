//! Hand-off: people who have an account with the company already sign in there. Their browser is sent to the company's own
//! login with a challenge, the company says by one call who it is, and the browser comes back with a ticket.
//!
//! Neither text is stored. The challenge is sealed under the server's key and holds what a browser came for; the ticket is
//! derived from it, works once, soon, and in the browser that was sent away alone.
mod accept;
mod acr;
mod answer;
mod memberships;
mod reading;

pub use accept::{AcceptFacts, HandoffError, LoginOutcome, accept, refuse};
pub use acr::AcrWords;
pub use answer::{Answer, ExternalPerson, LONGEST_ANSWER};
pub use memberships::{ExternalMembership, MembershipFacts, next_change};
pub use reading::{AnswerFault, LOCAL_MARK};
pub(crate) use reading::{LONGEST_NAME, called, flag, id_fault, knows, text};

use crate::decision::Mint;
use crate::types::{Lifetime, Locator, Subject, UnixTime};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::Digest;
use jose::keyed::Key;
use wire::{Presented, TokenText};

/// What a challenge starts with.
const CHALLENGE: &str = "lc_";
/// What a ticket starts with.
const TICKET: &str = "lt_";
/// How long the company may take to say who it is: long enough to make an account there.
pub const CHALLENGE_LIFE: Lifetime = Lifetime::from_minutes(15);
/// How long the way back may take.
pub const TICKET_LIFE: Lifetime = Lifetime::from_minutes(5);
/// Where people known by hand-off come from, as their identities say.
pub const SOURCE: &str = "handoff";
/// Binds sealed text to what it is.
const CONTEXT: &[u8] = b"login challenge v1";
/// Longest text of a challenge that is read.
const LONGEST: usize = 4_096;

/// That a browser was sent to the company's own login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginChallenge {
    /// Names it, and tells when.
    pub id: Locator,
    /// Which browser: the digest of what only that one knows.
    pub browser: Digest,
    /// Whether the person must sign in now, whoever is signed in there already.
    pub anew: bool,
    /// Whether they need a second factor there, whatever the app asks for.
    pub second_factor: bool,
    /// What it came for, as a continuation is written; `None`: the person's own page.
    pub onward: Option<String>,
}

impl LoginChallenge {
    /// A challenge for a browser, whose person needs no second factor there.
    pub fn new<M: Mint>(browser: &str, anew: bool, onward: Option<String>, mint: &M) -> Self {
        LoginChallenge {
            id: mint.locator(),
            browser: Digest::of(browser.as_bytes()),
            anew,
            second_factor: false,
            onward,
        }
    }

    /// Its text: what it says, sealed.
    pub fn write(&self, key: &Key) -> String {
        let mut plain = self.id.0.to_be_bytes().to_vec();
        plain.extend_from_slice(self.browser.as_bytes());
        plain.push(u8::from(self.anew) | u8::from(self.second_factor) << 1);
        plain.extend_from_slice(self.onward.as_deref().unwrap_or_default().as_bytes());
        let sealed = jose::seal::seal(&key.derive(&[CONTEXT]), CONTEXT, &plain);
        format!("{CHALLENGE}{}", URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Reads a text; `None` when it is none that this server made.
    pub fn read(text: &str, key: &Key) -> Option<Self> {
        let sealed = text
            .strip_prefix(CHALLENGE)
            .filter(|_| text.len() <= LONGEST)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = jose::seal::open(&key.derive(&[CONTEXT]), CONTEXT, &sealed)?;
        let (id, rest) = plain.split_first_chunk::<8>()?;
        let (browser, rest) = rest.split_first_chunk::<32>()?;
        let (flags, onward) = rest.split_first()?;
        let onward = std::str::from_utf8(onward).ok()?;
        Some(LoginChallenge {
            id: Locator(i64::from_be_bytes(*id)),
            browser: Digest::from_stored(browser)?,
            anew: flags & 1 != 0,
            second_factor: flags & 2 != 0,
            onward: (!onward.is_empty()).then(|| onward.to_owned()),
        })
    }

    /// When it was made.
    pub fn made_at(&self) -> UnixTime {
        self.id.time()
    }

    /// Until when the company may answer it.
    pub fn ends_at(&self) -> UnixTime {
        self.made_at().plus(CHALLENGE_LIFE)
    }

    /// The ticket by which its browser comes back.
    pub fn ticket(&self, key: &Key) -> TokenText {
        ticket(self.id, &self.browser, key)
    }
}

fn ticket(id: Locator, browser: &Digest, key: &Key) -> TokenText {
    let secret = key.derive(&[b"login ticket", browser.as_bytes(), &id.0.to_be_bytes()]);
    TokenText::new(TICKET, id.0, &secret)
}

/// A ticket that a browser brings.
#[derive(Debug)]
pub struct LoginTicket(Presented);

impl LoginTicket {
    /// Reads a text; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let presented = Presented::parse(text);
        let ours = presented.filter(|presented| presented.prefix() == TICKET);
        ours.map(LoginTicket)
    }

    /// Which challenge it answers.
    pub fn locator(&self) -> Locator {
        Locator(self.0.locator)
    }

    /// Who is signed in by it, or that nobody is.
    ///
    /// # Errors
    /// [`TicketFault`]: whoever brings it learns nothing of the answer, unless the answer was for this browser.
    pub fn open<'a>(
        &self,
        answer: Option<&'a LoginAnswer>,
        browser: Option<&str>,
        key: &Key,
        now: UnixTime,
    ) -> Result<&'a LoginOutcome, TicketFault> {
        let answer = answer.ok_or(TicketFault::Unknown)?;
        if ticket(answer.id, &answer.browser, key).digest() != self.0.digest {
            return Err(TicketFault::Unknown);
        }
        let own = browser.map(|browser| Digest::of(browser.as_bytes()));
        if own.as_ref() != Some(&answer.browser) {
            return Err(TicketFault::OtherBrowser);
        }
        match (answer.used_at, now < answer.expires_at) {
            (Some(_), _) => Err(TicketFault::Used),
            (None, false) => Err(TicketFault::Late),
            (None, true) => Ok(&answer.outcome),
        }
    }
}

/// Why a ticket signs nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketFault {
    /// It is none of ours, or was forgotten.
    Unknown,
    /// It came in another browser than the one that was sent away.
    OtherBrowser,
    /// It was used already.
    Used,
    /// It came too late.
    Late,
}

/// What the company said to a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginAnswer {
    /// The id of the challenge.
    pub id: Locator,
    /// The browser that was sent away.
    pub browser: Digest,
    /// What it came for.
    pub onward: Option<String>,
    /// What was said.
    pub outcome: LoginOutcome,
    /// Until when its ticket works.
    pub expires_at: UnixTime,
    /// When it was used, or used up because the person's sessions ended.
    pub used_at: Option<UnixTime>,
    /// SHA-256 of all that the company said, where it was the company, and let somebody in.
    pub said: Option<Digest>,
}

impl LoginAnswer {
    /// Whether it says the same of the same person.
    pub fn is_of(&self, person: Option<Subject>) -> bool {
        match self.outcome {
            LoginOutcome::SignedIn { subject, .. } => person == Some(subject),
            LoginOutcome::Refused => person.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge() -> LoginChallenge {
        LoginChallenge {
            id: Locator::first_at(UnixTime(1_800_000_000)),
            browser: Digest::of(b"browser"),
            anew: true,
            second_factor: false,
            onward: Some("rq_handle".to_owned()),
        }
    }

    fn answer() -> LoginAnswer {
        let challenge = challenge();
        LoginAnswer {
            id: challenge.id,
            browser: challenge.browser,
            onward: challenge.onward,
            outcome: LoginOutcome::Refused,
            expires_at: UnixTime(1_800_000_100),
            used_at: None,
            said: None,
        }
    }

    #[test]
    fn a_challenge_is_read_by_who_made_it_alone() {
        let key = Key::new(&[7; 32]);
        let own = challenge();
        let text = own.write(&key);
        assert_eq!(LoginChallenge::read(&text, &key), Some(own));
        // The way back to a page of the portal's own host is long.
        let long = LoginChallenge {
            onward: Some("x".repeat(1_600)),
            ..challenge()
        };
        let long_text = long.write(&key);
        let more = LoginChallenge {
            anew: false,
            second_factor: true,
            ..challenge()
        };
        let more_text = more.write(&key);
        assert_eq!(LoginChallenge::read(&more_text, &key), Some(more));
        assert_eq!(LoginChallenge::read(&long_text, &key), Some(long));
        assert_eq!(LoginChallenge::read(&text, &Key::new(&[8; 32])), None);
        for at in 3..text.len() {
            let mut bent = text.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert_eq!(LoginChallenge::read(&bent, &key), None, "{at}");
        }
        for no in ["", "lc_", "lt_AAAA", &text[..text.len() - 1], &text[3..]] {
            assert_eq!(LoginChallenge::read(no, &key), None, "{no}");
        }
    }

    #[test]
    fn a_ticket_works_once_soon_and_in_the_browser_that_was_sent_away() {
        let key = Key::new(&[7; 32]);
        let text = challenge().ticket(&key);
        let ticket = LoginTicket::parse(text.as_str()).unwrap();
        let own = answer();
        let (soon, late) = (UnixTime(1_800_000_099), UnixTime(1_800_000_100));
        let open = |answer: Option<&LoginAnswer>, browser, now| {
            ticket.open(answer, browser, &key, now).cloned()
        };
        let (mine, other) = (Some("browser"), Some("another"));
        assert_eq!(open(Some(&own), mine, soon), Ok(LoginOutcome::Refused));
        assert_eq!(open(Some(&own), mine, late), Err(TicketFault::Late));
        assert_eq!(open(None, mine, soon), Err(TicketFault::Unknown));
        for browser in [other, None] {
            let found = open(Some(&own), browser, soon);
            assert_eq!(found, Err(TicketFault::OtherBrowser));
        }
        let used = LoginAnswer {
            used_at: Some(soon),
            ..answer()
        };
        assert_eq!(open(Some(&used), mine, soon), Err(TicketFault::Used));
        let elsewhere = LoginAnswer {
            browser: Digest::of(b"another"),
            ..answer()
        };
        let crossed = open(Some(&elsewhere), other, soon);
        assert_eq!(crossed, Err(TicketFault::Unknown));
    }
}
