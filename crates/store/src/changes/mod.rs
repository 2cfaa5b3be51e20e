//! Transitions to what engines do: a few by statements of their own, which are tuned by hand, all others by steps.
mod account;
mod app;
mod app_bounds;
mod approval;
mod assertion;
mod authentication;
mod bounce;
mod connection;
mod counted;
mod deletion;
mod developer;
mod device;
mod domain;
mod handoff;
mod introduction;
mod mail_link;
mod organization;
mod outbox;
mod passkey;
mod picture;
mod playground;
mod request_log;
mod review;
mod second_factor;
mod secret;
mod session;
mod signing_key;
mod throttle;
mod transfer;
mod upstream;
mod usage;

pub(crate) use app_bounds::NOBODY;
pub(crate) use counted::counted;

use crate::steps::Steps;
use crate::value::{Value, values};
use protocol::Transition;
use protocol::accounts::mail_link::LinkMail;
use protocol::transition::{
    AccountChange, AppChange, AssertionChange, AuthorizeChange, BounceChange, ConnectionChange,
    DeveloperChange, DeviceChange, DomainChange, GrantChange, HandoffChange, IntroductionChange,
    OpenIdChange, OrganizationChange, OutboxChange, PasskeyChange, PlaygroundChange, ReviewChange,
    ReviewStep, SecondFactorChange, SecretChange, SessionChange, SigningKeyChange, ThrottleChange,
    UpstreamChange,
};
use protocol::types::{
    AccessToken, Authentication, AuthorizationCode, ClientRowId, Consent, DeviceAnswer,
    DeviceAuthorization, Grant, Interaction, Locator, Pace, RefreshToken, Scope, SealedReply,
    Subject, UnixTime,
};

