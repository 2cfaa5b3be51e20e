//! What the pages of links in mails post.
use super::followed::Followed;
use super::page::{Typed, asks_password, confirmed, has_apps, over, page, plain};
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
use pages::{ChoosePassword, ConfirmLink, Problem, Speak, Text, path};
use protocol::accounts::mail_link::{LinkFault, LinkPurpose, PresentedLink};
use protocol::accounts::mailbox::{Choice, confirm, join, recover, release, restore, take_back};
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people::{NewAccount, Role};
use protocol::accounts::second_factor::{Proof, Second};
use protocol::accounts::sign_in::Throttled;
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
}

/// That a link shall do what it is for, and the account's password where it is asked.
pub(crate) struct ConfirmForm {
    link: String,
    password: String,
    /// That it shall do no more than it does without a password.
    without: bool,
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
            code: field(fields, "code"),
            earlier: field(fields, "earlier"),
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
            without: field(fields, "without") == "password",
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

/// The form, and what is wrong with one that does not prove itself.
fn posted<F: Form<Page = F>>(app: &App, posted: Posted<F>) -> (BrowserContext, F, Vec<Problem>) {
    match posted {
        Posted::Current(browser, form) => (browser, form, Vec::new()),
        Posted::OutOfDate(browser, form) => {
            let stale = Problem::new("", browser.distrust(app, "link-stale"));
            (browser, form, vec![stale])
        }
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
            Typed { name, problems },
        ));
    }
    let source = browser.address.source();
    let hashed = app.hasher.hash(&source, password.clone()).await?;
    let now = clock::now();
    let change = match &followed.person {
        Some(person) => {
            let name = Some(name.as_str());
            recover(&followed.link, person, name, hashed, now, &app.mint)
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
    if !problems.is_empty() {
        let typed = Typed::with(problems);
        return Ok(page(&app, browser, &followed, &text, typed));
    }
    let second = match proved(&app, &browser, (person, &followed), &code).await? {
        Ok(second) => second,
        Err(wrong) => return Ok(shown(&app, browser, &followed, &text, "code", wrong)),
    };
    let source = browser.address.source();
    let takes_back = match earlier.is_empty() {
        true => false,
        false => match knew(&app, &browser, (person, &followed), earlier).await? {
            Ok(()) => true,
            Err(wrong) => return Ok(shown(&app, browser, &followed, &text, "earlier", wrong)),
        },
    };
    let hashed = app.hasher.hash(&source, password.clone()).await?;
    let (now, mint) = (clock::now(), &app.mint);
    let change = match followed.chooses() {
        Some(Choice::Restored) => restore(&followed.link, person, (hashed, takes_back), now, mint),
        _ => recover(&followed.link, person, None, hashed, now, mint),
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
    code: &str,
) -> Result<Result<Option<Second>, Wrong>, PageError> {
    let Some(has) = &followed.second else {
        return Ok(Ok(None));
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

/// What is wrong with a field, and whether it was tried too often.
type Wrong = (Text, Option<Throttled>);

/// The form again, with what is wrong with a field.
fn shown(
    app: &App,
    browser: BrowserContext,
    followed: &Followed,
    text: &str,
    field: &'static str,
    (sentence, throttled): Wrong,
) -> Response {
    let typed = Typed::with(vec![Problem::new(field, sentence)]);
    let form = page(app, browser, followed, text, typed);
    match throttled {
        Some(throttled) => throttle::refuse(form, throttled),
        None => form,
    }
}

/// Whether somebody knows a password that the account had before what a link takes back.
async fn knew(
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
async fn freed(
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
    let takes_back = !followed.earlier.is_empty() && !without;
    let proof = match asks_password(&browser, &followed) {
        Some(person) if takes_back => knew(&app, &browser, (person, &followed), password).await?,
        Some(person) if followed.earlier.is_empty() => {
            is_theirs(&app, &browser, person, password).await?
        }
        Some(_) | None => Ok(()),
    };
    if let Err(wrong) = proof {
        return Ok(shown(&app, browser, &followed, &text, "password", wrong));
    }
    let (now, person) = (clock::now(), followed.person.as_ref());
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

fn taken(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    let said = (
        language.text("link-taken-title"),
        language.text("link-taken-by"),
    );
    let next = ("your-account", path::ACCOUNT);
    let cause = "a link for an address that another account has";
    plain(app, browser, (StatusCode::CONFLICT, cause), said, next)
}
