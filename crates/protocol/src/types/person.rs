//! People with an account.
pub use super::email::email_key;
use crate::types::{ClientRowId, Language, Locator, Subject, UnixTime};

/// A person with an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The number that names them.
    pub subject: Subject,
    /// Their address as they spelled it.
    pub email: String,
    /// When it was proved that the address is theirs; until then it counts for nothing.
    pub verified_at: Option<UnixTime>,
    /// What they are called.
    pub name: String,
    /// Whether they may administer the provider.
    pub admin: bool,
    /// The hash of their password: of ours, or of elsewhere ([`StoredHash`](crate::accounts::stored_hash::StoredHash)); empty:
    /// they have none.
    pub password: String,
    /// When an admin switched the account off, if so.
    pub disabled_at: Option<UnixTime>,
    /// Tokens and codes below this locator are dead: the account was disabled after they were made.
    pub not_before: Locator,
    /// When the account was made.
    pub created_at: UnixTime,
    /// The test app that this test user was made with; `None` for a real person.
    pub test_app: Option<ClientRowId>,
    /// How often the browsers that knew the account were forgotten: the mark that one keeps holds for one count.
    pub device_epoch: i64,
    /// What the company's own login calls them, which apps are told in place of our number; `None`: their account is here.
    pub external_id: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.subject.0)
    }
}

impl Person {
    /// The address, if it was proved: no app is told another.
    pub fn proved_email(&self) -> Option<&str> {
        self.verified_at.map(|_| self.email.as_str())
    }

    /// What tells them on a page: their address, or their name where there is none.
    pub fn label(&self) -> &str {
        match self.email.as_str() {
            "" => &self.name,
            email => email,
        }
    }

    /// Whether they sign in here, with a password of their own.
    pub fn signs_in_here(&self) -> bool {
        !self.password.is_empty()
    }

    /// Whether the account may be used.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// What a person chose of how they are told things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// In which language.
    pub language: Option<Language>,
    /// In which time zone, as the IANA database names it.
    pub zone: Option<String>,
}

/// A person about to get an account. With [`SubjectFormat::Number`](crate::types::ids::SubjectFormat)
/// the store gives the next number; else `locator` is the subject.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The subject, or `None` for the next number of the counter.
    pub subject: Option<Subject>,
    /// Their address as they spelled it; unique by [`email_key`].
    pub email: String,
    /// When it was proved that the address is theirs, if it was.
    pub verified_at: Option<UnixTime>,
    /// What they are called.
    pub name: String,
    /// Whether they may administer the provider.
    pub admin: bool,
    /// The hash of their password, in a form that [`StoredHash`](crate::accounts::stored_hash::StoredHash) reads; empty: none.
    pub password: String,
    /// The test app that it is made with, if it is a test user.
    pub test_app: Option<ClientRowId>,
    /// What the company's own login calls them. Their address is then theirs alone here no more: it may be missing or shared.
    pub external_id: Option<String>,
}

impl NewPerson {
    /// By what the account is found, which no other has: its address; of people from elsewhere, who may share one, what they
    /// are called there. No address begins so.
    pub fn key(&self) -> String {
        match &self.external_id {
            Some(id) => format!("@{id}"),
            None => email_key(&self.email),
        }
    }
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPerson(…)")
    }
}