/// How a transition is applied.
pub(crate) enum Change<'a> {
    /// By an engine's own statements.
    Hot(Hot<'a>),
    /// By steps.
    Cold(Cold<'a>),
}

/// What runs by its steps.
#[derive(Clone, Copy)]
pub(crate) enum Cold<'a> {
    Deny(Locator),
    /// A code, with what is remembered of it, and what it knows of the sign-in.
    Allow {
        code: &'a AuthorizationCode,
        authentication: Option<&'a Authentication>,
        interaction: Option<Locator>,
        consent: Option<&'a Consent>,
        notice: Option<&'a LinkMail>,
    },
    Connection(&'a ConnectionChange),
    KeepDevice(&'a DeviceAuthorization),
    AnswerDevice {
        device: Locator,
        client: ClientRowId,
        by: Subject,
        answer: DeviceAnswer,
        less: Option<&'a Scope>,
        scope: &'a Scope,
        authentication: Option<&'a Authentication>,
        notice: Option<&'a LinkMail>,
    },
    Account(&'a AccountChange),
    Handoff(&'a HandoffChange),
    Upstream(&'a UpstreamChange),
    Session(&'a SessionChange),
    SecondFactor(&'a SecondFactorChange),
    Passkey(&'a PasskeyChange),
    Throttle(&'a ThrottleChange),
    Assertion(&'a AssertionChange),
    App(&'a AppChange),
    Organization(&'a OrganizationChange),
    Domain(&'a DomainChange),
    Developer(&'a DeveloperChange),
    Review(&'a ReviewChange),
    Outbox(&'a OutboxChange),
    Bounce(&'a BounceChange),
    SigningKey(&'a SigningKeyChange),
    OpenId(&'a OpenIdChange),
    Introduction(&'a IntroductionChange),
    Playground(&'a PlaygroundChange),
}

impl<'a> Cold<'a> {
    /// The steps, at `now`. `receipt` is the same at every try of one transition.
    pub(crate) fn steps(self, now: UnixTime, receipt: Locator) -> Steps<'a> {
        let steps = Steps::default();
        match self {
            Cold::Deny(interaction) => {
                let no_code: Option<Locator> = None;
                steps.guard(ANSWER, values![interaction, now, no_code])
            }
            Cold::Allow {
                code,
                authentication,
                interaction,
                consent,
                notice,
            } => {
                let steps = connection::allow(steps, (code, interaction), (consent, notice), now);
                authentication::keep(steps, (code.subject, code.client), authentication)
            }
            Cold::Connection(change) => connection::steps(steps, change, now),
            Cold::KeepDevice(device) => device::keep(steps, device),
            Cold::AnswerDevice {
                device,
                client,
                by,
                answer,
                less,
                scope,
                authentication,
                notice,
            } => {
                let (answer, told) = ((answer, less), (scope, notice));
                let steps = device::answer(steps, device, (by, client), answer, told, now);
                authentication::keep(steps, (by, client), authentication)
            }
            Cold::Account(change) => account::steps(steps, change, now),
            Cold::Handoff(change) => handoff::steps(steps, change, now),
            Cold::Upstream(change) => upstream::steps(steps, change, now),
            Cold::Session(change) => session::steps(steps, change, now),
            Cold::SecondFactor(change) => second_factor::steps(steps, change, now),
            Cold::Passkey(change) => passkey::steps(steps, change, now),
            Cold::Throttle(change) => throttle::steps(steps, change, now, receipt),
            Cold::Assertion(change) => assertion::steps(steps, change),
            Cold::App(change) => app::steps(steps, change, now),
            Cold::Organization(change) => organization::steps(steps, change, now),
            Cold::Domain(change) => domain::steps(steps, change),
            Cold::Developer(change) => developer::steps(steps, change),
            Cold::Review(change) => review::steps(steps, change, now),
            Cold::Outbox(change) => outbox::steps(steps, change, now),
            Cold::Bounce(change) => bounce::steps(steps, change),
            Cold::SigningKey(change) => signing_key::steps(steps, change),
            Cold::OpenId(change) => authentication::steps(steps, change),
            Cold::Introduction(change) => introduction::steps(steps, change, now),
            Cold::Playground(change) => playground::steps(steps, change, now),
        }
    }
}

/// What many ask for at once.
#[derive(Clone, Copy)]
pub(crate) enum Hot<'a> {
    Keep(&'a Interaction),
    IssueCode {
        code: &'a AuthorizationCode,
        interaction: Option<Locator>,
    },
    Redeem {
        grant: &'a Grant,
        access: &'a AccessToken,
        refresh: Option<&'a RefreshToken>,
    },
    Rotate {
        consumed: Locator,
        successor: &'a RefreshToken,
        access: &'a AccessToken,
        reply: Option<&'a SealedReply>,
    },
    Issue(&'a AccessToken),
    Poll {
        device: Locator,
        before: Pace,
        after: Pace,
    },
    RevokeGrant(Locator),
    RevokeAccessToken(Locator),
}

impl<'a> From<&'a Transition> for Change<'a> {
    fn from(transition: &'a Transition) -> Self {
        match transition {
            Transition::Authorize(change) => authorize(change),
            Transition::Grant(change) => Change::Hot(grant(change)),
            Transition::Device(change) => device(change),
            Transition::Account(change) => Change::Cold(Cold::Account(change)),
            Transition::Handoff(change) => Change::Cold(Cold::Handoff(change)),
            Transition::Upstream(change) => Change::Cold(Cold::Upstream(change)),
            Transition::Session(change) => Change::Cold(Cold::Session(change)),
            Transition::SecondFactor(change) => Change::Cold(Cold::SecondFactor(change)),
            Transition::Passkey(change) => Change::Cold(Cold::Passkey(change)),
            Transition::Throttle(change) => Change::Cold(Cold::Throttle(change)),
            Transition::Review(change) => Change::Cold(Cold::Review(change)),
            Transition::Assertion(change) => Change::Cold(Cold::Assertion(change)),
            Transition::App(change) => Change::Cold(Cold::App(change)),
            Transition::Organization(change) => Change::Cold(Cold::Organization(change)),
            Transition::Domain(change) => Change::Cold(Cold::Domain(change)),
            Transition::Developer(change) => Change::Cold(Cold::Developer(change)),
            Transition::Outbox(change) => Change::Cold(Cold::Outbox(change)),
            Transition::Bounce(change) => Change::Cold(Cold::Bounce(change)),
            Transition::Connection(change) => Change::Cold(Cold::Connection(change)),
            Transition::SigningKey(change) => Change::Cold(Cold::SigningKey(change)),
            Transition::OpenId(change) => Change::Cold(Cold::OpenId(change)),
            Transition::Introduction(change) => Change::Cold(Cold::Introduction(change)),
            Transition::Playground(change) => Change::Cold(Cold::Playground(change)),
        }
    }
}

fn device(change: &DeviceChange) -> Change<'_> {
    match change {
        DeviceChange::Keep(device) => Change::Cold(Cold::KeepDevice(device)),
        DeviceChange::Poll {
            device,
            before,
            after,
        } => Change::Hot(Hot::Poll {
            device: *device,
            before: *before,
            after: *after,
        }),
        DeviceChange::Answer {
            device,
            client,
            subject,
            answer,
            less,
            scope,
            authentication,
            notice,
        } => Change::Cold(Cold::AnswerDevice {
            device: *device,
            client: *client,
            by: *subject,
            answer: *answer,
            less: less.as_ref(),
            scope,
            authentication: authentication.as_deref(),
            notice: notice.as_deref(),
        }),
    }
}

fn authorize(change: &AuthorizeChange) -> Change<'_> {
    match change {
        AuthorizeChange::Keep(interaction) => Change::Hot(Hot::Keep(interaction)),
        AuthorizeChange::IssueCode {
            code,
            authentication: None,
            interaction,
            consent: None,
            notice: _,
        } => Change::Hot(Hot::IssueCode {
            code,
            interaction: *interaction,
        }),
        AuthorizeChange::IssueCode {
            code,
            authentication,
            interaction,
            consent,
            notice,
        } => Change::Cold(Cold::Allow {
            code,
            authentication: authentication.as_deref(),
            interaction: *interaction,
            consent: consent.as_ref(),
            notice: notice.as_deref(),
        }),
        AuthorizeChange::Deny { interaction, .. } => Change::Cold(Cold::Deny(*interaction)),
    }
}

/// Answers a request, once only.
pub(crate) const ANSWER: &str =
    "UPDATE interactions SET answered_at = $2, code = $3 WHERE id = $1 AND answered_at IS NULL";

/// Writes a code down, with [`code_values`].
pub(crate) const ISSUE: &str = "INSERT INTO codes (id, digest, client, subject, scope, scope_named, redirect_uri, \
    challenge, auth_time, expires_at, organization) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

pub(crate) fn code_values(code: &AuthorizationCode) -> [Value<'_>; 11] {
    values![
        code.id,
        &code.digest,
        code.client,
        code.subject,
        &code.scope,
        code.scope_named,
        &code.redirect_uri,
        code.challenge.as_ref().map(|challenge| challenge.as_str()),
        code.auth_time,
        code.expires_at,
        code.organization,
    ]
}

fn grant(change: &GrantChange) -> Hot<'_> {
    match change {
        GrantChange::Redeem {
            grant,
            access,
            refresh,
        } => Hot::Redeem {
            grant,
            access,
            refresh: refresh.as_ref(),
        },
        GrantChange::Rotate {
            consumed,
            successor,
            access,
            reply,
        } => Hot::Rotate {
            consumed: *consumed,
            successor,
            access,
            reply: reply.as_ref(),
        },
        GrantChange::IssueAccessToken(access) => Hot::Issue(access),
        GrantChange::Revoke { grant, .. } => Hot::RevokeGrant(*grant),
        GrantChange::RevokeAccessToken { token, .. } => Hot::RevokeAccessToken(*token),
    }
}

/// The app that a transition changes and whose guard can be lost to an earlier try of it.
pub(crate) fn changed_client(transition: &Transition) -> Option<ClientRowId> {
    if let Transition::Review(ReviewChange::Reply { client, step, .. }) = transition {
        return matches!(step, ReviewStep::Approved(_)).then_some(*client);
    }
    if let Transition::Introduction(IntroductionChange::Replace { before, .. }) = transition {
        return Some(before.no);
    }
    if let Transition::Introduction(IntroductionChange::KeepLogo { client, .. }) = transition {
        return Some(*client);
    }
    if let Transition::Playground(change) = transition {
        return change.client();
    }
    let Transition::App(change) = transition else {
        return None;
    };
    match change {
        AppChange::Register { .. }
        | AppChange::Usage(_)
        | AppChange::Secret(SecretChange::WarnOfEnd { .. }) => None,
        AppChange::Update { before, .. } => Some(before.no),
        AppChange::Transfer(change) => Some(change.client()),
        AppChange::Approval(change) => Some(change.client()),
        AppChange::Secret(change) => Some(change.client()),
        AppChange::Restore { client, .. } => Some(client.no),
        AppChange::SetStatus { client, .. } | AppChange::Delete { client } => Some(*client),
    }
}
