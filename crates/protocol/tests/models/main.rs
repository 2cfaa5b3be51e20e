//! What holds whatever is sent, and whoever is first.

#[path = "../case/mod.rs"]
mod case;
mod properties;
mod races;
