//! Sign-ins at other providers: browsers are sent there (`away`) and come back (`back`), and people say which of them lead to
//! their account (`own`). The rules are those of `protocol::upstream`.
mod away;
mod back;
mod own;
mod sentences;

pub(super) use away::{begun_at, lead, leads, offered, sign_out_there};

use crate::http::site::Site;
use crate::ops::upstream::{UpstreamProvider, Way};
use crate::state::AppState;
use config::Config;
use own::{AddForm, RemoveForm};
use pages::{SignIns, path};

/// Mounts it, where people can sign in elsewhere.
pub(super) fn mount(config: &Config, site: &mut Site) {
    if config.upstream.is_empty() {
        return;
    }
    site.page(path::UPSTREAM, away::begin);
    site.deciding_page(path::UPSTREAM_RETURN, back::come_back);
    site.page(SignIns::PATH, own::show);
    site.form::<AddForm, _, _>(own::add);
    site.form::<RemoveForm, _, _>(own::remove);
}

/// The provider that this id stands for.
fn named<'a>(app: &'a AppState, id: &str) -> Option<&'a UpstreamProvider> {
    let mut all = app.upstream.iter();
    all.find(|upstream| upstream.provider().id == id)
}

fn way(app: &AppState) -> Way<'_> {
    Way {
        outbound: &app.outbound,
        keys: &app.client_keys,
        plain: app.config.base().starts_with("http://"),
    }
}

/// Where a provider sends browsers back to.
fn redirect_uri(app: &AppState, upstream: &UpstreamProvider) -> String {
    let back = path::upstream_return(&upstream.provider().id);
    format!("{}{back}", app.config.base())
}
