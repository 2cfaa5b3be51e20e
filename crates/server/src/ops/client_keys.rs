//! The keys that apps publish themselves (`jwks_uri`): fetched by the guarded way out when they are needed, and kept for a
//! while.
use axum::http::header::CACHE_CONTROL;
use jose::KeySet;
use outbound::{Outbound, Queue, Wanted};
use protocol::types::client_keys::{LONGEST_KEYS, published};
use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use wire::cache_control::max_age;

/// How long a set is kept whose answer says nothing, and the bounds of what an answer may say.
const USUAL: Duration = Duration::from_secs(600);
const LEAST: Duration = Duration::from_secs(60);
const MOST: Duration = Duration::from_secs(3_600);
/// How often a set is fetched at most because a key is not in it.
const REFETCH: Duration = Duration::from_secs(60);
/// How long nothing is fetched after a fetch that brought nothing.
const PAUSE: Duration = Duration::from_secs(10);
/// How long a fetch may take.
const WITHIN: Duration = Duration::from_secs(5);
/// The most sets that are kept; then the one that was used longest ago goes.
const MOST_SETS: usize = 500;

/// Where a set comes from: the network, or in a test its place.
pub(crate) trait Source {
    /// The set, and how long it may be kept by what its answer says.
    fn fetch(&self, uri: &str) -> impl Future<Output = Option<Fresh>> + Send;
}

/// A set that was just fetched.
pub(crate) struct Fresh {
    keys: KeySet,
    kept: Option<Duration>,
}

/// All sets that are kept.
#[derive(Default)]
pub(crate) struct ClientKeySets(Lock<HashMap<String, Kept>>);

struct Kept {
    set: Arc<Mutex<Set>>,
    used: Instant,
}

/// One set. Whoever fetches it holds its lock, so that all others wait for what comes of it.
#[derive(Default)]
struct Set {
    keys: Option<Arc<KeySet>>,
    /// When it was read, and until when it is not read again.
    read: Option<(Instant, Instant)>,
    failed: Option<Instant>,
    refetched: Option<Instant>,
}

impl ClientKeySets {
    /// The keys that are published at a URL; `None` where they cannot be had.
    pub(crate) async fn of(
        &self,
        uri: &str,
        source: &impl Source,
        now: Instant,
    ) -> Option<Arc<KeySet>> {
        let set = self.entry(uri, now);
        let mut set = set.lock().await;
        if set.read.is_none_or(|(_, until)| now >= until) {
            set.renew(uri, source, now).await;
        }
        set.usable(now)
    }

    /// Keys that are newer than `seen`, in which one is missing: somebody else has fetched them meanwhile, or they are
    /// fetched now, once a minute at most. `None` where there are none.
    pub(crate) async fn newer(
        &self,
        uri: &str,
        seen: &Arc<KeySet>,
        source: &impl Source,
        now: Instant,
    ) -> Option<Arc<KeySet>> {
        let set = self.entry(uri, now);
        let mut set = set.lock().await;
        let is_newer = |keys: &Arc<KeySet>| !Arc::ptr_eq(keys, seen);
        if !set.keys.as_ref().is_some_and(is_newer)
            && set.refetched.is_none_or(|at| now >= at + REFETCH)
        {
            set.refetched = Some(now);
            set.renew(uri, source, now).await;
        }
        set.usable(now).filter(is_newer)
    }

    /// Those that were fetched from a URL and are still kept, if any are; nothing is fetched.
    pub(crate) fn known(&self, uri: &str, now: Instant) -> Option<Arc<KeySet>> {
        let sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let set = sets.get(uri)?.set.clone();
        drop(sets);
        set.try_lock().ok()?.usable(now)
    }

    fn entry(&self, uri: &str, now: Instant) -> Arc<Mutex<Set>> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = sets.get_mut(uri) {
            kept.used = now;
            return kept.set.clone();
        }
        if sets.len() >= MOST_SETS {
            let oldest = sets.iter().min_by_key(|(_, kept)| kept.used);
            if let Some(oldest) = oldest.map(|(uri, _)| uri.clone()) {
                sets.remove(&oldest);
            }
        }
        let set = Arc::<Mutex<Set>>::default();
        let kept = Kept {
            set: set.clone(),
            used: now,
        };
        sets.insert(uri.to_owned(), kept);
        set
    }
}

impl Set {
    /// Fetches it, unless that brought nothing a moment ago. What brings nothing is not remembered beyond that.
    async fn renew(&mut self, uri: &str, source: &impl Source, now: Instant) {
        if self.failed.is_some_and(|at| now < at + PAUSE) {
            return;
        }
        match source.fetch(uri).await {
            Some(Fresh { keys, kept }) => {
                let kept = kept.unwrap_or(USUAL).clamp(LEAST, MOST);
                self.keys = Some(Arc::new(keys));
                self.read = Some((now, now + kept));
                self.failed = None;
            }
            None => self.failed = Some(now),
        }
    }

    /// A host that is away for a moment locks nobody out; what it took back works no longer than the longest that a set is
    /// kept.
    fn usable(&self, now: Instant) -> Option<Arc<KeySet>> {
        let (read, _) = self.read?;
        self.keys.clone().filter(|_| now < read + MOST)
    }
}

/// The network, behind others of a queue.
pub(crate) struct Network<'a> {
    pub(crate) outbound: &'a Outbound,
    pub(crate) queue: Queue,
}

