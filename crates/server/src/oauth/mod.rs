//! The endpoints for programs: OAuth's own, and those that APIs and apps ask beside them.
mod assertion;
mod authorize;
pub(crate) mod bearer;
mod client;
mod client_document;
mod client_logo;
mod device;
pub(crate) mod endpoints;
mod feed;
pub(crate) mod handover;
pub(crate) mod in_process;
mod introspect;
mod jwks;
mod limited;
mod logged;
mod logout;
pub(crate) mod long_poll;
mod metadata;
mod pinned;
pub(crate) mod possession;
mod protected_resource;
mod register;
mod request;
mod revoke;
mod token;
mod token_info;
mod userinfo;

use crate::account;
use crate::http::route::{delete, get, patch, post, put};
use crate::http::site::Site;
use config::Config;
use endpoints::{JWKS, metadata_names, signs};
use pages::path;

const POST: &str = "POST, OPTIONS";
const GET: &str = "GET, HEAD, OPTIONS";

/// Mounts those that are switched on.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    let paths = &config.paths;
    for path in &paths.authorize {
        site.entrance(path, get(authorize::get).merge(post(authorize::post)));
    }
    for path in &paths.logout {
        site.entrance(path, get(account::end_session).merge(post(logout::post)));
    }
    for path in &paths.token {
        site.endpoint(path, POST, post(token::token));
    }
    for path in &paths.revoke {
        site.endpoint(path, POST, post(revoke::revoke));
    }
    for path in &paths.introspect {
        site.endpoint(path, POST, post(introspect::introspect));
    }
    for path in &paths.revocations {
        site.endpoint(path, GET, get(feed::revocations));
    }
    for path in &paths.token_info {
        site.endpoint(path, GET, get(token_info::token_info));
    }
    for path in &paths.userinfo {
        let userinfo = get(userinfo::get).merge(post(userinfo::post));
        site.endpoint(path, "GET, HEAD, POST, OPTIONS", userinfo);
    }
    for path in &paths.register {
        site.endpoint(path, POST, post(register::register));
        let own = get(register::show)
            .merge(put(register::replace))
            .merge(delete(register::remove));
        let below = format!("{path}/{{client_id}}");
        site.endpoint(&below, "GET, HEAD, PUT, DELETE, OPTIONS", own);
    }
    for path in &paths.app {
        let own = get(client::show).merge(patch(client::change));
        site.endpoint(path, "GET, HEAD, PATCH, OPTIONS", own);
    }
    for path in &paths.device {
        site.endpoint(path, POST, post(device::device));
    }
    if config.portal.api {
        site.endpoint(path::OWN_API_DEVICE, POST, post(device::own));
    }
    if signs(config) {
        site.endpoint(JWKS, GET, get(jwks::jwks));
    }
    for path in protocol::protected_resource::paths(&config.policy) {
        site.root_endpoint(&path, GET, get(protected_resource::document));
    }
    for name in metadata_names(config) {
        site.well_known(name, GET, || get(metadata::metadata));
    }
}
