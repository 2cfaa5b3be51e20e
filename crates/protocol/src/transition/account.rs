//! Accounts of people.
use crate::accounts::import::Newcomer;
use crate::accounts::mail_link::{LinkMail, MailLink};
use crate::events::{Actor, Event, Happened};
use crate::outbox::Message;
use crate::types::{ClientRowId, Locator, MailAddress, NewPerson, Preferences, Subject, UnixTime};

/// A change of an account. Where it was allowed by a link in a mail, the guard is also that the link was not used, and
/// uses it up.
#[derive(Debug, Clone)]
pub enum AccountChange {
    /// Sends a mail with a link that somebody asked for. Guard, where strangers may ask: the address was not sent as
    /// many already within a day.
    SendLink {
        /// The mail.
        mail: LinkMail,
        /// How many the address is sent within a day; `None` for any number.
        at_most: Option<u32>,
        /// What was asked for.
        event: Event,
    },
    /// Keeps a link that no mail brings: an operator hands it over. Guard: the address is still that of the account, which
    /// is on.
    HandOutLink {
        /// Whose.
        subject: Subject,
        /// The address, as the account has it.
        email: String,
        /// The link.
        link: Box<MailLink>,
    },
    /// Makes an account. Guard: the address is free.
    Create {
        /// The account.
        person: NewPerson,
        /// The link that proved the address.
        link: Option<Locator>,
    },
    /// Makes the accounts of people who come from elsewhere. Guard: each address is free, and so is what each is called by the
    /// company's own login.
    Import(Vec<Newcomer>),
    /// Changes a password and ends the person's sessions, but for one. Guard, if a password was proved: it is still
    /// the person's, since checking takes a while.
    SetPassword {
        /// Whose.
        subject: Subject,
        /// The PHC string of the password that allowed this; `None` for an operator, who needs none.
        proved: Option<String>,
        /// The new PHC string.
        password: String,
        /// The session that may go on.
        keep: Option<Locator>,
        /// The mail that tells of it.
        notice: Option<LinkMail>,
    },
    /// Keeps the same password under a stronger hash: no session ends, and nobody is told. Guard: the hash is still the
    /// person's.
    Rehash {
        /// Whose.
        subject: Subject,
        /// The PHC string that the password was checked against.
        before: String,
        /// The new PHC string.
        password: String,
    },
    /// Sets the password of whoever reads the mailbox of an account, which proves the address; every session ends.
    /// Guard: the address is still that of the account; of one that nobody had proved also that it owns no app which is on.
    Recover(Box<Recovery>),
    /// Proves or changes an address.
    Address(AddressChange),
    /// Changes what a person is called. No guard.
    SetName {
        /// Whose.
        subject: Subject,
        /// The name.
        name: String,
        /// The mail that tells of it.
        notice: Option<LinkMail>,
    },
    /// Chooses the language and the time zone that a person is told things in. No guard.
    SetPreferences {
        /// Whose.
        subject: Subject,
        /// What they chose.
        preferences: Preferences,
    },
    /// Switches an account off, ends its sessions and kills what it had issued so far. No guard: of one that is off
    /// already no event is told, and what it had issued is killed once more.
    Disable {
        /// Whose.
        subject: Subject,
        /// Everything issued below this locator is dead.
        not_before: Locator,
    },
    /// Deletes an account for good, with all that hangs on it, and erases what it tells of its person. Guard: its address is
    /// still the one that was read, and the password too where one was proved; it is the last owner of no organization, and
    /// owns no app but those that go with it.
    Delete(Box<Deletion>),
    /// Switches an account on again; what was dead stays dead. No guard: of one that is on already nothing changes.
    Enable {
        /// Whose.
        subject: Subject,
        /// The same as when it was switched off: what was on its way meanwhile is dead too.
        not_before: Locator,
    },
}

