//! What both sides of a token agree on: its text, the Bearer grammar with its challenges, what introspection answers
//! and what the revocation feed does.
//! Bytes in, bytes out; no clock, no I/O. A token is known by the digest of its text, which is why `jose` is imported.

pub mod bearer;
pub mod cache_control;
pub mod dpop;
pub mod feed;
pub mod introspection;
pub mod protected_resource;
pub mod token_text;

pub use feed::FeedReply;
pub use introspection::Introspection;
pub use token_text::{JWT_TYPE, Presented, TokenText};

/// What everything of the test side starts with: tokens, client ids, secrets.
pub const TEST_MARK: &str = "test_";
