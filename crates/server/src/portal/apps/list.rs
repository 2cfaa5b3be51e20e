//! The list of a developer's apps.
use super::desk::{Desk, trail};
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::pending::app_card;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{AppRow, Apps, DeletedRow, PORTAL};
use pages::{Speak, Text};
use protocol::apps::{Closed, RESTORABLE, may_register};
use protocol::types::{Client, Language, Side};
use std::sync::Arc;

/// Apps on one page of the list.
const PAGE: usize = 25;

/// `GET`: the list.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let Desk { mut browser, facts } = Desk::of(browser, &app)?;
    let language = browser.language;
    let subject = facts.person.subject;
    let after = match params.get("after") {
        Some(id) => app.store.client(id).await?.map(|client| client.no),
        None => None,
    };
    let mut apps = app.store.clients_of(subject, after, PAGE + 1).await?;
    let more = apps.len() > PAGE;
    apps.truncate(PAGE);
    let next = apps.last().filter(|_| more);
    let used = match (apps.last(), apps.first()) {
        (Some(oldest), Some(newest)) => {
            app.store
                .clients_used(subject, (oldest.no, newest.no))
                .await?
        }
        _ => Vec::new(),
    };
    let deleted = match after {
        None => {
            let since = clock::now().minus(RESTORABLE);
            app.store.deleted_clients_of(subject, since, PAGE).await?
        }
        Some(_) => Vec::new(),
    };
    let zone = app.zone_of(&facts.preferences);
    let (new, closed) = match may_register(
        &facts.person,
        Side::Live,
        app.config.mail.is_some(),
        app.policy(),
    ) {
        Ok(_) => (Some(new_button(&app, language)), None),
        Err(closed) => (None, Some(why(closed, language))),
    };
    let page = Apps {
        nonce: browser.nonce(&app, NonceScope::Session),
        frame: browser.front_frame(&app),
        trail: trail(&app),
        notice: params
            .get("done")
            .and_then(done)
            .map(|id| language.text(id)),
        new,
        closed,
        next_page: next.map(|last| format!("{PORTAL}?after={}", last.id)),
        apps: apps
            .iter()
            .map(|client| {
                let used = used.iter().find(|(no, _)| *no == client.no);
                row(
                    client,
                    used.map(|(_, at)| Text::of_others(zone.moment(*at, language))),
                )
            })
            .collect(),
        deleted: deleted
            .into_iter()
            .map(|(client, deleted_at)| DeletedRow {
                client_id: client.id,
                name: client.name,
                until: Text::of_others(zone.moment(deleted_at.plus(RESTORABLE), language)),
            })
            .collect(),
    };
    Ok(browser.keep_browser_id(&app, reply::page(StatusCode::OK, &page, None)))
}

/// Words of the button that leads to the form of a new app.
pub(super) fn new_button(app: &App, language: Language) -> Text {
    match &app.config.portal.new_app {
        Some(words) => Text::of_others(words),
        None => language.text("apps-new"),
    }
}

/// Why somebody registers no app.
pub(super) fn why(closed: Closed, language: Language) -> Text {
    match closed {
        Closed::ToAdministrators | Closed::ToTestUsers => language.text("apps-closed-admin"),
        Closed::ToInvited => language.text("apps-closed-invite"),
        Closed::ToUnproved => language.text("apps-closed-unproved"),
    }
}

fn done(what: &str) -> Option<&'static str> {
    match what {
        "deleted" => Some("apps-done-deleted"),
        "restored" => Some("apps-done-restored"),
        _ => None,
    }
}

fn row(client: &Arc<Client>, last_used: Option<Text>) -> AppRow {
    let card = app_card(client);
    AppRow {
        client_id: client.id.clone(),
        name: card.name,
        initial: card.initial,
        logo_url: card.logo_url,
        status: client.status,
        side: client.side,
        last_used,
    }
}
