//! The provider's keys, by which an API reads JWTs itself: fetched, kept, and fetched again for a name that is not known.
use crate::fault::Fault;
use jose::KeySet;
use jose::jws::JwsFault;
use jose::jwt::{self, Claims, Expected, JwtFault};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long a set is kept whose answer does not say.
const KEEP: Duration = Duration::from_secs(300);
/// A set is kept for an hour at most: from then on a key may sign that is not in it.
const MOST_KEEP: Duration = Duration::from_secs(3_600);
/// How much longer it is used when the provider does not answer: keys that are gone from a newer one signed long ago.
const GRACE: Duration = Duration::from_secs(3_600);
/// From one question to the next when a key is unknown: strangers make up names.
const PAUSE: Duration = Duration::from_secs(60);
/// From one question to the next when the provider did not answer.
const RETRY: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Default)]
pub(crate) struct Keys {
    state: RwLock<State>,
    /// One at a time asks.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default, Clone)]
struct State {
    kept: Option<Kept>,
    /// When the provider was asked last, whatever it answered.
    asked: Option<Instant>,
}

#[derive(Clone)]
struct Kept {
    set: Arc<KeySet>,
    at: Instant,
    keep: Duration,
}

/// A set, and how long it may be kept, if its answer says.
pub(crate) type Fetched = Result<(KeySet, Option<Duration>), Fault>;

/// Why a JWT was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is none that works here.
    Refused,
    /// No key is known that could tell.
    NoKey,
}

