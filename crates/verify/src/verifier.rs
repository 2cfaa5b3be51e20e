//! Checks tokens: from what is kept, or by asking the provider.
use crate::cache::{Cache, Key};
use crate::clock;
use crate::fault::Fault;
use crate::feed;
use crate::flights::{Answer, Flights, Takeoff, landed};
use crate::freshness::Freshness;
use crate::history::History;
use crate::journal::{Ended, Journal, Mark};
use crate::keys::{Keys, Unread};
use crate::layer::Require;
use crate::proofs::{Proofs, Said};
use crate::refusal::Refusal;
use crate::scopes::Scopes;
use crate::server::Server;
use crate::settings::Settings;
use crate::token::{Mode, Token};
use jose::Digest;
use jose::jws::{JwsFault, Unverified};
use jose::jwt::{Claims, Expected};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wire::{Introspection, JWT_TYPE, Presented, TEST_MARK};

/// How long it is remembered that a token does not work.
const KEEP_DEAD: Duration = Duration::from_secs(1);
/// How many such tokens are remembered.
const MAX_DEAD: usize = 10_000;
/// Questions to the provider at once; further ones wait.
const MAX_QUESTIONS: usize = 256;

/// Checks tokens. Cheap to clone; the feed is followed until the last clone is gone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) server: Server,
    works: Cache<Token>,
    dead: Cache<()>,
    freshness: Freshness,
    journal: Mutex<Journal>,
    history: Mutex<History>,
    keys: Keys,
    flights: Flights,
    proofs: Proofs,
    questions: Semaphore,
    faults: Mutex<Faults>,
}

/// Why the provider could not be asked the last time, until it answers again.
#[derive(Default)]
struct Faults {
    introspection: Option<Fault>,
    feed: Option<Fault>,
}

/// What a token is, as far as can be read here.
enum Reading {
    /// A JWT that works.
    Works(Token),
    /// A JWT that does not.
    Refused,
    /// The provider is to be asked.
    Ask,
}

/// How a verifier is doing.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether kept answers are trusted now. If not, the provider is asked for every request.
    pub fresh: bool,
    /// How many answers are kept.
    pub kept: usize,
    /// Why the provider could not be asked the last time, until it answers again.
    pub fault: Option<Fault>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({})", self.0.settings.introspection)
    }
}

impl Verifier {
    /// Starts checking, and following the provider's revocation feed. To be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Fault::Settings`].
    pub fn start(settings: Settings) -> Result<Self, Fault> {
        settings.check()?;
        let inner = Arc::new(Inner {
            server: Server::new(&settings)?,
            works: Cache::new(settings.max_entries),
            dead: Cache::new(MAX_DEAD),
            freshness: Freshness::new(Instant::now()),
            journal: Mutex::default(),
            history: Mutex::new(History::new(settings.leeway.as_secs())),
            keys: Keys::default(),
            flights: Flights::default(),
            proofs: Proofs::new(&settings, Instant::now()),
            questions: Semaphore::new(MAX_QUESTIONS),
            faults: Mutex::default(),
            settings,
        });
        if inner.server.has_feed() {
            tokio::spawn(feed::follow(Arc::downgrade(&inner)));
        }
        Ok(Verifier(inner))
    }

    /// A layer that lets in requests whose token has these scopes, and gives the handler the
    /// [`Token`] as an extension.
    pub fn require(&self, scopes: impl Into<Scopes>) -> Require {
        Require::new(self.clone(), scopes.into())
    }

