//! What the company's answer to a challenge brings about.
use super::{
    Answer, CHALLENGE_LIFE, ExternalPerson, LoginAnswer, LoginChallenge, SOURCE, TICKET_LIFE,
};
use crate::decision::{Decision, Mint};
use crate::grants::Context;
use crate::transition::{HandoffChange, Recognized};
use crate::types::ids::SubjectFormat;
use crate::types::{Lifetime, Locator, NewPerson, Person, Subject, UnixTime};

/// How far the company's clock may be behind ours: a sign-in that it dates a little before it was asked for is one that was.
const SKEW: Lifetime = Lifetime::from_minutes(1);

/// What the company said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginOutcome {
    /// Who it is.
    SignedIn {
        /// Their account here.
        subject: Subject,
        /// When they proved who they are.
        auth_time: UnixTime,
        /// How (RFC 8176), separated by spaces.
        methods: String,
    },
    /// Nobody: the person did not sign in, or the company keeps them out.
    Refused,
}

/// What is known when an answer comes.
#[derive(Debug)]
pub struct AcceptFacts {
    /// The account of the person with this id, if they were here before.
    pub person: Option<Person>,
    /// What was answered already.
    pub answered: Option<LoginAnswer>,
    /// The person must have signed in since then, because the app that waits wants it so.
    pub since: Option<UnixTime>,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoffError {
    /// The challenge is none of ours.
    UnknownChallenge,
    /// It was made too long ago.
    ExpiredChallenge,
    /// It was answered already, with something else.
    AnsweredChallenge,
    /// Nothing waits for it any more: the app's request was answered or has expired.
    NothingWaits,
    /// The person must sign in anew, and has not since this moment.
    StaleLogin {
        /// The moment.
        since: UnixTime,
    },
    /// The sign-in lies in the future.
    FutureLogin,
}

/// Takes an answer. The same answer to the same challenge is taken again, so that a call that was lost can be repeated.
pub fn accept<M: Mint>(
    challenge: &LoginChallenge,
    answer: Answer,
    facts: &AcceptFacts,
    context: &Context<'_, M>,
) -> Decision<(), HandoffError> {
    let now = context.now;
    let auth_time = match signed_in_at(challenge, &answer, facts, now) {
        Ok(at) => at,
        Err(error) => return Decision::refuse(error),
    };
    let known = facts.person.as_ref();
    let subject = known.map(|person| person.subject);
    if let Some(answered) = &facts.answered {
        let same = answered.said.as_ref() == Some(&answer.said) && answered.is_of(subject);
        return match same && answered.used_at.is_none() {
            true => Decision::unchanged(()),
            false => Decision::refuse(HandoffError::AnsweredChallenge),
        };
    }
    let change = HandoffChange::Accept {
        challenge: challenge.clone(),
        auth_time,
        methods: answer.methods.join(" "),
        expires_at: now.plus(TICKET_LIFE),
        said: answer.said,
        recognized: Box::new(recognized(answer.person, known, context)),
    };
    Decision::grant(change.into(), ())
}

/// Notes that nobody signed in.
pub fn refuse(
    challenge: &LoginChallenge,
    answered: Option<&LoginAnswer>,
    now: UnixTime,
) -> Decision<(), HandoffError> {
    if let Err(error) = is_alive(challenge, now) {
        return Decision::refuse(error);
    }
    match answered {
        Some(answered) if answered.is_of(None) => Decision::unchanged(()),
        Some(_) => Decision::refuse(HandoffError::AnsweredChallenge),
        None => {
            let change = HandoffChange::Refuse {
                challenge: challenge.clone(),
                expires_at: now.plus(TICKET_LIFE),
            };
            Decision::grant(change.into(), ())
        }
    }
}

impl LoginChallenge {
    /// Whether it may be answered now.
    ///
    /// # Errors
    /// [`HandoffError::ExpiredChallenge`].
    pub fn is_alive(&self, now: UnixTime) -> Result<(), HandoffError> {
        is_alive(self, now)
    }

    /// Since when the person must have signed in, where the app that waits wants it so from `since` on.
    pub fn anew_since(&self, since: Option<UnixTime>) -> Option<UnixTime> {
        let own = self.anew.then(|| self.made_at());
        own.max(since)
    }
}

fn is_alive(challenge: &LoginChallenge, now: UnixTime) -> Result<(), HandoffError> {
    let made = challenge.made_at();
    match now < made.plus(CHALLENGE_LIFE) {
        true => Ok(()),
        false => Err(HandoffError::ExpiredChallenge),
    }
}

fn signed_in_at(
    challenge: &LoginChallenge,
    answer: &Answer,
    facts: &AcceptFacts,
    now: UnixTime,
) -> Result<UnixTime, HandoffError> {
    is_alive(challenge, now)?;
    let said = answer.auth_time.unwrap_or(now);
    if said > now.plus(SKEW) {
        return Err(HandoffError::FutureLogin);
    }
    let said = said.min(now);
    match challenge.anew_since(facts.since) {
        Some(since) if said.plus(SKEW) < since => Err(HandoffError::StaleLogin { since }),
        Some(since) => Ok(said.max(since)),
        None => Ok(said),
    }
}

/// The account that is made or refreshed.
fn recognized<M: Mint>(
    person: ExternalPerson,
    known: Option<&Person>,
    context: &Context<'_, M>,
) -> Recognized {
    let email = person.email.map(|email| email.as_str().to_owned());
    let (now, email) = (context.now, email.unwrap_or_default());
    let verified_at = person.email_verified.then_some(now);
    let claims = person.claims;
    let identity = (SOURCE.to_owned(), person.id.clone());
    match known {
        Some(known) => Recognized::Known {
            subject: known.subject,
            // A proof that stands is not dated anew.
            verified_at: match (known.verified_at, verified_at) {
                (Some(before), Some(_)) if known.email == email => Some(before),
                (_, now) => now,
            },
            email,
            name: person.name,
            claims,
        },
        None => Recognized::New {
            person: Box::new(NewPerson {
                subject: new_subject(context),
                email,
                verified_at,
                name: person.name,
                admin: false,
                password: String::new(),
                test_app: None,
                external_id: Some(person.id),
            }),
            identity,
            claims,
        },
    }
}

fn new_subject<M: Mint>(context: &Context<'_, M>) -> Option<Subject> {
    match context.policy.subjects {
        SubjectFormat::Prefixed(_) => {
            let Locator(id) = context.mint.locator();
            Some(Subject(id))
        }
        SubjectFormat::Number => None,
    }
}
