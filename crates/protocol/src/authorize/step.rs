//! What has to happen before a request can be answered: who must be asked, and for what.
use super::{AuthorizationError, AuthorizationRequest, Moment};
use crate::consent::{Asked, is_broad};
use crate::facts::{ConsentFacts, SessionFacts};
use crate::openid::AcrWish;
use crate::policy::Policy;
use crate::types::{AppStanding, ClientKind, Consent, Scope};
use crate::workspaces::admitted;
use std::borrow::Cow;

/// What has to happen before a request can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nobody is signed in who could allow it, or not lately enough.
    SignIn,
    /// The person must be asked; `new` is what they have not allowed before.
    Consent {
        /// Scopes not allowed before; marked when others were.
        new: Scope,
    },
    /// Nothing: this was allowed before.
    Issue(Scope),
    /// Somebody would have to be asked, and the app wants nobody asked.
    Refuse(AuthorizationError),
}

impl AuthorizationRequest {
    /// What has to happen next. A consent is asked for again when the scope grows or the app sends people
    /// to another registered URI than before. A scope does not grow by what it was divided into.
    pub fn next(
        &self,
        session: Option<&SessionFacts>,
        consent: &ConsentFacts,
        policy: &Policy,
        moment: Moment,
    ) -> Step {
        let met = session.filter(|session| self.is_met_by(session, policy, moment));
        if met.is_none() && session.is_some_and(|session| self.met_another(session, policy, moment))
        {
            return Step::Refuse(AuthorizationError::LoginRequired);
        }
        if session.is_some_and(|session| self.cannot_be_met(session, policy, moment)) {
            return Step::Refuse(AuthorizationError::UnmetAuthenticationRequirements);
        }
        let step = match met {
            Some(session) => self.ask(session, consent, policy),
            None => Step::SignIn,
        };
        match self.prompt.none {
            true => step.unasked(),
            false => step,
        }
    }

    /// Whether this session can answer: it is of somebody whom the app may meet and asks about, and began lately enough.
    pub fn is_met_by(&self, session: &SessionFacts, policy: &Policy, moment: Moment) -> bool {
        !self.lacks_second_factor(session, policy)
            && self.is_met_but_for_that(session, policy, moment)
    }

    /// Whether it could, had it begun with a second factor.
    pub fn lacks_second_factor_alone(
        &self,
        session: &SessionFacts,
        policy: &Policy,
        moment: Moment,
    ) -> bool {
        self.lacks_second_factor(session, policy)
            && self.is_met_but_for_that(session, policy, moment)
    }

    fn is_met_but_for_that(&self, session: &SessionFacts, policy: &Policy, moment: Moment) -> bool {
        let is_fresh = self.prompt.is_fresh(session.session.auth_time, moment);
        is_fresh && self.client.may_meet(&session.person) && self.is_about(session, policy)
    }

    /// Whether it asks for a second factor, whoever answers: the app does, or what it asks for is so.
    pub fn asks_second_factor(&self, policy: &Policy) -> bool {
        self.prompt.acr == AcrWish::SecondFactor || policy.scope_needs_second_factor(&self.scope)
    }

    fn lacks_second_factor(&self, session: &SessionFacts, policy: &Policy) -> bool {
        let app = self.prompt.acr == AcrWish::SecondFactor;
        let asked = app || policy.person_needs_second_factor(&session.person, &self.scope);
        asked && !session.session.has_second_factor()
    }

    /// Whether somebody signed in elsewhere while the request waited, and proved no second factor there.
    fn cannot_be_met(&self, session: &SessionFacts, policy: &Policy, moment: Moment) -> bool {
        let (began, elsewhere) = (
            session.session.id.time(),
            session.person.external_id.is_some(),
        );
        let anew = moment.since.is_some_and(|since| began >= since);
        elsewhere && anew && self.lacks_second_factor(session, policy)
    }

    fn is_about(&self, session: &SessionFacts, policy: &Policy) -> bool {
        let asked = self.authentication.as_deref();
        asked.is_none_or(|asked| asked.is_about(&session.person, policy))
    }

    /// Whether somebody else signed in while the request waited for the person that it asks about.
    fn met_another(&self, session: &SessionFacts, policy: &Policy, moment: Moment) -> bool {
        let since = moment.since;
        !self.is_about(session, policy)
            && since.is_some_and(|since| session.session.auth_time >= since)
    }

    fn ask(&self, session: &SessionFacts, consent: &ConsentFacts, policy: &Policy) -> Step {
        let ours = consent
            .as_ref()
            .filter(|consent| consent.subject == session.person.subject);
        let new = self.new_to(ours, policy);
        // What an organization does not admit is nothing that its member is asked for again.
        let Some(scope) = self.admitted_to(ours, policy) else {
            return Step::Consent { new };
        };
        let same_uri = ours.is_some_and(|consent| {
            consent
                .redirect_uris
                .iter()
                .any(|uri| uri == self.redirect_uri.registered())
        });
        if !same_uri || self.prompt.asks() || !self.proves_its_app() {
            return Step::Consent { new };
        }
        let lacking: Scope = new.names().filter(|name| scope.contains(name)).collect();
        if lacking.is_empty() {
            return Step::Issue(scope.into_owned());
        }
        let left_out = ours.is_some_and(|own| {
            let scope = &*scope;
            let asked = self.asked(&lacking, &own.skipped, policy);
            Asked { scope, ..asked }.was_skipped()
        });
        match left_out {
            true => Step::Issue(
                scope
                    .names()
                    .filter(|name| !lacking.contains(name))
                    .collect(),
            ),
            false => Step::Consent { new },
        }
    }

    /// What of it the organization admits for which it was allowed before; `None`: nothing.
    fn admitted_to(&self, before: Option<&Consent>, policy: &Policy) -> Option<Cow<'_, Scope>> {
        match before.map_or(AppStanding::Trusted, |before| before.standing) {
            AppStanding::Trusted => Some(Cow::Borrowed(&self.scope)),
            standing => admitted(standing, &self.scope, policy).map(Cow::Owned),
        }
    }

    /// What of it a person has not allowed before.
    pub fn new_to(&self, before: Option<&Consent>, policy: &Policy) -> Scope {
        let known = before.map(|consent| &consent.scope);
        let allowed = |name: &str| known.is_some_and(|known| policy.has_allowed(known, name));
        self.scope.names().filter(|name| !allowed(name)).collect()
    }

    /// What its person is asked for, of whom this is known.
    pub fn asked<'a>(&'a self, new: &'a Scope, skipped: &'a Scope, policy: &Policy) -> Asked<'a> {
        Asked {
            client: &self.client,
            scope: &self.scope,
            new,
            skipped,
            broad: is_broad(self.names_scope(), &self.scope, policy),
        }
    }

    /// Whether an answer can only reach the app that asks. A public app's loopback or private-use URI may be
    /// another program's, so its people are always asked: "the authorization server SHOULD NOT process
    /// authorization requests automatically without user consent or interaction, except when the identity of the
    /// client can be assured" (RFC 8252 §8.6).
    fn proves_its_app(&self) -> bool {
        let keeps_secret = self.client.kind == ClientKind::Confidential && !self.client.documented;
        keeps_secret || self.redirect_uri.as_str().starts_with("https://")
    }
}
