//! The company's organizations here become what it says of a person, one change after the other. A call that was lost in between
//! is repeated, and goes on where it ended.
use crate::http::error::ApiError;
use crate::state::App;
use protocol::events::Act;
use protocol::handoff::{ExternalMembership, ExternalPerson, MembershipFacts, SOURCE, next_change};
use protocol::types::Subject;

/// The most changes of a person with one call: they leave as many organizations as they may join, and each of those is new, is
/// called otherwise, and lets them in; with as many that another changed meanwhile.
const MOST: usize = 400;

/// Has a person belong to the organizations that the company says, if it says so.
///
/// # Errors
/// When the store fails, or others change the same all the time.
pub(super) async fn follow(app: &App, person: &ExternalPerson, act: Act) -> Result<(), ApiError> {
    let Some(said) = &person.organizations else {
        return Ok(());
    };
    let known = app.store.person_by_identity(SOURCE, &person.id).await?;
    let Some(subject) = known.map(|known| known.subject) else {
        return Ok(());
    };
    for _ in 0..MOST {
        let facts = facts(app, subject, said).await?;
        let Some(change) = next_change(subject, said, &facts, act.at, &app.mint) else {
            return Ok(());
        };
        // What another changed meanwhile is looked at once more.
        app.settle_one(change.into(), act).await?;
    }
    Err(protocol::apps::when_contended().into())
}

async fn facts(
    app: &App,
    subject: Subject,
    said: &[ExternalMembership],
) -> Result<MembershipFacts, ApiError> {
    let mut named = Vec::new();
    for organization in said {
        named.extend(app.store.organization_of_company(&organization.id).await?);
    }
    Ok(MembershipFacts {
        own: app.store.memberships(subject).await?,
        named,
    })
}
