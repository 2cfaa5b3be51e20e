//! What a developer does: ask, answer, take back.
use super::{
    Conversation, MAX_MESSAGES, MAX_REQUESTS, ReviewError, ReviewMessage, ReviewRequest,
    ReviewState, Snapshot, message_text,
};
use crate::apps::ManagedApp;
use crate::decision::{Decision, Mint};
use crate::events::Actor;
use crate::outbox::{Message, ReviewMail, ReviewTold};
use crate::policy::{Policy, Registration, ScopeEntry};
use crate::transition::{ReviewChange, ReviewStep, Transition};
use crate::types::asks::is_reason;
use crate::types::{
    Client, ClientStatus, Lifetime, MailAddress, Reasons, Scope, Side, Subject, UnixTime,
};

/// What an app can be asked to be reviewed for.
#[derive(Debug)]
pub struct Askable<'a> {
    /// Whether it waits for review as a whole, or is shown as not reviewed where others are reviewed.
    pub whole: bool,
    /// Restricted scopes that it has not been allowed yet.
    pub scopes: Vec<&'a ScopeEntry>,
}

impl Askable<'_> {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        !self.whole && self.scopes.is_empty()
    }
}

/// What there is to ask for.
pub fn askable<'a>(client: &Client, policy: &'a Policy) -> Askable<'a> {
    let is_shared = client.documented || client.live_of.is_some();
    if is_shared || client.status == ClientStatus::Disabled {
        return Askable {
            whole: false,
            scopes: Vec::new(),
        };
    }
    let unreviewed = policy.registration == Registration::Review && client.reviewed_at.is_none();
    let lacks = |entry: &&ScopeEntry| entry.restricted && !client.approved.contains(&entry.name);
    Askable {
        whole: client.side == Side::Live && (client.status == ClientStatus::Pending || unreviewed),
        scopes: policy.scopes.iter().filter(lacks).collect(),
    }
}

/// What a developer asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRequest {
    /// Restricted scopes, each with the reason.
    pub scopes: Vec<(String, String)>,
    /// What administrators should know.
    pub note: String,
}

/// Whether the last request of an app is what was asked here, so that it comes twice.
pub fn was_asked(last: &Conversation, by: Subject, new: &NewRequest) -> bool {
    let (mut scopes, mut reasons) = (Scope::default(), Reasons::default());
    for (name, reason) in &new.scopes {
        scopes.add(name);
        reasons.set(name, reason);
    }
    let first = last
        .messages
        .first()
        .filter(|_| !new.note.trim().is_empty());
    let note = first
        .filter(|said| said.by == Actor::Person(by))
        .map(|said| said.text.clone());
    let request = &last.request;
    request.asked_by == by
        && (&request.scopes, &request.reasons) == (&scopes, &reasons)
        && message_text(&new.note, false) == Ok(note)
}

/// Asks for a review. `earlier` are the last requests of the app, `to` are the administrators who are told. Guard: the
/// app is still as it was read, and has no open request.
pub fn ask<M: Mint>(
    app: &ManagedApp,
    by: Subject,
    new: &NewRequest,
    earlier: &[ReviewRequest],
    to: &[MailAddress],
    (policy, now, mint): (&Policy, UnixTime, &M),
) -> Decision<(), ReviewError> {
    let client = app.client();
    let checked = may_ask(client, earlier, now)
        .and_then(|()| asked(client, new, policy))
        .and_then(|asked| Ok((asked, message_text(&new.note, false)?)));
    let ((whole, scopes, reasons), note) = match checked {
        Ok(checked) => checked,
        Err(error) => return Decision::refuse(error),
    };
    let request = ReviewRequest {
        id: mint.locator(),
        client: client.no,
        asked_by: by,
        state: ReviewState::Open,
        version: 1,
        whole,
        scopes,
        reasons,
        snapshot: Snapshot::of(client),
        created_at: now,
        changed_at: now,
    };
    let transition = ReviewChange::Ask {
        client_version: client.version,
        message: note.map(|text| said(Actor::Person(by), text, now, mint)),
        mail: mails(to, &request, ReviewTold::Asked, mint),
        request: Box::new(request),
    };
    Decision::grant(Transition::Review(transition), ())
}

