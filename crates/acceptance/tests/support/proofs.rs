//! Who holds a key and proves it (RFC 9449).

#![allow(dead_code, reason = "each test file uses a part of it")]

use super::Scene;
use super::assertions::{Signer, now};
use acceptance::{App, Json, Reply, Request};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// An app's key of ES256, with which it proves that tokens are its own.
pub(crate) struct Holder(Signer);

fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

impl Holder {
    pub(crate) fn new() -> Self {
        Holder(Signer::new("of-the-app"))
    }

    /// The public key, as a header has it.
    fn jwk(&self) -> Json {
        let mut jwk = self.0.jwk();
        for name in ["kid", "use", "alg"] {
            jwk.as_object_mut().expect("a key").remove(name);
        }
        jwk
    }

    /// Its thumbprint (RFC 7638).
    pub(crate) fn jkt(&self) -> String {
        let jwk = self.jwk();
        sha256(&format!(
            r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
            jwk["x"], jwk["y"]
        ))
    }

    pub(crate) fn header(&self) -> Json {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    /// A proof under another header.
    pub(crate) fn headed(&self, header: &Json, method: &str, url: &str) -> String {
        self.0.sign(header, &claims(method, url).to_string())
    }

    /// A proof with one change.
    pub(crate) fn with(&self, method: &str, url: &str, change: impl FnOnce(&mut Json)) -> String {
        let mut claims = claims(method, url);
        change(&mut claims);
        self.0.sign(&self.header(), &claims.to_string())
    }

    /// A proof.
    pub(crate) fn proof(&self, method: &str, url: &str) -> String {
        self.with(method, url, |_| {})
    }

    /// A proof for a request with a token.
    pub(crate) fn proof_of(&self, token: &str, method: &str, url: &str) -> String {
        self.with(method, url, |claims| claims["ath"] = sha256(token).into())
    }
}

impl Holder {
    /// A proof for a request with a token, with a nonce.
    pub(crate) fn proof_with(&self, (token, nonce): (&str, &str), url: &str) -> String {
        self.with("GET", url, |claims| {
            claims["ath"] = sha256(token).into();
            claims["nonce"] = nonce.into();
        })
    }
}

/// Claims that are right in every way, under a name that no other have.
fn claims(method: &str, url: &str) -> Json {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let jti = format!("proof-{}", NEXT.fetch_add(1, SeqCst));
    json!({ "jti": jti, "htm": method, "htu": url, "iat": now() })
}

impl Scene {
    /// The URL of a published endpoint.
    #[track_caller]
    pub(crate) fn url(&self, name: &str) -> String {
        self.metadata[name]
            .as_str()
            .expect("an endpoint")
            .to_owned()
    }

    /// A proof of a holder for the token endpoint.
    #[track_caller]
    pub(crate) fn proof(&self, holder: &Holder) -> String {
        holder.proof("POST", &self.url("token_endpoint"))
    }

    /// A token request of an app with a proof.
    #[track_caller]
    pub(crate) fn proved(&self, app: &App, fields: &[(&str, &str)], proof: &str) -> Reply {
        let mut all = vec![("client_id", app.client_id.as_str())];
        if !app.client_secret.is_empty() {
            all.push(("client_secret", &app.client_secret));
        }
        all.extend(fields);
        let request = Request::post(&self.token())
            .header("DPoP", proof)
            .form(&all);
        self.api().send(&request)
    }

    /// A GET of an endpoint of the provider with a token in this scheme, and with proofs.
    #[track_caller]
    pub(crate) fn opened(&self, name: &str, authorization: &str, proofs: &[&str]) -> Reply {
        let request = Request::get(&self.endpoint(name)).header("Authorization", authorization);
        let request = proofs
            .iter()
            .fold(request, |request, proof| request.header("DPoP", proof));
        self.api().send(&request)
    }
}
