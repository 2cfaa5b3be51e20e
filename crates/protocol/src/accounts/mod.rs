//! People: accounts, passwords, signing in, sessions.
pub mod bounce;
pub mod bounce_report;
pub mod deletion;
pub mod guesses;
pub mod handover;
pub mod import;
pub mod mail_link;
pub mod mailbox;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod stored_hash;