fn may_ask(client: &Client, earlier: &[ReviewRequest], now: UnixTime) -> Result<(), ReviewError> {
    if client.documented || client.status == ClientStatus::Disabled {
        return Err(ReviewError::Closed);
    }
    if earlier.iter().any(|request| request.state.is_open()) {
        return Err(ReviewError::Open);
    }
    let since = now.minus(Lifetime::from_days(1));
    let today = earlier.iter().filter(|request| request.created_at > since);
    match today.count() < MAX_REQUESTS {
        true => Ok(()),
        false => Err(ReviewError::TooMany),
    }
}

fn asked(
    client: &Client,
    new: &NewRequest,
    policy: &Policy,
) -> Result<(bool, Scope, Reasons), ReviewError> {
    let askable = askable(client, policy);
    let (mut scopes, mut reasons) = (Scope::default(), Reasons::default());
    for (name, reason) in &new.scopes {
        if !askable.scopes.iter().any(|entry| entry.name == *name) {
            return Err(ReviewError::Scope(name.clone()));
        }
        if reason.trim().is_empty() || !is_reason(reason) {
            return Err(ReviewError::Reason(name.clone()));
        }
        scopes.add(name);
        reasons.set(name, reason);
    }
    match askable.whole || !scopes.is_empty() {
        true => Ok((askable.whole, scopes, reasons)),
        false => Err(ReviewError::Nothing),
    }
}

/// What a developer says about a request.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The words.
    pub text: &'a str,
    /// The version of the request that was answered; `None`: the one just read.
    pub seen: Option<i64>,
}

/// Answers an administrator, or adds something. The app is looked at as it is now. What comes twice is said once. Guard:
/// the request is still as it was read, and the app too.
pub fn answer<M: Mint>(
    app: &ManagedApp,
    by: Subject,
    conversation: &Conversation,
    said_now: Answer<'_>,
    to: &[MailAddress],
    (now, mint): (UnixTime, &M),
) -> Decision<(), ReviewError> {
    let request = &conversation.request;
    let Answer { text, seen } = said_now;
    let is_own = request.client == app.client().no;
    if is_own && conversation.has_heard(Actor::Person(by), text, seen) {
        return Decision::unchanged(());
    }
    let checked = open_one(app, conversation)
        .and_then(|()| request.is_as(seen))
        .and_then(|()| message_text(text, true));
    let text = match checked {
        Ok(text) => text,
        Err(error) => return Decision::refuse(error),
    };
    let transition = ReviewChange::Reply {
        request: request.id,
        version: request.version,
        client: request.client,
        step: ReviewStep::Answered(Snapshot::of(app.client()), app.client().version),
        message: text.map(|text| said(Actor::Person(by), text, now, mint)),
        mail: mails(to, request, ReviewTold::Answered, mint),
    };
    Decision::grant(Transition::Review(transition), ())
}

fn open_one(app: &ManagedApp, conversation: &Conversation) -> Result<(), ReviewError> {
    let Conversation { request, messages } = conversation;
    if request.client != app.client().no || !request.state.is_open() {
        return Err(ReviewError::Over);
    }
    match messages.len() < MAX_MESSAGES {
        true => Ok(()),
        false => Err(ReviewError::TooMany),
    }
}

/// Takes a request back. Guard: it is still as it was read.
pub fn withdraw(app: &ManagedApp, request: &ReviewRequest) -> Decision<(), ReviewError> {
    if request.client != app.client().no || !request.state.is_open() {
        return Decision::refuse(ReviewError::Over);
    }
    let transition = ReviewChange::Reply {
        request: request.id,
        version: request.version,
        client: request.client,
        step: ReviewStep::Withdrawn,
        message: None,
        mail: Vec::new(),
    };
    Decision::grant(Transition::Review(transition), ())
}

pub(super) fn said<M: Mint>(by: Actor, text: String, at: UnixTime, mint: &M) -> ReviewMessage {
    ReviewMessage {
        id: mint.locator(),
        by,
        at,
        text,
    }
}

pub(super) fn mails<M: Mint>(
    to: &[MailAddress],
    request: &ReviewRequest,
    told: ReviewTold,
    mint: &M,
) -> Vec<Message> {
    let mail = |to: &MailAddress| ReviewMail {
        to: to.clone(),
        request: request.id.0,
        told,
    };
    to.iter().map(|to| Message::new(&mail(to), mint)).collect()
}
