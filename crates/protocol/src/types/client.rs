//! Apps: what RFC 7591 calls a client.
use crate::types::{
    Asks, ClientKeys, ClientRowId, Introduction, Locator, Owner, Person, RedirectUri, RelyingParty,
    Scope, Side, Subject, UnixTime, Way,
};
use jose::Digest;

/// Whether the app can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// It has a secret and must show it.
    Confidential,
    /// It runs on a person's device; it has no secret and always needs PKCE.
    Public,
}

/// A grant an app may use, as `grant_type` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 8628 §3.4.
    DeviceCode,
}

impl GrantType {
    /// All of them.
    pub const ALL: [GrantType; 4] = [
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
    ];

    /// The value of `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            GrantType::AuthorizationCode => "authorization_code",
            GrantType::RefreshToken => "refresh_token",
            GrantType::ClientCredentials => "client_credentials",
            GrantType::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }

    /// What people call it: the last part of [`as_str`](Self::as_str).
    pub fn short(self) -> &'static str {
        let name = self.as_str();
        name.rsplit(':').next().unwrap_or(name)
    }

    /// Reads a `grant_type`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// How an app authenticates (RFC 6749 §2.3, RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// HTTP Basic.
    ClientSecretBasic,
    /// `client_id` and `client_secret` among the parameters.
    ClientSecretPost,
    /// An assertion that the app signed (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// `client_id` alone: public apps.
    None,
}

impl AuthMethod {
    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthMethod::ClientSecretBasic => "client_secret_basic",
            AuthMethod::ClientSecretPost => "client_secret_post",
            AuthMethod::PrivateKeyJwt => "private_key_jwt",
            AuthMethod::None => "none",
        }
    }
}

/// What an app may do at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientStatus {
    /// Waits for review; until then it works for whoever runs it alone.
    Pending,
    /// In use.
    Active,
    /// Switched off by an admin; its tokens are dead for good.
    Disabled,
}

impl ClientStatus {
    /// The stored and shown name.
    pub fn as_str(self) -> &'static str {
        match self {
            ClientStatus::Pending => "pending",
            ClientStatus::Active => "active",
            ClientStatus::Disabled => "disabled",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Active, Self::Disabled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A client secret as it is stored: its digest, and what tells it from the app's others. The secret itself has 256
/// random bits and is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Tells it from the app's others.
    pub id: Locator,
    /// SHA-256 of the secret.
    pub digest: Digest,
    /// What its developer calls it; may be empty.
    pub name: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// From when on it does not authenticate, if that is laid down.
    pub expires_at: Option<UnixTime>,
}

impl StoredSecret {
    /// Whether it has not come to its end.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// What an app tells beside its name, for people who look closer. Each may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppLinks {
    /// The page of its privacy policy.
    pub privacy_policy: String,
    /// The page of its terms.
    pub terms: String,
    /// Where its people find help: a page, or an e-mail address.
    pub support: String,
    /// The e-mail address of its developers; people are not shown it.
    pub contact: String,
}

/// A registered app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The number of its row.
    pub no: ClientRowId,
    /// Raised by each change of the app: whoever decided on an earlier one has not seen it as it is.
    pub version: i64,
    /// Its public `client_id`: `A-Z a-z 0-9 - _` only, since some clients send Basic unencoded.
    pub id: String,
    /// The name people see.
    pub name: String,
    /// The app's website, an https URL (or loopback).
    pub homepage: String,
    /// One or two sentences; may be empty.
    pub description: String,
    /// Its further pages and addresses.
    pub links: AppLinks,
    /// The person who registered or took it over.
    pub owner: Subject,
    /// The organization that runs it, if no person does.
    pub organization: Option<Locator>,
    /// Who belongs to that organization now, where the app is a [draft](Self::is_draft); of others nobody is read.
    pub team: Vec<Subject>,
    /// The name of the organization or else of the owner, shown as publisher.
    pub publisher: String,
    /// Whether it keeps a secret.
    pub kind: ClientKind,
    /// Its secrets, also those that have come to their end and are not swept yet.
    pub secrets: Vec<StoredSecret>,
    /// The keys with which it signs assertions, in place of a secret; `None`: it has secrets, or is public.
    pub keys: Option<Box<ClientKeys>>,
    /// Whether it always proves to hold the key of its tokens (`dpop_bound_access_tokens`, RFC 9449 §5.2).
    pub dpop_bound: bool,
    /// Where people may be sent back.
    pub redirect_uris: Vec<RedirectUri>,
    /// Grants it may use.
    pub grants: Vec<GrantType>,
    /// Scopes it may ask for; `None`: every one that is not restricted.
    pub scopes: Option<Scope>,
    /// What it tells of them: which it can do without, and why it asks.
    pub asks: Asks,
    /// Restricted scopes an admin approved for it.
    pub approved: Scope,
    /// Whether it is an API that may introspect tokens issued to others.
    pub resource_server: bool,
    /// What it may do at the moment.
    pub status: ClientStatus,
    /// Tokens below this locator are dead: it was disabled after they were made.
    pub not_before: Locator,
    /// When an admin reviewed it, if ever.
    pub reviewed_at: Option<UnixTime>,
    /// Digest of its logo, if it has one; the bytes are read apart.
    pub logo: Option<Digest>,
    /// When it was registered.
    pub created_at: UnixTime,
    /// Whether it is for trying things: then it meets none but its own test users.
    pub side: Side,
    /// Its credentials are published in the documentation for everyone to try things with: whoever uses them is
    /// sent back to their own computer, whichever port and path.
    pub documented: bool,
    /// What it registered for OpenID Connect.
    pub openid: RelyingParty,
    /// The app whose test side it is: it shares with that one what people and administrators are told, and its owner.
    pub live_of: Option<ClientRowId>,
    /// How it introduced itself, if nobody registered it.
    pub introduction: Option<Box<Introduction>>,
}

