//! A person's own page about their second factor. It takes a proof of the last ten minutes.
use super::told::tells;
use crate::account::ceremonies;
use crate::account::sessions::{everyones, own_form};
use crate::http::cookies::random;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Form, Posted, Query};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{OwnPage, after_url};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{RecoveryCodes, Security, Speak, Text, path};
use protocol::Params;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::{Authenticator, needs, remove as removal, replace_codes};
use protocol::apps::signed_in_lately;
use protocol::facts::SessionFacts;
use store::Outcome;

/// Longest `round` that a form brings, in characters.
const LONGEST: usize = 64;

/// What the page says besides.
#[derive(Default)]
pub(in crate::account) struct Said {
    pub(in crate::account) notice: Option<Text>,
    pub(in crate::account) problem: Option<Text>,
}

/// A form of the page, by somebody who does not sign in at the company's own login.
pub(in crate::account) async fn of_here<F: Form>(
    app: &App,
    posted: Posted<F>,
) -> Result<(BrowserContext, SessionFacts, F), PageError> {
    let (browser, facts, form) = own_form(app, posted).await?;
    match facts.person.external_id {
        None => Ok((browser, facts, form)),
        Some(_) => Err(PageFault::NotFound.into()),
    }
}

/// `GET`: the page.
pub(crate) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let Some(facts) = browser.session.clone() else {
        return Ok(reply::see_other(&OwnPage::Security.sign_in()));
    };
    if app.config.is_published(&facts.person.email) {
        return Ok(everyones(&app, &mut browser, StatusCode::OK));
    }
    if facts.person.external_id.is_some() {
        return Err(PageFault::NotFound.into());
    }
    proved(&facts)?;
    let done = match params.get("done") {
        Some("removed") => Some("security-done-removed"),
        Some("passkey-added") => Some("passkeys-done-added"),
        Some("passkey-renamed") => Some("passkeys-done-renamed"),
        Some("passkey-removed") => Some("passkeys-done-removed"),
        _ => None,
    };
    let said = Said {
        notice: done.map(|id| browser.language.text(id)),
        problem: None,
    };
    page(&app, browser, &facts, said).await
}

/// Whether they proved lately who they are.
///
/// # Errors
/// The way to do so, and back.
pub(in crate::account) fn proved(facts: &SessionFacts) -> Result<(), PageError> {
    match signed_in_lately(&facts.session, clock::now()) {
        true => Ok(()),
        false => {
            let sign_in = after_url(&OwnPage::Security.sign_in(), "proof");
            Err(PageError::instead(reply::see_other(&sign_in)))
        }
    }
}

/// The page, as it is now.
///
/// # Errors
/// When the store fails.
pub(in crate::account) async fn page(
    app: &App,
    mut browser: BrowserContext,
    facts: &SessionFacts,
    Said { notice, problem }: Said,
) -> Result<Response, PageError> {
    let has = app.store.second_factors(facts.person.subject).await?;
    if !has.is_none() && !facts.session.has_second_factor() {
        let prove = format!("{}?request=security", path::SECOND_FACTOR);
        return Ok(reply::see_other(&prove));
    }
    let zone = app.zone_of(&facts.preferences);
    let language = browser.language;
    let since = |has: &Authenticator| Text::of_others(zone.moment(has.created_at, language));
    let status = match problem.is_none() {
        true => StatusCode::OK,
        false => StatusCode::CONFLICT,
    };
    let passkeys = ceremonies::section(app, &mut browser, facts).await?;
    let page = Security {
        passkeys,
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        since: has.app.as_ref().map(since),
        codes_left: has.codes_left,
        round: random(),
        needed: needs(&facts.person, app.policy()),
        notice,
        problem,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// That the recovery codes are made anew.
pub(crate) struct NewCodesForm {
    /// What they are made of: the same form makes the same.
    round: String,
}

impl Form for NewCodesForm {
    const PATH: &'static str = Security::NEW_CODES;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        let round = fields.get("round").unwrap_or_default();
        NewCodesForm {
            round: round.chars().take(LONGEST).collect(),
        }
    }
}

/// That the second factor is removed.
pub(crate) struct RemoveForm;

impl Form for RemoveForm {
    const PATH: &'static str = Security::REMOVE;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(_: &Params) -> Self {
        RemoveForm
    }
}

/// Whether a form is posted in a session that began with a second factor, lately.
///
/// # Errors
/// The way to prove who they are, and back.
fn with_second(facts: &SessionFacts) -> Result<bool, PageError> {
    proved(facts)?;
    Ok(facts.session.has_second_factor())
}

/// `POST`: makes the recovery codes anew, and shows them.
pub(crate) async fn new_codes(
    State(app): State<App>,
    posted: Posted<NewCodesForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = of_here(&app, posted).await?;
    let subject = facts.person.subject.0.to_be_bytes();
    let round = [&subject[..], form.round.as_bytes()].concat();
    let codes = RecoveryCode::of_round(&app.key, &round);
    if with_second(&facts)? {
        let change = replace_codes(facts.person.subject, &codes);
        let act = app.act_now(browser.address);
        if app.settle_one(change, act).await? == Outcome::Committed {
            let page = RecoveryCodes {
                frame: browser.frame(&app),
                codes: codes.iter().map(RecoveryCode::text).collect(),
                next: Security::PATH.to_owned(),
            };
            return Ok(reply::page(StatusCode::OK, &page, None));
        }
    }
    let said = Said {
        notice: None,
        problem: Some(browser.language.text("security-changed")),
    };
    page(&app, browser, &facts, said).await
}

/// `POST`: removes the second factor.
pub(crate) async fn remove(
    State(app): State<App>,
    posted: Posted<RemoveForm>,
) -> Result<Response, PageError> {
    let (browser, facts, RemoveForm) = of_here(&app, posted).await?;
    let with_second = with_second(&facts)?;
    let has = app.store.authenticator(facts.person.subject).await?;
    if let Some(has) = has.filter(|_| with_second) {
        let (person, now) = (&facts.person, clock::now());
        let told = (&facts.session, tells(&app, person));
        let change = removal(&has, person, told, now, &app.mint);
        let change = change.in_language(browser.language);
        // Lost to the same form, posted twice: then it is gone.
        app.settle_one(change, app.act(now, browser.address))
            .await?;
    }
    Ok(reply::see_other(&format!(
        "{}?done=removed",
        Security::PATH
    )))
}
