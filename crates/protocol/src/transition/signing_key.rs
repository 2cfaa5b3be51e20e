//! The keys that sign.
use crate::events::{Event, Happened};
use crate::signing_keys::{NewSigningKey, SigningKeyState};
use crate::types::UnixTime;
use jose::SigningAlgorithm;

/// A change of the keys that sign.
#[derive(Debug, Clone)]
pub enum SigningKeyChange {
    /// Keeps a key, and publishes it. Guard: its algorithm has no key of that number, of that name, or where one is
    /// allowed at a time, in that state.
    Make(Box<NewSigningKey>),
    /// Has a key sign from now on, and retires the one that signed before. Guard: it is published and does not sign.
    Sign {
        /// Which.
        kid: String,
        /// Its algorithm.
        algorithm: SigningAlgorithm,
        /// When.
        at: UnixTime,
        /// When the one before is removed.
        earlier_ends_at: UnixTime,
    },
    /// Retires the key that signs, without another in its place. Guard: it signs.
    Retire {
        /// Which.
        kid: String,
        /// When it is removed.
        ends_at: UnixTime,
    },
    /// Removes a key, with its private part. Guard: it stands where it was seen.
    Remove {
        /// Which.
        kid: String,
        /// Where it was seen.
        state: SigningKeyState,
    },
    /// Replaces the sealed private part by the same under another sealing key. Guard: it is as it was read.
    Reseal {
        /// Which.
        kid: String,
        /// As it was read.
        before: Vec<u8>,
        /// The same, sealed anew.
        sealed: Vec<u8>,
    },
}

impl SigningKeyChange {
    pub(super) fn event(&self) -> Option<Happened> {
        let event = match self {
            Self::Make(_) => Event::SigningKeyMade,
            Self::Sign { .. } => Event::SigningKeySigns,
            Self::Retire { .. } => Event::SigningKeyRetired,
            Self::Remove { .. } => Event::SigningKeyRemoved,
            Self::Reseal { .. } => return None,
        };
        Some(Happened::unasked(event))
    }
}
