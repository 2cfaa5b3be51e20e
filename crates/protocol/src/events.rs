//! The catalogue of events: all that people, apps and operators did and that somebody may ask about later. Each is
//! written in the transaction of the change that it is about.
use crate::types::{ClientRowId, ClientStatus, Locator, Subject, UnixTime};
use std::net::IpAddr;

/// Each event once: what it means, what it is called here, and its name.
macro_rules! events {
    ($($(#[$meaning:meta])+ $event:ident $name:literal,)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Event {
            $($(#[$meaning])+ $event,)*
        }

        impl Event {
            /// All of them.
            pub const ALL: &[Event] = &[$(Event::$event,)*];

            /// Its name: what it is about, then what happened, with dots between.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Event::$event => $name,)*
                }
            }
        }
    };
}

events! {
    /// A person allowed an app something, and it is remembered.
    ConsentGiven "consent.given",
    /// A person declined what an app asked.
    ConsentDenied "consent.denied",
    /// A person allowed a device.
    DeviceAllowed "device.allowed",
    /// A person declined a device.
    DeviceDenied "device.denied",
    /// A person keeps an app out for a while.
    ConnectionPaused "connection.paused",
    /// A person lets such an app in again.
    ConnectionResumed "connection.resumed",
    /// A person took a part of what an app may do away, from its tokens too.
    ConnectionNarrowed "connection.narrowed",
    /// A person took an app's access away, with all its tokens.
    ConnectionEnded "connection.ended",
    /// That was taken back; the tokens stay ended.
    ConnectionRestored "connection.restored",
    /// A code was redeemed, and a grant began.
    GrantStarted "grant.started",
    /// A grant was revoked, with all its tokens: a code came twice.
    GrantRevokedByCodeReplay "grant.revoked.code_replay",
    /// The same: a refresh token came twice.
    GrantRevokedByRefreshReplay "grant.revoked.refresh_replay",
    /// The same: its app asked for it.
    GrantRevokedByApp "grant.revoked.app",
    /// The same: an operator asked for it.
    GrantRevokedByOperator "grant.revoked.operator",
    /// One access token was revoked.
    TokenRevoked "token.revoked",
    /// An account was made.
    UserCreated "user.created",
    /// Accounts of people who come from elsewhere were made, many at once.
    UsersImported "users.imported",
    /// A password was changed.
    UserPasswordSet "user.password_set",
    /// Somebody asked for an account, and a link was sent to the address.
    UserSignUpRequested "user.sign_up_requested",
    /// An operator invited somebody, and a link was sent to the address.
    UserInvited "user.invited",
    /// A link that proves an address was sent to it.
    UserAddressProofRequested "user.address_proof_requested",
    /// An address was proved by its link, or an operator vouched for it.
    UserAddressProved "user.address_proved",
    /// An account has another address: its person proved it, or an operator set it.
    UserAddressChanged "user.address_changed",
    /// A change of address was taken back from the earlier address.
    UserAddressRestored "user.address_restored",
    /// An account lost an address that it never proved, to whoever reads its mail, and was switched off.
    UserAddressReleased "user.address_released",
    /// A person changed what they are called.
    UserNameSet "user.name_set",
    /// Somebody asked for a new password, and a mail was sent to the address.
    UserRecoveryRequested "user.recovery_requested",
    /// An operator made a link with which somebody chooses a new password, to hand it over.
    UserResetLinkMade "user.reset_link_made",
    /// A new password was set by a link.
    UserRecovered "user.recovered",
    /// An account was switched off.
    UserDisabled "user.disabled",
    /// An account was switched on again.
    UserEnabled "user.enabled",
    /// An account was deleted, with its apps, and what it told of its person was erased.
    UserDeleted "user.deleted",
    /// The company's own login said who a person is who was here before.
    LoginHandedOff "login.handed_off",
    /// The company's own login let nobody in.
    LoginRefused "login.refused",
    /// Another provider said who a person is who was here before.
    LoginUpstream "login.upstream",
    /// A person added a sign-in at another provider to their account.
    SignInLinked "sign_in.linked",
    /// A person took such a sign-in away.
    SignInUnlinked "sign_in.unlinked",
    /// A browser was signed in.
    SessionStarted "session.started",
    /// A browser was signed out.
    SessionEnded "session.ended",
    /// All browsers of a person were signed out, or all but one.
    SessionsEnded "sessions.ended",
    /// A person signs in with an authenticator app from now on; their other sessions ended.
    SecondFactorAdded "second_factor.added",
    /// An account has no second factor any more: its person took it away, or an operator did.
    SecondFactorRemoved "second_factor.removed",
    /// A recovery code was used in place of the second factor.
    RecoveryCodeUsed "second_factor.recovery_code_used",
    /// A person has new recovery codes, and those before are worth nothing.
    RecoveryCodesReplaced "second_factor.recovery_codes_replaced",
    /// A person signs in with a passkey from now on; their sessions without a second factor ended.
    PasskeyAdded "passkey.added",
    /// A person calls a passkey something else.
    PasskeyRenamed "passkey.renamed",
    /// A person took a passkey away; their other sessions ended.
    PasskeyRemoved "passkey.removed",
    /// A passkey was refused whose counter went back: somebody has a copy of its key.
    PasskeyCopied "passkey.copied",
    /// An app introduced itself: it registered by program, or came by a document.
    AppIntroduced "app.introduced",
    /// An app was registered.
    AppRegistered "app.registered",
    /// An app changed what it says of itself.
    AppUpdated "app.updated",
    /// An app authenticates by other keys, by keys in place of secrets, or by secrets again; what else changed with it is told
    /// by nothing else.
    AppKeysChanged "app.keys_changed",
    /// An app waits for review again.
    AppPending "app.pending",
    /// An app was switched on.
    AppEnabled "app.enabled",
    /// An app was switched off.
    AppDisabled "app.disabled",
    /// An app was reviewed, and may start if it waited for that.
    AppApproved "app.approved",
    /// Restricted scopes were approved for an app.
    AppScopesApproved "app.scopes_approved",
    /// A review of an app was asked for, or restricted scopes.
    AppReviewRequested "app.review_requested",
    /// The developer said something about a request for review.
    AppReviewAnswered "app.review_answered",
    /// The developer took a request for review back.
    AppReviewWithdrawn "app.review_withdrawn",
    /// An administrator asked something about a request for review.
    AppReviewAskedBack "app.review_asked_back",
    /// A request for review was approved.
    AppReviewApproved "app.review_approved",
    /// A request for review was refused.
    AppReviewRefused "app.review_refused",
    /// An app's secrets were replaced.
    AppSecretRotated "app.secret_rotated",
    /// A secret was added to those of an app.
    AppSecretAdded "app.secret_added",
    /// One of an app's secrets was taken away.
    AppSecretRevoked "app.secret_revoked",
    /// An app has a new secret, and its others an end.
    AppSecretsRotated "app.secrets_rotated",
    /// The developers of an app were told that one of its secrets ends soon.
    AppSecretEnding "app.secret_ending",
    /// An app was deleted.
    AppDeleted "app.deleted",
    /// A deleted app was brought back.
    AppRestored "app.restored",
    /// An app was offered to another owner.
    AppTransferOffered "app.transfer_offered",
    /// Such an offer was taken back, or declined.
    AppTransferEnded "app.transfer_ended",
    /// An app has another owner.
    AppTransferred "app.transferred",
    /// An organization was founded.
    OrganizationFounded "organization.founded",
    /// An organization has another name.
    OrganizationRenamed "organization.renamed",
    /// An organization has another picture, or none any more.
    OrganizationPictureChanged "organization.picture_changed",
    /// Members of an organization act for it only after a sign-in with a second factor.
    OrganizationSecondFactorRequired "organization.second_factor_required",
    /// That is left to them.
    OrganizationSecondFactorLeft "organization.second_factor_left",
    /// An organization has come to its end.
    OrganizationDissolved "organization.dissolved",
    /// An app may do more for an organization, or less.
    OrganizationAppJudged "organization.app_judged",
    /// Apps that nobody judged may do more for an organization, or less.
    OrganizationNewAppsJudged "organization.new_apps_judged",
    /// An app was ended for all members of an organization.
    OrganizationAppEnded "organization.app_ended",
    /// Such an end was taken back.
    OrganizationAppRestored "organization.app_restored",
    /// An organization lists a domain that it is to prove.
    DomainAdded "organization.domain_added",
    /// An organization has proved a domain to be its own.
    DomainProved "organization.domain_proved",
    /// A domain counts as proved no more: its file is not found, or another organization has proved it.
    DomainLost "organization.domain_lost",
    /// An organization lists a domain no more.
    DomainRemoved "organization.domain_removed",
    /// Somebody may register apps where that takes an invitation.
    DeveloperInvited "developer.invited",
    /// Such an invitation was taken back.
    DeveloperInvitationEnded "developer.invitation_ended",
    /// A developer accepted the terms for developers.
    DeveloperTermsAccepted "developer.terms_accepted",
    /// Somebody was asked to join an organization.
    MemberInvited "member.invited",
    /// Such an invitation was taken back, or declined.
    InvitationEnded "member.invitation_ended",
    /// Somebody joined an organization.
    MemberJoined "member.joined",
    /// A member may do more, or less.
    MemberRoleSet "member.role_set",
    /// A member left an organization, or had to.
    MemberRemoved "member.removed",
    /// A mail was asked for that shows that mail works.
    MailTested "mail.tested",
    /// Mail to an address came back.
    MailBounced "mail.bounced",
    /// Whoever reads an address calls mail of ours junk.
    MailComplained "mail.complained",
    /// An operator took back what was noted of an address.
    MailBounceForgotten "mail.bounce_forgotten",
    /// A message could not be delivered, and is a dead letter.
    OutboxGivenUp "outbox.given_up",
    /// Messages that were not delivered are tried anew.
    OutboxRetried "outbox.retried",
    /// A message was taken out of the outbox.
    OutboxDropped "outbox.dropped",
    /// A key that signs was made or brought along, and published.
    SigningKeyMade "signing_key.made",
    /// A key signs from now on; the one before is retired.
    SigningKeySigns "signing_key.signs",
    /// A key signs no more, and none signs in its place.
    SigningKeyRetired "signing_key.retired",
    /// A key was removed, with its private part.
    SigningKeyRemoved "signing_key.removed",
    /// An operator set the claims that are kept of a person beside their account.
    UserClaimsSet "user.claims_set",
    /// An app is told that a session of a person ended in which they signed in to it.
    AppToldOfLogout "app.told_of_logout",
    /// All that was open was closed, after the database was put back from a copy.
    DatabaseCutOff "database.cut_off",
    /// The database was put back from a copy, and what was open there stayed open.
    DatabaseRestored "database.restored_with_tokens",
}

impl Event {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
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
    App(ClientRowId),
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
            ("app", Some(client)) => Some(Actor::App(ClientRowId(client))),
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
    pub client: Option<ClientRowId>,
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

    pub(crate) fn by_app(event: Event, client: ClientRowId) -> Self {
        Happened {
            actor: Some(Actor::App(client)),
            client: Some(client),
            ..Self::unasked(event)
        }
    }

    /// In an organization, if it is in one.
    pub(crate) fn within(self, organization: Option<Locator>) -> Self {
        Happened {
            organization,
            ..self
        }
    }

    pub(crate) fn with(self, client: ClientRowId) -> Self {
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
    pub client: Option<ClientRowId>,
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
        for event in Event::ALL.iter().copied() {
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
        let names: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
        assert_eq!(listed, names);
    }

    #[test]
    fn every_actor_is_read_back() {
        let (subject, client) = (Subject(7), ClientRowId(8));
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
