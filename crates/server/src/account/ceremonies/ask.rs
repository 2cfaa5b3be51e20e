//! What the pages of a sign-in ask.
use super::begin::begin;
use crate::http::error::PageError;
use crate::http::session::BrowserContext;
use crate::interaction::continuation::Continuation;
use crate::state::App;
use pages::PasskeyAsk;
use protocol::accounts::passkeys::Passkey;
use protocol::accounts::passkeys::ceremony::Purpose;
use protocol::accounts::second_factor::SecondFactors;
use protocol::types::{Locator, Person};

/// What the sign-in page asks; nothing on the test side, whose people have none.
pub(in crate::account) fn sign_in(
    app: &App,
    continuation: &Continuation,
    browser: &mut BrowserContext,
) -> Option<PasskeyAsk> {
    let passkeys = app
        .passkeys
        .as_ref()
        .filter(|_| !continuation.is_for_tests())?;
    let begun = passkeys.to_prove(&[])?;
    let what = (Purpose::SignIn, PasskeyAsk::SIGN_IN);
    Some(begin(app, browser, what, begun))
}

/// What the page of the second step asks of a person who has passkeys.
///
/// # Errors
/// When the store fails.
pub(in crate::account) async fn second_factor(
    app: &App,
    browser: &mut BrowserContext,
    person: &Person,
    has: &SecondFactors,
) -> Result<Option<PasskeyAsk>, PageError> {
    let Some(passkeys) = app.passkeys.as_ref().filter(|_| has.passkeys > 0) else {
        return Ok(None);
    };
    let own = app.store.passkeys(person.subject).await?;
    let what = (
        Purpose::SecondFactor(person.subject),
        PasskeyAsk::SECOND_FACTOR,
    );
    let begun = passkeys.to_prove(&own);
    Ok(begun.map(|begun| begin(app, browser, what, begun)))
}

/// What the page behind a link asks of a person who has these passkeys, and chooses a new password there.
pub(in crate::account) fn new_password(
    app: &App,
    browser: &mut BrowserContext,
    link: Locator,
    own: &[Passkey],
) -> Option<PasskeyAsk> {
    let passkeys = app.passkeys.as_ref().filter(|_| !own.is_empty())?;
    let what = (Purpose::NewPassword(link), PasskeyAsk::NEW_PASSWORD);
    let begun = passkeys.to_prove(own)?;
    Some(begin(app, browser, what, begun))
}
