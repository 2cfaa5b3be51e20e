//! The pages of links in mails.
use super::followed::Followed;
use crate::account::ceremonies;
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
use pages::{ChoosePassword, ConfirmLink, Next, Notice, Otherwise, Problem, Speak, Text, path};
use protocol::accounts::mail_link::{LinkFault, LinkPurpose};
use protocol::accounts::mailbox::Choice;
use protocol::accounts::people::MAX_NAME;
use protocol::types::text::shortened;
use protocol::types::{Language, Person};

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
    /// That a passkey was proved before.
    pub(super) proved: Option<String>,
    pub(super) problems: Vec<Problem>,
}

impl Typed {
    /// Nothing that is shown again.
    pub(super) fn with(problems: Vec<Problem>) -> Self {
        Typed {
            problems,
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
    let status = match typed.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let own = &followed.passkeys;
    let passkey = match typed.proved {
        Some(_) => None,
        None => ceremonies::new_password(app, &mut browser, followed.link.id, own),
    };
    let page = ChoosePassword {
        nonce: browser.nonce(app, NonceScope::Browser),
        frame: browser.frame(app),
        link: text.to_owned(),
        email: followed.link.email.as_str().to_owned(),
        // The name that an account has may be its maker's.
        name: matches!(choice, Choice::Account | Choice::Taken)
            .then(|| typed.name.chars().take(MAX_NAME).collect()),
        notice: notice_of(choice, followed.squatter.is_some(), browser.language),
        asks_code: followed.second.is_some() && typed.proved.is_none(),
        passkey,
        proved: typed.proved,
        asks_earlier: !followed.earlier.is_empty(),
        problems: typed.problems,
        min_password: app.policy().accounts.min_password,
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// What has to be known before the password is chosen.
fn notice_of(choice: Choice, releases: bool, language: Language) -> Option<Text> {
    match choice {
        Choice::Account | Choice::Password => None,
        Choice::Taken => Some(language.text("link-taken")),
        Choice::Restored if releases => {
            let restored = language.text("link-restored");
            Some(restored.then(&language.text("link-releases")))
        }
        Choice::Restored => Some(language.text("link-restored")),
    }
}

/// That the address of a link becomes an account's, and from whom it may be taken.
fn moved(followed: &Followed, language: Language) -> Text {
    let email = followed.link.email.as_str();
    let what = match &followed.person {
        Some(person) => {
            let before = &person.email;
            language.text_of("link-change", &[("email", &email), ("before", before)])
        }
        None => language.text_of("link-change-from-unknown", &[("email", &email)]),
    };
    match followed.squatter {
        Some(_) => what.then(&language.text("link-releases")),
        None => what,
    }
}

/// What a link does that chooses no password: its title, what happens, the words of its button.
fn asked(followed: &Followed, language: Language) -> (Text, Text, Text) {
    let email = followed.link.email.as_str();
    match followed.link.purpose {
        LinkPurpose::AddressChange => (
            language.text("link-change-title"),
            moved(followed, language),
            language.text("link-change-title"),
        ),
        LinkPurpose::SecondFactorBegun if !followed.earlier.is_empty() => (
            language.text("link-not-you-title"),
            language.text("link-takes-back"),
            language.text("link-takes-back-button"),
        ),
        LinkPurpose::PasswordChanged
        | LinkPurpose::NameChanged
        | LinkPurpose::SignInsChanged
        | LinkPurpose::NewDevice
        | LinkPurpose::SecondFactorBegun
        | LinkPurpose::SecondFactorAdded
        | LinkPurpose::SecondFactorRemoved
        | LinkPurpose::PasskeysChanged
        | LinkPurpose::PasskeyCopied
        | LinkPurpose::RecoveryCodeUsed => (
            language.text("link-not-you-title"),
            match followed.link.session {
                Some(_) => language.text("link-ends-one"),
                None => language.text("link-ends-all"),
            },
            language.text("link-ends-button"),
        ),
        LinkPurpose::AppConnected => (
            language.text_of("link-app-title", &[("app", &app_of(followed, language))]),
            language.text_of("link-app", &[("app", &app_of(followed, language))]),
            language.text("connection-end"),
        ),
        // What chooses a password is asked elsewhere.
        LinkPurpose::AddressProof
        | LinkPurpose::AddressChanged
        | LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery => (
            language.text("link-proof-title"),
            language.text_of("link-proof", &[("email", &email)]),
            language.text("link-proof-button"),
        ),
    }
}

/// What the app of a link is called.
fn app_of(followed: &Followed, language: Language) -> Text {
    match &followed.app {
        Some(app) => Text::of_others(shortened(&app.name, MAX_NAME)),
        None => language.text("mail-app-unnamed"),
    }
}

/// Whose password is asked: the account's, if the link is its person's alone and this browser is not signed in to it; or one that
/// it had earlier, if that takes something back.
pub(super) fn asks_password<'a>(
    browser: &BrowserContext,
    followed: &'a Followed,
) -> Option<&'a Person> {
    let own = browser.session.as_ref().map(|facts| facts.person.subject);
    let person = followed.person.as_ref()?;
    let proves = followed.link.purpose.is_for_its_person() && own != Some(person.subject);
    (proves || !followed.earlier.is_empty()).then_some(person)
}

fn ask(
    app: &App,
    mut browser: BrowserContext,
    followed: &Followed,
    text: &str,
    typed: Typed,
) -> Response {
    let (title, sentence, label) = asked(followed, browser.language);
    let status = match typed.problems.is_empty() {
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
                title,
                sentence,
                name: person.name.clone(),
                email: person.email.clone(),
                label,
                otherwise: (!followed.earlier.is_empty()).then(|| Otherwise {
                    sentence: browser.language.text("link-ends-otherwise"),
                    label: browser.language.text("link-ends-button"),
                }),
                problems: typed.problems,
            };
            reply::page(status, &page, None)
        }
        None => {
            let stale = typed.problems.into_iter().next();
            let sentence = stale.map_or(sentence.clone(), |stale| stale.sentence.then(&sentence));
            let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let page = Notice {
                frame: browser.frame(app),
                title,
                sentence,
                code: None,
                help: None,
                links: Vec::new(),
                details: Vec::new(),
                next: Some(Next {
                    label,
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
    let language = browser.language;
    let (status, cause, title, sentence) = match fault {
        LinkFault::Unknown => (
            StatusCode::NOT_FOUND,
            "a link that does not work",
            language.text("link-unknown-title"),
            language.text("link-unknown"),
        ),
        LinkFault::Used => (
            StatusCode::GONE,
            "a link that was used",
            language.text("link-used-title"),
            language.text("link-used"),
        ),
        LinkFault::Expired(_) => (
            StatusCode::GONE,
            "a link that has expired",
            language.text("link-expired-title"),
            language.text("link-expired"),
        ),
        LinkFault::Closed => (
            StatusCode::GONE,
            "a link that makes no account any more",
            language.text("link-closed-title"),
            language.text("link-closed"),
        ),
    };
    let next = match fault {
        LinkFault::Used | LinkFault::Closed => ("sign-in-button", path::SIGN_IN),
        LinkFault::Expired(LinkPurpose::SignUp) => ("link-another", path::SIGN_UP),
        LinkFault::Expired(LinkPurpose::AddressProof | LinkPurpose::AddressChange) => {
            ("your-account", path::ACCOUNT)
        }
        LinkFault::Unknown | LinkFault::Expired(_) => ("link-another", path::RECOVER),
    };
    plain(app, browser, (status, cause), (title, sentence), next)
}

fn have_one(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let said = (
        language.text("link-have-one-title"),
        language.text("link-have-one"),
    );
    let next = ("sign-in-button", path::SIGN_IN);
    let cause = "a link for an account that there is already";
    plain(app, browser, (StatusCode::CONFLICT, cause), said, next)
}

/// An account that nobody proved, with apps: whoever made it may be somebody else, and so may those whom they serve.
pub(super) fn has_apps(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let said = (
        language.text("link-has-apps-title"),
        language.text("link-has-apps"),
    );
    let next = ("sign-in-button", path::SIGN_IN);
    plain(
        app,
        browser,
        (
            StatusCode::CONFLICT,
            "a link for an address that an account has",
        ),
        said,
        next,
    )
}

fn none_here(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let said = (language.text("link-none-title"), language.text("link-none"));
    let next = ("sign-in-button", path::SIGN_IN);
    let cause = "a link for an account that there is not";
    plain(app, browser, (StatusCode::NOT_FOUND, cause), said, next)
}

/// A page of a few words: title and sentence, and where to go on, with the message that is on the button.
pub(super) fn plain(
    app: &App,
    browser: &BrowserContext,
    (status, cause): (StatusCode, &'static str),
    (title, sentence): (Text, Text),
    (label, href): (&'static str, &str),
) -> Response {
    let page = PlainPage {
        status,
        cause: Some(cause),
        title,
        sentence,
        code: None,
        details: Vec::new(),
        next: link_to(browser.language.text(label), href),
    };
    page.page_for(app, browser)
}

/// What a link has done that chose no password; `took_back`: second factors are gone.
pub(super) fn confirmed(
    app: &App,
    reader: Reader,
    followed: &Followed,
    took_back: bool,
) -> Response {
    let recover = ("link-password-title", path::RECOVER);
    let account = ("your-account", path::ACCOUNT);
    let (title, sentence, (label, href)) = match followed.link.purpose {
        LinkPurpose::SecondFactorBegun if took_back => (
            reader.text("link-took-back-title"),
            reader.text("link-took-back"),
            recover,
        ),
        LinkPurpose::AddressChange => (
            reader.text("link-changed-title"),
            reader.text("link-changed"),
            account,
        ),
        LinkPurpose::PasswordChanged
        | LinkPurpose::NameChanged
        | LinkPurpose::SignInsChanged
        | LinkPurpose::NewDevice
        | LinkPurpose::SecondFactorBegun
        | LinkPurpose::SecondFactorAdded
        | LinkPurpose::SecondFactorRemoved
        | LinkPurpose::PasskeysChanged
        | LinkPurpose::PasskeyCopied
        | LinkPurpose::RecoveryCodeUsed => (
            match followed.link.session {
                Some(_) => reader.text("link-ended-one-title"),
                None => reader.text("link-ended-all-title"),
            },
            reader.text("link-ended"),
            recover,
        ),
        LinkPurpose::AppConnected => (
            reader.text("connections-done-end"),
            reader.text("link-app-ended"),
            recover,
        ),
        LinkPurpose::AddressProof
        | LinkPurpose::AddressChanged
        | LinkPurpose::SignUp
        | LinkPurpose::Invitation
        | LinkPurpose::Recovery => (
            reader.text("link-proved-title"),
            reader.text("link-proved"),
            account,
        ),
    };
    // Who is signed in here, and under which address, may just have changed.
    let page = PlainPage {
        status: StatusCode::OK,
        cause: None,
        title,
        sentence,
        code: None,
        details: Vec::new(),
        next: link_to(reader.text(label), href),
    };
    page.page(app, reader)
}