/// A change of an address.
#[derive(Debug, Clone)]
pub enum AddressChange {
    /// An address counts from now on. Guard: it is still that of the account.
    Prove {
        /// Whose.
        subject: Subject,
        /// The address.
        email: String,
        /// When.
        at: UnixTime,
        /// The link that proved it; `None` for an operator, who vouches for it.
        link: Option<Locator>,
    },
    /// Gives an account another address, which is proved. Guard: it is free, and the one before is still the account's.
    Change {
        /// Whose.
        subject: Subject,
        /// The address before.
        before: String,
        /// The new one.
        email: MailAddress,
        /// When.
        at: UnixTime,
        /// The link that proved it.
        link: Locator,
        /// The mail that tells the earlier address, if that was proved.
        notice: Option<Box<LinkMail>>,
    },
    /// An operator gives an account another address. What was sent to the one before acts no more. Guard: it is free, and the
    /// one before is still the account's.
    Set {
        /// Whose.
        subject: Subject,
        /// The address before.
        before: String,
        /// The new one.
        email: MailAddress,
        /// When it was proved; `None`: apps are not told it.
        verified_at: Option<UnixTime>,
    },
    /// Takes an address that was never proved from its account, for another whose person reads its mail: the account is
    /// switched off, its sessions end, what it had allowed is dead. Guard: the link still works, the address is that of
    /// the account and unproved, and the account owns no app which is on.
    Release {
        /// Whose it is no more.
        subject: Subject,
        /// The address, as the account has it.
        email: String,
        /// Everything issued below this locator is dead.
        not_before: Locator,
        /// The link that was sent to it, which is left for what it is for.
        link: Locator,
        /// Who reads its mail.
        reader: Option<Subject>,
    },
    /// Gives an account its earlier address back, with a new password, and ends its sessions. Guard: it is free, and
    /// the account is on.
    Restore {
        /// Whose.
        subject: Subject,
        /// The earlier address.
        email: MailAddress,
        /// When.
        at: UnixTime,
        /// The link that was sent to it.
        link: Locator,
        /// The new PHC string: whoever changed the address knows the old one.
        password: String,
        /// Whether second factors go that were set up since. Guard: there was none when the address was changed.
        takes_back: bool,
        /// The mail that tells of it.
        notice: Box<LinkMail>,
    },
}

/// See [`AccountChange::Delete`].
#[derive(Debug, Clone)]
pub struct Deletion {
    /// Whose.
    pub subject: Subject,
    /// The address, as the account has it. It is free afterwards.
    pub email: String,
    /// The key of the address, if it was proved: what was sent there, for whoever has it, is withdrawn. What was sent to an
    /// address that was not is another's to follow.
    pub mailbox: Option<String>,
    /// The PHC string of the password that allowed this; `None` for an operator, who needs none.
    pub proved: Option<String>,
    /// Everything issued below this locator is dead. So is all that comes later, because the account is off.
    pub not_before: Locator,
    /// The apps that end with it, with their test sides.
    pub apps: Vec<ClientRowId>,
    /// The mail that tells the address of it.
    pub notice: Option<Message>,
}

/// See [`AccountChange::Recover`].
#[derive(Debug, Clone)]
pub struct Recovery {
    /// The link that allowed it.
    pub link: Locator,
    /// Whose.
    pub subject: Subject,
    /// The address that the link was sent to, as the account has it.
    pub email: String,
    /// What the person is called, if that is chosen too.
    pub name: Option<String>,
    /// The new PHC string.
    pub password: String,
    /// The passkey that was proved beside the mailbox. Guard: it is theirs still.
    pub passkey: Option<Locator>,
    /// When.
    pub at: UnixTime,
    /// For an account whose address was never proved: whoever made it may be somebody else, so what it had allowed to
    /// apps below this locator is dead.
    pub not_before: Option<Locator>,
    /// The mail that tells of it.
    pub notice: LinkMail,
}

