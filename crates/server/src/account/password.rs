//! Changing one's password.
use super::proof::{ACCOUNT_PAGE, Proof, prove};
use super::sessions::{Said, done, kept_here, page};
use super::throttle;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::{Account, Problem, Speak};
use protocol::Params;
use protocol::accounts::mail_link::LinkPurpose;
use protocol::accounts::mailbox::notice;
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people;
use protocol::accounts::sign_in::Throttled;
use protocol::facts::SessionFacts;
use protocol::types::Person;
use store::Outcome;

/// A new password, for which the current one is asked.
pub(crate) struct PasswordForm {
    current: String,
    new: String,
}

impl Form for PasswordForm {
    const PATH: &'static str = Account::CHANGE_PASSWORD;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        PasswordForm {
            current: fields.get("current").unwrap_or_default().to_owned(),
            new: fields.get("new").unwrap_or_default().to_owned(),
        }
    }
}

/// `POST`: changes the password.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<PasswordForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = kept_here(&app, posted).await?;
    match changed(&app, &browser, &facts, form).await? {
        Change::Done => {
            let mut response = reply::see_other(&done("password"));
            // The account has forgotten every browser; it knows this one.
            if let Some(person) = app.store.person(facts.person.subject).await? {
                let device = facts.session.device.clone();
                let device = device.unwrap_or_else(|| browser.device_of(&app, &person));
                session::mark_known(&app, &mut response, &device, &person);
            }
            Ok(response)
        }
        Change::Refused(problems) => {
            let said = Said {
                problems,
                ..Said::default()
            };
            page(&app, browser, &facts, said).await
        }
        Change::Throttled(throttled) => {
            let said = Said {
                problems: vec![Problem::new(
                    "current",
                    throttle::sentence(throttled, browser.language),
                )],
                ..Said::default()
            };
            let form = page(&app, browser, &facts, said).await?;
            Ok(throttle::refuse(form, throttled))
        }
    }
}

/// What became of a password that was to be changed.
enum Change {
    /// It is the new one now.
    Done,
    /// Why it is not.
    Refused(Vec<Problem>),
    /// The current one was guessed at too often to be looked at.
    Throttled(Throttled),
}

async fn changed(
    app: &App,
    browser: &BrowserContext,
    facts: &SessionFacts,
    form: PasswordForm,
) -> Result<Change, PageError> {
    let PasswordForm { current, new } = form;
    let person = &facts.person;
    let owner = Owner {
        email: &person.email,
        name: &person.name,
        product: &app.config.branding.product,
    };
    if let Some(fault) = password_fault(&new, owner, &app.policy().accounts, "new") {
        return Ok(Change::Refused(vec![Problem::from((
            &fault,
            browser.language,
        ))]));
    }
    let source = browser.address.source();
    match prove(app, person, &source, ACCOUNT_PAGE, current).await? {
        Proof::Right => {}
        Proof::Wrong => return done_before(app, browser, person, new).await,
        Proof::Throttled(throttled) => return Ok(Change::Throttled(throttled)),
    }
    let hashed = app.hasher.hash(&source, new.clone()).await?;
    let told = app.config.mail.is_some();
    let notice = told
        .then(|| {
            notice(
                LinkPurpose::PasswordChanged,
                person,
                clock::now(),
                &app.mint,
            )
        })
        .flatten();
    let change = people::change_password(person, hashed, &facts.session, notice);
    let change = change.in_language(browser.language);
    let act = app.act_now(browser.address);
    // Lost to another change in the meantime: what was proved is no longer the password.
    if app.settle_one(change, act).await? == Outcome::Conflict {
        return done_before(app, browser, person, new).await;
    }
    Ok(Change::Done)
}

/// For a form whose current password is not the person's: when it was posted before, what it asks for is done.
async fn done_before(
    app: &App,
    browser: &BrowserContext,
    person: &Person,
    new: String,
) -> Result<Change, PageError> {
    // Read again: the other may have been settled since this one came.
    let found = app.store.person(person.subject).await?;
    let stored = found.map(|person| person.password);
    let is_done = app
        .hasher
        .verify(&browser.address.source(), new, stored)
        .await?
        .is_right();
    Ok(match is_done {
        true => Change::Done,
        false => Change::Refused(vec![Problem::new(
            "current",
            browser.language.text("account-wrong-password"),
        )]),
    })
}
