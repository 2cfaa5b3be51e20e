//! The second factor of a sign-in: after the password is proved, an account that has one owes it, and the session begins
//! only then.
//!
//! What is proved is a [`Proof`]: another kind is another variant there, with the name that RFC 8176 has for it.
mod owed;
pub mod recovery;
pub mod totp;

pub use owed::{Owed, begins_with_one, needs};

use super::mail_link::{LinkMail, LinkPurpose};
use super::mailbox::notice;
use super::passkeys::KeyPlace;
use super::sign_in::HandedOff;
use crate::decision::Mint;
use crate::transition::{SecondFactorChange, Transition};
use crate::types::{Lifetime, Locator, Person, Session, Subject, UnixTime};
use jose::Digest;
use jose::keyed::Key;
use recovery::RecoveryCode;
use totp::Seed;

/// How long a proved password waits for the second factor.
pub const PENDING: Lifetime = Lifetime::from_minutes(10);

/// A second factor that was proved beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// A code of an authenticator app.
    Code,
    /// A recovery code.
    RecoveryCode,
    /// A passkey, this one.
    Passkey(KeyPlace, Locator),
}

impl Second {
    /// The passkey, if it was one.
    pub const fn passkey(self) -> Option<Locator> {
        match self {
            Second::Passkey(_, id) => Some(id),
            Second::Code | Second::RecoveryCode => None,
        }
    }

    /// By the names of RFC 8176 §2. A recovery code has no name of its own there.
    fn names(self) -> &'static [&'static str] {
        match self {
            Second::Code => &["otp", "mfa"],
            Second::RecoveryCode => &["mfa"],
            Second::Passkey(KeyPlace::Device, _) => &["hwk", "user", "mfa"],
            Second::Passkey(KeyPlace::Copied, _) => &["swk", "user", "mfa"],
        }
    }
}

/// The methods of a sign-in elsewhere, and a second factor that was proved here after it.
pub fn with_second(methods: &str, second: Second) -> String {
    let before: Vec<&str> = methods.split(' ').filter(|name| !name.is_empty()).collect();
    let more = second.names().iter().filter(|name| !before.contains(name));
    let all: Vec<&str> = before.iter().chain(more).copied().collect();
    all.join(" ")
}

/// What a person proved when they signed in.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// Their password here, or a link to their mailbox with which they chose one.
    Password,
    /// The same, and a second factor.
    PasswordAnd(Second),
    /// Something elsewhere: the company's own login, or another provider, says what.
    HandedOff(HandedOff<'a>),
    /// What they had proved in this session already, then, and a second factor: all of it by these methods, with this passkey if
    /// it was one.
    Besides(UnixTime, &'a str, Option<Locator>),
    /// A passkey, this one, and that its person was verified: both factors in one.
    Passkey(KeyPlace, Locator),
}

impl<'a> Proof<'a> {
    /// How they proved who they are, by the names of RFC 8176 §2, separated by spaces; `None`: by their password alone. A
    /// recovery code has no name of its own there.
    pub fn methods(self) -> Option<&'a str> {
        match self {
            Proof::Password => None,
            Proof::PasswordAnd(Second::Code) => Some("pwd otp mfa"),
            Proof::PasswordAnd(Second::RecoveryCode) => Some("pwd mfa"),
            Proof::PasswordAnd(Second::Passkey(KeyPlace::Device, _)) => Some("pwd hwk user mfa"),
            Proof::PasswordAnd(Second::Passkey(KeyPlace::Copied, _)) => Some("pwd swk user mfa"),
            Proof::Passkey(KeyPlace::Device, _) => Some("hwk user mfa"),
            Proof::Passkey(KeyPlace::Copied, _) => Some("swk user mfa"),
            Proof::HandedOff(by) => Some(by.methods),
            Proof::Besides(_, methods, _) => Some(methods),
        }
    }

    /// When they proved the first of it.
    pub fn auth_time(self, now: UnixTime) -> UnixTime {
        match self {
            Proof::Password | Proof::PasswordAnd(_) | Proof::Passkey(..) => now,
            Proof::HandedOff(by) => by.auth_time,
            Proof::Besides(at, ..) => at,
        }
    }

    /// What the company's own login said.
    pub fn handed_off(self) -> Option<HandedOff<'a>> {
        match self {
            Proof::HandedOff(by) => Some(by),
            Proof::Password | Proof::PasswordAnd(_) | Proof::Besides(..) | Proof::Passkey(..) => {
                None
            }
        }
    }

    /// The passkey that is among it, which must be there still when the session begins.
    pub fn passkey(self) -> Option<Locator> {
        match self {
            Proof::Passkey(_, id) => Some(id),
            Proof::PasswordAnd(second) => second.passkey(),
            Proof::HandedOff(by) => by.passkey,
            Proof::Besides(_, _, passkey) => passkey,
            Proof::Password => None,
        }
    }
}

