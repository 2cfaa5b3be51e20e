//! Apps. What rests on how an app was read carries its version as guard, so that of two who change it at once the
//! second looks again.
use super::{ApprovalChange, SecretChange, TransferChange, UsageChange};
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Client, ClientRowId, ClientStatus, Locator, UnixTime};
use jose::Digest;

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
        client: ClientRowId,
        /// What it may do from now on.
        status: ClientStatus,
        /// Tokens below this locator are dead (unchanged where it is lower than before).
        not_before: Locator,
    },
    /// Lets an app do more.
    Approval(ApprovalChange),
    /// Changes its secrets.
    Secret(SecretChange),
    /// Hands an app over.
    Transfer(TransferChange),
    /// Notes how it is used.
    Usage(UsageChange),
    /// Deletes an app; its tokens are dead at once. Its row, secrets and logo are kept for a while. No guard: of one
    /// that is gone already no event is told.
    Delete {
        /// Which.
        client: ClientRowId,
    },
    /// Brings a deleted app back. Guard: it is deleted, and was at that time; where its name binds it, nobody else is
    /// called alike by now.
    Restore {
        /// As it was when it was deleted.
        client: Box<Client>,
        /// Whether nobody else may be called alike.
        own_name: bool,
        /// When it was deleted.
        deleted_at: UnixTime,
        /// Tokens below this locator are dead.
        not_before: Locator,
    },
}

/// What becomes of the picture of an app, or of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoChange {
    /// It is this one from now on.
    Replace(Logo),
    /// It goes.
    Remove,
}

impl LogoChange {
    /// The digest of the picture that there is then.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            LogoChange::Replace(logo) => Some(Digest::of(&logo.bytes)),
            LogoChange::Remove => None,
        }
    }
}

/// A picture shown beside a name.
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
            Self::Usage(_) => return None,
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
            Self::Approval(change) => change.event(),
            Self::Secret(change) => change.event(),
            Self::Transfer(change) => change.event(),
            Self::Restore { client, .. } => Happened::unasked(Event::AppRestored).with(client.no),
            Self::Delete { client } => Happened::unasked(Event::AppDeleted).with(*client),
        })
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Transfer(change) => change.messages(),
            Self::Secret(change) => change.messages(),
            Self::Register { .. }
            | Self::Update { .. }
            | Self::SetStatus { .. }
            | Self::Approval(_)
            | Self::Usage(_)
            | Self::Delete { .. }
            | Self::Restore { .. } => &[],
        }
    }
}
