//! What both sides of a token agree on: the text of tokens, and the Bearer grammar with its challenges.
//! Bytes in, bytes out; no clock, no I/O. A token's text is known by its digest, which is why `jose` is imported.

pub mod bearer;
pub mod token_text;

pub use token_text::{Presented, TokenText};
