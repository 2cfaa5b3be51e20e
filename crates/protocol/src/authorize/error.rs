//! Errors of the authorization endpoint: shown to the person, or sent to the app (RFC 6749 §4.1.2.1).
use super::{AuthorizationResponse, ResponseMode};
use crate::introduce::DocumentFault;
use crate::params::{ParamsFault, told};
use crate::policy::Policy;
use crate::resource::TargetFault;
use crate::token::{ScopeRefusal, printable};
use crate::types::{ClientStatus, RedirectUriFault, VerifiedRedirectUri};

/// An error that is shown to the person: there is nobody trustworthy to redirect to (§4.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownError {
    /// The parameters cannot be decoded.
    Params(ParamsFault),
    /// It was posted as something else than a form.
    ContentType,
    /// `client_id` is missing.
    ClientMissing,
    /// `client_id` or `redirect_uri` stands more than once.
    Repeated(&'static str),
    /// No such app.
    UnknownClient,
    /// The app is switched off or waits for review.
    InactiveClient(ClientStatus),
    /// The app is not known by the document that its `client_id` leads to.
    Document(Box<DocumentFault>),
    /// The redirect URI is missing or not registered.
    RedirectUri {
        /// Why.
        fault: RedirectUriFault,
        /// What the request said.
        sent: Option<String>,
    },
}

impl ShownError {
    /// The error code shown beside the sentence.
    pub fn code<'a>(&self, policy: &'a Policy) -> &'a str {
        match self {
            ShownError::RedirectUri { .. } => policy
                .errors
                .redirect_mismatch
                .as_deref()
                .unwrap_or("invalid_redirect_uri"),
            _ => "invalid_request",
        }
    }

    /// What happened and what to do, for the person and for the app's developer.
    pub fn sentence(&self) -> String {
        match self {
            ShownError::Params(fault) => format!("The link cannot be read: {}.", fault.sentence()),
            ShownError::ContentType => {
                "The request is not a form: it must be application/x-www-form-urlencoded."
                    .to_owned()
            }
            ShownError::ClientMissing => {
                "The link does not say which app it is for: client_id is missing.".to_owned()
            }
            ShownError::Repeated(name) => format!("The link names {name} more than once."),
            ShownError::UnknownClient => {
                "No app with this client_id is registered here.".to_owned()
            }
            ShownError::InactiveClient(ClientStatus::Pending) => {
                "This app has not been let in yet: it waits for review.".to_owned()
            }
            ShownError::InactiveClient(_) => "This app has been switched off.".to_owned(),
            ShownError::Document(fault) => format!(
                "The app is not known by its document: {}.",
                fault.sentence()
            ),
            ShownError::RedirectUri { fault, .. } => {
                format!(
                    "The link cannot be trusted: {}. It must match a registered one exactly.",
                    fault.sentence()
                )
            }
        }
    }
}

/// An error that is sent to the app (§4.1.2.1).
#[derive(Debug, Clone)]
pub struct RedirectedError {
    /// Where to.
    pub redirect_uri: VerifiedRedirectUri,
    /// The request's `state`.
    pub state: Option<String>,
    /// How it is brought there.
    pub response_mode: ResponseMode,
    /// Which.
    pub error: AuthorizationError,
}

/// Error codes of the authorization response (§4.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationError {
    /// `invalid_request`, with what is wrong.
    InvalidRequest(RequestFault),
    /// `unsupported_response_type`.
    UnsupportedResponseType,
    /// `unauthorized_client`: the app may not use the code grant.
    UnauthorizedClient,
    /// `invalid_scope`.
    InvalidScope(ScopeRefusal),
    /// `invalid_target` (RFC 8707 §2).
    InvalidTarget(TargetFault),
    /// `access_denied`: the person said no.
    AccessDenied,
    /// `login_required`: nobody is signed in, and nobody may be asked to (OpenID Connect Core §3.1.2.6).
    LoginRequired,
    /// `consent_required`: the person has not allowed it, and may not be asked (there too).
    ConsentRequired,
    /// `request_not_supported`: a request object (RFC 9101 §6.1 and OpenID Connect Core §3.1.2.6).
    RequestNotSupported,
    /// `request_uri_not_supported`.
    RequestUriNotSupported,
    /// `registration_not_supported` (OpenID Connect Core §3.1.2.6).
    RegistrationNotSupported,
    /// `unmet_authentication_requirements`: no sign-in here is worth what the app insists on.
    UnmetAuthenticationRequirements,
}

