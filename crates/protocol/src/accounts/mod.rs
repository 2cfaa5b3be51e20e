//! People: accounts, signing in, sessions.
pub mod people;
pub mod session;
pub mod sign_in;
