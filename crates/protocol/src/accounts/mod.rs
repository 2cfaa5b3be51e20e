//! People: accounts, signing in, sessions.
pub mod people;
pub mod sign_in;
