//! The apps of a person: which there are, one of them, a new one.
use super::caller::Caller;
use super::fault::{closed, conflict, invalid, key_used, not_found, terms_first, wrong};
use super::sent::{Asked, Once, Sent};
use super::view::{
    AppView, AppsView, DeletedAppsView, DeletedView, Kind, MadeView, NewApp, TestUserView, app_view,
};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::portal::managed::{
    all_deleted, app_of, asks_restricted, neighbours, organization, standing, unaccepted,
};
use crate::portal::once::OnceMint;
use crate::portal::reviewed::open_reviews;
use crate::state::App;
use crate::test_side::users_of;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::{RESTORABLE, may_register};
use protocol::register::{self, Neighbours, NewAuthentication, Registered, Registrar, register};
use protocol::types::{
    AppLinks, Asks, Client, ClientKind, ClientStatus, GrantType, Lifetime, Membership, Owner, Role,
    Scope, Side, UnixTime,
};
use serde_json::{Map, Value};
use std::sync::Arc;
use store::StoreError;

/// The most apps on one page.
const MOST: usize = 100;
/// How long a request that comes again is answered with the secret again.
const REPEATS: Lifetime = Lifetime::from_days(1);

/// `GET`: the apps of the person, or of an organization.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    asked: Asked,
) -> Result<Response, ApiError> {
    let params = asked.of(&["organization", "after", "limit"])?;
    let (owner, role) = owner(&app, &caller, params.get("organization")).await?;
    let limit = match params.get("limit").map(str::parse) {
        None => MOST,
        Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
        Some(_) => return Err(invalid("", format!("limit is a number from 1 to {MOST}"))),
    };
    let after = match params.get("after") {
        None => None,
        Some(id) => {
            let client = app.store.client(id).await?;
            let own = client.filter(|client| client.run_by() == owner);
            Some(
                own.ok_or_else(|| invalid("", "after is the next of the page before"))?
                    .no,
            )
        }
    };
    let mut clients = app.store.clients_of(owner, after, limit + 1).await?;
    let more = clients.len() > limit;
    clients.truncate(limit);
    let used = match (clients.last(), clients.first()) {
        (Some(oldest), Some(newest)) => {
            app.store
                .clients_at_work(owner, (oldest.no, newest.no), 0)
                .await?
        }
        _ => Vec::new(),
    };
    let view = |client: &Arc<Client>| {
        let used = used.iter().find(|(no, ..)| *no == client.no);
        AppView::of(client, role, used.and_then(|(_, at, _)| *at))
    };
    let mut apps: Vec<AppView> = clients.iter().map(view).collect();
    let open = open_reviews(&app, owner, &clients).await?;
    for (client, shown) in clients.iter().zip(&mut apps) {
        let own = open.iter().find(|(no, _)| *no == client.no);
        let own = own.filter(|_| client.status == ClientStatus::Pending);
        shown.review = own.map(|(_, state)| state.as_str());
    }
    let shown = AppsView {
        next: clients.last().filter(|_| more).map(|last| last.id.clone()),
        apps,
    };
    Ok(reply::json_of(StatusCode::OK, &shown))
}

/// Whose apps are listed, and what the caller may do with them.
async fn owner(
    app: &App,
    caller: &Caller,
    organization: Option<&str>,
) -> Result<(Owner, Role), ApiError> {
    let Some(id) = organization else {
        return Ok((Owner::Person(caller.person.subject), Role::Owner));
    };
    let own = app.store.memberships(caller.person.subject).await?;
    let own = own
        .iter()
        .find(|own| own.organization.id.0.to_string() == id);
    let own = own.ok_or_else(|| not_found("organization"))?;
    caller.hand().acts_for(app, &own.organization).await?;
    Ok((Owner::Organization(own.organization.id), own.role))
}

