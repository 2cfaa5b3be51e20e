//! The configuration of one issuer: read from one file, the environment and flags, checked once, then plain data.
//!
//! [`settings`] is the shape of the file, [`load`] reads it with its [`layers`], [`build`] checks it and makes the
//! [`Config`] that the rest of the server is given. What is made stands beside its checks.
mod address;
mod build;
mod checks;
mod developers;
mod extras;
mod fault;
mod known;
mod layers;
mod load;
mod mail;
mod network;
mod origin;
mod paths;
mod policy;
mod reference;
mod scopes;
mod sealing;
mod service_links;
pub(crate) mod settings;
mod shape;
mod show;
mod test_side;
pub(crate) mod text;
mod tokens;
pub(crate) mod values;

#[cfg(test)]
mod tests;

pub(crate) use build::{Config, Tls};
pub(crate) use fault::ConfigFaults;
pub(crate) use known::schema;
pub(crate) use layers::Overrides;
pub(crate) use load::{file_of_environment, is_set_by_environment};
pub(crate) use mail::{Mail, MailBy, Security, Smtp};
#[cfg(test)]
pub(crate) use paths::RESERVED;
pub(crate) use reference::reference;
pub(crate) use sealing::{KeyText, SealingKeys};
pub(crate) use settings::{LogFormat, LogLevel, LogSettings, TestCredentials};
