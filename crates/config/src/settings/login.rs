//! How people sign in.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How people sign in. Without this table: here, with an account of their own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LoginSettings {
    /// People have an account with you already, and sign in at your own login. Off without `url`.
    pub(crate) handoff: HandoffSettings,
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
}
