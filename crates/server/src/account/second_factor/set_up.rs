//! The page where an authenticator app is set up, in a session or at a sign-in that takes one.
use super::before::Before;
use super::check::opened;
use super::standing::{Newcomer, Standing};
use super::told::tells;
use crate::account::ceremonies;
use crate::account::welcome::{Begun, begin, begun_before};
use crate::http::cookies::PasswordProved;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation, after_url};
use crate::ops::clock;
use crate::ops::sealing::SEED;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pages::{Frame, RecoveryCodes, SetUpSecondFactor, Speak, Text, path};
use protocol::Params;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::totp::Seed;
use protocol::accounts::second_factor::{Authenticator, NewAuthenticator, Second, Typed, add};
use protocol::decision::Mint;
use protocol::types::{Lifetime, Person};
use qrcode::render::svg;
use store::Outcome;

/// How long after it was set up the same form posted again is taken for the first.
const AGAIN: Lifetime = Lifetime::from_seconds(10);
/// Longest sealed seed in a form, in characters.
const LONGEST: usize = 200;

/// A key, and a code that was made of it.
pub(crate) struct SetUpForm {
    page: SetUpFields,
    code: String,
}

/// What the page is shown again with.
pub(crate) struct SetUpFields {
    carried: Carried,
    whose: String,
    seed: String,
}

impl Form for SetUpForm {
    const PATH: &'static str = SetUpSecondFactor::ACTION;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = SetUpFields;

    fn page(fields: &Params) -> SetUpFields {
        SetUpFields {
            carried: Carried::of(fields),
            whose: fields.get("whose").unwrap_or_default().to_owned(),
            seed: fields.get("seed").unwrap_or_default().to_owned(),
        }
    }

    fn read(fields: &Params) -> Self {
        SetUpForm {
            page: Self::page(fields),
            code: fields.get("code").unwrap_or_default().to_owned(),
        }
    }
}

/// A key that a page shows, and as its form carries it.
struct Offered {
    seed: Seed,
    sealed: Vec<u8>,
}

impl Offered {
    fn new(app: &App, person: &Person) -> Self {
        let seed = Seed::new(&app.mint.secret());
        let id = person.subject.0.to_be_bytes();
        let sealed = app.sealing.seal(SEED, &id, seed.as_bytes());
        let sealed = sealed.as_bytes().to_vec();
        Offered { seed, sealed }
    }

    /// What a form brings back, if it was made for this person.
    fn read(app: &App, person: &Person, text: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text.get(..text.len().min(LONGEST))?);
        let sealed = sealed.ok()?;
        let seed = opened(app, person.subject, sealed.clone())?;
        Some(Offered { seed, sealed })
    }

    /// The recovery codes that go with it.
    fn codes(&self, app: &App) -> Vec<RecoveryCode> {
        RecoveryCode::of_round(&app.key, &self.sealed)
    }
}

/// The page with a new key.
pub(super) fn first(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    newcomer: &Newcomer,
    problem: Option<Text>,
) -> Response {
    let offered = Offered::new(app, &newcomer.person);
    form(app, continuation, browser, (newcomer, &offered), problem)
}

/// `POST`: takes the key, if the code is one of its own, and shows the recovery codes.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<SetUpForm>,
) -> Result<Response, PageError> {
    let (mut browser, page, code) = match posted {
        Posted::Current(browser, SetUpForm { page, code }) => (browser, page, Some(code)),
        Posted::OutOfDate(browser, page) => (browser, page, None),
    };
    let continuation = Continuation::load(&app, &page.carried, &mut browser).await?;
    if let Continuation::Over(over) = &continuation {
        return over.page(&app, &browser);
    }
    if code.is_some()
        && let Some(response) = once_more(&app, &browser, &continuation, &page).await?
    {
        return Ok(response);
    }
    let newcomer = match Standing::of(&app, &mut browser, &continuation).await? {
        Standing::SetUp(newcomer) => newcomer,
        Standing::Prove(..) => {
            return Ok(reply::see_other(&continuation.with(path::SECOND_FACTOR)));
        }
        Standing::Neither(response) => return Ok(response),
    };
    let Some(code) = code else {
        let problem = Some(browser.distrust(&app, "second-set-up-stale"));
        return Ok(first(&app, &continuation, browser, &newcomer, problem));
    };
    let Some(offered) = Offered::read(&app, &newcomer.person, &page.seed) else {
        let problem = Some(browser.language.text("second-set-up-stale"));
        return Ok(first(&app, &continuation, browser, &newcomer, problem));
    };
    let step = match Typed::read(&code) {
        Some(Typed::Code(code)) => offered.seed.step_of(&code, clock::now()),
        Some(Typed::Recovery(_)) | None => None,
    };
    let Some(step) = step else {
        let problem = Some(browser.language.text("second-wrong"));
        let shown = (&*newcomer, &offered);
        return Ok(form(&app, &continuation, browser, shown, problem));
    };
    added(&app, &continuation, browser, &newcomer, (offered, step)).await
}

