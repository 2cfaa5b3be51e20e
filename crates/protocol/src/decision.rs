//! The shape of every answer of a rule.
use crate::Transition;
use crate::types::Locator;

/// What a rule decided. The transition is settled before anything is answered, also for a refusal:
/// a replayed code revokes what it gave, and that must be durable before the error is sent.
#[derive(Debug)]
pub enum Decision<Reply, Error> {
    /// The request is granted.
    Granted {
        /// The change that makes it so; `None` where nothing changes.
        transition: Option<Transition>,
        /// What to answer once the change is durable.
        reply: Reply,
    },
    /// The request is refused.
    Refused {
        /// Why.
        error: Error,
        /// A change that the refusal brings about.
        transition: Option<Transition>,
    },
}

impl<Reply, Error> Decision<Reply, Error> {
    /// Granted, with a change.
    pub fn grant(transition: Transition, reply: Reply) -> Self {
        Decision::Granted {
            transition: Some(transition),
            reply,
        }
    }

    /// Granted, and nothing changes.
    pub fn unchanged(reply: Reply) -> Self {
        Decision::Granted {
            transition: None,
            reply,
        }
    }

    /// Refused, and nothing changes.
    pub fn refuse(error: impl Into<Error>) -> Self {
        Decision::Refused {
            error: error.into(),
            transition: None,
        }
    }

    /// The change by which it is granted, if there is one.
    pub fn granted(&self) -> Option<&Transition> {
        match self {
            Decision::Granted { transition, .. } => transition.as_ref(),
            Decision::Refused { .. } => None,
        }
    }

    /// Whether it is granted, with a change or without.
    pub fn is_granted(&self) -> bool {
        match self {
            Decision::Granted { .. } => true,
            Decision::Refused { .. } => false,
        }
    }

    /// What has to be made durable first, and what is answered then. Whoever settles a decision takes it apart here,
    /// so a refusal's change is never left out.
    pub fn into_parts(self) -> (Option<Transition>, Result<Reply, Error>) {
        match self {
            Decision::Granted { transition, reply } => (transition, Ok(reply)),
            Decision::Refused { transition, error } => (transition, Err(error)),
        }
    }
}

impl<Reply, Error> From<Result<Decision<Reply, Error>, Error>> for Decision<Reply, Error> {
    fn from(result: Result<Decision<Reply, Error>, Error>) -> Self {
        result.unwrap_or_else(|error| Decision::Refused {
            error,
            transition: None,
        })
    }
}

/// Where new ids and secrets come from; a rule is given one, so tests can give their own.
pub trait Mint {
    /// The next row id: above all that were given before.
    fn locator(&self) -> Locator;
    /// 32 random bytes.
    fn secret(&self) -> [u8; 32];
}
