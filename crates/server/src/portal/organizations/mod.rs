//! The pages of organizations. Each act is a rule of `protocol::organizations`, for whoever has a seat there.
mod acts;
mod apps;
mod domains;
mod list;
mod logo;
mod members;
mod refusal;
mod show;

use crate::http::site::Site;
use acts::{DissolveForm, RenameForm, SecondFactorForm};
use apps::{AppForm, NewAppsForm};
use config::Config;
use domains::{AddDomainForm, CheckDomainForm, RemoveDomainForm};
use list::{AcceptForm, DeclineForm, FoundForm};
use logo::{LogoForm, RemoveLogoForm};
use members::{InviteForm, RemoveForm, RoleForm, WithdrawForm};
use pages::portal::{
    Organizations, organization_apps_href, organization_domains_href, organization_href,
};

/// Mounts them, where developers run apps by page.
pub(super) fn mount(config: &Config, site: &mut Site) {
    if !config.portal.page {
        return;
    }
    site.page(Organizations::PATH, list::show);
    site.form::<FoundForm, _, _>(list::found);
    site.form::<AcceptForm, _, _>(list::accept);
    site.form::<DeclineForm, _, _>(list::decline);
    site.page(&organization_href("{id}"), show::show);
    site.page(&organization_apps_href("{id}"), apps::show);
    site.page(&organization_domains_href("{id}"), domains::show);
    site.form::<AddDomainForm, _, _>(domains::add);
    site.form::<CheckDomainForm, _, _>(domains::check);
    site.form::<RemoveDomainForm, _, _>(domains::remove);
    site.form::<AppForm, _, _>(apps::change);
    site.form::<NewAppsForm, _, _>(apps::judge_new);
    site.form::<RenameForm, _, _>(acts::rename);
    site.upload::<LogoForm, _, _>(logo::upload);
    site.form::<RemoveLogoForm, _, _>(logo::remove);
    site.form::<SecondFactorForm, _, _>(acts::require_second_factor);
    site.form::<DissolveForm, _, _>(acts::dissolve);
    site.form::<InviteForm, _, _>(members::invite);
    site.form::<WithdrawForm, _, _>(members::withdraw);
    site.form::<RoleForm, _, _>(members::set_role);
    site.form::<RemoveForm, _, _>(members::remove);
}
