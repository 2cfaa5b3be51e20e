//! The catalogue of events: all that people, apps and operators did and that somebody may ask about later. Each is
//! written in the transaction of the change that it is about.
use crate::transition::RevocationCause;
use crate::types::{ClientNo, ClientStatus, Locator, Subject, UnixTime};
use std::net::IpAddr;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A person allowed an app something, and it is remembered.
    ConsentGiven,
    /// A person declined what an app asked.
    ConsentDenied,
    /// A person allowed a device.
    DeviceAllowed,
    /// A person declined a device.
    DeviceDenied,
    /// A person keeps an app out for a while.
    ConnectionPaused,
    /// A person lets such an app in again.
    ConnectionResumed,
    /// A person took an app's access away, with all its tokens.
    ConnectionEnded,
    /// That was taken back; the tokens stay ended.
    ConnectionRestored,
    /// A code was redeemed, and a grant began.
    GrantStarted,
    /// A grant was revoked, with all its tokens.
    GrantRevoked(RevocationCause),
    /// One access token was revoked.
    TokenRevoked,
    /// An account was made.
    UserCreated,
    /// A password was changed.
    UserPasswordSet,
    /// Somebody asked for an account, and a link was sent to the address.
    UserSignUpRequested,
    /// An operator invited somebody, and a link was sent to the address.
    UserInvited,
    /// A link that proves an address was sent to it.
    UserAddressProofRequested,
    /// An address was proved by its link, or an operator vouched for it.
    UserAddressProved,
    /// An account has another address, which is proved.
    UserAddressChanged,
    /// A change of address was taken back from the earlier address.
    UserAddressRestored,
    /// An account lost an address that it never proved, to whoever reads its mail, and was switched off.
    UserAddressReleased,
    /// A person changed what they are called.
    UserNameSet,
    /// Somebody asked for a new password, and a mail was sent to the address.
    UserRecoveryRequested,
    /// A new password was set by a link in a mail.
    UserRecovered,
    /// An account was switched off.
    UserDisabled,
    /// An account was switched on again.
    UserEnabled,
    /// A browser was signed in.
    SessionStarted,
    /// A browser was signed out.
    SessionEnded,
    /// All browsers of a person were signed out, or all but one.
    SessionsEnded,
    /// An app was registered.
    AppRegistered,
    /// An app changed what it says of itself.
    AppUpdated,
    /// An app waits for review again.
    AppPending,
    /// An app was switched on.
    AppEnabled,
    /// An app was switched off.
    AppDisabled,
    /// An app was reviewed, and may start if it waited for that.
    AppApproved,
    /// Restricted scopes were approved for an app.
    AppScopesApproved,
    /// A review of an app was asked for, or restricted scopes.
    AppReviewRequested,
    /// The developer said something about a request for review.
    AppReviewAnswered,
    /// The developer took a request for review back.
    AppReviewWithdrawn,
    /// An administrator asked something about a request for review.
    AppReviewAskedBack,
    /// A request for review was approved.
    AppReviewApproved,
    /// A request for review was refused.
    AppReviewRefused,
    /// An app's secrets were replaced.
    AppSecretRotated,
    /// A secret was added to those of an app.
    AppSecretAdded,
    /// One of an app's secrets was taken away.
    AppSecretRevoked,
    /// An app has a new secret, and its others an end.
    AppSecretsRotated,
    /// The developers of an app were told that one of its secrets ends soon.
    AppSecretEnding,
    /// An app was deleted.
    AppDeleted,
    /// A deleted app was brought back.
    AppRestored,
    /// An app was offered to another owner.
    AppTransferOffered,
    /// Such an offer was taken back, or declined.
    AppTransferEnded,
    /// An app has another owner.
    AppTransferred,
    /// An organization was founded.
    OrganizationFounded,
    /// An organization has another name.
    OrganizationRenamed,
    /// An organization has come to its end.
    OrganizationDissolved,
    /// Somebody was asked to join an organization.
    MemberInvited,
    /// Such an invitation was taken back, or declined.
    InvitationEnded,
    /// Somebody joined an organization.
    MemberJoined,
    /// A member may do more, or less.
    MemberRoleSet,
    /// A member left an organization, or had to.
    MemberRemoved,
    /// A mail was asked for that shows that mail works.
    MailTested,
    /// Mail to an address came back.
    MailBounced,
    /// Whoever reads an address calls mail of ours junk.
    MailComplained,
    /// An operator took back what was noted of an address.
    MailBounceForgotten,
    /// A message could not be delivered, and is a dead letter.
    OutboxGivenUp,
    /// Messages that were not delivered are tried anew.
    OutboxRetried,
    /// A message was taken out of the outbox.
    OutboxDropped,
    /// All that was open was closed, after the database was put back from a copy.
    DatabaseCutOff,
    /// The database was put back from a copy, and what was open there stayed open.
    DatabaseRestored,
}

