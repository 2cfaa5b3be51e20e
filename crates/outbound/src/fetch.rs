//! A fetch from its URL to its answer.
use crate::error::{FetchError, Outcome};
use crate::exchange::{self, Answer, Sent, Wanted};
use crate::place::Place;
use crate::resolve::{Resolve, SystemResolver};
use crate::rules::Rules;
use crate::trust::{Trust, TrustFault};
use bytes::Bytes;
use hyper::header::HeaderMap;
use rustls::ClientConfig;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, Semaphore};

/// The most fetches at once of one queue; more wait, within their own time.
const AT_ONCE: usize = 16;

/// The one guarded way out. See the crate.
pub struct Outbound {
    rules: Rules,
    trust: Trust,
    resolver: Box<dyn Resolve>,
    /// Made when something is fetched for the first time: a start does not wait for the files.
    tls: OnceCell<Arc<ClientConfig>>,
    turns: [Semaphore; Queue::ALL.len()],
    ended: [AtomicU64; Outcome::ALL.len()],
}

/// Who waits for whom when much is fetched at once. Hosts that answer slowly on purpose take turns from their own kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// For those whom somebody here registered, and for ourselves.
    Own,
    /// For those who introduced themselves before.
    Known,
    /// For whoever names a host.
    Stranger,
}

impl Queue {
    const ALL: [Queue; 3] = [Queue::Own, Queue::Known, Queue::Stranger];
}

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// An answer that was fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its status: anything but a redirect.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// Who gave it.
    pub address: SocketAddr,
}

/// How many fetches ended in one way since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The way.
    pub outcome: Outcome,
    /// How many.
    pub count: u64,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("rules", &self.rules)
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}

impl Outbound {
    /// A way out by the operating system's resolver.
    #[must_use]
    pub fn new(rules: Rules, trust: Trust) -> Self {
        Self::resolving(rules, trust, Box::new(SystemResolver))
    }

    /// A way out by another resolver.
    #[must_use]
    pub fn resolving(rules: Rules, trust: Trust, resolver: Box<dyn Resolve>) -> Self {
        Outbound {
            rules,
            trust,
            resolver,
            tls: OnceCell::new(),
            turns: Queue::ALL.map(|_| Semaphore::new(AT_ONCE)),
            ended: Default::default(),
        }
    }

    /// Fetches what a URL leads to (`GET`). The log has a line of it: the host, and never the path or the query.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn fetch(&self, url: &str, wanted: &Wanted<'_>) -> Result<Fetched, FetchError> {
        self.fetch_in(Queue::Own, url, wanted).await
    }

    /// The same, behind others of the queue.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn fetch_in(
        &self,
        queue: Queue,
        url: &str,
        wanted: &Wanted<'_>,
    ) -> Result<Fetched, FetchError> {
        self.exchange(queue, url, Sent::default(), wanted).await
    }

    /// Sends a form to where a URL leads (`POST`), by the same rules.
    ///
    /// # Errors
    /// [`FetchError`]. The other side may have read the form all the same.
    pub async fn post(
        &self,
        url: &str,
        form: String,
        wanted: &Wanted<'_>,
    ) -> Result<Fetched, FetchError> {
        let sent = Sent {
            body: Some((FORM, form.into())),
            ..Sent::default()
        };
        self.exchange(Queue::Own, url, sent, wanted).await
    }

    /// Asks a host that an operator named, with a credential that is for it (`Authorization`): by a form (`POST`), or without
    /// one (`GET`). No redirect takes the credential anywhere.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn ask_as(
        &self,
        url: &str,
        (authorization, form): (Option<&str>, Option<String>),
        wanted: &Wanted<'_>,
    ) -> Result<Fetched, FetchError> {
        let sent = Sent {
            body: form.map(|form| (FORM, form.into())),
            authorization: authorization.map(str::to_owned),
            headers: HeaderMap::new(),
        };
        self.exchange(Queue::Own, url, sent, wanted).await
    }

    async fn exchange(
        &self,
        queue: Queue,
        url: &str,
        sent: Sent,
        wanted: &Wanted<'_>,
    ) -> Result<Fetched, FetchError> {
        let began = Instant::now();
        let read = Place::parse(url);
        let host = read.as_ref().map(Place::host).unwrap_or_default();
        let fetched = match read {
            Ok(place) => tokio::time::timeout(wanted.within, self.go(queue, &place, sent, wanted))
                .await
                .unwrap_or(Err(FetchError::Late(wanted.within))),
            Err(fault) => Err(fault.into()),
        };
        self.note(&host, &fetched, began.elapsed());
        fetched
    }

    async fn go(
        &self,
        queue: Queue,
        place: &Place,
        sent: Sent,
        wanted: &Wanted<'_>,
    ) -> Result<Fetched, FetchError> {
        // It is never closed.
        let _turn = self.turns[queue as usize].acquire().await.ok();
        let found = match place.address() {
            Some(address) => vec![address],
            None => self
                .resolver
                .resolve(&place.host())
                .await
                .map_err(|error| FetchError::Unresolved(error.to_string()))?,
        };
        let judged = self.rules.judge(place, &found)?;
        let (stream, address) = exchange::connect(&judged).await?;
        let (status, headers, body): Answer = match place.is_https() {
            true => {
                let stream = exchange::secure(stream, place, self.tls().await?).await?;
                exchange::ask(stream, place, sent, wanted).await?
            }
            false => exchange::ask(stream, place, sent, wanted).await?,
        };
        Ok(Fetched {
            status,
            headers,
            body,
            address,
        })
    }

    async fn tls(&self) -> Result<Arc<ClientConfig>, TrustFault> {
        let made = self.tls.get_or_try_init(async || {
            let trust = self.trust.clone();
            let reading = tokio::task::spawn_blocking(move || trust.config());
            let failed = |error: tokio::task::JoinError| TrustFault::Tls(error.to_string());
            reading.await.map_err(failed)?
        });
        Ok(made.await?.clone())
    }

    fn note(&self, host: &str, fetched: &Result<Fetched, FetchError>, took: Duration) {
        let ms = took.as_millis();
        let outcome = match fetched {
            Ok(_) => Outcome::Answered,
            Err(error) => error.outcome(),
        };
        let outcome = outcome.name();
        match fetched {
            Ok(Fetched {
                status, address, ..
            }) => {
                tracing::info!(host, outcome, status, %address, ms, "fetched from {host}: {status}");
            }
            Err(error) => {
                tracing::info!(host, outcome, %error, ms, "not fetched from {host}: {error}");
            }
        }
        let place = Outcome::ALL.iter().position(|one| one.name() == outcome);
        if let Some(place) = place {
            self.ended[place].fetch_add(1, Relaxed);
        }
    }

    /// How fetches ended since the start.
    #[must_use]
    pub fn counts(&self) -> [Count; Outcome::ALL.len()] {
        std::array::from_fn(|at| Count {
            outcome: Outcome::ALL[at],
            count: self.ended[at].load(Relaxed),
        })
    }
}
