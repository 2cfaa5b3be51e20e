//! How an app wants its person to be met: parameters of OpenID Connect Core §3.1.2.1 that plain OAuth requests may have too.
use super::{AuthorizationError, AuthorizationRequest, RequestFault, Step};
use crate::facts::SessionFacts;
use crate::openid::{AcrWish, OPENID};
use crate::own_api::is_own;
use crate::params::Params;
use crate::policy::Policy;
use crate::types::{Authentication, Lifetime, Locator, Scope, UnixTime};

/// How a person is to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prompt {
    /// "The Authorization Server MUST NOT display any authentication or consent user interface pages."
    pub none: bool,
    /// They sign in, whoever is signed in already.
    pub login: bool,
    /// They are asked, whatever they allowed before.
    pub consent: bool,
    /// They choose the account: they are asked, with the way to another account on the page.
    pub select_account: bool,
    /// They signed in no longer ago than this, or do so now.
    pub max_age: Option<Lifetime>,
    /// What their sign-in is worth.
    pub acr: AcrWish,
}

/// When a request is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: UnixTime,
    /// Since when the request waits for its person; `None`: it has just come.
    pub since: Option<UnixTime>,
}

impl Moment {
    /// Of a request that has just come.
    pub fn of_arrival(now: UnixTime) -> Self {
        Moment { now, since: None }
    }
}

impl Prompt {
    /// Reads them. Prompts that nobody here knows are passed over, which makes room for those of later standards.
    ///
    /// # Errors
    /// "If this parameter contains `none` with any other value, an error is returned"; and a `max_age` that is no number.
    pub(super) fn of(params: &Params) -> Result<Self, RequestFault> {
        let mut prompt = Prompt::default();
        for word in params.get("prompt").unwrap_or_default().split(' ') {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => {}
            }
        }
        if prompt.none && params.get("prompt") != Some("none") {
            return Err(RequestFault::Prompt);
        }
        if let Some(age) = params.get("max_age") {
            let age = age.parse::<u32>().map_err(|_| RequestFault::MaxAge)?;
            prompt.max_age = Some(Lifetime::from_seconds(age));
        }
        Ok(prompt)
    }

    /// Whether the person is asked, whatever they allowed before.
    pub(super) fn asks(self) -> bool {
        self.consent || self.select_account
    }

    /// Whether somebody who signed in then need not do so again. Whoever did while the request waited is right in any case.
    pub(super) fn is_fresh(self, auth_time: UnixTime, moment: Moment) -> bool {
        let lately = |age: Lifetime| age.seconds() > 0 && moment.now <= auth_time.plus(age);
        let waited_for = moment.since.is_some_and(|since| auth_time >= since);
        waited_for || (!self.login && self.max_age.is_none_or(lately))
    }
}

/// How long a person who signed in elsewhere may take to be back and to answer.
const ON_THE_WAY: Lifetime = Lifetime::from_minutes(10);

impl AuthorizationRequest {
    /// What a code for this scope knows of the sign-in: what an app asked of it, or at least that it was with a second factor.
    pub(super) fn carried(
        &self,
        (id, scope): (Locator, &Scope),
        SessionFacts { session, .. }: &SessionFacts,
        end: UnixTime,
        policy: &Policy,
    ) -> Option<Box<Authentication>> {
        let asked = self.authentication.as_deref();
        let asked = asked.filter(|_| scope.contains(OPENID));
        let tells = policy.tells_second_factor() || is_own(scope);
        let second = tells && session.has_second_factor();
        let mut own = match asked {
            Some(asked) => asked.carried(id, session.id, end),
            None if second => Authentication::plain(id, session.id, end),
            None => return None,
        };
        if second && self.prompt.acr == AcrWish::Password {
            own.acr = policy.acr_of(None, None).map(str::to_owned);
        }
        Some(Box::new(own))
    }

    /// Since when its person must have signed in, where it waits since `since`; `None`: whenever that was. What would be
    /// too old while they are still on their way is too old now.
    pub fn signed_in_since(&self, since: UnixTime, now: UnixTime) -> Option<UnixTime> {
        if self.prompt.login {
            return Some(since);
        }
        let oldest = now.minus(self.prompt.max_age?).plus(ON_THE_WAY);
        Some(oldest.min(since))
    }
}

impl Step {
    /// The same where nobody may be asked.
    pub(super) fn unasked(self) -> Step {
        match self {
            Step::SignIn => Step::Refuse(AuthorizationError::LoginRequired),
            Step::Consent { .. } => Step::Refuse(AuthorizationError::ConsentRequired),
            Step::Issue(_) | Step::Refuse(_) => self,
        }
    }
}