impl Event {
    /// All of them.
    pub const ALL: [Event; 71] = [
        Event::ConsentGiven,
        Event::ConsentDenied,
        Event::DeviceAllowed,
        Event::DeviceDenied,
        Event::ConnectionPaused,
        Event::ConnectionResumed,
        Event::ConnectionEnded,
        Event::ConnectionRestored,
        Event::GrantStarted,
        Event::GrantRevoked(RevocationCause::CodeReplay),
        Event::GrantRevoked(RevocationCause::RefreshReplay),
        Event::GrantRevoked(RevocationCause::App),
        Event::GrantRevoked(RevocationCause::Operator),
        Event::TokenRevoked,
        Event::UserCreated,
        Event::UserPasswordSet,
        Event::UserSignUpRequested,
        Event::UserInvited,
        Event::UserAddressProofRequested,
        Event::UserAddressProved,
        Event::UserAddressChanged,
        Event::UserAddressRestored,
        Event::UserAddressReleased,
        Event::UserNameSet,
        Event::UserRecoveryRequested,
        Event::UserRecovered,
        Event::UserDisabled,
        Event::UserEnabled,
        Event::SessionStarted,
        Event::SessionEnded,
        Event::SessionsEnded,
        Event::AppRegistered,
        Event::AppUpdated,
        Event::AppPending,
        Event::AppEnabled,
        Event::AppDisabled,
        Event::AppApproved,
        Event::AppScopesApproved,
        Event::AppReviewRequested,
        Event::AppReviewAnswered,
        Event::AppReviewWithdrawn,
        Event::AppReviewAskedBack,
        Event::AppReviewApproved,
        Event::AppReviewRefused,
        Event::AppSecretRotated,
        Event::AppSecretAdded,
        Event::AppSecretRevoked,
        Event::AppSecretsRotated,
        Event::AppSecretEnding,
        Event::AppDeleted,
        Event::AppRestored,
        Event::AppTransferOffered,
        Event::AppTransferEnded,
        Event::AppTransferred,
        Event::OrganizationFounded,
        Event::OrganizationRenamed,
        Event::OrganizationDissolved,
        Event::MemberInvited,
        Event::InvitationEnded,
        Event::MemberJoined,
        Event::MemberRoleSet,
        Event::MemberRemoved,
        Event::MailTested,
        Event::MailBounced,
        Event::MailComplained,
        Event::MailBounceForgotten,
        Event::OutboxGivenUp,
        Event::OutboxRetried,
        Event::OutboxDropped,
        Event::DatabaseCutOff,
        Event::DatabaseRestored,
    ];