impl Keys {
    /// The claims of a JWT that is signed by one of the provider's keys, which `fetch` asks for, and is as expected at
    /// `now`, in Unix seconds; `at` is the same moment.
    ///
    /// # Errors
    /// [`Unread`].
    pub(crate) async fn read<F: Future<Output = Fetched>>(
        &self,
        fetch: impl Fn() -> F,
        text: &str,
        (expected, now, at): (&Expected<'_>, i64, Instant),
    ) -> Result<Claims, Unread> {
        let set = self.current(&fetch, at).await.ok_or(Unread::NoKey)?;
        match jwt::verify(text, &set, expected, now) {
            Err(JwtFault::Jws(JwsFault::NoKey)) => {}
            other => return other.map_err(|_| Unread::Refused),
        }
        let newer = self.another(&fetch, &set, at).await.ok_or(Unread::NoKey)?;
        match jwt::verify(text, &newer, expected, now) {
            Err(JwtFault::Jws(JwsFault::NoKey)) => Err(Unread::NoKey),
            other => other.map_err(|_| Unread::Refused),
        }
    }

    /// The set, not older than it may be kept.
    async fn current<F: Future<Output = Fetched>>(
        &self,
        fetch: impl Fn() -> F,
        at: Instant,
    ) -> Option<Arc<KeySet>> {
        let young = |kept: &Kept| at < kept.at + kept.keep;
        if let Some(kept) = self.state().kept.filter(young) {
            return Some(kept.set);
        }
        let _turn = self.turn.lock().await;
        let State { kept, asked } = self.state();
        if let Some(kept) = kept.as_ref().filter(|kept| young(kept)) {
            return Some(kept.set.clone());
        }
        if asked.is_none_or(|last| at >= last + RETRY)
            && let Some(set) = self.take(fetch().await, at)
        {
            return Some(set);
        }
        let usable = |kept: &Kept| at < kept.at + kept.keep + GRACE;
        kept.filter(usable).map(|kept| kept.set)
    }

    /// Another set than this one, in which a name was not found; `None` when it was asked for within the last minute.
    async fn another<F: Future<Output = Fetched>>(
        &self,
        fetch: impl Fn() -> F,
        known: &Arc<KeySet>,
        at: Instant,
    ) -> Option<Arc<KeySet>> {
        let _turn = self.turn.lock().await;
        let State { kept, asked } = self.state();
        if let Some(kept) = kept.filter(|kept| !Arc::ptr_eq(&kept.set, known)) {
            return Some(kept.set);
        }
        match asked.is_none_or(|last| at >= last + PAUSE) {
            true => self.take(fetch().await, at),
            false => None,
        }
    }

    /// Takes in what was answered to a question of this moment.
    fn take(&self, answer: Fetched, at: Instant) -> Option<Arc<KeySet>> {
        let kept = answer.ok().map(|(set, keep)| Kept {
            set: Arc::new(set),
            at,
            keep: keep.unwrap_or(KEEP).min(MOST_KEEP),
        });
        let set = kept.as_ref().map(|kept| kept.set.clone());
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.asked = Some(at);
        if kept.is_some() {
            state.kept = kept;
        }
        set
    }

    fn state(&self) -> State {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }
}

/// What reading a set came to.
pub(crate) fn set_of(text: &[u8], url: &str) -> Result<KeySet, Fault> {
    KeySet::parse(text).map_err(|fault| Fault::Unreadable {
        url: url.to_owned(),
        why: fault.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jose::{Algorithm, SigningAlgorithm, SigningKey};
    use std::cell::{Cell, RefCell};

    /// A provider whose set a test decides.
    struct Provider {
        keys: Keys,
        set: RefCell<Option<Vec<SigningKey>>>,
        asked: Cell<usize>,
        begin: Instant,
    }

    impl Provider {
        fn with(keys: Vec<SigningKey>) -> Self {
            Provider {
                keys: Keys::default(),
                set: RefCell::new(Some(keys)),
                asked: Cell::new(0),
                begin: Instant::now(),
            }
        }

        fn answer(&self) -> Fetched {
            self.asked.set(self.asked.get() + 1);
            let set = self.set.borrow();
            let keys = set.as_ref().ok_or(Fault::Settings("down".to_owned()))?;
            let keys = keys.iter().map(|key| key.verifying().unwrap());
            Ok((keys.collect(), Some(Duration::from_secs(600))))
        }

        /// Whether a JWT by this key is read so many seconds after the beginning; `None`: no key is known.
        async fn reads(&self, key: &SigningKey, after: u64) -> Option<bool> {
            let text = jose::jws::sign(key, "at+jwt", br#"{"exp":9}"#);
            let expected = Expected {
                algorithms: &[Algorithm::EdDsa],
                types: &["at+jwt"],
                untyped: false,
                issuer: None,
                audience: None,
                leeway: 0,
            };
            let at = self.begin + Duration::from_secs(after);
            let fetch = || async { self.answer() };
            match self.keys.read(fetch, &text, (&expected, 0, at)).await {
                Ok(_) => Some(true),
                Err(Unread::Refused) => Some(false),
                Err(Unread::NoKey) => None,
            }
        }
    }

    /// The same key once more.
    fn twin(key: &SigningKey) -> SigningKey {
        SigningKey::from_pkcs8(SigningAlgorithm::EdDsa, &key.to_pkcs8()).unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::generate(SigningAlgorithm::EdDsa)
    }

    #[tokio::test]
    async fn a_name_that_is_not_known_is_looked_for_once_a_minute() {
        let (first, second, third) = (key(), key(), key());
        let provider = Provider::with(vec![key()]);
        assert_eq!(provider.reads(&first, 0).await, None);
        assert_eq!(provider.asked.get(), 1, "the set was fetched just now");
        provider.set.borrow_mut().as_mut().unwrap().push(key());
        assert_eq!(provider.reads(&first, 59).await, None);
        assert_eq!(provider.asked.get(), 1);
        assert_eq!(provider.reads(&first, 60).await, None);
        assert_eq!(provider.asked.get(), 2, "it is still in none");
        let by_second = second.kid().to_owned();
        provider.set.borrow_mut().as_mut().unwrap().push(second);
        let again = key().with_kid(by_second);
        assert_eq!(provider.reads(&again, 119).await, None);
        assert_eq!(
            provider.reads(&again, 120).await,
            Some(false),
            "by another key of that name"
        );
        assert_eq!(provider.reads(&third, 121).await, None);
        assert_eq!(provider.asked.get(), 3);
    }

    #[tokio::test]
    async fn a_key_that_signs_from_now_on_is_found() {
        let provider = Provider::with(vec![key()]);
        assert_eq!(provider.reads(&key(), 0).await, None);
        let new = key();
        *provider.set.borrow_mut() = Some(vec![twin(&new)]);
        assert_eq!(provider.reads(&new, 61).await, Some(true));
    }

    #[tokio::test]
    async fn a_set_is_kept_as_long_as_its_answer_says_and_an_hour_more_while_there_is_no_other() {
        let own = key();
        let provider = Provider::with(Vec::new());
        assert_eq!(provider.reads(&own, 0).await, None);
        *provider.set.borrow_mut() = Some(vec![twin(&own)]);
        assert_eq!(provider.reads(&own, 600).await, Some(true));
        *provider.set.borrow_mut() = None;
        assert_eq!(provider.reads(&own, 1_199).await, Some(true));
        assert_eq!(provider.asked.get(), 2);
        assert_eq!(provider.reads(&own, 1_200).await, Some(true));
        assert_eq!(provider.reads(&own, 1_200).await, Some(true));
        assert_eq!(provider.asked.get(), 3, "and not at every request");
        assert_eq!(provider.reads(&own, 1_200 + 3_600).await, None);
    }
}
