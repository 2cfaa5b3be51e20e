//! Browsers that are sent to the company's own login, and come back with a ticket.
use crate::account::second_factor::second_factor_elsewhere;
use crate::account::welcome::{Ways, welcome};
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::notice::{PlainPage, link};
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::{Carried, Continuation};
use crate::interaction::pending;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use config::Handoff;
use pages::{Speak, Text, path};
use protocol::accounts::second_factor::{Proof, begins_with_one, is_multi_factor};
use protocol::accounts::sign_in::HandedOff;
use protocol::authorize::AuthorizationError;
use protocol::handoff::{LoginAnswer, LoginChallenge, LoginOutcome, LoginTicket, TicketFault};
use protocol::types::Person;

/// What led to the sign-in page after which nobody is sent on at once: whoever is signed in elsewhere would be signed in here
/// again before they can read what happened.
const READ_FIRST: [&str; 4] = ["signed-out", "everywhere", "deleted", "changed"];
/// What led there when the person wants, or needs, to sign in anew.
const ANEW: [&str; 3] = ["switch", "again", SECOND_FACTOR];
/// What led there when what they want takes a second factor.
const SECOND_FACTOR: &str = "second-factor";

/// Whether what led to the sign-in page asks for another sign-in, whoever is signed in already.
pub(in crate::account) fn is_anew(what: &str) -> bool {
    ANEW.contains(&what)
}

/// Sends a browser that must sign in to the company's own login; or says first what happened, and links the way.
pub(in crate::account) fn begin(
    app: &App,
    handoff: &Handoff,
    continuation: &Continuation,
    mut browser: BrowserContext,
    what: &str,
) -> Response {
    if READ_FIRST.contains(&what) {
        return read_first(app, continuation, &browser, what);
    }
    let anew = is_anew(what) || continuation.wants_proof();
    let onward = continuation.carried();
    let challenge = LoginChallenge {
        second_factor: what == SECOND_FACTOR,
        ..LoginChallenge::new(browser.told_apart(), anew, onward, &app.mint)
    };
    let mut url = handoff.url.clone();
    url.query_pairs_mut()
        .append_pair("login_challenge", &challenge.write(&app.key));
    let sent = reply::see_other(url.as_str());
    browser.keep_browser_id(app, sent)
}

fn read_first(
    app: &App,
    continuation: &Continuation,
    browser: &BrowserContext,
    what: &str,
) -> Response {
    let language = browser.language;
    let sentence = match what {
        "everywhere" => "handoff-after-everywhere",
        "deleted" => "sign-in-after-deleted",
        "changed" => "handoff-after-changed",
        _ => "handoff-after-signed-out",
    };
    let page = PlainPage {
        status: StatusCode::OK,
        cause: None,
        title: language.text("sign-in-title"),
        sentence: language.text(sentence),
        code: None,
        details: Vec::new(),
        next: link(
            language.text("sign-in-button"),
            &continuation.with(path::SIGN_IN),
        ),
    };
    page.page_for(app, browser)
}

/// `GET`: a browser comes back.
pub(super) async fn come_back(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let ticket = params.get("login_ticket").and_then(LoginTicket::parse);
    let answer = match &ticket {
        Some(ticket) => app.store.login_answer(ticket.locator()).await?,
        None => None,
    };
    let opened = match &ticket {
        Some(ticket) => ticket.open(answer.as_ref(), browser.told(), &app.key, clock::now()),
        None => Err(TicketFault::Unknown),
    };
    let (answer, outcome) = match (&answer, opened) {
        (Some(answer), Ok(outcome)) => (answer, outcome),
        (answer, Err(fault)) => return over(&app, answer.as_ref(), browser, fault).await,
        (None, Ok(_)) => return over(&app, None, browser, TicketFault::Unknown).await,
    };
    let carried = Carried::kept(answer.onward.clone());
    let continuation = Continuation::load(&app, &carried, &mut browser).await?;
    let LoginOutcome::SignedIn {
        subject,
        auth_time,
        methods,
    } = outcome
    else {
        return refused(&app, &continuation, &browser);
    };
    let person = app.store.person(*subject).await?;
    let Some(person) = person.filter(Person::is_active) else {
        return Ok(switched_off(&app, &browser));
    };
    if begins_with_one(&person, app.policy()) && !is_multi_factor(Some(methods)) {
        return second_factor_there(&app, &continuation, &browser);
    }
    let handed_off = HandedOff {
        answer: answer.id,
        auth_time: *auth_time,
        methods,
        passkey: None,
    };
    let ways = Ways {
        on: continuation.href(),
        back: continuation.with(path::SIGN_IN),
    };
    let proof = Proof::HandedOff(handed_off);
    welcome(&app, &person, &browser, (false, proof), ways).await
}

