//! What is written down of how apps are used. None of it has a guard, and no event is told of it: tokens tell of it
//! themselves.
use crate::request_log::RequestBatch;
use crate::types::{ClientRowId, ConnectionUse, Locator, UnixTime};

/// Something noted of an app's use.
#[derive(Debug, Clone)]
pub enum UsageChange {
    /// That an app was used, and with which of its secrets. Of two, the later stays.
    NoteApp {
        /// Which.
        client: ClientRowId,
        /// The secret that it showed.
        secret: Option<Locator>,
        /// When.
        at: UnixTime,
        /// From which network.
        network: String,
    },
    /// When connections of apps were used. Of two, the later stays.
    NoteConnections(Vec<ConnectionUse>),
    /// What the requests of an app were told.
    LogRequests(Box<RequestBatch>),
}
