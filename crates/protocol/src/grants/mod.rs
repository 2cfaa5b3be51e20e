//! The grants, one file each, and what they share: which scope, which tokens.
pub mod authorization_code;
mod begin;
pub mod client_credentials;
pub mod device_code;
mod jwt;
pub mod refresh_token;
mod response;

use self::authorization_code::CodeRedemption;
use self::refresh_token::RefreshRequest;
use crate::apis::TokenForm;
use crate::client_auth::AuthenticatedClient;
use crate::decision::{Decision, Mint};
use crate::dpop;
use crate::facts::AccountStatus;
use crate::lookup::{Found, Lookup};
use crate::own_api;
use crate::params::Params;
use crate::policy::Policy;
use crate::resource::Resources;
use crate::signer::Signer;
use crate::token::{GrantFault, ScopeRefusal, TokenError, TokenReply, read_scope};
use crate::types::{
    AccessToken, Authentication, Client, ConnectionStanding, GrantType, Lifetime, Locator, Person,
    RefreshToken, Scope, Subject, UnixTime,
};
use wire::{Presented, TokenText};

/// One request of each grant type: all that the token endpoint knows of the grants.
#[derive(Debug, Clone)]
pub enum GrantRequest {
    /// RFC 6749 §4.1.3.
    AuthorizationCode(CodeRedemption),
    /// RFC 6749 §6.
    RefreshToken(RefreshRequest),
    /// RFC 6749 §4.4.2.
    ClientCredentials {
        /// The scope asked for; `None`: the default.
        scope: Option<Scope>,
    },
    /// RFC 8628 §3.4: the device code; `None` when the text cannot be one of ours.
    DeviceCode(Option<Presented>),
}

impl GrantRequest {
    /// Reads the parameters of its grant.
    pub(crate) fn read(grant: GrantType, params: &Params) -> Result<Self, TokenError> {
        Ok(match grant {
            GrantType::AuthorizationCode => {
                GrantRequest::AuthorizationCode(CodeRedemption::read(params)?)
            }
            GrantType::RefreshToken => GrantRequest::RefreshToken(RefreshRequest::read(params)?),
            GrantType::ClientCredentials => GrantRequest::ClientCredentials {
                scope: read_scope(params)?,
            },
            GrantType::DeviceCode => GrantRequest::DeviceCode(device_code::read(params)?),
        })
    }

    pub(crate) fn lookup(&self) -> Lookup {
        match self {
            GrantRequest::AuthorizationCode(asked) => Lookup::of(asked.code.as_ref(), Lookup::Code),
            GrantRequest::RefreshToken(asked) => {
                Lookup::of(asked.token.as_ref(), Lookup::RefreshToken)
            }
            GrantRequest::ClientCredentials { .. } => Lookup::Nothing,
            GrantRequest::DeviceCode(code) => Lookup::of(code.as_ref(), Lookup::Device),
        }
    }

    pub(crate) fn decide<M: Mint>(
        &self,
        client: &AuthenticatedClient,
        found: Found,
        resources: &Resources,
        context: &Context<'_, M>,
    ) -> Decision<TokenReply, TokenError> {
        match self {
            GrantRequest::AuthorizationCode(asked) => {
                authorization_code::redeem((asked, resources), client, found.code(), context)
            }
            GrantRequest::RefreshToken(asked) => {
                refresh_token::rotate((asked, resources), client, found.refresh_token(), context)
            }
            GrantRequest::ClientCredentials { scope } => {
                client_credentials::issue((scope.as_ref(), resources), client, context)
            }
            GrantRequest::DeviceCode(code) => {
                device_code::poll((code.as_ref(), resources), client, found.device(), context)
            }
        }
    }

    /// A code or refresh token that somebody else won is found used when it is read again; a device's pace can be
    /// changed by others any number of times.
    pub(crate) fn when_contended(&self, policy: &Policy) -> Option<TokenError> {
        match self {
            GrantRequest::DeviceCode(_) => Some(device_code::crowded_out(policy)),
            GrantRequest::AuthorizationCode(_)
            | GrantRequest::RefreshToken(_)
            | GrantRequest::ClientCredentials { .. } => None,
        }
    }
}

/// What every grant needs besides its own facts.
#[derive(Clone, Copy)]
pub struct Context<'a, M> {
    /// The issuer's rules.
    pub policy: &'a Policy,
    /// The present moment.
    pub now: UnixTime,
    /// Where ids and secrets come from.
    pub mint: &'a M,
    /// What signs what others verify by themselves.
    pub signer: &'a dyn Signer,
}

/// The scope an app gets for what it asks (RFC 6749 §3.3): every name must be in the catalogue, be among the
/// app's own if it has a list, and be approved if it is restricted. Asking for nothing means the default.
/// Where the policy narrows scopes, what the app may not have is left out instead, if anything is left.
///
/// # Errors
/// [`ScopeRefusal`] for the first name that may not be asked for.
pub fn scope_for(
    client: &Client,
    asked: Option<&Scope>,
    policy: &Policy,
) -> Result<Scope, ScopeRefusal> {
    let Some(asked) = asked.filter(|scope| !scope.is_empty()) else {
        return default_scope(client, policy);
    };
    let mut refused = None;
    for name in asked.names() {
        match check_scope(client, name, asked, policy) {
            Err(refusal) if policy.narrow_scope && refusal.is_of_the_app() => {
                refused.get_or_insert(refusal);
            }
            checked => checked?,
        }
    }
    let Some(refusal) = refused else {
        return Ok(asked.clone());
    };
    let left = still_allowed(client, asked, policy);
    match left.is_empty() {
        true => Err(refusal),
        false => Ok(left),
    }
}