    /// Its name: what it is about, then what happened, with dots between.
    pub const fn name(self) -> &'static str {
        match self {
            Event::ConsentGiven => "consent.given",
            Event::ConsentDenied => "consent.denied",
            Event::DeviceAllowed => "device.allowed",
            Event::DeviceDenied => "device.denied",
            Event::ConnectionPaused => "connection.paused",
            Event::ConnectionResumed => "connection.resumed",
            Event::ConnectionEnded => "connection.ended",
            Event::ConnectionRestored => "connection.restored",
            Event::GrantStarted => "grant.started",
            Event::GrantRevoked(RevocationCause::CodeReplay) => "grant.revoked.code_replay",
            Event::GrantRevoked(RevocationCause::RefreshReplay) => "grant.revoked.refresh_replay",
            Event::GrantRevoked(RevocationCause::App) => "grant.revoked.app",
            Event::GrantRevoked(RevocationCause::Operator) => "grant.revoked.operator",
            Event::TokenRevoked => "token.revoked",
            Event::UserCreated => "user.created",
            Event::UserPasswordSet => "user.password_set",
            Event::UserSignUpRequested => "user.sign_up_requested",
            Event::UserInvited => "user.invited",
            Event::UserAddressProofRequested => "user.address_proof_requested",
            Event::UserAddressProved => "user.address_proved",
            Event::UserAddressChanged => "user.address_changed",
            Event::UserAddressRestored => "user.address_restored",
            Event::UserAddressReleased => "user.address_released",
            Event::UserNameSet => "user.name_set",
            Event::UserRecoveryRequested => "user.recovery_requested",
            Event::UserRecovered => "user.recovered",
            Event::UserDisabled => "user.disabled",
            Event::UserEnabled => "user.enabled",
            Event::SessionStarted => "session.started",
            Event::SessionEnded => "session.ended",
            Event::SessionsEnded => "sessions.ended",
            Event::AppRegistered => "app.registered",
            Event::AppUpdated => "app.updated",
            Event::AppPending => "app.pending",
            Event::AppEnabled => "app.enabled",
            Event::AppDisabled => "app.disabled",
            Event::AppApproved => "app.approved",
            Event::AppScopesApproved => "app.scopes_approved",
            Event::AppReviewRequested => "app.review_requested",
            Event::AppReviewAnswered => "app.review_answered",
            Event::AppReviewWithdrawn => "app.review_withdrawn",
            Event::AppReviewAskedBack => "app.review_asked_back",
            Event::AppReviewApproved => "app.review_approved",
            Event::AppReviewRefused => "app.review_refused",
            Event::AppSecretRotated => "app.secret_rotated",
            Event::AppSecretAdded => "app.secret_added",
            Event::AppSecretRevoked => "app.secret_revoked",
            Event::AppSecretsRotated => "app.secrets_rotated",
            Event::AppSecretEnding => "app.secret_ending",
            Event::AppDeleted => "app.deleted",
            Event::AppRestored => "app.restored",
            Event::AppTransferOffered => "app.transfer_offered",
            Event::AppTransferEnded => "app.transfer_ended",
            Event::AppTransferred => "app.transferred",
            Event::OrganizationFounded => "organization.founded",
            Event::OrganizationRenamed => "organization.renamed",
            Event::OrganizationDissolved => "organization.dissolved",
            Event::MemberInvited => "member.invited",
            Event::InvitationEnded => "member.invitation_ended",
            Event::MemberJoined => "member.joined",
            Event::MemberRoleSet => "member.role_set",
            Event::MemberRemoved => "member.removed",
            Event::MailTested => "mail.tested",
            Event::MailBounced => "mail.bounced",
            Event::MailComplained => "mail.complained",
            Event::MailBounceForgotten => "mail.bounce_forgotten",
            Event::OutboxGivenUp => "outbox.given_up",
            Event::OutboxRetried => "outbox.retried",
            Event::OutboxDropped => "outbox.dropped",
            Event::DatabaseCutOff => "database.cut_off",
            Event::DatabaseRestored => "database.restored_with_tokens",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    pub(crate) fn of_status(status: ClientStatus) -> Self {
        match status {
            ClientStatus::Pending => Event::AppPending,
            ClientStatus::Active => Event::AppEnabled,
            ClientStatus::Disabled => Event::AppDisabled,
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person, for themselves.
    Person(Subject),
    /// An app, with its credentials or a token of its own.
    App(ClientNo),
    /// A person who administers the provider.
    Administrator(Subject),
    /// Whoever ran a command or wrote the configuration.
    Operator,
    /// The server, by itself.
    Job,
}

impl Actor {
    /// The word for its kind, and the number of whom it is.
    pub fn as_stored(self) -> (&'static str, Option<i64>) {
        match self {
            Actor::Person(subject) => ("person", Some(subject.0)),
            Actor::App(client) => ("app", Some(client.0)),
            Actor::Administrator(subject) => ("administrator", Some(subject.0)),
            Actor::Operator => ("operator", None),
            Actor::Job => ("job", None),
        }
    }

    /// Reads what was stored.
    pub fn from_stored(kind: &str, id: Option<i64>) -> Option<Self> {
        match (kind, id) {
            ("person", Some(subject)) => Some(Actor::Person(Subject(subject))),
            ("app", Some(client)) => Some(Actor::App(ClientNo(client))),
            ("administrator", Some(subject)) => Some(Actor::Administrator(Subject(subject))),
            ("operator", None) => Some(Actor::Operator),
            ("job", None) => Some(Actor::Job),
            _ => None,
        }
    }
}

/// An event as a transition means it, before it is known when and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// Who does this by nature; `None` where only the one who settles it knows.
    pub actor: Option<Actor>,
    /// The app concerned.
    pub client: Option<ClientNo>,
    /// The person concerned.
    pub subject: Option<Subject>,
    /// The grant concerned.
    pub grant: Option<Locator>,
    /// The organization concerned.
    pub organization: Option<Locator>,
}

impl Happened {
    pub(crate) fn unasked(event: Event) -> Self {
        Happened {
            event,
            actor: None,
            client: None,
            subject: None,
            grant: None,
            organization: None,
        }
    }

    pub(crate) fn by_person(event: Event, subject: Subject) -> Self {
        Happened {
            actor: Some(Actor::Person(subject)),
            subject: Some(subject),
            ..Self::unasked(event)
        }
    }

    pub(crate) fn by_app(event: Event, client: ClientNo) -> Self {
        Happened {
            actor: Some(Actor::App(client)),
            client: Some(client),
            ..Self::unasked(event)
        }
    }

    pub(crate) fn with(self, client: ClientNo) -> Self {
        Happened {
            client: Some(client),
            ..self
        }
    }
}

/// When, by whom and from where a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: UnixTime,
    /// Who, where it is not whom the change is about: an operator, an administrator, a job.
    pub actor: Option<Actor>,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
}

impl Act {
    /// By an operator, with a command, or by what the configuration asks of a start.
    pub fn by_operator(at: UnixTime) -> Self {
        Act {
            actor: Some(Actor::Operator),
            ..Self::from(at)
        }
    }

