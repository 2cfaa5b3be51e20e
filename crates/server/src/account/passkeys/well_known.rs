//! Where password managers look for the pages that add and manage passkeys.
use crate::http::error::{PageError, PageFault};
use crate::http::reply;
use crate::http::site::Site;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::Security;
use serde_json::json;

/// W3C, "A Well-Known URL for Relying Party Passkey Endpoints".
const ENDPOINTS: &str = "/.well-known/passkey-endpoints";

/// Mounts it.
pub(super) fn mount(site: &mut Site) {
    site.root_page(ENDPOINTS, endpoints);
}

/// `GET`: the same page for both. Where nobody has passkeys, there is none.
async fn endpoints(State(app): State<App>) -> Result<Response, PageError> {
    if app.config.passkeys.is_none() {
        return Err(PageFault::NotFound.into());
    }
    let page = format!("{}{}", app.config.base(), Security::PATH);
    let told = json!({ "enroll": page, "manage": page });
    Ok(reply::json_of(StatusCode::OK, &told))
}
