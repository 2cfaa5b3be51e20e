//! What the log says of a refused request: its error code, and the cause in words. That is more than the other side may
//! know, and nothing in it is text that a request brought.
use crate::authorize::{AuthorizationError, ShownError};
use crate::client_auth::{AssertionFault, ClientFault};
use crate::policy::{ErrorAliases, Policy};
use crate::token::{GrantFault, ScopeRefusal, TokenError};

impl TokenError {
    /// The registered code, and the cause in words.
    pub fn cause(&self) -> String {
        let cause = match self {
            TokenError::InvalidClient { fault, .. } => fault.cause().to_owned(),
            TokenError::InvalidGrant(fault) => fault.cause().to_owned(),
            TokenError::InvalidScope(refusal) => refusal.cause(),
            TokenError::InvalidRequest(_)
            | TokenError::InvalidTarget(_)
            | TokenError::Proof(_)
            | TokenError::UnauthorizedClient(_)
            | TokenError::UnsupportedGrantType
            | TokenError::AuthorizationPending
            | TokenError::SlowDown { .. }
            | TokenError::AccessDenied
            | TokenError::Paused
            | TokenError::ExpiredToken
            | TokenError::CannotSign => self.description(),
        };
        format!("{}: {cause}", self.code(&ErrorAliases::default()))
    }
}

impl AuthorizationError {
    /// The code, and the cause in words.
    pub fn cause(&self) -> String {
        let cause = match self {
            Self::InvalidScope(refusal) => refusal.cause(),
            Self::InvalidRequest(_)
            | Self::InvalidTarget(_)
            | Self::UnsupportedResponseType
            | Self::UnauthorizedClient
            | Self::AccessDenied
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::RequestNotSupported
            | Self::RequestUriNotSupported
            | Self::RegistrationNotSupported
            | Self::UnmetAuthenticationRequirements => self.description(),
        };
        format!("{}: {cause}", self.code())
    }
}

impl ShownError {
    /// The code, and the cause in words.
    pub fn cause(&self, policy: &Policy) -> String {
        let sentence = self.sentence();
        format!("{}: {}", self.code(policy), sentence.trim_end_matches('.'))
    }
}

impl ClientFault {
    fn cause(self) -> &'static str {
        match self {
            Self::Unknown => "no app here has this client_id",
            Self::Secret => "the secret is none of the app's",
            Self::OtherSide => {
                "the secret is of the other mode: a test secret for a live app, or a live one for a test app"
            }
            Self::Method => "the app does not authenticate in this way",
            Self::NoApi => "the app is not registered as a resource server",
            Self::Inactive => "the app is switched off or waits for review",
            Self::Waits => "the app waits for review",
            Self::SwitchedOff => "the app is switched off",
            Self::Assertion(fault) => fault.cause(),
            Self::Missing
            | Self::Header
            | Self::TwoMethods
            | Self::TwoClients
            | Self::AssertionType => self.sentence(),
        }
    }
}

impl AssertionFault {
    fn cause(self) -> &'static str {
        match self {
            Self::Malformed => "client_assertion is no signed JWT that is taken",
            Self::Algorithm => {
                "client_assertion is not signed, or by an algorithm that is not taken from this app"
            }
            Self::Type => "the typ of client_assertion is that of another kind of token",
            Self::Claims => {
                "client_assertion lacks iss, sub, aud, exp or jti, or has them malformed"
            }
            Self::Parties => "iss, sub and client_id do not name the same app",
            Self::Unfetched => "the keys of the app could not be fetched from its jwks_uri",
            Self::Key => "the app has no key of that kid and algorithm",
            Self::Signature => "no key of the app made the signature of client_assertion",
            Self::Audience => "the aud of client_assertion is not the issuer alone",
            Self::Expired => "client_assertion has expired",
            Self::Future => "client_assertion is from the future",
            Self::LongLived => "the exp of client_assertion is more than a day off",
            Self::Replayed => "client_assertion was used before",
        }
    }
}

