//! What both sides of a token must agree on: token text, digests, sealing and the Bearer grammar.
//! Bytes in, bytes out; no clock, no I/O. Cryptography is aws-lc-rs.

pub mod bearer;
pub mod digest;
pub mod keyed;
pub mod random;
pub mod seal;
pub mod token_text;

pub use digest::Digest;
pub use token_text::{Presented, TokenText};
