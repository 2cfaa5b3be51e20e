//! The apps that a person let in, and how they take access back.
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::OwnPage;
use crate::interaction::pending::app_card;
use crate::interaction::question::{in_time_words, in_words};
use crate::ops::clock;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::{ConnectedApp, ConnectedApps, ConnectedRow, RowState, Speak, Text};
use protocol::Params;
use protocol::connections::{self, RESTORABLE, Wish, is_restorable};
use protocol::facts::SessionFacts;
use protocol::organizations::public_id;
use protocol::types::{
    Client, ClientRowId, Connection, ConnectionKey, ConnectionState, Language, Locator, Membership,
    UnixTime,
};
use std::sync::Arc;
use store::{ConnectionPlace, ConnectionQuery, Outcome, StoreError};

/// Apps on one page of the list.
const PAGE: usize = 50;
/// The wish to take one scope away.
const NARROW: &str = "narrow";
/// The longest part of a name that is sought.
const MAX_SOUGHT: usize = 100;

/// `GET`: the list.
pub(super) async fn list(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let facts = signed_in(&app, &browser)?;
    let name: String = params.text("name").chars().take(MAX_SOUGHT).collect();
    let (rows, next) = listed(&app, &facts, &browser, &name, after(&params)).await?;
    let page = ConnectedApps {
        nonce: browser.nonce(&app, NonceScope::Session),
        frame: browser.front_frame(&app),
        notice: done(&params, &browser),
        apps: rows,
        next_page: next.map(|last| further(&name, last)),
        name,
    };
    Ok(browser.keep_browser_id(&app, reply::page(StatusCode::OK, &page, None)))
}

/// Whoever is signed in. A test user whose password is published has nothing of their own.
fn signed_in(app: &App, browser: &BrowserContext) -> Result<SessionFacts, PageError> {
    let Some(facts) = browser.session.clone() else {
        let sign_in = reply::see_other(&OwnPage::Connections.sign_in());
        return Err(PageError::instead(sign_in));
    };
    match app.config.is_published(&facts.person.email) {
        true => Err(PageFault::NotFound.into()),
        false => Ok(facts),
    }
}

/// The place in the list after which it goes on.
fn after(params: &Params) -> Option<ConnectionPlace> {
    ConnectionPlace::read(params.get("after")?)
}

fn further(name: &str, place: ConnectionPlace) -> String {
    let place = place.write();
    let mut query = vec![("after", place.as_str())];
    if !name.is_empty() {
        query.push(("name", name));
    }
    format!(
        "{}?{}",
        ConnectedApps::PATH,
        Params::from_pairs(query).to_form()
    )
}

/// One page of the list, and the last one on it if there are more.
async fn listed(
    app: &App,
    facts: &SessionFacts,
    browser: &BrowserContext,
    name: &str,
    after: Option<ConnectionPlace>,
) -> Result<(Vec<ConnectedRow>, Option<ConnectionPlace>), PageError> {
    let names = names(app, facts).await?;
    let handed = app.store.apps_handed_over(facts.person.subject).await?;
    let query = ConnectionQuery {
        subject: facts.person.subject,
        after,
        name,
        ended_after: clock::now().minus(RESTORABLE),
        limit: PAGE + 1,
    };
    let mut connections = app.store.connections(query).await?;
    let more = connections.len() > PAGE;
    connections.truncate(PAGE);
    let zone = app.zone_of(&facts.preferences);
    let moment = |time| Text::of_others(zone.moment(time, browser.language));
    let mut rows = Vec::with_capacity(connections.len());
    for connection in &connections {
        // One that was deleted meanwhile is listed no more.
        if let Some(client) = app.store.client_by_no(connection.client).await? {
            rows.push(ConnectedRow {
                client_id: client.id.clone(),
                organization: named(app, connection, &names).await?,
                app: app_card(&client, app.policy()),
                since: moment(connection.since),
                used: connection.used_at.map(moment),
                handed_over: handed_over(&handed, connection).map(moment),
                state: state(connection),
            });
        }
    }
    let last = connections.last().filter(|_| more);
    Ok((rows, last.map(ConnectionPlace::of)))
}

