//! `[token]`: codes and tokens.
use crate::values::{Extras, RotateSetting, Span, default_grace};
use protocol::policy::RedirectUriAtToken;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Codes and tokens.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TokenSettings {
    /// Bodies that the token endpoint takes: `form` always, `json` and `query` (parameters in the URL, against
    /// RFC 6749 §2.3.1) if listed.
    pub(crate) bodies: Vec<BodySetting>,
    /// Whether `redirect_uri` must be sent with a code, or must only match if it is sent.
    pub(crate) redirect_uri: RedirectUriAtToken,
    /// The value of `token_type`: `Bearer` in one case or another.
    pub(crate) token_type: String,
    /// Whether a response names the scope even where it is exactly what was asked for.
    pub(crate) always_name_scope: bool,
    /// How long codes, tokens and grants live: 1s to 2y.
    pub(crate) lifetimes: LifetimeSettings,
    /// What token texts start with, so that people and secret scanners know them.
    pub(crate) prefix: PrefixSettings,
    /// Refresh tokens rotate at every use, and an identical retry within `grace` (at most `1h`; `0s` for never)
    /// gets the same answer. `false`: they stay the same.
    pub(crate) rotate: RotateSetting,
    /// Whether a DPoP proof (RFC 9449) needs a nonce that the server gave: `off`, or `required`, which costs apps a second
    /// request now and then, and makes proofs that were made in advance worth nothing.
    pub(crate) dpop_nonce: NonceSetting,
    /// Members of the token response besides the standard ones, for tokens with a person behind them: a name and
    /// `"user.number"`, `"user.id"`, `"user.name"`, `"user.email"` (left out unless it is proved) or
    /// `"user.email_verified"`, or a table of such members.
    pub(crate) extras: Extras,
    /// Errors that your documentation names differently from the RFC.
    pub(crate) errors: ErrorSettings,
}

impl Default for TokenSettings {
    fn default() -> Self {
        TokenSettings {
            bodies: vec![BodySetting::Form],
            redirect_uri: RedirectUriAtToken::MatchIfSent,
            token_type: "Bearer".to_owned(),
            always_name_scope: true,
            lifetimes: LifetimeSettings::default(),
            prefix: PrefixSettings::default(),
            rotate: RotateSetting::Window {
                grace: default_grace(),
            },
            dpop_nonce: NonceSetting::Off,
            extras: Extras::default(),
            errors: ErrorSettings::default(),
        }
    }
}

/// A place where the token endpoint finds its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BodySetting {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`.
    Json,
    /// The query string.
    Query,
}

/// Whether a DPoP proof needs a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NonceSetting {
    /// It needs none.
    Off,
    /// It needs one that the server gave within the last five minutes.
    Required,
}

/// How long codes, tokens and grants live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LifetimeSettings {
    /// An authorization code; at most `10m`.
    pub(crate) code: Span,
    /// A code when a requested scope is `personal`; at most `10m`. Default: `60s`, or `code` if that is shorter.
    pub(crate) code_personal: Option<Span>,
    /// An access token; no longer than `refresh`.
    pub(crate) access: Span,
    /// A refresh token; each successor gets it again.
    pub(crate) refresh: Span,
    /// The absolute end of what a person allowed, counted from the first token; at most `10y`.
    pub(crate) grant: Span,
}

impl Default for LifetimeSettings {
    fn default() -> Self {
        LifetimeSettings {
            code: Span::seconds(60),
            code_personal: None,
            access: Span::seconds(3_600),
            refresh: Span::days(30),
            grant: Span::days(5 * 365),
        }
    }
}

/// What token texts start with: 1 to 16 letters, digits and `_`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PrefixSettings {
    /// An access token.
    pub(crate) access: String,
    /// A refresh token.
    pub(crate) refresh: String,
}

impl Default for PrefixSettings {
    fn default() -> Self {
        PrefixSettings {
            access: "at_".to_owned(),
            refresh: "rt_".to_owned(),
        }
    }
}

/// Errors that your documentation names differently from the RFC.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ErrorSettings {
    /// For a redirect URI that does not match, such as `invalid_redirect_uri`: named on the error page, and
    /// answered by the token endpoint in place of `invalid_grant`.
    pub(crate) redirect_mismatch: Option<String>,
    /// For a bearer token that does not work, in place of `invalid_token`.
    pub(crate) invalid_token: Option<String>,
}
