//! The language and the time zone that a person chooses.
use super::sessions::{done, own_form};
use crate::http::cookies::Spoken;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock::Zone;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Problem, Speak, path};
use protocol::Params;
use protocol::accounts::people::set_preferences;
use protocol::types::{Language, Preferences};

/// What somebody chose; what is empty is as usual.
pub(crate) struct PreferencesForm {
    language: String,
    zone: String,
}

impl Form for PreferencesForm {
    const PATH: &'static str = pages::Preferences::PATH;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
        PreferencesForm {
            language: field("language"),
            zone: field("zone"),
        }
    }
}

/// `GET`: the form.
pub(crate) async fn show(State(app): State<App>, browser: BrowserContext) -> Response {
    match browser.session.clone() {
        Some(facts) => page(&app, browser, facts.preferences, Vec::new()),
        None => reply::see_other(path::SIGN_IN),
    }
}

/// `POST`: keeps the choice, with the account and in this browser.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<PreferencesForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = own_form(&app, posted).await?;
    let zone = Some(form.zone).filter(|zone| !zone.is_empty());
    let preferences = Preferences {
        language: Language::of_tag(&form.language),
        zone,
    };
    if let Some(zone) = &preferences.zone
        && Zone::named(zone).is_none()
    {
        let sentence = browser.language.text("preferences-no-such-zone");
        let problems = vec![Problem::new("zone", sentence)];
        return Ok(page(&app, browser, preferences, problems));
    }
    let change = set_preferences(&facts.person, preferences.clone());
    app.settle_one(change, app.act_now(browser.address)).await?;
    let mut response = reply::see_other(&done("preferences"));
    match preferences.language {
        Some(language) => app.cookies.set::<Spoken>(&mut response, language.tag()),
        None => app.cookies.clear::<Spoken>(&mut response),
    }
    Ok(response)
}

fn page(
    app: &App,
    mut browser: BrowserContext,
    chosen: Preferences,
    problems: Vec<Problem>,
) -> Response {
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = pages::Preferences {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        language: chosen.language,
        zone: chosen.zone,
        usual_zone: app.zone_of(&Preferences::default()).name().to_owned(),
        zones: Zone::names(),
        problems,
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}
