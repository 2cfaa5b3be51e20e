//! How mail is sent.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How mail is sent: by a server (`smtp`), or into a folder. Without this table, none is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MailSettings {
    /// Who mails are from: `Acme <no-reply@acme.example>`, or the address alone. Required beside the others.
    pub(crate) from: Option<String>,
    /// The server that takes mails, and who we are to it: `smtps://USER@HOST` speaks TLS (port 465), `smtp://USER@HOST`
    /// turns to it by STARTTLS and sends nothing without (port 587). `?tls=none` behind it goes without TLS, as a server
    /// on loopback is spoken to unless `?tls=required` says otherwise (port 25).
    pub(crate) smtp: Option<String>,
    /// The password of that user. Better left to `password_file` or to the environment.
    pub(crate) password: Option<String>,
    /// A file that holds the password. One line end at its end is left out.
    pub(crate) password_file: Option<PathBuf>,
    /// A folder that takes each mail as a file, in place of a server: for trying things.
    pub(crate) folder: Option<PathBuf>,
    /// Where your mail service tells of mail that comes back. Without `path`, nowhere.
    pub(crate) bounces: BounceSettings,
}

/// Where your mail service tells of mail that comes back. Without `path`, nowhere.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BounceSettings {
    /// The path that it posts to, such as `/mail/bounces`.
    pub(crate) path: Option<String>,
    /// What it proves itself by: a bearer token, or the password of Basic, whatever the user. At least 24 characters,
    /// of letters, digits and `-._~+/`. Better left to `secret_file` or to the environment.
    pub(crate) secret: Option<String>,
    /// A file that holds the secret. One line end at its end is left out.
    pub(crate) secret_file: Option<PathBuf>,
}