/// What is wrong with the form of an authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// A parameter stands more than once.
    Repeated(String),
    /// `state` is longer than [`MAX_STATE`](super::MAX_STATE).
    State,
    /// `response_type` is missing.
    ResponseType,
    /// `response_mode` is none that is offered.
    ResponseMode,
    /// PKCE is required, and there is no challenge (RFC 7636 §4.4.1).
    ChallengeRequired,
    /// There is a method without a challenge.
    ChallengeMissing,
    /// The challenge is not the base64url of 32 bytes.
    Challenge,
    /// The method is not S256 (RFC 7636 §4.4.1).
    ChallengeMethod,
    /// `dpop_jkt` is no thumbprint of a key (RFC 9449 §10).
    Key,
    /// `prompt` is `none` and something else.
    Prompt,
    /// `max_age` is not a number of seconds.
    MaxAge,
    /// `nonce` is longer than is kept.
    Nonce,
    /// `claims` is not what OpenID Connect Core §5.5 describes.
    Claims,
    /// `id_token_hint` is no ID token that this app was given here.
    Hint,
}

impl RequestFault {
    /// What to tell the developer.
    pub fn sentence(&self) -> String {
        let sentence = match self {
            Self::Repeated(name) => return format!("{} stands more than once", told(name)),
            Self::State => "state is longer than 4096 bytes",
            Self::ResponseType => "response_type is missing",
            Self::ResponseMode => "there is no such response_mode here",
            Self::ChallengeRequired => "code challenge required",
            Self::ChallengeMissing => "code_challenge is missing",
            Self::Challenge => "code_challenge is not the base64url of a SHA-256",
            Self::ChallengeMethod => {
                "transform algorithm not supported: code_challenge_method must be S256"
            }
            Self::Key => "dpop_jkt is not the base64url of a SHA-256",
            Self::Prompt => "prompt is none and something else",
            Self::MaxAge => "max_age is not a number of seconds",
            Self::Nonce => "nonce is longer than 1024 bytes",
            Self::Claims => "claims is not a JSON object of the claims that are asked for",
            Self::Hint => "id_token_hint is no ID token that the app was given here",
        };
        sentence.to_owned()
    }
}

impl AuthorizationError {
    /// The value of `error`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidScope(_) => "invalid_scope",
            Self::InvalidTarget(_) => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
        }
    }

    /// The value of `error_description`.
    pub fn description(&self) -> String {
        match self {
            Self::InvalidRequest(fault) => printable(&fault.sentence()),
            Self::UnsupportedResponseType => "the only response_type here is code".to_owned(),
            Self::UnauthorizedClient => "the app is not registered for the code grant".to_owned(),
            Self::InvalidScope(refusal) => printable(&refusal.sentence()),
            Self::InvalidTarget(fault) => fault.sentence().to_owned(),
            Self::AccessDenied => "the person declined".to_owned(),
            Self::LoginRequired => {
                "nobody is signed in who could answer, and prompt=none lets nobody sign in"
                    .to_owned()
            }
            Self::ConsentRequired => {
                "the person has not allowed this yet, and prompt=none lets nobody be asked"
                    .to_owned()
            }
            Self::RequestNotSupported | Self::RequestUriNotSupported => {
                "request objects are not taken here: send plain parameters".to_owned()
            }
            Self::RegistrationNotSupported => {
                "apps are not registered along the way: register yours first".to_owned()
            }
            Self::UnmetAuthenticationRequirements => {
                "this sign-in cannot be worth the acr that is asked for".to_owned()
            }
        }
    }
}

impl RedirectedError {
    /// What the browser brings to the app; `iss` as in every authorization response (RFC 9207 §2).
    pub fn response(&self, policy: &Policy) -> AuthorizationResponse {
        let description = self.error.description();
        let mut parameters = vec![
            ("error", self.error.code()),
            ("error_description", &description),
        ];
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.extend(policy.response_iss().map(|issuer| ("iss", issuer)));
        self.response_mode.response(&self.redirect_uri, &parameters)
    }
}

/// Why a request went no further.
#[derive(Debug, Clone)]
pub enum AuthorizationFault {
    /// Tell the person.
    Shown(ShownError),
    /// Tell the app.
    Redirected(Box<RedirectedError>),
}

impl From<ShownError> for AuthorizationFault {
    fn from(error: ShownError) -> Self {
        AuthorizationFault::Shown(error)
    }
}

impl From<RequestFault> for AuthorizationError {
    fn from(fault: RequestFault) -> Self {
        AuthorizationError::InvalidRequest(fault)
    }
}
