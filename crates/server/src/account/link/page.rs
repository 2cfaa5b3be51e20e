//! The pages of links in mails.
use super::followed::Followed;
use crate::account::sign_up::problems;
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::notice::{PlainPage, link as link_to};
use crate::http::reply;
use crate::http::request::Reader;
use crate::http::session::{BrowserContext, NonceScope};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{ChoosePassword, ConfirmLink, Next, Notice, Text, path};
use protocol::accounts::mail_link::{LinkFault, LinkPurpose};
use protocol::accounts::mailbox::Choice;
use protocol::accounts::people::{FieldFault, MAX_NAME};
use protocol::types::Person;

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

impl Typed {
    /// Nothing that is shown again.
    pub(super) fn with(faults: Vec<FieldFault>) -> Self {
        Typed {
            faults,
            ..Typed::default()
        }
    }
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
        notice: notice_of(choice).map(str::to_owned),
        problems: problems(typed.faults),
        min_password: app.policy().accounts.min_password,
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// What has to be known before the password is chosen.
fn notice_of(choice: Choice) -> Option<&'static str> {
    match choice {
        Choice::Account | Choice::Password => None,
        Choice::Taken => Some(
            "An account was made with this address, and nobody has shown yet that they read its mail. It becomes \
             yours now: whoever made it, perhaps you, is signed out, and what was allowed to apps ends.",
        ),
        Choice::Restored => Some(
            "This becomes the address of your account again, and every browser is signed out. Choose a new password \
             too: whoever changed the address knows the old one.",
        ),
    }
}

/// What a link does that chooses no password: its title, what happens, the words of its button.
fn asked(followed: &Followed) -> (&'static str, String, &'static str) {
    let email = followed.link.email.as_str();
    match followed.link.purpose {
        LinkPurpose::AddressChange => {
            let before = followed.person.as_ref();
            let before = before.map_or("the address before", |person| person.email.as_str());
            (
                "Use this address",
                format!(
                    "{email} becomes the address of this account. We write to {before}, from where it can be undone for a week."
                ),
                "Use this address",
            )
        }
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
        | LinkPurpose::AddressChanged
        | LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery => (
            "Confirm your e-mail",
            format!(
                "{email} counts as the address of this account from now on, and apps may be told it."
            ),
            "Confirm",
        ),
    }
}

/// Whose password is asked: the account's, if the link is its person's alone and this browser is not signed in to it.
pub(super) fn asks_password<'a>(
    browser: &BrowserContext,
    followed: &'a Followed,
) -> Option<&'a Person> {
    let own = browser.session.as_ref().map(|facts| facts.person.subject);
    let person = followed.person.as_ref()?;
    let asked = followed.link.purpose.is_for_its_person() && own != Some(person.subject);
    asked.then_some(person)
}

fn ask(
    app: &App,
    mut browser: BrowserContext,
    followed: &Followed,
    text: &str,
    typed: Typed,
) -> Response {
    let (title, sentence, label) = asked(followed);
    let status = match typed.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let nonce = browser.nonce(app, NonceScope::Browser);
    let response = match asks_password(&browser, followed) {
        Some(person) => {
            let page = ConfirmLink {
                nonce,
                frame: browser.frame(app),
                link: text.to_owned(),
                title: title.to_owned(),
                sentence,
                name: person.name.clone(),
                email: person.email.clone(),
                label: label.to_owned(),
                problems: problems(typed.faults),
            };
            reply::page(status, &page, None)
        }
        None => {
            let stale = typed.faults.into_iter().next();
            let stale = stale.map_or_else(String::new, |fault| fault.sentence + " ");
            let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let page = Notice {
                frame: browser.frame(app),
                title: Text::of_others(title),
                sentence: Text::of_others(stale + &sentence),
                code: None,
                help: None,
                details: Vec::new(),
                next: Some(Next {
                    label: Text::of_others(label),
                    href: ConfirmLink::ACTION.to_owned(),
                    post: Some(vec![field("nonce", &nonce), field("link", text)]),
                }),
            };
            reply::page(status, &page, None)
        }
    };
    browser.keep_browser_id(app, response)
}

/// The page of a link that does nothing.
pub(super) fn over(app: &App, browser: &BrowserContext, fault: LinkFault) -> Response {
    let (status, title, sentence) = match fault {
        LinkFault::Unknown => (
            StatusCode::NOT_FOUND,
            "This link does not work",
            "It is incomplete, or a later mail or change has replaced it. Use the newest mail, or ask for another.",
        ),
        LinkFault::Used => (StatusCode::GONE, "This link was used", "Each works once."),
        LinkFault::Expired(_) => (
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
        LinkFault::Expired(LinkPurpose::SignUp) => ("Ask for another mail", path::SIGN_UP),
        LinkFault::Expired(LinkPurpose::AddressProof | LinkPurpose::AddressChange) => {
            ("Your account", path::ACCOUNT)
        }
        LinkFault::Unknown | LinkFault::Expired(_) => ("Ask for another mail", path::RECOVER),
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
    title: &'static str,
    sentence: &str,
    (label, href): (&str, &str),
) -> Response {
    let page = PlainPage {
        status,
        cause: Some(title),
        title: Text::of_others(title),
        sentence: Text::of_others(sentence),
        code: None,
        details: Vec::new(),
        next: link_to(Text::of_others(label), href),
    };
    page.page_for(app, browser)
}

/// What a link has done that chose no password.
pub(super) fn confirmed(app: &App, reader: Reader, followed: &Followed) -> Response {
    let recover = ("Choose a new password", path::RECOVER);
    let account = ("Your account", path::ACCOUNT);
    let (title, sentence, (label, href)) = match followed.link.purpose {
        LinkPurpose::AddressChange => (
            "Your address is changed",
            "Sign in with it from now on. We have written to the address before, from where this can be undone for a week.",
            account,
        ),
        LinkPurpose::PasswordChanged | LinkPurpose::NameChanged | LinkPurpose::NewDevice => (
            match followed.link.session {
                Some(_) => "That browser is signed out",
                None => "Every browser is signed out",
            },
            "Whoever did this knows your password: choose a new one.",
            recover,
        ),
        LinkPurpose::AddressProof
        | LinkPurpose::AddressChanged
        | LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery => (
            "Your e-mail is confirmed",
            "You can close this page, and go on where you were.",
            account,
        ),
    };
    // Who is signed in here, and under which address, may just have changed.
    let page = PlainPage {
        status: StatusCode::OK,
        cause: None,
        title: Text::of_others(title),
        sentence: Text::of_others(sentence),
        code: None,
        details: Vec::new(),
        next: link_to(Text::of_others(label), href),
    };
    page.page(app, reader)
}