    /// By the server itself.
    pub fn by_job(at: UnixTime) -> Self {
        Act {
            actor: Some(Actor::Job),
            ..Self::from(at)
        }
    }

    /// From an address.
    pub fn from_address(at: UnixTime, address: IpAddr) -> Self {
        Act {
            address: Some(address),
            ..Self::from(at)
        }
    }
}

impl From<UnixTime> for Act {
    fn from(at: UnixTime) -> Self {
        Act {
            at,
            actor: None,
            address: None,
        }
    }
}

/// An event as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where it stands among all: one follows them by this.
    pub id: Locator,
    /// When.
    pub at: UnixTime,
    /// Its name. Text, so that what a later version wrote can be read.
    pub name: String,
    /// Who did it; `None` for what was written before that was noted.
    pub actor: Option<Actor>,
    /// The address it was done from, as long as it is kept.
    pub address: Option<IpAddr>,
    /// The app concerned.
    pub client: Option<ClientNo>,
    /// The person concerned.
    pub subject: Option<Subject>,
    /// The grant concerned.
    pub grant: Option<Locator>,
    /// The organization concerned.
    pub organization: Option<Locator>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_event_is_read_back_by_its_own_name() {
        let names: HashSet<_> = Event::ALL.iter().map(|event| event.name()).collect();
        assert_eq!(names.len(), Event::ALL.len());
        for event in Event::ALL {
            assert_eq!(Event::parse(event.name()), Some(event));
        }
    }

    #[test]
    fn the_reference_lists_every_event_and_no_other() {
        let page = include_str!("../../../docs/reference/events.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed = rows.filter_map(|row| row.split_once('`'));
        let listed: Vec<&str> = listed
            .map(|(name, _)| name)
            .filter(|name| name.contains('.'))
            .collect();
        assert_eq!(listed, Event::ALL.map(Event::name));
    }

    #[test]
    fn every_actor_is_read_back() {
        let (subject, client) = (Subject(7), ClientNo(8));
        for actor in [
            Actor::Person(subject),
            Actor::App(client),
            Actor::Administrator(subject),
            Actor::Operator,
            Actor::Job,
        ] {
            let (kind, id) = actor.as_stored();
            assert_eq!(Actor::from_stored(kind, id), Some(actor));
        }
        assert_eq!(Actor::from_stored("person", None), None);
    }
}
