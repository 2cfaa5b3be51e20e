//! The configuration of one issuer: read from one file, the environment and flags, checked once, then plain data.
//!
//! `settings` is the shape of the file, `load` reads it with its `layers`, `build` checks it and makes the [`Config`]
//! that the rest of the server is given. What is made stands beside its checks.
mod address;
mod apis;
mod bounces;
mod branding;
mod build;
mod checks;
mod developers;
mod extras;
mod fault;
mod hosts;
mod introductions;
mod known;
mod layers;
mod limits;
mod links;
mod listen;
mod load;
mod login;
mod mail;
mod network;
mod openid;
mod origin;
mod outbound;
mod passkeys;
mod password;
mod paths;
mod picture;
mod policy;
mod portal;
mod reference;
mod request_log;
mod scopes;
mod sealing;
mod service_links;
mod settings;
mod shape;
mod show;
mod signing;
mod sources;
mod storage;
mod telemetry;
mod test_side;
mod text;
mod tokens;
mod upstream;
mod values;
mod without_effect;

#[cfg(test)]
mod tests;

pub use bounces::BounceHook;
pub use branding::{Branding, Links};
pub use build::{Config, Tls};
pub use developers::Developers;
pub use fault::ConfigFaults;
pub use known::schema;
pub use layers::Overrides;
pub use limits::Limits;
pub use listen::Listen;
pub use load::{file_of_environment, is_set_by_environment};
pub use login::Handoff;
pub use mail::{Mail, MailBy, Security, Smtp};
pub use outbound::OutboundAllowance;
pub use passkeys::RelyingParty;
pub use password::Password;
pub use paths::RESERVED;
pub use picture::{Picture, PictureFile};
pub use portal::{AppLabels, Portal};
pub use reference::reference;
pub use request_log::RequestLog;
pub use sealing::{KeyText, SealingKeys};
pub use settings::{
    AppOwners, DeveloperChapter, LogFormat, LogLevel, LogSettings, PathSettings, Synchronous,
    TestCredentials,
};
pub use show::Shown;
pub use signing::Signing;
pub use sources::Sources;
pub use storage::{CheckUrl, PostgresText, Storage};
pub use telemetry::{Headers, Telemetry};
pub use text::{Checked, check};
pub use upstream::Upstream;
