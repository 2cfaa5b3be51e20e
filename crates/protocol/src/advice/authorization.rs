//! Advice on errors of the authorization endpoint.
use super::{Advice, advice, scope_refusals, target_faults};
use crate::authorize::{self, AuthorizationError, ShownError};
use crate::params::ParamsFault;
use crate::policy::Policy;
use crate::token::ScopeRefusal;
use crate::types::{ClientStatus, RedirectUriFault};

/// What can be wrong with a link, besides a repeated parameter.
const LINK_FAULTS: [authorize::RequestFault; 10] = [
    authorize::RequestFault::ChallengeRequired,
    authorize::RequestFault::ChallengeMissing,
    authorize::RequestFault::Challenge,
    authorize::RequestFault::ChallengeMethod,
    authorize::RequestFault::Key,
    authorize::RequestFault::ResponseType,
    authorize::RequestFault::ResponseMode,
    authorize::RequestFault::State,
    authorize::RequestFault::Prompt,
    authorize::RequestFault::MaxAge,
];

/// The same where OpenID Connect is spoken.
const OPENID_FAULTS: [authorize::RequestFault; 3] = [
    authorize::RequestFault::Nonce,
    authorize::RequestFault::Claims,
    authorize::RequestFault::Hint,
];

impl authorize::RequestFault {
    fn advice(&self) -> Advice {
        match self {
            Self::Repeated(_) => advice(
                "The same parameter stands twice in the link.",
                "Send each parameter once.",
            ),
            Self::State => advice(
                "state carries data of the app instead of a key to it.",
                "Keep the data in the session, and send a random value.",
            ),
            Self::ResponseType => advice("The link is incomplete.", "Add response_type=code."),
            Self::ResponseMode => advice(
                "response_mode asks for a fragment, or for a form where none is posted.",
                "Leave it out: the answer comes in the query string.",
            ),
            Self::ChallengeRequired => advice(
                "This app must use PKCE, and the link has no code_challenge.",
                "Send code_challenge and code_challenge_method=S256, and the verifier with the code.",
            ),
            Self::ChallengeMissing => advice(
                "There is a code_challenge_method, but no challenge.",
                "Send both or neither.",
            ),
            Self::Challenge => advice(
                "The challenge is hex, padded, or the verifier itself.",
                "Send the SHA-256 of the verifier as base64url without = (43 characters).",
            ),
            Self::ChallengeMethod => advice(
                "The method is plain, or is missing, which means plain.",
                "Send code_challenge_method=S256.",
            ),
            Self::Key => advice(
                "dpop_jkt is the key itself, or a thumbprint in hex or with padding.",
                "Send the SHA-256 thumbprint of the public key as base64url without = (43 characters).",
            ),
            Self::Prompt => advice(
                "prompt says that nobody is asked, and what they are asked.",
                "Send prompt=none alone, or leave none out.",
            ),
            Self::MaxAge => advice(
                "max_age has a sign, a fraction or a unit.",
                "Send whole seconds: max_age=3600.",
            ),
            Self::Nonce => advice(
                "nonce carries data of the app.",
                "Send a random value, and keep the data in the session.",
            ),
            Self::Claims => advice(
                "claims is not JSON, or asks for a claim by something else than null or an object.",
                "Send an object such as {\"userinfo\":{\"name\":null}}.",
            ),
            Self::Hint => advice(
                "id_token_hint is cut off, of another provider, or was given to another app.",
                "Send the ID token as it came, or leave it out.",
            ),
        }
    }
}

impl AuthorizationError {
    /// Every error that can be sent to an app under a policy.
    pub fn occurring(policy: &Policy) -> Vec<AuthorizationError> {
        let scopes = scope_refusals(policy).into_iter();
        let scopes = scopes.filter(|refusal| *refusal != ScopeRefusal::Exceeds);
        let repeated = authorize::RequestFault::Repeated("scope".to_owned());
        let mut all = vec![AuthorizationError::AccessDenied];
        all.extend([
            AuthorizationError::LoginRequired,
            AuthorizationError::ConsentRequired,
        ]);
        all.extend(scopes.map(AuthorizationError::InvalidScope));
        all.extend(target_faults(policy).map(AuthorizationError::InvalidTarget));
        all.extend(LINK_FAULTS.map(AuthorizationError::from));
        all.push(repeated.into());
        if policy.openid.is_some() {
            all.extend(OPENID_FAULTS.map(AuthorizationError::from));
            all.push(AuthorizationError::RegistrationNotSupported);
            all.push(AuthorizationError::UnmetAuthenticationRequirements);
        }
        all.extend([
            AuthorizationError::UnsupportedResponseType,
            AuthorizationError::UnauthorizedClient,
            AuthorizationError::RequestNotSupported,
            AuthorizationError::RequestUriNotSupported,
        ]);
        all
    }