/// Whether these methods are of more than one factor (RFC 8176 §2, `mfa`).
pub fn is_multi_factor(methods: Option<&str>) -> bool {
    methods.is_some_and(|methods| methods.split(' ').any(|method| method == "mfa"))
}

/// That a browser proved a password a moment ago, or signed in at another provider, and owes the second factor. It is kept by that browser alone, and is worth
/// nothing under another password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Whose password.
    pub subject: Subject,
    /// When it was proved.
    pub at: UnixTime,
    /// What another provider said, in place of a password.
    pub answer: Option<Locator>,
}

impl Pending {
    /// Its text: for `browser`, and as long as the person's password is the one that was proved.
    pub fn write(self, browser: &str, person: &Person, key: &Key) -> String {
        let shown = self.shown();
        let tag = key.tag(&parts(browser, person, &shown));
        format!("{shown}.{tag}")
    }

    /// Reads a text; what it says is nothing yet until it [holds](Self::holds).
    pub fn read(text: &str) -> Option<(Self, &str)> {
        let (shown, tag) = text.rsplit_once('.')?;
        let mut parts = shown.splitn(3, '.');
        let mut part = || parts.next();
        let pending = Pending {
            subject: Subject(part()?.parse().ok()?),
            at: UnixTime(part()?.parse().ok()?),
            answer: match part()? {
                "" => None,
                answer => Some(Locator(answer.parse().ok()?)),
            },
        };
        Some((pending, tag))
    }

    fn shown(self) -> String {
        let answer = self.answer.map(|Locator(id)| id.to_string());
        let answer = answer.unwrap_or_default();
        format!("{}.{}.{answer}", self.subject.0, self.at.0)
    }

    /// Whether `tag` is that of this browser and person, and lately made.
    pub fn holds(
        self,
        tag: &str,
        browser: &str,
        person: &Person,
        key: &Key,
        now: UnixTime,
    ) -> bool {
        let shown = self.shown();
        let lately = self.at <= now && now < self.at.plus(PENDING);
        let own = self.subject == person.subject && person.is_active();
        own && lately && key.verify(&parts(browser, person, &shown), tag)
    }
}

fn parts<'a>(browser: &'a str, person: &'a Person, shown: &'a str) -> [&'a [u8]; 4] {
    let (browser, password) = (browser.as_bytes(), person.password.as_bytes());
    [b"second factor owed", browser, password, shown.as_bytes()]
}

/// What is kept of an authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// Whose.
    pub subject: Subject,
    /// Its seed, sealed.
    pub sealed: Vec<u8>,
    /// The step of the last code that was taken.
    pub last_step: i64,
    /// Since when it is there.
    pub created_at: UnixTime,
}

/// What a person can prove beside a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecondFactors {
    /// Their authenticator app.
    pub app: Option<Authenticator>,
    /// How many passkeys they have.
    pub passkeys: usize,
    /// How many recovery codes are left.
    pub codes_left: usize,
}

impl SecondFactors {
    /// Whether they have none. Recovery codes are no factor of their own: they go with one.
    pub fn is_none(&self) -> bool {
        self.app.is_none() && self.passkeys == 0
    }
}

/// A new authenticator app, whose seed its person has proved to hold.
#[derive(Debug)]
pub struct NewAuthenticator<'a> {
    /// Whose.
    pub person: &'a Person,
    /// Its seed, sealed.
    pub sealed: Vec<u8>,
    /// The step of the code that proved it.
    pub step: i64,
    /// The recovery codes that go with it.
    pub codes: &'a [RecoveryCode],
    /// Whether they had no second factor when that was decided, so that none was asked for.
    pub is_first: bool,
    /// The session in which it is added, if there is one: all others end.
    pub session: Option<&'a Session>,
    /// What another provider said, where it is added at a sign-in there.
    pub answer: Option<Locator>,
}

