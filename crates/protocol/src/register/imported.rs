//! An app that moves here from another provider: it keeps its client id, and its secret, so that nobody who uses it has to
//! be sent a new version.
use super::credentials::stored_digest;
use super::error::{Field, Findings, RegistrationError, RegistrationErrors, wrong};
use super::{Identity, NewApp, Registered, checked, named, new_secret};
use crate::decision::{Decision, Mint};
use crate::policy::Policy;
use crate::types::{ClientKind, Side, StoredSecret, UnixTime};
use jose::Digest;
use std::collections::BTreeSet;

/// Longest client id of another provider, in characters.
pub const MAX_CLIENT_ID: usize = 128;
/// Shortest one: what is shorter could be a word that our own addresses use.
pub const MIN_CLIENT_ID: usize = 8;
/// Least entropy of a secret, in bits, as far as its characters tell.
const MIN_BITS: f64 = 128.0;
/// Fewest different characters of a secret.
const MIN_DIFFERENT: usize = 8;
/// Longest secret, in characters.
const MAX_SECRET: usize = 512;

/// By what an app was known elsewhere.
#[derive(Clone)]
pub struct KnownBy {
    /// Its client id.
    pub client_id: String,
    /// Its secret.
    pub secret: KnownSecret,
}

/// What is known of the secret of an app.
#[derive(Clone, PartialEq, Eq)]
pub enum KnownSecret {
    /// Nothing: a public app has none, and a confidential one gets a new one only if that is said.
    None,
    /// The secret itself.
    Text(String),
    /// Its SHA-256, as 64 hexadecimal digits.
    Sha256(String),
    /// It is to have a new one.
    Replaced,
}

impl std::fmt::Debug for KnownBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownBy({})", self.client_id)
    }
}

/// Registers an app with the client id and the secret that it has. All else is as in [`register`](super::register). A lost
/// guard means that the client id is in use.
pub fn import<M: Mint>(
    new: NewApp,
    known: &KnownBy,
    policy: &Policy,
    now: UnixTime,
    mint: &M,
) -> Decision<Registered, RegistrationErrors> {
    let mut found = Findings::default();
    found.take(check_client_id(&known.client_id, new.side, policy));
    let secret = found.take(secret(&known.secret, &new, now, mint));
    let checked = found.take(checked(new, policy));
    let id = known.client_id.clone();
    found
        .none(secret.zip(checked))
        .map(|(secret, checked)| named(checked, Identity { id, secret }, policy, now))
        .into()
}

fn check_client_id(id: &str, side: Side, policy: &Policy) -> Result<(), RegistrationError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let about = |sentence: String| {
        Err(RegistrationError {
            value: Some(id.to_owned()),
            ..wrong(Field::ClientId, sentence)
        })
    };
    if !(MIN_CLIENT_ID..=MAX_CLIENT_ID).contains(&id.len()) || !id.bytes().all(plain) {
        return about(format!(
            "a client id has {MIN_CLIENT_ID} to {MAX_CLIENT_ID} letters, digits, - _ and ."
        ));
    }
    if !id.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return about("a client id begins with a letter or a digit".to_owned());
    }
    if id.bytes().all(|b| b.is_ascii_lowercase()) {
        return about(
            "a client id of small letters alone reads as a word of our own addresses".to_owned(),
        );
    }
    if side == Side::Live && Side::of(id).0 == Side::Test {
        return about("a client id that starts with test_ is of the test side".to_owned());
    }
    match policy.is_kept(id) {
        true => about("this client id is kept for an app of the provider itself".to_owned()),
        false => Ok(()),
    }
}

/// What is stored of the secret, and its text if it is a new one.
fn secret<M: Mint>(
    known: &KnownSecret,
    new: &NewApp,
    now: UnixTime,
    mint: &M,
) -> Result<Option<(Option<String>, StoredSecret)>, RegistrationError> {
    let kept = |digest| (None, stored_digest(digest, now, mint.locator()));
    match (new.kind, known) {
        (ClientKind::Public, KnownSecret::None) => Ok(None),
        (ClientKind::Public, _) => Err(wrong(Field::Secret, "a public app has no secret")),
        (ClientKind::Confidential, KnownSecret::None) if new.authentication.is_by_keys() => {
            Ok(None)
        }
        (ClientKind::Confidential, _) if new.authentication.is_by_keys() => Err(wrong(
            Field::Secret,
            "an app that authenticates by its keys has no secret",
        )),
        (ClientKind::Confidential, KnownSecret::None) => Err(wrong(
            Field::Secret,
            "a confidential app has a secret: name --secret-file, --secret-sha256-file or --new-secret",
        )),
        (ClientKind::Confidential, KnownSecret::Text(text)) => {
            check_secret(text)?;
            Ok(Some(kept(Digest::of(text.as_bytes()))))
        }
        (ClientKind::Confidential, KnownSecret::Sha256(hex)) => Ok(Some(kept(read_sha256(hex)?))),
        (ClientKind::Confidential, KnownSecret::Replaced) => {
            let (text, stored) = new_secret(new.side, now, mint);
            Ok(Some((Some(text), stored)))
        }
    }
}

