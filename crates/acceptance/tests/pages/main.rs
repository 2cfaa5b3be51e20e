//! What people meet: accounts, consent, devices, pages that say what went wrong.

mod bad_pages;
mod branding;
mod browser;
mod choice;
mod connections;
mod consent;
mod dead_ends;
mod device;
mod device_polls;
mod documented;
mod handoff;
mod imported;
mod languages;
mod last_used;
mod lists;
mod mailbox;
mod organization_apps;
mod own_data;
mod own_host;
mod passkeys;
mod people;
mod portal_walks;
mod rights;
mod second_factor;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod throttle;
mod twice;
mod upstream;
mod workspaces;
