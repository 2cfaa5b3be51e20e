//! The end of an account, by its person or an operator.
//!
//! The number of an account stays, so that it is never another's, and so that what was written about it in the events can
//! still be told apart. All that the account told of its person goes.
use crate::decision::Mint;
use crate::outbox::{DeletedMail, Message};
use crate::transition::{AccountChange, Deletion, Transition};
use crate::types::email::email_key;
use crate::types::{ClientRowId, Language, MailAddress, Organization, Person};

/// What is known of an account that is about to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionFacts {
    /// The apps that its person owns themselves: they end with it.
    pub apps: Vec<ClientRowId>,
    /// The organizations that would have no owner without them.
    pub left_without_owner: Vec<Organization>,
}

/// Who deletes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleter {
    /// Its person, who has shown the password.
    Person,
    /// An operator.
    Operator,
}

/// Why an account is not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionError {
    /// An organization would have no owner.
    LastOwner,
}

/// Whether what somebody typed is the address of the account that they want to delete; of one without, its name.
pub fn is_confirmed(person: &Person, typed: &str) -> bool {
    if person.email.is_empty() {
        return typed.trim() == person.name.trim();
    }
    email_key(typed) == email_key(&person.email)
}

/// Deletes an account. `told`: its address hears of it by mail, in the language that was chosen.
///
/// # Errors
/// [`DeletionError`].
pub fn delete<M: Mint>(
    person: &Person,
    facts: DeletionFacts,
    by: Deleter,
    told: Option<Option<Language>>,
    mint: &M,
) -> Result<Transition, DeletionError> {
    if !facts.left_without_owner.is_empty() {
        return Err(DeletionError::LastOwner);
    }
    let address = person.proved_email().and_then(MailAddress::parse);
    let notice = told.zip(address).map(|(language, to)| {
        let language = language.map(|language| language.tag().to_owned());
        Message::new(&DeletedMail { to, language }, mint)
    });
    Ok(Transition::Account(AccountChange::Delete(Box::new(
        Deletion {
            subject: person.subject,
            email: person.email.clone(),
            mailbox: person.proved_email().map(email_key),
            proved: match by {
                Deleter::Person => Some(person.password.clone()),
                Deleter::Operator => None,
            },
            not_before: mint.locator(),
            apps: facts.apps,
            notice,
        },
    ))))
}
