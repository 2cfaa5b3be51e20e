//! The API by which programs run a person's apps. Each act is a rule of `protocol::apps`, the same that pages and commands
//! call. What is mounted and what is described is one table.
mod apps;
mod caller;
mod change;
mod describe;
mod fault;
mod log;
mod logo;
mod openid;
mod operation;
mod routes;
mod secrets;
mod sent;
mod terms;
mod test_side;
mod together;
mod view;

use crate::http::route::get;
use crate::http::site::Site;
use config::Config;
use describe::DESCRIPTION;
#[cfg(test)]
pub(super) use describe::described;
use routes::places;

/// Mounts it, unless there is none.
pub(super) fn mount(config: &Config, site: &mut Site) {
    if !config.portal.api {
        return;
    }
    for place in places() {
        let routes = place.operations.iter().map(|one| (one.handler)());
        let all = routes.reduce(|all, one| all.merge(one));
        site.endpoint(place.path, place.methods, all.unwrap_or_default());
    }
    site.endpoint(DESCRIPTION, "GET, HEAD, OPTIONS", get(describe::show));
}
