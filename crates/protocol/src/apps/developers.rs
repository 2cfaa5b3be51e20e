//! Who may make apps by invitation, and the terms that they accept.
use crate::decision::Mint;
use crate::outbox::{DeveloperMail, Message};
use crate::transition::{DeveloperChange, Transition};
use crate::types::{
    AcceptedTerms, DeveloperTerms, InvitedDeveloper, MailAddress, Person, UnixTime,
};

/// Lets whoever has proved an address register apps. `by`: the administrator; `mails`: whether mail is sent here.
pub fn invite<M: Mint>(
    email: MailAddress,
    by: Option<&Person>,
    mails: bool,
    now: UnixTime,
    mint: &M,
) -> Transition {
    let mail = mails.then(|| Message::new(&DeveloperMail { to: email.clone() }, mint));
    let invited = InvitedDeveloper {
        email,
        invited_by: by.map(|person| person.subject),
        created_at: now,
    };
    DeveloperChange::Invite { invited, mail }.into()
}

/// Takes the invitation of an address back. The apps that it made stay.
pub fn withdraw(email: &MailAddress) -> Transition {
    let email_key = email.key();
    DeveloperChange::Withdraw { email_key }.into()
}

/// Whether a person has accepted the terms as they are now.
pub fn has_accepted(own: &[AcceptedTerms], terms: &DeveloperTerms) -> bool {
    own.iter().any(|accepted| accepted.terms == *terms)
}

/// Accepts the terms as they are now.
pub fn accept_terms(person: &Person, terms: &DeveloperTerms, now: UnixTime) -> Transition {
    DeveloperChange::AcceptTerms {
        subject: person.subject,
        terms: terms.clone(),
        at: now,
    }
    .into()
}
