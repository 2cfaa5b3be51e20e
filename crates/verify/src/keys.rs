//! The provider's keys, by which an API reads JWTs itself: fetched, kept, and fetched again for a name that is not known.
use crate::fault::Fault;
use crate::server::Server;
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

/// Why a JWT was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is none that works here.
    Refused,
    /// No key is known that could tell.
    NoKey,
}

impl Keys {
    /// The claims of a JWT that is signed by one of the provider's keys and is as expected.
    ///
    /// # Errors
    /// [`Unread`].
    pub(crate) async fn read(
        &self,
        server: &Server,
        text: &str,
        (expected, now): (&Expected<'_>, i64),
    ) -> Result<Claims, Unread> {
        let set = self.current(server).await.ok_or(Unread::NoKey)?;
        match jwt::verify(text, &set, expected, now) {
            Err(JwtFault::Jws(JwsFault::NoKey)) => {}
            other => return other.map_err(|_| Unread::Refused),
        }
        let newer = self.asked_again(server, &set).await.ok_or(Unread::NoKey)?;
        match jwt::verify(text, &newer, expected, now) {
            Err(JwtFault::Jws(JwsFault::NoKey)) => Err(Unread::NoKey),
            other => other.map_err(|_| Unread::Refused),
        }
    }

    /// The set, not older than it may be kept.
    async fn current(&self, server: &Server) -> Option<Arc<KeySet>> {
        if let Some(kept) = self.state().kept
            && kept.at.elapsed() < kept.keep
        {
            return Some(kept.set);
        }
        let _turn = self.turn.lock().await;
        let State { kept, asked } = self.state();
        let young = |kept: &&Kept| kept.at.elapsed() < kept.keep;
        if let Some(kept) = kept.as_ref().filter(young) {
            return Some(kept.set.clone());
        }
        if asked.is_none_or(|at| at.elapsed() >= RETRY)
            && let Some(set) = self.fetch(server).await
        {
            return Some(set);
        }
        let usable = |kept: &Kept| kept.at.elapsed() < kept.keep + GRACE;
        kept.filter(usable).map(|kept| kept.set)
    }

    /// Another set than this one, in which a name was not found; `None` when it was asked for within the last minute.
    async fn asked_again(&self, server: &Server, known: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        let _turn = self.turn.lock().await;
        let State { kept, asked } = self.state();
        if let Some(kept) = kept.filter(|kept| !Arc::ptr_eq(&kept.set, known)) {
            return Some(kept.set);
        }
        match asked.is_none_or(|at| at.elapsed() >= PAUSE) {
            true => self.fetch(server).await,
            false => None,
        }
    }

    async fn fetch(&self, server: &Server) -> Option<Arc<KeySet>> {
        let answer = server.keys().await;
        let at = Instant::now();
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
