//! The token endpoint: its request, its errors and its reply (RFC 6749 §3.2, §4, §5, §6).
use crate::client_auth::{AuthenticatedClient, ClientFault, Credentials, authenticate_draft};
use crate::decision::{Decision, Mint};
use crate::grants::{Context, GrantRequest};
use crate::lookup::{Found, Lookup};
use crate::params::{Params, ParamsFault, told};
use crate::policy::{ErrorAliases, Policy};
use crate::resource::{Resources, TargetFault};
use crate::types::{Client, GrantType, Lifetime, Person, Scope, ScopeFault, Side, UnixTime};
use memchr::memchr;
use std::sync::Arc;
use wire::dpop::ProofFault;

/// A request as HTTP brought it.
#[derive(Debug, Clone, Copy)]
pub struct RawRequest<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The query string, without `?`.
    pub query: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// A token request: who asks, and for which grant.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// Who claims to ask.
    pub credentials: Credentials,
    /// What is asked.
    pub grant: GrantRequest,
    /// For which APIs.
    pub resources: Resources,
}

/// Errors of the token endpoint (RFC 6749 §5.2), one variant per registered code. The fault inside is for
/// the log, the tests and the app's own request log; it never goes on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// `invalid_request`.
    InvalidRequest(RequestFault),
    /// `invalid_client`.
    InvalidClient {
        /// Why.
        fault: ClientFault,
        /// The `Authorization` header was used, so the answer carries a challenge.
        used_header: bool,
    },
    /// `invalid_grant`.
    InvalidGrant(GrantFault),
    /// `unauthorized_client`: the app may not use this grant.
    UnauthorizedClient(GrantType),
    /// `unsupported_grant_type`: the server does not know it, or it is switched off.
    UnsupportedGrantType,
    /// `invalid_scope`.
    InvalidScope(ScopeRefusal),
    /// `invalid_target` (RFC 8707 §2).
    InvalidTarget(TargetFault),
    /// `authorization_pending` (RFC 8628 §3.5): the person has not answered yet.
    AuthorizationPending,
    /// `slow_down` (RFC 8628 §3.5): the device asked too soon.
    SlowDown {
        /// The interval from now on.
        interval: Lifetime,
    },
    /// `access_denied` (RFC 8628 §3.5): the person declined.
    AccessDenied,
    /// The same of a code or refresh token, while the person keeps the app out. It is not used up.
    Paused,
    /// `expired_token` (RFC 8628 §3.5): the person did not answer in time.
    ExpiredToken,
    /// The proof of possession is not taken (RFC 9449 §5, §8): `invalid_dpop_proof`, or `use_dpop_nonce`.
    Proof(ProofFault),
    /// What would have to be signed cannot be just now: no key of that algorithm is open. Answered as a database that
    /// cannot be reached is.
    CannotSign,
}

/// What is wrong with the form of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// The parameters cannot be decoded.
    Params(ParamsFault),
    /// A parameter stands more than once.
    Repeated(String),
    /// A parameter is missing.
    Missing(&'static str),
    /// The body is of a type that is not taken here: only forms are.
    ContentType,
    /// The same, where JSON is taken too; or the body is JSON and its type says otherwise.
    FormOrJson,
    /// Parameters in the URL, where this provider takes none.
    Query,
    /// Client authentication is malformed.
    Client(ClientFault),
    /// The `wait` of the revocation feed is no number.
    Wait,
}

/// Why a code or refresh token is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantFault {
    /// Nothing of that id is known, or the text is garbage.
    Unknown,
    /// The id is known, but the secret is another.
    Digest,
    /// It was issued to another client.
    OtherClient,
    /// The same, and that is of the other side: one of a test app for a live one, or the other way.
    OtherSide,
    /// The redirect URI is not that of the authorization request.
    RedirectUri,
    /// The verifier is missing.
    VerifierMissing,
    /// The verifier does not match the challenge.
    VerifierMismatch,
    /// A verifier came though there was no challenge (a downgrade, RFC 9700 §4.8.2).
    VerifierUnexpected,
    /// It came a second time: the whole grant is revoked.
    Replayed,
    /// It came a second time within the grace window, but not as the identical request.
    RetryDiffers,
    /// It has expired.
    Expired,
    /// Its grant was revoked.
    Revoked,
    /// It is bound to another key than the one that is proved to be held (RFC 9449 §5, §10).
    Key,
    /// The person removed the app.
    Removed,
    /// The person's account is gone or disabled.
    Person,
}

/// How much of a scope that is none here is told back, in characters.
const MOST_NAMED: usize = 100;

