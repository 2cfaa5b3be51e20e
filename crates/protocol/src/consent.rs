//! What a person is asked, and what their answer becomes.
use crate::authorize::AuthorizationRequest;
use crate::decision::{Decision, Mint};
use crate::facts::{ConsentFacts, InteractionFacts, SessionFacts};
use crate::grants::Context;
use crate::policy::{Policy, ScopeEntry};
use crate::transition::{AuthorizeChange, Transition};
use crate::types::{Consent, Scope};

/// A heading of the consent page and the scopes under it.
#[derive(Debug)]
pub struct ScopeGroup<'a> {
    /// The heading.
    pub title: &'a str,
    /// The scopes, in the order of the catalogue, with whether they are new to this person and app.
    pub scopes: Vec<(&'a ScopeEntry, bool)>,
}

/// The requested scopes as people see them: in groups, in the catalogue's order. `new` marks what was not
/// allowed before; nothing is marked when everything is new.
pub fn groups<'a>(scope: &Scope, new: &Scope, policy: &'a Policy) -> Vec<ScopeGroup<'a>> {
    let all_new = new.covers(scope);
    let mut groups: Vec<ScopeGroup<'a>> = Vec::new();
    for entry in policy
        .scopes
        .iter()
        .filter(|entry| scope.contains(&entry.name))
    {
        let line = (entry, !all_new && new.contains(&entry.name));
        match groups.iter_mut().find(|group| group.title == entry.group) {
            Some(group) => group.scopes.push(line),
            None => groups.push(ScopeGroup {
                title: &entry.group,
                scopes: vec![line],
            }),
        }
    }
    groups
}

/// The person allowed the request: a code, and a memory of it for the next time.
pub fn allow<M: Mint>(
    request: &AuthorizationRequest,
    interaction: &InteractionFacts,
    session: &SessionFacts,
    before: ConsentFacts,
    context: &Context<'_, M>,
) -> Decision<String, ()> {
    let registered = request.redirect_uri.registered().to_owned();
    let own = before.filter(|before| before.subject == session.person.subject);
    let (scope, mut redirect_uris) = match own {
        Some(before) => (before.scope.union(&request.scope), before.redirect_uris),
        None => (request.scope.clone(), Vec::new()),
    };
    if !redirect_uris.contains(&registered) {
        redirect_uris.push(registered);
    }
    let consent = Consent {
        subject: session.person.subject,
        client: request.client.no,
        scope,
        redirect_uris,
        granted_at: context.now,
    };
    // Whoever uses published credentials is asked every time, so there is nothing to remember.
    let consent = (!request.client.documented).then_some(consent);
    request.issue_code(session, consent, Some(interaction), context)
}

/// The person declined: the interaction is answered, and the app is told `access_denied`.
pub fn deny(
    request: &AuthorizationRequest,
    interaction: &InteractionFacts,
    session: &SessionFacts,
    policy: &Policy,
) -> Decision<String, ()> {
    if !request.client.may_meet(&session.person) {
        return Decision::refuse(());
    }
    let transition = Transition::Authorize(AuthorizeChange::Deny {
        interaction: interaction.interaction.id,
        client: request.client.no,
        subject: session.person.subject,
    });
    Decision::grant(transition, request.denied().url(policy))
}
