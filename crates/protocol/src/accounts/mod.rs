//! People: accounts, passwords, signing in, sessions.
pub mod password;
pub mod people;
pub mod session;
pub mod sign_in;
