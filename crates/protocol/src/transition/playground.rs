//! What developers play a test side through with.
use super::SecretChange;
use crate::apps::playground::PlaygroundRun;
use crate::events::Happened;
use crate::types::{ClientRowId, Locator};
use jose::Digest;

/// A change of what is being played.
#[derive(Debug, Clone)]
pub enum PlaygroundChange {
    /// Begins a run. Guard: its session goes on and has none, its app is there, and the test side is still as it was
    /// read, if it is given a secret.
    Begin {
        /// The run.
        run: PlaygroundRun,
        /// The secret that is made for it, if the app keeps one.
        secret: Option<SecretChange>,
    },
    /// Replaces what a run holds. Guard: it is as it was read.
    Replace {
        /// Which.
        id: Locator,
        /// As it was read.
        before: Vec<u8>,
        /// What it holds from now on, sealed.
        sealed: Vec<u8>,
        /// SHA-256 of its state from now on.
        state: Digest,
    },
    /// Ends a run. Guard: it has not ended, and the test side is still as it was read, if a secret goes.
    End {
        /// Which.
        id: Locator,
        /// The secret that goes with it, if there is one.
        secret: Option<SecretChange>,
    },
    /// Replaces what a run holds by the same under another sealing key. Guard: it is as it was read.
    Reseal {
        /// Which.
        id: Locator,
        /// As it was read.
        before: Vec<u8>,
        /// The same, sealed anew.
        sealed: Vec<u8>,
    },
}

impl PlaygroundChange {
    fn secret(&self) -> Option<&SecretChange> {
        match self {
            Self::Begin { secret, .. } | Self::End { secret, .. } => secret.as_ref(),
            Self::Replace { .. } | Self::Reseal { .. } => None,
        }
    }

    /// The app whose secrets change.
    pub fn client(&self) -> Option<ClientRowId> {
        self.secret().map(SecretChange::client)
    }

    pub(super) fn event(&self) -> Option<Happened> {
        self.secret().map(SecretChange::event)
    }
}
