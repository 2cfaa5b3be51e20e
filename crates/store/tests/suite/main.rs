//! Every fact and every transition of the store, on a file.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod accounts;
mod apps;
mod devices;
mod feed;
mod housekeeping;
mod racers;
mod tokens;
mod two_processes;
mod world;
