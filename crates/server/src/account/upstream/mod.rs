//! Sign-ins at other providers: browsers are sent there (`away`) and come back (`back`), and people say which of them lead to
//! their account (`own`). The rules are those of `protocol::upstream`.
mod away;
mod back;
mod known;
mod own;
mod sentences;

pub(super) use away::{begun_at, lead, leads, offered, sign_out_there};

use crate::http::site::Site;
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
