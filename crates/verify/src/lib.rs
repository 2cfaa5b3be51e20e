//! What an API in front of users' data imports: a tower layer that lets a request in when its bearer token works
//! and has the scopes of the route, and else answers as RFC 6750 asks.
//!
//! ```no_run
//! # use axum::{Extension, Router, routing::get};
//! # use verify::{Settings, Token, Verifier};
//! # async fn start() -> Result<(), verify::Fault> {
//! let settings = Settings::discover("https://auth.example.com", "CLIENT_ID", "CLIENT_SECRET").await?;
//! let verifier = Verifier::start(settings)?;
//! let app: Router = Router::new().route(
//!     "/v1/tasks",
//!     get(list).layer(verifier.require("tasks:read")),
//! );
//!
//! async fn list(Extension(token): Extension<Token>) -> String {
//!     format!("the tasks of {}", token.subject())
//! }
//! # Ok(()) }
//! ```
//!
//! The provider is asked once about a token; its answer is then kept for a while, and trusted only as long as the
//! provider's revocation feed keeps answering. Where the provider issues JWTs for this API (RFC 9068), they are read here,
//! and the provider is asked only about those of which the feed has told something, or may have before it was followed. `docs/explanation/staleness.md` says how old an answer may be.

mod cache;
mod clock;
mod fault;
mod feed;
mod flights;
mod freshness;
mod history;
mod journal;
mod keys;
mod layer;
mod proofs;
mod refusal;
mod resource;
mod scopes;
mod server;
mod settings;
mod step_up;
mod token;
mod verifier;

pub use fault::Fault;
pub use jose::Algorithm;
pub use layer::{Guard, Require};
pub use resource::ProtectedResource;
pub use scopes::Scopes;
pub use settings::Settings;
pub use token::{Mode, Token};
pub use verifier::{Status, Verifier};

#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/protect-an-api.md")]
struct HowToProtectAnApi;
