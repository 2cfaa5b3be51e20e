//! The authorization endpoint (RFC 6749 §3.1, §4.1): the ordered checks, then who must be asked what, then
//! the response.
mod error;
mod interaction;
mod prompt;
mod response;
mod step;

pub use error::{
    AuthorizationError, AuthorizationFault, RedirectedError, RequestFault, ShownError,
};
pub use interaction::{Handle, InteractionFault};
pub use prompt::{Moment, Prompt};
pub use response::{AuthorizationResponse, ResponseMode};
pub use step::Step;

use crate::accounts::mail_link::LinkMail;
use crate::accounts::people::MAX_EMAIL;
use crate::decision::{Decision, Mint};
use crate::facts::{AccountStatus, SessionFacts};
use crate::grants::{Context, may_still_ask, scope_for};
use crate::openid::{AcrWish, AuthenticationRequest, ClaimsRequest, OPENID};
use crate::params::Params;
use crate::policy::{PkcePolicy, Policy};
use crate::resource::Resources;
use crate::token::ScopeRefusal;
use crate::transition::{AuthorizeChange, Transition};
use crate::types::{
    AuthorizationCode, Client, ClientKind, CodeChallenge, Consent, GrantType, Interaction,
    Language, Lifetime, Locator, Person, Scope, VerifiedRedirectUri,
};
use std::sync::Arc;
use wire::TokenText;
use wire::dpop::Thumbprint;

/// What a code's text starts with.
pub const CODE_PREFIX: &str = "ac_";
/// What an interaction's handle starts with.
pub const HANDLE_PREFIX: &str = "rq_";

/// Longest `state`, in bytes.
pub const MAX_STATE: usize = 4_096;
/// The parameters of a request that are kept; unknown ones are ignored (§3.1), so they are not.
const KEPT: [&str; 16] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "login_hint",
    "nonce",
    "claims",
    "id_token_hint",
    "dpop_jkt",
];

/// A request that passed every check. Its redirect URI is verified, so it may be answered there.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Arc<Client>,
    /// Where the answer goes.
    pub redirect_uri: VerifiedRedirectUri,
    /// What is asked for, the default when nothing was named.
    pub scope: Scope,
    /// Comes back unchanged.
    pub state: Option<String>,
    /// The S256 challenge.
    pub challenge: Option<CodeChallenge>,
    /// The key that its code is to be bound to (`dpop_jkt`, RFC 9449 §10). Few name one.
    pub key: Option<Box<Thumbprint>>,
    /// How its person is to be met.
    pub prompt: Prompt,
    /// How the answer is brought there.
    pub response_mode: ResponseMode,
    /// What it asks of the sign-in, if it is of OpenID Connect.
    pub authentication: Option<Box<AuthenticationRequest>>,
    /// The APIs that it names.
    resources: Resources,
    params: Params,
}

/// The `client_id` of a request, to look its app up by.
///
/// # Errors
/// [`ShownError`] when it is missing or repeated.
pub fn client_id(params: &Params) -> Result<&str, ShownError> {
    if params.is_repeated("client_id") {
        return Err(ShownError::Repeated("client_id"));
    }
    params.get("client_id").ok_or(ShownError::ClientMissing)
}

/// The checks, in the order of precedence of their errors: first who asks and where the answer would go,
/// which are shown; then all others, which are sent there.
///
/// # Errors
/// [`AuthorizationFault`].
pub fn check<M>(
    params: Params,
    client: Option<Arc<Client>>,
    context: &Context<'_, M>,
) -> Result<AuthorizationRequest, AuthorizationFault> {
    check_for(params, client, None, context)
}

/// The same for whoever is signed in: an app that waits for review works for whoever runs it.
///
/// # Errors
/// [`AuthorizationFault`].
pub fn check_for<M>(
    params: Params,
    client: Option<Arc<Client>>,
    person: Option<&Person>,
    context: &Context<'_, M>,
) -> Result<AuthorizationRequest, AuthorizationFault> {
    let policy = context.policy;
    let client = check_client(client, person, policy)?;
    let redirect_uri = check_redirect_uri(&params, &client, policy)?;
    let response_mode = ResponseMode::of(&params, policy);
    match check_rest(&params, &client, context) {
        Ok(rest) => Ok(AuthorizationRequest {
            state: params.get("state").map(str::to_owned),
            client,
            redirect_uri,
            scope: rest.scope,
            challenge: rest.challenge,
            key: rest.key,
            prompt: rest.prompt,
            response_mode: response_mode.unwrap_or_default(),
            authentication: rest.authentication,
            resources: rest.resources,
            params,
        }),
        Err(error) => Err(AuthorizationFault::Redirected(Box::new(RedirectedError {
            redirect_uri,
            state: state_of(&params),
            response_mode: response_mode.unwrap_or_default(),
            error,
        }))),
    }
}

