//! Style sheets, the scripts of pages that ask for a password or show what is copied, the pictures of the brand, and those of apps and organizations.
use super::error::{PageError, PageFault};
use super::site::Site;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use pages::path;
use protocol::types::{Locator, PictureKind};

/// For what has its hash in its name, and so never changes under one.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For what may change under its name.
const FOR_MINUTES: &str = "public, max-age=300";

/// Whoever opens a file of ours by itself sees it, and it does nothing.
const INERT: &str = "default-src 'none'; sandbox";
/// The same for a drawing, which is a document and may bring its style: it runs nothing, and fetches nothing.
const INERT_DRAWING: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Mounts them.
pub(crate) fn mount(site: &mut Site) {
    site.page(&format!("{}/{{client_id}}/logo", path::APPS), logo);
    site.page(
        &format!("{}/{{id}}/logo", path::ORGANIZATIONS),
        organization_logo,
    );
    site.page(&format!("{}/{{name}}", path::ASSETS), asset);
}

/// A style sheet, the script, or a picture of the provider.
async fn asset(State(app): State<App>, Path(name): Path<String>) -> Result<Response, PageError> {
    let path = format!("{}/{name}", path::ASSETS);
    let (own, css) = pages::stylesheet();
    if path == own {
        return Ok(stylesheet(css, FOR_EVER));
    }
    for (own, script) in [
        pages::show_password_script(),
        pages::copy_script(),
        pages::passkey_script(),
        pages::submit_script(),
    ] {
        if path == own {
            let media_type = "text/javascript; charset=utf-8";
            return Ok(file(media_type, INERT, script, FOR_EVER));
        }
    }
    if name == "brand.css" && app.brand.shown.colours {
        let branding = &app.config.branding;
        let css = pages::brand_stylesheet(branding.accent, branding.accent_dark);
        return Ok(stylesheet(css, FOR_MINUTES));
    }
    let picture = app.brand.picture(&path).ok_or(PageFault::NotFound)?;
    let policy = match picture.kind {
        PictureKind::Svg => INERT_DRAWING,
        PictureKind::Png | PictureKind::Jpeg | PictureKind::WebP => INERT,
    };
    let media_type = picture.kind.media_type();
    Ok(file(media_type, policy, picture.bytes.clone(), FOR_EVER))
}

fn stylesheet(css: impl Into<Body>, cache: &'static str) -> Response {
    file("text/css; charset=utf-8", INERT, css, cache)
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
    Ok(file(logo.media_type, INERT, logo.bytes, FOR_MINUTES))
}

/// The picture of an organization.
async fn organization_logo(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = id.parse().map(Locator).map_err(|_| PageFault::NotFound)?;
    let logo = app.store.organization_logo(id).await?;
    let logo = logo.ok_or(PageFault::NotFound)?;
    Ok(file(logo.media_type, INERT, logo.bytes, FOR_MINUTES))
}

fn file(
    media_type: &'static str,
    policy: &'static str,
    bytes: impl Into<Body>,
    cache: &'static str,
) -> Response {
    let mut response = Response::new(bytes.into());
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
