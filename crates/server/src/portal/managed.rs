//! What whoever runs apps has in hand, by page or by program: one set of facts for both.
use crate::http::error::{PageError, PageFault};
use crate::interaction::continuation::OwnPage;
use crate::ops::clock;
use crate::state::App;
use config::AppOwners;
use protocol::apps::developers::has_accepted;
use protocol::apps::{ManagedApp, RESTORABLE, RestoreError, Restorer, Standing, restore, role_of};
use protocol::events::Act;
use protocol::organizations::Seat;
use protocol::policy::Registration;
use protocol::register::{Neighbours, NewApp};
use protocol::types::email::email_key;
use protocol::types::{
    Asks, Client, DeveloperTerms, Locator, Membership, Organization, Owner, Person, Role, Scope,
    UnixTime,
};
use store::{Outcome, StoreError};

/// Why an app is in nobody's hand.
pub(in crate::portal) enum NotTheirs {
    /// There is none, or it is another's.
    NotFound,
    /// They may do less with it.
    Role,
    /// They act for its organization only after a sign-in with a second factor.
    SecondFactor,
    /// The database does not work.
    Store(StoreError),
}

impl From<StoreError> for NotTheirs {
    fn from(error: StoreError) -> Self {
        NotTheirs::Store(error)
    }
}

impl From<NotTheirs> for PageError {
    fn from(why: NotTheirs) -> Self {
        match why {
            NotTheirs::NotFound => PageFault::NotFound.into(),
            NotTheirs::Role => PageFault::Role.into(),
            NotTheirs::SecondFactor => OwnPage::Apps.second_factor(),
            NotTheirs::Store(error) => error.into(),
        }
    }
}

/// Whoever runs apps, and how they come.
#[derive(Clone, Copy)]
pub(in crate::portal) struct Hand<'a> {
    pub(in crate::portal) person: &'a Person,
    pub(in crate::portal) by: By,
}

/// How somebody comes who runs apps.
#[derive(Clone, Copy)]
pub(in crate::portal) enum By {
    /// By page, in a session that began with a second factor, or without.
    Page(bool),
    /// By a program that works with a grant of theirs.
    Program(Locator),
}

impl Hand<'_> {
    /// That they act for an organization, which may take a sign-in with a second factor.
    ///
    /// # Errors
    /// [`NotTheirs::SecondFactor`]; when the store fails.
    pub(in crate::portal) async fn acts_for(
        self,
        app: &App,
        organization: &Organization,
    ) -> Result<(), NotTheirs> {
        let proved = match self.by {
            By::Page(proved) => proved,
            By::Program(_) if !organization.second_factor => false,
            By::Program(grant) => app.store.has_second_factor(grant).await?,
        };
        match organization.lets_act(proved) {
            true => Ok(()),
            false => Err(NotTheirs::SecondFactor),
        }
    }
}

/// An app that a person runs, for what takes this role in its organization.
///
/// # Errors
/// [`NotTheirs`].
pub(in crate::portal) async fn app_of(
    app: &App,
    hand: Hand<'_>,
    client_id: &str,
    role: Role,
) -> Result<ManagedApp, NotTheirs> {
    let client = app.store.client(client_id).await?;
    let own = match &client {
        Some(client) => seat_of(app, hand.person, client).await?,
        None => None,
    };
    let own_role = own.as_ref().map(|own| own.role);
    let managed = ManagedApp::of(client, hand.person, own_role).ok_or(NotTheirs::NotFound)?;
    if let Some(own) = &own {
        hand.acts_for(app, &own.organization).await?;
    }
    match managed.may(role) {
        true => Ok(managed),
        false => Err(NotTheirs::Role),
    }
}

/// Their seat in an organization.
///
/// # Errors
/// [`NotTheirs`].
pub(in crate::portal) async fn seat_in(
    app: &App,
    hand: Hand<'_>,
    id: &str,
) -> Result<Seat, NotTheirs> {
    let id = id.parse().map(Locator).map_err(|_| NotTheirs::NotFound)?;
    let facts = app.store.organization(id).await?;
    let seat = Seat::of(facts, hand.person).ok_or(NotTheirs::NotFound)?;
    hand.acts_for(app, &seat.facts().organization).await?;
    Ok(seat)
}

/// The seat of a person in the organization that runs an app.
async fn seat_of(
    app: &App,
    person: &Person,
    client: &Client,
) -> Result<Option<Membership>, StoreError> {
    match client.run_by() {
        Owner::Person(_) => Ok(None),
        Owner::Organization(id) => app.store.membership(id, person.subject).await,
    }
}

/// An app of theirs that was deleted and can be brought back, and when that was.
pub(in crate::portal) async fn deleted(
    app: &App,
    hand: Hand<'_>,
    client_id: &str,
) -> Result<Option<(Client, UnixTime)>, NotTheirs> {
    let since = clock::now().minus(RESTORABLE);
    let Some((client, deleted_at)) = app.store.deleted_client(client_id, since).await? else {
        return Ok(None);
    };
    // A test side comes back with its app, or by its switch.
    if client.live_of.is_some() {
        return Ok(None);
    }
    let own = seat_of(app, hand.person, &client).await?;
    let own_role = own.as_ref().map(|own| own.role);
    let role = role_of(&client, hand.person, own_role);
    if let (Some(own), Some(_)) = (&own, role) {
        hand.acts_for(app, &own.organization).await?;
    }
    Ok((role == Some(Role::Owner)).then_some((client, deleted_at)))
}

