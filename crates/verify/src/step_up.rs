//! What a route asks of how its person signed in (RFC 9470).
use crate::clock;
use crate::token::Token;
use std::time::Duration;

/// How recently, and in which way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StepUp {
    pub(crate) max_age: Option<Duration>,
    /// One of them; none: any.
    pub(crate) acr: Vec<String>,
}

impl StepUp {
    /// Whether the token's person signed in so. Where nobody did, or the provider does not say when, they did not.
    pub(crate) fn is_met(&self, token: &Token) -> bool {
        let young = |age: Duration| {
            let signed_in = token.auth_time().map(Duration::from_secs);
            signed_in.is_some_and(|at| clock::since_1970().saturating_sub(at) <= age)
        };
        let known = |acr: &str| self.acr.iter().any(|own| own == acr);
        self.max_age.is_none_or(young) && (self.acr.is_empty() || token.acr().is_some_and(known))
    }

    /// The ways in `values`.
    ///
    /// # Panics
    /// When one has a character that no challenge can hold, which is a mistake in the source of an API.
    pub(crate) fn ways(values: &str) -> Vec<String> {
        let plain = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let way = |way: &str| {
            assert!(way.bytes().all(plain), "{way:?} cannot stand in acr_values");
            way.to_owned()
        };
        values.split_whitespace().map(way).collect()
    }
}
