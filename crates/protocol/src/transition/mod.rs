//! Every change of state the system knows, one enum for each family.
//!
//! The store settles one transition in one transaction: its guard first, then the rest. A lost guard changes
//! nothing and is reported as such. The guard of each is named in its documentation. Engines match them without a
//! catch-all, so a new one does not compile until each engine knows what to do.
mod account;
mod app;
mod approval;
mod assertion;
mod authorize;
mod bounce;
mod connection;
mod developer;
mod device;
mod domain;
mod grant;
mod handoff;
mod introduction;
mod name;
mod openid;
mod organization;
mod outbox;
mod passkey;
mod playground;
mod review;
mod second_factor;
mod secret;
mod session;
mod signing_key;
mod throttle;
mod transfer;
mod upstream;
mod usage;

pub use account::{AccountChange, AddressChange, Deletion, Recovery};
pub use app::{AppChange, Bounds, Logo, LogoChange};
pub use approval::ApprovalChange;
pub use assertion::AssertionChange;
pub use authorize::AuthorizeChange;
pub use bounce::BounceChange;
pub use connection::{ConnectionChange, ConnectionStep, Narrowing};
pub use developer::DeveloperChange;
pub use device::DeviceChange;
pub use domain::DomainChange;
pub use grant::{GrantChange, RevocationCause};
pub use handoff::{HandoffChange, Recognized};
pub use introduction::{IntroductionChange, IntroductionRecord};
pub use openid::OpenIdChange;
pub use organization::OrganizationChange;
pub use outbox::OutboxChange;
pub use passkey::PasskeyChange;
pub use playground::PlaygroundChange;
pub use review::{Approved, ReviewChange, ReviewStep};
pub use second_factor::SecondFactorChange;
pub use secret::SecretChange;
pub use session::{SessionChange, SessionUse};
pub use signing_key::SigningKeyChange;
pub use throttle::ThrottleChange;
pub use transfer::TransferChange;
pub use upstream::UpstreamChange;
pub use usage::UsageChange;

use crate::accounts::mail_link::LinkMail;
use crate::events::Happened;
use crate::outbox::Message;
use crate::types::{AccessToken, Language};

/// A change of state.
#[derive(Debug, Clone)]
pub enum Transition {
    /// Authorization requests and the codes that answer them.
    Authorize(AuthorizeChange),
    /// Grants and their tokens.
    Grant(GrantChange),
    /// What devices ask for.
    Device(DeviceChange),
    /// Accounts of people.
    Account(AccountChange),
    /// Sign-ins at the company's own login.
    Handoff(HandoffChange),
    /// Sign-ins at other providers.
    Upstream(UpstreamChange),
    /// Browsers that are signed in.
    Session(SessionChange),
    /// Second factors of people.
    SecondFactor(SecondFactorChange),
    /// Passkeys of people.
    Passkey(PasskeyChange),
    /// Attempts to guess something.
    Throttle(ThrottleChange),
    /// Assertions that clients authenticate with.
    Assertion(AssertionChange),
    /// Apps.
    App(AppChange),
    /// Organizations and who belongs to them.
    Organization(OrganizationChange),
    /// Domains of organizations.
    Domain(DomainChange),
    /// Who makes apps, and what they agreed to.
    Developer(DeveloperChange),
    /// Requests for review.
    Review(ReviewChange),
    /// Messages that wait to be delivered.
    Outbox(OutboxChange),
    /// Addresses to which mail comes back.
    Bounce(BounceChange),
    /// What people take back from apps.
    Connection(ConnectionChange),
    /// The keys that sign.
    SigningKey(SigningKeyChange),
    /// What OpenID Connect keeps, and whom it tells.
    OpenId(OpenIdChange),
    /// Apps that introduce themselves.
    Introduction(IntroductionChange),
    /// What developers play a test side through with.
    Playground(PlaygroundChange),
}

impl Transition {
    /// What is to be told of this change; `None` for what is its own record (tokens, attempts, pending requests).
    pub fn event(&self) -> Option<Happened> {
        match self {
            Transition::Authorize(change) => change.event(),
            Transition::Grant(change) => change.event(),
            Transition::Device(change) => change.event(),
            Transition::Account(change) => change.event(),
            Transition::Handoff(change) => Some(change.event()),
            Transition::Upstream(change) => change.event(),
            Transition::Session(change) => change.event(),
            Transition::SecondFactor(change) => change.event(),
            Transition::Passkey(change) => change.event(),
            Transition::Throttle(
                ThrottleChange::Count { .. }
                | ThrottleChange::Spend { .. }
                | ThrottleChange::Clear { .. },
            )
            | Transition::Assertion(AssertionChange::Use { .. }) => None,
            Transition::App(change) => change.event(),
            Transition::Organization(change) => Some(change.event()),
            Transition::Domain(change) => change.event(),
            Transition::Developer(change) => Some(change.event()),
            Transition::Review(change) => Some(change.event()),
            Transition::Outbox(change) => change.event(),
            Transition::Bounce(change) => change.event(),
            Transition::Connection(change) => Some(change.event()),
            Transition::SigningKey(change) => change.event(),
            Transition::OpenId(change) => change.event(),
            Transition::Introduction(change) => change.event(),
            Transition::Playground(change) => change.event(),
        }
    }

