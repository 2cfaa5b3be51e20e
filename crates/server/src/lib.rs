//! The server: routes, configuration, keys, jobs, commands. `main.rs` starts it; the fuzz targets read
//! configurations with it.
mod cli;
mod clock;
mod config;
mod connection;
mod cors;
mod counted;
mod deadlines;
mod dev;
mod developers;
mod endpoints;
mod held;
mod jobs;
mod keys;
mod listen;
mod log;
mod outage;
mod password;
mod preflight;
mod reply;
mod request;
mod routes;
mod serve;
mod settle;
mod state;
mod steady;
mod test_side;
mod tls;
mod turns;
mod visitor;

pub use cli::main;
pub use config::text::{Checked, check};
