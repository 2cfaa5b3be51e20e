//! The test harness: starts the real `valetkey` binary and speaks only HTTP to it.
//!
//! - [`Setup`] and [`Provider`] run the server on a free loopback port with a store of its own.
//! - `Setup::https` has it serve TLS, under a certificate authority of its own that its clients trust.
//! - [`postgres::Database`] makes a database of a test's own, [`postgres::Server`] a server that may crash.
//! - `Provider::{cli, user_create, app_create}` use the binary's command line.
//! - [`Browser`] keeps cookies, fills in forms and walks sign-in and consent.
//! - [`Api`] makes the plain requests an app or an API makes.
//!
//! Everything blocks and everything is bounded in time. A helper that cannot do what it was asked
//! panics with the reason at the caller's line; the `try_` forms return the error instead.

mod api;
mod browser;
mod cli;
mod cookies;
mod html;
mod http;
mod pkce;
mod port;
pub mod postgres;
mod process;
mod provider;
mod record;
mod setup;
mod tls;
mod url;

pub use api::Api;
pub use browser::{Browser, Redirect};
pub use cli::{App, AppSpec, Finished};
pub use cookies::{Cookie, CookieJar};
pub use html::{Field, Form, forms, unescape};
pub use http::{Reply, Request, read_reply, send, send_over_tls, send_raw};
pub use pkce::Pkce;
pub use port::free_port;
pub use process::{binary, output, output_within, wait_for_exit};
pub use provider::{NewCertificate, Provider};
pub use record::Exchange;
pub use setup::{Setup, profile_path};
pub use tls::Trust;
pub use url::{Url, decode, encode, parse_query, query, target};

/// JSON as the server sends it and as the command line prints it.
pub type Json = serde_json::Value;
