//! What a person is called, and their address.
use super::ask::{enough_today, too_many};
use super::proof::{ACCOUNT_PAGE, Proof, prove};
use super::sessions::{Said, done, kept_here, page};
use super::sign_up::problems;
use super::throttle::{self, admit};
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::{Account, Problem, Speak, Text, path};
use protocol::Params;
use protocol::accounts::mail_link::LinkPurpose;
use protocol::accounts::mailbox::{ask_for_change, ask_for_proof, set_name};
use protocol::accounts::people::{MAX_EMAIL, MAX_NAME, name_fault};
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::facts::SessionFacts;
use protocol::types::MailAddress;
use protocol::types::email::email_key;
use store::Outcome;

/// Another name.
pub(crate) struct NameForm {
    name: String,
}

impl Form for NameForm {
    const PATH: &'static str = Account::RENAME;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        NameForm {
            name: fields.get("name").unwrap_or_default().to_owned(),
        }
    }
}

/// `POST`: changes the name.
pub(crate) async fn rename(
    State(app): State<App>,
    posted: Posted<NameForm>,
) -> Result<Response, PageError> {
    let (browser, facts, NameForm { name }) = kept_here(&app, posted).await?;
    if let Some(fault) = name_fault(&name) {
        let said = Said {
            problems: problems(&[fault], browser.language),
            name: Some(name.chars().take(MAX_NAME).collect()),
            ..Said::default()
        };
        return page(&app, browser, &facts, said).await;
    }
    let person = &facts.person;
    if name.trim() != person.name {
        let now = clock::now();
        let told = app.config.mail.is_some();
        let change = set_name(person, &name, &facts.session, told, now, &app.mint);
        let change = change.in_language(browser.language);
        app.settle_one(change, app.act(now, browser.address))
            .await?;
    }
    Ok(reply::see_other(&done("name")))
}

/// Another address, for which the password is asked.
pub(crate) struct EmailForm {
    email: String,
    password: String,
}

impl Form for EmailForm {
    const PATH: &'static str = Account::CHANGE_EMAIL;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        let email = fields.get("new-email").unwrap_or_default().trim();
        EmailForm {
            email: email.chars().take(MAX_EMAIL + 1).collect(),
            password: fields.get("email-password").unwrap_or_default().to_owned(),
        }
    }
}

/// `POST`: sends a link to the other address.
pub(crate) async fn change_email(
    State(app): State<App>,
    posted: Posted<EmailForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = kept_here(&app, posted).await?;
    let typed = form.email.clone();
    let asked = match checked(&app, &browser, &facts, form).await? {
        Ok(address) => ask(&app, &browser, &facts, address).await?,
        Err(refused) => Err(refused),
    };
    match asked {
        Ok(address) => Ok(on_its_way(&app, address.as_str())),
        Err(refused) => {
            let throttled = refused.throttled;
            let said = Said {
                problems: vec![refused.problem],
                new_email: typed,
                ..Said::default()
            };
            let again = page(&app, browser, &facts, said).await?;
            Ok(match throttled {
                Some(throttled) => throttle::refuse(again, throttled),
                None => again,
            })
        }
    }
}

/// Why no link is sent.
struct Refused {
    problem: Problem,
    throttled: Option<Throttled>,
}

fn refused(field: &str, sentence: Text) -> Refused {
    Refused {
        problem: Problem::new(field, sentence),
        throttled: None,
    }
}

async fn ask(
    app: &App,
    browser: &BrowserContext,
    facts: &SessionFacts,
    address: MailAddress,
) -> Result<Result<MailAddress, Refused>, PageError> {
    let asked = ask_for_change(&facts.person, &address, clock::now(), &app.mint);
    let asked = asked.in_language(browser.language);
    let outcome = app.settle_one(asked, app.act_now(browser.address)).await?;
    let throttled = enough_today();
    Ok(match outcome == Outcome::Conflict {
        true => Err(Refused {
            throttled: Some(throttled),
            ..refused("new-email", too_many(throttled, browser.language))
        }),
        false => Ok(address),
    })
}

async fn checked(
    app: &App,
    browser: &BrowserContext,
    facts: &SessionFacts,
    form: EmailForm,
) -> Result<Result<MailAddress, Refused>, PageError> {
    let (person, language) = (&facts.person, browser.language);
    let Some(address) = MailAddress::parse(&form.email) else {
        return Ok(Err(refused("new-email", language.text("fault-email"))));
    };
    if address.key() == email_key(&person.email) {
        return Ok(Err(refused(
            "new-email",
            language.text("account-same-address"),
        )));
    }
    let source = browser.address.source();
    match prove(app, person, &source, ACCOUNT_PAGE, form.password).await? {
        Proof::Right => {}
        Proof::Wrong => {
            let sentence = language.text("account-wrong-password");
            return Ok(Err(refused("email-password", sentence)));
        }
        Proof::Throttled(throttled) => {
            return Ok(Err(Refused {
                throttled: Some(throttled),
                ..refused("email-password", throttle::sentence(throttled, language))
            }));
        }
    }
    if let Some(throttled) = admit(
        app,
        &Attempt::mail(LinkPurpose::AddressChange, &address, &source),
    )
    .await?
    {
        return Ok(Err(Refused {
            throttled: Some(throttled),
            ..refused("new-email", too_many(throttled, language))
        }));
    }
    Ok(Ok(address))
}

/// Asks for the link that proves the address.
pub(crate) struct ProveForm;

impl Form for ProveForm {
    const PATH: &'static str = Account::PROVE_EMAIL;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(_: &Params) -> Self {
        ProveForm
    }
}

/// `POST`: sends the link that proves the address.
pub(crate) async fn prove_email(
    State(app): State<App>,
    posted: Posted<ProveForm>,
) -> Result<Response, PageError> {
    let (browser, facts, ProveForm) = kept_here(&app, posted).await?;
    let person = &facts.person;
    let arrives = app.store.bounce(&person.email).await?.is_none();
    if person.verified_at.is_some() && arrives {
        return Ok(reply::see_other(&done("proved")));
    }
    let address = MailAddress::parse(&person.email);
    let asked = ask_for_proof(person, clock::now(), &app.mint);
    let Some((address, asked)) = address.zip(asked) else {
        let sentence = browser.language.text("account-no-mail");
        let said = Said {
            problems: vec![Problem::new("", sentence)],
            ..Said::default()
        };
        return page(&app, browser, &facts, said).await;
    };
    let attempt = Attempt::mail(
        LinkPurpose::AddressProof,
        &address,
        &browser.address.source(),
    );
    if let Some(throttled) = admit(&app, &attempt).await? {
        let said = Said {
            problems: vec![Problem::new("", too_many(throttled, browser.language))],
            ..Said::default()
        };
        let again = page(&app, browser, &facts, said).await?;
        return Ok(throttle::refuse(again, throttled));
    }
    let asked = asked.in_language(browser.language);
    app.settle_one(asked, app.act_now(browser.address)).await?;
    Ok(on_its_way(&app, address.as_str()))
}

fn on_its_way(app: &App, email: &str) -> Response {
    let mut response = reply::see_other(&format!("{}?for=proof", path::MAIL_SENT));
    session::keep_address(app, &mut response, email);
    response
}

/// `GET`: where password managers look for the page that changes a password.
pub(crate) async fn change_password() -> Response {
    reply::see_other(&format!("{}#password-title", path::ACCOUNT))
}