/// `GET`: those of the person, or of an organization, that can be brought back.
pub(super) async fn deleted(
    State(app): State<App>,
    caller: Caller,
    asked: Asked,
) -> Result<Response, ApiError> {
    let params = asked.of(&["organization", "after"])?;
    let (owner, role) = owner(&app, &caller, params.get("organization")).await?;
    let (found, more) = match role {
        Role::Owner => all_deleted(&app, owner, params.get("after"), MOST).await?,
        Role::Developer | Role::Viewer => (Vec::new(), false),
    };
    let view = |(client, at): (Client, UnixTime)| DeletedView {
        client_id: client.id,
        name: client.name,
        restorable_until: clock::rfc3339(at.plus(RESTORABLE)),
    };
    let last = found.last().filter(|_| more);
    let shown = DeletedAppsView {
        next: last.map(|(last, _)| last.id.clone()),
        apps: found.into_iter().map(view).collect(),
    };
    Ok(reply::json_of(StatusCode::OK, &shown))
}

/// `GET`: one app.
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Viewer).await?;
    let view = app_view(&app, managed.client(), managed.role()).await?;
    Ok(reply::json_of(StatusCode::OK, &view))
}

/// `POST`: makes an app. One that comes again under its key is answered as before.
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once(key): Once,
    Sent(new): Sent<NewApp>,
) -> Result<Response, ApiError> {
    let side = match new.test {
        true => Side::Test,
        false => Side::Live,
    };
    let standing = standing(&app, &caller.person).await?;
    let status = may_register(&caller.person, side, standing, app.policy()).map_err(closed)?;
    if let Some(terms) = unaccepted(&app, &caller.person).await? {
        return Err(terms_first(&terms));
    }
    let own = organization(&app, caller.hand(), &new.organization).await?;
    let own = own.map_err(|_| {
        let sentence = "name an organization in which you are developer or owner";
        invalid("/organization", sentence)
    })?;
    let uris = new.redirect_uris.clone();
    let new = new.into_rule(&app, &caller, own, side, status)?;
    let sent = (new.name.trim().to_owned(), uris);
    let neighbours = neighbours(&app, &new).await?;
    let decide = |neighbours| {
        let by = Registrar::Owner(neighbours);
        let new = register::NewApp { by, ..new.clone() };
        let now = clock::now();
        match &key {
            Some(key) => {
                let mint = OnceMint::of(&app, "new app by key", key, caller.person.subject);
                register(new, app.policy(), now, &mint)
            }
            None => register(new, app.policy(), now, &app.mint),
        }
    };
    let (transition, answer) = decide(neighbours).into_parts();
    let made = match answer {
        Ok(made) => made,
        Err(errors) => {
            // The app that this very key has made may be the last that there was room for.
            let (_, before) = decide(Neighbours::default()).into_parts();
            let before = before.ok().filter(|_| key.is_some());
            return match before {
                Some(made) if app.store.client(&made.client_id).await?.is_some() => {
                    again(&app, &caller, made, sent).await
                }
                _ => Err(wrong(&errors, &sent.1)),
            };
        }
    };
    if let Some(transition) = transition
        && app.settle_one(transition, caller.act(&app)).await? == store::Outcome::Conflict
    {
        return match key {
            Some(_) => again(&app, &caller, made, sent).await,
            None => Err(conflict()),
        };
    }
    shown(&app, &caller, made).await
}

/// What was made is shown with what is told once.
async fn shown(app: &App, caller: &Caller, made: Registered) -> Result<Response, ApiError> {
    let managed = app_of(app, caller.hand(), &made.client_id, Role::Viewer).await?;
    let users = users_of(&app.store, &app.mint, app.policy(), managed.client()).await;
    let users = users.map_err(|_| StoreError::Overloaded)?;
    let view = MadeView {
        app: AppView::of(managed.client(), managed.role(), None),
        client_secret: made.client_secret,
        test_users: users
            .into_iter()
            .map(|user| TestUserView {
                email: user.email,
                password: user.password,
            })
            .collect(),
    };
    Ok(reply::json_of(StatusCode::CREATED, &view))
}

