//! Who is told of what is done to an account.
use crate::state::AppState;
use protocol::types::Person;

/// Whether somebody hears by mail of what is done to their account.
pub(in crate::account) fn tells(app: &AppState, person: &Person) -> bool {
    person.test_app.is_none() && app.config.mail.is_some()
}
