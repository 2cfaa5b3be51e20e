//! Whether somebody has the password of an account that is about to change.
use super::throttle::admit;
use crate::http::error::PageError;
use crate::ops::clock;
use crate::ops::hasher::HashFault;
use crate::state::App;
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::types::Person;

/// What is known of a password that was typed.
pub(crate) enum Proof {
    /// It is the account's.
    Right,
    /// It is another.
    Wrong,
    /// It was guessed at too often to be looked at.
    Throttled(Throttled),
}

/// Counts an attempt and looks at the password. `known_device`: what the browser is counted by, if it is signed in.
///
/// # Errors
/// When the store fails, or too many wait to be hashed.
pub(crate) async fn prove(
    app: &App,
    person: &Person,
    source: &str,
    known_device: Option<&str>,
    password: String,
) -> Result<Proof, PageError> {
    let stored = [person.password.clone()];
    prove_one_of(app, &person.email, (source, known_device), password, stored).await
}

/// The same, of passwords that an account had earlier, by a stranger.
///
/// # Errors
/// When the store fails, or too many wait to be hashed.
pub(crate) async fn prove_earlier(
    app: &App,
    person: &Person,
    source: &str,
    password: String,
    earlier: Vec<String>,
) -> Result<Proof, PageError> {
    prove_one_of(app, &person.email, (source, None), password, earlier).await
}

/// One attempt, which is right if it is one of these.
async fn prove_one_of(
    app: &App,
    email: &str,
    (source, known_device): (&str, Option<&str>),
    password: String,
    stored: impl IntoIterator<Item = String>,
) -> Result<Proof, PageError> {
    let attempt = Attempt::new(email, source, known_device);
    if let Some(throttled) = admit(app, &attempt).await? {
        return Ok(Proof::Throttled(throttled));
    }
    for stored in stored {
        let password = password.clone();
        let checked = app.hasher.verify(source, password, Some(stored)).await;
        if matches!(checked, Err(HashFault::Busy)) {
            app.settle_one(attempt.not_looked_at(), clock::now())
                .await?;
        }
        if checked?.is_right() {
            app.settle_one(attempt.succeeded(), clock::now()).await?;
            return Ok(Proof::Right);
        }
    }
    Ok(Proof::Wrong)
}

/// What attempts on the account page are counted by: no stranger makes them.
pub(crate) const ACCOUNT_PAGE: Option<&str> = Some("account page");