/// `all`: the scope that the name is one of.
fn check_scope(
    client: &Client,
    name: &str,
    all: &Scope,
    policy: &Policy,
) -> Result<(), ScopeRefusal> {
    let Some(entry) = policy.scope(name) else {
        return match own_api::may_ask(client, name, all, policy) {
            true => Ok(()),
            false => Err(ScopeRefusal::Unknown(name.to_owned())),
        };
    };
    if client
        .scopes
        .as_ref()
        .is_some_and(|own| !own.contains(name))
    {
        return Err(ScopeRefusal::NotAllowed(name.to_owned()));
    }
    match entry.restricted && !client.approved.contains(name) {
        true => Err(ScopeRefusal::Restricted(name.to_owned())),
        false => Ok(()),
    }
}

/// Whether anything is left of a granted scope, see [`still_allowed`].
pub(crate) fn may_still_ask(client: &Client, granted: &Scope, policy: &Policy) -> bool {
    let mut names = granted.names();
    names.any(|name| check_scope(client, name, granted, policy).is_ok())
}

/// What is left of a granted scope: names that were taken out of the catalogue, off the app's list, or whose
/// approval was withdrawn, are no longer given.
pub(crate) fn still_allowed(client: &Client, granted: &Scope, policy: &Policy) -> Scope {
    let may = |name: &&str| check_scope(client, name, granted, policy).is_ok();
    granted.names().filter(may).collect()
}

/// The catalogue's default as far as the app may have it; failing that, the app's own list.
fn default_scope(client: &Client, policy: &Policy) -> Result<Scope, ScopeRefusal> {
    let allowed = |all: &Scope| still_allowed(client, all, policy);
    let default = allowed(&policy.default_scope());
    let own = client.scopes.as_ref().filter(|_| default.is_empty());
    let scope = own.map_or(default, allowed);
    match scope.is_empty() {
        true => Err(ScopeRefusal::NoDefault),
        false => Ok(scope),
    }
}

/// Whether what a person allowed an app at the moment `at` still holds: neither was switched off since, and both
/// are on the same side.
fn still_holds(client: &Client, person: Option<&Person>, at: Locator) -> bool {
    person.is_some_and(|person| AccountStatus::from(person).honours(at) && client.may_meet(person))
        && at >= client.not_before
}

/// Whether the person has not taken back what began as `grant`, of which this scope is left.
///
/// # Errors
/// [`GrantFault::Removed`], and [`TokenError::Paused`] for now.
fn check_connection(
    connection: &ConnectionStanding,
    grant: Locator,
    left: &Scope,
) -> Result<(), TokenError> {
    match connection.lasts(grant, left) {
        true if connection.paused => Err(TokenError::Paused),
        true => Ok(()),
        false => Err(GrantFault::Removed.into()),
    }
}

/// For whom and for what a token is made.
struct For<'a> {
    grant: Locator,
    client: &'a AuthenticatedClient,
    subject: Option<Subject>,
    /// What the company's own login calls them.
    external_id: Option<&'a str>,
    organization: Option<Locator>,
    /// What the company calls it.
    workspace: Option<&'a str>,
    scope: &'a Scope,
    /// How the request spelled the APIs that it is for.
    resources: &'a Resources,
    /// When the person had signed in; `None` for client credentials.
    auth_time: Option<UnixTime>,
    /// How, as far as that was read.
    proved: Option<&'a Authentication>,
    /// No token outlives this.
    cap: Option<UnixTime>,
}

/// # Errors
/// [`TokenError::CannotSign`] where it would be a JWT.
fn access_token<M: Mint>(
    wanted: For<'_>,
    context: &Context<'_, M>,
) -> Result<(TokenText, AccessToken), TokenError> {
    let (id, policy) = (context.mint.locator(), context.policy);
    let expires_at = expiry(
        context.now,
        policy.access_lifetime(wanted.scope),
        wanted.cap,
    );
    let text = match policy.token_form(wanted.scope) {
        TokenForm::Opaque => {
            let prefix = wanted.client.side.mark(&policy.tokens.access_prefix);
            dpop::text_for(wanted.client, &prefix, id.0, &context.mint.secret())
        }
        TokenForm::Jwt(algorithm) => jwt::text(&wanted, (id, expires_at), algorithm, context)?,
    };
    let token = AccessToken {
        id,
        digest: text.digest(),
        grant: wanted.grant,
        client: wanted.client.no,
        subject: wanted.subject,
        organization: wanted.organization,
        scope: wanted.scope.clone(),
        expires_at,
    };
    Ok((text, token))
}

fn refresh_token<M: Mint>(
    client: &AuthenticatedClient,
    grant: Locator,
    cap: UnixTime,
    context: &Context<'_, M>,
) -> (TokenText, RefreshToken) {
    let id = context.mint.locator();
    let tokens = &context.policy.tokens;
    let prefix = client.side.mark(&tokens.refresh_prefix);
    let text = dpop::text_for(client, &prefix, id.0, &context.mint.secret());
    let token = RefreshToken {
        id,
        digest: text.digest(),
        grant,
        expires_at: expiry(context.now, tokens.refresh, Some(cap)),
    };
    (text, token)
}

fn expiry(now: UnixTime, lifetime: Lifetime, cap: Option<UnixTime>) -> UnixTime {
    let end = now.plus(lifetime);
    cap.map_or(end, |cap| end.min(cap))
}
