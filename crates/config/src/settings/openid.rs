//! OpenID Connect.
use super::signing::AlgorithmName;
use crate::values::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// OpenID Connect: apps learn who signed in, by an ID token and at `paths.userinfo`. With it there is a scope `openid`, which
/// the catalogue may describe in your own words, and there is a key that signs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OpenIdSettings {
    /// Whether it is spoken. Off: no ID tokens, no userinfo, no logout by apps, and no `openid-configuration`.
    pub(crate) enabled: bool,
    /// How long an ID token is good: 1m to 1d.
    pub(crate) id_token: Span,
    /// What signs ID tokens of apps that registered no algorithm: one of `signing.algorithms`. Default: `RS256` if it is one
    /// of them, else the first.
    pub(crate) algorithm: Option<AlgorithmName>,
    /// What a sign-in with a password is worth, as `acr`: a name that you and your apps agreed on. Without: ID tokens have
    /// no `acr`.
    pub(crate) acr: Option<String>,
    /// What a sign-in with a second factor is worth, in the same way: another name. An app that asks for it (`acr_values`, or an
    /// essential `acr` in `claims`) gets it, and its person is asked for the second factor. Without: apps cannot ask.
    #[schemars(extend("examples" = ["urn:example:two-factors"]))]
    pub(crate) second_factor_acr: Option<String>,
    /// Claims that are told under another name, by their names: `id`, `number`, `name`, `email`, `email_verified`,
    /// `language` or `zone` of the account, or `document.X` for the member X of the person's own document
    /// (`valetkey user update --claims`).
    #[schemars(extend("examples" = [{ "preferred_username": "email" }]))]
    pub(crate) claims: BTreeMap<String, String>,
}

impl Default for OpenIdSettings {
    fn default() -> Self {
        OpenIdSettings {
            enabled: false,
            id_token: Span::seconds(3_600),
            algorithm: None,
            acr: None,
            second_factor_acr: None,
            claims: BTreeMap::new(),
        }
    }
}
