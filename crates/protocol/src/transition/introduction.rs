//! Apps that introduce themselves.
use crate::events::{Event, Happened};
use crate::introduce::Room;
use crate::transition::Logo;
use crate::types::{Client, ClientRowId, Locator, UnixTime};
use jose::Digest;

/// What is kept of an app that introduced itself, beside the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntroductionRecord {
    /// The digest of all that it said.
    pub digest: Digest,
    /// The digest of what tells its software.
    pub software: Digest,
    /// Whether whoever says the same is the same app.
    pub shared: bool,
    /// The digest of the token that manages it; when it is replaced, `None` leaves the one that is there.
    pub token: Option<Digest>,
}

/// A change of an app that introduced itself.
#[derive(Debug, Clone)]
pub enum IntroductionChange {
    /// Registers it. Guard: its client id is free but for one that was deleted, there is room, and none is there that is
    /// shared and said the same.
    Register {
        /// The app.
        client: Box<Client>,
        /// What is kept beside it.
        record: IntroductionRecord,
        /// How many may be there that nobody used; `None`: any number.
        room: Option<Room>,
    },
    /// Notes that it introduced itself again. No guard.
    Again {
        /// Which.
        client: ClientRowId,
    },
    /// It says something else of itself. What people allowed it is asked again. Guard: it is still as it was read, and not
    /// switched off.
    Replace {
        /// As it was read.
        before: Box<Client>,
        /// As it is from now on.
        after: Box<Client>,
        /// What is kept beside it.
        record: IntroductionRecord,
    },
    /// Keeps its picture, which was fetched. Guard: it is still as it was read.
    KeepLogo {
        /// Which.
        client: ClientRowId,
        /// Its version when it was read.
        version: i64,
        /// The digest of the picture.
        digest: Digest,
        /// The picture.
        logo: Logo,
    },
    /// Notes that a grant began with an assertion, and goes on with one. No guard.
    Pin {
        /// The grant, or the code that it comes of.
        grant: Locator,
        /// Until when that is remembered.
        until: UnixTime,
    },
}

impl IntroductionChange {
    pub(super) fn event(&self) -> Option<Happened> {
        match self {
            Self::Register { .. } => Some(Happened::unasked(Event::AppIntroduced)),
            Self::Replace { before, .. } => {
                Some(Happened::unasked(Event::AppUpdated).with(before.no))
            }
            Self::Again { .. } | Self::KeepLogo { .. } | Self::Pin { .. } => None,
        }
    }
}
