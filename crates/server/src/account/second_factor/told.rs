//! Who hears by mail of what is done to their account.
use crate::state::AppState;
use protocol::types::Person;

/// Whether somebody does.
pub(super) fn tells(app: &AppState, person: &Person) -> bool {
    person.test_app.is_none() && app.config.mail.is_some()
}
