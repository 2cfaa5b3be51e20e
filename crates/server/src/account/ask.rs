//! Asking for a mail: for a new account, or for a new password. What is answered, written and sent is the same for every
//! address; whether it has an account is looked up when the mail is written.
use super::throttle::{self, admit_mail};
use crate::http::error::PageError;
use crate::http::form::{Form, Posted, Query};
use crate::http::notice::{PlainPage, link};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{AskAddress, Asks, Problem, Speak, Text, path};
use protocol::accounts::mail_link::LinkPurpose;
use protocol::accounts::mailbox::{A_DAY, ask_for_account, ask_for_recovery};
use protocol::accounts::people::MAX_EMAIL;
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::types::{Language, MailAddress};
use protocol::{Params, Transition};
use store::Outcome;

/// An address that a mail is asked for.
pub(crate) struct AskForm<const RECOVERY: bool> {
    carried: Carried,
    email: String,
}

/// Asks for an account.
pub(crate) type AskForAccount = AskForm<false>;
/// Asks for a new password.
pub(crate) type AskForRecovery = AskForm<true>;

impl<const RECOVERY: bool> Form for AskForm<RECOVERY> {
    const PATH: &'static str = match RECOVERY {
        true => path::RECOVER,
        false => path::SIGN_UP,
    };
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Self;

    fn page(fields: &Params) -> Self {
        let email = fields.get("email").unwrap_or_default().trim();
        AskForm {
            carried: Carried::of(fields),
            // No account has a longer one, and it is shown again.
            email: email.chars().take(MAX_EMAIL + 1).collect(),
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

impl<const RECOVERY: bool> AskForm<RECOVERY> {
    const ASKS: Asks = match RECOVERY {
        true => Asks::Recovery,
        false => Asks::SignUp,
    };

    const PURPOSE: LinkPurpose = match RECOVERY {
        true => LinkPurpose::Recovery,
        false => LinkPurpose::SignUp,
    };

    fn asked(app: &App, address: &MailAddress) -> Transition {
        let now = clock::now();
        match RECOVERY {
            true => ask_for_recovery(address, now, &app.mint),
            false => ask_for_account(address, now, &app.mint),
        }
    }
}

/// `GET`: the form.
pub(crate) async fn show<const RECOVERY: bool>(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let continuation = Continuation::load(&app, &Carried::of(&params), &mut browser).await?;
    if let Continuation::Over(over) = continuation {
        return over.page(&app, &browser);
    }
    // Test users are made with their app.
    if continuation.is_for_tests() {
        return Ok(reply::see_other(&continuation.with(path::SIGN_IN)));
    }
    let typed = browser.address_typed.clone().filter(|_| RECOVERY);
    let asks = AskForm::<RECOVERY>::ASKS;
    let email = typed.unwrap_or_default();
    Ok(form(
        &app,
        asks,
        &continuation,
        browser,
        email,
        Wrong::Nothing,
    ))
}

/// `POST`: sends the mail.
pub(crate) async fn submit<const RECOVERY: bool>(
    State(app): State<App>,
    posted: Posted<AskForm<RECOVERY>>,
) -> Result<Response, PageError> {
    let asks = AskForm::<RECOVERY>::ASKS;
    let (mut browser, asked, stale) = match posted {
        Posted::Current(browser, form) => (browser, form, None),
        Posted::OutOfDate(browser, form) => {
            let stale = browser.distrust(&app, "sign-up-stale");
            (browser, form, Some(stale))
        }
    };
    let AskForm { carried, email } = asked;
    let continuation = Continuation::load(&app, &carried, &mut browser).await?;
    if continuation.is_for_tests() {
        return Ok(reply::see_other(&continuation.with(path::SIGN_IN)));
    }
    let again = |browser, wrong| {
        Ok(form(
            &app,
            asks,
            &continuation,
            browser,
            email.clone(),
            wrong,
        ))
    };
    if let Some(stale) = stale {
        return again(browser, Wrong::Form(stale));
    }
    let Some(address) = MailAddress::parse(&email) else {
        return again(browser, Wrong::Address);
    };
    let attempt = Attempt::mail(
        AskForm::<RECOVERY>::PURPOSE,
        &address,
        &browser.address.source(),
    );
    let last = match admit_mail(&app, &attempt).await? {
        Ok(last) => last,
        Err(throttled) => return again(browser, Wrong::Throttled(throttled)),
    };
    let asked = AskForm::<RECOVERY>::asked(&app, &address)
        .in_language(browser.language)
        .last_for_now(last);
    let outcome = app.settle_one(asked, app.act_now(browser.address)).await?;
    if outcome == Outcome::Conflict {
        return again(browser, Wrong::Throttled(enough_today()));
    }
    Ok(sent(&app, &continuation, address.as_str(), asks))
}

/// What keeps a mail from being sent.
enum Wrong {
    Nothing,
    Address,
    Form(Text),
    Throttled(Throttled),
}

impl Wrong {
    fn problems(&self, language: Language) -> Vec<Problem> {
        let (field, sentence) = match self {
            Wrong::Nothing => return Vec::new(),
            Wrong::Address => ("email", language.text("fault-email")),
            Wrong::Form(sentence) => ("", sentence.clone()),
            Wrong::Throttled(throttled) => ("", too_many(*throttled, language)),
        };
        vec![Problem::new(field, sentence)]
    }

    fn status(&self) -> StatusCode {
        match self {
            Wrong::Nothing => StatusCode::OK,
            Wrong::Address | Wrong::Form(_) => StatusCode::BAD_REQUEST,
            Wrong::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// That an address was sent what strangers may ask for within a day.
pub(super) fn enough_today() -> Throttled {
    Throttled::after(A_DAY.seconds())
}

/// What is said when too many mails were asked for, whoever has the address.
pub(super) fn too_many(throttled: Throttled, language: Language) -> Text {
    throttle::sentence(throttled, language).then(&language.text("ask-too-many"))
}

fn sent(app: &App, continuation: &Continuation, email: &str, asks: Asks) -> Response {
    let what = match asks {
        Asks::SignUp => "sign-up",
        Asks::Recovery => "recovery",
    };
    let url = continuation.with(path::MAIL_SENT);
    let mark = if url.contains('?') { '&' } else { '?' };
    let mut response = reply::see_other(&format!("{url}{mark}for={what}"));
    session::keep_address(app, &mut response, email);
    session::keep_onward(app, &mut response, continuation.carried().as_deref());
    response
}

/// `GET`: says that a mail is on its way.
pub(crate) async fn show_sent(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let continuation = Continuation::load(&app, &Carried::of(&params), &mut browser).await?;
    let language = browser.language;
    let to = match &browser.address_typed {
        Some(email) => language.text_of("sent-to", &[("email", email)]),
        None => language.text("sent"),
    };
    let what = match params.get("for") {
        Some("sign-up") => language.text("sent-sign-up"),
        Some("recovery") => language.text("sent-recovery"),
        _ => language.text("sent-proof"),
    };
    let sign_in = continuation.with(path::SIGN_IN);
    let next = match &browser.session {
        Some(_) => link(language.text("your-account"), path::ACCOUNT),
        None => link(language.text("sent-sign-in"), &sign_in),
    };
    let page = PlainPage {
        status: StatusCode::OK,
        cause: None,
        title: language.text("sent-title"),
        sentence: to.then(&what).then(&language.text("sent-junk")),
        code: None,
        details: Vec::new(),
        next,
    };
    Ok(page.page_for(&app, &browser))
}

fn form(
    app: &App,
    asks: Asks,
    continuation: &Continuation,
    mut browser: BrowserContext,
    email: String,
    wrong: Wrong,
) -> Response {
    let page = AskAddress {
        nonce: browser.nonce(app, NonceScope::Browser),
        frame: browser.frame(app),
        asks,
        request: continuation.carried(),
        client_id: continuation.client_id(),
        email,
        app_name: continuation.waiting(browser.language),
        problems: wrong.problems(browser.language),
    };
    let response = browser.keep_browser_id(app, continuation.page(wrong.status(), &page));
    match wrong {
        Wrong::Throttled(throttled) => throttle::refuse(response, throttled),
        Wrong::Nothing | Wrong::Address | Wrong::Form(_) => response,
    }
}
