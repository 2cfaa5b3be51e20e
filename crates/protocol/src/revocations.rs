//! The revocation feed: what an API that keeps introspection answers must forget, in the order it happened.
//! The shape of an answer is [`wire::feed`].
use crate::client_auth::{AuthenticatedClient, ClientFault};
use crate::facts::AccountStatus;
use crate::params::Params;
use crate::policy::Policy;
use crate::token::{RequestFault, TokenError};
use crate::types::{ConnectionStanding, Locator, Side, Subject};
use std::time::Duration;
use wire::feed::{Event, FeedReply};
use wire::token_text::{base62, from_base62};

/// The longest that a request is held while there is nothing new.
pub const MAX_WAIT: Duration = Duration::from_secs(20);

/// A place in the feed: the number of a line, and a mark of what stands in it. Another life of the database (a
/// new one, or one put back from a copy) has other lines, so a cursor of the one is known not to be of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The line's number.
    pub line: i64,
    /// What stands in it.
    pub mark: u64,
}

impl Cursor {
    /// The text that an API hands back. It means nothing to it.
    pub fn write(self) -> String {
        let line = base62(self.line.unsigned_abs());
        format!("{line}.{}", base62(self.mark))
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(text: &str) -> Option<Self> {
        let (line, mark) = text.split_once('.')?;
        Some(Cursor {
            line: from_base62(line)?.try_into().ok()?,
            mark: from_base62(mark)?,
        })
    }
}

/// What an API asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRequest {
    /// Where to go on.
    pub from: Start,
    /// How long to hold the request when there is nothing new.
    pub wait: Duration,
}

/// Where an API wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// From now: it keeps nothing yet.
    Now,
    /// After this place.
    After(Cursor),
    /// After a place that is none of ours.
    Nowhere,
}

impl FeedRequest {
    /// Reads the query string. A wait beyond [`MAX_WAIT`] is cut to it.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(query: Option<&str>) -> Result<Self, TokenError> {
        let query = query.unwrap_or_default().as_bytes();
        let params = Params::from_form(query).map_err(RequestFault::Params)?;
        if let Some(name) = params.repeated() {
            return Err(RequestFault::Repeated(name.to_owned()).into());
        }
        let wait = match params.get("wait") {
            Some(text) => text.parse().map_err(|_| RequestFault::Wait)?,
            None => 0,
        };
        Ok(FeedRequest {
            from: match params.get("cursor") {
                Some(text) => Cursor::read(text).map_or(Start::Nowhere, Start::After),
                None => Start::Now,
            },
            wait: Duration::from_millis(wait).min(MAX_WAIT),
        })
    }
}

/// Lets resource servers alone read the feed. Another app is told why, once it has proved who it is.
///
/// # Errors
/// `invalid_client`.
pub fn may_follow(client: &AuthenticatedClient) -> Result<(), TokenError> {
    let fault = match (client.resource_server, client.is_proved()) {
        (true, _) => return Ok(()),
        (false, true) => ClientFault::NoApi,
        (false, false) => ClientFault::Method,
    };
    Err(TokenError::InvalidClient {
        fault,
        used_header: true,
    })
}

/// A line of the feed with what is known of its object now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An access token was revoked.
    Token(Locator),
    /// A grant was revoked.
    Grant(Locator),
    /// An app changed.
    App {
        /// Its client id.
        client_id: String,
        /// Which side it is on.
        side: Side,
        /// Whether it works now and nothing of it was ever cut off.
        good: bool,
    },
    /// The standing of a person changed.
    Person {
        /// Who.
        subject: Subject,
        /// What the company's own login calls them.
        external_id: Option<String>,
        /// Which side they are on.
        side: Side,
        /// What it is now.
        standing: AccountStatus,
    },
    /// All that was given for an organization is over, or some of it.
    Workspace {
        /// Which.
        organization: Locator,
        /// What the company calls it.
        external_id: Option<String>,
    },
    /// A connection changed.
    Connection {
        /// Who let the app in.
        subject: Subject,
        /// What the company's own login calls them.
        external_id: Option<String>,
        /// The client id of the app.
        client_id: String,
        /// The organization that access was given for; `None`: the person's own account.
        organization: Option<Locator>,
        /// What the company calls that.
        workspace: Option<String>,
        /// Which side both are on.
        side: Side,
        /// What is left of it now.
        standing: ConnectionStanding,
    },
}

/// The lines after a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFacts {
    /// The last line told, or where the feed stands.
    pub cursor: Cursor,
    /// The cursor asked for is not of this feed, or what came after it is forgotten: there may be a gap.
    pub gap: bool,
    /// What happened since.
    pub changes: Vec<Change>,
}

/// Tells the changes that take something away. An app or person that changed otherwise (a new secret, a first
/// approval) is left out. An API on the test side is told of no app or person on the live side.
pub fn reply(facts: FeedFacts, side: Side, policy: &Policy) -> FeedReply {
    let may_know = |of: Side| side == Side::Live || of == Side::Test;
    let event = |change| match change {
        Change::Token(id) => Some(Event::TokenRevoked { jti: name_of(id) }),
        Change::Grant(id) => Some(Event::GrantRevoked {
            grant_id: name_of(id),
        }),
        Change::App {
            client_id,
            side,
            good,
        } => (!good && may_know(side)).then_some(Event::AppCutOff { client_id }),
        Change::Person {
            subject,
            external_id,
            side,
            standing,
        } => {
            let sub = policy.sub(subject, external_id.as_deref());
            (standing != AccountStatus::GOOD && may_know(side)).then_some(Event::UserCutOff { sub })
        }
        Change::Workspace {
            organization,
            external_id,
        } => Some(Event::OrganizationChanged {
            organization: policy.organization(organization, external_id.as_deref()),
        }),
        Change::Connection {
            subject,
            external_id,
            client_id,
            organization,
            workspace,
            side,
            standing,
        } => {
            let sub = policy.sub(subject, external_id.as_deref());
            let taken = standing != ConnectionStanding::GOOD && may_know(side);
            let named = |id| policy.organization(id, workspace.as_deref());
            let organization = organization.map(named);
            taken.then_some(Event::ConnectionChanged {
                sub,
                client_id,
                organization,
            })
        }
    };
    FeedReply {
        cursor: facts.cursor.write(),
        events: facts.changes.into_iter().filter_map(event).collect(),
        reset: facts.gap,
    }
}

/// The opaque name of a token or grant in introspection and feed.
pub fn name_of(id: Locator) -> String {
    base62(id.0.unsigned_abs())
}