/// One page of an owner's apps that can be brought back, and when each was deleted, after one of them; whether there are
/// more. One that is not there any more begins the list anew.
pub(in crate::portal) async fn all_deleted(
    app: &App,
    owner: Owner,
    after: Option<&str>,
    most: usize,
) -> Result<(Vec<(Client, UnixTime)>, bool), StoreError> {
    let since = clock::now().minus(RESTORABLE);
    let last = match after {
        Some(id) => app.store.deleted_client(id, since).await?,
        None => None,
    };
    let last = last.filter(|(last, _)| last.run_by() == owner);
    let below = last.map(|(last, at)| (at, last.no));
    let found = app.store.deleted_clients_of(owner, since, below, most + 1);
    let mut found = found.await?;
    let more = found.len() > most;
    found.truncate(most);
    Ok((found, more))
}

/// Brings an app back for whoever runs it. A lost guard means that it was brought back, or its name taken, just now: it is
/// judged again.
pub(in crate::portal) async fn restored(
    app: &App,
    (client, deleted_at): (&Client, UnixTime),
    act: Act,
) -> Result<Result<Outcome, RestoreError>, StoreError> {
    for context in app.tries() {
        let namesake = app.store.has_namesake_of(client, &client.name).await?;
        let with = (context.policy, context.now, context.mint);
        let back = match restore(client, deleted_at, Restorer::Owner { namesake }, with) {
            Ok(back) => back,
            Err(error) => return Ok(Err(error)),
        };
        let settled = app.settle_one(back, act).await?;
        if settled != Outcome::Conflict {
            return Ok(Ok(settled));
        }
    }
    Ok(Ok(Outcome::Conflict))
}

/// What is known of somebody who wants to register an app.
pub(in crate::portal) async fn standing(
    app: &App,
    person: &Person,
) -> Result<Standing, StoreError> {
    let asked = app.policy().registration == Registration::Invite && !person.admin;
    let invited = match person.proved_email().filter(|_| asked) {
        Some(email) => app.store.invited_developer(&email_key(email)).await?,
        None => None,
    };
    Ok(Standing {
        proves: app.config.mail.is_some(),
        invited: invited.is_some(),
    })
}

/// The terms for developers that a person has not accepted as they are now.
pub(in crate::portal) async fn unaccepted(
    app: &App,
    person: &Person,
) -> Result<Option<DeveloperTerms>, StoreError> {
    let Some(terms) = &app.config.developers.terms else {
        return Ok(None);
    };
    let own = app.store.accepted_terms(person.subject).await?;
    Ok((!has_accepted(&own, terms)).then(|| terms.clone()))
}

/// What a rule has to know of other apps, for a new one.
pub(in crate::portal) async fn neighbours(
    app: &App,
    new: &NewApp,
) -> Result<Neighbours, StoreError> {
    let person = new.owner.subject;
    let organization = new.organization.as_ref().map(|own| own.organization.id);
    let owner = organization.map_or(Owner::Person(person), Owner::Organization);
    let since = clock::now().minus(RESTORABLE);
    Ok(Neighbours {
        namesake: app
            .store
            .has_namesake(&new.name, Some(person), organization)
            .await?,
        own: app.store.count_clients_of(owner, since).await?,
    })
}

/// No organization that may run an app was chosen.
pub(in crate::portal) struct NoOwner;

/// The organization that is to run a new app, if none of theirs has to; `chosen`: its id, empty for none.
pub(in crate::portal) async fn organization(
    app: &App,
    hand: Hand<'_>,
    chosen: &str,
) -> Result<Result<Option<Membership>, NoOwner>, NotTheirs> {
    if chosen.is_empty() {
        return Ok(match app.config.portal.owners {
            AppOwners::Anyone => Ok(None),
            AppOwners::Organizations => Err(NoOwner),
        });
    }
    let mut own = developed(app, hand.person).await?.into_iter();
    let chosen = own.find(|own| own.organization.id.0.to_string() == chosen);
    if let Some(own) = &chosen {
        hand.acts_for(app, &own.organization).await?;
    }
    Ok(chosen.map(Some).ok_or(NoOwner))
}

/// The organizations for which they may make apps.
pub(in crate::portal) async fn developed(
    app: &App,
    person: &Person,
) -> Result<Vec<Membership>, StoreError> {
    let own = app.store.memberships(person.subject).await?;
    let developed = own.into_iter().filter(|own| own.role >= Role::Developer);
    Ok(developed.collect())
}

/// Whether restricted scopes are asked for, which are approved for an app that is there.
pub(in crate::portal) fn asks_restricted(app: &App, scopes: Option<&Scope>, asks: &Asks) -> bool {
    let restricted = |name: &str| {
        let entry = app.policy().scope(name);
        entry.is_some_and(|scope| scope.restricted)
    };
    let names = scopes.into_iter().flat_map(Scope::names);
    names
        .chain(asks.optional.names())
        .chain(asks.reasons.iter().map(|(name, _)| name))
        .any(restricted)
}
