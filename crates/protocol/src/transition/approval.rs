//! What administrators and commands let apps do.
use crate::events::{Event, Happened};
use crate::types::{ClientRowId, ClientStatus, Scope, UnixTime};

/// An approval. Guard of each: the app is still as it was looked at.
#[derive(Debug, Clone)]
pub enum ApprovalChange {
    /// Says that an app was reviewed, and lets one in that waited for it.
    App {
        /// Which.
        client: ClientRowId,
        /// The version that was looked at.
        version: i64,
        /// What it may do from now on.
        status: ClientStatus,
        /// When it was looked at.
        reviewed_at: UnixTime,
    },
    /// Approves restricted scopes for an app (the whole new set).
    Scopes {
        /// Which.
        client: ClientRowId,
        /// Its version as it was read.
        version: i64,
        /// All that are approved now.
        approved: Scope,
    },
}

impl ApprovalChange {
    /// The app.
    pub fn client(&self) -> ClientRowId {
        match self {
            Self::App { client, .. } | Self::Scopes { client, .. } => *client,
        }
    }

    pub(super) fn event(&self) -> Happened {
        let event = match self {
            Self::App { .. } => Event::AppApproved,
            Self::Scopes { .. } => Event::AppScopesApproved,
        };
        Happened::unasked(event).with(self.client())
    }
}
