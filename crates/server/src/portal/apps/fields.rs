//! The fields of an app, between what a form carries, what a rule takes and what a page shows.
use crate::state::App;
use pages::portal::{AppFields, AppLabels, MAX_REDIRECT_URIS};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::register::{Field, RegistrationError, RegistrationErrors};
use protocol::types::{AppLinks, Client, GrantType, Language, RedirectUri, RedirectUriFault};

/// The fewest fields for redirect URIs that a page has, where an app may have so many.
const FIRST: usize = 3;
/// Empty ones among them.
const SPARE: usize = 2;

/// Reads what was typed.
pub(super) fn read(params: &Params) -> AppFields {
    let redirect_uris = (1..=MAX_REDIRECT_URIS)
        .map(|number| params.text(&format!("redirect-{number}")).trim().to_owned())
        .filter(|uri| !uri.is_empty());
    AppFields {
        name: params.text("name"),
        homepage: params.text("homepage").trim().to_owned(),
        redirect_uris: redirect_uris.collect(),
        description: params.text("description"),
        privacy: params.text("privacy").trim().to_owned(),
        terms: params.text("terms").trim().to_owned(),
        support: params.text("support").trim().to_owned(),
        contact: params.text("contact").trim().to_owned(),
        device: Some(params.get("device").is_some()),
        own_behalf: Some(params.get("own-behalf").is_some()),
        bound: params.get("bound").is_some(),
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
        bound: client.dpop_bound,
    }
}

/// What each field has now that says something else than was typed, beside that field: for a form that shows what was typed
/// over what somebody changed meanwhile.
pub(super) fn now(
    now: &AppFields,
    typed: &AppFields,
    labels: &AppLabels,
    language: Language,
) -> Vec<Problem> {
    let own = |own: &Option<String>, ours: Text| own.as_ref().map_or(ours, Text::of_others);
    let name = own(&labels.name, language.text("app-name"));
    let homepage = own(&labels.homepage, language.text("app-homepage"));
    let description = own(&labels.description, language.text("app-description"));
    let uri = own(&labels.redirect_uri, language.text("app-redirect-uri"));
    let mut all = vec![
        ("name".to_owned(), name, &*now.name, &*typed.name),
        (
            "homepage".to_owned(),
            homepage,
            &now.homepage,
            &typed.homepage,
        ),
        (
            "description".to_owned(),
            description,
            &now.description,
            &typed.description,
        ),
        (
            "privacy".to_owned(),
            language.text("app-privacy"),
            &now.privacy,
            &typed.privacy,
        ),
        (
            "terms".to_owned(),
            language.text("app-terms"),
            &now.terms,
            &typed.terms,
        ),
        (
            "support".to_owned(),
            language.text("app-support"),
            &now.support,
            &typed.support,
        ),
        (
            "contact".to_owned(),
            language.text("app-contact"),
            &now.contact,
            &typed.contact,
        ),
    ];
    for at in 0..now.redirect_uris.len().max(typed.redirect_uris.len()) {
        let (now, typed) = (redirect_uri_at(now, at), redirect_uri_at(typed, at));
        all.push((format!("redirect-{}", at + 1), uri.clone(), now, typed));
    }
    let texts = all.into_iter().filter(|(_, _, now, typed)| now != typed);
    let texts = texts.map(|(field, label, now, _)| {
        let sentence = match now.is_empty() {
            true => language.text_of("field-now-empty", &[("field", &label)]),
            false => language.text_of("field-now", &[("field", &label), ("value", &now)]),
        };
        Problem::new(&field, sentence)
    });
    texts.chain(ticks_now(now, typed, language)).collect()
}

fn ticks_now(now: &AppFields, typed: &AppFields, language: Language) -> Vec<Problem> {
    let ticks = [
        (language.text("app-device"), now.device, typed.device),
        (
            language.text("app-own-behalf"),
            now.own_behalf,
            typed.own_behalf,
        ),
        (
            language.text("app-bound"),
            Some(now.bound),
            Some(typed.bound),
        ),
    ];
    let ticks = ticks.into_iter().filter(|(_, now, typed)| now != typed);
    let ticks = ticks.map(|(label, now, _)| {
        let sentence = match now == Some(true) {
            true => language.text_of("field-now-ticked", &[("field", &label)]),
            false => language.text_of("field-now-unticked", &[("field", &label)]),
        };
        Problem::new("", sentence)
    });
    ticks.collect()
}

