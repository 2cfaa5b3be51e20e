//! The company's own login: browsers are sent there and come back (`browser`), and its server says who they are (`calls`) and to which of its organizations they belong (`memberships`).
//! The rules are those of `protocol::handoff`.
mod browser;
mod calls;
mod memberships;

pub(super) use browser::{begin, is_anew};

use crate::http::site::Site;
use config::Config;
use pages::path;

/// Mounts it, where people sign in there.
pub(super) fn mount(config: &Config, site: &mut Site) {
    if config.handoff.is_none() {
        return;
    }
    site.hook(path::LOGIN_CHALLENGE, calls::challenge);
    site.hook(path::LOGIN_ACCEPT, calls::accept);
    site.hook(path::LOGIN_REFUSE, calls::refuse);
    site.hook(path::LOGIN_END, calls::end_sessions);
    site.deciding_page(path::LOGIN_RETURN, browser::come_back);
}
