//! What the mailbox of an address proves: that an account may be made for it, that its password may be set anew, that
//! the address counts. Asking is the same for every address; whether it has an account is looked up when the mail is
//! written, so nothing can be learned from the answer, and from the time it takes.
use super::mail_link::{LinkFault, LinkMail, LinkPurpose, MailLink};
use crate::decision::Mint;
use crate::events::Event;
use crate::policy::SignUp;
use crate::transition::{
    AccountChange, AddressChange, ConnectionChange, ConnectionStep, Recovery, SessionChange,
    Transition,
};
use crate::types::email::email_key;
use crate::types::{
    ConnectionKey, End, Lifetime, Locator, MailAddress, NewPerson, Person, Session, UnixTime,
};

/// How many mails that strangers may ask for one address is sent within [`A_DAY`]: requests for an account, for a new
/// password, for this address in place of another.
pub const MAILS_IN_A_DAY: u32 = 10;
/// What [`MAILS_IN_A_DAY`] counts.
pub const A_DAY: Lifetime = Lifetime::from_days(1);

fn send(mail: LinkMail, event: Event) -> Transition {
    let at_most = match mail.link.purpose {
        LinkPurpose::SignUp | LinkPurpose::Recovery | LinkPurpose::AddressChange => {
            Some(MAILS_IN_A_DAY)
        }
        LinkPurpose::Invitation
        | LinkPurpose::AddressProof
        | LinkPurpose::AddressChanged
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
        | LinkPurpose::RecoveryCodeUsed => None,
    };
    Transition::Account(AccountChange::SendLink {
        mail,
        at_most,
        event,
    })
}

/// Somebody wants an account with this address.
pub fn ask_for_account<M: Mint>(address: &MailAddress, now: UnixTime, mint: &M) -> Transition {
    let mail = LinkMail::new(LinkPurpose::SignUp, address, None, now, mint);
    send(mail, Event::UserSignUpRequested)
}

/// An operator wants somebody to have an account.
pub fn invite<M: Mint>(address: &MailAddress, now: UnixTime, mint: &M) -> Transition {
    let mail = LinkMail::new(LinkPurpose::Invitation, address, None, now, mint);
    send(mail, Event::UserInvited)
}

/// Somebody has forgotten the password of the account with this address, or says so.
pub fn ask_for_recovery<M: Mint>(address: &MailAddress, now: UnixTime, mint: &M) -> Transition {
    let mail = LinkMail::new(LinkPurpose::Recovery, address, None, now, mint);
    send(mail, Event::UserRecoveryRequested)
}

/// An operator makes a link with which somebody chooses a new password, to hand it over; and what keeps it. `None` where the
/// address is none, or was never proved: whoever is given the link would have it proved.
pub fn reset_link<M: Mint>(
    person: &Person,
    now: UnixTime,
    mint: &M,
) -> Option<(MailLink, Transition)> {
    let address = MailAddress::parse(person.proved_email()?)?;
    let subject = Some(person.subject);
    let link = LinkMail::new(LinkPurpose::Recovery, &address, subject, now, mint).link;
    let change = Transition::Account(AccountChange::HandOutLink {
        subject: person.subject,
        email: person.email.clone(),
        link: Box::new(link.clone()),
    });
    Some((link, change))
}

/// An operator gives an account another address; `proved`: they vouch for it.
pub fn set_address(
    person: &Person,
    email: &MailAddress,
    proved: bool,
    now: UnixTime,
) -> Transition {
    Transition::Account(AccountChange::Address(AddressChange::Set {
        subject: person.subject,
        before: person.email.clone(),
        email: email.clone(),
        verified_at: proved.then_some(now),
    }))
}

/// A person wants to prove the address they have; `None` for one that no mail can be sent to.
pub fn ask_for_proof<M: Mint>(person: &Person, now: UnixTime, mint: &M) -> Option<Transition> {
    let address = MailAddress::parse(&person.email)?;
    let subject = Some(person.subject);
    let mail = LinkMail::new(LinkPurpose::AddressProof, &address, subject, now, mint);
    Some(send(mail, Event::UserAddressProofRequested))
}