fn redirect_uri_at(fields: &AppFields, place: usize) -> &str {
    fields.redirect_uris.get(place).map_or("", String::as_str)
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
    let most = app.policy().redirects.max.min(MAX_REDIRECT_URIS);
    let filled = fields.redirect_uris.len();
    let places = (filled + SPARE).max(FIRST).min(most).max(filled).max(1);
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

/// What a rule found wrong, beside the field where it was typed, in the developer's language.
pub(super) fn problems(
    errors: &RegistrationErrors,
    fields: &AppFields,
    language: Language,
) -> Vec<Problem> {
    let problem = |error: &RegistrationError| match error.field {
        Field::Name => Problem::new("name", language.text("app-name-wrong")),
        Field::ProvidersName => Problem::new("name", language.text("app-name-provider")),
        Field::ReviewMark => Problem::new("name", language.text("app-name-mark")),
        Field::TakenName => Problem::new("name", language.text("app-name-taken")),
        Field::Count => Problem::new("", language.text("app-count")),
        Field::Homepage => Problem::new("homepage", language.text("app-homepage-wrong")),
        Field::Description => Problem::new("description", language.text("app-description-wrong")),
        Field::PrivacyPolicy => Problem::new("privacy", language.text("app-link-wrong")),
        Field::Terms => Problem::new("terms", language.text("app-link-wrong")),
        Field::Support => Problem::new("support", language.text("app-support-wrong")),
        Field::Contact => Problem::new("contact", language.text("app-contact-wrong")),
        Field::RedirectUris => redirect_uri(error.value.as_deref(), fields, language),
        Field::Test => Problem::new("", language.text("app-test-wrong")),
        Field::Grants | Field::Kind => Problem::new("", language.text("app-grants-wrong")),
        // They have a form of their own.
        Field::AuthMethod | Field::AuthAlgorithm | Field::Jwks | Field::JwksUri => {
            Problem::new("", language.text("app-stale"))
        }
        Field::Reasons => Problem::new("", language.text("app-reason-wrong")),
        Field::Scopes | Field::ApprovedScope => Problem::new("", language.text("app-scopes-wrong")),
        Field::ClientId
        | Field::Secret
        | Field::Owner
        | Field::ResourceServer
        | Field::Logo
        | Field::PostLogoutRedirectUris
        | Field::BackChannelLogoutUri
        | Field::IdTokenAlgorithm
        | Field::UserInfoAlgorithm
        | Field::Version
        | Field::Metadata
        | Field::Off
        | Field::Body => Problem::new("", language.text("app-stale")),
    };
    errors.iter().map(problem).collect()
}

/// What is wrong with one of the redirect URIs, or with how many there are. It stands at the last field with that URI:
/// one that is there twice is to be taken away where it came second.
fn redirect_uri(value: Option<&str>, fields: &AppFields, language: Language) -> Problem {
    let mut own = fields.redirect_uris.iter();
    let at = own.rposition(|uri| Some(uri.as_str()) == value);
    let field = format!("redirect-{}", at.unwrap_or(0) + 1);
    let fault = value.map(RedirectUri::register);
    let sentence = match (fault, fields.redirect_uris.is_empty()) {
        (Some(Err(fault)), _) => redirect_uri_fault(fault, language),
        (Some(Ok(_)), _) => language.text("redirect-uri-twice"),
        (None, true) => language.text("redirect-uris-none"),
        (None, false) => language.text("redirect-uris-many"),
    };
    Problem::new(&field, sentence)
}

fn redirect_uri_fault(fault: RedirectUriFault, language: Language) -> Text {
    match fault {
        RedirectUriFault::Fragment => language.text("redirect-fragment"),
        RedirectUriFault::Http => language.text("redirect-http"),
        RedirectUriFault::UserInfo => language.text("redirect-user"),
        RedirectUriFault::Scheme => language.text("redirect-private"),
        RedirectUriFault::TooLong
        | RedirectUriFault::Malformed
        | RedirectUriFault::Missing
        | RedirectUriFault::Unregistered => language.text("redirect-unfit"),
    }
}
