//! Every change of state the system knows.
//!
//! The store settles one transition in one transaction: its guard first, then the rest. A lost guard changes
//! nothing and is reported as such. The guard of each is named in its documentation.
use crate::types::{
    AccessToken, AuthorizationCode, Client, ClientNo, ClientStatus, Consent, DeviceAnswer,
    DeviceAuthorization, Grant, Interaction, Lifetime, Locator, NewPerson, Pace, RefreshToken,
    Scope, SealedReply, Session, StoredSecret, Subject, UnixTime,
};
use jose::Digest;

/// A change of state.
#[derive(Debug, Clone)]
pub enum Transition {
    /// Keeps an authorization request until its person has answered.
    KeepInteraction(Interaction),
    /// Issues a code. Guard, if it answers an interaction: that one is unanswered.
    IssueCode {
        /// The code.
        code: AuthorizationCode,
        /// The interaction it answers; `None` when a remembered consent answered at once.
        interaction: Option<Locator>,
        /// What to remember, replacing what was remembered for this person and app.
        consent: Option<Consent>,
    },
    /// The person said no. Guard: the interaction is unanswered.
    DenyInteraction {
        /// Which one.
        interaction: Locator,
        /// The app that asked.
        client: ClientNo,
        /// Who said no.
        subject: Subject,
    },
    /// Keeps what a device asks for until its person has answered. Guard: no live request has this user code.
    KeepDevice(DeviceAuthorization),
    /// Notes that a device asked whether its person has answered. Guard: its pace is still the one that was
    /// judged, so polls made at once are judged one after the other.
    PollDevice {
        /// Which request.
        device: Locator,
        /// Its pace as it was judged.
        before: Pace,
        /// Its pace from now on.
        after: Pace,
    },
    /// A person answers a device. Guard: the request is unanswered.
    AnswerDevice {
        /// Which request.
        device: Locator,
        /// The app that asked.
        client: ClientNo,
        /// Who answers.
        subject: Subject,
        /// What they say.
        answer: DeviceAnswer,
    },
    /// Redeems a code (RFC 6749 §4.1.2, RFC 8628 §3.5, once only). Guard: no grant with the code's id exists.
    RedeemCode {
        /// What begins; its id is the code's.
        grant: Grant,
        /// The first access token.
        access: AccessToken,
        /// The first refresh token, unless the app may not refresh.
        refresh: Option<RefreshToken>,
    },
    /// Uses up a refresh token (RFC 9700 §4.14.2). Guard: no used-record with the consumed id exists.
    RotateRefreshToken {
        /// The token presented.
        consumed: Locator,
        /// Its grant.
        grant: Locator,
        /// What replaces it.
        successor: RefreshToken,
        /// The access token that comes with it.
        access: AccessToken,
        /// The reply for an identical retry; `None` when there is no grace window.
        reply: Option<SealedReply>,
    },
    /// Issues an access token alone: client credentials, or a refresh without rotation.
    IssueAccessToken(AccessToken),
    /// Revokes all that one code gave. No guard: revoking twice is success.
    RevokeGrant {
        /// Which.
        grant: Locator,
        /// When its last token will have expired; the revocation need not be remembered longer.
        until: UnixTime,
        /// The app it was given to.
        client: ClientNo,
        /// Why.
        cause: RevocationCause,
    },
    /// Revokes one access token. No guard.
    RevokeAccessToken {
        /// Which.
        token: Locator,
        /// The app it was issued to.
        client: ClientNo,
    },
    /// Makes an account. Guard: the address is free.
    CreatePerson(NewPerson),
    /// Changes a password and ends the person's sessions, but for one.
    SetPassword {
        /// Whose.
        subject: Subject,
        /// The new PHC string.
        password: String,
        /// The session that may go on.
        keep: Option<Locator>,
    },
    /// Switches an account off, ends its sessions and kills what it had issued so far.
    DisablePerson {
        /// Whose.
        subject: Subject,
        /// Everything issued below this locator is dead.
        cutoff: Locator,
    },
    /// Switches an account on again; what was dead stays dead.
    EnablePerson {
        /// Whose.
        subject: Subject,
    },
    /// Signs a browser in. Guard: the account is on and its password is still the one that was checked, since
    /// checking takes a while.
    StartSession {
        /// The PHC string that was checked.
        password: String,
        /// The session.
        session: Session,
        /// The session this browser had before, which ends.
        ends: Option<Locator>,
    },
    /// Ends one session of this person. No guard.
    EndSession {
        /// Whose.
        subject: Subject,
        /// Which.
        session: Locator,
    },
    /// Ends all sessions of a person, but for one.
    EndSessions {
        /// Whose.
        subject: Subject,
        /// The one that goes on.
        keep: Option<Locator>,
    },
    /// Counts an attempt to sign in, before the password is looked at. Guard: no count has reached its limit,
    /// so guesses made at the same moment are counted one after the other.
    CountAttempt {
        /// One key per thing that is limited (account, source), with the most attempts it may see.
        keys: Vec<(Digest, u32)>,
        /// A count older than this starts anew.
        window: Lifetime,
    },
    /// Forgets attempts after a success.
    ClearAttempts {
        /// Counts that begin anew.
        own: Vec<Digest>,
        /// Counts of many people, which forget this one attempt.
        shared: Vec<Digest>,
        /// Who signed in.
        subject: Subject,
    },
    /// Registers an app; its `no` is given by the store. Guard: the client id is free.
    RegisterClient {
        /// The app.
        client: Box<Client>,
        /// Its logo.
        logo: Option<Logo>,
    },
    /// Changes what an app says of itself and where it sends people. Guard: it is still as it was read, and on.
    UpdateClient {
        /// Which.
        client: ClientNo,
        /// As it was read.
        before: Box<Client>,
        /// As it is from now on.
        after: Box<Client>,
    },
    /// Switches an app on or off, or lets it in after review.
    SetClientStatus {
        /// Which.
        client: ClientNo,
        /// What it may do from now on.
        status: ClientStatus,
        /// Tokens below this locator are dead (unchanged where it is lower than before).
        cutoff: Locator,
        /// Set when an admin has reviewed it.
        reviewed_at: Option<UnixTime>,
    },
    /// Approves restricted scopes for an app (the whole new set).
    ApproveScopes {
        /// Which.
        client: ClientNo,
        /// All that are approved now.
        approved: Scope,
    },
    /// Replaces an app's secrets.
    ReplaceSecrets {
        /// Which.
        client: ClientNo,
        /// Those that work from now on.
        secrets: Vec<StoredSecret>,
    },
    /// Deletes an app; its tokens are dead at once. No guard.
    DeleteClient {
        /// Which.
        client: ClientNo,
    },
}