impl Source for Network<'_> {
    async fn fetch(&self, uri: &str) -> Option<Fresh> {
        let wanted = Wanted {
            accept: "application/jwk-set+json, application/json",
            most_bytes: LONGEST_KEYS,
            within: WITHIN,
        };
        // What went wrong is in the log.
        let fetching = self.outbound.fetch_in(self.queue, uri, &wanted);
        let answer = fetching.await.ok()?;
        if answer.status != 200 {
            return None;
        }
        let lines = answer.headers.get_all(CACHE_CONTROL).iter();
        let kept = max_age(lines.filter_map(|line| line.to_str().ok()));
        match published(&answer.body) {
            Ok(keys) => Some(Fresh { keys, kept }),
            Err(fault) => {
                let fault = fault.sentence();
                tracing::info!(%fault, "keys that an app publishes are not taken: {fault}");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jose::{SigningAlgorithm, SigningKey, VerifyingKey};
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

    const URI: &str = "https://app.example/jwks.json";

    /// A host whose answer is slow, and may be none.
    #[derive(Default)]
    struct Host {
        asked: AtomicUsize,
        away: AtomicBool,
        kept: Option<Duration>,
    }

    impl Source for Host {
        async fn fetch(&self, _: &str) -> Option<Fresh> {
            self.asked.fetch_add(1, SeqCst);
            tokio::task::yield_now().await;
            let key = SigningKey::generate(SigningAlgorithm::EdDsa)
                .public()
                .json();
            let key = VerifyingKey::parse(key.as_bytes()).unwrap();
            (!self.away.load(SeqCst)).then(|| Fresh {
                keys: KeySet::from_iter([key]),
                kept: self.kept,
            })
        }
    }

    impl Host {
        fn asked(&self) -> usize {
            self.asked.load(SeqCst)
        }
    }

    /// So many seconds after the first request.
    fn after(seconds: u64) -> Instant {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        *BEGAN + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn many_at_once_fetch_once_and_what_was_fetched_is_kept() {
        let (sets, host) = (ClientKeySets::default(), Host::default());
        let all = (0..20).map(|_| sets.of(URI, &host, after(0)));
        let all = futures_of(all).await;
        assert!(all.iter().all(Option::is_some));
        assert_eq!(host.asked(), 1);
        let usual = USUAL.as_secs();
        for (seconds, asked) in [(usual - 1, 1), (usual, 2)] {
            assert!(sets.of(URI, &host, after(seconds)).await.is_some());
            assert_eq!(host.asked(), asked);
        }
    }

    #[tokio::test]
    async fn a_missing_key_is_looked_for_once_a_minute() {
        let (sets, host) = (ClientKeySets::default(), Host::default());
        let seen = sets.of(URI, &host, after(0)).await.unwrap();
        let all = (0..20).map(|_| sets.newer(URI, &seen, &host, after(0)));
        let all = futures_of(all).await;
        assert!(all.iter().all(Option::is_some), "one fetch serves them all");
        assert_eq!(host.asked(), 2);
        let newer = all[0].clone().unwrap();
        for seconds in [0, 1, 30, 59] {
            let none = sets.newer(URI, &newer, &host, after(seconds)).await;
            assert!(none.is_none());
        }
        assert_eq!(host.asked(), 2);
        let again = sets.newer(URI, &newer, &host, after(60)).await;
        assert!(again.is_some());
        assert_eq!(host.asked(), 3);
    }

    #[tokio::test]
    async fn a_fault_is_not_remembered_and_a_set_outlives_a_short_one() {
        let (sets, host) = (ClientKeySets::default(), Host::default());
        let (pause, usual, most) = (PAUSE.as_secs(), USUAL.as_secs(), MOST.as_secs());
        host.away.store(true, SeqCst);
        for seconds in [0, pause - 1] {
            assert!(sets.of(URI, &host, after(seconds)).await.is_none());
        }
        assert_eq!(host.asked(), 1, "there is a pause");
        host.away.store(false, SeqCst);
        assert!(sets.of(URI, &host, after(pause)).await.is_some());
        host.away.store(true, SeqCst);
        let away = sets.of(URI, &host, after(pause + usual + 1)).await;
        assert!(away.is_some(), "it is away for a moment");
        let away = sets.of(URI, &host, after(pause + most)).await;
        assert!(away.is_none(), "and no longer");
        assert!(sets.known(URI, after(pause + most)).is_none());
    }

    #[tokio::test]
    async fn an_answer_says_within_bounds_how_long_it_is_kept() {
        for (said, kept) in [(0, LEAST), (90, Duration::from_secs(90)), (86_400, MOST)] {
            let sets = ClientKeySets::default();
            let host = Host {
                kept: Some(Duration::from_secs(said)),
                ..Host::default()
            };
            let kept = kept.as_secs();
            for (seconds, asked) in [(0, 1), (kept - 1, 1), (kept, 2)] {
                sets.of(URI, &host, after(seconds)).await.unwrap();
                assert_eq!(host.asked(), asked, "{said}");
            }
        }
    }

    #[tokio::test]
    async fn there_is_a_most_of_sets() {
        let (sets, host) = (ClientKeySets::default(), Host::default());
        for at in 0..=MOST_SETS {
            let seconds = u64::try_from(at).unwrap();
            let uri = format!("https://app.example/{at}");
            sets.of(&uri, &host, after(seconds)).await;
        }
        assert_eq!(sets.0.lock().unwrap().len(), MOST_SETS);
        let known = |at| sets.known(&format!("https://app.example/{at}"), after(0));
        assert!(known(0).is_none() && known(1).is_some());
    }

    /// What all of them give, made at once.
    async fn futures_of<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
        let mut all: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
        std::future::poll_fn(move |context| {
            for (future, given) in &mut all {
                if given.is_none()
                    && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
                {
                    *given = Some(value);
                }
            }
            match all.iter().all(|(_, given)| given.is_some()) {
                true => {
                    let given = all.iter_mut().filter_map(|(_, given)| given.take());
                    std::task::Poll::Ready(given.collect())
                }
                false => std::task::Poll::Pending,
            }
        })
        .await
    }
}
