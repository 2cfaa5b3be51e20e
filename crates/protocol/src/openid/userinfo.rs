//! Userinfo (OpenID Connect Core §5.3): what a token may learn of its person.
use super::OPENID;
use super::claims::About;
use crate::facts::AccessFacts;
use crate::grants::Context;
use crate::inactive;
use crate::own_api;
use crate::policy::Policy;
use crate::token_info::BearerError;
use crate::types::{Client, Subject, UnixTime};
use jose::jwt::{Audience, Claims};
use std::sync::Arc;
use wire::Presented;

/// The type of a signed answer.
const SIGNED: &str = "JWT";

/// A token that opens userinfo.
#[derive(Debug)]
pub struct Opened {
    facts: AccessFacts,
    client: Arc<Client>,
    /// Whose claims are to be read.
    pub subject: Subject,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserInfo {
    /// JSON.
    Plain(String),
    /// The same, signed, for an app that registered so (§5.3.2).
    Signed(String),
}

/// Judges the token that a request is made with. Without a person behind it there is nobody to tell about.
///
/// # Errors
/// [`BearerError`].
pub fn open(
    presented: &Presented,
    facts: Option<AccessFacts>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Opened, BearerError> {
    let facts = facts.filter(|facts| facts.token.digest == presented.digest);
    let facts = facts.ok_or(BearerError::Invalid)?;
    let client = inactive::access_token(&facts, policy, now).map_err(|_| BearerError::Invalid)?;
    let client = client.clone();
    if own_api::is_own(&facts.token.scope) {
        return Err(BearerError::Invalid);
    }
    let opens = |name: &str| policy.scope(name).is_some_and(|entry| entry.opens_userinfo);
    let subject = facts
        .token
        .subject
        .filter(|_| facts.token.scope.names().any(opens));
    match subject {
        Some(subject) => Ok(Opened {
            facts,
            client,
            subject,
        }),
        None => Err(BearerError::UserInfo),
    }
}

impl Opened {
    /// What is told. "The sub (subject) Claim MUST always be returned in the UserInfo Response" (§5.3.2).
    ///
    /// # Errors
    /// `None` where it would have to be signed, and no key signs by that algorithm now.
    pub fn answer<M>(&self, about: &About, context: &Context<'_, M>) -> Option<UserInfo> {
        let policy = context.policy;
        let mut claims = Claims {
            sub: Some(policy.sub_of(&about.person)),
            other: about.opened_by(&self.facts.token.scope, policy),
            ..Claims::default()
        };
        match self.client.openid.userinfo_algorithm {
            None => Some(UserInfo::Plain(claims.json())),
            Some(algorithm) => {
                claims.iss = Some(policy.issuer.clone());
                claims.aud = Some(Audience::One(self.client.id.clone()));
                let signed = context.signer.sign(algorithm, SIGNED, &claims);
                signed.map(UserInfo::Signed)
            }
        }
    }
}

/// The scope that opens it, for a challenge.
pub(crate) const SCOPE: &str = OPENID;
