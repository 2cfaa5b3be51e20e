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
mod once;
mod organizations;
pub(crate) mod playing;
mod talk;

use crate::http::site::Site;
use config::Config;
use pages::path;

/// What the description of our own API speaks of.
#[cfg(test)]
pub(crate) fn described() -> std::collections::BTreeSet<String> {
    api::described()
}

/// Mounts the pages for developers, if there are any.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    apps::mount(config, site);
    organizations::mount(config, site);
    admin::mount(config, site);
    api::mount(config, site);
    if config.developers.page || config.portal.api {
        site.page(path::LLMS, docs::show);
    }
    if config.developers.page {
        site.page(path::DEVELOPERS, docs::show);
        site.page(path::DEVELOPERS_MARKDOWN, docs::show);
        site.page(&format!("{}/{{*page}}", path::DEVELOPERS), docs::show);
        for alias in config.developers.aliases.keys() {
            site.page(alias, docs::show);
        }
    }
}