impl Client {
    /// Who runs it.
    pub fn run_by(&self) -> Owner {
        match self.organization {
            Some(organization) => Owner::Organization(organization),
            None => Owner::Person(self.owner),
        }
    }

    /// How it authenticates. With a secret it may do so in the header or in the body.
    pub fn auth_method(&self) -> AuthMethod {
        match (self.kind, &self.keys) {
            (ClientKind::Public, _) => AuthMethod::None,
            (ClientKind::Confidential, None) => AuthMethod::ClientSecretBasic,
            (ClientKind::Confidential, Some(_)) => AuthMethod::PrivateKeyJwt,
        }
    }

    /// Whether it may show nothing or an assertion, as it likes: it lists `none` beside `private_key_jwt`.
    pub fn may_choose_method(&self) -> bool {
        self.kind == ClientKind::Public && self.keys.is_some()
    }

    /// The document that its `client_id` leads to, if it came by one.
    pub fn document_url(&self) -> Option<&str> {
        let own = self.introduction.as_deref()?;
        (own.way == Way::Document).then_some(self.id.as_str())
    }

    /// Whether it may act now.
    pub fn is_active(&self) -> bool {
        self.status == ClientStatus::Active
    }

    /// Whether it waits for review, and works as a draft for whoever runs it.
    pub fn is_draft(&self) -> bool {
        let waits = self.status == ClientStatus::Pending && self.side == Side::Live;
        waits && !self.documented
    }

    /// Whether it waits for review, and this person runs it, alone or in an organization: until it is approved it works
    /// for them, and for nobody else.
    pub fn is_draft_of(&self, person: Subject) -> bool {
        let runs = match self.organization {
            Some(_) => self.team.contains(&person),
            None => self.owner == person,
        };
        runs && self.is_draft()
    }

    /// Whether it works now for this person.
    pub fn works_for(&self, person: Subject) -> bool {
        self.is_active() || self.is_draft_of(person)
    }

    /// Whether this person may allow it anything: people meet live apps, test users the app they were made with. An app
    /// that waits for review meets whoever runs it.
    pub fn may_meet(&self, person: &Person) -> bool {
        match (self.side, person.test_app) {
            (Side::Live, None) => {
                self.status != ClientStatus::Pending || self.is_draft_of(person.subject)
            }
            (Side::Test, Some(app)) => app == self.no,
            _ => false,
        }
    }

    /// Whether it may use `grant`.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }
}
