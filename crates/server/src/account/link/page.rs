//! The pages of links in mails.
use super::followed::{Choice, Followed};
use crate::account::sign_up::problems;
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::notice::{PlainPage, link as link_to};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{ChoosePassword, Next, Notice, path};
use protocol::accounts::mail_link::{LinkFault, LinkPurpose};
use protocol::accounts::people::{FieldFault, MAX_NAME};

/// `GET`: says what the link does, and does nothing.
pub(crate) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let text = params.get("t").unwrap_or_default();
    Ok(match Followed::find(&app, text).await? {
        Ok(followed) => page(&app, browser, &followed, text, Typed::default()),
        Err(fault) => over(&app, &browser, fault),
    })
}

/// What was typed into a page before, and what was wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) faults: Vec<FieldFault>,
}

/// The page of a link: a form, or a button, or why there is neither.
pub(super) fn page(
    app: &App,
    browser: BrowserContext,
    followed: &Followed,
    text: &str,
    typed: Typed,
) -> Response {
    match followed.chooses() {
        Some(choice) => choose(app, browser, followed, text, choice, typed),
        None => match &followed.person {
            Some(_) if followed.link.purpose.is_for_newcomers() => have_one(app, &browser),
            None if followed.link.purpose == LinkPurpose::Recovery => none_here(app, &browser),
            _ => ask(app, browser, followed, text, typed),
        },
    }
}

fn choose(
    app: &App,
    mut browser: BrowserContext,
    followed: &Followed,
    text: &str,
    choice: Choice,
    typed: Typed,
) -> Response {
    const TAKEN: &str = "There is an account with this address that nobody has confirmed. It becomes yours: \
                         whoever made it is signed out, and what they allowed to apps ends.";
    let status = match typed.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = ChoosePassword {
        nonce: browser.nonce(app, NonceScope::Browser),
        frame: browser.frame(app),
        link: text.to_owned(),
        email: followed.link.email.as_str().to_owned(),
        name: (choice == Choice::Account).then(|| typed.name.chars().take(MAX_NAME).collect()),
        notice: (choice == Choice::Taken).then(|| TAKEN.to_owned()),
        problems: problems(typed.faults),
        min_password: app.policy().accounts.min_password,
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// The page of a link that needs no field.
fn ask(
    app: &App,
    mut browser: BrowserContext,
    followed: &Followed,
    text: &str,
    typed: Typed,
) -> Response {
    let email = followed.link.email.as_str();
    let (title, sentence, label) = match followed.link.purpose {
        LinkPurpose::AddressChange => (
            "Use this address",
            format!("{email} becomes the address of your account. We tell the earlier one."),
            "Use this address",
        ),
        LinkPurpose::AddressChanged => (
            "Take the change back",
            format!(
                "{email} becomes the address of your account again, and every browser is signed out."
            ),
            "Take it back",
        ),
        LinkPurpose::PasswordChanged | LinkPurpose::NameChanged | LinkPurpose::NewDevice => (
            "Was this not you?",
            match followed.link.session {
                Some(_) => "The browser that did this is signed out of your account.".to_owned(),
                None => "Every browser is signed out of your account.".to_owned(),
            },
            "Sign them out",
        ),
        // What chooses a password is asked elsewhere.
        LinkPurpose::AddressProof
        | LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery => (
            "Confirm your e-mail",
            format!("You read the mail for {email}."),
            "Confirm",
        ),
    };
    let nonce = browser.nonce(app, NonceScope::Browser);
    let stale = typed.faults.into_iter().next().map(|fault| fault.sentence);
    let status = match stale {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let page = Notice {
        frame: browser.frame(app),
        title: title.to_owned(),
        sentence: stale.map_or(sentence.clone(), |stale| format!("{stale} {sentence}")),
        code: None,
        help: None,
        details: Vec::new(),
        next: Some(Next {
            label: label.to_owned(),
            href: path::LINK_CONFIRM.to_owned(),
            post: Some(vec![field("nonce", &nonce), field("link", text)]),
        }),
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// The page of a link that does nothing.
pub(super) fn over(app: &App, browser: &BrowserContext, fault: LinkFault) -> Response {
    let (status, title, sentence) = match fault {
        LinkFault::Unknown => (
            StatusCode::NOT_FOUND,
            "This link does not work",
            "It is incomplete, or a later mail or change has replaced it. Use the newest mail, or ask for another.",
        ),
        LinkFault::Used => (
            StatusCode::GONE,
            "This link was used",
            "Each works once, and what it was for is done.",
        ),
        LinkFault::Expired => (
            StatusCode::GONE,
            "This link has expired",
            "Ask for another mail; its link works for a while.",
        ),
        LinkFault::Closed => (
            StatusCode::GONE,
            "This link makes no account any more",
            "Since it was sent, the people who run this service have changed who may make an account. Ask them for \
             one; whoever has one already signs in.",
        ),
    };
    let next = match fault {
        LinkFault::Used | LinkFault::Closed => ("Sign in", path::SIGN_IN),
        LinkFault::Unknown | LinkFault::Expired => ("Ask for another mail", path::RECOVER),
    };
    plain(app, browser, status, title, sentence, next)
}

fn have_one(app: &App, browser: &BrowserContext) -> Response {
    let sentence = "There is an account with this address, and it is confirmed. Sign in to it.";
    let next = ("Sign in", path::SIGN_IN);
    plain(
        app,
        browser,
        StatusCode::CONFLICT,
        "You have an account",
        sentence,
        next,
    )
}

fn none_here(app: &App, browser: &BrowserContext) -> Response {
    let sentence = "No account has this address any more.";
    let next = ("Sign in", path::SIGN_IN);
    plain(
        app,
        browser,
        StatusCode::NOT_FOUND,
        "There is no such account",
        sentence,
        next,
    )
}

/// A page of a few words.
pub(super) fn plain(
    app: &App,
    browser: &BrowserContext,
    status: StatusCode,
    title: &str,
    sentence: &str,
    (label, href): (&str, &str),
) -> Response {
    let page = PlainPage {
        status,
        title,
        sentence,
        code: None,
        details: Vec::new(),
        next: link_to(label, href),
    };
    page.page_for(app, browser)
}

/// What a link without any field has done.
pub(super) fn confirmed(app: &App, browser: &BrowserContext, purpose: LinkPurpose) -> Response {
    const ELSEWHERE: &str =
        "If you did not change it yourself, somebody knows your password: choose a new one.";
    let recover = ("Choose a new password", path::RECOVER);
    let (title, sentence, next) = match purpose {
        LinkPurpose::AddressChange => (
            "Your address is changed",
            "Sign in with it from now on. The earlier one was told, and can take this back for a week.",
            ("Your account", path::ACCOUNT),
        ),
        LinkPurpose::AddressChanged => ("You have your address back", ELSEWHERE, recover),
        LinkPurpose::PasswordChanged | LinkPurpose::NameChanged | LinkPurpose::NewDevice => (
            "That browser is signed out",
            "Whoever used it knows your password: choose a new one.",
            recover,
        ),
        LinkPurpose::AddressProof
        | LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery => (
            "Your e-mail is confirmed",
            "You can close this page, and go on where you were.",
            ("Your account", path::ACCOUNT),
        ),
    };
    plain(app, browser, StatusCode::OK, title, sentence, next)
}
