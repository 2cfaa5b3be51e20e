//! An app's own request log: what its requests were told, so that its developers find out by themselves what is wrong.
//! It holds no secret, no code, no token and nothing that a request brought but its app; and no address of people.
use crate::advice::Advice;
use crate::authorize::{AuthorizationError, ShownError};
use crate::client_auth::ClientFault;
use crate::policy::Policy;
use crate::token::{GrantFault, TokenError, client_error};
use crate::token_info::BearerError;
use crate::types::{ClientRowId, Lifetime, Locator, Side};
use std::fmt;
use std::net::IpAddr;

/// How long what was logged is kept.
pub const KEPT: Lifetime = Lifetime::from_days(28);
/// The most refused requests that are kept of an app and an hour.
pub const REFUSED_PER_HOUR: u32 = 1_000;
/// Of these, the most of which nobody knows whether they came from the app: somebody who sends many hides no others.
pub const UNPROVED_PER_HOUR: u32 = 500;
/// How many of the requests that went well are kept of an app; all are counted.
pub const GRANTED_KEPT: usize = 100;

/// An endpoint whose requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint.
    Token,
    /// The device authorization endpoint.
    Device,
    /// The revocation endpoint.
    Revoke,
    /// The introspection endpoint.
    Introspect,
    /// Token info.
    TokenInfo,
    /// Userinfo.
    UserInfo,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Endpoint; 7] = [
        Endpoint::Authorize,
        Endpoint::Token,
        Endpoint::Device,
        Endpoint::Revoke,
        Endpoint::Introspect,
        Endpoint::TokenInfo,
        Endpoint::UserInfo,
    ];

    /// As the configuration names its paths.
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::Authorize => "authorize",
            Endpoint::Token => "token",
            Endpoint::Device => "device",
            Endpoint::Revoke => "revoke",
            Endpoint::Introspect => "introspect",
            Endpoint::TokenInfo => "token_info",
            Endpoint::UserInfo => "userinfo",
        }
    }

    /// The endpoint of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// The id that a request's answer named: 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// The id of a number.
    pub fn of(number: u64) -> Self {
        let digit = |place: usize| b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15];
        RequestId(std::array::from_fn(digit))
    }

    /// Reads an id as an answer named it.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 16] = text.as_bytes().try_into().ok()?;
        let is_digit = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        digits.iter().all(is_digit).then_some(RequestId(digits))
    }

    /// The digits, as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One request of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// Its place in time.
    pub id: Locator,
    /// The id that its answer named.
    pub request_id: RequestId,
    /// What was asked.
    pub endpoint: Endpoint,
    /// The status that was answered.
    pub status: u16,
    /// The side of the app.
    pub side: Side,
    /// Where the app's server is; none where a person's device may have asked.
    pub address: Option<IpAddr>,
    /// Why it was refused; none of one that went well.
    pub refusal: Option<Refusal>,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error code that was answered.
    pub code: String,
    /// The cause in words of ours. It tells more than the answer did.
    pub cause: String,
}

/// How many requests of one hour and endpoint there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestCount {
    /// Hours since 1970.
    pub hour: i64,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Those that went well.
    pub granted: u32,
    /// Those that were refused, also those that are not kept.
    pub refused: u32,
}

/// What one server noted of one app since it wrote the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBatch {
    /// The app.
    pub client: ClientRowId,
    /// How many there were.
    pub counts: Vec<RequestCount>,
    /// The last of those that went well, oldest first.
    pub granted: Vec<LoggedRequest>,
    /// Those that were refused, oldest first.
    pub refused: Vec<LoggedRequest>,
    /// The most refused requests that are kept of the app.
    pub most: u32,
}

impl RequestBatch {
    /// The hours of its refused requests, each once.
    pub fn hours(&self) -> Vec<i64> {
        let mut hours: Vec<i64> = self.refused.iter().map(|one| hour_of(one.id)).collect();
        hours.sort_unstable();
        hours.dedup();
        hours
    }
}

/// The hour of an id, since 1970.
pub fn hour_of(id: Locator) -> i64 {
    id.time().0 / 3_600
}

impl LoggedRequest {
    /// One that went well as a line of text, which many are stored as.
    pub fn to_line(&self) -> String {
        let address = self.address.map_or_else(String::new, |own| own.to_string());
        format!(
            "{} {} {} {} {} {address}",
            self.id.0,
            self.request_id,
            self.endpoint.name(),
            self.status,
            self.side.as_str()
        )
    }

    /// Reads such a line.
    pub fn from_line(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let mut next = || parts.next();
        Some(LoggedRequest {
            id: Locator(next()?.parse().ok()?),
            request_id: RequestId::parse(next()?)?,
            endpoint: Endpoint::parse(next()?)?,
            status: next()?.parse().ok()?,
            side: match next()? {
                "test" => Side::Test,
                _ => Side::Live,
            },
            address: next()?.parse().ok(),
            refusal: None,
        })
    }
}

