//! Whoever a program acts for.
use crate::http::error::ApiError;
use crate::http::request::{Arrival, ClientAddr};
use crate::oauth::bearer;
use crate::oauth::possession::ProofHeader;
use crate::ops::clock;
use crate::portal::managed::{By, Hand};
use crate::state::App;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::events::{Act, Actor};
use protocol::own_api::{REVIEWS, SCOPE, person_of};
use protocol::token_info::BearerError;
use protocol::types::{Locator, Person};

const REALM: &str = "apps";

/// The person behind the token of a request. No cookie is read, and nothing is asked again: that a program makes and
/// revokes secrets without a password is what they allowed it, in these words.
pub(super) struct Caller {
    pub(super) person: Person,
    grant: Locator,
    address: ClientAddr,
}

impl Caller {
    /// The person, by their grant.
    pub(super) fn hand(&self) -> Hand<'_> {
        Hand {
            person: &self.person,
            by: By::Program(self.grant),
        }
    }

    /// What they do now.
    pub(super) fn act(&self, app: &App) -> Act {
        Act {
            actor: Some(Actor::Person(self.person.subject)),
            ..app.act_now(self.address)
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Caller::with(SCOPE, parts, app).await
    }
}

/// Somebody for whom a program may decide on requests for review, if they may themselves.
pub(super) struct ReviewCaller(pub(super) Caller);

impl FromRequestParts<App> for ReviewCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Caller::with(REVIEWS, parts, app).await.map(ReviewCaller)
    }
}

impl Caller {
    /// Whoever is behind a token that this scope was allowed.
    async fn with(wanted: &'static str, parts: &Parts, app: &App) -> Result<Self, ApiError> {
        let refused = |error| bearer::refused(REALM, error);
        let invalid = || refused(BearerError::Invalid);
        let proof = ProofHeader::of(parts);
        let bearer = bearer::read(app, (&parts.headers, &proof), REALM).await?;
        let bearer = bearer.ok_or_else(invalid)?;
        let (now, used) = (clock::now(), bearer.used());
        let grant = bearer.facts.as_ref().map(|facts| facts.token.grant);
        let grant = grant.ok_or_else(invalid)?;
        let subject = person_of(&bearer.presented, bearer.facts, wanted, app.policy(), now);
        let person = app.store.person(subject.map_err(refused)?).await?;
        let person = person.filter(Person::is_active).ok_or_else(invalid)?;
        // Whose password everybody knows runs no apps, nor does a test user.
        if app.config.is_published(&person.email) || person.test_app.is_some() {
            return Err(refused(BearerError::OwnApi));
        }
        if let Some(used) = used {
            app.connection_uses.note(used, now);
        }
        Ok(Caller {
            person,
            grant,
            address: Arrival::of(&parts.extensions).address,
        })
    }
}
