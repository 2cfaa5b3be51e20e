//! What holds whatever is sent, and whoever is first.

mod properties;
mod races;
