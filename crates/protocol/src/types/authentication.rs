//! What an app wants of a sign-in by OpenID Connect, carried from its request to the ID tokens that answer it.
use crate::types::{Locator, UnixTime};

/// What a code, and the grant that it becomes, know of the sign-in that an app asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// The id of the code, and so of the grant.
    pub id: Locator,
    /// The session in which the person was signed in.
    pub session: Locator,
    /// What comes back unchanged in the first ID token.
    pub nonce: Option<String>,
    /// Claims that were asked for by name in the ID token.
    pub claims: Vec<String>,
    /// When nothing can be asked about it any more.
    pub expires_at: UnixTime,
    /// How they had proved who they are (RFC 8176), separated by spaces; `None`: by their password here.
    pub methods: Option<String>,
    /// What that is told to be worth (`acr`) because the app asked for it; `None`: what it is.
    pub acr: Option<String>,
}

impl Authentication {
    /// Of an app that asked for nothing.
    pub(crate) fn plain(id: Locator, session: Locator, expires_at: UnixTime) -> Self {
        Authentication {
            id,
            session,
            nonce: None,
            claims: Vec::new(),
            expires_at,
            methods: None,
            acr: None,
        }
    }

    /// The session as apps are told of it (`sid`, OpenID Connect Back-Channel Logout §2.1).
    pub fn sid(&self) -> String {
        Self::sid_of(self.session)
    }

    /// The same of any session.
    pub fn sid_of(session: Locator) -> String {
        session.0.to_string()
    }
}
