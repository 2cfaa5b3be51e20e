//! Whoever makes apps: that they may, and what they agreed to.
use crate::types::{MailAddress, Subject, UnixTime};

/// That somebody may register apps where that takes an invitation: whoever has proved that the address is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedDeveloper {
    /// The address.
    pub email: MailAddress,
    /// The administrator who invited them; `None`: a command did.
    pub invited_by: Option<Subject>,
    /// When.
    pub created_at: UnixTime,
}

/// The operator's terms for developers, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeveloperTerms {
    /// Where they can be read.
    pub url: String,
    /// What the operator calls this version of them; empty: nothing.
    pub version: String,
}

/// Terms that a developer accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedTerms {
    /// Which.
    pub terms: DeveloperTerms,
    /// When.
    pub accepted_at: UnixTime,
}