/// Why a scope is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeRefusal {
    /// It cannot be read.
    Fault(ScopeFault),
    /// The catalogue has no such name.
    Unknown(String),
    /// The app may not ask for it.
    NotAllowed(String),
    /// It needs an admin's approval first.
    Restricted(String),
    /// A refresh asked for more than was granted.
    Exceeds,
    /// None was asked for and there is no default.
    NoDefault,
}

impl GrantFault {
    /// Of what was given to another client than the one that brings it: `prefix` is what it begins with.
    pub(crate) fn of_another(prefix: &str, side: Side) -> Self {
        match Side::of(prefix).0 == side {
            true => GrantFault::OtherClient,
            false => GrantFault::OtherSide,
        }
    }
}

impl ScopeRefusal {
    /// Whether the scope is one, only not for this app.
    pub(crate) fn is_of_the_app(&self) -> bool {
        matches!(self, Self::NotAllowed(_) | Self::Restricted(_))
    }

    /// What to tell the developer, in the characters an `error_description` may have.
    pub fn sentence(&self) -> String {
        match self {
            Self::Fault(ScopeFault::Comma) => "separate scopes by spaces, not commas".to_owned(),
            Self::Fault(ScopeFault::Character) => {
                "a scope contains a character that none may have".to_owned()
            }
            Self::Fault(ScopeFault::TooMany) => "a scope has at most 100 names".to_owned(),
            Self::Unknown(_) => "scope holds a name that is no scope here".to_owned(),
            Self::NotAllowed(name) => format!("the app is not registered for the scope '{name}'"),
            Self::Restricted(name) => {
                format!("the scope '{name}' is restricted: request approval for the app first")
            }
            Self::Exceeds => "a refresh can ask for less than was granted, not for more".to_owned(),
            Self::NoDefault => "name at least one scope".to_owned(),
        }
    }
}

impl TokenError {
    /// The HTTP status (§5.2): 401 for `invalid_client`, 400 for all others that the app can mend.
    pub fn status(&self) -> u16 {
        match self {
            TokenError::InvalidClient { .. } => 401,
            TokenError::CannotSign => 503,
            _ => 400,
        }
    }

    /// The value of `error`.
    pub fn code<'a>(&self, aliases: &'a ErrorAliases) -> &'a str {
        match self {
            TokenError::InvalidRequest(_) => "invalid_request",
            TokenError::InvalidClient { .. } => "invalid_client",
            TokenError::InvalidGrant(GrantFault::RedirectUri) => aliases
                .redirect_mismatch
                .as_deref()
                .unwrap_or("invalid_grant"),
            TokenError::InvalidGrant(_) => "invalid_grant",
            TokenError::UnauthorizedClient(_) => "unauthorized_client",
            TokenError::UnsupportedGrantType => "unsupported_grant_type",
            TokenError::InvalidScope(_) => "invalid_scope",
            TokenError::InvalidTarget(_) => "invalid_target",
            TokenError::AuthorizationPending => "authorization_pending",
            TokenError::SlowDown { .. } => "slow_down",
            TokenError::AccessDenied | TokenError::Paused => "access_denied",
            TokenError::ExpiredToken => "expired_token",
            TokenError::Proof(fault) => fault.code(),
            TokenError::CannotSign => "temporarily_unavailable",
        }
    }

    /// The value of `error_description`: what to do next, telling nothing that only the owner may know.
    pub fn description(&self) -> String {
        match self {
            TokenError::InvalidRequest(fault) => fault.sentence(),
            TokenError::InvalidClient { fault, .. } => fault.sentence().to_owned(),
            TokenError::InvalidGrant(GrantFault::RedirectUri) => {
                "redirect_uri is not the one of the authorization request".to_owned()
            }
            TokenError::InvalidGrant(
                GrantFault::VerifierMissing
                | GrantFault::VerifierMismatch
                | GrantFault::VerifierUnexpected,
            ) => "code_verifier does not match the code_challenge of the authorization request"
                .to_owned(),
            TokenError::InvalidGrant(GrantFault::Key) => {
                "the code or token is bound to another key: prove to hold that one".to_owned()
            }
            TokenError::InvalidGrant(_) => {
                "the code or token is unknown, expired, used or revoked: start a new authorization"
                    .to_owned()
            }
            TokenError::UnauthorizedClient(grant) => {
                format!(
                    "the app is not registered for the grant type {}",
                    grant.as_str()
                )
            }
            TokenError::UnsupportedGrantType => "this grant type is not offered here".to_owned(),
            // The app itself sent it; a link to the authorization endpoint anybody may have made, so there it is not told back.
            TokenError::InvalidScope(ScopeRefusal::Unknown(name)) => {
                let name: String = name.chars().take(MOST_NAMED).collect();
                printable(&format!("the scope '{name}' is no scope here"))
            }
            TokenError::InvalidScope(refusal) => printable(&refusal.sentence()),
            TokenError::InvalidTarget(fault) => fault.sentence().to_owned(),
            TokenError::AuthorizationPending => {
                "the person has not answered yet: ask again after the interval".to_owned()
            }
            TokenError::SlowDown { interval } => {
                format!(
                    "you ask too often: wait {} seconds between two requests from now on",
                    interval.seconds()
                )
            }
            TokenError::AccessDenied => {
                "the person declined: tell them, and stop asking".to_owned()
            }
            TokenError::Paused => {
                "the person paused this app: keep the tokens and ask again later".to_owned()
            }
            TokenError::ExpiredToken => {
                "nobody answered in time: ask for a new code if the person still wants to"
                    .to_owned()
            }
            TokenError::Proof(fault) => fault.sentence().to_owned(),
            TokenError::CannotSign => {
                "the server cannot sign just now: try again in a moment".to_owned()
            }
        }
    }
}

