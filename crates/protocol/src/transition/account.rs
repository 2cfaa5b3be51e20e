//! Accounts of people.
use crate::events::{Actor, Event, Happened};
use crate::types::{Locator, NewPerson, Subject};

/// A change of an account.
#[derive(Debug, Clone)]
pub enum AccountChange {
    /// Makes an account. Guard: the address is free.
    Create(NewPerson),
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
    },
    /// Switches an account off, ends its sessions and kills what it had issued so far. No guard: of one that is off
    /// already no event is told, and what it had issued is killed once more.
    Disable {
        /// Whose.
        subject: Subject,
        /// Everything issued below this locator is dead.
        cutoff: Locator,
    },
    /// Switches an account on again; what was dead stays dead. No guard: of one that is on already nothing changes.
    Enable {
        /// Whose.
        subject: Subject,
        /// The same as when it was switched off: what was on its way meanwhile is dead too.
        cutoff: Locator,
    },
}

impl AccountChange {
    pub(super) fn event(&self) -> Happened {
        match self {
            // Whoever signs up; a command says that it was the operator.
            Self::Create(person) => Happened {
                actor: person.subject.map(Actor::Person),
                subject: person.subject,
                ..Happened::unasked(Event::UserCreated)
            },
            Self::SetPassword { subject, .. } => {
                Happened::by_person(Event::UserPasswordSet, *subject)
            }
            Self::Disable { subject, .. } => Happened::by_person(Event::UserDisabled, *subject),
            Self::Enable { subject, .. } => Happened::by_person(Event::UserEnabled, *subject),
        }
    }
}
