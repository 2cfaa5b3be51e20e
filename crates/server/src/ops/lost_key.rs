//! Whether the server's own key is gone, which a start makes anew without asking.
use super::server_key;
use config::Config;
use store::{EventQuery, Store, StoreError};

/// What goes with it.
const LOST: &str = "links in mails that were sent stop working, open forms must be loaded again, and browsers that people signed in from are strangers";

/// Whether people signed in at this database, which takes a key.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn is_lost(store: &Store) -> Result<bool, StoreError> {
    let query = EventQuery {
        name: Some("session.started".to_owned()),
        ..EventQuery::default()
    };
    Ok(!store.events(&query, 1).await?.is_empty())
}

/// What the log says when one was made in place of it.
pub(crate) fn made_anew(config: &Config) -> String {
    let path = server_key::path(&config.keys);
    format!(
        "{} was not there, though people signed in at this database before: a new one was made, so {LOST}. If a backup has the old one, put it back and start again; nodes of one database must have the same",
        path.display()
    )
}

/// What is told before that.
pub(crate) fn missing(config: &Config) -> String {
    let path = server_key::path(&config.keys);
    format!(
        "{} is missing, though a server ran here before: put it back from a backup. The next start makes a new one, and then {LOST}",
        path.display()
    )
}
