//! Other providers at which people sign in: what they publish, kept for a while, and what is asked of them. All of it goes by the
//! guarded way out.
use super::client_keys::{ClientKeySets, Network};
use axum::http::header::{AGE, CACHE_CONTROL, DATE};
use config::{Config, Upstream};
use jose::keyed::Key;
use jose::{KeySet, SigningAlgorithm, SigningKey};
use outbound::{Fetched, Outbound, Queue, Wanted};
use protocol::types::UnixTime;
use protocol::upstream::{
    ClientProof, Departure, IdTokenFault, LONGEST_METADATA, LONGEST_TOKENS, Metadata, Profile,
    Proved, Provider, Tokens, proved_address, token_call, verify,
};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use wire::cache_control::max_age;

/// How long a document is kept whose answer says nothing, and the bounds of what an answer may say.
const USUAL: Duration = Duration::from_secs(3_600);
const LEAST: Duration = Duration::from_secs(300);
const MOST: Duration = Duration::from_secs(24 * 3_600);
/// How long nothing is fetched after a fetch that brought nothing.
const PAUSE: Duration = Duration::from_secs(5);
/// How long the document, and what the provider says of a person, may take.
const WITHIN: Duration = Duration::from_secs(5);
/// How long the tokens may take.
const TOKENS_WITHIN: Duration = Duration::from_secs(10);
/// The most bytes that are read of what it says of a person.
const MOST_BYTES: usize = 64 * 1_024;

/// Why a provider says nothing that counts.
#[derive(Debug)]
pub(crate) enum CallFault {
    /// It cannot be reached, or is too slow.
    Away(String),
    /// What it says is not taken.
    Wrong(String),
    /// It does not say that the person signed in anew.
    NotAnew(String),
}

/// A provider, what we prove ourselves by there, and what was read of it.
pub(crate) struct UpstreamProvider {
    pub(crate) own: Upstream,
    key: Option<SigningKey>,
    read: Mutex<Document>,
}

/// Whoever fetches it holds its lock, so that all others wait for what comes of it.
#[derive(Default)]
struct Document {
    metadata: Option<Arc<Metadata>>,
    /// When it was read, and until when it is not read again.
    read: Option<(Instant, Instant)>,
    failed: Option<Instant>,
}

/// All providers, with their keys.
///
/// # Errors
/// One sentence.
pub(crate) fn load(config: &Config) -> Result<Vec<UpstreamProvider>, String> {
    let all = config.upstream.iter().map(|own| {
        let key = own.key_file.as_deref().map(signing_key).transpose()?;
        Ok(UpstreamProvider {
            own: own.clone(),
            key,
            read: Mutex::default(),
        })
    });
    all.collect()
}

/// The key of a file, of any kind that we sign with.
fn signing_key(file: &Path) -> Result<SigningKey, String> {
    let about = |what: &str| format!("login.upstream: key_file: {} {what}", file.display());
    let text = std::fs::read_to_string(file)
        .map_err(|error| about(&format!("cannot be read: {error}")))?;
    let kinds = SigningAlgorithm::ALL.into_iter();
    let key = kinds
        .filter_map(|kind| SigningKey::from_pem(kind, &text).ok())
        .next();
    key.ok_or_else(|| {
        about("is no private key that can sign here: write one of EC P-256, Ed25519 or RSA (2048 bits or more), PKCS #8 in PEM")
    })
}

/// The way out, and the keys that were fetched by it.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(crate) outbound: &'a Outbound,
    pub(crate) keys: &'a ClientKeySets,
    /// Whether this issuer is on loopback, so that providers on it may be spoken to without TLS.
    pub(crate) plain: bool,
}

impl UpstreamProvider {
    /// What rules know of it.
    pub(crate) fn provider(&self) -> &Provider {
        &self.own.provider
    }

