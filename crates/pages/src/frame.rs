//! What every page has around its content.

use crate::Brand;

/// What every page has around its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Name of the provider, as its users know it.
    pub product: String,
    /// Id of this request, shown small in the footer so that people can quote it.
    pub request_id: String,
    /// Email address of the signed-in person.
    pub signed_in_as: Option<String>,
    /// What else the page shows of the provider's brand.
    pub brand: Brand,
    /// Whether this is the test side, which gets a small marker.
    pub test_side: bool,
    /// Whether the footer links the developer pages: not while an app waits for an answer.
    pub developers: bool,
}
