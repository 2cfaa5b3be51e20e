//! The texts and addresses that an app tells of itself.
use super::error::{Field, Findings, RegistrationError, wrong};
use super::{MAX_DESCRIPTION, MAX_NAME};
use crate::types::email::{email_text, is_email};
use crate::types::text::is_plain;
use crate::types::{AppLinks, RedirectUri};

pub(crate) fn check_name(name: &str) -> Result<(), RegistrationError> {
    let name = name.trim();
    match name.is_empty() || name.chars().count() > MAX_NAME {
        true => Err(wrong(
            Field::Name,
            "an app needs a name of 1 to 80 characters",
        )),
        false => check_plain(Field::Name, name),
    }
}

pub(crate) fn check_description(description: &str) -> Result<(), RegistrationError> {
    let description = description.trim();
    match description.chars().count() > MAX_DESCRIPTION || description.contains(['\n', '\r']) {
        true => Err(wrong(
            Field::Description,
            "a description has at most 500 characters on one line",
        )),
        false => check_plain(Field::Description, description),
    }
}

fn check_plain(field: Field, text: &str) -> Result<(), RegistrationError> {
    match is_plain(text) {
        true => Ok(()),
        false => Err(wrong(
            field,
            format!(
                "the {} has a character that cannot be seen or turns the text around, or a letter with more than four marks",
                field.as_str()
            ),
        )),
    }
}

/// A homepage obeys the rules of a redirect URI on the web, so it can never be `javascript:` or the like.
pub(crate) fn check_homepage(homepage: &str) -> Result<(), RegistrationError> {
    let is_web = homepage.starts_with("https://") || homepage.starts_with("http://");
    match RedirectUri::register(homepage) {
        Ok(_) if is_web => Ok(()),
        _ => Err(wrong(
            Field::Homepage,
            "the homepage must be an https URL, such as https://app.example",
        )),
    }
}

/// Takes the further pages and addresses as they are kept; each may be empty.
pub(crate) fn check_links(links: &AppLinks, found: &mut Findings) -> AppLinks {
    let mut take = |checked: Result<String, RegistrationError>| found.take(checked);
    AppLinks {
        privacy_policy: take(check_page(Field::PrivacyPolicy, &links.privacy_policy))
            .unwrap_or_default(),
        terms: take(check_page(Field::Terms, &links.terms)).unwrap_or_default(),
        support: take(check_support(&links.support)).unwrap_or_default(),
        contact: take(check_contact(&links.contact)).unwrap_or_default(),
    }
}

fn check_page(field: Field, page: &str) -> Result<String, RegistrationError> {
    let page = page.trim();
    match page.is_empty() || is_page(page) {
        true => Ok(page.to_owned()),
        false => Err(wrong(
            field,
            format!(
                "{} must be an https URL, such as https://app.example/legal, or be left out",
                field.as_str()
            ),
        )),
    }
}

/// An address is kept without `mailto:`, so that it is judged and shown as one.
fn check_support(support: &str) -> Result<String, RegistrationError> {
    let support = support.trim();
    let address = email_text(support.strip_prefix("mailto:").unwrap_or(support));
    match support.is_empty() || is_page(support) {
        true => Ok(support.to_owned()),
        false if is_email(&address) => Ok(address),
        false => Err(wrong(
            Field::Support,
            "support must be an https URL or an e-mail address, or be left out",
        )),
    }
}

fn check_contact(contact: &str) -> Result<String, RegistrationError> {
    let address = email_text(contact);
    match address.is_empty() || is_email(&address) {
        true => Ok(address),
        false => Err(wrong(
            Field::Contact,
            "contact must be an e-mail address, or be left out",
        )),
    }
}

fn is_page(url: &str) -> bool {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web && RedirectUri::register(url).is_ok()
}
