//! Making an account where no mail is sent.
use super::throttle::{self, admit};
use crate::http::error::PageError;
use crate::http::form::{Form, Posted, Query};
use crate::http::notice::{PlainPage, link};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation, after_url};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Problem, SignUp, Speak, path};
use protocol::Params;
use protocol::accounts::people::{self, FieldFault, MAX_EMAIL, MAX_NAME, NewAccount, Role};
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::types::Language;
use protocol::types::text::isolated;

/// A new account, and where its person goes on.
pub(crate) struct SignUpForm {
    carried: Carried,
    account: NewAccount,
}

impl Form for SignUpForm {
    const PATH: &'static str = path::SIGN_UP;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = SignUpForm;

    fn page(fields: &Params) -> SignUpForm {
        let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
        SignUpForm {
            carried: Carried::of(fields),
            account: NewAccount {
                email: field("email"),
                name: field("name"),
                password: field("password"),
            },
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

/// `GET`: the form.
pub(crate) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let continuation = Continuation::load(&app, &Carried::of(&params), &mut browser).await?;
    if let Continuation::Over(over) = continuation {
        return over.page(&app, &browser);
    }
    if continuation.is_for_tests() {
        return Ok(reply::see_other(&continuation.with(path::SIGN_IN)));
    }
    let SignUpForm { account, .. } = SignUpForm::page(&Params::default());
    let status = StatusCode::OK;
    Ok(form(
        &app,
        &continuation,
        browser,
        status,
        &account,
        Vec::new(),
    ))
}

/// `POST`: makes the account. The answer is the same whether or not the address had an account already:
/// whoever owns it signs in, whoever does not learns nothing.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<SignUpForm>,
) -> Result<Response, PageError> {
    let (mut browser, SignUpForm { carried, account }, stale) = match posted {
        Posted::Current(browser, form) => (browser, form, None),
        Posted::OutOfDate(browser, form) => {
            let stale = Problem::new("", browser.distrust(&app, "sign-up-stale"));
            (browser, form, Some(stale))
        }
    };
    let continuation = Continuation::load(&app, &carried, &mut browser).await?;
    // Test users are made with their app; nobody signs up as one.
    if continuation.is_for_tests() {
        return Ok(reply::see_other(&continuation.with(path::SIGN_IN)));
    }
    let product = &app.config.branding.product;
    let wrong = account.faults(product, &app.policy().accounts);
    let problems: Vec<_> = stale
        .into_iter()
        .chain(problems(&wrong, browser.language))
        .collect();
    if !problems.is_empty() {
        let status = StatusCode::BAD_REQUEST;
        return Ok(form(
            &app,
            &continuation,
            browser,
            status,
            &account,
            problems,
        ));
    }
    if let Some(throttled) = create(&app, account.clone(), &browser).await? {
        let sentence = throttle::sentence(throttled, browser.language);
        let problems = vec![Problem::new("", sentence)];
        let status = StatusCode::TOO_MANY_REQUESTS;
        let form = form(&app, &continuation, browser, status, &account, problems);
        return Ok(throttle::refuse(form, throttled));
    }
    let next = after_url(&continuation.with(path::SIGN_IN), "sign-up");
    let mut response = reply::see_other(&next);
    session::keep_address(&app, &mut response, account.email.trim());
    Ok(response)
}

/// `GET` where only those make an account who were invited: says so, and how to sign in.
pub(crate) async fn by_invitation(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    invitation_needed(&app, &mut browser, &Carried::of(&params), StatusCode::OK).await
}

/// `POST`, from a page that was opened while anyone could sign up.
pub(crate) async fn not_invited(
    State(app): State<App>,
    posted: Posted<SignUpForm>,
) -> Result<Response, PageError> {
    let (Posted::Current(mut browser, form) | Posted::OutOfDate(mut browser, form)) = posted;
    invitation_needed(&app, &mut browser, &form.carried, StatusCode::FORBIDDEN).await
}

async fn invitation_needed(
    app: &App,
    browser: &mut BrowserContext,
    carried: &Carried,
    status: StatusCode,
) -> Result<Response, PageError> {
    let continuation = Continuation::load(app, carried, browser).await?;
    if let Continuation::Over(over) = continuation {
        return over.page(app, browser);
    }
    let product = isolated(&app.config.branding.product);
    let language = browser.language;
    let page = PlainPage {
        status,
        cause: Some("an invitation is needed"),
        title: language.text("sign-up-invited-title"),
        sentence: language.text_of("sign-up-invited", &[("product", &product)]),
        code: None,
        details: Vec::new(),
        next: link(
            language.text("sign-in-button"),
            &continuation.with(path::SIGN_IN),
        ),
    };
    Ok(page.page_for(app, browser))
}

/// Makes the account, unless the address has one or this source has made too many.
async fn create(
    app: &App,
    account: NewAccount,
    browser: &BrowserContext,
) -> Result<Option<Throttled>, PageError> {
    let source = browser.address.source();
    let attempt = Attempt::sign_up(&source);
    if let Some(throttled) = admit(app, &attempt).await? {
        return Ok(Some(throttled));
    }
    let hashed = app.hasher.hash(&source, account.password.clone()).await?;
    // An earlier release may have stored the address in another spelling, which no guard would find.
    if app.store.person_by_email(&account.email).await?.is_some() {
        return Ok(None);
    }
    // Without mail nobody proves an address, so it counts for nothing.
    let person = account.into_person(hashed, Role::Person, None, app.policy(), &app.mint);
    // A lost guard means that the address is taken, which is not told.
    app.settle_one(people::create(person), app.act_now(browser.address))
        .await?;
    Ok(None)
}

/// Faults as a page says them.
pub(super) fn problems(faults: &[FieldFault], language: Language) -> Vec<Problem> {
    let problem = |fault| Problem::from((fault, language));
    faults.iter().map(problem).collect()
}

fn form(
    app: &App,
    continuation: &Continuation,
    mut browser: BrowserContext,
    status: StatusCode,
    account: &NewAccount,
    problems: Vec<Problem>,
) -> Response {
    let nonce = browser.nonce(app, NonceScope::Browser);
    let page = SignUp {
        frame: browser.frame(app),
        request: continuation.carried(),
        client_id: continuation.client_id(),
        nonce,
        name: account.name.chars().take(MAX_NAME).collect(),
        email: account.email.chars().take(MAX_EMAIL).collect(),
        app_name: continuation.waiting(browser.language),
        problems,
        min_password: app.policy().accounts.min_password,
    };
    browser.keep_browser_id(app, continuation.page(status, &page))
}
