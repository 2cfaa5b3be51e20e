//! The routes: machine endpoints at the profile's paths, and our own pages.
mod account;
mod assets;
mod attempt;
mod authorize;
mod bearer;
mod consent;
mod developers;
mod device;
mod device_page;
mod goal;
mod health;
mod introspect;
mod metadata;
mod own_app;
mod pending;
pub(crate) mod problem;
mod revocations;
mod revoke;
mod sign_in;
mod sign_out;
mod sign_up;
mod token;
mod token_info;

use crate::config::Config;
use crate::cors::preflight;
use crate::endpoints::metadata_paths;
use crate::state::App;
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get, post};

/// All routes of a provider. What its profile switches off has no route.
pub(crate) fn router(app: App) -> Router {
    table(&app.config).with_state(app)
}

/// The same, as yet without what they share.
pub(crate) fn table(config: &Config) -> Router<App> {
    let paths = &config.paths;
    let mut router = Router::new();
    for path in &paths.authorize {
        router = router.route(path, decides(get(authorize::get).post(authorize::post)));
    }
    for path in &paths.token {
        router = router.route(path, machine("POST, OPTIONS", post(token::token)));
    }
    for path in &paths.revoke {
        router = router.route(path, machine("POST, OPTIONS", post(revoke::revoke)));
    }
    for path in &paths.introspect {
        router = router.route(path, machine("POST, OPTIONS", post(introspect::introspect)));
    }
    for path in &paths.revocations {
        router = router.route(
            path,
            machine("GET, HEAD, OPTIONS", get(revocations::revocations)),
        );
    }
    for path in &paths.token_info {
        router = router.route(
            path,
            machine("GET, HEAD, OPTIONS", get(token_info::token_info)),
        );
    }
    for path in &paths.app {
        let own = get(own_app::show).patch(own_app::change);
        router = router.route(path, machine("GET, HEAD, PATCH, OPTIONS", own));
    }
    for path in &paths.device {
        router = router.route(path, machine("POST, OPTIONS", post(device::device)));
    }
    if !paths.device.is_empty() {
        router = router
            .route("/device", get(device_page::show))
            .route("/device/code", post(device_page::look_up))
            .route("/device/answer", post(device_page::answer))
            .route("/device/qr.svg", get(device_page::qr));
    }
    for path in metadata_paths(&config.issuer) {
        router = router.route(
            &path,
            machine("GET, HEAD, OPTIONS", get(metadata::metadata)),
        );
    }
    if config.developers.page {
        for path in ["/developers", "/developers/{*page}", "/developers.md"] {
            router = router.route(path, get(developers::show));
        }
    }
    own_pages(router)
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
}

/// A machine endpoint, which pages of other origins may call by these methods.
fn machine(methods: &'static str, routes: MethodRouter<App>) -> MethodRouter<App> {
    routes.options(async move |asked: HeaderMap| preflight(&asked, methods))
}

/// A page where a `GET` may issue a code: `HEAD` is not taken for one.
fn decides(routes: MethodRouter<App>) -> MethodRouter<App> {
    routes.head(problem::decides_nothing)
}

fn own_pages(router: Router<App>) -> Router<App> {
    router
        .route("/", get(account::home))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-up", get(sign_up::show).post(sign_up::submit))
        .route("/sign-out", get(sign_out::show).post(sign_out::submit))
        .route(
            "/consent",
            decides(get(consent::show).post(consent::submit)),
        )
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/sessions/end", post(account::end_session))
        .route("/account/sessions/end-all", post(account::end_all_sessions))
        .route("/apps/{client_id}/logo", get(assets::logo))
        .route("/assets/{name}", get(assets::asset))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
}
