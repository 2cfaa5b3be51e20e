//! Every fact and every transition of the store: on a file, or on PostgreSQL where `VALETKEY_TEST_POSTGRES` names a
//! server on which databases may be made. `VALETKEY_TEST_ISOLATION` names the isolation level of these.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod accounts;
mod app_bounds;
mod app_owners;
mod apps;
mod batches;
mod bounces;
mod client_keys;
mod connection_uses;
mod connections;
mod counts;
mod deaf;
mod deletion;
mod devices;
mod engine;
mod events;
mod expiry;
mod feed;
mod handoff;
mod housekeeping;
mod introductions;
mod invariants;
mod mail_links;
mod many_connections;
mod nodes;
mod numbers;
mod openid;
mod operator;
mod outbox;
mod portal_sessions;
mod proxy;
mod racers;
mod repeated;
mod request_log;
mod reviews;
mod revocations;
mod sessions;
mod signing_keys;
mod sweepers;
mod test_sides;
mod tokens;
mod two_processes;
mod upstream;
mod workspaces;
mod world;
