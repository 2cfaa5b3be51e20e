//! What a person is asked, and what their answer becomes.
use crate::authorize::AuthorizationRequest;
use crate::decision::{Decision, Mint};
use crate::facts::{ConsentFacts, InteractionFacts, SessionFacts};
use crate::grants::Context;
use crate::params::Params;
use crate::policy::{Policy, ScopeEntry};
use crate::transition::{AuthorizeChange, Transition};
use crate::types::{Consent, Interaction, Lifetime, Scope, SealedReply, UnixTime};
use jose::{Presented, seal};

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

/// How long the same answer, posted again, leads to the same place.
const REPEATS: Lifetime = Lifetime::from_minutes(1);

/// An answer on its way: the pending request, and the nonce of the form that brought it. The redirect is sealed under
/// that nonce, so that the same form posted twice (a double click on a slow line) goes to the same place both times.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The request that is answered.
    pub interaction: &'a InteractionFacts,
    /// The form's nonce, which only the browser that was shown the page has.
    pub nonce: &'a str,
}

/// Where an answer led that was given a moment ago by the same form; `None` for another answer, another form, or too
/// late.
pub fn repeated(answer: Answer<'_>, allowed: bool, now: UnixTime) -> Option<String> {
    let interaction = &answer.interaction.interaction;
    let answered_at = interaction.answered_at?;
    let SealedReply(sealed) = interaction.reply.as_ref()?;
    if !now.is_near(answered_at, REPEATS) {
        return None;
    }
    let binding = binding(interaction, allowed);
    let url = seal::open(answer.nonce.as_bytes(), &binding, sealed)?;
    String::from_utf8(url).ok()
}

/// The code in a redirect to an app; `None` in one that tells of an error.
pub fn code_in(url: &str) -> Option<Presented> {
    let (_, query) = url.rsplit_once('?')?;
    Presented::parse(Params::from_form(query.as_bytes()).ok()?.get("code")?)
}

fn sealed(answer: Answer<'_>, allowed: bool, url: &str) -> SealedReply {
    let binding = binding(&answer.interaction.interaction, allowed);
    let nonce = answer.nonce.as_bytes();
    SealedReply(seal::seal(nonce, &binding, url.as_bytes()))
}

fn binding(interaction: &Interaction, allowed: bool) -> Vec<u8> {
    format!("{} {allowed}", interaction.id.0).into_bytes()
}

/// The person allowed the request: a code, and a memory of it for the next time.
pub fn allow<M: Mint>(
    request: &AuthorizationRequest,
    answer: Answer<'_>,
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
    let issued = request.issue_code(session, consent, Some(answer.interaction), context);
    let Decision::Granted {
        transition:
            Some(Transition::Authorize(AuthorizeChange::IssueCode {
                code,
                interaction,
                consent,
                ..
            })),
        reply: url,
    } = issued
    else {
        return issued;
    };
    let change = AuthorizeChange::IssueCode {
        code,
        interaction,
        consent,
        reply: Some(sealed(answer, true, &url)),
    };
    Decision::grant(change.into(), url)
}

/// The person declined: the interaction is answered, and the app is told `access_denied`.
pub fn deny(
    request: &AuthorizationRequest,
    answer: Answer<'_>,
    session: &SessionFacts,
    policy: &Policy,
) -> Decision<String, ()> {
    if !request.client.may_meet(&session.person) {
        return Decision::refuse(());
    }
    let url = request.denied().url(policy);
    let transition = Transition::Authorize(AuthorizeChange::Deny {
        interaction: answer.interaction.interaction.id,
        client: request.client.no,
        subject: session.person.subject,
        reply: Some(sealed(answer, false, &url)),
    });
    Decision::grant(transition, url)
}