/// A person wants another address.
pub fn ask_for_change<M: Mint>(
    person: &Person,
    address: &MailAddress,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let subject = Some(person.subject);
    let mail = LinkMail::new(LinkPurpose::AddressChange, address, subject, now, mint);
    send(mail, Event::UserAddressProofRequested)
}

/// A mail that tells a person of a change; `None` if their address was never proved, or no mail can be sent to it.
pub fn notice<M: Mint>(
    purpose: LinkPurpose,
    person: &Person,
    now: UnixTime,
    mint: &M,
) -> Option<LinkMail> {
    let address = MailAddress::parse(person.proved_email()?)?;
    let subject = Some(person.subject);
    Some(LinkMail::new(purpose, &address, subject, now, mint))
}

/// What whoever follows a link finds, as the address is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailbox {
    /// No account has the address.
    Free,
    /// One has, and the address was never proved: whoever made it may be somebody else.
    Unproved,
    /// One has, and the address is proved.
    Proved,
}

impl Mailbox {
    /// What the account of an address, if any, says.
    pub fn of(person: Option<&Person>) -> Self {
        match person {
            None => Mailbox::Free,
            Some(person) if person.verified_at.is_none() => Mailbox::Unproved,
            Some(_) => Mailbox::Proved,
        }
    }
}

/// What a password is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A new account.
    Account,
    /// An account whose address nobody had proved.
    Taken,
    /// One's own account.
    Password,
    /// An account whose address somebody else has changed.
    Restored,
}

/// What the page of a link has a password chosen for; `None` where it asks for none, or does nothing.
pub fn choice(purpose: LinkPurpose, mailbox: Mailbox) -> Option<Choice> {
    match (purpose, mailbox) {
        (LinkPurpose::SignUp | LinkPurpose::Invitation, Mailbox::Free) => Some(Choice::Account),
        (
            LinkPurpose::SignUp | LinkPurpose::Invitation | LinkPurpose::Recovery,
            Mailbox::Unproved,
        ) => Some(Choice::Taken),
        (LinkPurpose::Recovery, Mailbox::Proved) => Some(Choice::Password),
        (LinkPurpose::AddressChanged, Mailbox::Unproved | Mailbox::Proved) => {
            Some(Choice::Restored)
        }
        (LinkPurpose::SignUp | LinkPurpose::Invitation, Mailbox::Proved)
        | (LinkPurpose::Recovery | LinkPurpose::AddressChanged, Mailbox::Free)
        | (
            LinkPurpose::AddressProof
            | LinkPurpose::AddressChange
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
            | LinkPurpose::RecoveryCodeUsed,
            _,
        ) => None,
    }
}

/// Whether a link that leads newcomers to an account still does. To somebody who has proved theirs it does nothing in
/// any case.
///
/// # Errors
/// [`LinkFault::Closed`].
pub fn admit(link: &MailLink, mailbox: Mailbox, sign_up: SignUp) -> Result<(), LinkFault> {
    let joins = link.purpose.is_for_newcomers() && mailbox != Mailbox::Proved;
    match joins && !sign_up.admits(link.purpose) {
        true => Err(LinkFault::Closed),
        false => Ok(()),
    }
}

/// Makes the account that a link was sent for.
///
/// # Errors
/// When the link is for something else.
pub fn join(link: &MailLink, person: NewPerson) -> Result<Transition, LinkFault> {
    let own = email_key(&person.email) == link.email.key();
    match link.purpose.is_for_newcomers() && own {
        true => Ok(Transition::Account(AccountChange::Create {
            person,
            link: Some(link.id),
        })),
        false => Err(LinkFault::Unknown),
    }
}

