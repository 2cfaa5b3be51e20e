//! Sign-ins that a person adds to their account, and takes away from it. Nobody else does.
use super::{Aim, Departure, Identity, LinkedIdentity};
use crate::accounts::mail_link::{LinkMail, LinkPurpose};
use crate::accounts::mailbox::notice;
use crate::apps::signed_in_lately;
use crate::decision::{Decision, Mint};
use crate::facts::SessionFacts;
use crate::grants::Context;
use crate::transition::UpstreamChange;
use crate::types::Person;

/// What is known when a sign-in is to be added.
#[derive(Debug)]
pub struct LinkFacts {
    /// The session in which the browser came back.
    pub session: Option<SessionFacts>,
    /// Whose the identity is already.
    pub owner: Option<Person>,
}

/// Why nothing is added, or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkError {
    /// Another person, or another session, is signed in now than asked for it.
    OtherSession,
    /// They must prove first that it is them.
    LongAgo,
    /// It is somebody else's already.
    Taken,
    /// It would be the last way in.
    LastWay,
    /// There is no such one.
    Unknown,
}

/// Adds a sign-in. `told`: mails are sent.
pub fn link<M: Mint>(
    departure: &Departure,
    identity: Identity,
    facts: &LinkFacts,
    told: bool,
    context: &Context<'_, M>,
) -> Decision<(), LinkError> {
    let Aim::Link { subject, session } = departure.aim else {
        return Decision::refuse(LinkError::OtherSession);
    };
    let own = facts.session.as_ref().filter(|own| {
        own.person.subject == subject && own.session.id == session && own.person.is_active()
    });
    let Some(own) = own else {
        return Decision::refuse(LinkError::OtherSession);
    };
    if !signed_in_lately(&own.session, departure.left_at()) {
        return Decision::refuse(LinkError::LongAgo);
    }
    match &facts.owner {
        Some(owner) if owner.subject == subject => return Decision::unchanged(()),
        Some(_) => return Decision::refuse(LinkError::Taken),
        None => {}
    }
    let change = UpstreamChange::Link {
        subject,
        identity,
        notice: mail(own, told, context),
    };
    Decision::grant(change.into(), ())
}

/// Takes a sign-in away, unless there is no other way in. Every other session ends.
pub fn unlink<M: Mint>(
    session: &SessionFacts,
    (linked, passkeys): (&[LinkedIdentity], usize),
    (source, external_id): (&str, &str),
    told: bool,
    context: &Context<'_, M>,
) -> Decision<(), LinkError> {
    let is_meant = |one: &&LinkedIdentity| {
        one.identity.source == source && one.identity.external_id == external_id
    };
    let Some(found) = linked.iter().find(is_meant) else {
        return Decision::refuse(LinkError::Unknown);
    };
    if !session.person.signs_in_here() && linked.len() < 2 && passkeys == 0 {
        return Decision::refuse(LinkError::LastWay);
    }
    if !signed_in_lately(&session.session, context.now) {
        return Decision::refuse(LinkError::LongAgo);
    }
    let change = UpstreamChange::Unlink {
        subject: session.person.subject,
        session: session.session.id,
        identity: found.identity.clone(),
        notice: mail(session, told, context),
    };
    Decision::grant(change.into(), ())
}

fn mail<M: Mint>(
    session: &SessionFacts,
    told: bool,
    context: &Context<'_, M>,
) -> Option<Box<LinkMail>> {
    let (person, now) = (&session.person, context.now);
    let mail = told.then(|| notice(LinkPurpose::SignInsChanged, person, now, context.mint));
    let mail = mail.flatten()?;
    Some(Box::new(mail.ending(&session.session)))
}