impl RequestFault {
    fn sentence(&self) -> String {
        match self {
            Self::Params(fault) => fault.sentence().to_owned(),
            Self::Repeated(name) => format!("{} stands more than once", told(name)),
            Self::Missing(name) => format!("{name} is missing"),
            Self::ContentType => {
                "send the parameters as application/x-www-form-urlencoded in the body".to_owned()
            }
            Self::FormOrJson => {
                "send the parameters in the body as application/x-www-form-urlencoded or application/json, and say \
                 which in the Content-Type header"
                    .to_owned()
            }
            Self::Query => "send the parameters in the body, not in the URL".to_owned(),
            Self::Client(fault) => fault.sentence().to_owned(),
            Self::Wait => "wait is a number of milliseconds, such as 500".to_owned(),
        }
    }
}

/// `text` in the characters an `error_description` may have (RFC 6749 §5.2), others as `?`.
pub fn printable(text: &str) -> String {
    let fits = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    text.chars()
        .take(200)
        .map(|c| if fits(c) { c } else { '?' })
        .collect()
}

impl From<GrantFault> for TokenError {
    fn from(fault: GrantFault) -> Self {
        TokenError::InvalidGrant(fault)
    }
}

impl From<RequestFault> for TokenError {
    fn from(fault: RequestFault) -> Self {
        TokenError::InvalidRequest(fault)
    }
}

impl From<TargetFault> for TokenError {
    fn from(fault: TargetFault) -> Self {
        TokenError::InvalidTarget(fault)
    }
}

impl From<ScopeRefusal> for TokenError {
    fn from(refusal: ScopeRefusal) -> Self {
        TokenError::InvalidScope(refusal)
    }
}

