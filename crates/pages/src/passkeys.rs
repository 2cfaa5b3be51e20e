//! Passkeys, as pages ask for them and list them.

use crate::{HOSTILE, Text};

/// What a page asks an authenticator: a form with `ceremony` and `credential`, which a script fills.
#[derive(Clone, Debug)]
pub struct PasskeyAsk {
    /// Where the form goes.
    pub action: &'static str,
    /// What the browser is given, as JSON.
    pub options: String,
    /// What is known of it again, sent back as `ceremony`.
    pub ceremony: String,
}

impl PasskeyAsk {
    /// Signs in: `POST` with `nonce`, `request`, `app`, `ceremony`, `credential`.
    pub const SIGN_IN: &str = "/sign-in/passkey";
    /// Proves the second factor, the same.
    pub const SECOND_FACTOR: &str = "/sign-in/second-factor/passkey";
    /// Proves the second factor of who chooses a new password: `POST` with `nonce`, `link`, `ceremony`, `credential`.
    pub const NEW_PASSWORD: &str = "/link/password/passkey";
    /// Adds the first one, as a second factor that is needed: `POST` with `nonce`, `request`, `app`, `name`, `ceremony`,
    /// `credential`.
    pub const SET_UP: &str = "/sign-in/second-factor/set-up/passkey";
    /// Adds one: `POST` with `nonce`, `name`, `ceremony`, `credential`.
    pub const ADD: &str = "/account/security/passkeys/add";
    /// Gives one another name: `POST` with `nonce`, `id`, `name`.
    pub const RENAME: &str = "/account/security/passkeys/rename";
    /// Removes one: `POST` with `nonce`, `id`.
    pub const REMOVE: &str = "/account/security/passkeys/remove";

    pub(crate) fn sample(action: &'static str) -> Self {
        PasskeyAsk {
            action,
            options: r#"{"challenge":"Zm9v","rpId":"id.example.com"}"#.to_owned(),
            ceremony: "1.tag.state".to_owned(),
        }
    }

    pub(crate) fn hostile(action: &'static str) -> Self {
        PasskeyAsk {
            action,
            options: HOSTILE.to_owned(),
            ceremony: HOSTILE.to_owned(),
        }
    }
}

/// What a page asks an authenticator for that is to make a passkey.
#[derive(Clone, Debug)]
pub struct NewPasskeyAsk {
    /// What it asks.
    pub ask: PasskeyAsk,
    /// What a new one is called, unless its person calls it something else.
    pub suggested: String,
}

/// A person's passkeys on their page.
#[derive(Clone, Debug)]
pub struct Passkeys {
    /// Those that they have.
    pub lines: Vec<PasskeyLine>,
    /// Whether they come in by the last one alone, so that it is not removed.
    pub only_way: bool,
    /// What adds one; `None`: they have as many as they may, or nobody has any here.
    pub add: Option<PasskeyAsk>,
    /// What a new one is called, unless they call it something else.
    pub suggested: String,
}

/// A passkey.
#[derive(Clone, Debug)]
pub struct PasskeyLine {
    /// Its number, sent back as `id`.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// Since when it is there, and when it was used last.
    pub times: Text,
}

impl Passkeys {
    pub(crate) fn none() -> Self {
        Passkeys {
            lines: Vec::new(),
            only_way: false,
            add: Some(PasskeyAsk::sample(PasskeyAsk::ADD)),
            suggested: "Firefox, Linux".to_owned(),
        }
    }

    pub(crate) fn sample(times: Text) -> Self {
        let line = |id: &str, name: &str| PasskeyLine {
            id: id.to_owned(),
            name: name.to_owned(),
            times: times.clone(),
        };
        Passkeys {
            lines: vec![line("1", "Firefox, Linux"), line("2", "iPhone")],
            ..Self::none()
        }
    }

    pub(crate) fn hostile() -> Self {
        Passkeys {
            lines: vec![PasskeyLine {
                id: HOSTILE.to_owned(),
                name: HOSTILE.to_owned(),
                times: Text::of_others(HOSTILE),
            }],
            only_way: false,
            add: Some(PasskeyAsk::hostile(PasskeyAsk::ADD)),
            suggested: HOSTILE.to_owned(),
        }
    }
}