impl AccountChange {
    pub(super) fn event(&self) -> Option<Happened> {
        Some(match self {
            // What the person knows and may do is the same.
            Self::Rehash { .. } | Self::SetPreferences { .. } => return None,
            Self::SendLink { mail, event, .. } => match mail.link.subject {
                Some(subject) => Happened::by_person(*event, subject),
                None => Happened::unasked(*event),
            },
            Self::HandOutLink { subject, .. } => {
                Happened::by_person(Event::UserResetLinkMade, *subject)
            }
            // Whoever signs up; a command says that it was the operator.
            Self::Create { person, .. } => Happened {
                actor: person.subject.map(Actor::Person),
                subject: person.subject,
                ..Happened::unasked(Event::UserCreated)
            },
            Self::Import(_) => Happened::unasked(Event::UsersImported),
            Self::SetPassword { subject, .. } => {
                Happened::by_person(Event::UserPasswordSet, *subject)
            }
            Self::Recover(recovery) => Happened::by_person(Event::UserRecovered, recovery.subject),
            Self::Address(change) => change.event(),
            Self::SetName { subject, .. } => Happened::by_person(Event::UserNameSet, *subject),
            Self::Disable { subject, .. } => Happened::by_person(Event::UserDisabled, *subject),
            Self::Delete(deletion) => Happened::by_person(Event::UserDeleted, deletion.subject),
            Self::Enable { subject, .. } => Happened::by_person(Event::UserEnabled, *subject),
        })
    }

    pub(super) fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Self::SendLink { mail, .. } => Some(mail),
            Self::Address(AddressChange::Change { notice, .. }) => notice.as_deref_mut(),
            Self::Address(AddressChange::Restore { notice, .. }) => Some(notice),
            Self::SetPassword { notice, .. } | Self::SetName { notice, .. } => notice.as_mut(),
            Self::Recover(recovery) => Some(&mut recovery.notice),
            Self::Create { .. }
            | Self::Import(_)
            | Self::HandOutLink { .. }
            | Self::Address(
                AddressChange::Prove { .. }
                | AddressChange::Set { .. }
                | AddressChange::Release { .. },
            )
            | Self::Rehash { .. }
            | Self::SetPreferences { .. }
            | Self::Disable { .. }
            | Self::Delete(_)
            | Self::Enable { .. } => None,
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::SendLink { mail, .. } => mail.messages(),
            Self::Address(AddressChange::Change { notice, .. }) => {
                notice.as_ref().map_or(&[], |notice| notice.messages())
            }
            Self::Address(AddressChange::Restore { notice, .. }) => notice.messages(),
            Self::SetPassword { notice, .. } | Self::SetName { notice, .. } => {
                notice.as_ref().map_or(&[], LinkMail::messages)
            }
            Self::Recover(recovery) => recovery.notice.messages(),
            Self::Delete(deletion) => deletion.notice.as_slice(),
            Self::Create { .. }
            | Self::Import(_)
            | Self::HandOutLink { .. }
            | Self::Address(
                AddressChange::Prove { .. }
                | AddressChange::Set { .. }
                | AddressChange::Release { .. },
            )
            | Self::Rehash { .. }
            | Self::SetPreferences { .. }
            | Self::Disable { .. }
            | Self::Enable { .. } => &[],
        }
    }
}

impl AddressChange {
    fn event(&self) -> Happened {
        let (event, subject) = match self {
            Self::Prove { subject, .. } => (Event::UserAddressProved, subject),
            Self::Change { subject, .. } | Self::Set { subject, .. } => {
                (Event::UserAddressChanged, subject)
            }
            Self::Restore { subject, .. } => (Event::UserAddressRestored, subject),
            Self::Release {
                subject, reader, ..
            } => {
                return Happened {
                    actor: reader.map(Actor::Person),
                    subject: Some(*subject),
                    ..Happened::unasked(Event::UserAddressReleased)
                };
            }
        };
        Happened::by_person(event, *subject)
    }
}