impl RawRequest<'_> {
    /// Reads the parameters of a POST from where the policy takes them.
    ///
    /// # Errors
    /// [`RequestFault`] for undecodable, repeated or misplaced parameters.
    pub fn params(&self, policy: &Policy) -> Result<Params, RequestFault> {
        let query = self.query.filter(|query| !query.is_empty());
        let query = match query {
            Some(_) if !policy.tokens.bodies.query => return Err(RequestFault::Query),
            Some(query) => Some(Params::from_form(query.as_bytes()).map_err(RequestFault::Params)?),
            None => None,
        };
        let body = self.of_body(policy)?;
        let params = match query {
            Some(query) => query.joined(body).map_err(RequestFault::Params)?,
            None => body,
        };
        match params.repeated() {
            Some(name) => Err(RequestFault::Repeated(name.to_owned())),
            None => Ok(params),
        }
    }

    fn of_body(&self, policy: &Policy) -> Result<Params, RequestFault> {
        let content_type = self.content_type.unwrap_or_default();
        let end = memchr(b';', content_type.as_bytes()).unwrap_or(content_type.len());
        let media_type = content_type[..end].trim();
        let is = |name: &str| media_type.eq_ignore_ascii_case(name);
        match self.body {
            [] => Ok(Params::default()),
            // A form has no brace in it: this is JSON, sent as `curl -d` does.
            body if is("application/x-www-form-urlencoded")
                && !body.trim_ascii_start().starts_with(b"{") =>
            {
                Params::from_form(body).map_err(RequestFault::Params)
            }
            body if is("application/json") && policy.tokens.bodies.json => {
                Params::from_json(body).map_err(RequestFault::Params)
            }
            _ if policy.tokens.bodies.json => Err(RequestFault::FormOrJson),
            _ => Err(RequestFault::ContentType),
        }
    }

    /// Reads the credentials that come with these parameters.
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` for two methods at once.
    pub fn credentials(&self, params: &Params) -> Result<Credentials, TokenError> {
        Credentials::from_request(self.authorization, params)
            .map_err(|fault| client_error(fault, self.authorization.is_some()))
    }
}

/// The token endpoint's answer to credentials that cannot be read.
pub fn client_error(fault: ClientFault, used_header: bool) -> TokenError {
    match fault.is_malformed_request() {
        true => TokenError::InvalidRequest(RequestFault::Client(fault)),
        false => TokenError::InvalidClient { fault, used_header },
    }
}

/// The phases of a token request, in their order: it is parsed, its client is authenticated, what it presents is
/// looked up, and then it is decided on. A failed authentication consumes nothing, for nothing was looked up yet.
impl TokenRequest {
    /// Reads a token request.
    ///
    /// # Errors
    /// [`TokenError`], before anything was looked up.
    pub fn parse(raw: &RawRequest<'_>, policy: &Policy) -> Result<Self, TokenError> {
        let params = raw.params(policy)?;
        let credentials = raw.credentials(&params)?;
        let grant = params
            .get("grant_type")
            .ok_or(RequestFault::Missing("grant_type"))?;
        let grant = GrantType::parse(grant)
            .filter(|grant| policy.offers(&credentials.client_id, *grant))
            .ok_or(TokenError::UnsupportedGrantType)?;
        let grant = GrantRequest::read(grant, &params)?;
        Ok(TokenRequest {
            credentials,
            grant,
            resources: Resources::read(&params, policy),
        })
    }

    /// The client behind its credentials. One that waits for review is looked at once more when it is known for whom it
    /// asks.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn authenticate(
        &self,
        client: Option<Arc<Client>>,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<AuthenticatedClient, TokenError> {
        authenticate_draft(&self.credentials, client, policy, now)
    }

    /// What is answered when the client shows less than it has to.
    pub fn unproved(&self) -> TokenError {
        self.credentials.refused(ClientFault::Method)
    }

    /// What has to be read to decide on it.
    pub fn lookup(&self) -> Lookup {
        self.grant.lookup()
    }

    /// The decision. A lost guard means that what was found is stale: look it up and decide again.
    pub fn decide<M: Mint>(
        &self,
        client: &AuthenticatedClient,
        found: Found,
        context: &Context<'_, M>,
    ) -> Decision<TokenReply, TokenError> {
        if !client.is_active() && !self.is_for_team(client, &found) {
            return Decision::refuse(self.credentials.refused(client.inactive()));
        }
        // "the authorization server MUST reject token requests from the client that do not contain the DPoP header"
        // (RFC 9449 §5.2).
        if client.dpop_bound && client.key().is_none() {
            return Decision::refuse(ProofFault::Missing);
        }
        self.grant.decide(client, found, &self.resources, context)
    }

    /// Whether an app that waits for review asks for whoever runs it: for something that only they have allowed, or that nobody
    /// has yet.
    fn is_for_team(&self, client: &Client, found: &Found) -> bool {
        let runs = |person: &Option<Person>| {
            let person = person.as_ref();
            person.is_some_and(|person| client.is_draft_of(person.subject))
        };
        match found {
            Found::Code(facts) => runs(&facts.person),
            Found::RefreshToken(facts) => runs(&facts.person),
            Found::Device(facts) => facts.person.is_none() || runs(&facts.person),
            Found::AccessToken(_) => false,
            Found::Nothing => !matches!(self.grant, GrantRequest::ClientCredentials { .. }),
        }
    }

    /// What is answered when its guard was lost every time; `None` when there is nothing to be told but that the
    /// server is busy.
    pub fn when_contended(&self, policy: &Policy) -> Option<TokenError> {
        self.grant.when_contended(policy)
    }
}

/// The `scope` of a request; an empty one is none.
pub(crate) fn read_scope(params: &Params) -> Result<Option<Scope>, TokenError> {
    let scope = params.get("scope").map(Scope::parse).transpose();
    let scope = scope.map_err(|fault| TokenError::InvalidScope(ScopeRefusal::Fault(fault)))?;
    Ok(scope.filter(|scope| !scope.is_empty()))
}

/// A successful answer (RFC 6749 §5.1): the JSON text, ready to be sent or sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenReply(pub String);

impl std::fmt::Debug for TokenReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenReply(…)")
    }
}
