//! Who runs an app, and who may register one.
use crate::decision::Mint;
use crate::policy::{Policy, Registration};
use crate::register::{RegistrationError, check_imitation};
use crate::transition::{AppChange, Transition};
use crate::types::{Client, ClientStatus, Lifetime, Owner, Person, Role, Session, Side, UnixTime};
use std::sync::Arc;

/// An app in the hands of somebody who runs it. Nothing else makes one, so that whoever changes an app by a page has been
/// looked at.
#[derive(Debug, Clone)]
pub struct ManagedApp {
    client: Arc<Client>,
    role: Role,
}

impl ManagedApp {
    /// The app, if this person runs it; `role`: theirs in the organization that does. To anybody else it is not there.
    pub fn of(client: Option<Arc<Client>>, person: &Person, role: Option<Role>) -> Option<Self> {
        let client = client.filter(|client| !client.documented)?;
        let role = role_of(&client, person, role)?;
        Some(ManagedApp { client, role })
    }

    /// The app.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// What they may do with it.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether they may do what this role may.
    pub fn may(&self, role: Role) -> bool {
        self.role >= role
    }
}

/// What a person may do with an app that may be deleted; `role`: theirs in the organization that runs it.
pub fn role_of(client: &Client, person: &Person, role: Option<Role>) -> Option<Role> {
    match client.run_by() {
        Owner::Person(owner) => (owner == person.subject).then_some(Role::Owner),
        Owner::Organization(_) => role,
    }
}

/// Why somebody registers no app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Administrators do.
    ToAdministrators,
    /// Those do who were invited.
    ToInvited,
    /// Test users have no apps.
    ToTestUsers,
    /// Whoever has not proved their address may be anybody, and an address that is taken over would bring their apps.
    ToUnproved,
}

/// What is known of whoever registers an app, besides who they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether addresses are proved here, by mail.
    pub proves: bool,
    /// Whether their address is invited; it counts once it is proved.
    pub invited: bool,
}

/// What an app may do that this person registers now.
///
/// # Errors
/// Why they register none.
pub fn may_register(
    person: &Person,
    side: Side,
    standing: Standing,
    policy: &Policy,
) -> Result<ClientStatus, Closed> {
    if person.test_app.is_some() {
        return Err(Closed::ToTestUsers);
    }
    if standing.proves && person.verified_at.is_none() {
        return Err(Closed::ToUnproved);
    }
    match (policy.registration, person.admin) {
        // Nobody but test users meets it.
        (Registration::Review, false) if side == Side::Test => Ok(ClientStatus::Active),
        (Registration::Open, _) | (_, true) => Ok(ClientStatus::Active),
        (Registration::Review, false) => Ok(ClientStatus::Pending),
        (Registration::Invite, false) if standing.invited && person.verified_at.is_some() => {
            Ok(ClientStatus::Active)
        }
        (Registration::Invite, false) => Err(Closed::ToInvited),
        (Registration::Admin, false) => Err(Closed::ToAdministrators),
    }
}

/// How long a deleted app can be brought back.
pub const RESTORABLE: Lifetime = Lifetime::from_days(30);

/// Deletes an app: its tokens are dead for good, and what people allowed it is forgotten.
pub fn delete(client: &Client) -> Transition {
    Transition::App(AppChange::Delete { client: client.no })
}

/// Who brings an app back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restorer {
    /// Whoever runs it; `namesake`: whether somebody else is called like it by now.
    Owner {
        /// See [`Restorer::Owner`].
        namesake: bool,
    },
    /// An operator, who answers for names.
    Operator,
}

/// Why an app does not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreError {
    /// It was deleted too long ago, or comes back with another.
    Gone,
    /// Its name is one that it could not take now: it was given to another meanwhile, or is the provider's.
    Name(RegistrationError),
}

/// Brings an app back that was deleted at this time. It has its client id, secrets and settings again, and is switched off
/// if it was. What it had issued stays dead. Its name was free for others meanwhile, so it is judged as a new one is.
///
/// # Errors
/// Why it does not come back.
pub fn restore<M: Mint>(
    client: &Client,
    deleted_at: UnixTime,
    by: Restorer,
    (policy, now, mint): (&Policy, UnixTime, &M),
) -> Result<Transition, RestoreError> {
    // A test side comes back with its app, or when it is switched on again.
    if client.live_of.is_some() || now >= deleted_at.plus(RESTORABLE) {
        return Err(RestoreError::Gone);
    }
    let bound = match by {
        Restorer::Owner { namesake } if client.side == Side::Live => {
            check_imitation(&client.name, namesake, policy).map_err(RestoreError::Name)?;
            true
        }
        Restorer::Owner { .. } | Restorer::Operator => false,
    };
    Ok(back(client, deleted_at, bound, mint))
}

pub(super) fn back<M: Mint>(
    client: &Client,
    deleted_at: UnixTime,
    own_name: bool,
    mint: &M,
) -> Transition {
    Transition::App(AppChange::Restore {
        client: Box::new(client.clone()),
        own_name,
        deleted_at,
        not_before: mint.locator(),
    })
}

/// How long after a sign-in a secret is made, or something is ended, without another proof.
const LATELY: Lifetime = Lifetime::from_minutes(10);

/// Whether a person has shown lately who they are.
pub fn signed_in_lately(session: &Session, now: UnixTime) -> bool {
    session.auth_time <= now && now <= session.auth_time.plus(LATELY)
}
