//! Checks `[sealing]`: where the keys are under which secrets are stored.
use super::checks::Checks;
use std::fmt;
use std::path::PathBuf;

/// Where the sealing keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealingKeys {
    /// In a file of the server's own, in its folder of keys; the first start makes it.
    Own,
    /// In a file that the operator named.
    File(PathBuf),
    /// In the configuration, as a rule in the environment.
    Text(KeyText),
}

/// Keys that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(pub String);

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(…)")
    }
}

/// Checks the table. Whether the keys are any is seen when they are read.
pub(super) fn sealing(checks: &mut Checks<'_>) -> SealingKeys {
    let settings = &checks.settings().sealing;
    match (&settings.keys, &settings.keys_file) {
        (None, None) => SealingKeys::Own,
        (Some(text), None) => SealingKeys::Text(KeyText(text.clone())),
        (None, Some(file)) => SealingKeys::File(checks.layers.resolved("sealing.keys_file", file)),
        (Some(_), Some(_)) => {
            checks.fault(
                "sealing.keys_file",
                "stands beside sealing.keys: one of them is enough",
            );
            SealingKeys::Own
        }
    }
}
