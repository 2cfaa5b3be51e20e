//! What the pages of links post that choose no password: that the link shall do what it is for.
use super::followed::Followed;
use super::forms::{Wrong, field, posted, shown};
use super::page::{Typed, asks_password, confirmed, has_apps, over, page};
use super::submit::{freed, knew, taken};
use crate::account::proof::{Proof as PasswordProof, prove};
use crate::account::throttle;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::{ConfirmLink, Speak};
use protocol::Params;
use protocol::accounts::mail_link::{LinkFault, LinkPurpose};
use protocol::accounts::mailbox::{confirm, take_back};
use protocol::types::Person;
use store::Outcome;

/// That a link shall do what it is for, and the account's password where it is asked.
pub(crate) struct ConfirmForm {
    link: String,
    password: String,
    /// That it shall do no more than it does without a password.
    without: bool,
}

impl Form for ConfirmForm {
    const PATH: &'static str = ConfirmLink::ACTION;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Self;

    fn page(fields: &Params) -> Self {
        ConfirmForm {
            link: field(fields, "link"),
            password: field(fields, "password"),
            without: field(fields, "without") == "password",
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

/// `POST`: does what the link is for.
pub(crate) async fn submit_confirm(
    State(app): State<App>,
    form: Posted<ConfirmForm>,
) -> Result<Response, PageError> {
    let (browser, form, problems) = posted(&app, form);
    let ConfirmForm {
        link: text,
        password,
        without,
    } = form;
    let followed = match Followed::find(&app, &text).await? {
        Ok(followed) => followed,
        Err(fault) => return Ok(over(&app, &browser, fault)),
    };
    if !problems.is_empty() {
        let typed = Typed::with(problems);
        return Ok(page(&app, browser, &followed, &text, typed));
    }
    // A mailbox alone ends sessions, and takes nothing back.
    let can_take_back = !followed.earlier.is_empty();
    let asked = asks_password(&browser, &followed).filter(|_| !(can_take_back && without));
    let proof = match asked {
        Some(person) if can_take_back => {
            knew(&app, &browser, (person, &followed), password).await?
        }
        Some(person) => is_theirs(&app, &browser, person, password).await?,
        None => Ok(()),
    };
    if let Err(wrong) = proof {
        return Ok(shown(&app, browser, &followed, &text, "password", wrong));
    }
    let (now, person) = (clock::now(), followed.person.as_ref());
    let takes_back = can_take_back && asked.is_some();
    let decided = match takes_back {
        true => take_back(&followed.link, person),
        false => confirm(&followed.link, person, true, now, &app.mint),
    };
    let transition = match decided {
        Ok(transition) => transition.in_language(browser.language),
        Err(fault) => return Ok(over(&app, &browser, fault)),
    };
    if !freed(&app, &browser, &followed).await? {
        return Ok(has_apps(&app, &browser));
    }
    let act = app.act(now, browser.address);
    if app.settle_one(transition, act).await? == Outcome::Conflict {
        return refused(&app, &browser, &followed, &text).await;
    }
    Ok(confirmed(&app, browser.reader(), &followed, takes_back))
}

/// Whether somebody has the password of an account.
async fn is_theirs(
    app: &App,
    browser: &BrowserContext,
    person: &Person,
    password: String,
) -> Result<Result<(), Wrong>, PageError> {
    let (source, language) = (browser.address.source(), browser.language);
    Ok(match prove(app, person, &source, None, password).await? {
        PasswordProof::Right => Ok(()),
        PasswordProof::Wrong => Err((language.text("link-wrong-password"), None)),
        PasswordProof::Throttled(throttled) => {
            Err((throttle::sentence(throttled, language), Some(throttled)))
        }
    })
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
        Ok(_) => taken(app, browser),
    })
}
