//! What the RFCs print, what an attacker may try, and the signature vectors of Project Wycheproof.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attacks;
mod keys;
mod rfc7515;
mod rfc7517;
mod rfc7519;
mod rfc7520;
mod rfc7638;
mod rfc8037;
mod vectors;
mod wycheproof;

use jose::{Algorithm, KeySet, VerifyingKey, base64url};
use serde_json::{Map, Value};

/// The public part of a key that an RFC prints with its private members.
fn public(text: &str) -> VerifyingKey {
    let mut members: Map<String, Value> = serde_json::from_str(text).unwrap();
    members.retain(|name, _| !["d", "p", "q", "dp", "dq", "qi"].contains(&name.as_str()));
    VerifyingKey::read(&members).unwrap()
}

fn set(keys: impl IntoIterator<Item = VerifyingKey>) -> KeySet {
    keys.into_iter().collect()
}

/// A JWS of these parts, whatever they are.
fn compact(header: &str, payload: &[u8], signature: &[u8]) -> String {
    let part = |bytes: &[u8]| base64url::encode(bytes);
    let (header, payload) = (part(header.as_bytes()), part(payload));
    format!("{header}.{payload}.{}", part(signature))
}

const ALL: &[Algorithm] = &Algorithm::ALL;
