//! What developers are told of errors beyond their wire form: which can occur under a policy, what leads to each,
//! and what to do. The codes and descriptions themselves stand with the errors.
mod authorization;
mod client;
mod grant;
mod possession;

use self::grant::grant_faults;
use self::possession::{of_proof, proof_faults};
use crate::client_auth::{AssertionFault, ClientFault};
use crate::params::ParamsFault;
use crate::policy::{Policy, RedirectUriAtToken};
use crate::resource::TargetFault;
use crate::token::{RequestFault, ScopeRefusal, TokenError};
use crate::token_info::BearerError;
use crate::types::{GrantType, Lifetime, ScopeFault};

/// What leads to an error, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// What leads to it.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
}

const fn advice(cause: &'static str, fix: &'static str) -> Advice {
    Advice { cause, fix }
}

impl TokenError {
    /// Every error of the token endpoint and its neighbours that can occur under a policy.
    pub fn occurring(policy: &Policy) -> Vec<TokenError> {
        let requests = request_faults(policy).into_iter().map(TokenError::from);
        let assertions = AssertionFault::ALL.map(ClientFault::Assertion);
        let clients = ClientFault::ALL
            .into_iter()
            .chain(assertions)
            .map(|fault| crate::token::client_error(fault, false))
            .filter(|error| matches!(error, TokenError::InvalidClient { .. }));
        let grants = grant_faults(policy).into_iter().map(TokenError::from);
        let scopes = scope_refusals(policy).into_iter().map(TokenError::from);
        let unregistered = policy.grants.iter().copied();
        let device = device_errors(policy);
        let renews = policy.allows(GrantType::RefreshToken);
        let paused = renews.then_some(TokenError::Paused);
        requests
            .chain(clients)
            .chain(grants)
            .chain(unregistered.map(TokenError::UnauthorizedClient))
            .chain([TokenError::UnsupportedGrantType])
            .chain(scopes)
            .chain(target_faults(policy).map(TokenError::from))
            .chain(device)
            .chain(paused)
            .chain(proof_faults(policy).map(TokenError::Proof))
            .collect()
    }

    /// What leads to it, and what to do.
    pub fn advice(&self) -> Advice {
        match self {
            TokenError::InvalidRequest(fault) => fault.advice(),
            TokenError::InvalidClient { fault, .. } => fault.advice(),
            TokenError::InvalidGrant(fault) => fault.advice(),
            TokenError::UnauthorizedClient(_) => advice(
                "The app was registered without this grant.",
                "Have the grant added to the app's registration.",
            ),
            TokenError::UnsupportedGrantType => advice(
                "grant_type is misspelled, or names a grant that is not offered.",
                "Use one of the grants on these pages, letter by letter.",
            ),
            TokenError::InvalidScope(refusal) => refusal.advice(),
            TokenError::InvalidTarget(fault) => fault.advice(),
            TokenError::AuthorizationPending => advice(
                "The person has not typed the code or not answered yet.",
                "Wait for the interval and ask again.",
            ),
            TokenError::SlowDown { .. } => advice(
                "The device asked before its interval was over.",
                "Lengthen the interval by 5 seconds, for good.",
            ),
            TokenError::AccessDenied => advice(
                "The person pressed Deny.",
                "Say so, and start again only if they want to.",
            ),
            TokenError::Paused => advice(
                "The person paused the app.",
                "Keep the tokens, say that the app is paused, and ask again later.",
            ),
            TokenError::ExpiredToken => advice(
                "The lifetime of the codes is over.",
                "Offer to start again.",
            ),
            TokenError::Proof(fault) => of_proof(*fault),
            TokenError::CannotSign => advice(
                "A key of the provider cannot be used just now.",
                "Try again after the seconds that `Retry-After` says.",
            ),
        }
    }
}

/// What a device is told while it waits.
fn device_errors(policy: &Policy) -> Vec<TokenError> {
    let slower = u32::try_from(policy.device.interval.seconds() + 5);
    let interval = Lifetime::from_seconds(slower.unwrap_or(u32::MAX));
    match policy.allows(GrantType::DeviceCode) {
        true => vec![
            TokenError::AuthorizationPending,
            TokenError::SlowDown { interval },
            TokenError::AccessDenied,
            TokenError::ExpiredToken,
        ],
        false => Vec::new(),
    }
}

