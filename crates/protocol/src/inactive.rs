//! Whether a token works now, and if not, why: the one rule behind introspection, token info, an app's own
//! registration and `token inspect`.
use crate::facts::{AccessFacts, AccountStatus, RefreshFacts};
use crate::grants::may_still_ask;
use crate::policy::Policy;
use crate::types::{
    Client, ClientStatus, ConnectionStanding, GrantType, Locator, Person, Scope, Side, Subject,
    UnixTime,
};
use std::sync::Arc;

/// Why a token does not work. Only an operator is told: "the authorization server SHOULD NOT include any additional
/// information about an inactive token, including why the token is inactive" (RFC 7662 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inactive {
    /// Nothing is on record.
    Unknown,
    /// Its grant was revoked.
    Revoked,
    /// A refresh token that was used.
    Used,
    /// Its time is over.
    Expired,
    /// Its app was deleted.
    AppDeleted,
    /// Its app is switched off.
    AppDisabled,
    /// Its app waits for review.
    AppPending,
    /// Its app was switched off since it was issued.
    AppWasDisabled,
    /// Its app is in test mode, which is switched off here.
    TestModeOff,
    /// Its app's credentials were published for everyone, and no longer are.
    NotPublished,
    /// Its user removed the app.
    Removed,
    /// Its user paused the app.
    Paused,
    /// Its user's account is gone.
    UserGone,
    /// Its user is switched off.
    UserDisabled,
    /// Its user was switched off since it was issued.
    UserWasDisabled,
    /// A refresh token whose app and user are not of the same mode.
    OtherMode,
    /// A refresh token, and its app may not refresh.
    MayNotRefresh,
    /// A refresh token, and its app may no longer have any of its scopes.
    NoScopeLeft,
}

impl Inactive {
    /// All of them.
    pub const ALL: [Inactive; 18] = [
        Inactive::Unknown,
        Inactive::Revoked,
        Inactive::Used,
        Inactive::Expired,
        Inactive::AppDeleted,
        Inactive::AppDisabled,
        Inactive::AppPending,
        Inactive::AppWasDisabled,
        Inactive::TestModeOff,
        Inactive::NotPublished,
        Inactive::Removed,
        Inactive::Paused,
        Inactive::UserGone,
        Inactive::UserDisabled,
        Inactive::UserWasDisabled,
        Inactive::OtherMode,
        Inactive::MayNotRefresh,
        Inactive::NoScopeLeft,
    ];

    /// What to tell an operator.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => {
                "there is no record of this token: it was revoked, has expired, or belongs to another database"
            }
            Self::Revoked => "its grant was revoked",
            Self::Used => "it was used and replaced",
            Self::Expired => "it has expired",
            Self::AppDeleted => "its app was deleted",
            Self::AppDisabled => "its app is disabled",
            Self::AppPending => "its app waits for review: it works again once the app is approved",
            Self::AppWasDisabled => "its app was disabled after it was issued",
            Self::TestModeOff => "its app is in test mode, which is switched off here",
            Self::NotPublished => {
                "its app is the public test client, whose credentials are not published any more"
            }
            Self::Removed => "its user removed the app",
            Self::Paused => "its user paused the app: it works again once the user resumes it",
            Self::UserGone => "its user's account is gone",
            Self::UserDisabled => "its user is disabled",
            Self::UserWasDisabled => "its user was disabled after it was issued",
            Self::OtherMode => "its user is none of its app's: one of them is in test mode",
            Self::MayNotRefresh => "refresh tokens are switched off, here or for its app",
            Self::NoScopeLeft => "its app may no longer have any of its scopes",
        }
    }
}

/// The app of an access token that works.
///
/// # Errors
/// Why it does not.
pub fn access_token<'a>(
    facts: &'a AccessFacts,
    policy: &Policy,
    now: UnixTime,
) -> Result<&'a Arc<Client>, Inactive> {
    let id = facts.token.id;
    let client = facts.client.as_ref().ok_or(Inactive::AppDeleted)?;
    if facts.grant_revoked {
        return Err(Inactive::Revoked);
    }
    if now >= facts.token.expires_at {
        return Err(Inactive::Expired);
    }
    check_app(client, facts.token.subject, id, policy)?;
    check_user(facts.person, id)?;
    check_connection(&facts.connection, facts.token.grant, &facts.token.scope)?;
    Ok(client)
}

/// Whether a refresh token works, and who allowed it.
///
/// # Errors
/// Why it does not.
pub fn refresh_token<'a>(
    facts: &'a RefreshFacts,
    client: Option<&Client>,
    policy: &Policy,
    now: UnixTime,
) -> Result<&'a Person, Inactive> {
    let id = facts.token.id;
    let client = client.ok_or(Inactive::AppDeleted)?;
    if facts.grant.revoked_at.is_some() {
        return Err(Inactive::Revoked);
    }
    if facts.used.is_some() {
        return Err(Inactive::Used);
    }
    if now >= facts.token.expires_at || now >= facts.grant.expires_at {
        return Err(Inactive::Expired);
    }
    check_app(client, Some(facts.grant.subject), id, policy)?;
    let person = facts.person.as_ref().ok_or(Inactive::UserGone)?;
    check_user(AccountStatus::from(person), id)?;
    check_connection(&facts.connection, facts.grant.id, &facts.grant.scope)?;
    if !client.may_meet(person) {
        return Err(Inactive::OtherMode);
    }
    let grant = GrantType::RefreshToken;
    if !policy.offers(&client.id, grant) || !client.may_use(grant) {
        return Err(Inactive::MayNotRefresh);
    }
    match may_still_ask(client, &facts.grant.scope, policy) {
        true => Ok(person),
        false => Err(Inactive::NoScopeLeft),
    }
}

/// `subject` is for whom the token is: an app that waits for review works for whoever runs it.
fn check_app(
    client: &Client,
    subject: Option<Subject>,
    id: Locator,
    policy: &Policy,
) -> Result<(), Inactive> {
    let is_draft = subject.is_some_and(|subject| client.is_draft_of(subject));
    match client.status {
        ClientStatus::Active => {}
        ClientStatus::Pending if is_draft => {}
        ClientStatus::Pending => return Err(Inactive::AppPending),
        ClientStatus::Disabled => return Err(Inactive::AppDisabled),
    }
    if !policy.serves(client) {
        return Err(match client.side == Side::Test && !policy.test_mode {
            true => Inactive::TestModeOff,
            false => Inactive::NotPublished,
        });
    }
    match id >= client.not_before {
        true => Ok(()),
        false => Err(Inactive::AppWasDisabled),
    }
}

/// The id of a grant counts, not that of a token: a refresh that went on while the app was removed makes none that works.
fn check_connection(
    connection: &ConnectionStanding,
    grant: Locator,
    left: &Scope,
) -> Result<(), Inactive> {
    match connection.lasts(grant, left) {
        true if connection.paused => Err(Inactive::Paused),
        true => Ok(()),
        false => Err(Inactive::Removed),
    }
}

fn check_user(standing: AccountStatus, id: Locator) -> Result<(), Inactive> {
    if standing.honours(id) {
        return Ok(());
    }
    Err(match standing.disabled {
        true => Inactive::UserDisabled,
        false => Inactive::UserWasDisabled,
    })
}