impl GrantFault {
    fn cause(self) -> &'static str {
        match self {
            Self::Unknown => "the code or token is not on record",
            Self::Digest => "the code or token is on record with another secret",
            Self::OtherClient => "the code or token is another app's",
            Self::OtherSide => {
                "the code or token is of the other mode: a test one for a live app, or a live one for a test app"
            }
            Self::RedirectUri => "redirect_uri is not the one of the authorization request",
            Self::VerifierMissing => "code_verifier is missing",
            Self::VerifierMismatch => "code_verifier does not match the code_challenge",
            Self::VerifierUnexpected => "code_verifier came though there was no code_challenge",
            Self::Replayed => "the code or token came a second time, so its grant is revoked",
            Self::RetryDiffers => "the refresh token came a second time, in another request",
            Self::Expired => "the code or token has expired",
            Self::Revoked => "the grant is revoked",
            Self::Key => "the code or token is bound to another key than the one of the proof",
            Self::Removed => "the person removed the app",
            Self::Person => "the account is gone or switched off",
        }
    }
}

impl ScopeRefusal {
    fn cause(&self) -> String {
        match self {
            Self::NotAllowed(_) => {
                "the app is not registered for a scope that it asks for".to_owned()
            }
            Self::Restricted(_) => "a scope that the app asks for needs an approval".to_owned(),
            Self::Fault(_) | Self::Unknown(_) | Self::Exceeds | Self::NoDefault => self.sentence(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::RequestFault;
    use crate::types::{GrantType, Lifetime, ScopeFault};
    use wire::dpop::ProofFault;

    /// Every kind of refusal, with text that a request brought.
    fn refusals() -> Vec<String> {
        let sent = || "Sent".to_owned();
        let client = |fault| TokenError::InvalidClient {
            fault,
            used_header: true,
        };
        let scopes = [
            ScopeRefusal::Fault(ScopeFault::Comma),
            ScopeRefusal::Unknown(sent()),
            ScopeRefusal::NotAllowed(sent()),
            ScopeRefusal::Restricted(sent()),
            ScopeRefusal::Exceeds,
            ScopeRefusal::NoDefault,
        ];
        let authorize = scopes.clone().map(AuthorizationError::InvalidScope);
        let token = scopes.map(TokenError::InvalidScope);
        let errors = [
            TokenError::InvalidRequest(RequestFault::Repeated(sent())),
            TokenError::InvalidRequest(RequestFault::Missing("code")),
            client(ClientFault::Unknown),
            client(ClientFault::Secret),
            client(ClientFault::Method),
            client(ClientFault::NoApi),
            client(ClientFault::Inactive),
            client(ClientFault::Waits),
            client(ClientFault::SwitchedOff),
            client(ClientFault::Missing),
            client(ClientFault::AssertionType),
            TokenError::InvalidGrant(GrantFault::Replayed),
            TokenError::InvalidGrant(GrantFault::Digest),
            TokenError::InvalidGrant(GrantFault::Key),
            TokenError::UnauthorizedClient(GrantType::AuthorizationCode),
            TokenError::UnsupportedGrantType,
            TokenError::SlowDown {
                interval: Lifetime::from_seconds(10),
            },
        ];
        let assertions = AssertionFault::ALL.map(|fault| client(ClientFault::Assertion(fault)));
        let proofs = ProofFault::ALL.map(TokenError::Proof);
        let token = errors
            .iter()
            .chain(&token)
            .chain(&assertions)
            .chain(&proofs);
        let token = token.map(TokenError::cause);
        let authorize = authorize.iter().map(AuthorizationError::cause);
        token.chain(authorize).collect()
    }

    #[test]
    fn a_cause_is_in_words_and_of_our_own() {
        let all = refusals();
        for cause in &all {
            let (code, words) = cause.split_once(": ").expect("a code and words");
            assert!(
                code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'_')),
                "{cause}"
            );
            assert!(words.contains(' ') && words.len() > 10, "{cause}");
            let is_rust = |c: char| matches!(c, '{' | '}' | '"' | '\\' | '[' | ']');
            assert!(
                !cause.contains(is_rust) && !cause.contains("Sent"),
                "{cause}"
            );
        }
        assert!(all.contains(&"invalid_client: the secret is none of the app's".to_owned()));
    }
}