/// A repeated `state` is nobody's: it does not come back.
fn state_of(params: &Params) -> Option<String> {
    let state = params.get("state").filter(|_| !params.is_repeated("state"));
    state.map(str::to_owned)
}

fn check_client(
    client: Option<Arc<Client>>,
    person: Option<&Person>,
    policy: &Policy,
) -> Result<Arc<Client>, ShownError> {
    let client = client.filter(|client| policy.serves(client));
    let client = client.ok_or(ShownError::UnknownClient)?;
    let works = |person: &Person| client.works_for(person.subject) && person.test_app.is_none();
    match client.is_active() || person.is_some_and(works) {
        true => Ok(client),
        false => Err(ShownError::InactiveClient(client.status)),
    }
}

fn check_redirect_uri(
    params: &Params,
    client: &Client,
    policy: &Policy,
) -> Result<VerifiedRedirectUri, ShownError> {
    if params.is_repeated("redirect_uri") {
        return Err(ShownError::Repeated("redirect_uri"));
    }
    let sent = params.get("redirect_uri");
    client
        .verify_redirect_uri(sent, policy.redirects)
        .or_else(|fault| {
            let playground = client.verify_playground(sent, &policy.issuer);
            playground.ok_or(fault)
        })
        .map_err(|fault| ShownError::RedirectUri {
            fault,
            sent: sent.map(str::to_owned),
        })
}

/// What a request says once it is known who asks and where the answer goes.
struct Rest {
    scope: Scope,
    challenge: Option<CodeChallenge>,
    key: Option<Box<Thumbprint>>,
    prompt: Prompt,
    authentication: Option<Box<AuthenticationRequest>>,
    resources: Resources,
}

fn check_rest<M>(
    params: &Params,
    client: &Client,
    context: &Context<'_, M>,
) -> Result<Rest, AuthorizationError> {
    let policy = context.policy;
    check_repetition(params)?;
    check_request_object(params)?;
    check_state(params)?;
    check_response_type(params)?;
    ResponseMode::of(params, policy)?;
    check_grant(client, policy)?;
    let challenge = check_challenge(params, client, policy)?;
    let key = check_key(params)?;
    let (scope, claims) = check_scope(params, client, policy)?;
    let resources = Resources::read(params, policy);
    let narrowed = resources.narrow(&scope, policy);
    let narrowed = narrowed.map_err(AuthorizationError::InvalidTarget)?;
    let scope = narrowed.unwrap_or(scope);
    let prompt = Prompt {
        acr: AcrWish::of(params, claims.essential_acr(), policy),
        ..Prompt::of(params)?
    };
    let asked = (&scope, &claims);
    let authentication = AuthenticationRequest::of(params, client, asked, context)?;
    Ok(Rest {
        scope,
        challenge,
        key,
        prompt,
        authentication,
        resources,
    })
}

fn check_repetition(params: &Params) -> Result<(), AuthorizationError> {
    match params.repeated() {
        Some(name) => Err(RequestFault::Repeated(name.to_owned()).into()),
        None => Ok(()),
    }
}

/// A state comes back unchanged, and is kept until then: so it has a bound.
fn check_state(params: &Params) -> Result<(), AuthorizationError> {
    match params
        .get("state")
        .is_some_and(|state| state.len() > MAX_STATE)
    {
        true => Err(RequestFault::State.into()),
        false => Ok(()),
    }
}

/// A request object would override plain parameters, so ignoring one would answer another question.
fn check_request_object(params: &Params) -> Result<(), AuthorizationError> {
    let refused = [
        ("request", AuthorizationError::RequestNotSupported),
        ("request_uri", AuthorizationError::RequestUriNotSupported),
        ("registration", AuthorizationError::RegistrationNotSupported),
    ];
    let sent = refused
        .into_iter()
        .find(|(name, _)| params.get(name).is_some());
    sent.map_or(Ok(()), |(_, error)| Err(error))
}

