//! Requests for review, and what was said about them.
use crate::apps::review::{ReviewMessage, ReviewRequest, ReviewState, Snapshot};
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{ClientRowId, ClientStatus, Locator, Reasons, Scope, UnixTime};

/// A change of a request for review.
#[derive(Debug, Clone)]
pub enum ReviewChange {
    /// Asks for one. Guard: the app is still as it was read, and has no open request.
    Ask {
        /// The request.
        request: Box<ReviewRequest>,
        /// The version of the app as it was read.
        client_version: i64,
        /// What administrators should know.
        message: Option<ReviewMessage>,
        /// What administrators are sent.
        mail: Vec<Message>,
    },
    /// Says something about it, or decides it. Guard: it is open, and still as it was read; and the app, where the step
    /// rests on it.
    Reply {
        /// Which request.
        request: Locator,
        /// Its version as it was read.
        version: i64,
        /// The app that it is about.
        client: ClientRowId,
        /// What is done.
        step: ReviewStep,
        /// What is said.
        message: Option<ReviewMessage>,
        /// Whoever is told.
        mail: Vec<Message>,
    },
}

/// What is done with a request.
#[derive(Debug, Clone)]
pub enum ReviewStep {
    /// The developer answers: the app is looked at as it is now, at this version.
    Answered(Snapshot, i64),
    /// The developer takes it back.
    Withdrawn,
    /// An administrator asks something.
    AskedBack,
    /// An administrator refuses it.
    Refused,
    /// An administrator approves it.
    Approved(Box<Approved>),
}

/// An app once it is approved.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The version that was looked at.
    pub client_version: i64,
    /// What it may do from now on.
    pub status: ClientStatus,
    /// When it was reviewed as a whole, if it was.
    pub reviewed_at: Option<UnixTime>,
    /// All restricted scopes that are approved for it now.
    pub approved: Scope,
    /// The scopes that it may ask for now; `None`: every one that is not restricted.
    pub scopes: Option<Scope>,
    /// Why it asks for which.
    pub reasons: Reasons,
}

impl ReviewStep {
    /// Where the request stands afterwards.
    pub fn state(&self) -> ReviewState {
        match self {
            Self::Answered(..) => ReviewState::Open,
            Self::Withdrawn => ReviewState::Withdrawn,
            Self::AskedBack => ReviewState::AskedBack,
            Self::Refused => ReviewState::Refused,
            Self::Approved(_) => ReviewState::Approved,
        }
    }

    fn event(&self) -> Event {
        match self {
            Self::Answered(..) => Event::AppReviewAnswered,
            Self::Withdrawn => Event::AppReviewWithdrawn,
            Self::AskedBack => Event::AppReviewAskedBack,
            Self::Refused => Event::AppReviewRefused,
            Self::Approved(_) => Event::AppReviewApproved,
        }
    }
}

impl ReviewChange {
    pub(super) fn event(&self) -> Happened {
        match self {
            Self::Ask { request, .. } => {
                Happened::by_person(Event::AppReviewRequested, request.asked_by)
                    .with(request.client)
            }
            Self::Reply { client, step, .. } => Happened::unasked(step.event()).with(*client),
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Ask { mail, .. } | Self::Reply { mail, .. } => mail,
        }
    }
}
