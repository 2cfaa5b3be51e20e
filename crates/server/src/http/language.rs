//! The language that a request asks for: in its address, by the cookie of a browser, by its header.
use super::cookies;
use super::request::{Spoken, text};
use crate::state::AppState;
use axum::http::{HeaderMap, Uri, header};
use protocol::Params;
use protocol::types::Language;

/// Reads it. Only pages are read by people.
pub(crate) fn spoken(uri: &Uri, headers: &HeaderMap, app: &AppState) -> Spoken {
    let asked = || {
        let names_it = |query: &&str| query.split('&').any(|pair| pair.starts_with("ui_locales="));
        let query = uri.query().filter(names_it)?;
        let params = Params::from_form(query.as_bytes()).ok()?;
        Language::of_ui_locales(params.get("ui_locales")?)
    };
    let header = || Language::of_accept_language(text(headers, header::ACCEPT_LANGUAGE)?);
    let chosen = app.cookies.get::<cookies::Spoken>(headers);
    let usual = chosen.or_else(header);
    Spoken {
        asked: asked(),
        usual: usual.unwrap_or(app.config.branding.language),
    }
}
