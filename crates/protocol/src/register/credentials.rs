//! By what an app shows who it is: its `client_id` and its secrets.
use super::{Field, RegistrationError, SECRET_PREFIX, wrong};
use crate::decision::{Decision, Mint};
use crate::transition::{AppChange, SecretChange, Transition};
use crate::types::{Client, ClientKind, Locator, Side, StoredSecret, UnixTime};
use jose::Digest;
use wire::token_text;

/// A new secret's text, and what is stored of it.
pub(crate) fn new_secret<M: Mint>(side: Side, now: UnixTime, mint: &M) -> (String, StoredSecret) {
    let text = token_text::secret_text(&side.mark(SECRET_PREFIX), &mint.secret());
    let stored = stored(&text, now, mint.locator());
    (text, stored)
}

/// 22 characters (behind `test_` on the test side) from `A-Z a-z 0-9`, the first one a letter: no encoding changes it, and it can be taken
/// neither for a number nor for a URL.
pub(crate) fn new_client_id<M: Mint>(side: Side, mint: &M) -> String {
    let secret = mint.secret();
    let (head, tail) = secret.split_at(8);
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .take(8)
            .fold(0u64, |n, b| n << 8 | u64::from(*b))
    };
    let mut id = format!(
        "{}{}",
        token_text::base62(number(head)),
        token_text::base62(number(tail))
    );
    let letter = char::from(b'a' + secret[31] % 26);
    id.insert(0, letter);
    id.truncate(22);
    side.mark(&id).into_owned()
}

/// What is stored of a secret.
pub fn digest_of(secret: &str) -> Digest {
    Digest::of(secret.as_bytes())
}

pub(super) fn stored(secret: &str, now: UnixTime, id: Locator) -> StoredSecret {
    stored_digest(digest_of(secret), now, id)
}

pub(super) fn stored_digest(digest: Digest, now: UnixTime, id: Locator) -> StoredSecret {
    StoredSecret {
        id,
        digest,
        name: String::new(),
        created_at: now,
        expires_at: None,
    }
}

/// Replaces an app's secret. The old one stops working at once.
pub fn rotate_secret<M: Mint>(
    client: &Client,
    now: UnixTime,
    mint: &M,
) -> Decision<String, RegistrationError> {
    if client.kind == ClientKind::Public {
        return Decision::refuse(wrong(Field::Kind, "a public app has no secret"));
    }
    if client.keys.is_some() {
        let sentence = "this app authenticates by its keys: it has no secret";
        return Decision::refuse(wrong(Field::Secret, sentence));
    }
    let (text, stored) = new_secret(client.side, now, mint);
    let transition = Transition::App(AppChange::Secret(SecretChange::Replace {
        client: client.no,
        version: client.version,
        secrets: vec![stored],
    }));
    Decision::grant(transition, text)
}
