//! What the pages of links in mails post on which a password is chosen.
use super::followed::Followed;
use super::forms::{Wrong, field, posted, shown};
use super::page::{Typed, has_apps, over, page, plain};
use super::passkey;
use crate::account::proof::{Proof as PasswordProof, prove, prove_earlier};
use crate::account::second_factor::{Checked, check, enter};
use crate::account::sessions::done as done_page;
use crate::account::sign_up::problems as problems_of;
use crate::account::throttle;
use crate::account::welcome::{Ways, begun_before, welcome};
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{ChoosePassword, Problem, Speak, path};
use protocol::accounts::mail_link::{LinkFault, LinkPurpose, PresentedLink};
use protocol::accounts::mailbox::{Choice, join, recover, release, restore};
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people::{NewAccount, Role};
use protocol::accounts::second_factor::{Proof, Second};
use protocol::types::Person;
use protocol::{Params, Transition};
use store::Outcome;

/// The name and the password of a new account.
pub(crate) struct JoinForm {
    link: String,
    name: String,
    password: String,
}

/// A new password, and the second factor of who has one; or a password from before, to take one back.
pub(crate) struct NewPasswordForm {
    link: String,
    password: String,
    code: String,
    earlier: String,
    /// That a passkey was proved, in place of a code.
    proved: String,
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
            code: field(fields, "code"),
            earlier: field(fields, "earlier"),
            proved: field(fields, "proved"),
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

/// `POST`: makes the account, and signs in.
pub(crate) async fn submit_join(
    State(app): State<App>,
    form: Posted<JoinForm>,
) -> Result<Response, PageError> {
    let (browser, form, mut problems) = posted(&app, form);
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
    let chooses_name = matches!(followed.chooses(), Some(Choice::Account | Choice::Taken));
    if chooses_name {
        let faults = account.faults(&app.config.branding.product, &app.policy().accounts);
        problems.extend(problems_of(&faults, browser.language));
    }
    if !problems.is_empty() || !chooses_name {
        return Ok(page(
            &app,
            browser,
            &followed,
            &text,
            Typed {
                name,
                ..Typed::with(problems)
            },
        ));
    }
    let source = browser.address.source();
    let hashed = app.hasher.hash(&source, password.clone()).await?;
    let now = clock::now();
    let change = match &followed.person {
        Some(person) => {
            let name = Some(name.as_str());
            let chosen = (hashed, None);
            recover(&followed.link, person, name, chosen, now, &app.mint)
        }
        None => {
            let (policy, mint) = (app.policy(), &app.mint);
            let person = account.into_person(hashed, Role::Person, Some(now), policy, mint);
            join(&followed.link, person)
        }
    };
    match change {
        Ok(transition) => {
            let chosen = (password, None);
            done(&app, browser, &followed, transition, &text, chosen).await
        }
        Err(fault) => Ok(over(&app, &browser, fault)),
    }
}

/// `POST`: sets the password, and signs in.
pub(crate) async fn submit_password(
    State(app): State<App>,
    form: Posted<NewPasswordForm>,
) -> Result<Response, PageError> {
    let (browser, form, mut problems) = posted(&app, form);
    let NewPasswordForm {
        link: text,
        password,
        code,
        earlier,
        proved: by_passkey,
    } = form;
    let followed = match Followed::find(&app, &text).await? {
        Ok(followed) => followed,
        Err(fault) => return again(&app, browser, fault, &text, password).await,
    };
    let Some(person) = followed.person.as_ref().filter(|_| {
        matches!(
            followed.chooses(),
            Some(Choice::Password | Choice::Restored)
        )
    }) else {
        let typed = Typed::default();
        return Ok(page(&app, browser, &followed, &text, typed));
    };
    let owner = Owner {
        email: &person.email,
        name: &person.name,
        product: &app.config.branding.product,
    };
    let fault = password_fault(&password, owner, &app.policy().accounts, "password");
    problems.extend(fault.map(|fault| Problem::from((&fault, browser.language))));
    let by_passkey = passkey::read(&app, &browser, &followed, by_passkey);
    if !problems.is_empty() {
        let typed = Typed {
            proved: by_passkey.map(|(_, text)| text),
            ..Typed::with(problems)
        };
        return Ok(page(&app, browser, &followed, &text, typed));
    }
    let whose = (person, &followed);
    let by_passkey = by_passkey.map(|(second, _)| second);
    let second = match proved(&app, &browser, whose, by_passkey, &code).await? {
        Ok(second) => second,
        Err(wrong) => return Ok(shown(&app, browser, &followed, &text, "code", wrong)),
    };
    let takes_back = !earlier.is_empty();
    if takes_back && let Err(wrong) = knew(&app, &browser, whose, earlier).await? {
        return Ok(shown(&app, browser, &followed, &text, "earlier", wrong));
    }
    let source = browser.address.source();
    let hashed = app.hasher.hash(&source, password.clone()).await?;
    let (now, mint) = (clock::now(), &app.mint);
    let change = match followed.chooses() {
        Some(Choice::Restored) => {
            let chosen = (hashed, takes_back);
            restore(&followed.link, person, chosen, now, mint)
        }
        _ => {
            let passkey = second.and_then(Second::passkey);
            recover(&followed.link, person, None, (hashed, passkey), now, mint)
        }
    };
    match change {
        Ok(transition) => {
            let chosen = (password, second);
            done(&app, browser, &followed, transition, &text, chosen).await
        }
        Err(fault) => Ok(over(&app, &browser, fault)),
    }
}

/// The second factor of somebody who chooses a new password: a mailbox alone recovers nothing. `Err`: what is wrong.
async fn proved(
    app: &App,
    browser: &BrowserContext,
    (person, followed): (&Person, &Followed),
    by_passkey: Option<Second>,
    code: &str,
) -> Result<Result<Option<Second>, Wrong>, PageError> {
    let Some(has) = followed.second.as_ref().filter(|_| by_passkey.is_none()) else {
        return Ok(Ok(by_passkey));
    };
    let language = browser.language;
    let (sentence, throttled) = match check(app, browser, (person, has), code).await? {
        Checked::Right(second) => return Ok(Ok(Some(second))),
        Checked::Wrong { recovery: true } => (language.text("second-recovery-wrong"), None),
        Checked::Wrong { recovery: false } => (language.text("second-wrong"), None),
        Checked::Unreadable => (language.text("second-unreadable"), None),
        Checked::Throttled(throttled) => {
            let sentence = throttle::sentence(throttled, language);
            (sentence, Some(throttled))
        }
    };
    Ok(Err((sentence, throttled)))
}

/// Whether somebody knows a password that the account had before what a link takes back.
pub(super) async fn knew(
    app: &App,
    browser: &BrowserContext,
    (person, followed): (&Person, &Followed),
    password: String,
) -> Result<Result<(), Wrong>, PageError> {
    let (source, earlier) = (browser.address.source(), followed.earlier.clone());
    let proof = prove_earlier(app, person, &source, password, earlier).await?;
    let language = browser.language;
    Ok(match proof {
        PasswordProof::Right => Ok(()),
        PasswordProof::Wrong => Err((language.text("link-wrong-earlier"), None)),
        PasswordProof::Throttled(throttled) => {
            Err((throttle::sentence(throttled, language), Some(throttled)))
        }
    })
}

/// Settles what a link allowed, and signs in with the password that was chosen.
async fn done(
    app: &App,
    mut browser: BrowserContext,
    followed: &Followed,
    transition: Transition,
    text: &str,
    (password, second): (String, Option<Second>),
) -> Result<Response, PageError> {
    let act = app.act_now(browser.address);
    let transition = transition.in_language(browser.language);
    if !freed(app, &browser, followed).await? {
        return Ok(has_apps(app, &browser));
    }
    if app.settle_one(transition, act).await? == Outcome::Conflict {
        return match Followed::find(app, text).await? {
            Err(fault) => again(app, browser, fault, text, password).await,
            Ok(followed) if followed.chooses() == Some(Choice::Taken) => {
                Ok(has_apps(app, &browser))
            }
            Ok(_) => Ok(taken(app, &browser)),
        };
    }
    let email = followed.link.email.as_str();
    match app.store.person_by_email(email).await? {
        Some(person) => {
            let purpose = followed.link.purpose;
            go_on(app, &mut browser, (&person, second), purpose).await
        }
        None => Ok(over(app, &browser, LinkFault::Unknown)),
    }
}

/// Takes the address that an account is to have from another that never proved it. Whether it can be had: not if that one
/// has apps.
pub(super) async fn freed(
    app: &App,
    browser: &BrowserContext,
    followed: &Followed,
) -> Result<bool, PageError> {
    let Some(squatter) = &followed.squatter else {
        return Ok(true);
    };
    let (link, now) = (&followed.link, clock::now());
    let Some(change) = release(link, squatter, now, &app.mint) else {
        return Ok(true);
    };
    let act = app.act(now, browser.address);
    if app.settle_one(change, act).await? == Outcome::Committed {
        return Ok(true);
    }
    // The link may have been used meanwhile, or the address proved: then the change itself says so.
    let found = app.store.person(squatter.subject).await?;
    let same = |found: &Person| found.email == squatter.email && found.verified_at.is_none();
    let works = app.store.mail_link(link.id).await?;
    let works = works.is_some_and(|link| link.used_at.is_none());
    Ok(!(works && found.as_ref().is_some_and(same)))
}

/// Signs in, and goes on with what this browser was about to do when it asked for the mail. Another browser goes to
/// the account.
async fn go_on(
    app: &App,
    browser: &mut BrowserContext,
    (person, second): (&Person, Option<Second>),
    purpose: LinkPurpose,
) -> Result<Response, PageError> {
    let what = match purpose {
        LinkPurpose::SignUp | LinkPurpose::Invitation => "joined",
        _ => "recovered",
    };
    let carried = Carried::kept(browser.onward.clone());
    let continuation = match Continuation::load(app, &carried, browser).await? {
        Continuation::Over(_) => Continuation::Account,
        open => open,
    };
    let continuation = match continuation.suits(person) {
        true => continuation,
        false => Continuation::Account,
    };
    let on = match &continuation {
        Continuation::Account => done_page(what),
        _ => continuation.href(),
    };
    let back = continuation.with(path::SIGN_IN);
    let ways = Ways { on, back };
    if let Some(second) = second {
        let proof = Proof::PasswordAnd(second);
        return welcome(app, person, browser, (false, proof), ways).await;
    }
    let how = (&continuation, false, Proof::Password);
    enter(app, person, browser, how, ways).await
}

/// A form that comes once more, as after a button that was pressed twice: whoever has the password that was just chosen
/// goes on as the first time. Another is told what is wrong with the link.
async fn again(
    app: &App,
    mut browser: BrowserContext,
    fault: LinkFault,
    text: &str,
    password: String,
) -> Result<Response, PageError> {
    let link = match PresentedLink::parse(text) {
        Some(presented) if fault == LinkFault::Used => {
            let row = app.store.mail_link(presented.locator()).await?;
            presented.used_lately(row, &app.key, clock::now())
        }
        _ => None,
    };
    let Some(link) = link else {
        return Ok(over(app, &browser, fault));
    };
    let person = app.store.person_by_email(link.email.as_str()).await?;
    let Some(person) = person.filter(Person::is_active) else {
        return Ok(over(app, &browser, fault));
    };
    let source = browser.address.source();
    match prove(app, &person, &source, None, password).await? {
        PasswordProof::Right => {
            // What it proved beside the password is used up; the session that it began is there.
            let before = begun_before(app, &person, &browser).await?;
            let second = before.map(|_| Second::Code);
            go_on(app, &mut browser, (&person, second), link.purpose).await
        }
        PasswordProof::Wrong | PasswordProof::Throttled(_) => Ok(over(app, &browser, fault)),
    }
}

pub(super) fn taken(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let said = (
        language.text("link-taken-title"),
        language.text("link-taken-by"),
    );
    let next = ("your-account", path::ACCOUNT);
    let cause = "a link for an address that another account has";
    plain(app, browser, (StatusCode::CONFLICT, cause), said, next)
}