/// The same request once more: the answer was lost, so it is given again, as long as the app is as it was asked for. Test
/// users are told once.
async fn again(
    app: &App,
    caller: &Caller,
    made: Registered,
    (name, uris): (String, Vec<String>),
) -> Result<Response, ApiError> {
    let found = app_of(app, caller.hand(), &made.client_id, Role::Developer).await;
    let managed = found.map_err(|_| key_used())?;
    let client = managed.client();
    let own_uris = client.redirect_uris.iter().map(|uri| uri.as_str());
    let same = client.name == name && own_uris.eq(uris.iter().map(String::as_str));
    let lately = clock::now().is_near(client.created_at, REPEATS);
    let secret = made.client_secret.as_ref();
    let works = secret.is_none_or(|secret| {
        let digest = register::digest_of(secret);
        client.secrets.iter().any(|own| own.digest == digest)
    });
    if !(same && lately && works) {
        return Err(key_used());
    }
    let view = MadeView {
        app: AppView::of(client, managed.role(), None),
        client_secret: made.client_secret,
        test_users: Vec::new(),
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}

impl NewApp {
    /// The app as the rule takes it.
    fn into_rule(
        self,
        app: &App,
        caller: &Caller,
        organization: Option<Membership>,
        side: Side,
        status: ClientStatus,
    ) -> Result<register::NewApp, ApiError> {
        let scopes = self.scopes.map(|names| scope("/scopes", &names));
        let (scopes, asks) = (
            scopes.transpose()?,
            asks(&self.optional_scopes, self.reasons.iter())?,
        );
        if asks_restricted(app, scopes.as_ref(), &asks) {
            let sentence = "a restricted scope is approved for an app that is there: make it without, and ask on its page";
            return Err(invalid("/scopes", sentence));
        }
        let usual = [GrantType::AuthorizationCode, GrantType::RefreshToken];
        let more = [
            (self.device_code, GrantType::DeviceCode),
            (self.client_credentials, GrantType::ClientCredentials),
        ];
        let usual = usual
            .into_iter()
            .filter(|grant| app.policy().allows(*grant));
        let more = more
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, grant)| grant);
        Ok(register::NewApp {
            name: self.name,
            homepage: self.homepage,
            description: self.description,
            links: AppLinks {
                privacy_policy: self.privacy_policy,
                terms: self.terms,
                support: self.support,
                contact: self.contact,
            },
            owner: caller.person.clone(),
            organization,
            kind: match self.kind {
                Kind::Confidential => ClientKind::Confidential,
                Kind::Public => ClientKind::Public,
            },
            authentication: authentication(
                self.token_endpoint_auth_method,
                self.jwks,
                self.jwks_uri,
                self.token_endpoint_auth_signing_algs,
            ),
            redirect_uris: self.redirect_uris,
            grants: Some(usual.chain(more).collect()),
            scopes,
            asks,
            resource_server: false,
            dpop_bound: self.dpop_bound_access_tokens,
            openid: self.openid.into_party()?,
            reviewed: false,
            status,
            logo: None,
            side,
            by: Registrar::Owner(Neighbours::default()),
        })
    }
}

/// How an app is to authenticate.
pub(super) fn authentication(
    method: Option<String>,
    jwks: Option<Map<String, Value>>,
    jwks_uri: Option<String>,
    algorithms: Option<Vec<String>>,
) -> NewAuthentication {
    NewAuthentication {
        method,
        jwks: jwks.map(|set| Value::Object(set).to_string()),
        jwks_uri,
        algorithms,
    }
}

/// Names of scopes that were sent in this member.
pub(super) fn scope(pointer: &str, names: &[String]) -> Result<Scope, ApiError> {
    let scope = Scope::parse(&names.join(" "));
    scope.map_err(|_| invalid(pointer, "these are no names of scopes, at most 100"))
}

/// What an app tells of its scopes.
pub(super) fn asks<'a>(
    optional: &[String],
    reasons: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<Asks, ApiError> {
    let mut asks = Asks {
        optional: scope("/optional_scopes", optional)?,
        ..Asks::default()
    };
    reasons.for_each(|(name, reason)| asks.reasons.set(name, reason));
    Ok(asks)
}
