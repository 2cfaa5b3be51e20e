//! The keys that sign.
use crate::values::Span;
use protocol::signing_keys::SigningAlgorithm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The keys that sign, which are made, published, used and removed by themselves: ID tokens, and the tokens of an `[[api]]` that
/// wants JWTs. The set of them is at `/.well-known/jwks.json`, and the metadata names it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SigningSettings {
    /// The algorithms for which there is a key: any of `ES256`, `EdDSA`, `RS256` and `PS256`. Default: none, and `RS256`
    /// where OpenID Connect is spoken.
    pub(crate) algorithms: Vec<AlgorithmName>,
    /// How long a key signs until the next one does: at least `publish_ahead` and `keep_retired`
    /// together, up to 2y; `0s`: until `valetkey key rotate --signing`.
    pub(crate) rotate_after: Span,
    /// How long a key is published before it signs: 10m to 30d. APIs may keep the set half as long, an hour at most.
    pub(crate) publish_ahead: Span,
    /// How long a key stays published after it signed last: as long as what is signed may live, and a minute more. Default:
    /// `1d`; where OpenID Connect is spoken as long as `accounts.session`, if `rotate_after` leaves room for that, because
    /// apps name who is to sign out by an ID token of theirs.
    pub(crate) keep_retired: Option<Span>,
}

impl Default for SigningSettings {
    fn default() -> Self {
        SigningSettings {
            algorithms: Vec::new(),
            rotate_after: Span::days(90),
            publish_ahead: Span::days(1),
            keep_retired: None,
        }
    }
}

/// An algorithm, as JOSE names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum AlgorithmName {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
}

impl From<AlgorithmName> for SigningAlgorithm {
    fn from(name: AlgorithmName) -> Self {
        match name {
            AlgorithmName::Es256 => SigningAlgorithm::Es256,
            AlgorithmName::EdDsa => SigningAlgorithm::EdDsa,
            AlgorithmName::Rs256 => SigningAlgorithm::Rs256,
            AlgorithmName::Ps256 => SigningAlgorithm::Ps256,
        }
    }
}
