//! Apps that change hands.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{ClientRowId, Locator, Owner, Subject, Transfer, UnixTime};

/// A step by which an app gets another owner.
#[derive(Debug, Clone)]
pub enum TransferChange {
    /// Offers an app to somebody; an earlier offer of it goes. Guard: the app is still as it was read.
    Offer {
        /// Its version as it was read.
        version: i64,
        /// To whom, and until when.
        transfer: Box<Transfer>,
        /// The mail that says so.
        mail: Option<Message>,
    },
    /// Takes an offer back, or declines it. Guard: it is there.
    End {
        /// Which.
        transfer: Locator,
        /// The app.
        client: ClientRowId,
    },
    /// Hands an app over: it is no longer one that was reviewed, what people allowed it is forgotten, and its secrets
    /// end. Guard: the offer is there and holds, and the app is still as it was read; where its name binds it, nobody but
    /// its new owner is called alike; and its new owner has room for it.
    Accept {
        /// The offer.
        transfer: Box<Transfer>,
        /// The app's version as it was read.
        version: i64,
        /// Who runs it from now on.
        to: Owner,
        /// Who accepted it.
        accepted_by: Subject,
        /// Its name, if nobody else may be called alike.
        own_name: Option<String>,
        /// The most apps that its new owner runs, those that can be brought back among them; 0: any number.
        most: usize,
        /// When its secrets end, unless they do sooner.
        secrets_end: UnixTime,
        /// Tokens of its test side below this locator are dead: the former owner has some.
        not_before: Locator,
    },
}

impl TransferChange {
    /// The app.
    pub fn client(&self) -> ClientRowId {
        match self {
            Self::Offer { transfer, .. } | Self::Accept { transfer, .. } => transfer.client,
            Self::End { client, .. } => *client,
        }
    }

    pub(super) fn event(&self) -> Happened {
        let about = |event| Happened::unasked(event).with(self.client());
        match self {
            Self::Offer { .. } => about(Event::AppTransferOffered),
            Self::End { .. } => about(Event::AppTransferEnded),
            Self::Accept {
                to, accepted_by, ..
            } => Happened {
                client: Some(self.client()),
                organization: match to {
                    Owner::Organization(organization) => Some(*organization),
                    Owner::Person(_) => None,
                },
                ..Happened::by_person(Event::AppTransferred, *accepted_by)
            },
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Offer { mail, .. } => mail.as_slice(),
            Self::End { .. } | Self::Accept { .. } => &[],
        }
    }
}