/// A picture shown beside an app's name.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`, told by its first bytes.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// Why a grant was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationCause {
    /// A code came twice (RFC 6749 §4.1.2).
    CodeReplay,
    /// A refresh token came twice (RFC 9700 §4.14.2).
    RefreshReplay,
    /// The app asked for it (RFC 7009).
    App,
    /// An operator asked for it.
    Operator,
}

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// What happened, from a fixed catalogue (`code.redeemed`, `grant.revoked` …).
    pub event: &'static str,
    /// The app concerned.
    pub client: Option<ClientNo>,
    /// The person concerned.
    pub subject: Option<Subject>,
    /// The grant concerned.
    pub grant: Option<Locator>,
}

impl Transition {
    /// What goes into the audit trail with this change; `None` for what is its own record
    /// (tokens, attempts, pending requests).
    pub fn audit(&self) -> Option<AuditEvent> {
        use Transition as T;
        let (event, client, subject, grant) = match self {
            T::KeepInteraction(_) | T::IssueAccessToken(_) | T::CountAttempt { .. } => return None,
            T::RotateRefreshToken { .. } | T::KeepDevice(_) | T::PollDevice { .. } => return None,
            T::IssueCode { consent: None, .. } => return None,
            T::IssueCode { code, .. } => {
                ("consent.given", Some(code.client), Some(code.subject), None)
            }
            T::DenyInteraction {
                client, subject, ..
            } => ("consent.denied", Some(*client), Some(*subject), None),
            T::AnswerDevice {
                client,
                subject,
                answer,
                ..
            } => {
                let event = match answer {
                    DeviceAnswer::Allowed { .. } => "device.allowed",
                    DeviceAnswer::Denied => "device.denied",
                };
                (event, Some(*client), Some(*subject), None)
            }
            T::RedeemCode { grant, .. } => (
                "grant.started",
                Some(grant.client),
                Some(grant.subject),
                Some(grant.id),
            ),
            T::RevokeGrant {
                grant,
                client,
                cause,
                ..
            } => (cause.event(), Some(*client), None, Some(*grant)),
            T::RevokeAccessToken { client, .. } => ("token.revoked", Some(*client), None, None),
            T::CreatePerson(person) => ("user.created", None, person.subject, None),
            T::SetPassword { subject, .. } => ("user.password_set", None, Some(*subject), None),
            T::DisablePerson { subject, .. } => ("user.disabled", None, Some(*subject), None),
            T::EnablePerson { subject } => ("user.enabled", None, Some(*subject), None),
            T::StartSession { session, .. } => {
                ("session.started", None, Some(session.subject), None)
            }
            T::EndSession { subject, .. } => ("session.ended", None, Some(*subject), None),
            T::EndSessions { subject, .. } => ("sessions.ended", None, Some(*subject), None),
            T::ClearAttempts { .. } => return None,
            T::RegisterClient { client, .. } => ("app.registered", None, Some(client.owner), None),
            T::SetClientStatus { client, status, .. } => {
                (status_event(*status), Some(*client), None, None)
            }
            T::UpdateClient { client, .. } => ("app.updated", Some(*client), None, None),
            T::ApproveScopes { client, .. } => ("app.scopes_approved", Some(*client), None, None),
            T::ReplaceSecrets { client, .. } => ("app.secret_rotated", Some(*client), None, None),
            T::DeleteClient { client } => ("app.deleted", Some(*client), None, None),
        };
        Some(AuditEvent {
            event,
            client,
            subject,
            grant,
        })
    }
}

fn status_event(status: ClientStatus) -> &'static str {
    match status {
        ClientStatus::Pending => "app.pending",
        ClientStatus::Active => "app.enabled",
        ClientStatus::Disabled => "app.disabled",
    }
}

impl RevocationCause {
    /// The audit event's name.
    pub fn event(self) -> &'static str {
        match self {
            RevocationCause::CodeReplay => "grant.revoked.code_replay",
            RevocationCause::RefreshReplay => "grant.revoked.refresh_replay",
            RevocationCause::App => "grant.revoked.app",
            RevocationCause::Operator => "grant.revoked.operator",
        }
    }
}
