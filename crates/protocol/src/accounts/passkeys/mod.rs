//! Passkeys (WebAuthn): keys that authenticators hold for a person, with which they sign in and type nothing. Each proves
//! possession and that its person was verified, so it is both factors; and it is a second factor after a password.
//!
//! What an authenticator answered is judged by a library, at the edge; what it is good for, by the rules here.
pub mod ceremony;
pub mod proved;

use super::mail_link::{LinkMail, LinkPurpose};
use super::mailbox::notice;
use super::second_factor::SecondFactors;
use super::second_factor::recovery::RecoveryCode;
use crate::apps::signed_in_lately;
use crate::decision::{Decision, Mint};
use crate::facts::SessionFacts;
use crate::grants::Context;
use crate::transition::{PasskeyChange, Transition};
use crate::types::text::is_plain;
use crate::types::{Locator, Person, Session, Subject, UnixTime};

/// How many a person may have.
pub const AT_MOST: usize = 20;
/// Longest name, in characters.
pub const MAX_NAME: usize = 60;

/// What is kept of a passkey. It holds no secret: the private key never leaves the authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its number here.
    pub id: Locator,
    /// Whose it is.
    pub subject: Subject,
    /// What it is for authenticators.
    pub credential: Credential,
    /// What its person calls it.
    pub name: String,
    /// Since when it is there.
    pub created_at: UnixTime,
    /// When it was used last.
    pub used_at: Option<UnixTime>,
}

/// A credential, as the authenticator made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id, which the authenticator chose.
    pub id: Vec<u8>,
    /// By what the authenticator knows its person, which tells nothing of them.
    pub handle: Vec<u8>,
    /// The public key, and what else the library must know.
    pub state: String,
    /// The last number of its counter; 0 where it does not count.
    pub count: i64,
}

/// Where a private key is, as its authenticator says: nobody vouches for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// In one device, which does not give it away.
    Device,
    /// In software that can copy it to other devices.
    Copied,
}

/// Whether a person may have passkeys, and nobody else their password: not one whom the company's own login knows, nor a test
/// user, nor one whose password `is_published`.
pub fn may_have(person: &Person, is_published: bool) -> bool {
    person.external_id.is_none() && person.test_app.is_none() && !is_published
}

/// Reads what a person calls a passkey; `None` where it cannot be that.
pub fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= MAX_NAME;
    (fits && is_plain(text)).then(|| text.to_owned())
}

/// A passkey to be added.
#[derive(Debug)]
pub struct NewPasskey<'a> {
    /// Its number.
    pub id: Locator,
    /// Whose.
    pub person: &'a Person,
    /// The ceremony in which it was made.
    pub ceremony: Locator,
    /// What the authenticator made.
    pub credential: Credential,
    /// What its person calls it.
    pub name: String,
    /// The recovery codes that go with the first second factor of a person; empty where they have one already.
    pub codes: &'a [RecoveryCode],
    /// The session in which it is added: all others end where they began without a second factor. `None`: at a sign-in that takes
    /// one.
    pub session: Option<&'a Session>,
    /// What another provider said, where it is added at a sign-in there.
    pub answer: Option<Locator>,
}

/// Adds a passkey. `told`: its person hears of it by mail.
pub fn add<M: Mint>(new: NewPasskey<'_>, told: bool, now: UnixTime, mint: &M) -> Transition {
    Transition::Passkey(PasskeyChange::Add {
        passkey: Box::new(Passkey {
            id: new.id,
            subject: new.person.subject,
            credential: new.credential,
            name: new.name,
            created_at: now,
            used_at: None,
        }),
        ceremony: new.ceremony,
        codes: new.codes.iter().map(RecoveryCode::digest).collect(),
        session: new.session.map(|session| session.id),
        answer: new.answer,
        notice: match new.codes.is_empty() {
            true => mail(told, (LinkPurpose::PasskeysChanged, new.person), now, mint),
            false => mail(
                told,
                (LinkPurpose::SecondFactorBegun, new.person),
                now,
                mint,
            ),
        },
    })
}

/// Uses a passkey in a ceremony, after which it is as `credential` says.
pub fn use_in(ceremony: Locator, of: &Passkey, credential: Credential) -> Transition {
    Transition::Passkey(PasskeyChange::Use {
        id: of.id,
        subject: of.subject,
        ceremony,
        state: credential.state,
        count: credential.count,
    })
}

/// Notes that a passkey answered whose counter went back: somebody has a copy of its key. `told`: its person hears of it by
/// mail.
pub fn copied<M: Mint>(
    ceremony: Locator,
    of: &Passkey,
    person: &Person,
    told: bool,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let mail = told.then(|| notice(LinkPurpose::PasskeyCopied, person, now, mint));
    Transition::Passkey(PasskeyChange::Copied {
        id: of.id,
        subject: of.subject,
        ceremony,
        notice: mail.flatten().map(Box::new),
    })
}

/// Gives a passkey another name.
pub fn rename(of: &Passkey, name: String) -> Transition {
    Transition::Passkey(PasskeyChange::Rename {
        id: of.id,
        subject: of.subject,
        name,
    })
}

/// Why a passkey is not removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveError {
    /// Its person has none of this number.
    Unknown,
    /// They must prove first that it is them.
    LongAgo,
    /// It is the last way in.
    LastWay,
}

/// Whether a person comes in by their passkeys alone.
pub fn is_only_way(person: &Person, identities: usize) -> bool {
    !person.signs_in_here() && identities == 0
}

/// Removes a passkey, unless it is the last way in: all other sessions end. `told`: its person hears of it by mail.
pub fn remove<M: Mint>(
    id: Locator,
    session: &SessionFacts,
    (passkeys, identities): (&[Passkey], usize),
    told: bool,
    context: &Context<'_, M>,
) -> Decision<(), RemoveError> {
    if !passkeys.iter().any(|passkey| passkey.id == id) {
        return Decision::refuse(RemoveError::Unknown);
    }
    if passkeys.len() < 2 && is_only_way(&session.person, identities) {
        return Decision::refuse(RemoveError::LastWay);
    }
    let proved = signed_in_lately(&session.session, context.now);
    if !proved || !session.session.has_second_factor() {
        return Decision::refuse(RemoveError::LongAgo);
    }
    let (person, own) = (&session.person, &session.session);
    let change = PasskeyChange::Remove {
        id,
        subject: person.subject,
        session: own.id,
        notice: mail(
            told,
            (LinkPurpose::PasskeysChanged, person),
            context.now,
            context.mint,
        ),
    };
    Decision::grant(Transition::Passkey(change), ())
}

fn mail<M: Mint>(
    told: bool,
    (purpose, person): (LinkPurpose, &Person),
    now: UnixTime,
    mint: &M,
) -> Option<Box<LinkMail>> {
    // Its link ends every session: whoever has the passkey may have begun one elsewhere.
    let mail = told.then(|| notice(purpose, person, now, mint));
    mail.flatten().map(Box::new)
}

/// Whether a passkey that is added is the first second factor of its person, with which they get recovery codes.
pub fn is_first(has: &SecondFactors) -> bool {
    has.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_read() {
        assert_eq!(name("  My phone ").as_deref(), Some("My phone"));
        assert!(name(&"x".repeat(MAX_NAME)).is_some());
        let long = "x".repeat(MAX_NAME + 1);
        for no in ["", "   ", "a\u{202e}b", "a\nb", long.as_str()] {
            assert_eq!(name(no), None, "{no:?}");
        }
    }
}
