//! What a rule is given to decide on: all facts of one request, read at once.
use crate::openid::Asked;
use crate::types::{
    AccessToken, AuthorizationCode, Client, ConnectionStanding, Consent, DeviceAuthorization,
    Grant, Interaction, Locator, Person, PortalSession, Preferences, RefreshToken, SealedReply,
    Session, Subject, UnixTime,
};
use std::sync::Arc;

/// Whether a person's account is on, and which of their tokens died with a disabling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountStatus {
    /// The account is switched off.
    pub disabled: bool,
    /// Tokens below this locator are dead.
    pub not_before: Locator,
}

impl AccountStatus {
    /// Nothing was ever taken away.
    pub const GOOD: AccountStatus = AccountStatus {
        disabled: false,
        not_before: Locator(0),
    };

    /// Whether something made as `id` is still good.
    pub fn honours(self, id: Locator) -> bool {
        !self.disabled && id >= self.not_before
    }
}

impl From<&Person> for AccountStatus {
    fn from(person: &Person) -> Self {
        AccountStatus {
            disabled: !person.is_active(),
            not_before: person.not_before,
        }
    }
}

/// A code, whether it was redeemed, and the person behind it.
#[derive(Debug, Clone)]
pub struct CodeFacts {
    /// The code.
    pub code: AuthorizationCode,
    /// Whether a grant of its id exists.
    pub redeemed: bool,
    /// Who allowed it; `None` when the account is gone.
    pub person: Option<Person>,
    /// What is left of what they allowed the app.
    pub connection: ConnectionStanding,
    /// What was asked of the sign-in, if it was by OpenID Connect.
    pub asked: Option<Box<Asked>>,
    /// What the company calls the organization that it is for, where that [was read](crate::lookup::Found::workspace_wanted).
    pub workspace: Option<Box<str>>,
}

/// What a device asked for, whether it was redeemed, and the person who answered.
#[derive(Debug, Clone)]
pub struct DeviceFacts {
    /// The request.
    pub device: DeviceAuthorization,
    /// Whether a grant of its id exists.
    pub redeemed: bool,
    /// Who allowed it; `None` while nobody did, or when the account is gone.
    pub person: Option<Person>,
    /// What is left of what they allowed the app.
    pub connection: ConnectionStanding,
    /// What is known of their sign-in, where that was read.
    pub asked: Option<Box<Asked>>,
    /// What the company calls the organization that it is for, where that was read.
    pub workspace: Option<Box<str>>,
}

/// That a refresh token was used, and what came of it.
#[derive(Debug, Clone)]
pub struct UsedRefreshToken {
    /// The refresh token that replaced it.
    pub successor: Locator,
    /// When.
    pub used_at: UnixTime,
    /// Whether the successor was itself used, which ends the grace window.
    pub successor_used: bool,
    /// The reply it got, while the window lasts.
    pub reply: Option<SealedReply>,
}

/// A refresh token with its grant, its use if any, and the person behind it.
#[derive(Debug, Clone)]
pub struct RefreshFacts {
    /// The token.
    pub token: RefreshToken,
    /// What it renews.
    pub grant: Grant,
    /// Whether it was used.
    pub used: Option<UsedRefreshToken>,
    /// Who allowed it; `None` when the account is gone.
    pub person: Option<Person>,
    /// What is left of what they allowed the app.
    pub connection: ConnectionStanding,
    /// What was asked of the sign-in that began the grant, if it was by OpenID Connect.
    pub asked: Option<Box<Asked>>,
    /// What the company calls the organization that it is for, where that was read.
    pub workspace: Option<Box<str>>,
}

/// An access token and all that decides whether it still works. The row is read; the rest is in memory.
#[derive(Debug, Clone)]
pub struct AccessFacts {
    /// The token.
    pub token: AccessToken,
    /// The app it was issued to; `None` when it was deleted.
    pub client: Option<Arc<Client>>,
    /// Whether its grant was revoked.
    pub grant_revoked: bool,
    /// The standing of the person; [`AccountStatus::GOOD`] for client credentials.
    pub person: AccountStatus,
    /// What is left of what the person allowed the app; [`ConnectionStanding::GOOD`] for client credentials.
    pub connection: ConnectionStanding,
    /// Who allowed it, where somebody may be told ([`holder_wanted`](crate::introspect::holder_wanted)).
    pub holder: Option<Box<Holder>>,
}

impl AccessFacts {
    /// What the company's own login calls whoever allowed it, if that was read.
    pub fn external_id(&self) -> Option<&str> {
        self.holder.as_ref()?.external_id.as_deref()
    }

    /// What the company calls the organization that it was allowed for, if that was read.
    pub fn workspace(&self) -> Option<&str> {
        self.holder.as_ref()?.workspace.as_deref()
    }
}

/// Who allowed a grant, as introspection tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// When they had signed in.
    pub auth_time: UnixTime,
    /// Their address, if it was proved.
    pub email: Option<String>,
    /// What the company's own login calls them.
    pub external_id: Option<String>,
    /// What the company calls the organization that they allowed it for.
    pub workspace: Option<String>,
    /// How they had signed in, and what that is told to be worth, where apps are told of a second factor.
    pub methods: Option<String>,
    /// See [`Authentication::acr`](crate::types::Authentication::acr).
    pub acr: Option<String>,
}

/// A session with its person.
#[derive(Debug, Clone)]
pub struct SessionFacts {
    /// The session.
    pub session: Session,
    /// Who is signed in.
    pub person: Person,
    /// How they are told things.
    pub preferences: Preferences,
}

/// Who is signed in on the portal's own host, or comes there with a code.
#[derive(Debug, Clone)]
pub struct PortalFacts {
    /// Their row.
    pub portal: PortalSession,
    /// The session behind it.
    pub facts: SessionFacts,
}

/// A pending request with its app.
#[derive(Debug, Clone)]
pub struct InteractionFacts {
    /// The request.
    pub interaction: Interaction,
    /// The app; `None` when it was deleted meanwhile.
    pub client: Option<Arc<Client>>,
}

/// What a person allowed an app before, if anything.
pub type ConsentFacts = Option<Consent>;

/// How often sign-in was tried of late, for one key (an account, a source).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts counted since `since` that did not succeed.
    pub count: u32,
    /// When the counting began.
    pub since: UnixTime,
}

/// How much hangs on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountCounts {
    /// Browsers that are signed in.
    pub sessions: i64,
    /// Apps that were let in, also paused ones.
    pub connections: i64,
    /// Apps that the person owns themselves, without their test sides.
    pub apps: i64,
    /// Organizations that they belong to.
    pub organizations: i64,
}

/// A session in a list.
#[derive(Debug, Clone)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// The address of its person.
    pub email: String,
    /// When it was last used, within some minutes.
    pub active_at: UnixTime,
}

/// A page of a list ordered by subject.
#[derive(Debug, Clone)]
pub struct PeoplePage {
    /// The people.
    pub people: Vec<Person>,
    /// Where the next page starts, if there is one.
    pub next: Option<Subject>,
}