    /// How it is doing, for health checks.
    pub fn status(&self) -> Status {
        let faults = lock(&self.0.faults);
        let fault = faults.introspection.as_ref().or(faults.feed.as_ref());
        Status {
            fresh: self.0.freshness.holds(Instant::now()),
            kept: self.0.works.len(),
            fault: fault.cloned(),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether a token that works may be used by whoever sends it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn holds(&self, token: &Token, said: Option<&Said>) -> Result<(), Refusal> {
        token.is_held(&self.0.proofs, &self.0.settings, said)
    }

    /// The nonce for the next proof, if proofs need one.
    pub(crate) fn nonce(&self) -> Option<String> {
        self.0.proofs.nonce()
    }

    /// What is kept of a token and may be trusted now.
    pub(crate) fn kept(&self, key: &Key) -> Option<Answer> {
        let now = Instant::now();
        if self.0.is_trusted(now)
            && let Some(token) = self.0.works.get(key, now)
        {
            return Some(Answer::Works(token));
        }
        self.0.dead.get(key, now).map(|()| Answer::Dead)
    }

    /// What a token is: read here if it is a JWT for this API, else as the provider says.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], [`Refusal::Unavailable`].
    pub(crate) async fn check(&self, key: Key, text: String) -> Result<Token, Refusal> {
        match self.0.read(key, &text).await {
            Reading::Works(token) => Ok(token),
            Reading::Refused => Err(Refusal::Invalid),
            Reading::Ask => self.ask(key, text).await,
        }
    }

    /// Asks about a token. Requests that come while a question about the same token is under way wait for it; if
    /// its answer may not be kept they share the next question, which is asked after they came.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], [`Refusal::Unavailable`].
    async fn ask(&self, key: Key, text: String) -> Result<Token, Refusal> {
        if self.is_garbage(&text) {
            return Err(Refusal::Invalid);
        }
        let mut came_before = false;
        loop {
            let (takeoff, waiting) = self.0.flights.join(key);
            let asks_itself = takeoff.is_some();
            if let Some(takeoff) = takeoff {
                // A task of its own: if this request is given up, the others still get their answer.
                let (inner, text) = (self.0.clone(), text.clone());
                tokio::spawn(async move { inner.question(takeoff, key, &text).await });
            }
            let answer = landed(waiting).await;
            let answer = match asks_itself || came_before {
                true => answer,
                false => match (self.kept(&key), answer) {
                    (Some(kept), _) => kept,
                    (None, Answer::Works(_)) => {
                        came_before = true;
                        continue;
                    }
                    (None, other) => other,
                },
            };
            return match answer {
                Answer::Works(token) => Ok(token),
                Answer::Dead => Err(Refusal::Invalid),
                Answer::Unknown => Err(Refusal::Unavailable),
            };
        }
    }

    /// Whether a text has a prefix of the provider's tokens, but cannot be one.
    fn is_garbage(&self, text: &str) -> bool {
        let prefixes = &self.0.settings.prefixes;
        let live = text.strip_prefix(TEST_MARK).unwrap_or(text);
        let claims = prefixes
            .iter()
            .any(|prefix| text.starts_with(prefix.as_str()) || live.starts_with(prefix.as_str()));
        claims && Presented::parse(text).is_none()
    }
}

impl Inner {
    async fn question(&self, takeoff: Takeoff, key: Key, text: &str) {
        let now = Instant::now();
        let mark = lock(&self.journal).mark(now);
        let asked = tokio::time::timeout(self.settings.timeout, self.questions.acquire()).await;
        let Ok(Ok(_place)) = asked else {
            return takeoff.land(Answer::Unknown);
        };
        let answer = self.server.introspect(text, is_test(text)).await;
        lock(&self.faults).introspection = answer.as_ref().err().cloned();
        let token = answer.map(|answer| {
            let is_ours = self.is_for_this_api(&answer);
            Token::of(answer, clock::since_1970()).filter(|_| is_ours)
        });
        let answer = match token {
            Ok(Some(token)) => Answer::Works(token),
            Ok(None) => Answer::Dead,
            Err(_) => Answer::Unknown,
        };
        match &answer {
            Answer::Works(token) => self.keep(key, token, mark, now),
            Answer::Dead => self.dead.insert(key, (), now + KEEP_DEAD, now),
            Answer::Unknown => {}
        }
        takeoff.land(answer);
    }

    /// Whether an answer is about a token for this API, as far as the API has a name.
    fn is_for_this_api(&self, answer: &Introspection<'_>) -> bool {
        let named = |own: &String| answer.aud.as_ref().is_some_and(|aud| aud.names(own));
        self.settings.audience.as_ref().is_none_or(named)
    }

    /// Whether what is kept may be trusted now. Without a feed only JWTs are kept, which nothing ends but time.
    fn is_trusted(&self, now: Instant) -> bool {
        !self.server.has_feed() || self.freshness.holds(now)
    }

    /// Reads a JWT for this API, and judges it by what the feed told since it was issued.
    async fn read(&self, key: Key, text: &str) -> Reading {
        let own = (&self.settings.issuer, &self.settings.audience);
        let (Some(issuer), Some(audience), true) = (own.0, own.1, self.settings.jwks.is_some())
        else {
            return Reading::Ask;
        };
        match Unverified::parse(text) {
            Ok(read) if read.header().is_type(JWT_TYPE) => {}
            // A text of another make: the provider may know it.
            Err(JwsFault::Malformed | JwsFault::TooLong) => return Reading::Ask,
            Ok(_) | Err(_) => return Reading::Refused,
        }
        let expected = Expected {
            algorithms: &self.settings.algorithms,
            types: &[JWT_TYPE],
            untyped: false,
            issuer: Some(issuer),
            audience: Some(audience),
            leeway: self.settings.leeway.as_secs().cast_signed(),
        };
        let now = clock::since_1970().as_secs().cast_signed();
        let (fetch, when) = (|| self.server.keys(), (&expected, now, Instant::now()));
        let claims = match self.keys.read(fetch, text, when).await {
            Ok(claims) => claims,
            Err(Unread::Refused) => return Reading::Refused,
            Err(Unread::NoKey) => return Reading::Ask,
        };
        let Some(token) = Token::of_claims(&claims, self.settings.leeway) else {
            return Reading::Refused;
        };
        if token.mode() == Mode::Test && self.settings.test_credential.is_none() {
            return Reading::Refused;
        }
        self.judge(key, token)
    }

    /// Lets a JWT in if all that may have ended it would have been told, and nothing was.
    fn judge(&self, key: Key, token: Token) -> Reading {
        let now = Instant::now();
        let end = self.end_of(&token, now);
        // Under the lock: an event either came before, and is in the history, or comes after, and finds the entry.
        let journal = lock(&self.journal);
        let cleared = || token.can_be_followed() && lock(&self.history).clears(&token);
        if !self.is_trusted(now) || (self.server.has_feed() && !cleared()) {
            return Reading::Ask;
        }
        self.works.insert(key, token.clone(), end, now);
        drop(journal);
        Reading::Works(token)
    }

    /// Keeps the answer to a question asked at `now`, unless an event has overtaken it or none could.
    fn keep(&self, key: Key, token: &Token, mark: Option<Mark>, now: Instant) {
        let Some(mark) = mark.filter(|_| token.can_be_followed()) else {
            return;
        };
        let end = self.end_of(token, now);
        // Under the lock: an event either came before, and is in the journal, or comes after, and finds the entry.
        let journal = lock(&self.journal);
        if journal.stands(mark, token) {
            self.works.insert(key, token.clone(), end, now);
        }
    }

    /// When an answer to a question asked at `now` is to be forgotten: never after the token's own end.
    fn end_of(&self, token: &Token, now: Instant) -> Instant {
        let left = Duration::from_secs(token.expires_at()).saturating_sub(clock::since_1970());
        now + left.min(self.settings.keep)
    }

    /// Takes in what the feed told in answer to a question sent at `sent`.
    pub(crate) fn told(&self, ended: Option<Ended>, sent: Instant) {
        let now = clock::since_1970().as_secs();
        let mut journal = lock(&self.journal);
        let mut history = lock(&self.history);
        journal.follow();
        history.follow(now);
        match ended {
            None => {
                journal.reset();
                history.reset(now);
                self.works.clear();
            }
            Some(ended) if ended.is_empty() => {}
            Some(ended) => {
                self.works.remove_if(|token| ended.concerns(token));
                history.write(&ended, now);
                journal.write(ended, Instant::now());
            }
        }
        drop((journal, history));
        // Counted from the question: however long its answer travelled, it is of a later moment.
        self.freshness.extend(sent + self.settings.freshness);
        lock(&self.faults).feed = None;
    }

    /// The feed does not answer: nothing kept is trusted.
    pub(crate) fn lost(&self, fault: Fault) {
        self.freshness.end();
        lock(&self.faults).feed = Some(fault);
    }
}

/// Whether a token says that it is of the test side, where another credential asks. The answer tells whether it is.
fn is_test(text: &str) -> bool {
    let mode = || {
        let read = Unverified::parse(text).ok()?;
        let claims = Claims::parse(read.payload()).ok()?;
        Some(claims.other.get("mode")?.as_str()? == "test")
    };
    text.starts_with(TEST_MARK) || mode().unwrap_or(false)
}

/// The key under which a token's answer is kept.
pub(crate) fn key(text: &str) -> Key {
    *Digest::of(text.as_bytes()).as_bytes()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
