//! Requests for review: a developer asks administrators to look at an app, or to let it ask people for restricted scopes.
//! What was looked at is what is approved: a request holds the app as it was when it was asked, and an app that is
//! another by now is not approved by it.
mod ask;
mod judge;
mod people;
mod snapshot;

pub use ask::{Answer, Askable, NewRequest, answer, ask, askable, was_asked, withdraw};
pub use judge::{Judged, Reviewer, Verdict, judge};
pub use people::{Caution, caution, has_room, people_cap};
pub use snapshot::{Part, Snapshot};

use crate::events::Actor;
use crate::types::text::is_plain;
use crate::types::{ClientRowId, Locator, Reasons, Scope, Subject, UnixTime};

/// Longest note or message, in characters.
pub const MAX_MESSAGE: usize = 2_000;
/// The most messages about one request.
pub const MAX_MESSAGES: usize = 100;
/// The most requests of one app within a day.
pub const MAX_REQUESTS: usize = 5;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewState {
    /// Administrators are to look at it.
    Open,
    /// An administrator has asked something, and waits for the developer.
    AskedBack,
    /// It was approved.
    Approved,
    /// It was refused.
    Refused,
    /// The developer took it back.
    Withdrawn,
}

impl ReviewState {
    /// All of them.
    pub const ALL: [ReviewState; 5] = [
        ReviewState::Open,
        ReviewState::AskedBack,
        ReviewState::Approved,
        ReviewState::Refused,
        ReviewState::Withdrawn,
    ];

    /// The stored and shown name.
    pub fn as_str(self) -> &'static str {
        match self {
            ReviewState::Open => "open",
            ReviewState::AskedBack => "asked_back",
            ReviewState::Approved => "approved",
            ReviewState::Refused => "refused",
            ReviewState::Withdrawn => "withdrawn",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether something is still to come.
    pub fn is_open(self) -> bool {
        match self {
            ReviewState::Open | ReviewState::AskedBack => true,
            ReviewState::Approved | ReviewState::Refused | ReviewState::Withdrawn => false,
        }
    }
}

/// A request for review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRequest {
    /// Its id.
    pub id: Locator,
    /// The app that it is about.
    pub client: ClientRowId,
    /// Who asked.
    pub asked_by: Subject,
    /// Where it stands.
    pub state: ReviewState,
    /// Raised by each change: whoever judges an earlier one has not seen it as it is.
    pub version: i64,
    /// Whether the app as a whole is to be looked at.
    pub whole: bool,
    /// Restricted scopes that are asked for.
    pub scopes: Scope,
    /// Why, for each of them.
    pub reasons: Reasons,
    /// The app as it was when it was asked.
    pub snapshot: Snapshot,
    /// When it was asked.
    pub created_at: UnixTime,
    /// When it was last changed.
    pub changed_at: UnixTime,
}

/// What somebody said about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewMessage {
    /// Its id.
    pub id: Locator,
    /// Who said it.
    pub by: Actor,
    /// When.
    pub at: UnixTime,
    /// What: the words of a stranger.
    pub text: String,
}

/// A request with what was said about it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The request.
    pub request: ReviewRequest,
    /// What was said.
    pub messages: Vec<ReviewMessage>,
}

impl Conversation {
    /// Whether somebody said this to the request as they saw it, so that it comes twice. Each version after the first has
    /// a message at most.
    fn has_heard(&self, by: Actor, text: &str, seen: Option<i64>) -> bool {
        let since = seen.map_or(0, |seen| self.request.version - seen);
        let since = usize::try_from(since).unwrap_or(0);
        let Ok(Some(text)) = message_text(text, true) else {
            return false;
        };
        let mut last = self.messages.iter().rev().take(since);
        last.any(|said| said.by == by && said.text == text)
    }
}

impl ReviewRequest {
    /// That it is as somebody saw it; `None`: it was just read.
    fn is_as(&self, seen: Option<i64>) -> Result<(), ReviewError> {
        match seen.is_none_or(|seen| seen == self.version) {
            true => Ok(()),
            false => Err(ReviewError::Stale),
        }
    }
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewError {
    /// The app has a request that is not decided yet.
    Open,
    /// The app has asked as often as it may today, or as much was said as may be.
    TooMany,
    /// There is nothing that needs approval.
    Nothing,
    /// The app is switched off, or everyone's.
    Closed,
    /// It is no restricted scope that the app lacks.
    Scope(String),
    /// The reason for this scope is missing, or cannot be taken.
    Reason(String),
    /// What is to be said is missing, too long, or cannot be shown.
    Message,
    /// It was decided or taken back already.
    Over,
    /// Something was said or done since it was looked at.
    Stale,
    /// These parts of the app are others than those that were looked at.
    Changed(Vec<Part>),
}

impl ReviewError {
    /// What to tell an operator.
    pub fn sentence(&self) -> String {
        match self {
            Self::Open => "the app has an open request already".to_owned(),
            Self::TooMany => "that was said or asked often enough".to_owned(),
            Self::Nothing => "nothing is asked for that needs approval".to_owned(),
            Self::Closed => "the app is switched off, or everyone's".to_owned(),
            Self::Scope(name) => {
                format!("'{name}' is no restricted scope that the app still lacks")
            }
            Self::Reason(name) => format!(
                "the scope '{name}' needs a reason of at most 300 characters on one line, all of which can be seen"
            ),
            Self::Message => {
                "say why, in at most 2000 characters, all of which can be seen".to_owned()
            }
            Self::Over => "the request was decided or taken back already".to_owned(),
            Self::Stale => {
                "something was said or done since you looked at the request: look at it again"
                    .to_owned()
            }
            Self::Changed(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.as_str()).collect();
                format!(
                    "the app is not what was looked at any more ({} changed): its developer asks again, or answers",
                    parts.join(", ")
                )
            }
        }
    }
}

/// A text of several lines as it is kept; `None` when it cannot be.
pub(crate) fn message_text(text: &str, required: bool) -> Result<Option<String>, ReviewError> {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    let fits = text.chars().count() <= MAX_MESSAGE && lines.iter().all(|line| is_plain(line));
    match (text.is_empty(), fits) {
        (true, _) if required => Err(ReviewError::Message),
        (true, _) => Ok(None),
        (false, true) => Ok(Some(text)),
        (false, false) => Err(ReviewError::Message),
    }
}
