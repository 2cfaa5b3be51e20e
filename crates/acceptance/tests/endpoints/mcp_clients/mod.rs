//! Clients of MCP that meet an API for the first time, as sequences: what each of them sends from the API's refusal to its
//! second access token, and where each is known to stumble. Each test names its client and where its steps are from.
//!
//! The documents are those that the clients publish, word for word but for their address, which is on loopback here: a test
//! fetches nothing from elsewhere. What they say under their real names is judged in the rules of `cimd`.

mod hosted;
mod local;
mod sdks;
mod steps;
