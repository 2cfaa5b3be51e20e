//! Every rule of the OAuth RFCs as pure functions: data, time and randomness in, a [`Decision`] out.
//! No socket, no clock, no SQL. A request is parsed, its facts are loaded, a rule decides, the store settles.

pub mod accounts;
pub mod advice;
pub mod apis;
pub mod apps;
pub mod authorize;
mod cause;
pub mod client_auth;
pub mod connections;
pub mod consent;
pub mod daily;
pub mod decision;
pub mod device;
pub mod dpop;
pub mod events;
pub mod facts;
pub mod grants;
pub mod handoff;
pub mod inactive;
pub mod introduce;
pub mod introspect;
pub mod limits;
pub mod lookup;
pub mod metadata;
pub mod openid;
pub mod organizations;
pub mod outbox;
pub mod own_api;
pub mod params;
pub mod policy;
pub mod protected_resource;
pub mod register;
pub mod request_log;
pub mod resource;
pub mod revocations;
pub mod revoke;
pub mod self_management;
pub mod signer;
pub mod signing_keys;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod token;
pub mod token_info;
pub mod transition;
pub mod types;
pub mod upstream;
pub mod workspaces;

pub use decision::{Decision, Mint};
pub use params::Params;
pub use policy::Policy;
pub use transition::Transition;
