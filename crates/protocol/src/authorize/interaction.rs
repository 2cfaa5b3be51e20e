//! A pending request on its way back: the browser's handle becomes the request again, checked as if it were new.
use super::{AuthorizationFault, AuthorizationRequest, HANDLE_PREFIX, check_for};
use crate::facts::InteractionFacts;
use crate::grants::Context;
use crate::params::Params;
use crate::types::{Locator, Person};
use wire::Presented;

/// What a browser holds of a pending request.
#[derive(Debug)]
pub struct Handle(Presented);

impl Handle {
    /// Reads a handle; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let presented = Presented::parse(text);
        let ours = presented.filter(|presented| presented.prefix() == HANDLE_PREFIX);
        ours.map(Handle)
    }

    /// Where the request's row is, if there is one.
    pub fn locator(&self) -> Locator {
        Locator(self.0.locator)
    }

    /// The pending request, for whoever is signed in. It is checked anew: its app may have been switched off or changed
    /// meanwhile.
    ///
    /// # Errors
    /// [`InteractionFault`].
    pub fn resume<M>(
        &self,
        facts: Option<InteractionFacts>,
        person: Option<&Person>,
        context: &Context<'_, M>,
    ) -> Result<(InteractionFacts, AuthorizationRequest), InteractionFault> {
        let facts = facts.filter(|facts| facts.interaction.digest == self.0.digest);
        let facts = facts.ok_or(InteractionFault::Unknown)?;
        if context.now >= facts.interaction.expires_at {
            return Err(InteractionFault::Expired(Box::new(facts)));
        }
        if facts.interaction.answered_at.is_some() {
            return Err(InteractionFault::Answered(Box::new(facts)));
        }
        let params = Params::from_form(facts.interaction.request.as_bytes()).unwrap_or_default();
        match check_for(params, facts.client.clone(), person, context) {
            Ok(request) => Ok((facts, request)),
            Err(fault) => Err(InteractionFault::Refused(fault)),
        }
    }
}

/// Why a pending request cannot go on.
#[derive(Debug)]
pub enum InteractionFault {
    /// Nothing of that handle is on record.
    Unknown,
    /// Nobody answered in time. It can be started again from what is kept of it.
    Expired(Box<InteractionFacts>),
    /// It was answered already. It can be started again from what is kept of it.
    Answered(Box<InteractionFacts>),
    /// It no longer passes the checks.
    Refused(AuthorizationFault),
}
