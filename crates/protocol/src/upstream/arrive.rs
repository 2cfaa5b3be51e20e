//! What a sign-in at a provider brings about here.
use super::{Identity, Profile, Provider};
use crate::decision::{Decision, Mint};
use crate::grants::Context;
use crate::transition::UpstreamChange;
use crate::types::ids::SubjectFormat;
use crate::types::{Locator, NewPerson, Person, Subject, UnixTime};

/// What is known when somebody arrives.
#[derive(Debug)]
pub struct ArrivalFacts {
    /// The account of this identity, if there is one.
    pub person: Option<Person>,
    /// The account here that has this address, if there is one.
    pub holder: Option<Person>,
}

/// The account of a person who arrived.
#[derive(Debug, Clone)]
pub enum Arrival {
    /// They come for the first time.
    New(Box<NewPerson>),
    /// They were here before. An account that was made for this identity is called what they are called there now; one that
    /// they had before keeps what it has.
    Known {
        /// Who.
        subject: Subject,
        /// Their address there; empty: none.
        email: String,
        /// When that was proved.
        verified_at: Option<UnixTime>,
        /// What they are called there.
        name: String,
    },
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrivalError {
    /// An account here has the address, and proved it: its person signs in there, and adds this sign-in themselves.
    AddressHeld,
    /// There is no account, and none is made.
    NoAccount,
    /// The account is switched off.
    SwitchedOff,
}

/// Finds or makes the account. Nobody is found by an address: what somebody else may have made up, or was given later, opens
/// no account.
pub fn arrive<M: Mint>(
    answer: Locator,
    (provider, profile): (&Provider, Profile),
    (auth_time, methods): (UnixTime, &[String]),
    facts: &ArrivalFacts,
    context: &Context<'_, M>,
) -> Decision<(), ArrivalError> {
    let account = match &facts.person {
        Some(person) if !person.is_active() => return Decision::refuse(ArrivalError::SwitchedOff),
        Some(person) => known(person, &profile, context.now),
        None if holds(facts.holder.as_ref(), &profile) => {
            return Decision::refuse(ArrivalError::AddressHeld);
        }
        None if !provider.sign_up => return Decision::refuse(ArrivalError::NoAccount),
        None => Arrival::New(Box::new(newcomer(&profile, context))),
    };
    let change = UpstreamChange::SignIn {
        answer,
        identity: profile.identity,
        auth_time,
        methods: methods.join(" "),
        account: Box::new(account),
    };
    Decision::grant(change.into(), ())
}

/// Both sides must have proved the address: one who merely claims it learns nothing of who has it.
fn holds(holder: Option<&Person>, profile: &Profile) -> bool {
    let is_proved = |person: &Person| person.verified_at.is_some() && person.test_app.is_none();
    profile.email_verified && holder.is_some_and(is_proved)
}

fn known(person: &Person, profile: &Profile, now: UnixTime) -> Arrival {
    let email = address(profile);
    let verified = profile.email_verified.then_some(now);
    Arrival::Known {
        subject: person.subject,
        // A proof that stands is not dated anew.
        verified_at: match (person.verified_at, verified) {
            (Some(before), Some(_)) if person.email == email => Some(before),
            (_, now) => now,
        },
        email,
        name: profile.name.clone(),
    }
}

fn newcomer<M: Mint>(profile: &Profile, context: &Context<'_, M>) -> NewPerson {
    NewPerson {
        subject: match context.policy.subjects {
            SubjectFormat::Prefixed(_) => Some(Subject(context.mint.locator().0)),
            SubjectFormat::Number => None,
        },
        email: address(profile),
        verified_at: profile.email_verified.then_some(context.now),
        name: profile.name.clone(),
        admin: false,
        password: String::new(),
        test_app: None,
        external_id: None,
    }
}

fn address(profile: &Profile) -> String {
    let email = profile.email.as_ref();
    email.map_or_else(String::new, |email| email.as_str().to_owned())
}

impl Identity {
    /// Whether two are the same person at the same provider.
    pub fn is(&self, other: &Identity) -> bool {
        self.source == other.source && self.external_id == other.external_id
    }
}
