//! Why a fetch brought nothing.
use crate::place::UrlFault;
use crate::rules::Refusal;
use crate::trust::TrustFault;
use std::time::Duration;

/// Why a fetch brought nothing, for operators and for the log. What the stranger who named the URL is told is
/// [`FetchError::to_strangers`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {
    /// The URL is not one that is fetched.
    #[error(transparent)]
    Url(#[from] UrlFault),
    /// Nothing is connected to.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The name could not be resolved.
    #[error("the host has no address: {0}")]
    Unresolved(String),
    /// No address answered.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// TLS could not be spoken, or the certificate is none of the host's, or of an authority that nobody trusts.
    #[error("no TLS: {0}")]
    Tls(String),
    /// Whoever answered does not speak HTTP/1.1 as it should, or its headers are too large.
    #[error("no answer in HTTP: {0}")]
    Http(String),
    /// A redirect, which is not followed.
    #[error("the answer is a redirect ({0}), and none is followed")]
    Redirect(u16),
    /// The answer is compressed, though that was not asked for.
    #[error("the answer is compressed, which was not asked for")]
    Encoded,
    /// The answer is longer than was wanted.
    #[error("the answer is longer than {0} bytes")]
    Large(usize),
    /// It took too long, from the first to the last byte.
    #[error("it took longer than {} ms", .0.as_millis())]
    Late(Duration),
    /// No authority is trusted.
    #[error(transparent)]
    Trust(#[from] TrustFault),
}

/// How fetches end, as they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was an answer, whatever its status.
    Answered,
    /// The URL or an address was refused before anything was connected to.
    Refused,
    /// Nobody answered, or not in a way that is understood.
    Failed,
    /// The answer was a redirect, too long, or compressed.
    Unwanted,
    /// It took too long.
    Late,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 5] = [
        Outcome::Answered,
        Outcome::Refused,
        Outcome::Failed,
        Outcome::Unwanted,
        Outcome::Late,
    ];

    /// As metrics and the log name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
            Outcome::Unwanted => "unwanted",
            Outcome::Late => "late",
        }
    }
}

impl FetchError {
    /// How it is counted.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            FetchError::Url(_) | FetchError::Refused(_) => Outcome::Refused,
            FetchError::Unresolved(_)
            | FetchError::Unreachable(_)
            | FetchError::Tls(_)
            | FetchError::Http(_)
            | FetchError::Trust(_) => Outcome::Failed,
            FetchError::Redirect(_) | FetchError::Encoded | FetchError::Large(_) => {
                Outcome::Unwanted
            }
            FetchError::Late(_) => Outcome::Late,
        }
    }

    /// What whoever named the URL may be told. What this machine can reach, and how it resolves names, is none of it:
    /// whether an address is private, closed, silent or speaks something else reads the same.
    #[must_use]
    pub fn to_strangers(&self) -> String {
        match self {
            FetchError::Url(fault) => fault.to_string(),
            FetchError::Refused(Refusal::Plain) => Refusal::Plain.to_string(),
            FetchError::Redirect(_) => {
                "it answers with a redirect, and none is followed".to_owned()
            }
            FetchError::Encoded | FetchError::Large(_) => self.to_string(),
            FetchError::Refused(
                Refusal::Address { .. } | Refusal::NoAddress | Refusal::ManyAddresses,
            )
            | FetchError::Unresolved(_)
            | FetchError::Unreachable(_)
            | FetchError::Tls(_)
            | FetchError::Http(_)
            | FetchError::Late(_)
            | FetchError::Trust(_) => "it could not be fetched from the internet".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::SpecialUse;

    #[test]
    fn a_stranger_cannot_tell_what_is_behind_an_address() {
        let address = "10.0.0.1".parse().unwrap();
        let special = SpecialUse::Private;
        let errors = [
            FetchError::Refused(Refusal::Address { address, special }),
            FetchError::Refused(Refusal::NoAddress),
            FetchError::Unresolved("NXDOMAIN".to_owned()),
            FetchError::Unreachable("connection refused".to_owned()),
            FetchError::Tls("handshake".to_owned()),
            FetchError::Http("no status line".to_owned()),
            FetchError::Late(Duration::from_secs(1)),
        ];
        let told: Vec<String> = errors.iter().map(FetchError::to_strangers).collect();
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    }
}