/// Keeps the key, and begins a session with it.
async fn added(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    newcomer: &Newcomer,
    (offered, step): (Offered, i64),
) -> Result<Response, PageError> {
    let (person, now) = (&newcomer.person, clock::now());
    let Some(before) = Before::of_newcomer(app, newcomer).await? else {
        let sign_in = after_url(&continuation.with(path::SIGN_IN), "late");
        return Ok(reply::see_other(&sign_in));
    };
    let codes = offered.codes(app);
    let new = NewAuthenticator {
        person,
        sealed: offered.sealed,
        step,
        codes: &codes,
        is_first: newcomer.is_first,
        session: newcomer.session.as_ref(),
        answer: newcomer.answer,
    };
    let change = add(new, tells(app, person), now, &app.mint);
    let change = change.in_language(browser.language);
    let act = app.act(now, browser.address);
    if app.settle_one(change, act).await? == Outcome::Conflict {
        return Ok(reply::see_other(&continuation.with(path::SECOND_FACTOR)));
    }
    // The account has forgotten every browser; it knows this one from now on.
    let person = app.store.person(person.subject).await?;
    let begun = match &person {
        Some(person) => {
            let methods = before.methods(Second::Code);
            let proof = before.proof(Second::Code, &methods);
            begin(app, person, &browser, (false, proof)).await?
        }
        None => None,
    };
    let (Some(person), Some(begun)) = (person, begun) else {
        let sign_in = after_url(&continuation.with(path::SIGN_IN), "changed");
        return Ok(reply::see_other(&sign_in));
    };
    Ok(shown(
        app,
        &browser,
        continuation,
        (&person, &begun),
        &codes,
    ))
}

/// The page with a new key, where a passkey did not do.
pub(in crate::account) fn again(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    newcomer: &Newcomer,
    problem: Text,
) -> Response {
    first(app, continuation, browser, newcomer, Some(problem))
}

/// The form of a moment ago once more, as after a button that was pressed twice: the same codes.
async fn once_more(
    app: &App,
    browser: &BrowserContext,
    continuation: &Continuation,
    form: &SetUpFields,
) -> Result<Option<Response>, PageError> {
    let Some(subject) = browser.was_of(app, &form.whose) else {
        return Ok(None);
    };
    let lately = |has: &Authenticator| clock::now() <= has.created_at.plus(AGAIN);
    let has = app.store.authenticator(subject).await?;
    let (Some(has), Some(person)) = (has.filter(lately), app.store.person(subject).await?) else {
        return Ok(None);
    };
    let Some(offered) =
        Offered::read(app, &person, &form.seed).filter(|own| own.sealed == has.sealed)
    else {
        return Ok(None);
    };
    let begun = begun_before(app, &person, browser).await?;
    Ok(begun.map(|begun| {
        let codes = offered.codes(app);
        shown(app, browser, continuation, (&person, &begun), &codes)
    }))
}

/// The recovery codes, in a browser that is signed in.
pub(in crate::account) fn shown(
    app: &App,
    browser: &BrowserContext,
    continuation: &Continuation,
    (person, Begun { cookie, device }): (&Person, &Begun),
    codes: &[RecoveryCode],
) -> Response {
    let page = RecoveryCodes {
        frame: browser.frame(app),
        codes: codes.iter().map(RecoveryCode::text).collect(),
        next: continuation.href(),
    };
    let mut response = reply::page(StatusCode::OK, &page, None);
    session::sign_in(app, &mut response, cookie, person, device);
    app.cookies.clear::<PasswordProved>(&mut response);
    response
}

fn form(
    app: &App,
    continuation: &Continuation,
    mut browser: BrowserContext,
    (newcomer, offered): (&Newcomer, &Offered),
    problem: Option<Text>,
) -> Response {
    let nonce = browser.nonce(app, NonceScope::Browser);
    let person = &newcomer.person;
    let account = match person.email.is_empty() {
        true => &person.name,
        false => &person.email,
    };
    let status = match problem.is_none() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let url = offered.seed.url(&app.config.branding.product, account);
    let passkey = match newcomer.is_first {
        true => ceremonies::set_up(app, &mut browser, person, newcomer.session.as_ref()),
        false => None,
    };
    let page = SetUpSecondFactor {
        frame: Frame {
            test_side: continuation.is_for_tests(),
            ..browser.frame(app)
        },
        request: continuation.carried(),
        client_id: continuation.client_id(),
        nonce,
        whose: browser.whose(app, person.subject),
        app_name: continuation.waiting(browser.language),
        needed: newcomer.session.is_none(),
        picture: picture(&url),
        key: grouped(&offered.seed.base32()),
        seed: URL_SAFE_NO_PAD.encode(&offered.sealed),
        passkey,
        problem,
    };
    browser.keep_browser_id(app, continuation.page(status, &page))
}

/// A QR code as an address of its own; empty for what is too long for one.
fn picture(url: &str) -> String {
    let drawn = qrcode::QrCode::new(url.as_bytes()).ok().map(|drawn| {
        drawn
            .render::<svg::Color<'_>>()
            .min_dimensions(240, 240)
            .dark_color(svg::Color("#000"))
            .light_color(svg::Color("#fff"))
            .build()
    });
    drawn.map_or_else(String::new, |drawn| {
        format!("data:image/svg+xml;base64,{}", STANDARD.encode(drawn))
    })
}

/// A key in two lines with groups of four, as people type it.
fn grouped(key: &str) -> String {
    let groups = |line: &[u8]| {
        let groups: Vec<_> = line.chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    };
    let lines: Vec<_> = key.as_bytes().chunks(16).map(groups).collect();
    lines.join("\n")
}
