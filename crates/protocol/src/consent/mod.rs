//! What a person is asked, and what their answer becomes.
mod choice;

pub use choice::{
    Asked, Breadth, Choice, ChoiceFault, Chosen, Layout, Offer, Ticks, choice, is_broad,
};

use crate::accounts::mail_link::LinkMail;
use crate::authorize::{AuthorizationRequest, AuthorizationResponse};
use crate::connections::earlier;
use crate::decision::{Decision, Mint};
use crate::facts::{ConsentFacts, SessionFacts};
use crate::grants::Context;
use crate::policy::{Policy, ScopeEntry};
use crate::transition::{AuthorizeChange, Transition};
use crate::types::{
    AppStanding, AuthorizationCode, Connection, Consent, Interaction, Lifetime, LocalText, Locator,
    Scope, UnixTime,
};
use jose::Digest;

/// A heading of the consent page and the scopes under it.
#[derive(Debug)]
pub struct ScopeGroup<'a> {
    /// The heading.
    pub title: &'a LocalText,
    /// The scopes, in the order of the catalogue.
    pub scopes: Vec<&'a ScopeEntry>,
}

/// Scopes as people see them: in groups, in the catalogue's order.
pub fn groups<'a>(scope: &Scope, policy: &'a Policy) -> Vec<ScopeGroup<'a>> {
    let mut groups: Vec<ScopeGroup<'a>> = Vec::new();
    for entry in policy
        .scopes
        .iter()
        .filter(|entry| scope.contains(&entry.name))
    {
        match groups.iter_mut().find(|group| *group.title == entry.group) {
            Some(group) => group.scopes.push(entry),
            None => groups.push(ScopeGroup {
                title: &entry.group,
                scopes: vec![entry],
            }),
        }
    }
    groups
}

/// How long the same answer, posted again, leads to the same place.
const REPEATS: Lifetime = Lifetime::from_minutes(1);

/// An answer on its way: the pending request, and the nonce of the form that brought it. The code is made from that
/// nonce, so that the same form posted twice (a double click on a slow line) goes to the same place both times, and
/// nobody else can make it again: neither who reads the database, nor who has another form.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The request that is answered.
    pub interaction: &'a Interaction,
    /// The form's nonce, which only the browser that was shown the page has.
    pub nonce: &'a str,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
}

impl Answer<'_> {
    /// The secret of the code with this id.
    fn secret(self, id: Locator) -> [u8; 32] {
        let text = format!("code {} {} {}", id.0, self.interaction.id.0, self.nonce);
        *Digest::of(text.as_bytes()).as_bytes()
    }

    /// Where this answer led that was given a moment ago by the same form, with the code it gave if that is on record;
    /// `None` for another answer, another form, or too late.
    pub fn repeated(
        self,
        request: &AuthorizationRequest,
        allowed: bool,
        code: Option<&AuthorizationCode>,
        (policy, now): (&Policy, UnixTime),
    ) -> Option<AuthorizationResponse> {
        if !now.is_near(self.interaction.answered_at?, REPEATS) {
            return None;
        }
        match (allowed, self.interaction.code, code) {
            (false, None, _) => Some(request.denied().response(policy)),
            (true, Some(id), Some(code)) => {
                let text = request.code_text(id, &self.secret(id));
                let same = code.id == id && code.digest == text.digest();
                same.then(|| request.success(&text, policy))
            }
            _ => None,
        }
    }
}

/// The person allowed the request, or what they chose of it: a code, a memory of it for the next time, and the mail that
/// tells of it.
pub fn allow<M: Mint>(
    (request, chosen): (&AuthorizationRequest, Chosen),
    answer: Answer<'_>,
    session: &SessionFacts,
    before: ConsentFacts,
    (known, notice): (Option<&Connection>, Option<Box<LinkMail>>),
    context: &Context<'_, M>,
) -> Decision<AuthorizationResponse, ()> {
    let registered = request.redirect_uri.registered().to_owned();
    let own = before.filter(|before| before.subject == session.person.subject);
    let (scope, skipped, mut redirect_uris) = match own {
        Some(before) => (
            before.scope.union(&chosen.scope),
            before.skipped.union(&chosen.skipped),
            before.redirect_uris,
        ),
        None => (chosen.scope.clone(), chosen.skipped, Vec::new()),
    };
    let skipped = skipped.names().filter(|name| !scope.contains(name));
    // Whoever uses published credentials is asked every time.
    match request.client.documented {
        true => redirect_uris.clear(),
        false if redirect_uris.contains(&registered) => {}
        false => redirect_uris.push(registered),
    }
    let consent = Consent {
        subject: session.person.subject,
        client: request.client.no,
        organization: answer.organization,
        skipped: skipped.collect(),
        standing: AppStanding::Trusted,
        scope,
        redirect_uris,
        granted_at: context.now,
        earlier: earlier(known),
    };
    let secret = |id| answer.secret(id);
    request.issue_code_of(
        (secret, chosen.scope),
        (session, answer.organization),
        Some((consent, notice)),
        Some(answer.interaction.id),
        context,
    )
}

/// What was allowed before and is remembered: a code at once, and the same one however often the page is opened.
pub fn allow_again<M: Mint>(
    (request, scope): (&AuthorizationRequest, Scope),
    answer: Answer<'_>,
    session: &SessionFacts,
    context: &Context<'_, M>,
) -> Decision<AuthorizationResponse, ()> {
    let secret = |id| answer.secret(id);
    request.issue_code_of(
        (secret, scope),
        (session, answer.organization),
        None,
        Some(answer.interaction.id),
        context,
    )
}

/// The person declined: the interaction is answered, and the app is told `access_denied`.
pub fn deny(
    request: &AuthorizationRequest,
    answer: Answer<'_>,
    session: &SessionFacts,
    policy: &Policy,
) -> Decision<AuthorizationResponse, ()> {
    if !request.client.may_meet(&session.person) {
        return Decision::refuse(());
    }
    let transition = Transition::Authorize(AuthorizeChange::Deny {
        interaction: answer.interaction.id,
        client: request.client.no,
        subject: session.person.subject,
    });
    Decision::grant(transition, request.denied().response(policy))
}
