//! What is done with an app once it is registered, by itself, by its owner and by operators: one rule for each act,
//! whoever asks.
pub mod secrets;
mod update;

pub use update::{AppUpdate, Editor, LogoUpdate, update, when_contended};
