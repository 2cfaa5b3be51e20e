//! The pages for those who look at apps and say who makes them: administrators alone. To anybody else who is signed in they are not there.
mod desk;
mod developers;
mod judge;
mod list;
mod show;

use crate::http::site::Site;
use config::Config;
use developers::{InviteForm, WithdrawForm};
use judge::JudgeForm;
use pages::admin::{Developers, REQUESTS};

/// Mounts them, unless developers have no pages.
pub(super) fn mount(config: &Config, site: &mut Site) {
    if !config.portal.page {
        return;
    }
    site.page(REQUESTS, list::show);
    site.page(&format!("{REQUESTS}/{{id}}"), show::show);
    site.form::<JudgeForm, _, _>(judge::judge);
    site.page(Developers::PATH, developers::show);
    site.form::<InviteForm, _, _>(developers::invite);
    site.form::<WithdrawForm, _, _>(developers::withdraw);
}
