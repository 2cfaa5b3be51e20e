//! What the pages of links in mails post.
use super::followed::{Choice, Followed};
use super::page::{Typed, asks_password, confirmed, over, page, plain};
use crate::account::sessions::done as done_page;
use crate::account::sign_in::{Ways, welcome};
use crate::account::throttle::{self, admit};
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{ChoosePassword, ConfirmLink, path};
use protocol::accounts::mail_link::{LinkFault, LinkPurpose, PresentedLink};
use protocol::accounts::mailbox::{confirm, join, recover, restore};
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people::{FieldFault, NewAccount, Role};
use protocol::accounts::sign_in::Attempt;
use protocol::types::{Lifetime, Person};
use protocol::{Params, Transition};
use store::Outcome;

/// How long after a link was used the same form posted again is taken for the first.
const AGAIN: Lifetime = Lifetime::from_minutes(10);

/// The name and the password of a new account.
pub(crate) struct JoinForm {
    link: String,
    name: String,
    password: String,
}

/// A new password.
pub(crate) struct NewPasswordForm {
    link: String,
    password: String,
}

/// That a link shall do what it is for, and the account's password where it is asked.
pub(crate) struct ConfirmForm {
    link: String,
    password: String,
}

fn field(fields: &Params, name: &str) -> String {
    fields.get(name).unwrap_or_default().to_owned()
}

impl Form for JoinForm {
    const PATH: &'static str = ChoosePassword::JOIN;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Self;

