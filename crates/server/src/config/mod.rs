//! The configuration of one issuer: read from one file, the environment and flags, checked once, then plain data.
//!
//! [`settings`] is the shape of the file, [`load`] reads it with its [`layers`], [`build`] checks it and makes the
//! [`Config`] that the rest of the server is given.
mod address;
mod build;
mod checks;
mod developers;
mod extras;
mod fault;
mod known;
mod layers;
mod load;
mod network;
mod origin;
mod paths;
mod policy;
mod reference;
mod scopes;
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

pub(crate) use fault::ConfigFaults;
pub(crate) use known::schema;
pub(crate) use layers::Overrides;
pub(crate) use load::{file_of_environment, is_set_by_environment};
#[cfg(test)]
pub(crate) use paths::RESERVED;
pub(crate) use reference::reference;
pub(crate) use settings::{LogFormat, TestCredentials};

use protocol::Policy;
use protocol::types::Lifetime;
use protocol::types::email::email_key;
use protocol::types::ids::Region;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use store::Location;

/// A configuration that was found to be in order.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The file it came from, if any.
    pub(crate) source: Option<PathBuf>,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The issuer identifier, byte for byte as configured.
    pub(crate) issuer: String,
    /// `scheme://host[:port]` of the API, where `token_info` is published.
    pub(crate) api_base: String,
    /// `scheme://host[:port]` of the developer portal.
    pub(crate) portal_base: String,
    /// The database.
    pub(crate) storage: Location,
    /// The folder of the server's key files.
    pub(crate) keys: PathBuf,
    /// What an answer waits for.
    pub(crate) synchronous: store::Synchronous,
    /// Where this server is: ids of different regions are never the same.
    pub(crate) region: Region,
    /// How long the addresses of events are kept; 0: not at all.
    pub(crate) keep_addresses: Lifetime,
    /// What rules obey.
    pub(crate) policy: Policy,
    /// Test credentials that are published, if there are any.
    pub(crate) documented: Option<TestCredentials>,
    /// Endpoint paths.
    pub(crate) paths: Paths,
    /// What people see of the provider.
    pub(crate) branding: Branding,
    /// The developer pages.
    pub(crate) developers: Developers,
    /// A certificate to serve https with.
    pub(crate) tls: Option<Tls>,
    /// Proxies whose forwarding headers are believed.
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    /// How long a connection stays open on which nothing is asked.
    pub(crate) keep_alive: Duration,
    /// How log lines are written.
    pub(crate) log: LogFormat,
    /// What was left aside, one sentence each.
    pub(crate) notes: Vec<String>,
    /// What is allowed but deserves a second look, one sentence each.
    pub(crate) warnings: Vec<String>,
}

/// Endpoint paths: literal aliases, the first is published; empty means switched off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    /// RFC 6749 §3.1; empty also when the authorization code grant is off.
    pub(crate) authorize: Vec<String>,
    /// RFC 6749 §3.2.
    pub(crate) token: Vec<String>,
    /// RFC 7009.
    pub(crate) revoke: Vec<String>,
    /// RFC 7662.
    pub(crate) introspect: Vec<String>,
    /// The revocation feed; empty also when introspection is off.
    pub(crate) revocations: Vec<String>,
    /// `GET` with the token itself.
    pub(crate) token_info: Vec<String>,
    /// RFC 8628 §3.1; empty also when the device grant is off.
    pub(crate) device: Vec<String>,
    /// An app's own registration.
    pub(crate) app: Vec<String>,
}

/// What people see of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branding {
    /// The product's name.
    pub(crate) product: String,
    /// A colour, as `#rgb` or `#rrggbb`.
    pub(crate) accent: Option<String>,
}

/// The developer pages, and what the operator writes around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Developers {
    /// Whether there are such pages.
    pub(crate) page: bool,
    /// A few words at the top.
    pub(crate) intro: Option<String>,
    /// Where developers get help: `https:` or `mailto:`.
    pub(crate) support: Option<String>,
    /// The terms for developers.
    pub(crate) terms: Option<String>,
}

/// A certificate, both files in PEM. They are not read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    /// The certificate with its chain.
    pub(crate) cert: PathBuf,
    /// Its private key.
    pub(crate) key: PathBuf,
}

impl Config {
    /// Whether the account of this address has a password that the documentation publishes.
    pub(crate) fn is_published(&self, email: &str) -> bool {
        let published = self.documented.as_ref();
        published.is_some_and(|credentials| email_key(&credentials.email) == email_key(email))
    }
}
