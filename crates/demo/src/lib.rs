//! What others build on a provider, to try one with: a third-party app, a television without a browser, and a small
//! task API. They know the provider by its public endpoints and by what they were told at their registration, and by
//! nothing else.
mod api;
mod app;
mod board;
mod client;
mod form;
mod mail;
mod reply;
mod screen;
mod tasks;
mod television;
mod your_app;

pub use app::router;
pub use board::Settings;
