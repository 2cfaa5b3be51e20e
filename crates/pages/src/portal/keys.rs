//! The keys of an app that signs assertions, as its page shows them.
use crate::{HOSTILE, Text};

/// How an app authenticates that can keep a private key. Its form carries `jwks` or `jwks-uri`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppKeys {
    /// Whether it signs assertions, so that it has no secrets.
    pub on: bool,
    /// Its keys, as far as they are known.
    pub lines: Vec<KeyLine>,
    /// Where it publishes them; empty: it does not.
    pub uri: String,
    /// The algorithms that it may sign with, where not all may be.
    pub algorithms: Option<Text>,
    /// The set that was typed.
    pub typed: String,
    /// The URL that was typed.
    pub typed_uri: String,
}

/// One public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLine {
    /// Its name; empty: it has none.
    pub kid: String,
    /// The algorithms that it is for.
    pub algorithms: String,
    /// Its thumbprint (RFC 7638).
    pub thumbprint: String,
}

const THUMBPRINT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

pub(super) fn usual(uri: &str) -> AppKeys {
    AppKeys {
        on: true,
        lines: vec![
            KeyLine {
                kid: "Task Board".to_owned(),
                algorithms: "ES256".to_owned(),
                thumbprint: THUMBPRINT.to_owned(),
            },
            KeyLine {
                kid: String::new(),
                algorithms: "ES256".to_owned(),
                thumbprint: THUMBPRINT.to_owned(),
            },
        ],
        uri: uri.to_owned(),
        algorithms: Some(Text::of_others("ES256")),
        ..AppKeys::default()
    }
}

pub(super) fn hostile() -> AppKeys {
    AppKeys {
        on: true,
        lines: vec![KeyLine {
            kid: HOSTILE.to_owned(),
            algorithms: HOSTILE.to_owned(),
            thumbprint: HOSTILE.to_owned(),
        }],
        uri: HOSTILE.to_owned(),
        algorithms: Some(Text::of_others(HOSTILE)),
        typed: HOSTILE.to_owned(),
        typed_uri: HOSTILE.to_owned(),
    }
}
