//! Links in mails: each acts once, for a while, and only when its page is posted. A link proves that whoever follows it
//! reads a mailbox, and nothing else.
//!
//! The text of a link is made from the server's key when its mail is sent, and kept nowhere. What is kept is a row: what
//! the link is for, and whether it was used.
use crate::decision::Mint;
use crate::outbox::{LinkMailPayload, Message};
use crate::types::{
    ClientRowId, Language, Lifetime, Locator, MailAddress, Session, Subject, UnixTime,
};
use jose::keyed::Key;
use wire::{Presented, TokenText};

/// What the text of a link starts with.
pub const LINK_PREFIX: &str = "ml_";

/// What a mail is about, and so what its link does. The names are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Makes an account for whoever reads the mailbox.
    SignUp,
    /// The same, asked for by an operator.
    Invitation,
    /// Sets a new password for the account of the mailbox.
    Recovery,
    /// Proves the address that an account has.
    AddressProof,
    /// Gives an account this address instead of its own.
    AddressChange,
    /// Tells the earlier address that an account has another one, and takes that back.
    AddressChanged,
    /// Tells that the password was changed, and ends the session that did it.
    PasswordChanged,
    /// Tells that the name was changed, and ends the session that did it.
    NameChanged,
    /// Tells that a sign-in at another provider was added or taken away, and ends the session that did it.
    SignInsChanged,
    /// Tells that a browser was signed in which was not known, and ends its session.
    NewDevice,
    /// Tells that an app was let in, and removes it.
    AppConnected,
    /// Tells that the account has a second factor now, where it had none. Ends all sessions; and takes every second factor
    /// away, if a password comes with it that the account had before.
    SecondFactorBegun,
    /// Tells that the account has an authenticator app beside a passkey, and ends the session that did it.
    SecondFactorAdded,
    /// Tells that it has none any more, and does the same.
    SecondFactorRemoved,
    /// Tells that a recovery code was used, and ends all sessions.
    RecoveryCodeUsed,
    /// Tells that a passkey was added beside another second factor, or that one was removed, and ends all sessions.
    PasskeysChanged,
    /// Tells that somebody has a copy of a passkey, and ends all sessions.
    PasskeyCopied,
}

impl LinkPurpose {
    /// Whether it leads to an account that is not there yet.
    pub const fn is_for_newcomers(self) -> bool {
        matches!(self, LinkPurpose::SignUp | LinkPurpose::Invitation)
    }

    /// Whether it tells a person of something that they did not ask to be told.
    pub const fn is_notice(self) -> bool {
        match self {
            LinkPurpose::SignUp
            | LinkPurpose::Invitation
            | LinkPurpose::Recovery
            | LinkPurpose::AddressProof
            | LinkPurpose::AddressChange => false,
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
            | LinkPurpose::RecoveryCodeUsed => true,
        }
    }

