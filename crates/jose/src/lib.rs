//! Digests, tags, sealing and random bytes.
//! Bytes in, bytes out; no clock, no I/O. Cryptography is aws-lc-rs.

pub mod digest;
pub mod keyed;
pub mod random;
pub mod seal;

pub use digest::Digest;