/// When an app was handed to whoever runs it now, where its person has not let it in since.
fn handed_over(handed: &[(ClientRowId, UnixTime)], connection: &Connection) -> Option<UnixTime> {
    let found = handed.iter().find(|(no, _)| *no == connection.client);
    let at = found.map(|(_, at)| *at);
    at.filter(|at| connection.granted_at < *at)
}

/// The organizations that a person belongs to.
async fn names(app: &App, facts: &SessionFacts) -> Result<Vec<Membership>, StoreError> {
    app.store.memberships(facts.person.subject).await
}

/// The organization that an app is let in for, by its id and name. Whoever left it is told its id alone, as apps are.
async fn named(
    app: &App,
    connection: &Connection,
    names: &[Membership],
) -> Result<Option<(String, String)>, StoreError> {
    let Some(organization) = connection.organization else {
        return Ok(None);
    };
    let id = public_id(organization);
    let mut names = names.iter().map(|own| &own.organization);
    let name = names.find(|own| own.id == organization);
    let name = match name {
        Some(own) => own.name.clone(),
        None => {
            let external = app.store.organization_external_id(organization).await?;
            app.policy().organization(organization, external.as_deref())
        }
    };
    Ok(Some((id, name)))
}

fn state(connection: &Connection) -> RowState {
    match connection.state {
        ConnectionState::Active => RowState::Connected,
        ConnectionState::Paused(_) => RowState::Paused,
        ConnectionState::Ended(_) => RowState::Removed,
    }
}

/// What was done, in a sentence.
fn done(params: &Params, browser: &BrowserContext) -> Option<Text> {
    let id = match params.get("done")? {
        "end" => "connections-done-end",
        "pause" => "connections-done-pause",
        "resume" => "connections-done-resume",
        "narrow" => "connections-done-narrow",
        "changed" => "connections-done-changed",
        "restore" => "connections-done-restore",
        "nothing" => "connections-done-nothing",
        _ => return None,
    };
    Some(browser.language.text(id))
}

/// `GET`: one of them.
pub(super) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Path(client_id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let facts = signed_in(&app, &browser)?;
    let which = (
        &client_id[..],
        params.get("organization").unwrap_or_default(),
    );
    let (client, connection) = connection(&app, &facts, which).await?;
    let zone = app.zone_of(&facts.preferences);
    let language = browser.language;
    let moment = |time| Text::of_others(zone.moment(time, language));
    let until = match connection.state {
        ConnectionState::Ended(end) => Some(moment(end.0.time().plus(RESTORABLE))),
        ConnectionState::Active | ConnectionState::Paused(_) => None,
    };
    let handed = app.store.apps_handed_over(facts.person.subject).await?;
    let page = ConnectedApp {
        nonce: browser.nonce(&app, NonceScope::Session),
        frame: browser.frame(&app),
        notice: done(&params, &browser),
        organization: named(&app, &connection, &names(&app, &facts).await?).await?,
        app: app_card(&client, app.policy()),
        groups: in_words(&app, &client, &connection.access(), language),
        since: moment(connection.since),
        allowed: (connection.granted_at > connection.since).then(|| moment(connection.granted_at)),
        used: connection.used_at.map(moment),
        handed_over: handed_over(&handed, &connection).map(moment),
        state: state(&connection),
        until,
        unheard: unheard(&app, &connection, language),
        client_id,
    };
    Ok(browser.keep_browser_id(&app, reply::page(StatusCode::OK, &page, None)))
}

/// How long an API that reads tokens itself may go on with what was allowed.
fn unheard(app: &App, connection: &Connection, language: Language) -> Option<Text> {
    let longest = app.policy().unheard_for(&connection.access())?;
    Some(in_time_words(longest, language))
}

