//! What a user may do, whatever a token says: a scope never gives an app more than its user has.
use crate::Api;
use crate::reply::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use verify::Token;

/// What a user is to the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Looks at what is theirs.
    Viewer,
    /// Changes what is theirs.
    #[default]
    Editor,
    /// Looks at how much there is of everyone's, too.
    Admin,
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Read,
    Write,
    Delete,
    Administer,
}

impl Role {
    fn may(self, act: Act) -> bool {
        match self {
            Role::Viewer => act == Act::Read,
            Role::Editor => act != Act::Administer,
            Role::Admin => true,
        }
    }

    /// The role's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Editor => "editor",
            Role::Admin => "admin",
        }
    }
}

/// The user behind a request: a person, or an app that acts for itself.
pub(crate) struct User {
    /// Who.
    pub(crate) subject: String,
    /// What they may do.
    pub(crate) role: Role,
    /// Their data: tokens of test mode open another set than real ones.
    pub(crate) owner: String,
}

impl User {
    /// Lets a user go on who may do this.
    ///
    /// # Errors
    /// 403. No other token of theirs would help, so there is no challenge.
    pub(crate) fn may(&self, act: Act) -> Result<(), Refused> {
        match self.role.may(act) {
            true => Ok(()),
            false => Err(Refused::Role(self.role)),
        }
    }
}

impl FromRequestParts<Arc<Api>> for User {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refused> {
        // The layer put it there; a route without the layer lets nobody in.
        let token = parts.extensions.get::<Token>().ok_or(Refused::NoLayer)?;
        let subject = token.subject().to_owned();
        Ok(User {
            role: api.settings.role(&subject),
            owner: format!("{:?} {subject}", token.mode()),
            subject,
        })
    }
}
