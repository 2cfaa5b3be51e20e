//! A provider and its apps, for targets that need them.
use jose::Digest;
use protocol::Policy;
use protocol::grants::Context;
use protocol::signer::OwnKeys;
use protocol::types::{Client, ClientKind, Locator, RedirectUri, StoredSecret, UnixTime};
use std::sync::LazyLock;

/// A provider that takes parameters from everywhere.
const OPEN: &str = r#"
[token]
bodies = ["form", "json", "query"]
[grants]
device_code = true
[scopes."tasks:read"]
sentence = "See your tasks"
default = true
[scopes."admin:all"]
sentence = "Do everything"
restricted = true
"#;

/// What the store says of a database's URL.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    store::PostgresUrl::parse(url).map(drop)
}

/// What stands in [`OPEN`].
pub(crate) static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let checked = config::check(OPEN, &[], check_url);
    checked.expect("it is in order").policy
});

/// The same, but with parameters in form bodies only.
pub(crate) static STRICT: LazyLock<Policy> = LazyLock::new(|| {
    let mut policy = POLICY.clone();
    policy.tokens.bodies.json = false;
    policy.tokens.bodies.query = false;
    policy
});

/// What a rule is given that makes nothing.
pub(crate) fn context() -> Context<'static, ()> {
    static NO_KEYS: LazyLock<OwnKeys> = LazyLock::new(OwnKeys::default);
    Context {
        policy: &POLICY,
        now: UnixTime(1_750_000_000),
        mint: &(),
        signer: &*NO_KEYS,
    }
}

/// An app with these redirect URIs, and a secret if it is confidential.
pub(crate) fn client(kind: ClientKind, secret: &str, redirect_uris: Vec<RedirectUri>) -> Client {
    let secret = StoredSecret {
        id: Locator(1),
        digest: Digest::of(secret.as_bytes()),
        name: String::new(),
        created_at: UnixTime(1),
        expires_at: None,
    };
    Client {
        kind,
        secrets: match kind {
            ClientKind::Confidential => vec![secret],
            ClientKind::Public => Vec::new(),
        },
        redirect_uris,
        ..Client::for_tests()
    }
}

/// Splits an input at its first line break; what is missing is empty.
pub(crate) fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

/// The input as text, as HTTP hands a header over.
pub(crate) fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
