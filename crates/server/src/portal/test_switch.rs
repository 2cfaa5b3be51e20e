//! The switch of an app's test side, by page or by program.
use crate::ops::clock;
use crate::state::App;
use crate::test_side::{TestUser, make_users};
use protocol::apps::test_side::{TestSideError, switch_on, switch_on_again};
use protocol::apps::{ManagedApp, RESTORABLE};
use protocol::decision::Decision;
use protocol::events::Act;
use protocol::types::Client;
use std::sync::Arc;
use store::{Outcome, StoreError};

/// What became of a test side that was to be switched on.
pub(in crate::portal) enum Switched {
    /// It is on, and was before: it has what it had.
    Back,
    /// It is new: with its secret and people, which are told once.
    Made {
        test: Arc<Client>,
        secret: Option<String>,
        users: Vec<TestUser>,
    },
}

/// Switches the test side of a live app on. Twice, it is on.
///
/// # Errors
/// When the store fails; inside, why there is none.
pub(in crate::portal) async fn switch(
    app: &App,
    live: &ManagedApp,
    act: Act,
) -> Result<Result<Switched, TestSideError>, StoreError> {
    let live = live.client();
    if app.store.test_side(live.no).await?.is_some() {
        return Ok(Ok(Switched::Back));
    }
    let (policy, now) = (app.policy(), clock::now());
    let since = now.minus(RESTORABLE);
    if let Some((test, deleted_at)) = app.store.deleted_test_side(live.no, since).await? {
        return Ok(
            match switch_on_again(live, (&test, deleted_at), policy, &app.mint) {
                Err(error) => Err(error),
                Ok(back) => {
                    app.settle_one(back, act).await?;
                    Ok(Switched::Back)
                }
            },
        );
    }
    let (transition, registered) = match switch_on(live, policy, now, &app.mint) {
        Decision::Granted { transition, reply } => (transition, reply),
        Decision::Refused { error, .. } => return Ok(Err(error)),
    };
    if let Some(transition) = transition
        && app.settle_one(transition, act).await? == Outcome::Conflict
    {
        return Ok(Ok(Switched::Back));
    }
    // It may have been switched off in this very moment.
    let Some(test) = app.store.client(&registered.client_id).await? else {
        return Ok(Ok(Switched::Back));
    };
    let users = make_users(&app.store, &app.mint, policy, test.no).await;
    Ok(Ok(Switched::Made {
        test,
        secret: registered.client_secret,
        users: users.map_err(|_| StoreError::Overloaded)?,
    }))
}
