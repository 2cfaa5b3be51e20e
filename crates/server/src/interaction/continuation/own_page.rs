//! The pages that only those who are signed in have.
use super::spot::Spot;
use super::with_handle;
use crate::http::error::PageError;
use crate::http::reply;
use pages::admin::REQUESTS;
use pages::portal::{Organizations, PORTAL};
use pages::{ConnectedApps, Security, SignIns, path};

/// A page for those who are signed in, to which signing in leads back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnPage {
    /// A developer's apps.
    Apps,
    /// Their organizations.
    Organizations,
    /// The requests for review.
    Requests,
    /// The apps that a person let in.
    Connections,
    /// Their second factor.
    Security,
    /// Their sign-ins at other providers.
    SignIns,
}

impl OwnPage {
    pub(super) const ALL: [OwnPage; 6] = [
        OwnPage::Apps,
        OwnPage::Organizations,
        OwnPage::Requests,
        OwnPage::Connections,
        OwnPage::Security,
        OwnPage::SignIns,
    ];

    /// What stands for it in an address.
    pub(super) fn name(self) -> &'static str {
        match self {
            OwnPage::Apps => "apps",
            OwnPage::Organizations => "organizations",
            OwnPage::Requests => "requests",
            OwnPage::Connections => "connected-apps",
            OwnPage::Security => "security",
            OwnPage::SignIns => "sign-ins",
        }
    }

    /// The page that this stands for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.name() == name)
    }

    /// Where it is.
    pub(crate) fn href(self) -> &'static str {
        match self {
            OwnPage::Apps => PORTAL,
            OwnPage::Organizations => Organizations::PATH,
            OwnPage::Requests => REQUESTS,
            OwnPage::Connections => ConnectedApps::PATH,
            OwnPage::Security => Security::PATH,
            OwnPage::SignIns => SignIns::PATH,
        }
    }

    /// The way to the second factor, which what they want there takes, and back.
    pub(crate) fn second_factor(self) -> PageError {
        let way = with_handle(path::SECOND_FACTOR, Some(self.name()));
        PageError::instead(reply::see_other(&way))
    }

    /// The sign-in page, from which to go on to it.
    pub(crate) fn sign_in(self) -> String {
        with_handle(path::SIGN_IN, Some(self.name()))
    }

    /// The sign-in page, from which to go on to a page below it, if `here` is one.
    pub(crate) fn sign_in_from(self, here: Option<&str>) -> String {
        match here.and_then(Spot::at) {
            Some(spot) => with_handle(path::SIGN_IN, Some(&spot.name())),
            None => self.sign_in(),
        }
    }
}
