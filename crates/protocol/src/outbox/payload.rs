//! What the job that delivers a message has to know.
use super::{Destination, Kind};
use crate::types::MailAddress;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod sealed {
    /// What only payloads of this file are.
    pub trait Sealed {}
}

/// What a job has to know. No field is a text that could hold a link or a secret.
pub trait Payload: Serialize + DeserializeOwned + sealed::Sealed {
    /// Whose payload it is.
    const KIND: Kind;

    /// Where it goes.
    fn destination(&self) -> Destination;
}

/// A mail that shows that mail works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMail {
    /// Who gets it.
    pub to: MailAddress,
    /// Which of several it is, from 1.
    pub copy: u16,
    /// How many there are.
    pub copies: u16,
}

impl sealed::Sealed for TestMail {}

impl Payload for TestMail {
    const KIND: Kind = Kind::TestMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A mail with a link that acts on an account. What it is about is in the row of the link, which has the id of the
/// message; a link that was withdrawn meanwhile is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkMailPayload {
    /// Who gets it.
    pub to: MailAddress,
    /// Whether it is the last of its kind to that address for a while, and says so.
    #[serde(default)]
    pub last: bool,
}

impl sealed::Sealed for LinkMailPayload {}

impl Payload for LinkMailPayload {
    const KIND: Kind = Kind::LinkMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A call that tells an app of the end of a session (OpenID Connect Back-Channel Logout §2.5). Where it goes and what
/// proves it is made when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackChannelLogout {
    /// The number of the app.
    pub client: i64,
    /// The session that ended.
    pub session: i64,
    /// Whose it was.
    pub subject: i64,
}

impl sealed::Sealed for BackChannelLogout {}

impl Payload for BackChannelLogout {
    const KIND: Kind = Kind::BackChannelLogout;

    fn destination(&self) -> Destination {
        Destination::app(self.client)
    }
}

/// A mail that asks somebody to join an organization. An invitation that was taken back meanwhile is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationMail {
    /// Who gets it.
    pub to: MailAddress,
    /// Which invitation it tells of.
    pub invitation: i64,
}

impl sealed::Sealed for InvitationMail {}

impl Payload for InvitationMail {
    const KIND: Kind = Kind::InvitationMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A mail that tells somebody that they may register apps. An invitation that was taken back meanwhile is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeveloperMail {
    /// Who gets it.
    pub to: MailAddress,
}

impl sealed::Sealed for DeveloperMail {}

impl Payload for DeveloperMail {
    const KIND: Kind = Kind::DeveloperMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A mail that offers somebody an app. An offer that was taken back meanwhile is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferMail {
    /// Who gets it.
    pub to: MailAddress,
    /// Which offer it tells of.
    pub transfer: i64,
}

impl sealed::Sealed for TransferMail {}

impl Payload for TransferMail {
    const KIND: Kind = Kind::TransferMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A mail that tells a developer of the end of a secret. One that was revoked meanwhile is not told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretEndMail {
    /// Who gets it.
    pub to: MailAddress,
    /// The number of the app.
    pub client: i64,
    /// The number of the secret.
    pub secret: i64,
}

impl sealed::Sealed for SecretEndMail {}

impl Payload for SecretEndMail {
    const KIND: Kind = Kind::SecretEndMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A mail that tells an owner of an organization that one of its domains counts as proved no more. Which one stands on the page
/// that it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLostMail {
    /// Who gets it.
    pub to: MailAddress,
    /// The number of the organization.
    pub organization: i64,
}

impl sealed::Sealed for DomainLostMail {}

impl Payload for DomainLostMail {
    const KIND: Kind = Kind::DomainLostMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// What a mail about a request for review tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewTold {
    /// To administrators: there is a new one.
    Asked,
    /// To administrators: the developer has answered.
    Answered,
    /// To the developer: an administrator has asked something.
    AskedBack,
    /// To the developer: it is approved.
    Approved,
    /// To the developer: it is refused.
    Refused,
}

/// A mail about a request for review. What was said stands on the page that it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewMail {
    /// Who gets it.
    pub to: MailAddress,
    /// The id of the request.
    pub request: i64,
    /// What it tells.
    pub told: ReviewTold,
}

impl sealed::Sealed for ReviewMail {}

impl Payload for ReviewMail {
    const KIND: Kind = Kind::ReviewMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}

/// A mail that tells of an account that is gone: whoever reads it has none any more, so what it is written with is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedMail {
    /// Who gets it.
    pub to: MailAddress,
    /// The tag of the language that they had chosen.
    pub language: Option<String>,
}

impl sealed::Sealed for DeletedMail {}

impl Payload for DeletedMail {
    const KIND: Kind = Kind::DeletedMail;

    fn destination(&self) -> Destination {
        Destination::mailbox(&self.to)
    }
}
