//! The API by which developers, and agents of theirs, run their apps: whom it is for, and with which tokens.
//!
//! Its scopes are none of the provider's catalogue, and stand beside no other in a token: so what opens our API opens nothing
//! else, and no token of a provider's API opens ours.
use crate::facts::AccessFacts;
use crate::inactive;
use crate::policy::Policy;
use crate::token_info::BearerError;
use crate::transition::{AppChange, Transition};
use crate::types::{
    AppLinks, Asks, Client, ClientKind, ClientRowId, ClientStatus, GrantType, Locator,
    RelyingParty, Scope, Side, Subject, UnixTime,
};
use wire::Presented;

/// What the names of our own scopes start with: no catalogue has such a name.
pub const MARK: &str = "valetkey:";
/// Runs the apps of a person.
pub const SCOPE: &str = "valetkey:apps";
/// Decides on requests for review, for an administrator.
pub const REVIEWS: &str = "valetkey:reviews";
/// Every scope of ours.
pub const SCOPES: [&str; 2] = [SCOPE, REVIEWS];
/// What client ids of our own apps start with.
pub const CLIENT_MARK: &str = "valetkey-";
/// The app behind command lines and agents. It is made when it is used for the first time.
pub const CLIENT_ID: &str = "valetkey-cli";

/// Whether a scope is for our own API.
pub fn is_own(scope: &Scope) -> bool {
    scope.as_str().starts_with(MARK)
}

/// Whether a scope is of names that our own API knows, and of no other.
fn is_alone(scope: &Scope) -> bool {
    scope.names().all(|name| SCOPES.contains(&name))
}

/// Whether this name is approved for an app. Of ours each of them is, for as long as it may run apps.
fn is_approved(client: &Client, name: &str) -> bool {
    let ours = client.id == CLIENT_ID && client.approved.contains(SCOPE);
    SCOPES.contains(&name) && (ours || client.approved.contains(name))
}

/// Whether an app may ask for this name among those of `scope`: they must be ours alone, and it approved for the app.
pub(crate) fn may_ask(client: &Client, name: &str, scope: &Scope, policy: &Policy) -> bool {
    policy.own_api && is_alone(scope) && is_approved(client, name)
}

/// Whether an app that says this of itself may use a grant that others may not: ours signs people in by the device grant,
/// whether or not it is offered to others.
pub(crate) fn may_use(client_id: &str, grant: GrantType, policy: &Policy) -> bool {
    let by_device = match grant {
        GrantType::DeviceCode | GrantType::RefreshToken => true,
        GrantType::AuthorizationCode | GrantType::ClientCredentials => false,
    };
    by_device && policy.own_api && client_id == CLIENT_ID
}

/// Makes the app behind command lines and agents.
pub fn register(name: String, policy: &Policy, now: UnixTime) -> Transition {
    let client = Client {
        no: ClientRowId(0),
        version: 1,
        id: CLIENT_ID.to_owned(),
        name,
        homepage: policy.issuer.clone(),
        description: String::new(),
        links: AppLinks::default(),
        owner: Subject(0),
        organization: None,
        team: Vec::new(),
        publisher: String::new(),
        kind: ClientKind::Public,
        secrets: Vec::new(),
        redirect_uris: Vec::new(),
        grants: vec![GrantType::DeviceCode, GrantType::RefreshToken],
        scopes: Some(Scope::from_iter([SCOPE])),
        asks: Asks::default(),
        approved: Scope::from_iter([SCOPE]),
        resource_server: false,
        status: ClientStatus::Active,
        not_before: Locator(0),
        reviewed_at: Some(now),
        logo: None,
        created_at: now,
        side: Side::Live,
        documented: false,
        openid: RelyingParty::default(),
        live_of: None,
        introduction: None,
        keys: None,
        dpop_bound: false,
    };
    Transition::App(AppChange::Register {
        client: Box::new(client),
        logo: None,
        bounds: None,
    })
}

/// The person for whom this token opens what one scope of our API is for.
///
/// # Errors
/// Why it does not: it does not work, or is not for it. One of the test side never is, nor one that an app has for itself.
pub fn person_of(
    presented: &Presented,
    facts: Option<AccessFacts>,
    wanted: &'static str,
    policy: &Policy,
    now: UnixTime,
) -> Result<Subject, BearerError> {
    let facts = facts.filter(|facts| facts.token.digest == presented.digest);
    let facts = facts.ok_or(BearerError::Invalid)?;
    let client = inactive::access_token(&facts, policy, now);
    let client = client.map_err(|_| BearerError::Invalid)?;
    let scope = &facts.token.scope;
    let opens = is_alone(scope)
        && scope.contains(wanted)
        && is_approved(client, wanted)
        && client.side == Side::Live;
    let subject = facts.token.subject.filter(|_| opens);
    subject.ok_or(match wanted {
        REVIEWS => BearerError::Reviews,
        _ => BearerError::OwnApi,
    })
}