fn check_response_type(params: &Params) -> Result<(), AuthorizationError> {
    match params.get("response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(AuthorizationError::UnsupportedResponseType),
        None => Err(RequestFault::ResponseType.into()),
    }
}

fn check_grant(client: &Client, policy: &Policy) -> Result<(), AuthorizationError> {
    let grant = GrantType::AuthorizationCode;
    match client.may_use(grant) && policy.allows(grant) {
        true => Ok(()),
        false => Err(AuthorizationError::UnauthorizedClient),
    }
}

/// PKCE (RFC 7636 §4.3, §4.4.1): S256 only; a challenge without a method would mean `plain`.
fn check_challenge(
    params: &Params,
    client: &Client,
    policy: &Policy,
) -> Result<Option<CodeChallenge>, AuthorizationError> {
    let required = client.kind == ClientKind::Public || policy.pkce == PkcePolicy::All;
    match (
        params.get("code_challenge"),
        params.get("code_challenge_method"),
    ) {
        (None, None) if required => Err(RequestFault::ChallengeRequired.into()),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(RequestFault::ChallengeMissing.into()),
        (Some(challenge), Some("S256")) => CodeChallenge::parse(challenge)
            .map(Some)
            .ok_or_else(|| RequestFault::Challenge.into()),
        (Some(_), _) => Err(RequestFault::ChallengeMethod.into()),
    }
}

fn check_key(params: &Params) -> Result<Option<Box<Thumbprint>>, AuthorizationError> {
    let Some(text) = params.get("dpop_jkt") else {
        return Ok(None);
    };
    let key = Thumbprint::parse(text).ok_or(RequestFault::Key)?;
    Ok(Some(Box::new(key)))
}

/// The scope, and the claims that are asked for by name: one of these is allowed as the scope is that opens it.
fn check_scope(
    params: &Params,
    client: &Client,
    policy: &Policy,
) -> Result<(Scope, ClaimsRequest), AuthorizationError> {
    let refused = AuthorizationError::InvalidScope;
    let asked = params.get("scope").map(Scope::parse).transpose();
    let asked = asked.map_err(|fault| refused(ScopeRefusal::Fault(fault)))?;
    let scope = scope_for(client, asked.as_ref(), policy).map_err(refused)?;
    if policy.openid.is_none() || !scope.contains(OPENID) {
        return Ok((scope, ClaimsRequest::default()));
    }
    let claims = ClaimsRequest::of(params)?;
    let may_ask = |name: &str| may_still_ask(client, &one_scope(name), policy);
    let opening: Scope = claims.scopes(policy, may_ask).into_iter().collect();
    Ok((scope.union(&opening), claims))
}

fn one_scope(name: &str) -> Scope {
    std::iter::once(name).collect()
}

impl AuthorizationRequest {
    /// The request as a form, to be kept on the server.
    pub fn to_form(&self) -> String {
        let kept = KEPT
            .iter()
            .filter_map(|name| Some((*name, self.params.get(name)?)))
            .filter(|(name, value)| match *name {
                "login_hint" => value.len() <= MAX_EMAIL,
                "acr_values" => self.prompt.acr != AcrWish::Any,
                // Read by nobody, and of any length, where OpenID Connect is not spoken.
                "nonce" | "claims" | "id_token_hint" => self.authentication.is_some(),
                _ => true,
            });
        // Of the languages that it asks for, the one that is spoken.
        let locales = self.params.get("ui_locales");
        let language = locales.and_then(Language::of_ui_locales);
        let language = language.map(|language| ("ui_locales", language.tag()));
        let resources = self.resources.iter().map(|resource| ("resource", resource));
        Params::from_pairs(kept.chain(language).chain(resources)).to_form()
    }

    /// What the app says of who will sign in: an address, as a rule (OpenID Connect Core §3.1.2.1).
    pub fn login_hint(&self) -> Option<&str> {
        self.params.get("login_hint")
    }

