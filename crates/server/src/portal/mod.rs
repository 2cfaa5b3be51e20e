//! What outside developers are shown, and those who look at their apps.
mod admin;
mod apps;
mod daily;
mod desk;
mod docs;
mod offer;
mod organizations;
mod picture;
pub(crate) mod playing;
mod talk;

use crate::http::site::Site;
use config::Config;
use pages::path;

/// Mounts the pages for developers, if there are any.
pub(crate) fn mount(config: &Config, site: &mut Site) {
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
