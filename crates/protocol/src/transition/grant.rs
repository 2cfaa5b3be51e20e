//! Grants and their tokens.
use crate::events::{Event, Happened};
use crate::types::{AccessToken, ClientRowId, Grant, Locator, RefreshToken, SealedReply, Subject};

/// A change of a grant or a token.
#[derive(Debug, Clone)]
pub enum GrantChange {
    /// Redeems a code (RFC 6749 §4.1.2, RFC 8628 §3.5, once only). Guard: no grant with the code's id exists.
    Redeem {
        /// What begins; its id is the code's.
        grant: Grant,
        /// The first access token.
        access: AccessToken,
        /// The first refresh token, unless the app may not refresh.
        refresh: Option<RefreshToken>,
    },
    /// Uses up a refresh token (RFC 9700 §4.14.2). Guard: no used-record with the consumed id exists.
    Rotate {
        /// The token presented.
        consumed: Locator,
        /// What replaces it.
        successor: RefreshToken,
        /// The access token that comes with it.
        access: AccessToken,
        /// The reply for an identical retry; `None` when there is no grace window.
        reply: Option<SealedReply>,
    },
    /// Issues an access token alone: client credentials, or a refresh without rotation.
    IssueAccessToken(AccessToken),
    /// Revokes all that one code gave. No guard: revoking twice is success.
    Revoke {
        /// Which.
        grant: Locator,
        /// The app it was given to.
        client: ClientRowId,
        /// The person who allowed it, as far as it is known.
        subject: Option<Subject>,
        /// Why.
        cause: RevocationCause,
    },
    /// Revokes one access token. No guard.
    RevokeAccessToken {
        /// Which.
        token: Locator,
        /// The app it was issued to.
        client: ClientRowId,
        /// The person who allowed it; `None` for the app's own.
        subject: Option<Subject>,
        /// Its grant.
        grant: Locator,
    },
}

/// Why a grant was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationCause {
    /// A code came twice (RFC 6749 §4.1.2).
    CodeReplay,
    /// A refresh token came twice (RFC 9700 §4.14.2).
    RefreshReplay,
    /// The app asked for it (RFC 7009).
    App,
    /// An operator asked for it.
    Operator,
}

impl RevocationCause {
    fn event(self) -> Event {
        match self {
            Self::CodeReplay => Event::GrantRevokedByCodeReplay,
            Self::RefreshReplay => Event::GrantRevokedByRefreshReplay,
            Self::App => Event::GrantRevokedByApp,
            Self::Operator => Event::GrantRevokedByOperator,
        }
    }
}

impl GrantChange {
    pub(super) fn event(&self) -> Option<Happened> {
        match self {
            Self::IssueAccessToken(_) | Self::Rotate { .. } => None,
            Self::Redeem { grant, .. } => Some(Happened {
                subject: Some(grant.subject),
                grant: Some(grant.id),
                ..Happened::by_app(Event::GrantStarted, grant.client)
            }),
            Self::Revoke {
                grant,
                client,
                subject,
                cause,
            } => Some(Happened {
                grant: Some(*grant),
                subject: *subject,
                ..Happened::by_app(cause.event(), *client)
            }),
            Self::RevokeAccessToken {
                client,
                subject,
                grant,
                ..
            } => Some(Happened {
                grant: subject.map(|_| *grant),
                subject: *subject,
                ..Happened::by_app(Event::TokenRevoked, *client)
            }),
        }
    }
}
