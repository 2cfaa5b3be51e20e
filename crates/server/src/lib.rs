//! The server. Its rooms: `http`, `oauth`, `interaction`, `account`, `portal`, `jobs`, `mail`, `ops`; below them its
//! state, above them what serves. `main.rs` starts it.
mod account;
mod cli;
mod control;
mod dev;
mod domain_check;
mod http;
mod interaction;
mod jobs;
mod mail;
mod oauth;
mod ops;
mod portal;
mod preflight;
mod reload;
mod rooms;
mod serve;
mod settle;
mod state;
mod storage;
mod test_side;

pub use cli::main;
