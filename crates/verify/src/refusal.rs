//! The answers to requests that are not let in (RFC 6750 §3).
use crate::scopes::Scopes;
use crate::settings::Settings;
use crate::step_up::StepUp;
use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde::Serialize;
use wire::bearer::{challenge, dpop_challenge};
use wire::dpop::ProofFault;

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no bearer token.
    Missing,
    /// There is something that is no bearer token, or there are two.
    Malformed,
    /// The token is unknown, expired or revoked.
    Invalid,
    /// The token is bound to a key, and comes as a bearer token (RFC 9449 §7.2).
    Bound,
    /// The token comes with a proof, and is bound to no key.
    Unbound,
    /// The token is bound to another key than the one that is proved to be held.
    OtherKey,
    /// The proof is not taken (RFC 9449 §7.1).
    Proof(ProofFault),
    /// The token works, but not for this.
    Scope,
    /// The token works, but its person did not sign in as this needs (RFC 9470).
    Authentication,
    /// The provider does not answer.
    Unavailable,
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: &'a str,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Refusal::Missing
            | Refusal::Invalid
            | Refusal::Bound
            | Refusal::Unbound
            | Refusal::OtherKey
            | Refusal::Proof(_)
            | Refusal::Authentication => StatusCode::UNAUTHORIZED,
            Refusal::Malformed => StatusCode::BAD_REQUEST,
            Refusal::Scope => StatusCode::FORBIDDEN,
            Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(self, settings: &Settings) -> &str {
        match self {
            Refusal::Missing => "missing_token",
            Refusal::Malformed => "invalid_request",
            Refusal::Invalid | Refusal::Bound | Refusal::Unbound | Refusal::OtherKey => {
                &settings.invalid_token
            }
            Refusal::Proof(fault) => fault.code(),
            Refusal::Scope => "insufficient_scope",
            Refusal::Authentication => "insufficient_user_authentication",
            Refusal::Unavailable => "temporarily_unavailable",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Refusal::Missing => "send the access token as Authorization: Bearer",
            Refusal::Malformed => {
                "the request must have one Authorization header with one bearer token"
            }
            Refusal::Invalid => {
                "the access token is unknown, expired or revoked: refresh it or start a new authorization"
            }
            Refusal::Bound => {
                "the access token is bound to a key: send it as Authorization: DPoP, with a proof in the DPoP header"
            }
            Refusal::Unbound => {
                "the access token is bound to no key: send it as Authorization: Bearer"
            }
            Refusal::OtherKey => {
                "the access token is bound to another key than that of the DPoP proof"
            }
            Refusal::Proof(fault) => fault.sentence(),
            Refusal::Scope => {
                "the access token lacks the scope that this needs: ask the user for it"
            }
            Refusal::Authentication => {
                "the user must sign in anew for this: start an authorization that asks for what this names"
            }
            Refusal::Unavailable => "tokens cannot be checked just now: try again in a moment",
        }
    }

    /// The response: JSON, never cached, with the challenge of §3.
    pub(crate) fn response<R: From<Bytes>>(
        self,
        settings: &Settings,
        (scopes, step_up): (&Scopes, &StepUp),
    ) -> Response<R> {
        let body = Body {
            error: self.code(settings),
            error_description: self.sentence(),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(R::from(Bytes::from(body)));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Refusal::Unavailable => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
            _ => match HeaderValue::from_str(&self.challenge(settings, scopes, step_up)) {
                Ok(challenge) => headers.insert(WWW_AUTHENTICATE, challenge),
                Err(_) => None,
            },
        };
        response
    }

    /// "If the request lacks any authentication information …, the resource server SHOULD NOT include an error
    /// code or other error information" (§3.1); the scope to ask for is none. Whoever is to start over is told it too.
    fn challenge(self, settings: &Settings, scopes: &Scopes, step_up: &StepUp) -> String {
        let (scope, acr) = (scopes.named(), step_up.acr.join(" "));
        let age = step_up.max_age.map(|age| age.as_secs().to_string());
        let mut attributes = Vec::with_capacity(6);
        if self != Refusal::Missing {
            attributes.push(("error", self.code(settings)));
            attributes.push(("error_description", self.sentence()));
        }
        let is_to_ask = matches!(self, Refusal::Missing | Refusal::Invalid | Refusal::Scope);
        if is_to_ask && !scope.is_empty() {
            attributes.push(("scope", scope.as_str()));
        }
        if self == Refusal::Authentication {
            let acr = Some(acr.as_str()).filter(|acr| !acr.is_empty());
            attributes.extend(acr.map(|acr| ("acr_values", acr)));
            attributes.extend(age.as_deref().map(|age| ("max_age", age)));
        }
        if let Some(url) = &settings.resource_metadata {
            attributes.push(("resource_metadata", url));
        }
        match self {
            Refusal::Bound | Refusal::Unbound | Refusal::OtherKey | Refusal::Proof(_) => {
                dpop_challenge(&settings.realm, &attributes)
            }
            _ => challenge(&settings.realm, &attributes),
        }
    }
}
