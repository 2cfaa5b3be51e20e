//! Signed text and keys as JSON: what strangers send us as a JWS, a key or a set of keys.
use crate::ground::text;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::jws::{self, Unverified};
use jose::jwt::Claims;
use jose::{Algorithm, Jwk, KeySet, MOST_KEYS, SigningAlgorithm, SigningKey, VerifyingKey, json};
use serde_json::Value;
use std::sync::LazyLock;

/// A key of ours, and the set that knows it.
static OURS: LazyLock<(SigningKey, KeySet)> = LazyLock::new(|| {
    let key = SigningKey::generate(SigningAlgorithm::EdDsa);
    let keys = key.verifying().into_iter().collect();
    (key, keys)
});

/// Anything as a JWS: nothing that we did not sign is proved. And anything as a payload, and as claims.
pub(crate) fn jws(data: &[u8]) {
    if let Some(text) = text(data) {
        read(text);
    }
    let (key, keys) = &*OURS;
    if !data.is_empty() && data.len() < 16_384 {
        let made = jws::sign(key, "x", data);
        let read = Unverified::parse(&made).expect("what we sign is read");
        let verified = read.verify(keys, &[Algorithm::EdDsa]);
        assert_eq!(verified.expect("it is ours").payload(), data);
    }
    if let Ok(claims) = Claims::parse(data) {
        assert_eq!(Claims::parse(claims.json().as_bytes()), Ok(claims));
    }
}

fn read(text: &str) {
    let Ok(read) = Unverified::parse(text) else {
        return;
    };
    let parts: Vec<&str> = text.split('.').collect();
    assert_eq!(parts.len(), 3);
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("it was decoded");
    assert_eq!(read.payload(), bytes(parts[1]));
    let header: Value = serde_json::from_slice(&bytes(parts[0])).expect("it is JSON");
    assert_eq!(header["alg"], read.header().algorithm().name());
    assert_eq!(
        header.get("kid").and_then(Value::as_str),
        read.header().kid()
    );
    assert!(header.get("crit").is_none());
    for part in &parts {
        assert_eq!(URL_SAFE_NO_PAD.encode(bytes(part)), *part);
    }
    read.verify(&OURS.1, &Algorithm::ALL)
        .expect_err("it is not ours");
}

/// Anything as a key: what is read holds nothing private, and printed it reads as the same.
pub(crate) fn jwk(data: &[u8]) {
    strict_json(data);
    let Ok(key) = Jwk::parse(data) else { return };
    printed(&key);
    if let Ok(key) = VerifyingKey::new(key.clone()) {
        let fits = |own: &Algorithm| key.fits(*own);
        let fitting: Vec<Algorithm> = Algorithm::ALL.into_iter().filter(fits).collect();
        let own = key.jwk().material().key_type();
        assert!(fitting.iter().all(|algorithm| algorithm.key_type() == own));
        assert!(!fitting.is_empty());
        let holds = |own: Algorithm| key.verify(own, b"message", data);
        assert!(!Algorithm::ALL.into_iter().any(holds));
    }
    let (thumbprint, long) = (key.thumbprint(), key.json().len() > data.len() + 64);
    assert_eq!(thumbprint.len(), 43);
    assert!(!long, "it says what was said, and its use");
}

fn printed(key: &Jwk) {
    let text = key.json();
    assert_eq!(Jwk::parse(text.as_bytes()).as_ref(), Ok(key));
    let members: Value = serde_json::from_str(&text).expect("it is JSON");
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert!(members.get(name).is_none(), "{name}");
    }
}

/// Anything as a set of keys: every key of it can be used, and the set that is printed is the same.
pub(crate) fn jwk_set(data: &[u8]) {
    strict_json(data);
    let Ok(set) = KeySet::parse(data) else { return };
    assert!(set.keys().len() + set.passed_over().len() <= MOST_KEYS);
    let again = KeySet::parse(set.json().as_bytes()).expect("it reads back");
    assert!(again.passed_over().is_empty());
    let keys =
        |set: &KeySet| -> Vec<Jwk> { set.keys().iter().map(|key| key.jwk().clone()).collect() };
    assert_eq!(keys(&again), keys(&set));
    keys(&set).iter().for_each(printed);
}

/// What is read strictly is what any reader reads.
fn strict_json(data: &[u8]) {
    let Ok(members) = json::object(data, 65_536) else {
        return;
    };
    let other: Value = serde_json::from_slice(data).expect("it is JSON");
    assert_eq!(Value::Object(members), other);
}
