//! Apps. What rests on how an app was read carries its version as guard, so that of two who change it at once the
//! second looks again.
use super::TransferChange;
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::request_log::RequestBatch;
use crate::types::{
    Client, ClientNo, ClientStatus, ConnectionUse, Locator, Scope, StoredSecret, UnixTime,
};

/// A change of an app.
#[derive(Debug, Clone)]
pub enum AppChange {
    /// Registers an app; its `no` is given by the store. Guard: the client id is free, and the bounds hold.
    Register {
        /// The app.
        client: Box<Client>,
        /// Its logo.
        logo: Option<Logo>,
        /// What binds whoever registers it.
        bounds: Option<Bounds>,
    },
    /// Changes what an app says of itself, where it sends people and with which keys it authenticates. Guard: it is still as it was read, and not
    /// switched off; where it takes another name that binds it, nobody else's app looks called alike.
    Update {
        /// As it was read.
        before: Box<Client>,
        /// As it is from now on.
        after: Box<Client>,
        /// What becomes of its logo, if that changes.
        logo: Option<LogoChange>,
        /// Whether no app of somebody else may look called alike.
        own_name: bool,
    },
    /// Switches an app on or off. No guard: of one that is so already no event is told, and one that is off is cut off
    /// once more.
    SetStatus {
        /// Which.
        client: ClientNo,
        /// What it may do from now on.
        status: ClientStatus,
        /// Tokens below this locator are dead (unchanged where it is lower than before).
        cutoff: Locator,
    },
    /// Says that an app was reviewed, and lets one in that waited for it. Guard: it is still as it was looked at.
    Approve {
        /// Which.
        client: ClientNo,
        /// The version that was looked at.
        version: i64,
        /// What it may do from now on.
        status: ClientStatus,
        /// When it was looked at.
        reviewed_at: UnixTime,
    },
    /// Approves restricted scopes for an app (the whole new set). Guard: the app is still as it was read.
    ApproveScopes {
        /// Which.
        client: ClientNo,
        /// Its version as it was read.
        version: i64,
        /// All that are approved now.
        approved: Scope,
    },
    /// Replaces an app's secrets. Guard: the app is still as it was read.
    ReplaceSecrets {
        /// Which.
        client: ClientNo,
        /// Its version as it was read.
        version: i64,
        /// Those that work from now on.
        secrets: Vec<StoredSecret>,
    },
    /// Adds a secret. Guard: the app is still as it was read.
    AddSecret {
        /// Which.
        client: ClientNo,
        /// Its version as it was read.
        version: i64,
        /// The new one.
        secret: StoredSecret,
    },
    /// Takes a secret away. Guard: the app is still as it was read.
    RevokeSecret {
        /// Which.
        client: ClientNo,
        /// Its version as it was read.
        version: i64,
        /// The one that goes.
        secret: Locator,
    },
    /// Adds a secret and gives the others an end. Guard: the app is still as it was read.
    RotateSecrets {
        /// Which.
        client: ClientNo,
        /// Its version as it was read.
        version: i64,
        /// The new one.
        secret: StoredSecret,
        /// When the others end, unless they do sooner.
        others_end: UnixTime,
    },
    /// Tells the developers of an app that a secret ends soon. Guard: nobody has told them.
    WarnOfEnd {
        /// Which app.
        client: ClientNo,
        /// Which secret.
        secret: Locator,
        /// A mail for each of them.
        mails: Vec<Message>,
    },
    /// Notes that an app was used, and with which of its secrets. No guard: of two, the later stays.
    NoteUse {
        /// Which.
        client: ClientNo,
        /// The secret that it showed.
        secret: Option<Locator>,
        /// When.
        at: UnixTime,
        /// From which network.
        network: String,
    },
    /// Notes when connections of apps were used. No guard: of two, the later stays.
    NoteConnections(Vec<ConnectionUse>),
    /// Hands an app over.
    Transfer(TransferChange),
    /// Writes down what its requests were told. No guard.
    LogRequests(Box<RequestBatch>),
    /// Deletes an app; its tokens are dead at once. Its row, secrets and logo are kept for a while. No guard: of one
    /// that is gone already no event is told.
    Delete {
        /// Which.
        client: ClientNo,
    },
    /// Brings a deleted app back. Guard: it is deleted, and was at that time.
    Restore {
        /// Which.
        client: ClientNo,
        /// When it was deleted.
        deleted_at: UnixTime,
        /// Tokens below this locator are dead.
        cutoff: Locator,
    },
}

/// What becomes of an app's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoChange {
    /// It is this one from now on.
    Replace(Logo),
    /// It goes.
    Remove,
}

/// A picture shown beside an app's name.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`, told by its first bytes.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What binds whoever registers an app by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Whether no app of somebody else may look called alike.
    pub own_name: bool,
    /// The most apps that the owner runs, those that can be brought back among them; 0: any number.
    pub most: usize,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

impl AppChange {
    pub(super) fn event(&self) -> Option<Happened> {
        Some(match self {
            // Tokens tell of it themselves.
            Self::NoteUse { .. } | Self::NoteConnections(_) | Self::LogRequests(_) => return None,
            Self::Register { client, .. } => Happened {
                organization: client.organization,
                ..Happened::by_person(Event::AppRegistered, client.owner)
            },
            Self::Update { before, after, .. } => {
                let event = match (before.keys == after.keys, before.status == after.status) {
                    (false, _) => Event::AppKeysChanged,
                    (true, true) => Event::AppUpdated,
                    (true, false) => Event::of_status(after.status),
                };
                Happened::by_app(event, before.no)
            }
            Self::SetStatus { client, status, .. } => {
                Happened::unasked(Event::of_status(*status)).with(*client)
            }
            Self::Approve { client, .. } => Happened::unasked(Event::AppApproved).with(*client),
            Self::ApproveScopes { client, .. } => {
                Happened::unasked(Event::AppScopesApproved).with(*client)
            }
            Self::ReplaceSecrets { client, .. } => {
                Happened::unasked(Event::AppSecretRotated).with(*client)
            }
            Self::AddSecret { client, .. } => {
                Happened::unasked(Event::AppSecretAdded).with(*client)
            }
            Self::RevokeSecret { client, .. } => {
                Happened::unasked(Event::AppSecretRevoked).with(*client)
            }
            Self::WarnOfEnd { client, .. } => {
                Happened::unasked(Event::AppSecretEnding).with(*client)
            }
            Self::RotateSecrets { client, .. } => {
                Happened::unasked(Event::AppSecretsRotated).with(*client)
            }
            Self::Transfer(change) => change.event(),
            Self::Restore { client, .. } => Happened::unasked(Event::AppRestored).with(*client),
            Self::Delete { client } => Happened::unasked(Event::AppDeleted).with(*client),
        })
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Transfer(change) => change.messages(),
            Self::WarnOfEnd { mails, .. } => mails,
            Self::Register { .. }
            | Self::Update { .. }
            | Self::SetStatus { .. }
            | Self::Approve { .. }
            | Self::ApproveScopes { .. }
            | Self::ReplaceSecrets { .. }
            | Self::AddSecret { .. }
            | Self::RevokeSecret { .. }
            | Self::RotateSecrets { .. }
            | Self::NoteUse { .. }
            | Self::NoteConnections(_)
            | Self::LogRequests(_)
            | Self::Delete { .. }
            | Self::Restore { .. } => &[],
        }
    }
}
