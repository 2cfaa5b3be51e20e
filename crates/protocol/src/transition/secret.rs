//! The secrets of apps.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{ClientRowId, Locator, StoredSecret, UnixTime};

/// A change of an app's secrets.
#[derive(Debug, Clone)]
pub enum SecretChange {
    /// Replaces all of them. Guard: the app is still as it was read.
    Replace {
        /// Which app.
        client: ClientRowId,
        /// Its version as it was read.
        version: i64,
        /// Those that work from now on.
        secrets: Vec<StoredSecret>,
    },
    /// Adds one. Guard: the app is still as it was read.
    Add {
        /// To which app.
        client: ClientRowId,
        /// Its version as it was read.
        version: i64,
        /// The new one.
        secret: StoredSecret,
    },
    /// Takes one away. Guard: the app is still as it was read.
    Revoke {
        /// Of which app.
        client: ClientRowId,
        /// Its version as it was read.
        version: i64,
        /// The one that goes.
        secret: Locator,
    },
    /// Adds one and gives the others an end. Guard: the app is still as it was read.
    Rotate {
        /// Of which app.
        client: ClientRowId,
        /// Its version as it was read.
        version: i64,
        /// The new one.
        secret: StoredSecret,
        /// When the others end, unless they do sooner.
        others_end: UnixTime,
    },
    /// Tells the developers of an app that one ends soon. Guard: nobody has told them.
    WarnOfEnd {
        /// Which app.
        client: ClientRowId,
        /// Which secret.
        secret: Locator,
        /// A mail for each of them.
        mails: Vec<Message>,
    },
}

impl SecretChange {
    /// The app.
    pub fn client(&self) -> ClientRowId {
        match self {
            Self::Replace { client, .. }
            | Self::Add { client, .. }
            | Self::Revoke { client, .. }
            | Self::Rotate { client, .. }
            | Self::WarnOfEnd { client, .. } => *client,
        }
    }

    pub(super) fn event(&self) -> Happened {
        let event = match self {
            Self::Replace { .. } => Event::AppSecretRotated,
            Self::Add { .. } => Event::AppSecretAdded,
            Self::Revoke { .. } => Event::AppSecretRevoked,
            Self::Rotate { .. } => Event::AppSecretsRotated,
            Self::WarnOfEnd { .. } => Event::AppSecretEnding,
        };
        Happened::unasked(event).with(self.client())
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::WarnOfEnd { mails, .. } => mails,
            Self::Replace { .. } | Self::Add { .. } | Self::Revoke { .. } | Self::Rotate { .. } => {
                &[]
            }
        }
    }
}