fn request_faults(policy: &Policy) -> Vec<RequestFault> {
    let tokens = &policy.tokens;
    let code = policy.allows(GrantType::AuthorizationCode);
    let needs_uri = code && tokens.redirect_uri == RedirectUriAtToken::Required;
    let switched = [
        (true, RequestFault::Missing("grant_type")),
        (code, RequestFault::Missing("code")),
        (needs_uri, RequestFault::Missing("redirect_uri")),
        (
            policy.allows(GrantType::RefreshToken),
            RequestFault::Missing("refresh_token"),
        ),
        (
            policy.allows(GrantType::DeviceCode),
            RequestFault::Missing("device_code"),
        ),
        (true, RequestFault::Repeated("grant_type".to_owned())),
        (!tokens.bodies.json, RequestFault::ContentType),
        (tokens.bodies.json, RequestFault::FormOrJson),
        (!tokens.bodies.query, RequestFault::Query),
        (true, RequestFault::Client(ClientFault::TwoMethods)),
        (true, RequestFault::Client(ClientFault::TwoClients)),
        (true, RequestFault::Params(ParamsFault::Escape)),
        (true, RequestFault::Params(ParamsFault::Utf8)),
        (true, RequestFault::Params(ParamsFault::Nul)),
        (true, RequestFault::Params(ParamsFault::TooMany)),
        (tokens.bodies.json, RequestFault::Params(ParamsFault::Json)),
    ];
    let occurring = switched.into_iter().filter(|(occurs, _)| *occurs);
    occurring.map(|(_, fault)| fault).collect()
}

impl RequestFault {
    fn advice(&self) -> Advice {
        match self {
            Self::Missing(_) => advice(
                "The parameter is absent or empty.",
                "Send it in the body; an empty value counts as absent.",
            ),
            Self::Repeated(_) => advice(
                "The same parameter stands twice, perhaps once in the URL and once in the body.",
                "Send each parameter once.",
            ),
            Self::ContentType => advice(
                "The Content-Type header does not name a kind of body that is taken here.",
                "Send a form, and let your HTTP library set the header.",
            ),
            Self::FormOrJson => advice(
                "The Content-Type header is missing, names another kind of body, or says form where JSON was sent.",
                "Let your HTTP library set the header, or send Content-Type: application/json with JSON.",
            ),
            Self::Query => advice(
                "The URL has a query string; what stands there ends up in logs.",
                "Move the parameters into the body.",
            ),
            Self::Wait => advice(
                "The parameter wait is not a whole number.",
                "Send the milliseconds as digits, or leave it out.",
            ),
            Self::Params(fault) => fault.advice(),
            Self::Client(fault) => fault.advice(),
        }
    }
}

impl ParamsFault {
    fn advice(self) -> Advice {
        match self {
            Self::Escape | Self::Utf8 => advice(
                "The parameters were put together by hand, without encoding them.",
                "Let your HTTP or URL library encode the parameters.",
            ),
            Self::Nul => advice(
                "A value holds a NUL character, often from a buffer of fixed length.",
                "Cut the value where it ends.",
            ),
            Self::TooMany => advice(
                "The request carries far more than OAuth needs.",
                "Send only the parameters on these pages.",
            ),
            Self::Json => advice(
                "The body is no JSON object, or a value in it is not a string.",
                "Send one object, with every value as a string.",
            ),
        }
    }
}

/// What `resource` can be refused for: nothing where there is no API.
fn target_faults(policy: &Policy) -> impl Iterator<Item = TargetFault> {
    let occurs = !policy.apis.is_empty();
    TargetFault::ALL.into_iter().filter(move |_| occurs)
}

impl TargetFault {
    fn advice(self) -> Advice {
        match self {
            TargetFault::Unknown => advice(
                "resource is not the identifier of an API here, is relative, or has a fragment.",
                "Write the identifier as the page on scopes, or the API's own metadata, has it.",
            ),
            TargetFault::NotAsked => advice(
                "None of the scopes that are asked for, or were allowed, belongs to the API that resource names.",
                "Name a scope of that API, or another resource.",
            ),
        }
    }
}