    /// What leads to it, and what to do.
    pub fn advice(&self) -> Advice {
        match self {
            Self::InvalidRequest(fault) => fault.advice(),
            Self::UnsupportedResponseType => advice(
                "response_type is token, id_token or a mixture.",
                "Ask for a code, and exchange it.",
            ),
            Self::UnauthorizedClient => advice(
                "The app was registered without the grant authorization_code.",
                "Have the grant added to the app's registration.",
            ),
            Self::InvalidScope(refusal) => refusal.advice(),
            Self::InvalidTarget(fault) => fault.advice(),
            Self::AccessDenied => advice(
                "The person pressed Deny.",
                "Go on without, and do not ask again at once.",
            ),
            Self::LoginRequired => advice(
                "The link has prompt=none, and nobody is signed in, or not lately enough.",
                "Send the person to the same link without prompt=none.",
            ),
            Self::ConsentRequired => advice(
                "The link has prompt=none, and the person has not allowed all of this yet.",
                "Send the person to the same link without prompt=none.",
            ),
            Self::RequestNotSupported | Self::RequestUriNotSupported => advice(
                "The library sends a request object (JAR).",
                "Switch that off in the library.",
            ),
            Self::RegistrationNotSupported => advice(
                "The link has a parameter registration.",
                "Register the app, and leave the parameter out.",
            ),
            Self::UnmetAuthenticationRequirements => advice(
                "The acr that is asked for is none that this person's sign-in can have.",
                "Ask for one of acr_values_supported, or not as essential.",
            ),
        }
    }
}

impl ShownError {
    /// Every error that is shown to the person in place of a redirect.
    pub fn occurring() -> Vec<ShownError> {
        let uri = |fault| ShownError::RedirectUri { fault, sent: None };
        vec![
            uri(RedirectUriFault::Unregistered),
            uri(RedirectUriFault::Missing),
            ShownError::ClientMissing,
            ShownError::UnknownClient,
            ShownError::InactiveClient(ClientStatus::Pending),
            ShownError::InactiveClient(ClientStatus::Disabled),
            ShownError::Repeated("client_id"),
            ShownError::Params(ParamsFault::Escape),
        ]
    }

    /// What leads to it, and what to do.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Params(fault) => fault.advice(),
            Self::ContentType => advice(
                "The request was posted as something else than a form.",
                "Send a form, or put the parameters into the link.",
            ),
            Self::ClientMissing => advice(
                "The link has no client_id, or an empty one.",
                "Put the app's client_id into the link.",
            ),
            Self::Repeated(_) => advice(
                "client_id or redirect_uri stands twice in the link.",
                "Send each parameter once.",
            ),
            Self::UnknownClient => advice(
                "There is no app with this client_id.",
                "Compare it with the registration; mind the environment it is from.",
            ),
            Self::InactiveClient(ClientStatus::Pending) => advice(
                "The app waits for review.",
                "Ask the provider how far it is.",
            ),
            Self::InactiveClient(_) => advice(
                "The provider switched the app off.",
                "Ask the provider why.",
            ),
            Self::Document(_) => advice(
                "The document at client_id could not be read, or says what is not taken.",
                "Serve it as application/json, of at most 5 KiB, with its own URL as client_id.",
            ),
            Self::RedirectUri {
                fault: RedirectUriFault::Missing,
                ..
            } => advice(
                "The app has several redirect URIs, and the link names none.",
                "Name one of them.",
            ),
            Self::RedirectUri { .. } => advice(
                "redirect_uri differs from each registered one: in a slash at the end, http for https, www, a port \
                 or a query.",
                "Copy it letter by letter from the registration, or register the new one.",
            ),
        }
    }
}