    /// The access token that is given by it.
    pub fn access_token(&self) -> Option<&AccessToken> {
        match self {
            Transition::Grant(
                GrantChange::Redeem { access, .. }
                | GrantChange::Rotate { access, .. }
                | GrantChange::IssueAccessToken(access),
            ) => Some(access),
            _ => None,
        }
    }

    /// The same, whose mail is written in this language, if whoever gets it has chosen none.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        if let Some(mail) = self.mail() {
            mail.link.language = Some(language);
        }
        self
    }

    /// The same, whose mail tells that it is the last of its kind for a while, if it is.
    #[must_use]
    pub fn last_for_now(mut self, last: bool) -> Self {
        if let Some(mail) = self.mail().filter(|_| last) {
            mail.tell_that_it_is_the_last();
        }
        self
    }

    /// The mail with a link that it sends.
    fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Transition::Account(change) => change.mail(),
            Transition::Session(change) => change.mail(),
            Transition::SecondFactor(change) => change.mail(),
            Transition::Passkey(change) => change.mail(),
            Transition::Upstream(change) => change.mail(),
            Transition::Authorize(_)
            | Transition::Device(_)
            | Transition::Grant(_)
            | Transition::Throttle(_)
            | Transition::Assertion(_)
            | Transition::App(_)
            | Transition::Organization(_)
            | Transition::Domain(_)
            | Transition::Developer(_)
            | Transition::Review(_)
            | Transition::Outbox(_)
            | Transition::Bounce(_)
            | Transition::Connection(_)
            | Transition::SigningKey(_)
            | Transition::OpenId(_)
            | Transition::Introduction(_)
            | Transition::Playground(_)
            | Transition::Handoff(_) => None,
        }
    }

    /// What is to be sent because of this change, written to the outbox in its transaction. What means a message has an
    /// event, which tells whether an earlier try has written it already; what many ask for at once means none.
    pub fn messages(&self) -> &[Message] {
        match self {
            Transition::Outbox(change) => change.messages(),
            Transition::Account(change) => change.messages(),
            Transition::Session(change) => change.messages(),
            Transition::SecondFactor(change) => change.messages(),
            Transition::Passkey(change) => change.messages(),
            Transition::Upstream(change) => change.messages(),
            Transition::App(change) => change.messages(),
            Transition::Organization(change) => change.messages(),
            Transition::Domain(change) => change.messages(),
            Transition::Developer(change) => change.messages(),
            Transition::Review(change) => change.messages(),
            Transition::Authorize(change) => change.messages(),
            Transition::Device(change) => change.messages(),
            Transition::OpenId(change) => change.messages(),
            Transition::Grant(_)
            | Transition::Throttle(_)
            | Transition::Assertion(_)
            | Transition::Bounce(_)
            | Transition::Connection(_)
            | Transition::SigningKey(_)
            | Transition::Introduction(_)
            | Transition::Playground(_)
            | Transition::Handoff(_) => &[],
        }
    }
}

macro_rules! from_family {
    ($($family:ident $change:ident),* $(,)?) => {
        $(impl From<$change> for Transition {
            fn from(change: $change) -> Self {
                Transition::$family(change)
            }
        })*
    };
}

from_family! {
    Authorize AuthorizeChange,
    Grant GrantChange,
    Device DeviceChange,
    Account AccountChange,
    Handoff HandoffChange,
    Upstream UpstreamChange,
    Session SessionChange,
    SecondFactor SecondFactorChange,
    Throttle ThrottleChange,
    Assertion AssertionChange,
    App AppChange,
    Organization OrganizationChange,
    Domain DomainChange,
    Developer DeveloperChange,
    Review ReviewChange,
    Outbox OutboxChange,
    Bounce BounceChange,
    Connection ConnectionChange,
    SigningKey SigningKeyChange,
    OpenId OpenIdChange,
    Introduction IntroductionChange,
    Playground PlaygroundChange,
}
