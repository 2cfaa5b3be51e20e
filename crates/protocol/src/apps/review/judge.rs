//! What an administrator does: approve, refuse, ask back.
use super::ask::{mails, said};
use super::{
    Conversation, MAX_MESSAGES, ReviewError, ReviewRequest, ReviewState, Snapshot, message_text,
};
use crate::decision::{Decision, Mint};
use crate::events::Actor;
use crate::outbox::ReviewTold;
use crate::policy::Policy;
use crate::transition::{Approved, ReviewChange, ReviewStep, Transition};
use crate::types::{Client, ClientStatus, MailAddress, Person, Scope, UnixTime};

/// Somebody who may look at the apps of others. Nothing else makes one.
#[derive(Debug, Clone, Copy)]
pub struct Reviewer(Actor);

impl Reviewer {
    /// This person, if they administer the provider. To anybody else there is nothing to look at.
    pub fn of(person: &Person) -> Option<Self> {
        let administers = person.admin && person.test_app.is_none() && person.is_active();
        administers.then_some(Reviewer(Actor::Administrator(person.subject)))
    }

    /// Whoever runs a command.
    pub fn operator() -> Self {
        Reviewer(Actor::Operator)
    }

    /// Who it is, as events tell it.
    pub fn actor(self) -> Actor {
        self.0
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is approved.
    Approve,
    /// It is refused, which is said why.
    Refuse,
    /// The developer is asked something.
    AskBack,
}

/// How a request is judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// What becomes of it.
    pub verdict: Verdict,
    /// What the developer is told; it may be empty where it is approved.
    pub text: &'a str,
    /// The version of the request that was looked at; `None`: the one just read.
    pub seen: Option<i64>,
}

/// Judges a request about an app. `to` is the developer who is told. What comes twice is done once. Guard: the request is
/// still as it was read; to approve it, the app too.
pub fn judge<M: Mint>(
    by: Reviewer,
    conversation: &Conversation,
    client: &Client,
    judged: Judged<'_>,
    to: Option<&MailAddress>,
    (policy, now, mint): (&Policy, UnixTime, &M),
) -> Decision<(), ReviewError> {
    let request = &conversation.request;
    if request.client == client.no && is_done(by, conversation, judged) {
        return Decision::unchanged(());
    }
    let text = match checked(conversation, client, judged) {
        Ok(text) => text,
        Err(error) => return Decision::refuse(error),
    };
    let told = match judged.verdict {
        Verdict::Approve => ReviewTold::Approved,
        Verdict::Refuse => ReviewTold::Refused,
        Verdict::AskBack => ReviewTold::AskedBack,
    };
    let step = match judged.verdict {
        Verdict::Approve => match approved(request, client, policy, now) {
            Ok(approved) => ReviewStep::Approved(Box::new(approved)),
            Err(error) => return Decision::refuse(error),
        },
        Verdict::Refuse => ReviewStep::Refused,
        Verdict::AskBack => ReviewStep::AskedBack,
    };
    let transition = ReviewChange::Reply {
        request: request.id,
        version: request.version,
        client: request.client,
        step,
        message: text.map(|text| said(by.actor(), text, now, mint)),
        mail: mails(
            to.map(std::slice::from_ref).unwrap_or_default(),
            request,
            told,
            mint,
        ),
    };
    Decision::grant(Transition::Review(transition), ())
}

/// Whether this was done already, by whoever does it once more.
fn is_done(by: Reviewer, conversation: &Conversation, judged: Judged<'_>) -> bool {
    let request = &conversation.request;
    let was_said = conversation.has_heard(by.actor(), judged.text, judged.seen);
    match judged.verdict {
        Verdict::AskBack => was_said,
        Verdict::Refuse => was_said && request.state == ReviewState::Refused,
        Verdict::Approve => {
            let next = judged.seen.map(|seen| seen + 1) == Some(request.version);
            let same = was_said || judged.text.trim().is_empty();
            next && same && request.state == ReviewState::Approved
        }
    }
}

fn checked(
    conversation: &Conversation,
    client: &Client,
    judged: Judged<'_>,
) -> Result<Option<String>, ReviewError> {
    let Conversation { request, messages } = conversation;
    if request.client != client.no || !request.state.is_open() {
        return Err(ReviewError::Over);
    }
    request.is_as(judged.seen)?;
    if messages.len() >= MAX_MESSAGES && judged.verdict == Verdict::AskBack {
        return Err(ReviewError::TooMany);
    }
    message_text(judged.text, judged.verdict != Verdict::Approve)
}

/// The app as it is from now on. Scopes that are not restricted any more, or gone, were not looked at as what they are.
fn approved(
    request: &ReviewRequest,
    client: &Client,
    policy: &Policy,
    now: UnixTime,
) -> Result<Approved, ReviewError> {
    let changed = request.snapshot.differs(&Snapshot::of(client));
    if !changed.is_empty() {
        return Err(ReviewError::Changed(changed));
    }
    if client.status == ClientStatus::Disabled {
        return Err(ReviewError::Closed);
    }
    let restricted = |name: &&str| policy.scope(name).is_some_and(|entry| entry.restricted);
    if let Some(name) = request.scopes.names().find(|name| !restricted(name)) {
        return Err(ReviewError::Scope(name.to_owned()));
    }
    let mut asks = client.asks.clone();
    asks.reasons = asks.reasons.with(&request.reasons);
    let with = |own: &Scope| own.union(&request.scopes);
    Ok(Approved {
        client_version: client.version,
        status: match (request.whole, client.status) {
            (true, ClientStatus::Pending) => ClientStatus::Active,
            (_, status) => status,
        },
        reviewed_at: match request.whole {
            true => Some(now),
            false => client.reviewed_at,
        },
        approved: with(&client.approved),
        scopes: client.scopes.as_ref().map(with),
        reasons: asks.reasons,
    })
}
