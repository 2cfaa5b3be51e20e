//! Second factors of people.
use crate::accounts::mail_link::LinkMail;
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Locator, Subject, UnixTime};
use jose::Digest;

/// A change of a person's second factor.
#[derive(Debug, Clone)]
pub enum SecondFactorChange {
    /// Gives a person an authenticator app and recovery codes, and ends their other sessions, which began without. Guard: they
    /// have none, nor a passkey that nobody asked for, the account is on, and the session in which it is done goes on.
    Add {
        /// Whose.
        subject: Subject,
        /// Its seed, sealed.
        sealed: Vec<u8>,
        /// The step of the code that proved it.
        step: i64,
        /// When.
        at: UnixTime,
        /// Digests of the recovery codes.
        codes: Vec<Digest>,
        /// Whether there was no other second factor to ask for.
        is_first: bool,
        /// The session that goes on.
        keep: Option<Locator>,
        /// The answer of another provider by which they sign in just now, which goes on. Guard: it was not used up.
        answer: Option<Locator>,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Uses the code of a step up. Guard: it is the same app, and no code of this step or a later one was used.
    UseCode {
        /// Whose.
        subject: Subject,
        /// Since when the app is there.
        created_at: UnixTime,
        /// The step.
        step: i64,
    },
    /// Uses a recovery code up. Guard: it is one of theirs, and was not used.
    UseRecoveryCode {
        /// Whose.
        subject: Subject,
        /// SHA-256 of the code.
        digest: Digest,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Replaces the recovery codes. Guard: there is a second factor that they go with.
    ReplaceCodes {
        /// Whose.
        subject: Subject,
        /// Digests of the new ones.
        codes: Vec<Digest>,
    },
    /// Takes the app away, and the recovery codes if no passkey is left. Guard: it is the same app.
    Remove {
        /// Whose.
        subject: Subject,
        /// Since when the app is there.
        created_at: UnixTime,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Takes app, passkeys and recovery codes away, and ends every session. Guard: there is something to take.
    Reset {
        /// Whose.
        subject: Subject,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Replaces the sealed seed by the same under another sealing key. Guard: it is as it was read.
    Reseal {
        /// Whose.
        subject: Subject,
        /// As it was read.
        before: Vec<u8>,
        /// The same, sealed anew.
        sealed: Vec<u8>,
    },
}

impl SecondFactorChange {
    fn notice(&self) -> Option<&LinkMail> {
        match self {
            Self::Add { notice, .. }
            | Self::UseRecoveryCode { notice, .. }
            | Self::Remove { notice, .. }
            | Self::Reset { notice, .. } => notice.as_deref(),
            Self::UseCode { .. } | Self::ReplaceCodes { .. } | Self::Reseal { .. } => None,
        }
    }

    pub(super) fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Self::Add { notice, .. }
            | Self::UseRecoveryCode { notice, .. }
            | Self::Remove { notice, .. }
            | Self::Reset { notice, .. } => notice.as_deref_mut(),
            Self::UseCode { .. } | Self::ReplaceCodes { .. } | Self::Reseal { .. } => None,
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        let (event, subject) = match self {
            Self::Add { subject, .. } => (Event::SecondFactorAdded, *subject),
            Self::UseRecoveryCode { subject, .. } => (Event::RecoveryCodeUsed, *subject),
            Self::ReplaceCodes { subject, .. } => (Event::RecoveryCodesReplaced, *subject),
            Self::Remove { subject, .. } | Self::Reset { subject, .. } => {
                (Event::SecondFactorRemoved, *subject)
            }
            // The session that begins with it is told of.
            Self::UseCode { .. } | Self::Reseal { .. } => return None,
        };
        Some(Happened::by_person(event, subject))
    }

    pub(super) fn messages(&self) -> &[Message] {
        self.notice().map_or(&[], |notice| notice.messages())
    }
}
