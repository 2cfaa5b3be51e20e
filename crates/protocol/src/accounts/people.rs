//! Making an account and changing its password.
use super::mail_link::LinkMail;
use super::password::{Owner, length_fault, password_fault};
use crate::decision::Mint;
use crate::policy::{AccountPolicy, Policy};
use crate::transition::{AccountChange, Transition};
use crate::types::email::{email_text, is_email};
use crate::types::ids::SubjectFormat;
use crate::types::text::is_plain;
use crate::types::{ClientRowId, NewPerson, Person, Preferences, Session, Subject, UnixTime};

pub use crate::types::email::MAX_EMAIL;

/// Longest name, in characters.
pub const MAX_NAME: usize = 100;

/// An account as someone wants it. The password is still text; it is hashed after these checks.
#[derive(Clone)]
pub struct NewAccount {
    /// The address.
    pub email: String,
    /// What the person is called.
    pub name: String,
    /// The password they chose.
    pub password: String,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewAccount(…)")
    }
}

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong.
    pub fault: AccountFault,
}

/// What is wrong with what somebody chose for an account. Pages and commands say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountFault {
    /// A name has from 1 to [`MAX_NAME`] characters.
    NameLength,
    /// A character that cannot be seen or turns the text around, or a letter with more than four marks.
    NameCharacters,
    /// No address that mail could go to.
    Email,
    /// A password of fewer characters.
    PasswordShort {
        /// The fewest.
        min: usize,
    },
    /// A password of more bytes than are hashed.
    PasswordLong,
    /// A password that repeats itself, or follows the alphabet, the numbers or the keys.
    PasswordPattern,
    /// A password made of the person's or the product's own name.
    PasswordOwn,
    /// A password made of the words that are found most often in passwords.
    PasswordCommon,
}

/// As operators are told; pages have it in the languages of people.
impl std::fmt::Display for AccountFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            AccountFault::NameLength => "Enter your name, at most 100 characters.",
            AccountFault::NameCharacters => {
                "Enter your name without characters that cannot be seen, and with four marks on a letter at most."
            }
            AccountFault::Email => "Enter an e-mail address, such as ada@example.com.",
            AccountFault::PasswordShort { min } => {
                return write!(f, "Use at least {min} characters; a short sentence is good.");
            }
            AccountFault::PasswordLong => "Use at most 1000 characters.",
            AccountFault::PasswordPattern => {
                "This repeats itself or follows a row of keys or numbers. Use four unrelated words."
            }
            AccountFault::PasswordOwn => {
                "This is hardly more than your name, your address or the name of this service. \
                 Use four unrelated words."
            }
            AccountFault::PasswordCommon => {
                "This is a common password, or close to one. Use four unrelated words."
            }
        })
    }
}

pub(super) fn fault(field: &'static str, fault: AccountFault) -> FieldFault {
    FieldFault { field, fault }
}

/// What speaks against a name.
pub fn name_fault(name: &str) -> Option<FieldFault> {
    let name = name.trim();
    let wrong = match (name.chars().count(), is_plain(name)) {
        (1..=MAX_NAME, true) => return None,
        (1..=MAX_NAME, false) => AccountFault::NameCharacters,
        _ => AccountFault::NameLength,
    };
    Some(fault("name", wrong))
}

/// What a new account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A person.
    Person,
    /// A person who administers the provider.
    Admin,
    /// Trying this test app.
    TestUser(ClientRowId),
}

impl NewAccount {
    /// Everything that speaks against the account at `product`, field by field; empty when nothing does.
    pub fn faults(&self, product: &str, policy: &AccountPolicy) -> Vec<FieldFault> {
        let owner = Owner {
            email: &self.email,
            name: &self.name,
            product,
        };
        let mut faults = self.name_and_email_faults();
        faults.extend(password_fault(&self.password, owner, policy, "password"));
        faults
    }

    /// The same for an account whose password is published, and so need not be hard to guess.
    pub fn published_faults(&self, policy: &AccountPolicy) -> Vec<FieldFault> {
        let mut faults = self.name_and_email_faults();
        faults.extend(length_fault(&self.password, policy, "password"));
        faults
    }

    fn name_and_email_faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<_> = name_fault(&self.name).into_iter().collect();
        if !is_email(&email_text(&self.email)) {
            faults.push(fault("email", AccountFault::Email));
        }
        faults
    }

    /// The account to be made, once its password was hashed to the PHC string `password`. `verified_at`: when it was
    /// proved that the address is theirs.
    pub fn into_person<M: Mint>(
        self,
        password: String,
        role: Role,
        verified_at: Option<UnixTime>,
        policy: &Policy,
        mint: &M,
    ) -> NewPerson {
        let subject = match policy.subjects {
            SubjectFormat::Prefixed(_) => Some(Subject(mint.locator().0)),
            SubjectFormat::Number => None,
        };
        NewPerson {
            subject,
            email: email_text(&self.email),
            verified_at,
            name: self.name.trim().to_owned(),
            admin: role == Role::Admin,
            password,
            test_app: match role {
                Role::TestUser(app) => Some(app),
                Role::Person | Role::Admin => None,
            },
            external_id: None,
        }
    }
}

/// Makes an account.
pub fn create(person: NewPerson) -> Transition {
    Transition::Account(AccountChange::Create { person, link: None })
}

/// A person who has proved their password changes it; every other session of theirs ends.
pub fn change_password(
    person: &Person,
    password: String,
    keep: &Session,
    notice: Option<LinkMail>,
) -> Transition {
    Transition::Account(AccountChange::SetPassword {
        subject: person.subject,
        proved: Some(person.password.clone()),
        password,
        keep: Some(keep.id),
        notice: notice.map(|notice| notice.ending(keep)),
    })
}

/// An operator sets a password, whatever it was; every session of the person ends.
pub fn set_password(person: &Person, password: String) -> Transition {
    Transition::Account(AccountChange::SetPassword {
        subject: person.subject,
        proved: None,
        password,
        keep: None,
        notice: None,
    })
}

/// Keeps a person's password under a stronger hash, made from what they typed.
pub fn rehash(person: &Person, password: String) -> Transition {
    Transition::Account(AccountChange::Rehash {
        subject: person.subject,
        before: person.password.clone(),
        password,
    })
}

/// A person chooses how they are told things.
pub fn set_preferences(person: &Person, preferences: Preferences) -> Transition {
    Transition::Account(AccountChange::SetPreferences {
        subject: person.subject,
        preferences,
    })
}

/// An operator says what somebody is called.
pub fn set_name(person: &Person, name: &str) -> Transition {
    Transition::Account(AccountChange::SetName {
        subject: person.subject,
        name: name.trim().to_owned(),
        notice: None,
    })
}

/// Switches an account off: its sessions end and all it had issued is dead.
pub fn disable<M: Mint>(person: &Person, mint: &M) -> Transition {
    Transition::Account(AccountChange::Disable {
        subject: person.subject,
        not_before: mint.locator(),
    })
}

/// Switches an account on again. What was on its way while it was off is dead too.
pub fn enable<M: Mint>(person: &Person, mint: &M) -> Transition {
    Transition::Account(AccountChange::Enable {
        subject: person.subject,
        not_before: mint.locator(),
    })
}