    fn page(fields: &Params) -> Self {
        JoinForm {
            link: field(fields, "link"),
            name: field(fields, "name"),
            password: field(fields, "password"),
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

impl Form for NewPasswordForm {
    const PATH: &'static str = ChoosePassword::CHOOSE;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Self;

    fn page(fields: &Params) -> Self {
        NewPasswordForm {
            link: field(fields, "link"),
            password: field(fields, "password"),
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

impl Form for ConfirmForm {
    const PATH: &'static str = ConfirmLink::ACTION;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Self;

    fn page(fields: &Params) -> Self {
        ConfirmForm {
            link: field(fields, "link"),
            password: field(fields, "password"),
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

/// The form, and what is wrong with one that does not prove itself.
fn posted<F: Form<Page = F>>(app: &App, posted: Posted<F>) -> (BrowserContext, F, Vec<FieldFault>) {
    match posted {
        Posted::Current(browser, form) => (browser, form, Vec::new()),
        Posted::OutOfDate(browser, form) => {
            let sentence = browser.distrust(app, "This page was out of date. Please try again.");
            (
                browser,
                form,
                vec![FieldFault {
                    field: "",
                    sentence,
                }],
            )
        }
    }
}

/// `POST`: makes the account, and signs in.
pub(crate) async fn submit_join(
    State(app): State<App>,
    form: Posted<JoinForm>,
) -> Result<Response, PageError> {
    let (browser, form, mut faults) = posted(&app, form);
    let JoinForm {
        link: text,
        name,
        password,
    } = form;
    let followed = match Followed::find(&app, &text).await? {
        Ok(followed) => followed,
        Err(fault) => return again(&app, browser, fault, &text, password).await,
    };
    let account = NewAccount {
        email: followed.link.email.as_str().to_owned(),
        name: name.clone(),
        password: password.clone(),
    };
    if followed.chooses() == Some(Choice::Account) {
        faults.extend(account.faults(&app.config.branding.product, &app.policy().accounts));
    }
    if !faults.is_empty() || followed.chooses() != Some(Choice::Account) {
        return Ok(page(
            &app,
            browser,
            &followed,
            &text,
            Typed { name, faults },
        ));
    }
    let source = browser.address.source();
    let hashed = app.hasher.hash(&source, password.clone()).await?;
    let proved = Some(clock::now());
    let person = account.into_person(hashed, Role::Person, proved, app.policy(), &app.mint);
    match join(&followed.link, person) {
        Ok(transition) => done(&app, browser, &followed, transition, &text, password).await,
        Err(fault) => Ok(over(&app, &browser, fault)),
    }
}

/// `POST`: sets the password, and signs in.
pub(crate) async fn submit_password(
    State(app): State<App>,
    form: Posted<NewPasswordForm>,
) -> Result<Response, PageError> {
    let (browser, form, mut faults) = posted(&app, form);
    let NewPasswordForm {
        link: text,
        password,
    } = form;
    let followed = match Followed::find(&app, &text).await? {
        Ok(followed) => followed,
        Err(fault) => return again(&app, browser, fault, &text, password).await,
    };
    let Some(person) = followed
        .person
        .as_ref()
        .filter(|_| followed.chooses().is_some())
    else {
        let typed = Typed::default();
        return Ok(page(&app, browser, &followed, &text, typed));
    };
    let owner = Owner {
        email: &person.email,
        name: &person.name,
        product: &app.config.branding.product,
    };
    faults.extend(password_fault(
        &password,
        owner,
        &app.policy().accounts,
        "password",
    ));
    if !faults.is_empty() {
        let name = String::new();
        return Ok(page(
            &app,
            browser,
            &followed,
            &text,
            Typed { name, faults },
        ));
    }
    let source = browser.address.source();
    let hashed = app.hasher.hash(&source, password.clone()).await?;
    let (now, mint) = (clock::now(), &app.mint);
    let change = match followed.chooses() {
        Some(Choice::Restored) => restore(&followed.link, person, hashed, now, mint),
        _ => recover(&followed.link, person, hashed, now, mint),
    };
    match change {
        Ok(transition) => done(&app, browser, &followed, transition, &text, password).await,
        Err(fault) => Ok(over(&app, &browser, fault)),
    }
}

/// Settles what a link allowed, and signs in with the password that was chosen.
async fn done(
    app: &App,
    browser: BrowserContext,
    followed: &Followed,
    transition: Transition,
    text: &str,
    password: String,
) -> Result<Response, PageError> {
    let act = app.act_now(browser.address);
    if app.settle_one(transition, act).await? == Outcome::Conflict {
        return again(app, browser, LinkFault::Used, text, password).await;
    }
    let email = followed.link.email.as_str();
    match app.store.person_by_email(email).await? {
        Some(person) => go_on(app, &browser, &person, followed.link.purpose).await,
        None => Ok(over(app, &browser, LinkFault::Unknown)),
    }
}

/// Signs in, and goes on with what this browser was about to do when it asked for the mail. Another browser goes to
/// the account.
async fn go_on(
    app: &App,
    browser: &BrowserContext,
    person: &Person,
    purpose: LinkPurpose,
) -> Result<Response, PageError> {
    let what = match purpose {
        LinkPurpose::SignUp | LinkPurpose::Invitation => "joined",
        _ => "recovered",
    };
    let carried = Carried::kept(browser.onward.clone());
    let continuation = match Continuation::load(app, &carried).await? {
        Continuation::Over(_) => Continuation::Account,
        open if open.suits(person) => open,
        _ => Continuation::Account,
    };
    let on = match continuation {
        Continuation::Account => done_page(what),
        _ => continuation.href(),
    };
    let back = continuation.with(path::SIGN_IN);
    welcome(app, person, browser, false, Ways { on, back }).await
}

/// A form that comes once more, as after a button that was pressed twice: whoever has the password that was just chosen
/// goes on as the first time. Another is told what is wrong with the link.
async fn again(
    app: &App,
    browser: BrowserContext,
    fault: LinkFault,
    text: &str,
    password: String,
) -> Result<Response, PageError> {
    let row = match PresentedLink::parse(text) {
        Some(presented) if fault == LinkFault::Used => {
            app.store.mail_link(presented.locator()).await?
        }
        _ => None,
    };
    let own = row.filter(|link| {
        let used = link
            .used_at
            .is_some_and(|used| clock::now() <= used.plus(AGAIN));
        used && link.text(&app.key).as_str() == text
    });
    let Some(link) = own else {
        return Ok(over(app, &browser, fault));
    };
    let person = app.store.person_by_email(link.email.as_str()).await?;
    let stored = person.as_ref().map(|person| person.password.clone());
    let source = browser.address.source();
    let attempt = Attempt::new(link.email.as_str(), &source, None);
    if admit(app, &attempt).await?.is_some() {
        return Ok(over(app, &browser, fault));
    }
    let right = app
        .hasher
        .verify(&source, password, stored)
        .await?
        .is_right();
    if right {
        app.settle_one(attempt.succeeded(), clock::now()).await?;
    }
    match person.filter(|person| right && person.is_active()) {
        Some(person) => go_on(app, &browser, &person, link.purpose).await,
        None => Ok(over(app, &browser, fault)),
    }
}

/// `POST`: does what the link is for.
pub(crate) async fn submit_confirm(
    State(app): State<App>,
    form: Posted<ConfirmForm>,
) -> Result<Response, PageError> {
    let (browser, form, mut faults) = posted(&app, form);
    let ConfirmForm {
        link: text,
        password,
    } = form;
    let followed = match Followed::find(&app, &text).await? {
        Ok(followed) => followed,
        Err(fault) => return Ok(over(&app, &browser, fault)),
    };
    if faults.is_empty() && asks_password(&browser, &followed) {
        faults.extend(password_of(&app, &browser, &followed, password).await?);
    }
    if !faults.is_empty() {
        let name = String::new();
        let typed = Typed { name, faults };
        return Ok(page(&app, browser, &followed, &text, typed));
    }
    let now = clock::now();
    let transition = match confirm(&followed.link, followed.person.as_ref(), now, &app.mint) {
        Ok(transition) => transition,
        Err(fault) => return Ok(over(&app, &browser, fault)),
    };
    let act = app.act(now, browser.address);
    if app.settle_one(transition, act).await? == Outcome::Conflict {
        return refused(&app, &browser, &followed, &text).await;
    }
    Ok(confirmed(&app, browser.id, &followed))
}

/// What is wrong with the password of the account that a link is for.
async fn password_of(
    app: &App,
    browser: &BrowserContext,
    followed: &Followed,
    password: String,
) -> Result<Option<FieldFault>, PageError> {
    let fault = |sentence: String| {
        Ok(Some(FieldFault {
            field: "password",
            sentence,
        }))
    };
    let Some(person) = &followed.person else {
        return Ok(None);
    };
    let source = browser.address.source();
    let attempt = Attempt::new(&person.email, &source, None);
    if let Some(throttled) = admit(app, &attempt).await? {
        return fault(throttle::sentence(throttled));
    }
    let stored = Some(person.password.clone());
    if !app
        .hasher
        .verify(&source, password, stored)
        .await?
        .is_right()
    {
        return fault("This is not the password of this account.".to_owned());
    }
    app.settle_one(attempt.succeeded(), clock::now()).await?;
    Ok(None)
}

/// A guard that was lost: the link was used meanwhile, or the address has another account.
async fn refused(
    app: &App,
    browser: &BrowserContext,
    followed: &Followed,
    text: &str,
) -> Result<Response, PageError> {
    Ok(match Followed::find(app, text).await? {
        Err(fault) => over(app, browser, fault),
        Ok(_) if followed.link.purpose == LinkPurpose::AddressProof => {
            over(app, browser, LinkFault::Unknown)
        }
        Ok(_) => plain(
            app,
            browser,
            StatusCode::CONFLICT,
            "This address has an account",
            "Another account has this address, so nothing was changed.",
            ("Your account", path::ACCOUNT),
        ),
    })
}
