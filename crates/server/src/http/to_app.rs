//! How an answer is brought to an app: by a redirect, or by a form that the browser posts.
use super::reply::{LeadsToApp, page, see_other};
use super::request::Reader;
use super::session::bare_frame;
use crate::state::AppState;
use axum::http::StatusCode;
use axum::response::Response;
use pages::FormPost;
use protocol::accounts::people::MAX_NAME;
use protocol::authorize::AuthorizationResponse;
use protocol::types::Client;
use protocol::types::text::shortened;

/// Brings an answer to an app.
pub(crate) fn to_app(
    app: &AppState,
    response: AuthorizationResponse,
    client: &Client,
    reader: Reader,
) -> Response {
    match response {
        AuthorizationResponse::Redirect(url) => see_other(&url),
        AuthorizationResponse::FormPost { action, fields } => {
            let form = FormPost {
                frame: bare_frame(app, reader),
                app: shortened(&client.name, MAX_NAME),
                action,
                fields,
            };
            page(StatusCode::OK, &form, Some(LeadsToApp))
        }
    }
}
