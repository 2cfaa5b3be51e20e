//! Keys that were proved to be keys, parsed once: what verifies, what signs, and sets of what verifies.
mod der;
mod set;
mod signing;
mod verifying;

pub use set::{KeySet, MOST_KEYS};
pub use signing::SigningKey;
pub use verifying::VerifyingKey;
