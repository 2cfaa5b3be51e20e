//! The fields of an app, between what a form carries, what a rule takes and what a page shows.
use crate::state::App;
use pages::portal::{AppFields, AppLabels};
use pages::{Problem, Text};
use protocol::Params;
use protocol::register::{Field, RegistrationErrors};
use protocol::types::{AppLinks, Client, GrantType, RedirectUri};

/// The most fields for redirect URIs that a page has.
const MOST: usize = 20;
/// Empty ones among them.
const SPARE: usize = 2;

/// Reads what was typed.
pub(super) fn read(fields: &Params) -> AppFields {
    let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let redirect_uris = (1..=MOST)
        .map(|number| field(&format!("redirect-{number}")).trim().to_owned())
        .filter(|uri| !uri.is_empty());
    AppFields {
        name: field("name"),
        homepage: field("homepage").trim().to_owned(),
        redirect_uris: redirect_uris.collect(),
        description: field("description"),
        privacy: field("privacy").trim().to_owned(),
        terms: field("terms").trim().to_owned(),
        support: field("support").trim().to_owned(),
        contact: field("contact").trim().to_owned(),
        device: Some(fields.get("device").is_some()),
        own_behalf: Some(fields.get("own-behalf").is_some()),
    }
}

/// What an app has.
pub(super) fn of(client: &Client) -> AppFields {
    let uris = client.redirect_uris.iter().map(RedirectUri::as_str);
    AppFields {
        name: client.name.clone(),
        homepage: client.homepage.clone(),
        redirect_uris: uris.map(str::to_owned).collect(),
        description: client.description.clone(),
        privacy: client.links.privacy_policy.clone(),
        terms: client.links.terms.clone(),
        support: client.links.support.clone(),
        contact: client.links.contact.clone(),
        device: Some(client.may_use(GrantType::DeviceCode)),
        own_behalf: Some(client.may_use(GrantType::ClientCredentials)),
    }
}

/// The links among them.
pub(super) fn links(fields: &AppFields) -> AppLinks {
    AppLinks {
        privacy_policy: fields.privacy.clone(),
        terms: fields.terms.clone(),
        support: fields.support.clone(),
        contact: fields.contact.clone(),
    }
}

/// As a page shows them: a few empty fields for redirect URIs, and only what this provider has.
pub(super) fn shown(app: &App, mut fields: AppFields) -> AppFields {
    let most = app.policy().redirects.max.min(MOST);
    let filled = fields.redirect_uris.len();
    let places = (filled + SPARE).min(most).max(filled).max(1);
    fields.redirect_uris.resize(places, String::new());
    let offered = |grant| app.policy().allows(grant);
    fields.device = fields.device.filter(|_| offered(GrantType::DeviceCode));
    fields.own_behalf = fields
        .own_behalf
        .filter(|_| offered(GrantType::ClientCredentials));
    fields
}

/// What the documented provider calls them.
pub(super) fn labels(app: &App) -> AppLabels {
    let labels = &app.config.portal.labels;
    AppLabels {
        name: labels.name.clone(),
        homepage: labels.homepage.clone(),
        redirect_uri: labels.redirect_uri.clone(),
        description: labels.description.clone(),
    }
}

/// What a rule found wrong, beside the field where it was typed.
pub(super) fn problems(errors: &RegistrationErrors, fields: &AppFields) -> Vec<Problem> {
    let problem = |error: &protocol::register::RegistrationError| {
        let field = match error.field {
            Field::Name => "name".to_owned(),
            Field::Homepage => "homepage".to_owned(),
            Field::Description => "description".to_owned(),
            Field::PrivacyPolicy => "privacy".to_owned(),
            Field::Terms => "terms".to_owned(),
            Field::Support => "support".to_owned(),
            Field::Contact => "contact".to_owned(),
            Field::RedirectUris => redirect_field(error.value.as_deref(), fields),
            Field::Secret
            | Field::Owner
            | Field::Kind
            | Field::Grants
            | Field::Scopes
            | Field::ApprovedScope
            | Field::ResourceServer
            | Field::Logo
            | Field::Test
            | Field::Version
            | Field::Body => String::new(),
        };
        Problem::new(&field, Text::of_others(capital(&error.sentence)))
    };
    errors.iter().map(problem).collect()
}

fn redirect_field(value: Option<&str>, fields: &AppFields) -> String {
    let mut own = fields.redirect_uris.iter();
    let at = own.position(|uri| Some(uri.as_str()) == value);
    format!("redirect-{}", at.unwrap_or(0) + 1)
}

/// A sentence as it stands by itself.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}
