//! The APIs that tokens are for.
use super::signing::AlgorithmName;
use crate::values::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An API that tokens are for, one `[[api]]` table each. Its scopes say which tokens are: introspection and JWTs name it
/// in `aud`. Where you tell none apart, no token has an audience.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "identifier": "https://api.example.com", "scopes": ["tasks:read"] }]))]
pub(crate) struct ApiSettings {
    /// What names it: an absolute URI without `#`, such as `"https://api.example.com"`. Required.
    pub(crate) identifier: String,
    /// Its scopes, as the catalogue names them; each belongs to one API at most. Required.
    pub(crate) scopes: Vec<String>,
    /// What its tokens look like: `"opaque"` ones are asked about, `"jwt"` ones (RFC 9068) are read by the API itself, and
    /// take a key under `[signing]`. A token is a JWT where each of its scopes belongs to an API that wants one, by the
    /// same algorithm.
    #[serde(default)]
    pub(crate) token: ApiToken,
    /// How long its access tokens live, up to 2y; default: `token.lifetimes.access`. A token for several lives as long as
    /// the shortest of theirs.
    #[serde(default)]
    pub(crate) lifetime: Option<Span>,
    /// By which of `signing.algorithms` its JWTs are signed; default: the first.
    #[serde(default)]
    pub(crate) algorithm: Option<AlgorithmName>,
    /// Whether it takes tokens that are bound to keys, and looks at their proofs (DPoP, RFC 9449): then its document
    /// (RFC 9728) says so. An API behind `verify` does that once it is told its own address.
    #[serde(default)]
    pub(crate) proofs: bool,
}

/// What the tokens of an API look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ApiToken {
    #[default]
    Opaque,
    Jwt,
}
