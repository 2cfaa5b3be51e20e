//! Client libraries that people use, unmodified, against the real binary over TLS.
//!
//! Each program of `clients/libraries` uses one library as its documentation says and talks with a test here,
//! which plays the person at the browser and judges what the library got.

#[path = "../support/mod.rs"]
mod support;

mod device;
mod flows;
mod go;
mod judges;
mod mcp;
mod node;
mod openid;
mod python;
mod rust;
mod sites;
mod talk;

use acceptance::Setup;
use support::{PLAIN, Scene};

/// The redirect URI of all apps that have no site of their own.
const CALLBACK: &str = "https://client.example/callback";
/// What all apps ask for.
const SCOPE: &str = "tasks:read tasks:write";

/// A provider with the rules that a new one has, over TLS.
#[track_caller]
fn provider() -> Scene {
    Scene::start(setup())
}

/// How it is set up.
fn setup() -> Setup {
    Setup::toml(PLAIN).with("[apps]\npkce = \"all\"").https()
}
