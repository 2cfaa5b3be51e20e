//! The pages on which developers run their apps.
mod app;
mod apps;
mod fields;
mod new_app;
mod organization;
mod organizations;
mod review;
mod scopes;
mod secret;
mod transfer;

pub use app::{AppPage, CheckedUri, SECRET_DAYS, SecretLine};
pub use apps::{AppRow, Apps, DeletedRow, OwnerTab, apps_of};
pub use fields::{AppFields, AppLabels, MAX_REDIRECT_URIS, MAX_SCOPES};
pub use new_app::NewApp;
pub use organization::{InvitationRow, MemberRow, OrganizationPage, organization_href, role_text};
pub use organizations::{InvitedRow, OrganizationRow, Organizations};
pub use review::{AppRequest, AppReview, AskFields, WantedScope, review_href};
pub use scopes::{ScopeBox, ScopeChoice};
pub use secret::NewSecret;
pub use transfer::{OfferRow, Transfer};

use crate::{Sample, Text};
use protocol::types::Language;

/// Where the list is, and what each path of these pages begins with.
pub const PORTAL: &str = "/apps";

/// What every page of the portal shows above its heading: where it is, in the provider's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail(pub Vec<Text>);

pub(crate) fn samples_of_pages(language: Language) -> Vec<Sample> {
    [
        apps::samples_of_pages(language),
        new_app::samples_of_pages(language),
        app::samples_of_pages(language),
        secret::samples_of_pages(language),
        organizations::samples_of_pages(language),
        organization::samples_of_pages(language),
        review::samples_of_pages(language),
    ]
    .concat()
}

/// The address of an app's own page.
#[must_use]
pub fn app_href(client_id: &str) -> String {
    format!("{PORTAL}/{client_id}")
}
