//! Passkeys.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What browsers bind passkeys to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PasskeySettings {
    /// Whether people may have passkeys.
    pub(crate) enabled: bool,
    /// The domain that passkeys are bound to (RP ID): the issuer's host, or a domain that it ends with, such as `example.com`
    /// for an issuer at `id.example.com`. Default: the issuer's host. Not to be changed once there are passkeys: those that
    /// are bound to another domain lead in no more.
    pub(crate) rp_id: Option<String>,
}

impl Default for PasskeySettings {
    fn default() -> Self {
        PasskeySettings {
            enabled: true,
            rp_id: None,
        }
    }
}