    /// All of them.
    pub const ALL: [LinkPurpose; 17] = [
        LinkPurpose::SignUp,
        LinkPurpose::Invitation,
        LinkPurpose::Recovery,
        LinkPurpose::AddressProof,
        LinkPurpose::AddressChange,
        LinkPurpose::AddressChanged,
        LinkPurpose::PasswordChanged,
        LinkPurpose::NameChanged,
        LinkPurpose::SignInsChanged,
        LinkPurpose::NewDevice,
        LinkPurpose::AppConnected,
        LinkPurpose::SecondFactorBegun,
        LinkPurpose::SecondFactorAdded,
        LinkPurpose::SecondFactorRemoved,
        LinkPurpose::RecoveryCodeUsed,
        LinkPurpose::PasskeysChanged,
        LinkPurpose::PasskeyCopied,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            LinkPurpose::SignUp => "sign_up",
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::Recovery => "recovery",
            LinkPurpose::AddressProof => "address_proof",
            LinkPurpose::AddressChange => "address_change",
            LinkPurpose::AddressChanged => "address_changed",
            LinkPurpose::PasswordChanged => "password_changed",
            LinkPurpose::NameChanged => "name_changed",
            LinkPurpose::SignInsChanged => "sign_ins_changed",
            LinkPurpose::NewDevice => "new_device",
            LinkPurpose::AppConnected => "app_connected",
            LinkPurpose::SecondFactorBegun => "second_factor_begun",
            LinkPurpose::SecondFactorAdded => "second_factor_added",
            LinkPurpose::SecondFactorRemoved => "second_factor_removed",
            LinkPurpose::RecoveryCodeUsed => "recovery_code_used",
            LinkPurpose::PasskeysChanged => "passkeys_changed",
            LinkPurpose::PasskeyCopied => "passkey_copied",
        }
    }

    /// Reads a name; `None` for one that only another version knows.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Whether it proves an address for an account. That account's person alone may have it do so: the same mailbox may
    /// have been sent a link to an account that a stranger made.
    pub const fn is_for_its_person(self) -> bool {
        matches!(self, LinkPurpose::AddressProof | LinkPurpose::AddressChange)
    }

    /// Whether it gives an account an address that it does not have.
    pub const fn moves_an_address(self) -> bool {
        match self {
            LinkPurpose::AddressChange | LinkPurpose::AddressChanged => true,
            LinkPurpose::SignUp
            | LinkPurpose::Invitation
            | LinkPurpose::Recovery
            | LinkPurpose::AddressProof
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
            | LinkPurpose::RecoveryCodeUsed => false,
        }
    }

    /// Whether second factors can be taken back by it, which were set up since.
    pub const fn takes_back(self) -> bool {
        matches!(
            self,
            LinkPurpose::SecondFactorBegun | LinkPurpose::AddressChanged
        )
    }

    /// How long the link works. A mail server may be away for an hour, so none is shorter than two.
    pub const fn lifetime(self) -> Lifetime {
        match self {
            LinkPurpose::Recovery => Lifetime::from_minutes(2 * 60),
            LinkPurpose::SignUp | LinkPurpose::AddressProof | LinkPurpose::AddressChange => {
                Lifetime::from_days(1)
            }
            LinkPurpose::Invitation | LinkPurpose::AddressChanged => Lifetime::from_days(7),
            LinkPurpose::PasswordChanged
            | LinkPurpose::NameChanged
            | LinkPurpose::SignInsChanged
            | LinkPurpose::NewDevice
            | LinkPurpose::AppConnected
            | LinkPurpose::SecondFactorAdded
            | LinkPurpose::SecondFactorRemoved
            | LinkPurpose::PasskeysChanged
            | LinkPurpose::PasskeyCopied
            | LinkPurpose::RecoveryCodeUsed => Lifetime::from_days(30),
            // It can take a second factor away, which must be beyond question soon.
            LinkPurpose::SecondFactorBegun => Lifetime::from_days(3),
        }
    }
}

/// How long after a link was used the same form posted again is taken for the first.
const AGAIN: Lifetime = Lifetime::from_minutes(10);

/// How long before a change its person may have had a password by which they take it back: whoever knows a stolen one changes it
/// first.
pub const EARLIER: Lifetime = Lifetime::from_days(3);
/// How long an earlier password is kept: as long as a link that takes something back works, and [`EARLIER`] before.
pub const EARLIER_KEPT: Lifetime = Lifetime::from_days(10);

/// The longest that a link works.
pub const LONGEST_LINK: Lifetime = Lifetime::from_days(30);

/// What is kept of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailLink {
    /// Its row, and that of its mail in the outbox.
    pub id: Locator,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The mailbox that it is sent to.
    pub email: MailAddress,
    /// Whose account; `None` for whoever has the address when the link is followed.
    pub subject: Option<Subject>,
    /// The session that it ends; `None` for all.
    pub session: Option<Locator>,
    /// The browser of that session: what it has begun since ends too.
    pub device: Option<String>,
    /// The app that it removes.
    pub client: Option<ClientRowId>,
    /// The organization that the app was let in for; `None`: the person's own account.
    pub organization: Option<Locator>,
    /// The language that its mail is written in, for whoever has chosen none.
    pub language: Option<Language>,
    /// When it was asked for.
    pub created_at: UnixTime,
    /// When it stops working.
    pub expires_at: UnixTime,
    /// When it was used.
    pub used_at: Option<UnixTime>,
}

