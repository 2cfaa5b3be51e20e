//! What is fetched from elsewhere.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the server may fetch from hosts that developers name, such as the proof that a domain is theirs. Hosts of the
/// internet always, by https; never this machine or a private network, but for what stands here.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OutboundSettings {
    /// Hosts and networks of your own that may be fetched from though they are private: a host's name, such as
    /// `keys.corp.example`, whose addresses may then be in private networks; an address, or a network such as
    /// `10.1.0.0/16`.
    pub(crate) allow: Vec<String>,
    /// A file with the certificates of your own authorities, in PEM, which are believed beside those that the machine
    /// trusts.
    pub(crate) ca_file: Option<PathBuf>,
}
