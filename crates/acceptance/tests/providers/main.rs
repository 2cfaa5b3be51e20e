//! The five documented providers, and what every provider is made of.

mod appexample;
mod appexample_errors;
mod by_page;
mod digitalocean;
mod digitalocean_app;
mod miwa;
mod opsduty;
mod provider;
mod sqowey;
#[path = "../support/mod.rs"]
mod support;
mod test_credentials;
mod test_mode;
mod test_mode_crossing;
