//! A person who comes from elsewhere, and the hash of their password.
use crate::ground::POLICY;
use protocol::accounts::import::Newcomer;
use protocol::accounts::stored_hash::{StoredHash, Way};
use protocol::testing::Counter;
use protocol::types::UnixTime;
use protocol::types::email::is_email;
use serde_json::Value;

const NOW: UnixTime = UnixTime(1_750_000_000);
/// The memory of one hash, in bytes.
const MOST_MEMORY: u128 = 128 << 20;

/// A line; and the same bytes as a hash.
pub(crate) fn imported_person(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        costs(text);
    }
    let newcomer = match Newcomer::read(data, &POLICY, NOW, &Counter::starting_at(NOW)) {
        Ok(newcomer) => newcomer,
        Err(fault) => {
            let told = fault.to_string();
            assert!(!told.is_empty() && !told.contains('\n'), "{told:?}");
            if let Ok(Value::Object(line)) = serde_json::from_slice(data)
                && let Some(hash) = line.get("password_hash").and_then(Value::as_str)
            {
                assert!(hash.len() < 24 || !told.contains(hash), "{told:?}");
            }
            return;
        }
    };
    let line: Value = serde_json::from_slice(data).expect("an object");
    let person = &newcomer.person;
    assert!(is_email(&person.email), "{:?}", person.email);
    assert!((0..=NOW.0).contains(&newcomer.created_at.0));
    assert_eq!(person.verified_at.is_some(), line["email_verified"] == true);
    assert!(!person.admin && person.external_id.is_none());
    let length = person.name.chars().count();
    assert!((1..=100).contains(&length), "{:?}", person.name);
    assert_eq!(
        line["password_hash"].as_str().unwrap_or_default(),
        person.password
    );
    if !person.password.is_empty() {
        assert!(StoredHash::parse(&person.password).is_ok());
    }
}

/// Whatever is taken for a hash is compared in bounded memory and time, and has what it is compared with.
fn costs(text: &str) {
    let Ok(stored) = StoredHash::parse(text) else {
        return;
    };
    assert!((16..=64).contains(&stored.hash.len()) && stored.salt.len() <= 64);
    match stored.way {
        Way::Argon2 {
            memory,
            passes,
            lanes,
            ..
        } => {
            let memory = u128::from(memory) << 10;
            assert!(memory <= MOST_MEMORY && memory * u128::from(passes) <= 1 << 30);
            assert!((1..=16).contains(&lanes) && passes > 0);
        }
        Way::Scrypt { log_n, r, p } => {
            assert!((1..64).contains(&log_n) && r > 0 && p > 0);
            let filled = (128 * u128::from(r)) << log_n;
            assert!(filled <= MOST_MEMORY && filled * u128::from(p) <= 2 * MOST_MEMORY);
        }
        Way::Pbkdf2 { rounds, .. } => assert!((1..=3_000_000).contains(&rounds)),
        Way::Bcrypt { cost } => {
            assert!((4..=14).contains(&cost));
            assert_eq!((stored.salt.len(), stored.hash.len()), (16, 23));
        }
    }
}