impl Refusal {
    /// What the cause of an error says, which begins with the code.
    pub fn of_cause(code: &str, cause: &str) -> Self {
        let words = cause.split_once(": ").map_or(cause, |(_, words)| words);
        Refusal {
            code: code.to_owned(),
            cause: words.to_owned(),
        }
    }

    /// What leads to it and what to do, where that is known: by the cause, or else by a code that has one cause alone.
    pub fn advice(&self, endpoint: Endpoint, policy: &Policy) -> Option<Advice> {
        let known = known(endpoint, policy);
        let own = (self.code.as_str(), without_name(&self.cause));
        let by_cause = known.iter().find(|(code, cause, _)| {
            let words = cause.split_once(": ").map_or(&**cause, |(_, words)| words);
            (code.as_str(), without_name(words)) == own
        });
        if let Some((_, _, advice)) = by_cause {
            return Some(*advice);
        }
        let mut by_code = known.iter().filter(|(code, ..)| *code == self.code);
        match (by_code.next(), by_code.next()) {
            (Some((_, _, advice)), None) => Some(*advice),
            _ => None,
        }
    }
}

/// What is said of any parameter, without its name.
fn without_name(cause: &str) -> &str {
    let of_any = [" stands more than once", " is missing"];
    let found = of_any.into_iter().find(|words| cause.ends_with(words));
    found.unwrap_or(cause)
}

/// Every error that an endpoint can answer: its code, its cause and the advice.
fn known(endpoint: Endpoint, policy: &Policy) -> Vec<(String, String, Advice)> {
    let aliases = &policy.errors;
    match endpoint {
        Endpoint::Authorize => {
            let sent = AuthorizationError::occurring(policy).into_iter();
            let sent = sent.map(|one| (one.code().to_owned(), one.cause(), one.advice()));
            let shown = ShownError::occurring().into_iter().map(|one| {
                let code = one.code(policy).to_owned();
                (code, one.cause(policy), one.advice())
            });
            sent.chain(shown).collect()
        }
        Endpoint::Token | Endpoint::Device | Endpoint::Revoke | Endpoint::Introspect => {
            // What is told apart in the log, and nowhere else.
            let inner = [
                GrantFault::Digest.into(),
                GrantFault::OtherSide.into(),
                client_error(ClientFault::OtherSide, false),
            ];
            let all = TokenError::occurring(policy).into_iter().chain(inner);
            all.map(|one| (one.code(aliases).to_owned(), one.cause(), one.advice()))
                .collect()
        }
        Endpoint::TokenInfo | Endpoint::UserInfo => {
            // Userinfo alone asks for a scope.
            let scope = (endpoint == Endpoint::UserInfo).then_some(BearerError::UserInfo);
            BearerError::EVERYWHERE
                .into_iter()
                .chain(scope)
                .map(|one| {
                    let code = one.code(aliases).to_owned();
                    (code, one.description().to_owned(), one.advice())
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize;
    use crate::token::{RequestFault, ScopeRefusal};
    use proptest::prelude::*;

    #[test]
    fn every_refusal_has_its_advice() {
        let policy = Policy::for_tests();
        let aliases = &policy.errors;
        for error in [
            TokenError::from(GrantFault::VerifierMismatch),
            GrantFault::Digest.into(),
            GrantFault::OtherSide.into(),
            client_error(ClientFault::OtherSide, true),
            client_error(ClientFault::Secret, true),
            RequestFault::Missing("code").into(),
            RequestFault::Repeated("code".to_owned()).into(),
            TokenError::UnsupportedGrantType,
            ScopeRefusal::Unknown("x".to_owned()).into(),
        ] {
            let refusal = Refusal::of_cause(error.code(aliases), &error.cause());
            let found = refusal.advice(Endpoint::Token, &policy);
            assert_eq!(found, Some(error.advice()), "{refusal:?}");
        }
        let fault = authorize::RequestFault::ChallengeRequired;
        let error = AuthorizationError::from(fault);
        let refusal = Refusal::of_cause(error.code(), &error.cause());
        let found = refusal.advice(Endpoint::Authorize, &policy);
        assert_eq!(found, Some(error.advice()));
        let gone = Refusal::of_cause("invalid_grant", "what an earlier release said");
        assert_eq!(gone.advice(Endpoint::Token, &policy), None);
    }

    proptest! {
        #[test]
        fn a_line_says_all_of_a_request(id in 0..i64::MAX, nth in 0_usize..6, test: bool, address: Option<IpAddr>) {
            let request = LoggedRequest {
                id: Locator(id),
                request_id: RequestId::parse("0123456789abcdef").unwrap(),
                endpoint: Endpoint::ALL[nth],
                status: 200,
                side: if test { Side::Test } else { Side::Live },
                address,
                refusal: None,
            };
            prop_assert_eq!(LoggedRequest::from_line(&request.to_line()), Some(request));
        }

        #[test]
        fn anything_else_is_no_line(text: String) {
            prop_assert!(LoggedRequest::from_line(&text).is_none_or(|read| read.refusal.is_none()));
        }
    }
}
