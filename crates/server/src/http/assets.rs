//! Style sheets, the script of pages that ask for a password, and the pictures that apps registered.
use super::error::{PageError, PageFault};
use super::site::Site;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use pages::path;

/// Mounts them.
pub(crate) fn mount(site: &mut Site) {
    site.page(&format!("{}/{{client_id}}/logo", path::APPS), logo);
    site.page(&format!("{}/{{name}}", path::ASSETS), asset);
}

/// A style sheet or the script of ours. Its name holds its hash, so it never changes under one name.
async fn asset(State(app): State<App>, Path(name): Path<String>) -> Result<Response, PageError> {
    for (media_type, (own, text)) in [
        ("text/css; charset=utf-8", pages::stylesheet()),
        (
            "text/javascript; charset=utf-8",
            pages::show_password_script(),
        ),
    ] {
        if own.rsplit('/').next() == Some(name.as_str()) {
            return Ok(file(
                media_type,
                text,
                "public, max-age=31536000, immutable",
            ));
        }
    }
    match (&app.config.branding.accent, name.as_str()) {
        (Some(accent), "brand.css") => {
            let css = pages::brand_stylesheet(accent);
            Ok(file("text/css; charset=utf-8", css, "public, max-age=300"))
        }
        _ => Err(PageFault::NotFound.into()),
    }
}

/// The logo of an app.
async fn logo(
    State(app): State<App>,
    Path(client_id): Path<String>,
) -> Result<Response, PageError> {
    let client = app.store.client(&client_id).await?;
    let client = client.ok_or(PageFault::NotFound)?;
    let logo = app.store.logo(client.no).await?;
    let logo = logo.ok_or(PageFault::NotFound)?;
    Ok(file(logo.media_type, logo.bytes, "public, max-age=300"))
}

fn file(media_type: &'static str, bytes: impl Into<Body>, cache: &'static str) -> Response {
    let mut response = Response::new(bytes.into());
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
