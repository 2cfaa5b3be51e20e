//! What outside developers are shown, and those who look at their apps.
mod admin;
mod api;
mod apps;
mod daily;
mod desk;
mod docs;
mod llms;
mod managed;
mod offer;
mod offered;
mod once;
mod organizations;
mod picture;
mod playing;
mod reviewed;
mod sign_in;
mod talk;
mod test_switch;

use crate::http::site::Site;
use config::Config;
use pages::path;
use protocol::accounts::handover::CALLBACK;

/// What the description of our own API speaks of.
#[cfg(test)]
pub(crate) fn described() -> std::collections::BTreeSet<String> {
    api::described()
}

/// Mounts what is on the issuer's host: the API for programs, and the pages unless they have a host of their own.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    api::mount(config, site);
    mount_llms(config, site);
    if !config.has_portal_host() {
        mount_pages(config, site);
    }
}

/// Mounts the pages for developers, if there are any.
pub(crate) fn mount_pages(config: &Config, site: &mut Site) {
    apps::mount(config, site);
    organizations::mount(config, site);
    admin::mount(config, site);
    if config.developers.page {
        site.page(path::DEVELOPERS, docs::show);
        site.page(path::DEVELOPERS_MARKDOWN, docs::show);
        site.page(&format!("{}/{{*page}}", path::DEVELOPERS), docs::show);
        for alias in config.developers.aliases.keys() {
            site.page(alias, docs::show);
        }
    }
}

/// Mounts what agents read first, on either host.
fn mount_llms(config: &Config, site: &mut Site) {
    if config.developers.page || config.portal.api {
        site.page(path::LLMS, docs::show);
    }
}

/// Mounts what a host of its own needs besides: the way in by the issuer, the first page, and what agents read first.
pub(crate) fn mount_host(config: &Config, site: &mut Site) {
    mount_llms(config, site);
    site.page(path::HOME, sign_in::home);
    site.page(path::SIGN_IN, sign_in::begin);
    site.deciding_page(CALLBACK, sign_in::done);
    site.page(path::SIGN_OUT, sign_in::out);
}
