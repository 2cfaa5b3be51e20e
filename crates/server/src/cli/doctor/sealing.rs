//! Whether what is stored sealed can be opened.
use super::finding::{Finding, failed, ok, warning};
use crate::cli::failure::Failure;
use crate::cli::place::Opened;
use crate::cli::runtime::wait;
use crate::ops::sealing::{Found, Sealing};
use crate::ops::{lost_key, server_key};
use crate::preflight;
use config::{Config, SealingKeys, Storage};
use store::Stay;

const ABOUT: &str = "sealing";

/// Whether the server's own key is gone: the next start makes another without asking.
pub(super) fn own_key(config: &Config) -> Option<Finding> {
    let is_new = matches!(&config.storage, Storage::Sqlite(path) if !path.exists());
    if is_new || server_key::path(&config.keys).exists() {
        return None;
    }
    let lost = wait(async {
        let at = Opened::of(config.clone(), Stay::Look)?;
        Ok::<_, Failure>(lost_key::is_lost(&at.store).await?)
    });
    let lost = matches!(lost, Ok(Ok(true)));
    lost.then(|| warning("server key", lost_key::missing(config)))
}

/// Reads the keys, and opens every value with them.
pub(super) fn finding(config: &Config) -> Finding {
    if let Err(what) = preflight::sealing_keys(config) {
        return failed(ABOUT, what);
    }
    if let Storage::Sqlite(path) = &config.storage
        && !path.exists()
    {
        return ok(ABOUT, "nothing is stored yet");
    }
    // Only its own may be missing: the first start makes them.
    let sealing = match (Sealing::read(config), &config.sealing) {
        (Ok(sealing), _) => sealing,
        (Err(_), SealingKeys::Own) => Sealing::lost(config),
        (Err(error), _) => return failed(ABOUT, format!("{error:#}")),
    };
    let found = wait(async {
        let at = Opened::of(config.clone(), Stay::Look)?;
        Ok::<_, Failure>(Found::of(&sealing, &at.store).await?)
    });
    match found {
        Ok(Ok(found)) => of_found(&found),
        Ok(Err(_)) | Err(_) => warning(
            ABOUT,
            "what is sealed was not looked at, since the database does not open",
        ),
    }
}

fn of_found(found: &Found) -> Finding {
    let Some((purpose, why, count)) = found.unopened.first() else {
        let values: u64 = found.by_key.values().sum();
        let keys = found.by_key.len();
        return ok(
            ABOUT,
            match values {
                0 => "nothing is stored sealed".to_owned(),
                1 => "the keys open the one value that is sealed".to_owned(),
                _ if keys == 1 => format!("the keys open all {values} values"),
                _ => format!("the keys open all {values} values, which {keys} of them sealed"),
            },
        );
    };
    failed(
        ABOUT,
        format!(
            "{count} values ({purpose}) do not open: of the first, {why}. Put the key file back from a backup; \
             without it they are lost, and must be set anew"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_value_that_no_key_opens_is_a_failure_that_says_what_to_do() {
        let mut found = Found::default();
        assert_eq!(of_found(&found).state, State::Ok);
        let why = "it was sealed under the key 0011223344556677, which is not here".to_owned();
        found.unopened = vec![("totp", why, 2)];
        let told = of_found(&found);
        assert_eq!(told.state, State::Failed);
        for part in ["2 values (totp)", "0011223344556677", "from a backup"] {
            assert!(told.sentence.contains(part), "{}", told.sentence);
        }
    }
}
