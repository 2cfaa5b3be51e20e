//! How many people an app may meet that was not reviewed, where others are.
use crate::http::notice::{PlainPage, back_to};
use crate::http::session::BrowserContext;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, Text};
use protocol::apps::review::{Caution, caution, has_room, people_cap};
use protocol::facts::SessionFacts;
use protocol::introduce::document_host;
use protocol::types::text::isolated;
use protocol::types::{Client, Language};
use store::StoreError;

/// Whether the person may allow the app something. Nothing is read but for an app that may have only so many people. Two
/// who answer at the same moment may both be the last.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn is_there(
    app: &App,
    client: &Client,
    session: &SessionFacts,
) -> Result<bool, StoreError> {
    let Some(cap) = people_cap(client, app.policy()) else {
        return Ok(true);
    };
    let person = &session.person;
    let before = app.store.last_consent(person.subject, client.no).await?;
    let people = app.store.people_of(client.no, cap).await?;
    let own = match client.organization {
        Some(organization) => app.store.membership(organization, person.subject).await?,
        None => None,
    };
    let role = own.map(|own| own.role);
    Ok(has_room(
        client,
        person,
        role,
        &before,
        people,
        app.policy(),
    ))
}

/// The page that says that there is none.
pub(super) fn full(app: &App, client: &Client, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let name = isolated(&client.name);
    let product = &app.config.branding.product;
    PlainPage {
        status: StatusCode::FORBIDDEN,
        cause: Some("An app that was not reviewed has as many people as it may"),
        title: language.text("app-full-title"),
        sentence: language.text_of("app-full", &[("app", &name), ("product", product)]),
        code: None,
        details: Vec::new(),
        next: back_to(Some(client), language, |name| {
            language.text_of("notice-go-to", &[("app", &name)])
        }),
    }
    .page_for(app, browser)
}

/// What is told of an app that was not reviewed, where others are.
pub(super) fn told(app: &App, client: &Client, language: Language) -> Option<Text> {
    let product = &app.config.branding.product;
    caution(client, app.policy()).map(|caution| match caution {
        Caution::Draft => language.text("consent-caution-draft"),
        Caution::Unreviewed => {
            language.text_of("consent-caution-unreviewed", &[("product", product)])
        }
        Caution::Introduced => match document_host(client) {
            Some(host) => language.text_of(
                "consent-caution-document",
                &[("host", &isolated(host)), ("product", product)],
            ),
            None => language.text_of("consent-caution-introduced", &[("product", product)]),
        },
    })
}
