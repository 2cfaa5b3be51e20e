//! The form by which an app sends somebody to sign out (OpenID Connect RP-Initiated Logout §2).
use super::request::BufferedRequest;
use crate::http::reply;
use crate::http::request::is_form;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::path;

/// `POST`: a form of another site, so the browser sends no session cookie with it (SameSite=Lax). It comes back by `GET`.
pub(super) async fn post(State(app): State<App>, request: BufferedRequest) -> Response {
    let path = app.config.paths.logout.first();
    let path = path.map_or(path::SIGN_OUT, String::as_str);
    let form = std::str::from_utf8(&request.body).unwrap_or_default();
    let is_plain = form.bytes().all(|byte| byte.is_ascii_graphic());
    match is_form(&request.parts.headers) && is_plain {
        true => reply::see_other(&format!("{path}?{form}")),
        false => reply::see_other(path::SIGN_OUT),
    }
}
