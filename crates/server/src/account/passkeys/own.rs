//! A person's own passkeys: what there are, and how they add, rename and remove one. All of it takes a proof of the last ten
//! minutes.
use super::made::{Made, NotMade, made};
use crate::account::ceremonies::to_add;
use crate::account::second_factor::{Before, Said, of_here, page, proved, shown_codes, tells};
use crate::account::welcome::begin as begin_session;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::{Continuation, OwnPage, after_url};
use crate::ops::clock;
use crate::ops::passkeys::place_of;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::{PasskeyAsk, Security, Speak, path};
use protocol::Params;
use protocol::accounts::passkeys::{
    KeyPlace, NewPasskey, Passkey, RemoveError, add as adding, is_first, name, remove as removing,
    rename as renaming,
};
use protocol::accounts::second_factor::Second;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::decision::Mint;
use protocol::facts::SessionFacts;
use protocol::types::Locator;
use store::Outcome;

/// A passkey that a browser made.
pub(crate) struct AddForm {
    made: Made,
}

impl WholeForm for AddForm {
    const PATH: &'static str = PasskeyAsk::ADD;

    fn read(fields: &Params) -> Self {
        AddForm {
            made: Made::of(fields),
        }
    }
}

/// Another name.
pub(crate) struct RenameForm {
    id: String,
    name: String,
}

impl WholeForm for RenameForm {
    const PATH: &'static str = PasskeyAsk::RENAME;

    fn read(fields: &Params) -> Self {
        RenameForm {
            id: fields.text("id"),
            name: fields.text("name"),
        }
    }
}

/// That one is removed.
pub(crate) struct RemoveForm {
    id: String,
}

impl WholeForm for RemoveForm {
    const PATH: &'static str = PasskeyAsk::REMOVE;

    fn read(fields: &Params) -> Self {
        RemoveForm {
            id: fields.text("id"),
        }
    }
}

/// `POST`: adds one. With the first come recovery codes, and a session that began with both factors.
pub(super) async fn add(
    State(app): State<App>,
    posted: Posted<AddForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = of_here(&app, posted).await?;
    proved(&facts)?;
    let has = app.store.second_factors(facts.person.subject).await?;
    // Who has a second factor adds another with it alone.
    if !has.is_none() && !facts.session.has_second_factor() {
        return again(&app, browser, &facts, "passkeys-not-added").await;
    }
    let made = made(&app, &browser, (&facts.person, to_add(&facts)), &form.made);
    let credential = match made {
        Ok(made) => made,
        Err(NotMade::Nobody) => return Err(PageFault::NotFound.into()),
        Err(NotMade::Because(problem)) => return again(&app, browser, &facts, problem).await,
    };
    let (ceremony, credential, name) = credential;
    let codes = match is_first(&has) {
        true => RecoveryCode::of_round(&app.key, form.made.ceremony.as_bytes()),
        false => Vec::new(),
    };
    let place = place_of(&credential);
    let id = app.mint.locator();
    let new = NewPasskey {
        id,
        person: &facts.person,
        ceremony,
        credential,
        name,
        codes: &codes,
        session: Some(&facts.session),
        answer: None,
    };
    let now = clock::now();
    let change = adding(new, tells(&app, &facts.person), now, &app.mint);
    let change = change.in_language(browser.language);
    let act = app.act(now, browser.address);
    if app.settle_one(change, act).await? == Outcome::Conflict {
        return again(&app, browser, &facts, "passkeys-taken").await;
    }
    match codes.is_empty() {
        true => Ok(reply::see_other(&done("passkey-added"))),
        false => first(&app, browser, &facts, (place, id), &codes).await,
    }
}

/// A session with both factors, and the recovery codes.
async fn first(
    app: &App,
    browser: BrowserContext,
    facts: &SessionFacts,
    (place, id): (KeyPlace, Locator),
    codes: &[RecoveryCode],
) -> Result<Response, PageError> {
    // The account has forgotten every browser; it knows this one from now on.
    let person = app.store.person(facts.person.subject).await?;
    let before = Before::of_session(&facts.session);
    let second = Second::Passkey(place, id);
    let methods = before.methods(second);
    let begun = match &person {
        Some(person) => {
            let how = (false, before.proof(second, &methods));
            begin_session(app, person, &browser, how).await?
        }
        None => None,
    };
    let (Some(person), Some(begun)) = (person, begun) else {
        let sign_in = after_url(
            &Continuation::Own(OwnPage::Security).with(path::SIGN_IN),
            "changed",
        );
        return Ok(reply::see_other(&sign_in));
    };
    let continuation = Continuation::Own(OwnPage::Security);
    Ok(shown_codes(
        app,
        &browser,
        &continuation,
        (&person, &begun),
        codes,
    ))
}

/// The one of a person's that a form names.
async fn named(app: &App, facts: &SessionFacts, id: &str) -> Result<Option<Passkey>, PageError> {
    let own = app.store.passkeys(facts.person.subject).await?;
    Ok(own.into_iter().find(|one| one.id.0.to_string() == id))
}

/// `POST`: gives one another name.
pub(super) async fn rename(
    State(app): State<App>,
    posted: Posted<RenameForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = of_here(&app, posted).await?;
    proved(&facts)?;
    let Some(name) = name(&form.name) else {
        return again(&app, browser, &facts, "passkeys-name-wrong").await;
    };
    let own = named(&app, &facts, &form.id).await?;
    if let Some(own) = own.filter(|_| facts.session.has_second_factor()) {
        let act = app.act_now(browser.address);
        if app.settle_one(renaming(&own, name), act).await? == Outcome::Committed {
            return Ok(reply::see_other(&done("passkey-renamed")));
        }
    }
    again(&app, browser, &facts, "passkeys-gone").await
}

/// `POST`: removes one.
pub(super) async fn remove(
    State(app): State<App>,
    posted: Posted<RemoveForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = of_here(&app, posted).await?;
    proved(&facts)?;
    let Ok(id) = form.id.parse().map(Locator) else {
        return again(&app, browser, &facts, "passkeys-gone").await;
    };
    let subject = facts.person.subject;
    for context in app.tries() {
        let own = app.store.passkeys(subject).await?;
        let identities = app.store.identities(subject).await?.len();
        let told = tells(&app, &facts.person);
        let decision = removing(id, &facts, (&own, identities), told, &context);
        let act = app.act_now(browser.address);
        let problem = match app.settle(decision, act).await? {
            None => continue,
            Some(Ok(())) => return Ok(reply::see_other(&done("passkey-removed"))),
            Some(Err(RemoveError::Unknown | RemoveError::LongAgo)) => "passkeys-gone",
            Some(Err(RemoveError::LastWay)) => "passkeys-last",
        };
        return again(&app, browser, &facts, problem).await;
    }
    again(&app, browser, &facts, "passkeys-gone").await
}

fn done(what: &str) -> String {
    format!("{}?done={what}", Security::PATH)
}

/// The page again, with what is wrong: a message.
async fn again(
    app: &App,
    browser: BrowserContext,
    facts: &SessionFacts,
    problem: &'static str,
) -> Result<Response, PageError> {
    let said = Said {
        notice: None,
        problem: Some(browser.language.text(problem)),
    };
    page(app, browser, facts, said).await
}