fn scope_refusals(policy: &Policy) -> Vec<ScopeRefusal> {
    let name = |restricted: bool| {
        let mut all = policy.scopes.iter();
        let found = all.find(|scope| scope.restricted == restricted);
        found.map(|scope| scope.name.clone())
    };
    let mut refusals = vec![ScopeRefusal::Unknown("no-such-scope".to_owned())];
    refusals.extend(name(false).map(ScopeRefusal::NotAllowed));
    refusals.extend(name(true).map(ScopeRefusal::Restricted));
    if policy.allows(GrantType::RefreshToken) {
        refusals.push(ScopeRefusal::Exceeds);
    }
    if policy.default_scope().is_empty() {
        refusals.push(ScopeRefusal::NoDefault);
    }
    let faults = [
        ScopeFault::Comma,
        ScopeFault::Character,
        ScopeFault::TooMany,
    ];
    refusals.extend(faults.map(ScopeRefusal::Fault));
    refusals
}

impl ScopeRefusal {
    fn advice(&self) -> Advice {
        match self {
            Self::Fault(ScopeFault::Comma) => advice(
                "Several scopes were joined by commas.",
                "Join them by spaces (%20 or + in a URL).",
            ),
            Self::Fault(ScopeFault::Character) => advice(
                "A name holds quotes, a backslash, a control character or letters beyond ASCII.",
                "Copy the names from the page of scopes.",
            ),
            Self::Fault(ScopeFault::TooMany) => advice(
                "The list is far longer than any app needs.",
                "Ask for what the app uses.",
            ),
            Self::Unknown(_) => advice(
                "The name is misspelled or not offered here.",
                "Copy the names from the page of scopes.",
            ),
            Self::NotAllowed(_) => advice(
                "The scope exists, but the app was registered without it.",
                "Have it added to the app's registration, or do not ask for it.",
            ),
            Self::Restricted(_) => advice(
                "The scope needs approval, and this app has none.",
                "Ask the provider to approve it for the app.",
            ),
            Self::Exceeds => advice(
                "scope names more than the person allowed.",
                "Leave scope out, or send the person through a new authorization.",
            ),
            Self::NoDefault => advice(
                "No scope was named, and there are no defaults for this app.",
                "Name at least one.",
            ),
        }
    }
}

impl BearerError {
    /// What leads to it, and what to do.
    pub fn advice(self) -> Advice {
        match self {
            Self::Invalid => advice(
                "The token has ended, was taken back, or is cut short.",
                "Get the next one. If that fails too, ask the person again.",
            ),
            Self::Bound => advice(
                "The token was asked for with a DPoP proof, so it works with one only.",
                "Send Authorization: DPoP, and a proof in the DPoP header.",
            ),
            Self::Unbound => advice(
                "The token was asked for without a DPoP proof.",
                "Send Authorization: Bearer.",
            ),
            Self::OtherKey => advice(
                "The DPoP proof is by another key than the one that the token was asked for with.",
                "Keep one key for as long as its tokens, and prove with that.",
            ),
            Self::Proof(fault) => of_proof(fault),
            Self::Missing => advice(
                "There is no Authorization header, or it is not Bearer.",
                "Send Authorization: Bearer and the access token; not the client secret, not a URL parameter.",
            ),
            Self::InsufficientScope => advice(
                "The token is a person's, or was not asked for with scope=app:write.",
                "Get one by client credentials with that scope.",
            ),
            Self::OwnApi => advice(
                "The token is for an API of the provider, or an app's own.",
                "Sign in by device as the client valetkey-cli, which asks for valetkey:apps.",
            ),
            Self::Reviews => advice(
                "The token was not allowed to decide on requests for review.",
                "Sign in by device as the client valetkey-cli, with scope=valetkey:reviews.",
            ),
            Self::UserInfo => advice(
                "The token is an app's own, or was allowed without the scope openid.",
                "Ask the person for the scope openid.",
            ),
            Self::Malformed => advice(
                "After Bearer comes nothing, or more than one word.",
                "Look at how the header is put together: one blank, then the token.",
            ),
        }
    }
}
