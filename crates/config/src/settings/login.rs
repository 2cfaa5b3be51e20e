//! How people sign in.
use crate::values::TextSetting;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How people sign in. Without this table: here, with an account of their own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LoginSettings {
    /// People have an account with you already, and sign in at your own login. Off without `url`.
    pub(crate) handoff: HandoffSettings,
    /// Other providers at which people can sign in, one table each.
    pub(crate) upstream: Vec<UpstreamSettings>,
}

/// People have an account with you already, and sign in at your own login. Off without `url`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HandoffSettings {
    /// The page of yours where they sign in, such as `https://app.example.com/oauth/login`. Browsers are sent there with
    /// `login_challenge`.
    pub(crate) url: Option<String>,
    /// What your server shows when it says who signed in: one secret, or two while one replaces the other. At least 24
    /// characters each, of letters, digits and `-._~+/`. Better left to `secret_files` or to the environment.
    pub(crate) secrets: Vec<String>,
    /// Files that hold one secret each. One line end at the end of each is left out.
    pub(crate) secret_files: Vec<PathBuf>,
    /// What your login calls what a sign-in is worth, for the words of apps, `openid.acr` and `openid.second_factor_acr`: `{
    /// "urn:example:two-factors" = "gold" }`. A word that is left out is the same there.
    pub(crate) acr: BTreeMap<String, String>,
}

/// Another provider at which people can sign in, one `[[login.upstream]]` table each; the sign-in page has a button for it.
/// Who comes from there is known by the provider's own id for them, and never by their address.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "id": "acme", "name": "Acme", "issuer": "https://login.acme.example", "client_id": "…", "secret_file": "acme-secret" }]))]
pub(crate) struct UpstreamSettings {
    /// What stands for it in addresses: 1 to 32 of `a-z`, `0-9` and `-`. Its redirect URI, to be registered there, is
    /// `https://<issuer>/sign-in/with/<id>/return`. Required.
    pub(crate) id: String,
    /// What people call it, which follows "Sign in with"; in several languages `{ en = "…", de = "…" }`. Required.
    pub(crate) name: TextSetting,
    /// What it speaks: `"oidc"` (OpenID Connect, all else is read from its discovery document), or `"oauth2"`: plain OAuth
    /// with an endpoint that says who it is.
    #[serde(default)]
    pub(crate) kind: UpstreamKind,
    /// Its issuer identifier, as its discovery document writes it. Required for `"oidc"`; of `"oauth2"` what it names in `iss`
    /// (RFC 9207), if it does. People are known by it: with another, they are others.
    #[serde(default)]
    pub(crate) issuer: Option<String>,
    /// What you are called there. Required.
    pub(crate) client_id: String,
    /// What you prove yourself by there. Better left to `secret_file`.
    #[serde(default)]
    pub(crate) secret: Option<String>,
    /// A file that holds the secret. One line end at its end is left out.
    #[serde(default)]
    pub(crate) secret_file: Option<PathBuf>,
    /// In place of a secret: a file with a private key (PKCS #8 in PEM) that signs assertions (`private_key_jwt`). Its `kid` is
    /// its thumbprint (RFC 7638).
    #[serde(default)]
    pub(crate) key_file: Option<PathBuf>,
    /// What is asked for. Default: `openid`, `email` and `profile` of `"oidc"`, nothing of `"oauth2"`.
    #[serde(default)]
    pub(crate) scopes: Option<Vec<String>>,
    /// Domains whose addresses belong to it: who types one on the sign-in page is led there, and an app's `login_hint` too.
    #[serde(default)]
    pub(crate) domains: Vec<String>,
    /// Whether who comes from there for the first time gets an account. Default: whether `accounts.sign_up` is open.
    #[serde(default)]
    pub(crate) sign_up: Option<bool>,
    /// Whether its word that more than one factor was proved (`mfa` in `amr`) stands in place of a second factor here. Of
    /// `"oidc"`.
    #[serde(default)]
    pub(crate) mfa: bool,
    /// Whether who signs out here is offered to sign out there too, if it has a place for that. Of `"oidc"`.
    #[serde(default)]
    pub(crate) sign_out: bool,
    /// Of `"oauth2"`: where browsers are sent.
    #[serde(default)]
    pub(crate) authorization_endpoint: Option<String>,
    /// Of `"oauth2"`: where a code is redeemed.
    #[serde(default)]
    pub(crate) token_endpoint: Option<String>,
    /// Of `"oauth2"`: where it says who the holder of a token is. People are known by it: with another, they are others.
    #[serde(default)]
    pub(crate) user_endpoint: Option<String>,
    /// Of `"oauth2"`: where it lists their addresses as `[{ "email", "primary", "verified" }]`, if it says there which are proved.
    #[serde(default)]
    pub(crate) emails_endpoint: Option<String>,
    /// Where it says what of a person, where that is not where others do: `{ id = "id", name = "name", email = "email",
    /// email_verified = "email_verified" }`. The `id` of `"oidc"` is always `sub`.
    #[serde(default)]
    pub(crate) claims: UpstreamClaims,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UpstreamKind {
    #[default]
    Oidc,
    OAuth2,
}

/// The names under which a provider says what.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpstreamClaims {
    /// The id that never changes: a text or a number.
    pub(crate) id: Option<String>,
    /// What they are called.
    pub(crate) name: Option<String>,
    /// Their address.
    pub(crate) email: Option<String>,
    /// Whether the address was proved there.
    pub(crate) email_verified: Option<String>,
}
