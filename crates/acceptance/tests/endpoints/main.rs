//! What apps and APIs speak over HTTP: requests good and bad, issuers, switches, revocations, races.

mod apis;
mod bad_input;
mod client_assertions;
mod client_documents;
mod client_keys;
mod client_logos;
mod connections;
mod dpop;
mod harness;
mod http;
mod introduction_attacks;
mod issuer_path;
mod issuers;
mod jwks;
mod jwt_tokens;
mod lifecycle;
mod limits;
mod mcp_clients;
mod openid;
mod races;
mod registration;
mod removal_races;
mod resources;
mod revocations;
mod step_up;
#[path = "../support/mod.rs"]
mod support;
mod switches;
mod verify;
