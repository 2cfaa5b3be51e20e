//! What every page has around its content.

/// What every page has around its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Name of the provider, as its users know it.
    pub product: String,
    /// Id of this request, shown small in the footer so that people can quote it.
    pub request_id: String,
    /// Email address of the signed-in person.
    pub signed_in_as: Option<String>,
    /// Accent colour in CSS, already validated. It is not written into the page:
    /// when present, the page links `/assets/brand.css`, made by
    /// [`brand_stylesheet`](crate::brand_stylesheet).
    pub accent: Option<String>,
    /// Whether this is the test side, which gets a small marker.
    pub test_side: bool,
    /// Whether the footer links the developer pages: not while an app waits for an answer.
    pub developers: bool,
}
