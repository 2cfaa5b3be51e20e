//! The keys that sign: made, moved on by their schedule, and published.
use crate::ops::sealing::{SIGNING_KEY, Sealing};
use config::Signing;
use jose::jwt::{Claims, JwtFault};
use jose::seal::Sealed;
use jose::{KeySet, SigningKey};
use protocol::Transition;
use protocol::events::Act;
use protocol::signer::{OwnKeys, Signer, Wanted};
use protocol::signing_keys::{
    self, Due, NewSigningKey, SigningAlgorithm, SigningKeyFacts, SigningKeyState, due,
};
use protocol::transition::SigningKeyChange;
use protocol::types::UnixTime;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Store, StoreError};

/// Steps that follow from each other, at most: a key is made, signs, and an earlier one goes.
const ROUNDS: usize = 4;
/// A set is kept for an hour at most, whatever the schedule allows.
const LONGEST_KEPT: i64 = 3_600;
/// Keys of a provider, at most: four algorithms, and what each has retired.
const MOST_KEPT: usize = 1_000;

/// The keys as they were when somebody looked last: those that sign are open, all are in the set that is published.
#[derive(Default)]
pub(crate) struct ProviderKeys(RwLock<Option<Arc<Look>>>);

/// What one look found.
#[derive(Default)]
struct Look {
    document: Arc<str>,
    keys: OwnKeys,
}

impl ProviderKeys {
    /// The set (RFC 7517 §5); `None` until somebody has looked.
    pub(crate) fn document(&self) -> Option<Arc<str>> {
        self.last().map(|look| look.document.clone())
    }

    fn last(&self) -> Option<Arc<Look>> {
        let last = self.0.read().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// Publishes these keys and signs with those among them that do. What was open stays open.
    ///
    /// # Errors
    /// [`StoreError`]. A key that does not open is told of in the log, and signs nothing.
    pub(crate) async fn publish(
        &self,
        store: &Store,
        sealing: &Sealing,
        keys: &[SigningKeyFacts],
    ) -> Result<(), StoreError> {
        let before = self.last().unwrap_or_default();
        let signing = || {
            keys.iter()
                .filter(|key| key.state == SigningKeyState::Signing)
        };
        let known = |kid: &str| before.keys.signing.iter().find(|key| key.kid() == kid);
        let sealed = match signing().all(|key| known(&key.kid).is_some()) {
            true => Vec::new(),
            false => store.sealed_signing_keys("", MOST_KEPT).await?,
        };
        let opened = signing().filter_map(|key| match known(&key.kid) {
            Some(known) => Some(known.clone()),
            None => opened(key, &sealed, sealing).map(Arc::new),
        });
        let document: Arc<str> = set_of(keys).into();
        let look = Look {
            keys: OwnKeys {
                signing: opened.collect(),
                published: Arc::new(KeySet::parse(document.as_bytes()).unwrap_or_default()),
            },
            document,
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(look));
        Ok(())
    }
}

impl Signer for ProviderKeys {
    fn sign(&self, algorithm: SigningAlgorithm, typ: &str, claims: &Claims) -> Option<String> {
        self.last()?.keys.sign(algorithm, typ, claims)
    }

    fn read(&self, text: &str, wanted: Wanted<'_>, now: UnixTime) -> Result<Claims, JwtFault> {
        let look = self.last().unwrap_or_default();
        look.keys.read(text, wanted, now)
    }
}

/// A key with its private part.
fn opened(
    key: &SigningKeyFacts,
    sealed: &[(String, Vec<u8>)],
    sealing: &Sealing,
) -> Option<SigningKey> {
    let (_, sealed) = sealed.iter().find(|(kid, _)| *kid == key.kid)?;
    let sealed = Sealed::from_stored(sealed.clone());
    let plain = sealing.open(SIGNING_KEY, key.kid.as_bytes(), &sealed).ok();
    let opened = plain.and_then(|plain| SigningKey::from_pkcs8(key.algorithm, &plain).ok());
    if opened.is_none() {
        tracing::error!(
            kid = key.kid,
            "a signing key does not open, so nothing is signed by {}: valetkey doctor says more",
            key.algorithm.name()
        );
    }
    opened.map(|opened| opened.with_kid(key.kid.clone()))
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
pub(crate) fn kept(
    key: &SigningKey,
    wanted: signing_keys::Wanted,
    sealing: &Sealing,
    act: Act,
) -> Transition {
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
