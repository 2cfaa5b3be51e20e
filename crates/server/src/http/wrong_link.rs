//! The page of an authorization request that cannot be answered to an app: the person is told what it means to them, the
//! app's developer what is wrong.
use super::notice::{PlainPage, back_to};
use super::reply::Fault;
use super::request::Reader;
use crate::state::AppState;
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{app_href, request_href};
use pages::{Speak, Text};
use protocol::Params;
use protocol::authorize::ShownError;
use protocol::introduce::DocumentFault;
use protocol::params::ParamsFault;
use protocol::types::text::{isolated, shortened};
use protocol::types::{Client, ClientStatus, RedirectUriFault};

/// Most characters of it that the redirect checker is given.
const CHECKED: usize = 2_000;
/// Most characters that are shown of an address somebody sent.
const SENT: usize = 300;

/// The page.
pub(super) fn page(
    app: &AppState,
    error: &ShownError,
    client: Option<&Client>,
    reader: Reader,
) -> Response {
    let problem = PlainPage {
        status: StatusCode::BAD_REQUEST,
        cause: None,
        title: reader.text("wrong-link-title"),
        sentence: sentence(error, client, reader),
        code: Some(error.code(app.policy())),
        details: details(error, client, reader),
        next: back_to(client, reader, |name| {
            reader.text_of("notice-go-to", &[("app", &name)])
        }),
    };
    let links = links(app, error, client, reader);
    let mut response = problem.page_with(app, reader, links);
    response
        .extensions_mut()
        .insert(Fault(error.cause(app.policy())));
    response
}

/// What the person is told.
fn sentence(error: &ShownError, client: Option<&Client>, reader: Reader) -> Text {
    let name = match client {
        Some(client) => Text::of_others(isolated(&client.name)),
        None => reader.text("notice-some-app"),
    };
    match error {
        ShownError::RedirectUri { .. } => reader.text_of("wrong-link-return", &[("app", &name)]),
        ShownError::InactiveClient(_) => reader.text_of("wrong-link-inactive", &[("app", &name)]),
        ShownError::Document(_) => reader.text("wrong-link-document"),
        ShownError::Params(_)
        | ShownError::ContentType
        | ShownError::ClientMissing
        | ShownError::Repeated(_)
        | ShownError::UnknownClient => reader.text("wrong-link"),
    }
}

/// What the app's developer is told.
fn details(error: &ShownError, client: Option<&Client>, reader: Reader) -> Vec<(Text, Text)> {
    let document = client.and_then(Client::document_url);
    let what = match (error, document) {
        (
            ShownError::RedirectUri {
                fault: RedirectUriFault::Unregistered,
                ..
            },
            Some(document),
        ) => reader.text_of("wrong-uri-document", &[("document", &document)]),
        _ => what(error, reader),
    };
    let mut details = vec![(reader.text("wrong-link-what"), what)];
    if let ShownError::RedirectUri {
        sent: Some(sent), ..
    } = error
    {
        // A sentence in place of an address could be read as ours.
        if is_address(sent) {
            let sent = Text::of_others(shortened(sent, SENT));
            details.push((reader.text("wrong-link-sent"), sent));
        }
    }
    details
}

/// Whether what was sent is written like an address: nobody could read it as words of ours.
fn is_address(sent: &str) -> bool {
    sent.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Where the app's developer finds out more: pages that nobody but its owner is shown.
fn links(
    app: &AppState,
    error: &ShownError,
    client: Option<&Client>,
    reader: Reader,
) -> Vec<(Text, String)> {
    // One that introduced itself has nobody who runs it here.
    let has_owner = |client: &&Client| client.introduction.is_none() && app.config.portal.page;
    let Some(client) = client.filter(has_owner) else {
        return Vec::new();
    };
    let mut links = Vec::new();
    if let ShownError::RedirectUri {
        sent: Some(sent), ..
    } = error
        && is_address(sent)
    {
        let sent = shortened(sent, CHECKED);
        let href = check_href(&client.id, &sent);
        links.push((reader.text("wrong-link-check"), href));
    }
    if app.request_log.is_kept() {
        let href = request_href(&client.id, reader.id.as_str());
        links.push((reader.text("wrong-link-log"), href));
    }
    links
}

/// The redirect checker of an app, with what was sent.
fn check_href(client_id: &str, sent: &str) -> String {
    let query = Params::from_pairs([("check", sent)]).to_form();
    format!("{}?{query}#check-title", app_href(client_id))
}

/// As [`ShownError::sentence`], in the reader's language.
fn what(error: &ShownError, reader: Reader) -> Text {
    match error {
        ShownError::Params(fault) => of_params(*fault, reader),
        ShownError::ContentType => reader.text("wrong-content-type"),
        ShownError::ClientMissing => reader.text("wrong-client-missing"),
        ShownError::Repeated(name) => reader.text_of("wrong-repeated", &[("parameter", name)]),
        ShownError::UnknownClient => reader.text("wrong-client-unknown"),
        ShownError::InactiveClient(ClientStatus::Pending) => reader.text("wrong-client-pending"),
        ShownError::InactiveClient(_) => reader.text("wrong-client-off"),
        ShownError::Document(fault) => of_document(fault, reader),
        ShownError::RedirectUri { fault, .. } => of_redirect_uri(*fault, reader),
    }
}

/// As [`DocumentFault::sentence`], in the reader's language; what is wrong with a single member as the developer's tools
/// have it.
fn of_document(fault: &DocumentFault, reader: Reader) -> Text {
    match fault {
        DocumentFault::Url(_) => reader.text("wrong-document-url"),
        DocumentFault::Unreachable => reader.text("wrong-document-unreachable"),
        DocumentFault::MediaType => reader.text("wrong-document-type"),
        DocumentFault::Malformed => reader.text("wrong-document-malformed"),
        DocumentFault::ClientId => reader.text("wrong-document-id"),
        DocumentFault::Full => reader.text("wrong-document-full"),
        DocumentFault::Metadata(error) => {
            reader.text_of("wrong-document-says", &[("fault", &error.sentence)])
        }
    }
}

/// As [`ParamsFault::sentence`], in the reader's language.
pub(crate) fn of_params(fault: ParamsFault, reader: impl Speak) -> Text {
    match fault {
        ParamsFault::Escape => reader.text("params-escape"),
        ParamsFault::Utf8 => reader.text("params-utf8"),
        ParamsFault::Nul => reader.text("params-nul"),
        ParamsFault::TooMany => reader.text("params-too-many"),
        ParamsFault::Json => reader.text("params-json"),
    }
}

fn of_redirect_uri(fault: RedirectUriFault, reader: Reader) -> Text {
    match fault {
        RedirectUriFault::TooLong => reader.text("wrong-uri-long"),
        RedirectUriFault::Malformed => reader.text("wrong-uri-malformed"),
        RedirectUriFault::Fragment => reader.text("wrong-uri-fragment"),
        RedirectUriFault::UserInfo => reader.text("wrong-uri-user"),
        RedirectUriFault::Http => reader.text("wrong-uri-http"),
        RedirectUriFault::Scheme => reader.text("wrong-uri-scheme"),
        RedirectUriFault::Missing => reader.text("wrong-uri-missing"),
        RedirectUriFault::Unregistered => reader.text("wrong-uri-unregistered"),
    }
}