/// Gives a person a second factor. `told`: they hear of it by mail.
pub fn add<M: Mint>(new: NewAuthenticator<'_>, told: bool, now: UnixTime, mint: &M) -> Transition {
    // Whoever has the account's password set the first one up: by the link alone nothing is taken back.
    let tell = match new.is_first {
        true => (LinkPurpose::SecondFactorBegun, None),
        false => (LinkPurpose::SecondFactorAdded, new.session),
    };
    Transition::SecondFactor(SecondFactorChange::Add {
        subject: new.person.subject,
        sealed: new.sealed,
        step: new.step,
        at: now,
        codes: digests(new.codes),
        is_first: new.is_first,
        keep: new.session.map(|session| session.id),
        answer: new.answer,
        notice: told.then(|| tell_of(tell, new.person, now, mint)).flatten(),
    })
}

/// Uses the code of a step up.
pub fn use_code(of: &Authenticator, step: i64) -> Transition {
    Transition::SecondFactor(SecondFactorChange::UseCode {
        subject: of.subject,
        created_at: of.created_at,
        step,
    })
}

/// Uses a recovery code up. `told`: the person hears of it by mail.
pub fn use_recovery_code<M: Mint>(
    person: &Person,
    code: &RecoveryCode,
    told: bool,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let tell = (LinkPurpose::RecoveryCodeUsed, None);
    Transition::SecondFactor(SecondFactorChange::UseRecoveryCode {
        subject: person.subject,
        digest: code.digest(),
        notice: told.then(|| tell_of(tell, person, now, mint)).flatten(),
    })
}

/// Makes the recovery codes of a person anew: those before are worth nothing.
pub fn replace_codes(of: Subject, codes: &[RecoveryCode]) -> Transition {
    Transition::SecondFactor(SecondFactorChange::ReplaceCodes {
        subject: of,
        codes: digests(codes),
    })
}

/// Takes a person's authenticator app away, and the recovery codes if nothing else is left that they go with. `told`: they hear
/// of it by mail, by which they can end the session that did it.
pub fn remove<M: Mint>(
    of: &Authenticator,
    person: &Person,
    (session, told): (&Session, bool),
    now: UnixTime,
    mint: &M,
) -> Transition {
    let tell = (LinkPurpose::SecondFactorRemoved, Some(session));
    Transition::SecondFactor(SecondFactorChange::Remove {
        subject: person.subject,
        created_at: of.created_at,
        notice: told.then(|| tell_of(tell, person, now, mint)).flatten(),
    })
}

/// Takes all of it away, by an operator, for somebody who has lost it: every session ends, because whoever has the device may
/// be another.
pub fn reset<M: Mint>(person: &Person, told: bool, now: UnixTime, mint: &M) -> Transition {
    let tell = (LinkPurpose::SecondFactorRemoved, None);
    Transition::SecondFactor(SecondFactorChange::Reset {
        subject: person.subject,
        notice: told.then(|| tell_of(tell, person, now, mint)).flatten(),
    })
}

fn digests(codes: &[RecoveryCode]) -> Vec<Digest> {
    codes.iter().map(RecoveryCode::digest).collect()
}

fn tell_of<M: Mint>(
    (purpose, session): (LinkPurpose, Option<&Session>),
    person: &Person,
    now: UnixTime,
    mint: &M,
) -> Option<Box<LinkMail>> {
    let mail = notice(purpose, person, now, mint)?;
    Some(Box::new(match session {
        Some(session) => mail.ending(session),
        None => mail,
    }))
}

/// What was typed where a second factor is asked for.
#[derive(Debug)]
pub enum Typed {
    /// Six digits: a code of an authenticator app.
    Code(String),
    /// A recovery code.
    Recovery(RecoveryCode),
}

impl Typed {
    /// Reads it, with whatever spaces and hyphens; `None` for what can be neither.
    pub fn read(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !is_gap(*c)).collect();
        let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
        match digits.len() == jose::one_time::DIGITS && all_digits {
            true => Some(Typed::Code(digits)),
            false => RecoveryCode::read(text).map(Typed::Recovery),
        }
    }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '-'
}

/// The step of a code that its person may use now; `None` where it is wrong, or was used.
pub fn step_of(seed: &Seed, of: &Authenticator, code: &str, now: UnixTime) -> Option<i64> {
    seed.step_of(code, now).filter(|step| *step > of.last_step)
}
