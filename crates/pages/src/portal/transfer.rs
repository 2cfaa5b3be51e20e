//! Apps that change hands.
use crate::Text;

/// What the page of an app says of handing it over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// To whom it is offered, until when, and what the form that takes the offer back carries.
    pub open: Option<(String, Text, String)>,
    /// Number and name of each organization that it could go to.
    pub organizations: Vec<(String, String)>,
    /// The address that was typed.
    pub email: String,
    /// The number of the organization that was chosen.
    pub organization: String,
}

/// An app that somebody is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRow {
    /// What the forms carry.
    pub id: String,
    /// What the app is called.
    pub name: String,
    /// Who offers it, to whom, and until when.
    pub offered: Text,
}
