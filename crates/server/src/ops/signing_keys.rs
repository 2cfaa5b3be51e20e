//! The keys that sign: made, moved on by their schedule, and published.
use crate::ops::sealing::{SIGNING_KEY, Sealing};
use config::Signing;
use jose::SigningKey;
use protocol::Transition;
use protocol::events::Act;
use protocol::signing_keys::{Due, NewSigningKey, SigningKeyFacts, Wanted, due};
use protocol::transition::SigningKeyChange;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Store, StoreError};

/// Steps that follow from each other, at most: a key is made, signs, and an earlier one goes.
const ROUNDS: usize = 4;
/// A set is kept for an hour at most, whatever the schedule allows.
const LONGEST_KEPT: i64 = 3_600;

/// The set that is published, as it was when somebody looked last.
#[derive(Default)]
pub(crate) struct PublishedKeys(RwLock<Option<Arc<str>>>);

impl PublishedKeys {
    /// The set (RFC 7517 §5); `None` until somebody has looked.
    pub(crate) fn document(&self) -> Option<Arc<str>> {
        let document = self.0.read().unwrap_or_else(PoisonError::into_inner);
        document.clone()
    }

    /// Publishes these keys.
    pub(crate) fn publish(&self, keys: &[SigningKeyFacts]) {
        let document = Some(set_of(keys).into());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = document;
    }
}

/// How long others may keep the set, in seconds: half as long as a key is in it before it signs.
pub(crate) fn max_age(signing: &Signing) -> i64 {
    (signing.schedule.publish_ahead.seconds() / 2).min(LONGEST_KEPT)
}

/// Every key is written as it was when it was made; a set is those texts with commas between.
fn set_of(keys: &[SigningKeyFacts]) -> String {
    let keys: Vec<&str> = keys.iter().map(|key| key.public.as_str()).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// What signs, as it is kept: its private part sealed for its own name.
pub(crate) fn kept(key: &SigningKey, wanted: Wanted, sealing: &Sealing, act: Act) -> Transition {
    let facts = SigningKeyFacts {
        kid: key.kid().to_owned(),
        algorithm: wanted.algorithm,
        number: wanted.number,
        state: wanted.state,
        public: key.public().json(),
        made_at: act.at,
        signs_at: wanted.signs_at,
        ends_at: None,
    };
    let sealed = sealing.seal(SIGNING_KEY, facts.kid.as_bytes(), &key.to_pkcs8());
    let sealed = sealed.as_bytes().to_vec();
    SigningKeyChange::Make(Box::new(NewSigningKey { facts, sealed })).into()
}

/// Does one step. Whether another node did it before makes no difference: the next look shows what is left.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn settle(
    store: &Store,
    sealing: &Sealing,
    step: Due,
    act: Act,
) -> Result<(), StoreError> {
    let transition = match step {
        Due::Move(change) => change.into(),
        Due::Make(wanted) => {
            // An RSA key takes a good part of a second.
            let made = tokio::task::spawn_blocking(move || SigningKey::generate(wanted.algorithm));
            let key = made.await.map_err(|_| StoreError::Closed)?;
            kept(&key, wanted, sealing, act)
        }
    };
    store.settle(transition, act).await.map(drop)
}

/// Does all that is due, and says which keys there are then.
///
/// # Errors
/// [`StoreError`]; what was done before stays done.
pub(crate) async fn settle_due(
    store: &Store,
    sealing: &Sealing,
    signing: &Signing,
    act: Act,
) -> Result<Vec<SigningKeyFacts>, StoreError> {
    let mut keys = store.signing_keys().await?;
    for _ in 0..ROUNDS {
        let steps = due(&keys, &signing.algorithms, &signing.schedule, act.at);
        if steps.is_empty() {
            break;
        }
        for step in steps {
            settle(store, sealing, step, act).await?;
        }
        keys = store.signing_keys().await?;
    }
    Ok(keys)
}
