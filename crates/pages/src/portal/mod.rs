//! The pages on which developers run their apps.
mod app;
mod apps;
mod fields;
mod kept;
mod keys;
mod log;
mod new_app;
mod openid;
mod organization;
mod organization_apps;
mod organization_domains;
mod organizations;
mod picture;
mod playground;
mod review;
mod scopes;
mod secret;
mod terms;
mod test_side;
mod transfer;
mod try_it;

pub use app::{AppPage, CheckedUri, SECRET_DAYS, SecretLine, TestOf, TypedSecret};
pub use apps::{AppRow, Apps, DeletedRow, OwnerTab, apps_of};
pub use fields::{AppFields, AppLabels, MAX_REDIRECT_URIS, MAX_SCOPES};
pub use kept::KeptForm;
pub use keys::{AppKeys, KeyLine};
pub use log::{LogFilter, RequestEntry, RequestLog, RequestRow};
pub use new_app::NewApp;
pub use openid::AppOpenId;
pub use organization::{InvitationRow, MemberRow, OrganizationPage, organization_href, role_text};
pub use organization_apps::{OrganizationApps, WorkspaceAppRow, organization_apps_href};
pub use organization_domains::{
    DomainRow, DomainState, OrganizationDomains, organization_domains_href,
};
pub use organizations::{InvitedRow, OrganizationRow, Organizations};
pub use playground::{PlayAnswer, PlayRun, PlayStep, PlaygroundBack, PlaygroundPage, StepState};
pub use review::{AppRequest, AppReview, AskFields, WantedScope, review_href};
pub use scopes::{ScopeBox, ScopeChoice};
pub use secret::NewSecret;
pub use terms::{DEVELOPER_TERMS, TermsAsked};
pub use test_side::{TestPerson, TestSideOn, TestSidePage, test_href};
pub use transfer::{OfferRow, Transfer};
pub use try_it::{BuiltLink, TryPage, TryScope, try_href};

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
        kept::samples_of_pages(language),
        test_side::samples_of_pages(language),
        try_it::samples_of_pages(language),
        playground::samples_of_pages(language),
        organizations::samples_of_pages(language),
        organization::samples_of_pages(language),
        organization_apps::samples_of_pages(language),
        organization_domains::samples_of_pages(language),
        log::samples_of_pages(language),
        review::samples_of_pages(language),
    ]
    .concat()
}

/// The address of an app's own page.
#[must_use]
pub fn app_href(client_id: &str) -> String {
    format!("{PORTAL}/{client_id}")
}

/// The address of the playground of a live app, which is on its test side.
#[must_use]
pub fn playground_href(client_id: &str) -> String {
    format!("{}/playground", app_href(client_id))
}

/// The address of what an app's requests were told.
#[must_use]
pub fn log_href(client_id: &str) -> String {
    format!("{}/log", app_href(client_id))
}

/// The address of one of them, by the id that its answer named.
#[must_use]
pub fn request_href(client_id: &str, request_id: &str) -> String {
    format!("{}?request={request_id}", log_href(client_id))
}
