//! What people meet: accounts, consent, devices, pages that say what went wrong.

mod bad_pages;
mod browser;
mod consent;
mod device;
mod mailbox;
mod people;
mod rights;
#[path = "../support/mod.rs"]
mod support;
mod twice;
