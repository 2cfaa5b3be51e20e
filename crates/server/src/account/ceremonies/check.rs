//! Looks at what an authenticator answered, and uses the ceremony up.
use super::begin::{Answered, may_have};
use crate::account::throttle::{self, admit};
use crate::http::error::PageError;
use crate::http::session::BrowserContext;
use crate::ops::clock;
use crate::ops::passkeys::{Answer, Passkeys, Proved, Unproved};
use crate::state::App;
use axum::http::StatusCode;
use pages::{Speak, Text};
use protocol::accounts::passkeys::ceremony::{Ceremony, CeremonyFault, Purpose};
use protocol::accounts::passkeys::{KeyPlace, Passkey, copied, use_in};
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::types::{Locator, Person, Subject};
use store::Outcome;

/// What is known of an answer.
pub(in crate::account) enum Checked {
    /// It is good, and used up: whose passkey it is, where its key is, which it is.
    Right(Box<Person>, KeyPlace, Locator),
    /// It is not.
    Refused(Refused),
    /// It was good, and came once more: whose it is.
    Again(Box<Person>),
}

/// Why an answer leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::account) enum Refused {
    /// It is none of ours, or not of whom it should be.
    Wrong,
    /// It took too long.
    Late,
    /// Somebody has a copy of the key.
    Copied,
    /// Too many were tried.
    Throttled(Throttled),
}

impl Refused {
    /// The status and the sentence of the page that is shown again.
    pub(in crate::account) fn told(self, speaker: impl Speak) -> (StatusCode, Text) {
        match self {
            Refused::Wrong => (StatusCode::UNAUTHORIZED, speaker.text("passkey-refused")),
            Refused::Late => (StatusCode::BAD_REQUEST, speaker.text("passkey-late")),
            Refused::Copied => (StatusCode::UNAUTHORIZED, speaker.text("passkey-copied")),
            Refused::Throttled(throttled) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                (status, throttle::sentence(throttled, speaker))
            }
        }
    }
}

/// Counts an attempt, looks at it, and uses it up. `whose`: who is to be proved; `None`: whoever it is, by what the
/// authenticator says.
///
/// # Errors
/// When the store fails.
pub(in crate::account) async fn check(
    app: &App,
    browser: &BrowserContext,
    (purpose, whose): (Purpose, Option<Subject>),
    answered: &Answered,
) -> Result<Checked, PageError> {
    let wrong = || Ok(Checked::Refused(Refused::Wrong));
    let (Some(passkeys), Some(own)) = (&app.passkeys, browser.told()) else {
        return wrong();
    };
    let now = clock::now();
    let ceremony = match Ceremony::read(&answered.ceremony, purpose, own, &app.key, now) {
        Ok(ceremony) => ceremony,
        Err(CeremonyFault::Late) => return Ok(Checked::Refused(Refused::Late)),
        Err(CeremonyFault::Foreign) => return wrong(),
    };
    let attempt = Attempt::passkey(&browser.address.source());
    if let Some(throttled) = admit(app, &attempt).await? {
        return Ok(Checked::Refused(Refused::Throttled(throttled)));
    }
    let Some(answer) = Answer::read(&answered.credential) else {
        return wrong();
    };
    let Some((passkey, person)) = known(app, &answer, whose).await? else {
        return wrong();
    };
    let checked = judge(
        app,
        browser,
        passkeys,
        (&ceremony, &answer),
        (&passkey, person),
    )
    .await?;
    if let Checked::Right(..) = checked {
        app.settle_one(attempt.succeeded(), clock::now()).await?;
    }
    Ok(checked)
}

/// The passkey that answered, and whose it is. "Verify that the user identified by this value is the owner of
/// credentialSource" (WebAuthn Level 2 §7.2, step 6).
async fn known(
    app: &App,
    answer: &Answer,
    whose: Option<Subject>,
) -> Result<Option<(Passkey, Box<Person>)>, PageError> {
    let Some(passkey) = app.store.passkey(answer.credential()).await? else {
        return Ok(None);
    };
    let is_theirs = match answer.handle() {
        Some(handle) => handle == passkey.credential.handle,
        None => whose.is_some(),
    };
    if !is_theirs || whose.is_some_and(|subject| subject != passkey.subject) {
        return Ok(None);
    }
    let person = app.store.person(passkey.subject).await?;
    let person = person.filter(|person| may_have(app, person));
    Ok(person.map(|person| (passkey, Box::new(person))))
}

async fn judge(
    app: &App,
    browser: &BrowserContext,
    passkeys: &Passkeys,
    (ceremony, answer): (&Ceremony, &Answer),
    (passkey, person): (&Passkey, Box<Person>),
) -> Result<Checked, PageError> {
    let now = clock::now();
    let act = app.act(now, browser.address);
    match passkeys.proved(&ceremony.state, answer, passkey) {
        Ok(Proved { credential, place }) => {
            let used = use_in(ceremony.id, passkey, credential);
            Ok(match app.settle_one(used, act).await? {
                Outcome::Committed => Checked::Right(person, place, passkey.id),
                Outcome::Conflict => Checked::Again(person),
            })
        }
        Err(Unproved::Copied) => {
            let told = app.config.mail.is_some();
            let change = copied(ceremony.id, passkey, &person, told, now, &app.mint);
            let change = change.in_language(browser.language);
            // A good answer that comes once more has a counter that is not new either.
            Ok(match app.settle_one(change, act).await? {
                Outcome::Committed => Checked::Refused(Refused::Copied),
                Outcome::Conflict => Checked::Again(person),
            })
        }
        Err(Unproved::Wrong(_)) => Ok(Checked::Refused(Refused::Wrong)),
    }
}
