//! Why nothing is done with an organization.
use pages::{Speak, Text};
use protocol::organizations::OrganizationError;
use protocol::types::Language;

/// Why nothing is done, for people.
pub(super) fn sentence(error: OrganizationError, language: Language) -> Text {
    match error {
        OrganizationError::ForOwners => language.text("role"),
        OrganizationError::Name => language.text("organization-name-wrong"),
        OrganizationError::ProvidersName => language.text("organization-name-provider"),
        OrganizationError::ReviewMark => language.text("organization-name-mark"),
        OrganizationError::TakenName => language.text("organization-name-taken"),
        OrganizationError::Logo => language.text("app-logo-kind"),
        OrganizationError::Domain => language.text("domain-wrong"),
        OrganizationError::DomainTwice => language.text("domain-twice"),
        OrganizationError::ManyDomains => language.text("domain-many"),
        OrganizationError::Email => language.text("organization-email-wrong"),
        OrganizationError::Member => language.text("organization-is-member"),
        OrganizationError::Full => language.text("organization-full"),
        OrganizationError::Unknown => language.text("app-stale"),
        OrganizationError::LastOwner => language.text("organization-last-owner"),
        OrganizationError::HasApps => language.text("organization-has-apps"),
        OrganizationError::Unproved => language.text("organizations-unproved"),
        OrganizationError::SecondFactor => language.text("organization-second-own"),
        OrganizationError::OfCompany => language.text("organization-decided-elsewhere"),
    }
}
