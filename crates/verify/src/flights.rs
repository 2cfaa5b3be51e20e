//! Questions under way: requests with one token share one question.
use crate::cache::Key;
use crate::token::Token;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What a question came to.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The token works.
    Works(Token),
    /// It does not.
    Dead,
    /// The provider did not say.
    Unknown,
}

/// Whoever waits for a question.
pub(crate) type Waiting = watch::Receiver<Option<Answer>>;

/// See the module.
#[derive(Default, Clone)]
pub(crate) struct Flights(Arc<Mutex<HashMap<Key, Waiting>>>);

/// A question that somebody must ask now. Dropping it without an answer lets those who wait go on.
pub(crate) struct Takeoff {
    flights: Flights,
    key: Key,
    answer: watch::Sender<Option<Answer>>,
}

impl Flights {
    /// The question about `key` that is under way, or one to ask with those who will wait for it.
    pub(crate) fn join(&self, key: Key) -> (Option<Takeoff>, Waiting) {
        let mut flights = self.lock();
        if let Some(waiting) = flights.get(&key) {
            return (None, waiting.clone());
        }
        let (answer, waiting) = watch::channel(None);
        flights.insert(key, waiting.clone());
        let takeoff = Takeoff {
            flights: self.clone(),
            key,
            answer,
        };
        (Some(takeoff), waiting)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Takeoff {
    /// Tells everyone who waits.
    pub(crate) fn land(self, answer: Answer) {
        // Off the list first: whoever comes now asks anew.
        self.flights.lock().remove(&self.key);
        self.answer.send_replace(Some(answer));
    }
}

impl Drop for Takeoff {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        let own = |waiting: &Waiting| waiting.same_channel(&self.answer.subscribe());
        if flights.get(&self.key).is_some_and(own) {
            flights.remove(&self.key);
        }
    }
}

/// Waits for the answer to a question.
pub(crate) async fn landed(mut waiting: Waiting) -> Answer {
    match waiting.wait_for(Option::is_some).await {
        Ok(answer) => answer.clone().unwrap_or(Answer::Unknown),
        Err(_) => Answer::Unknown,
    }
}