/// A connection of theirs that is, or can be brought back.
///
/// # Errors
/// That there is no such page.
async fn connection(
    app: &App,
    facts: &SessionFacts,
    (client_id, organization): (&str, &str),
) -> Result<(Arc<Client>, Connection), PageError> {
    let client = app.store.client(client_id).await?;
    let client = client.ok_or(PageFault::NotFound)?;
    let organization = match organization {
        "" => None,
        id => Some(Locator(id.parse().map_err(|_| PageFault::NotFound)?)),
    };
    let key = ConnectionKey {
        subject: facts.person.subject,
        client: client.no,
        organization,
    };
    let found = app.store.connection(key).await?;
    let is_shown = |found: &Connection| match found.state {
        ConnectionState::Ended(end) => is_restorable(end, clock::now()),
        ConnectionState::Active | ConnectionState::Paused(_) => true,
    };
    let found = found.filter(is_shown).ok_or(PageFault::NotFound)?;
    Ok((client, found))
}

/// The page of a connection, with more in its address.
fn page_of(client_id: &str, organization: &str, more: &[(&str, &str)]) -> String {
    let is_id = organization.parse::<i64>().is_ok();
    let page = ConnectedApp::href(client_id, if is_id { organization } else { "" });
    let mark = if page.contains('?') { '&' } else { '?' };
    match more {
        [] => page,
        more => format!(
            "{page}{mark}{}",
            Params::from_pairs(more.iter().copied()).to_form()
        ),
    }
}

/// What is to become of a connection.
pub(crate) struct ChangeForm {
    app: String,
    /// The organization that it is let in for, by its id; empty: the person's own account.
    organization: String,
    wish: String,
    /// The one that is taken away.
    scope: String,
}

impl WholeForm for ChangeForm {
    const PATH: &'static str = ConnectedApp::CHANGE;

    fn read(fields: &Params) -> Self {
        ChangeForm {
            app: fields.text("app"),
            organization: fields.text("organization"),
            wish: fields.text("wish"),
            scope: fields.text("scope"),
        }
    }
}

/// Whether this session does for them: what lets an app in for an organization again takes what letting it in takes. To take
/// something away takes nothing.
async fn may_do(
    app: &App,
    facts: &SessionFacts,
    connection: &Connection,
    wish: &str,
) -> Result<bool, StoreError> {
    let lets_in = Wish::parse(wish).is_some_and(Wish::lets_in);
    let Some(organization) = connection.organization.filter(|_| lets_in) else {
        return Ok(true);
    };
    let own = names(app, facts).await?;
    let own = own.iter().find(|own| own.organization.id == organization);
    let proved = facts.session.has_second_factor();
    Ok(own.is_none_or(|own| own.organization.lets_act(proved)))
}

/// `POST`: pauses, resumes, removes, undoes that, or takes one scope away. Posted twice, it is done once.
pub(super) async fn change(
    State(app): State<App>,
    posted: Posted<ChangeForm>,
) -> Result<Response, PageError> {
    let (browser, form) = match posted {
        Posted::Current(browser, form) => (browser, form),
        // Its page shows how things are, with a form that counts.
        Posted::OutOfDate(browser, form) => {
            signed_in(&app, &browser)?;
            return Ok(reply::see_other(&page_of(
                &form.app,
                &form.organization,
                &[],
            )));
        }
    };
    let facts = signed_in(&app, &browser)?;
    let which = (&form.app[..], &form.organization[..]);
    let (client, connection) = connection(&app, &facts, which).await?;
    if !may_do(&app, &facts, &connection, &form.wish).await? {
        return Err(OwnPage::Connections.second_factor());
    }
    let change = match form.wish.as_str() {
        NARROW => connections::narrow(&connection, &form.scope, &app.mint),
        wish => {
            let wish = Wish::parse(wish).ok_or(PageFault::NotFound)?;
            connections::change(wish, &connection, &app.mint, clock::now())
        }
    };
    let told = match change {
        Some(change) => {
            let act = app.act_now(browser.address);
            match app.settle_one(change.into(), act).await? {
                Outcome::Committed => form.wish.as_str(),
                // It was allowed something in another tab.
                Outcome::Conflict => "changed",
            }
        }
        None => "nothing",
    };
    let page = page_of(&client.id, &form.organization, &[("done", told)]);
    Ok(reply::see_other(&page))
}