    /// What the app sent of how its person is to be met.
    pub fn sent(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// Whether it names a scope.
    fn names_scope(&self) -> bool {
        let named = self.params.get("scope");
        named.is_some_and(|scope| !scope.trim().is_empty())
    }

    /// Whether it names this scope, no more and no less.
    fn names(&self, scope: &Scope) -> bool {
        let named = self.params.get("scope").map(Scope::parse);
        named.is_some_and(|named| named.as_ref() == Ok(scope))
    }

    /// Keeps the request until the person has answered. Returns the browser's handle.
    pub fn keep<M: Mint>(&self, context: &Context<'_, M>) -> (TokenText, Transition) {
        let id = context.mint.locator();
        let handle = TokenText::new(HANDLE_PREFIX, id.0, &context.mint.secret());
        let interaction = Interaction {
            id,
            digest: handle.digest(),
            client: self.client.no,
            request: self.to_form(),
            expires_at: context.now.plus(context.policy.accounts.interaction),
            answered_at: None,
            code: None,
        };
        (
            handle,
            Transition::Authorize(AuthorizeChange::Keep(interaction)),
        )
    }

    /// Issues a code to a person who allowed this of the request before. The reply is what the browser brings to the app.
    pub fn issue_code<M: Mint>(
        &self,
        scope: Scope,
        session: &SessionFacts,
        context: &Context<'_, M>,
    ) -> Decision<AuthorizationResponse, ()> {
        self.issue_for(None, scope, session, context)
    }

    /// The same, for an organization or the person's own account.
    pub fn issue_for<M: Mint>(
        &self,
        organization: Option<Locator>,
        scope: Scope,
        session: &SessionFacts,
        context: &Context<'_, M>,
    ) -> Decision<AuthorizationResponse, ()> {
        let secret = |_| context.mint.secret();
        let whose = (session, organization);
        self.issue_code_of((secret, scope), whose, None, None, context)
    }

    /// The same, with a secret that is made for the code's id, and with the mail that tells of what is given.
    pub(crate) fn issue_code_of<M: Mint>(
        &self,
        (secret, scope): (impl FnOnce(Locator) -> [u8; 32], Scope),
        (session, organization): (&SessionFacts, Option<Locator>),
        given: Option<(Consent, Option<Box<LinkMail>>)>,
        interaction: Option<Locator>,
        context: &Context<'_, M>,
    ) -> Decision<AuthorizationResponse, ()> {
        let id = context.mint.locator();
        let person = &session.person;
        if !AccountStatus::from(person).honours(id) || !self.client.may_meet(person) {
            return Decision::refuse(());
        }
        let text = self.code_text(id, &secret(id));
        let code = AuthorizationCode {
            id,
            digest: text.digest(),
            client: self.client.no,
            subject: session.person.subject,
            organization,
            // Less than what was asked for is told (RFC 6749 §5.1).
            scope_named: self.names(&scope),
            redirect_uri: self.redirect_uri.as_str().to_owned(),
            challenge: self.challenge.clone(),
            auth_time: session.session.auth_time,
            expires_at: context.now.plus(code_lifetime(&scope, context.policy)),
            scope,
        };
        let (consent, notice) = given.unzip();
        let end = context.now.plus(context.policy.tokens.grant);
        let authentication = self.carried((id, &code.scope), session, end, context.policy);
        let transition = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication,
            code,
            interaction,
            consent,
            notice: notice.flatten(),
        });
        Decision::grant(transition, self.success(&text, context.policy))
    }

    /// The text of a code.
    pub(crate) fn code_text(&self, id: Locator, secret: &[u8; 32]) -> TokenText {
        let prefix = self.client.side.mark(CODE_PREFIX);
        TokenText::bound_to(self.key.as_deref(), &prefix, id.0, secret)
    }

    pub(crate) fn success(&self, code: &TokenText, policy: &Policy) -> AuthorizationResponse {
        let mut parameters = vec![("code", code.as_str())];
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.extend(policy.response_iss().map(|issuer| ("iss", issuer)));
        self.response_mode.response(&self.redirect_uri, &parameters)
    }

    /// The answer for a person who said no.
    pub fn denied(&self) -> RedirectedError {
        self.refused(AuthorizationError::AccessDenied)
    }

    /// The answer where it cannot go on.
    pub fn refused(&self, error: AuthorizationError) -> RedirectedError {
        RedirectedError {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            response_mode: self.response_mode,
            error,
        }
    }
}

/// A code lives shorter when any of its scopes shows personal details.
fn code_lifetime(scope: &Scope, policy: &Policy) -> Lifetime {
    let personal = |name: &str| policy.scope(name).is_some_and(|entry| entry.personal);
    match scope.names().any(personal) {
        true => policy.tokens.code_personal,
        false => policy.tokens.code,
    }
}