/// Why a link does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// It is none of ours, or it was withdrawn.
    Unknown,
    /// It was used.
    Used,
    /// It is too old; what it was for.
    Expired(LinkPurpose),
    /// It was sent for an account that nobody may make any more.
    Closed,
}

/// A link as somebody presents it.
#[derive(Debug)]
pub struct PresentedLink(Presented);

impl PresentedLink {
    /// Reads the text of a link; `None` for what cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let presented = Presented::parse(text);
        let ours = presented.filter(|presented| presented.prefix() == LINK_PREFIX);
        ours.map(PresentedLink)
    }

    /// Where its row is, if there is one.
    pub fn locator(&self) -> Locator {
        Locator(self.0.locator)
    }

    /// Judges the link by its row.
    ///
    /// # Errors
    /// Why it does nothing.
    pub fn judge(
        &self,
        row: Option<MailLink>,
        key: &Key,
        now: UnixTime,
    ) -> Result<MailLink, LinkFault> {
        let link = self.own(row, key).ok_or(LinkFault::Unknown)?;
        if link.used_at.is_some() {
            return Err(LinkFault::Used);
        }
        match now < link.expires_at {
            true => Ok(link),
            false => Err(LinkFault::Expired(link.purpose)),
        }
    }

    /// The link, if it was used a moment ago: a form that comes once more may be the same, as after a button that was
    /// pressed twice.
    pub fn used_lately(&self, row: Option<MailLink>, key: &Key, now: UnixTime) -> Option<MailLink> {
        self.own(row, key)
            .filter(|link| link.used_at.is_some_and(|used| now <= used.plus(AGAIN)))
    }

    /// The row, if it is that of this link. The digest compares in constant time.
    fn own(&self, row: Option<MailLink>, key: &Key) -> Option<MailLink> {
        row.filter(|link| link.text(key).digest() == self.0.digest)
    }
}

impl MailLink {
    /// The text that goes into the mail.
    pub fn text(&self, key: &Key) -> TokenText {
        let id = self.id.0.to_be_bytes();
        let secret = key.derive(&[b"mail link", self.purpose.name().as_bytes(), &id]);
        TokenText::new(LINK_PREFIX, self.id.0, &secret)
    }
}

/// A link and the mail that brings it, which are written together.
#[derive(Debug, Clone)]
pub struct LinkMail {
    /// The link.
    pub link: MailLink,
    message: Message,
}

impl LinkMail {
    /// A mail to an address.
    pub fn new(
        purpose: LinkPurpose,
        to: &MailAddress,
        subject: Option<Subject>,
        now: UnixTime,
        mint: &impl Mint,
    ) -> Self {
        let payload = LinkMailPayload {
            to: to.clone(),
            last: false,
        };
        let message = Message::new(&payload, mint);
        let link = MailLink {
            id: message.id(),
            purpose,
            email: to.clone(),
            subject,
            session: None,
            device: None,
            client: None,
            organization: None,
            language: None,
            created_at: now,
            expires_at: now.plus(purpose.lifetime()),
            used_at: None,
        };
        LinkMail { link, message }
    }

    /// Its link ends this session, and whatever its browser begins later.
    #[must_use]
    pub fn ending(mut self, session: &Session) -> Self {
        self.link.session = Some(session.id);
        self.link.device.clone_from(&session.device);
        self
    }

    /// Its link removes this app, from this workspace.
    #[must_use]
    pub fn removing(mut self, client: ClientRowId, organization: Option<Locator>) -> Self {
        self.link.client = Some(client);
        self.link.organization = organization;
        self
    }

    /// It tells that no more of its kind come for a while.
    pub(crate) fn tell_that_it_is_the_last(&mut self) {
        let payload = LinkMailPayload {
            to: self.link.email.clone(),
            last: true,
        };
        self.message = self.message.clone().saying(&payload);
    }

