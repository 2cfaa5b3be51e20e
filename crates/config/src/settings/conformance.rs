//! Where standards ask for different things.
use protocol::policy::Conformance;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where standards ask for different things.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConformanceSettings {
    /// `strict` is what is safer. `oidc-cert` is for a server that is certified for OpenID Connect and for nothing else:
    /// assertions of clients may be for the token endpoint in place of the issuer.
    pub(crate) mode: Conformance,
}