/// A ticket that signs nobody in. Who was signed in by it already goes on: that is a page that was loaded twice.
async fn over(
    app: &App,
    answer: Option<&LoginAnswer>,
    mut browser: BrowserContext,
    fault: TicketFault,
) -> Result<Response, PageError> {
    // What an answer was for is nothing that another browser is told.
    let own = answer.filter(|_| matches!(fault, TicketFault::Used | TicketFault::Late));
    let carried = Carried::kept(own.and_then(|answer| answer.onward.clone()));
    let continuation = Continuation::load(app, &carried, &mut browser).await?;
    let subject = browser.session.as_ref().map(|facts| facts.person.subject);
    if fault == TicketFault::Used && own.is_some_and(|answer| answer.is_of(subject)) {
        return Ok(reply::see_other(&continuation.href()));
    }
    let (sentence, cause) = match fault {
        TicketFault::OtherBrowser => (
            "handoff-other-browser",
            "the sign-in was begun in another browser, or this one keeps no cookies",
        ),
        TicketFault::Late => ("handoff-late", "the way back took too long"),
        TicketFault::Used => ("handoff-used", "the sign-in was used already"),
        TicketFault::Unknown => ("handoff-unknown", "there is no such sign-in"),
    };
    let again = continuation.with(path::SIGN_IN);
    let text = browser.language.text(sentence);
    Ok(not_signed_in(app, &browser, (text, cause), &again))
}

fn not_signed_in(
    app: &App,
    browser: &BrowserContext,
    (sentence, cause): (Text, &'static str),
    again: &str,
) -> Response {
    let language = browser.language;
    let page = PlainPage {
        status: StatusCode::BAD_REQUEST,
        cause: Some(cause),
        title: language.text("handoff-failed-title"),
        sentence,
        code: None,
        details: Vec::new(),
        next: link(language.text("handoff-again"), again),
    };
    page.page_for(app, browser)
}

/// Nobody signed in: the app that waits is told so, and whoever came for themselves may try again.
fn refused(
    app: &App,
    continuation: &Continuation,
    browser: &BrowserContext,
) -> Result<Response, PageError> {
    if let Continuation::App(waiting) = continuation {
        let error = AuthorizationError::AccessDenied;
        return Err(pending::refused(&waiting.request, error));
    }
    let sentence = browser.language.text("handoff-refused");
    let cause = "the company's own login let nobody in";
    let again = continuation.with(path::SIGN_IN);
    Ok(not_signed_in(app, browser, (sentence, cause), &again))
}

/// Nobody signs in without a second factor, and the company did not ask for one: the app that waits is told so, and whoever came
/// for themselves signs in there again.
fn second_factor_there(
    app: &App,
    continuation: &Continuation,
    browser: &BrowserContext,
) -> Result<Response, PageError> {
    if let Continuation::App(waiting) = continuation {
        let error = AuthorizationError::UnmetAuthenticationRequirements;
        return Err(pending::refused(&waiting.request, error));
    }
    Ok(second_factor_elsewhere(app, browser, continuation))
}

fn switched_off(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let page = PlainPage {
        status: StatusCode::FORBIDDEN,
        cause: Some("the account is switched off"),
        title: language.text("handoff-failed-title"),
        sentence: language.text("sign-in-disabled"),
        code: None,
        details: Vec::new(),
        next: None,
    };
    page.page_for(app, browser)
}
