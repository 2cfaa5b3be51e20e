//! Tokens that are bound to keys (RFC 9449 §7): who sends one proves with each request to hold its key.
use crate::clock;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::token::Token;
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Uri};
use jose::Digest;
use jose::keyed::Key;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use wire::bearer::Scheme;
use wire::dpop::{Expected, Nonces, Proof, ProofFault, Target, Thumbprint};

/// The header with a proof (§4.1).
const PROOF: HeaderName = HeaderName::from_static("dpop");
/// How long a proof that was used is remembered at least: longer than any works.
const REMEMBERED: Duration = Duration::from_secs(360);

/// What a token is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Nothing: who has it may use it.
    Free,
    /// A key.
    Key(Thumbprint),
    /// Something that cannot be proved here, so nobody may use it.
    Other,
}

/// What a request says beside its token.
#[derive(Debug)]
pub(crate) struct Said {
    text: String,
    proof: Result<String, ProofFault>,
    method: Method,
    path: String,
}

impl Said {
    /// Of a request with this token, in this scheme; `None` where a bearer token comes, which needs nothing else.
    pub(crate) fn of(
        (scheme, text): (Scheme, &str),
        headers: &HeaderMap,
        (method, below, uri): (&Method, &str, &Uri),
    ) -> Option<Box<Self>> {
        if scheme == Scheme::Bearer {
            return None;
        }
        let mut values = headers.get_all(PROOF).iter();
        let proof = match (values.next(), values.next()) {
            (None, _) => Err(ProofFault::Missing),
            (Some(value), None) => value.to_str().map_err(|_| ProofFault::Several),
            (Some(_), Some(_)) => Err(ProofFault::Several),
        };
        Some(Box::new(Said {
            text: text.to_owned(),
            proof: proof.map(str::to_owned),
            method: method.clone(),
            path: format!("{below}{}", uri.path()),
        }))
    }
}

/// Judges proofs, and remembers those that were used: in this process alone.
pub(crate) struct Proofs {
    key: Option<Key>,
    used: Mutex<Used>,
}

/// Two generations: one that is filled, and the one before. What is older works no more by itself.
struct Used {
    now: HashSet<[u8; 32]>,
    before: HashSet<[u8; 32]>,
    since: Instant,
}

impl Proofs {
    pub(crate) fn new(settings: &Settings, now: Instant) -> Self {
        let used = Used {
            now: HashSet::new(),
            before: HashSet::new(),
            since: now,
        };
        Proofs {
            key: settings.dpop_nonces.as_ref().map(|key| Key::new(key)),
            used: Mutex::new(used),
        }
    }

    /// The nonce for the next proof, if proofs need one.
    pub(crate) fn nonce(&self) -> Option<String> {
        let now = clock::since_1970().as_secs().cast_signed();
        self.key.as_ref().map(|key| Nonces::new(key).given_at(now))
    }

    /// Whether whoever sends a token that works may use it. A bound token that comes without a proof is not taken, also
    /// where it comes as a bearer token (§7.2).
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn check(
        &self,
        settings: &Settings,
        said: Option<&Said>,
        binding: Binding,
    ) -> Result<(), Refusal> {
        let (said, key) = match (said, binding) {
            (None, Binding::Free) => return Ok(()),
            (None, Binding::Key(_) | Binding::Other) => return Err(Refusal::Bound),
            (Some(_), Binding::Free) => return Err(Refusal::Unbound),
            (Some(_), Binding::Other) => return Err(Refusal::OtherKey),
            (Some(said), Binding::Key(key)) => (said, key),
        };
        let url = settings.url.as_deref().ok_or(Refusal::Bound)?;
        let proof = self.read(said, url).map_err(Refusal::Proof)?;
        if proof.key != key {
            return Err(Refusal::OtherKey);
        }
        self.use_up(&proof.name, settings.max_proofs, Instant::now())
    }

    fn read(&self, said: &Said, url: &str) -> Result<Proof, ProofFault> {
        let text = said.proof.as_deref().map_err(|fault| *fault)?;
        let target = Target::new(url, &said.path).ok_or(ProofFault::Uri)?;
        let nonces = self.key.as_ref().map(Nonces::new);
        let expected = Expected {
            method: said.method.as_str(),
            targets: std::slice::from_ref(&target),
            token: Some(&said.text),
            nonces: nonces.as_ref(),
        };
        let now = clock::since_1970().as_secs().cast_signed();
        Proof::read(text, &expected, now)
    }

    /// Remembers a proof. Where there is no room to, it is not taken: it could come again.
    fn use_up(&self, name: &Digest, most: usize, now: Instant) -> Result<(), Refusal> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(used.since) >= REMEMBERED {
            used.before = std::mem::take(&mut used.now);
            used.since = now;
        }
        if used.before.contains(name.as_bytes()) {
            return Err(Refusal::Proof(ProofFault::Replayed));
        }
        if used.now.len() >= most && !used.now.contains(name.as_bytes()) {
            return Err(Refusal::Unavailable);
        }
        match used.now.insert(*name.as_bytes()) {
            true => Ok(()),
            false => Err(Refusal::Proof(ProofFault::Replayed)),
        }
    }
}

impl Token {
    /// Whether whoever sends it may use it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn is_held(
        &self,
        proofs: &Proofs,
        settings: &Settings,
        said: Option<&Said>,
    ) -> Result<(), Refusal> {
        proofs.check(settings, said, self.binding())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proofs(begin: Instant) -> Proofs {
        Proofs::new(&Settings::new("https://a.example", "api", "secret"), begin)
    }

    #[test]
    fn a_proof_is_remembered_longer_than_any_works() {
        let begin = Instant::now();
        let proofs = proofs(begin);
        let one = Digest::of(b"one");
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert!(proofs.use_up(&one, 10, at(359)).is_ok());
        for seconds in [359, 360, 719] {
            let again = proofs.use_up(&one, 10, at(seconds));
            assert_eq!(
                again,
                Err(Refusal::Proof(ProofFault::Replayed)),
                "{seconds}"
            );
        }
        assert!(proofs.use_up(&one, 10, at(720)).is_ok(), "and not for ever");
    }

    #[test]
    fn where_there_is_no_room_no_proof_is_taken() {
        let begin = Instant::now();
        let proofs = proofs(begin);
        let name = |number: u8| Digest::of(&[number]);
        for number in 0..2 {
            assert!(proofs.use_up(&name(number), 2, begin).is_ok());
        }
        assert_eq!(proofs.use_up(&name(2), 2, begin), Err(Refusal::Unavailable));
        let again = proofs.use_up(&name(0), 2, begin);
        assert_eq!(again, Err(Refusal::Proof(ProofFault::Replayed)));
        let later = begin + REMEMBERED;
        assert!(proofs.use_up(&name(2), 2, later).is_ok());
    }
}