    /// The mail, for the outbox.
    pub fn messages(&self) -> &[Message] {
        std::slice::from_ref(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(id: i64, purpose: LinkPurpose) -> MailLink {
        MailLink {
            id: Locator(id),
            purpose,
            email: MailAddress::parse("ada@example.com").unwrap(),
            subject: None,
            session: None,
            device: None,
            client: None,
            organization: None,
            language: None,
            created_at: UnixTime(0),
            expires_at: UnixTime(100),
            used_at: None,
        }
    }

    #[test]
    fn a_link_works_for_its_own_row_once_and_for_a_while() {
        let (key, row) = (Key::new(&[7; 32]), link(5, LinkPurpose::Recovery));
        let text = row.text(&key);
        let presented = PresentedLink::parse(text.as_str()).unwrap();
        assert_eq!(presented.locator(), Locator(5));
        let judge = |row: &MailLink, now| presented.judge(Some(row.clone()), &key, UnixTime(now));
        assert_eq!(judge(&row, 99), Ok(row.clone()));
        let expired = LinkFault::Expired(LinkPurpose::Recovery);
        assert_eq!(judge(&row, 100), Err(expired));
        let used = MailLink {
            used_at: Some(UnixTime(1)),
            ..row.clone()
        };
        assert_eq!(judge(&used, 2), Err(LinkFault::Used));
        for (now, lately) in [(601, true), (602, false)] {
            let found = presented.used_lately(Some(used.clone()), &key, UnixTime(now));
            assert_eq!(found.is_some(), lately, "{now}");
        }
        assert_eq!(
            presented.used_lately(Some(row.clone()), &key, UnixTime(2)),
            None
        );
        assert_eq!(
            presented.judge(None, &key, UnixTime(1)),
            Err(LinkFault::Unknown)
        );
        // Neither another row, nor another purpose, nor another key.
        for other in [link(6, LinkPurpose::Recovery), link(5, LinkPurpose::SignUp)] {
            assert_eq!(judge(&other, 1), Err(LinkFault::Unknown));
        }
        let other = presented.judge(Some(row), &Key::new(&[8; 32]), UnixTime(1));
        assert_eq!(other, Err(LinkFault::Unknown));
    }

    #[test]
    fn every_purpose_is_read_back_and_ends_in_time() {
        for purpose in LinkPurpose::ALL {
            assert_eq!(LinkPurpose::parse(purpose.name()), Some(purpose));
            assert!(purpose.lifetime() <= LONGEST_LINK);
        }
        for purpose in LinkPurpose::ALL {
            let needed = purpose.lifetime().seconds() + EARLIER.seconds();
            assert!(!purpose.takes_back() || needed <= EARLIER_KEPT.seconds());
        }
        assert_eq!(LinkPurpose::parse("of tomorrow"), None);
    }

    #[test]
    fn how_long_each_link_works() {
        const HOUR: i64 = 3_600;
        const DAY: i64 = 24 * HOUR;
        let lifetimes = LinkPurpose::ALL.map(|purpose| (purpose, purpose.lifetime().seconds()));
        let expected = [
            (LinkPurpose::SignUp, DAY),
            (LinkPurpose::Invitation, 7 * DAY),
            (LinkPurpose::Recovery, 2 * HOUR),
            (LinkPurpose::AddressProof, DAY),
            (LinkPurpose::AddressChange, DAY),
            (LinkPurpose::AddressChanged, 7 * DAY),
            (LinkPurpose::PasswordChanged, 30 * DAY),
            (LinkPurpose::NameChanged, 30 * DAY),
            (LinkPurpose::SignInsChanged, 30 * DAY),
            (LinkPurpose::NewDevice, 30 * DAY),
            (LinkPurpose::AppConnected, 30 * DAY),
            (LinkPurpose::SecondFactorBegun, 3 * DAY),
            (LinkPurpose::SecondFactorAdded, 30 * DAY),
            (LinkPurpose::SecondFactorRemoved, 30 * DAY),
            (LinkPurpose::RecoveryCodeUsed, 30 * DAY),
            (LinkPurpose::PasskeysChanged, 30 * DAY),
            (LinkPurpose::PasskeyCopied, 30 * DAY),
        ];
        assert_eq!(lifetimes, expected);
        // It counts from when the link was asked for, however late its mail is.
        let to = MailAddress::parse("ada@example.com").unwrap();
        let mint = crate::testing::Counter::starting_at(crate::testing::NOW);
        for (purpose, seconds) in expected {
            let mail = LinkMail::new(purpose, &to, None, UnixTime(7), &mint);
            assert_eq!(mail.link.expires_at, UnixTime(7 + seconds));
        }
    }
}