/// A secret is stored as its SHA-256, which is safe for random text alone: what a person could think of is found by trying.
fn check_secret(text: &str) -> Result<(), RegistrationError> {
    let weak = "this secret could be guessed: one of at least 128 random bits is taken (32 hexadecimal digits, or 22 letters and digits); --new-secret gives the app another";
    if text.len() > MAX_SECRET || !text.bytes().all(|b| b.is_ascii_graphic()) {
        let sentence = format!(
            "a secret has at most {MAX_SECRET} characters of visible ASCII, and no space: is there more than the secret in the file?"
        );
        return Err(wrong(Field::Secret, sentence));
    }
    let different: BTreeSet<u8> = text.bytes().collect();
    match bits(text) >= MIN_BITS && different.len() >= MIN_DIFFERENT {
        true => Ok(()),
        false => Err(wrong(Field::Secret, weak)),
    }
}

/// The most that a text of these kinds of characters can hold.
fn bits(text: &str) -> f64 {
    let all = |is: fn(&u8) -> bool| text.bytes().all(|b| is(&b));
    let kinds: f64 = match () {
        () if all(u8::is_ascii_digit) => 10.0,
        () if all(u8::is_ascii_hexdigit) => 16.0,
        () if all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()) => 36.0,
        () => 62.0,
    };
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    f64::from(length) * kinds.log2()
}

fn read_sha256(hex: &str) -> Result<Digest, RegistrationError> {
    let hex = hex.trim();
    if hex.starts_with('$') {
        let sentence = "this is a hash made for passwords, such as bcrypt, which is not read here: give the secret itself with --secret-file, or let the app have a new one with --new-secret";
        return Err(wrong(Field::Secret, sentence));
    }
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_hex = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = match is_hex {
        true => hex.as_bytes().chunks(2).map(pair).collect(),
        false => None,
    };
    let digest = bytes.and_then(|bytes| Digest::from_stored(&bytes));
    digest.ok_or_else(|| {
        let sentence = "write the SHA-256 of the secret, without a salt, as 64 hexadecimal digits";
        wrong(Field::Secret, sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_thought_of_is_no_secret() {
        let hex = "0123456789abcdef".repeat(4);
        for good in [
            hex.as_str(),
            &hex[..32],
            "aB3dE6gH9jK2mN5pQ8sT1v",
            "s3cr3t-Wi7h~Odd/Chars+And=More",
        ] {
            assert_eq!(check_secret(good), Ok(()), "{good}");
        }
        for bad in ["", "hunter2", &hex[..31], &"ab".repeat(40), "a b c d", "ü"] {
            assert!(check_secret(bad).is_err(), "{bad}");
        }
        assert!(check_secret(&"0123456789abcdef".repeat(40)).is_err());
        assert!(check_secret(&format!("{hex}\n{hex}")).is_err());
    }

    #[test]
    fn a_hash_is_the_sha_256_of_the_secret() {
        let digest = Digest::of(b"secret");
        let hex: String = digest
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(read_sha256(&hex), Ok(digest));
        assert_eq!(
            read_sha256(&format!("{}\n", hex.to_uppercase())),
            Ok(digest)
        );
        for bad in [
            "",
            "12",
            &hex[..63],
            &"+1".repeat(32),
            "$2b$12$abcdefghijklmnopqrstuv",
        ] {
            assert!(read_sha256(bad).is_err(), "{bad}");
        }
        let bcrypt = read_sha256("$2b$12$abcdefghijklmnopqrstuv").unwrap_err();
        assert!(bcrypt.sentence.contains("bcrypt"), "{bcrypt:?}");
    }

    #[test]
    fn a_client_id_leads_to_no_page_of_ours() {
        let policy = Policy::for_tests();
        for good in [
            "59174eb5c8c8",
            "Iv1.8a61f9b3a7aba766",
            "1234567890-abc.apps.example.com",
        ] {
            assert_eq!(check_client_id(good, Side::Live, &policy), Ok(()), "{good}");
        }
        for bad in [
            "",
            "short",
            "organization",
            "-1234567",
            "..12345678",
            "a/b/c/d/e",
            "test_59174eb5c8c8",
        ] {
            assert!(check_client_id(bad, Side::Live, &policy).is_err(), "{bad}");
        }
        assert_eq!(
            check_client_id("test_59174eb5c8c8", Side::Test, &policy),
            Ok(())
        );
    }
}