    /// Where its endpoints are.
    ///
    /// # Errors
    /// [`CallFault`].
    pub(crate) async fn metadata(&self, way: Way<'_>) -> Result<Arc<Metadata>, CallFault> {
        if let Some(own) = self.provider().own_metadata() {
            return Ok(Arc::new(own));
        }
        let (mut document, now) = (self.read.lock().await, Instant::now());
        if document.read.is_none_or(|(_, until)| now >= until) {
            let paused = document.failed.is_some_and(|at| now < at + PAUSE);
            let fetched = match paused {
                true => Err(CallFault::Away("it did not answer a moment ago".to_owned())),
                false => self.fetch(way).await,
            };
            match fetched {
                Ok((metadata, kept)) => {
                    document.metadata = Some(Arc::new(metadata));
                    document.read = Some((now, now + kept));
                    document.failed = None;
                }
                Err(fault) => {
                    if !paused {
                        document.failed = Some(Instant::now());
                    }
                    // One that is away for a moment keeps nobody out.
                    let stands = document.read.is_some_and(|(read, _)| now < read + MOST);
                    return document.metadata.clone().filter(|_| stands).ok_or(fault);
                }
            }
        }
        let metadata = document.metadata.clone();
        metadata.ok_or_else(|| CallFault::Away("there is no document".to_owned()))
    }

    /// What time it is there, as the `Date` of what it publishes says, if no cache kept that for a while.
    pub(crate) async fn date(&self, way: Way<'_>) -> Option<String> {
        if self.provider().own_metadata().is_some() {
            return None;
        }
        let answer = self.published(way).await.ok()?;
        let date = answer.headers.get(DATE)?.to_str().ok()?;
        if answer.headers.contains_key(AGE) {
            return None;
        }
        Some(date.to_owned())
    }

    async fn published(&self, way: Way<'_>) -> Result<Fetched, CallFault> {
        let wanted = Wanted {
            accept: "application/json",
            most_bytes: LONGEST_METADATA,
            within: WITHIN,
        };
        let place = Metadata::place(self.provider().source());
        way.outbound.fetch(&place, &wanted).await.map_err(away)
    }

    async fn fetch(&self, way: Way<'_>) -> Result<(Metadata, Duration), CallFault> {
        let issuer = self.provider().source();
        let answer = self.published(way).await?;
        if answer.status != 200 {
            let what = format!("its metadata are answered with {}", answer.status);
            return Err(CallFault::Away(what));
        }
        let lines = answer.headers.get_all(CACHE_CONTROL).iter();
        let kept = max_age(lines.filter_map(|line| line.to_str().ok()));
        let metadata = Metadata::parse(&answer.body, issuer, way.plain);
        let metadata = metadata.map_err(|fault| CallFault::Wrong(fault.cause()))?;
        Ok((metadata, kept.unwrap_or(USUAL).clamp(LEAST, MOST)))
    }

    /// Redeems a code.
    ///
    /// # Errors
    /// [`CallFault`].
    pub(crate) async fn redeem(
        &self,
        way: Way<'_>,
        metadata: &Metadata,
        call: (&str, &str, &str),
        now: (UnixTime, String),
    ) -> Result<Tokens, CallFault> {
        let secret = self.own.secret.as_ref().map(|secret| secret.0.as_str());
        let proof = match (&self.key, secret) {
            (Some(key), _) => ClientProof::Key(key),
            (None, secret) => ClientProof::Secret(secret.unwrap_or_default()),
        };
        let sent = token_call(self.provider(), metadata, call, proof, now);
        let wanted = Wanted {
            accept: "application/json",
            most_bytes: LONGEST_TOKENS,
            within: TOKENS_WITHIN,
        };
        let credential = (sent.authorization.as_deref(), Some(sent.form));
        let asking = way.outbound.ask_as(&metadata.token, credential, &wanted);
        let answer = asking.await.map_err(away)?;
        if answer.status >= 500 {
            let what = format!("its token endpoint answers with {}", answer.status);
            return Err(CallFault::Away(what));
        }
        let tokens = Tokens::parse(answer.status, &answer.body, self.provider().is_openid());
        tokens.map_err(|fault| CallFault::Wrong(fault.cause()))
    }

