//! Organizations: what people run apps together in.
use crate::types::{ClientRowId, End, Locator, MailAddress, Subject, UnixTime};
use jose::Digest;

/// What a member may do. Each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks at its apps.
    Viewer,
    /// Makes and changes apps.
    Developer,
    /// Says who belongs to it, and may end it.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Developer, Role::Owner];

    /// The stored and shown name.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Developer => "developer",
            Role::Owner => "owner",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// What the owners of an organization think of an app that its members let in for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppStanding {
    /// It gets what it asks for.
    Trusted,
    /// It gets neither what is restricted nor what deletes or does everything.
    Limited,
    /// Nobody lets it in, and its tokens do not work.
    Blocked,
}

impl AppStanding {
    /// All of them.
    pub const ALL: [AppStanding; 3] = [Self::Trusted, Self::Limited, Self::Blocked];

    /// The stored name, and that in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            AppStanding::Trusted => "trusted",
            AppStanding::Limited => "limited",
            AppStanding::Blocked => "blocked",
        }
    }

    /// Reads such a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.as_str() == text)
    }
}

/// An app that members of an organization let in for it, or that its owners judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceApp {
    /// Which.
    pub client: ClientRowId,
    /// What its owners think of it; `None`: as of any other.
    pub standing: Option<AppStanding>,
    /// How many members it works for.
    pub members: usize,
    /// Since when it has worked for the first of them.
    pub since: Option<UnixTime>,
    /// When a token of theirs was last used, within some minutes.
    pub used_at: Option<UnixTime>,
    /// When it was ended for all of them, if that was not taken back.
    pub ended: Option<End>,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Names it.
    pub id: Locator,
    /// Raised by each change, so that of two who change it at once the second looks again.
    pub version: i64,
    /// What it is called.
    pub name: String,
    /// When it was founded.
    pub created_at: UnixTime,
    /// What the company calls it, where it came with a hand-off: then the company says who belongs to it.
    pub external_id: Option<String>,
    /// Whether its members act for it only after a sign-in with a second factor.
    pub second_factor: bool,
    /// Digest of its picture, if it has one.
    pub logo: Option<Digest>,
}

impl Organization {
    /// Whether a member acts for it by a sign-in; `proved`: whether that was with a second factor.
    pub fn lets_act(&self, proved: bool) -> bool {
        proved || !self.second_factor
    }
}

/// A person in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub subject: Subject,
    /// Their address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub since: UnixTime,
}

/// An organization, as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Which.
    pub organization: Organization,
    /// What they may do there.
    pub role: Role,
}

/// That somebody is asked to join. Whoever has proved that the address is theirs may; nothing else counts, so there is
/// no secret to lose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Names it.
    pub id: Locator,
    /// Where to.
    pub organization: Locator,
    /// Whom.
    pub email: MailAddress,
    /// As what.
    pub role: Role,
    /// Who asks.
    pub invited_by: Subject,
    /// When.
    pub created_at: UnixTime,
    /// Until when it holds.
    pub expires_at: UnixTime,
}

/// Who runs an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A person.
    Person(Subject),
    /// An organization.
    Organization(Locator),
}

/// Who is to run an app instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiver {
    /// Whoever has proved that this address is theirs.
    Address(MailAddress),
    /// An organization, where an owner accepts.
    Organization(Locator),
}

/// That an app is to be handed over. It is, once the receiver accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Names it.
    pub id: Locator,
    /// The app.
    pub client: ClientRowId,
    /// To whom.
    pub to: Receiver,
    /// Who offers it.
    pub offered_by: Subject,
    /// When.
    pub created_at: UnixTime,
    /// Until when it can be accepted.
    pub expires_at: UnixTime,
}
