//! Where everything is kept: what the configuration names, as the store takes it.
use anyhow::anyhow;
use config::{Config, Storage};
use store::{Location, PostgresUrl};

/// Says what is wrong with the URL of a PostgreSQL database.
///
/// # Errors
/// One sentence, without the URL itself.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    PostgresUrl::parse(url).map(drop)
}

/// Which database it is.
///
/// # Errors
/// One sentence, if [`check_url`] did not look at it.
pub(crate) fn location(config: &Config) -> anyhow::Result<Location> {
    Ok(match &config.storage {
        Storage::Sqlite(path) => Location::Sqlite(path.clone()),
        Storage::Postgres(url) => Location::Postgres(
            PostgresUrl::parse(&url.0).map_err(|what| anyhow!("storage.url: {what}"))?,
        ),
    })
}

/// What an answer waits for.
pub(crate) fn synchronous(config: &Config) -> store::Synchronous {
    match config.synchronous {
        config::Synchronous::Full => store::Synchronous::Full,
        config::Synchronous::Normal => store::Synchronous::Normal,
        config::Synchronous::Off => store::Synchronous::Off,
    }
}
