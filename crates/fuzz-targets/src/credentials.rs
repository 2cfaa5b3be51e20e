//! The `Authorization` header: Basic and Bearer.
use crate::ground::{POLICY, client, line, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use protocol::Params;
use protocol::client_auth::{ClientFault, Credentials, authenticate};
use protocol::token::TokenError;
use protocol::types::{AuthMethod, ClientKind, UnixTime};
use std::sync::Arc;

/// A header value; and an id and a secret, with a line break between, that are sent as one.
pub(crate) fn basic(data: &[u8]) {
    if let Some(header) = text(data) {
        reads(header);
    }
    let (id, secret) = line(data);
    if let (Some(id), Some(secret)) = (text(id), text(secret)) {
        reads_back(id, secret);
    }
}

fn reads(header: &str) {
    let none = Params::default();
    let read = Credentials::from_request(Some(header), &none);
    let Ok(credentials) = read else {
        let fault = read.expect_err("it was refused");
        assert_eq!(fault, ClientFault::Header);
        return;
    };
    assert_eq!(credentials.method, AuthMethod::ClientSecretBasic);
    let (scheme, encoded) = header.split_at(5);
    assert!(scheme.eq_ignore_ascii_case("basic"), "{scheme:?}");
    let decoded = STANDARD.decode(encoded.trim()).expect("it was decoded");
    let decoded = String::from_utf8(decoded).expect("it was decoded");
    let (id, secret) = decoded.split_once(':').expect("it was decoded");
    assert_eq!(credentials.client_id, unescaped(id));
    proves(&credentials, &unescaped(secret));
    // The same client by its id, another, and a second secret.
    let with = |name, value| Params::from_pairs([(name, value)]);
    let id = credentials.client_id.as_str();
    assert!(Credentials::from_request(Some(header), &with("client_id", id)).is_ok());
    let other = Credentials::from_request(Some(header), &with("client_id", "another app"));
    assert!(other.is_err() || id == "another app");
    let two = Credentials::from_request(Some(header), &with("client_secret", "x"));
    assert_eq!(two.expect_err("two methods"), ClientFault::TwoMethods);
}

/// One half of Basic credentials by other means.
fn unescaped(half: &str) -> String {
    let spaced = half.replace('+', " ");
    let bytes = percent_decode_str(&spaced);
    bytes.decode_utf8().expect("it was decoded").into_owned()
}

/// The credentials prove the client with this secret and no other.
fn proves(credentials: &Credentials, secret: &str) {
    let own = client(ClientKind::Confidential, secret, Vec::new());
    assert!(authenticate(credentials, Some(Arc::new(own)), &POLICY, UnixTime(2)).is_ok());
    let other = client(ClientKind::Confidential, &format!("{secret}x"), Vec::new());
    let refused = authenticate(credentials, Some(Arc::new(other)), &POLICY, UnixTime(2));
    assert!(matches!(
        refused.expect_err("another secret"),
        TokenError::InvalidClient {
            fault: ClientFault::Secret,
            used_header: true,
        }
    ));
    let public = client(ClientKind::Public, secret, Vec::new());
    assert!(authenticate(credentials, Some(Arc::new(public)), &POLICY, UnixTime(2)).is_err());
}

/// What a careful client sends is read as it was meant (RFC 6749 §2.3.1).
fn reads_back(id: &str, secret: &str) {
    let encode = |half: &str| form_urlencoded::byte_serialize(half.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret));
    let header = format!("Basic {}", STANDARD.encode(pair));
    let read = Credentials::from_request(Some(&header), &Params::default());
    match read {
        Ok(credentials) => {
            assert_eq!(credentials.client_id, id);
            proves(&credentials, secret);
        }
        Err(_) => assert!(id.contains('\0') || secret.contains('\0'), "{header}"),
    }
}

/// A header value with a bearer token (RFC 6750 §2.1).
pub(crate) fn bearer(data: &[u8]) {
    let Some(header) = text(data) else { return };
    let read = wire::bearer::parse(Some(header));
    assert_eq!(read.ok(), bearer_of(header));
    if let Ok(token) = read {
        let again = format!("bEARER  {token} ");
        assert_eq!(wire::bearer::parse(Some(&again)), Ok(token));
    }
}

/// The token by other means.
fn bearer_of(header: &str) -> Option<&str> {
    let scheme = header.get(..7)?;
    let token = header[7..].trim_matches(' ');
    let equals = token.find('=').unwrap_or(token.len());
    let (body, padding) = token.split_at(equals);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let fits = !body.is_empty() && body.chars().all(plain) && padding.chars().all(|c| c == '=');
    (scheme.eq_ignore_ascii_case("bearer ") && fits).then_some(token)
}
