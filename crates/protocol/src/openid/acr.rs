//! What a sign-in is worth (`acr`): what an app asks for, and what it is told.
use super::OpenIdPolicy;
use crate::accounts::second_factor::is_multi_factor;
use crate::params::Params;
use crate::policy::Policy;

/// What an app wants a sign-in to be worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AcrWish {
    /// Whatever it is, which is told as it is.
    #[default]
    Any,
    /// What a password is worth, and nothing else: a better one will do, and is told as that.
    Password,
    /// What a second factor is worth.
    SecondFactor,
}

impl AcrWish {
    /// Reads it: of an essential claim, or else of `acr_values`, which are necessary too ("the authorization server SHOULD
    /// consider the requested acr value as necessary for successfully fulfilling the request", RFC 9470 §5). Values that
    /// nobody here knows are passed over, and any will do where both of ours are named.
    pub(crate) fn of(params: &Params, essential: Option<&[String]>, policy: &Policy) -> Self {
        let Some(openid) = policy.openid.as_deref() else {
            return AcrWish::Any;
        };
        let Some(second) = openid.second_factor_acr.as_deref() else {
            return AcrWish::Any;
        };
        let names = |own: Option<&str>| match (own, essential) {
            (None, _) => false,
            (Some(own), Some(values)) => values.iter().any(|value| value == own),
            (Some(own), None) => {
                let values = params.get("acr_values").unwrap_or_default();
                values.split(' ').any(|value| value == own)
            }
        };
        match (names(Some(second)), names(openid.acr.as_deref())) {
            (true, false) => AcrWish::SecondFactor,
            (false, true) => AcrWish::Password,
            (true, true) | (false, false) => AcrWish::Any,
        }
    }
}

impl OpenIdPolicy {
    /// What a sign-in by these methods is worth; `told`: what an app is told in its place, because it asked for that.
    pub fn acr_of<'a>(&'a self, methods: Option<&str>, told: Option<&'a str>) -> Option<&'a str> {
        let second = self.second_factor_acr.as_deref();
        let second = second.filter(|_| is_multi_factor(methods));
        told.or(second).or(self.acr.as_deref())
    }
}
