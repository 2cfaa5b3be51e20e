//! The pages for those who administer the provider.
mod developers;
mod request;
mod requests;

pub use developers::{Developers, InvitedDeveloperRow};
pub use request::{LookedAt, RequestPage};
pub use requests::{RequestRow, Requests};

use crate::Sample;
use protocol::types::Language;

/// Where the requests for review are listed, and what the page of each begins with.
pub const REQUESTS: &str = "/admin/requests";

/// Where a request is, by its id.
#[must_use]
pub fn request_href(id: &str) -> String {
    format!("{REQUESTS}/{id}")
}

pub(crate) fn samples_of_pages(language: Language) -> Vec<Sample> {
    [
        developers::samples_of_pages(language),
        requests::samples_of_pages(language),
        request::samples_of_pages(language),
    ]
    .concat()
}