/// How long what its maker had under way may still take when an account goes to whoever reads the mailbox: a token that
/// is made meanwhile is dead too.
const UNDER_WAY: Lifetime = Lifetime::from_seconds(2);

/// Sets the password of the account whose mailbox a link was sent to. An account whose address was never proved goes to
/// whoever reads the mailbox, without anything that its maker had allowed. With the password comes the passkey that was proved
/// beside the mailbox, if it was one.
///
/// # Errors
/// When the link is for something else, or its account has another address now.
pub fn recover<M: Mint>(
    link: &MailLink,
    person: &Person,
    name: Option<&str>,
    (password, passkey): (String, Option<Locator>),
    now: UnixTime,
    mint: &M,
) -> Result<Transition, LinkFault> {
    let allowed = match link.purpose {
        LinkPurpose::Recovery => true,
        LinkPurpose::SignUp | LinkPurpose::Invitation => person.verified_at.is_none(),
        _ => false,
    };
    let own = email_key(&person.email) == link.email.key();
    if !allowed || !own || !person.is_active() {
        return Err(LinkFault::Unknown);
    }
    let unproved = person.verified_at.is_none();
    let not_before = unproved.then(|| not_before(now, mint));
    let subject = Some(person.subject);
    Ok(Transition::Account(AccountChange::Recover(Box::new(
        Recovery {
            link: link.id,
            subject: person.subject,
            email: person.email.clone(),
            name: name.filter(|_| unproved).map(|name| name.trim().to_owned()),
            password,
            passkey,
            at: now,
            not_before,
            notice: LinkMail::new(
                LinkPurpose::PasswordChanged,
                &link.email,
                subject,
                now,
                mint,
            ),
        },
    ))))
}

fn not_before<M: Mint>(now: UnixTime, mint: &M) -> Locator {
    mint.locator().max(Locator::first_at(now.plus(UNDER_WAY)))
}

/// Takes the address of a link from an account that never proved it, for the account that the link was sent for: it is
/// that of whoever reads its mail, as if they signed up with it. `None` where it is proved, or nobody else's.
pub fn release<M: Mint>(
    link: &MailLink,
    holder: &Person,
    now: UnixTime,
    mint: &M,
) -> Option<Transition> {
    let unproved = holder.verified_at.is_none() && link.subject != Some(holder.subject);
    let own = email_key(&holder.email) == link.email.key();
    (link.purpose.moves_an_address() && unproved && own).then(|| {
        Transition::Account(AccountChange::Address(AddressChange::Release {
            subject: holder.subject,
            email: holder.email.clone(),
            not_before: not_before(now, mint),
            link: link.id,
            reader: link.subject,
        }))
    })
}

/// Gives an account its earlier address back, whose mailbox a link was sent to, with a new password. `takes_back`: without the
/// second factors that were set up since, for whoever has shown that they know a password which it had before.
///
/// # Errors
/// When the link is for something else, or the account is switched off.
pub fn restore<M: Mint>(
    link: &MailLink,
    person: &Person,
    (password, takes_back): (String, bool),
    now: UnixTime,
    mint: &M,
) -> Result<Transition, LinkFault> {
    if link.purpose != LinkPurpose::AddressChanged || !person.is_active() {
        return Err(LinkFault::Unknown);
    }
    let (purpose, subject) = (LinkPurpose::PasswordChanged, Some(person.subject));
    Ok(Transition::Account(AccountChange::Address(
        AddressChange::Restore {
            subject: person.subject,
            email: link.email.clone(),
            at: now,
            link: link.id,
            password,
            takes_back,
            notice: Box::new(LinkMail::new(purpose, &link.email, subject, now, mint)),
        },
    )))
}

