//! Signatures and keys as JSON (JOSE), digests, tags, sealing and random bytes.
//! Bytes in, bytes out; no clock, no I/O. Cryptography is aws-lc-rs.
//!
//! A signed text is read by [`jws::Unverified`], which proves nothing, and becomes a [`jws::Verified`] by a key and a list
//! of allowed algorithms; [`jwt`] reads claims in it. A [`VerifyingKey`] knows the algorithms that it may be used with.

mod alg;
pub mod base64url;
pub mod digest;
pub mod json;
pub mod jwk;
pub mod jws;
pub mod jwt;
pub mod keyed;
mod keys;
pub mod one_time;
pub mod random;
pub mod seal;
mod thumbprint;

pub use alg::{Algorithm, KeyType, SigningAlgorithm};
pub use digest::Digest;
pub use jwk::{Jwk, KeyFault};
pub use keys::{KeySet, MOST_KEYS, SigningKey, VerifyingKey};
pub use thumbprint::thumbprint;
