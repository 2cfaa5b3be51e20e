//! Addresses to which mail comes back, and what is sent there all the same.
use super::mail_link::LinkPurpose;
use crate::transition::{BounceChange, Transition};
use crate::types::{Lifetime, Locator, MailAddress, Subject, UnixTime};

/// How an address answers to mail. The names are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceKind {
    /// Mail comes back.
    Bounce,
    /// Whoever reads it calls it junk.
    Complaint,
}

impl BounceKind {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            BounceKind::Bounce => "bounce",
            BounceKind::Complaint => "complaint",
        }
    }

    /// Reads a name; `None` for one that only another version knows.
    pub fn parse(name: &str) -> Option<Self> {
        [BounceKind::Bounce, BounceKind::Complaint]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Whether a mail is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It is.
    Send,
    /// It is, unless another one was within [`PAUSE`].
    Seldom,
    /// It is not.
    Withhold,
}

/// How long an address is left alone between two mails that were asked for, once somebody has complained.
pub const PAUSE: Lifetime = Lifetime::from_days(1);

/// Whether a mail for this purpose is sent to an address. What nobody asked for is not sent where it comes back or is
/// unwelcome; what somebody asks for is, because it may be the way to mend that.
pub fn sending(purpose: LinkPurpose, noted: Option<BounceKind>) -> Sending {
    match (noted, purpose.is_notice()) {
        (None, _) | (Some(BounceKind::Bounce), false) => Sending::Send,
        (Some(BounceKind::Complaint), false) => Sending::Seldom,
        (Some(BounceKind::Bounce | BounceKind::Complaint), true) => Sending::Withhold,
    }
}

/// Notes that mail to an address comes back, or is unwelcome there. `subject`: whose address it is, if anybody's.
pub fn note(
    address: &MailAddress,
    kind: BounceKind,
    subject: Option<Subject>,
    now: UnixTime,
) -> Transition {
    Transition::Bounce(BounceChange::Note {
        email_key: address.key(),
        kind,
        subject,
        at: now,
    })
}

/// Forgets that again.
pub fn forget(address: &MailAddress, subject: Option<Subject>) -> Transition {
    Transition::Bounce(BounceChange::Forget {
        email_key: address.key(),
        subject,
    })
}

/// Takes the turn of an address that gets mail seldom, for the mail `mail`; once more for the same one, which may not have
/// been delivered.
pub fn take_turn(address: &MailAddress, mail: Locator, now: UnixTime) -> Transition {
    Transition::Bounce(BounceChange::TakeTurn {
        email_key: address.key(),
        mail,
        at: now,
        before: UnixTime(now.0 - PAUSE.seconds()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_sent_and_notices_are_not() {
        for purpose in LinkPurpose::ALL {
            let notice = matches!(
                purpose,
                LinkPurpose::AddressChanged
                    | LinkPurpose::PasswordChanged
                    | LinkPurpose::NameChanged
                    | LinkPurpose::SignInsChanged
                    | LinkPurpose::NewDevice
                    | LinkPurpose::AppConnected
                    | LinkPurpose::SecondFactorBegun
                    | LinkPurpose::SecondFactorAdded
                    | LinkPurpose::SecondFactorRemoved
                    | LinkPurpose::PasskeysChanged
                    | LinkPurpose::PasskeyCopied
                    | LinkPurpose::RecoveryCodeUsed
            );
            let at = |noted| sending(purpose, noted);
            assert_eq!(at(None), Sending::Send, "{purpose:?}");
            let (bounced, complained) = match notice {
                true => (Sending::Withhold, Sending::Withhold),
                false => (Sending::Send, Sending::Seldom),
            };
            assert_eq!(at(Some(BounceKind::Bounce)), bounced, "{purpose:?}");
            assert_eq!(at(Some(BounceKind::Complaint)), complained, "{purpose:?}");
        }
    }

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in [BounceKind::Bounce, BounceKind::Complaint] {
            assert_eq!(BounceKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(BounceKind::parse("vacation"), None);
    }
}