/// Does what a link does that chooses no password: proves an address, changes one, ends sessions,
/// removes an app. `is_person`: whoever
/// follows it has the session or the password of the account.
///
/// # Errors
/// When the link is for something else, its account is gone or switched off, or it is its person's alone and nobody has
/// shown to be them.
pub fn confirm<M: Mint>(
    link: &MailLink,
    person: Option<&Person>,
    is_person: bool,
    now: UnixTime,
    mint: &M,
) -> Result<Transition, LinkFault> {
    let person = person.filter(|person| person.is_active());
    let person = person.ok_or(LinkFault::Unknown)?;
    if link.purpose.is_for_its_person() && !is_person {
        return Err(LinkFault::Unknown);
    }
    let subject = person.subject;
    Ok(match link.purpose {
        LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery
        | LinkPurpose::AddressChanged => {
            return Err(LinkFault::Unknown);
        }
        // An address that is not the account's any more is not proved for it.
        LinkPurpose::AddressProof if email_key(&person.email) != link.email.key() => {
            return Err(LinkFault::Unknown);
        }
        LinkPurpose::AddressProof => {
            Transition::Account(AccountChange::Address(AddressChange::Prove {
                subject,
                email: person.email.clone(),
                at: now,
                link: Some(link.id),
            }))
        }
        LinkPurpose::AddressChange => change_address(link, person, now, mint),
        LinkPurpose::PasswordChanged
        | LinkPurpose::NameChanged
        | LinkPurpose::SignInsChanged
        | LinkPurpose::NewDevice
        | LinkPurpose::SecondFactorBegun
        | LinkPurpose::SecondFactorAdded
        | LinkPurpose::SecondFactorRemoved
        | LinkPurpose::PasskeysChanged
        | LinkPurpose::PasskeyCopied
        | LinkPurpose::RecoveryCodeUsed => Transition::Session(SessionChange::EndByLink {
            link: link.id,
            subject,
            session: link.session,
            device: link.device.clone(),
            takes_back: false,
        }),
        LinkPurpose::AppConnected => Transition::Connection(ConnectionChange {
            key: ConnectionKey {
                subject,
                client: link.client.ok_or(LinkFault::Unknown)?,
                organization: link.organization,
            },
            step: ConnectionStep::End(End(mint.locator())),
            link: Some(link.id),
        }),
    })
}

/// Takes every second factor away that an account has, by the link that told of the first: for whoever has shown that they
/// know a password which it had before.
///
/// # Errors
/// When the link is for something else, or its account is gone or switched off.
pub fn take_back(link: &MailLink, person: Option<&Person>) -> Result<Transition, LinkFault> {
    let person = person.filter(|person| person.is_active());
    match (link.purpose, person) {
        (LinkPurpose::SecondFactorBegun, Some(person)) => {
            Ok(Transition::Session(SessionChange::EndByLink {
                link: link.id,
                subject: person.subject,
                session: None,
                device: None,
                takes_back: true,
            }))
        }
        _ => Err(LinkFault::Unknown),
    }
}

fn change_address<M: Mint>(
    link: &MailLink,
    person: &Person,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let notice = notice(LinkPurpose::AddressChanged, person, now, mint);
    Transition::Account(AccountChange::Address(AddressChange::Change {
        subject: person.subject,
        before: person.email.clone(),
        email: link.email.clone(),
        at: now,
        link: link.id,
        notice: notice.map(Box::new),
    }))
}

/// A person changes what they are called. `told`: they hear of it by mail.
pub fn set_name<M: Mint>(
    person: &Person,
    name: &str,
    session: &Session,
    told: bool,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let notice = told
        .then(|| notice(LinkPurpose::NameChanged, person, now, mint))
        .flatten();
    Transition::Account(AccountChange::SetName {
        subject: person.subject,
        name: name.trim().to_owned(),
        notice: notice.map(|notice| notice.ending(session)),
    })
}

/// An operator vouches for the address of an account.
pub fn vouch(person: &Person, now: UnixTime) -> Transition {
    Transition::Account(AccountChange::Address(AddressChange::Prove {
        subject: person.subject,
        email: person.email.clone(),
        at: now,
        link: None,
    }))
}
