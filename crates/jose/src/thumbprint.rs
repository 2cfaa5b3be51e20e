//! Thumbprints of keys (RFC 7638; RFC 8037 §2 for Ed25519): the SHA-256 of the required members in one fixed spelling.
use crate::base64url;
use crate::digest::Digest;
use crate::jwk::{Jwk, Material};

impl Jwk {
    /// Its [`thumbprint`].
    pub fn thumbprint(&self) -> String {
        thumbprint(self.material())
    }
}

/// The thumbprint of a key, base64url: 43 characters. It depends on the key alone, on none of its optional members.
pub fn thumbprint(material: &Material) -> String {
    Digest::of(required(material).as_bytes()).base64url()
}

/// The required members in the order of their names, without white space (RFC 7638 §3.2). None needs an escape.
fn required(material: &Material) -> String {
    let text = base64url::encode;
    match material {
        Material::Ec { curve, x, y } => {
            let (curve, x, y) = (curve.name(), text(x), text(y));
            format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#)
        }
        Material::Ed25519 { x } => {
            format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x))
        }
        Material::Rsa { n, e } => {
            format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n))
        }
    }
}