    /// What an ID token proves. Keys that are not known yet are fetched, once a minute at most: they may have been changed while
    /// the person was there.
    ///
    /// # Errors
    /// [`CallFault`].
    pub(crate) async fn verified(
        &self,
        way: Way<'_>,
        metadata: &Metadata,
        tokens: &Tokens,
        departure: (&Departure, &Key),
        now: UnixTime,
    ) -> Result<Proved, CallFault> {
        let (Some(text), Some(uri)) = (&tokens.id, &metadata.jwks) else {
            return Err(CallFault::Wrong("there is no ID token".to_owned()));
        };
        let network = Network {
            outbound: way.outbound,
            queue: Queue::Own,
        };
        let of = (self.provider(), metadata);
        let judge = |keys: &KeySet| verify(text, &tokens.access, of, departure, (keys, now));
        let keys = way.keys.of(uri, &network, Instant::now()).await;
        let keys = keys.ok_or_else(|| CallFault::Away("its keys cannot be had".to_owned()))?;
        let judged = match judge(&keys) {
            Err(fault) if fault.may_be_rotation() => {
                match way.keys.newer(uri, &keys, &network, Instant::now()).await {
                    Some(newer) => judge(&newer),
                    None => Err(fault),
                }
            }
            judged => judged,
        };
        judged.map_err(|fault| match fault {
            IdTokenFault::NoTime | IdTokenFault::NotAnew => CallFault::NotAnew(fault.cause()),
            fault => CallFault::Wrong(fault.cause()),
        })
    }

    /// What it says of whom an ID token proves.
    ///
    /// # Errors
    /// [`CallFault`].
    pub(crate) async fn profile(
        &self,
        way: Way<'_>,
        metadata: &Metadata,
        (tokens, proved): (&Tokens, &Proved),
    ) -> Result<Profile, CallFault> {
        let (provider, own) = (self.provider(), &proved.claims.other);
        let place = metadata.user.as_deref();
        let place = place.filter(|_| Profile::is_wanting(provider, own));
        let Some(place) = place else {
            return Ok(Profile::of_claims(provider, &proved.sub, &[own]));
        };
        let body = self.ask(way, place, &tokens.access).await?;
        let said = Profile::userinfo(&body, &proved.sub);
        let said = said.map_err(|fault| CallFault::Wrong(fault.cause()))?;
        Ok(Profile::of_claims(provider, &proved.sub, &[own, &said]))
    }

    /// Who holds a token of a plain provider.
    ///
    /// # Errors
    /// [`CallFault`].
    pub(crate) async fn holder(
        &self,
        way: Way<'_>,
        metadata: &Metadata,
        tokens: &Tokens,
    ) -> Result<Profile, CallFault> {
        let place = metadata.user.as_deref().unwrap_or_default();
        let body = self.ask(way, place, &tokens.access).await?;
        let wrong = |fault: protocol::upstream::ProfileFault| CallFault::Wrong(fault.cause());
        let profile = Profile::of_user(self.provider(), &body).map_err(wrong)?;
        let protocol::upstream::Kind::OAuth(endpoints) = &self.provider().kind else {
            return Ok(profile);
        };
        match &endpoints.emails {
            None => Ok(profile),
            Some(place) => {
                let body = self.ask(way, place, &tokens.access).await?;
                Ok(profile.with_address(proved_address(&body).map_err(wrong)?))
            }
        }
    }

    async fn ask(&self, way: Way<'_>, place: &str, token: &str) -> Result<Vec<u8>, CallFault> {
        let wanted = Wanted {
            accept: "application/json",
            most_bytes: MOST_BYTES,
            within: WITHIN,
        };
        let shown = format!("Bearer {token}");
        let asking = way.outbound.ask_as(place, (Some(&shown), None), &wanted);
        let answer = asking.await.map_err(away)?;
        match answer.status {
            200 => Ok(answer.body.to_vec()),
            status if status >= 500 => {
                let what = format!("what it says of the person is answered with {status}");
                Err(CallFault::Away(what))
            }
            status => {
                let what = format!("what it says of the person is answered with {status}");
                Err(CallFault::Wrong(what))
            }
        }
    }
}

/// The log has the host already.
fn away(error: outbound::FetchError) -> CallFault {
    use outbound::FetchError::{Encoded, Large, Redirect};
    match &error {
        Redirect(_) | Large(_) | Encoded => CallFault::Wrong(error.to_string()),
        _ => CallFault::Away(error.to_string()),
    }
}
