//! Redeeming a code (RFC 6749 §4.1.3, RFC 7636 §4.6).
use super::begin::Allowed;
use super::{Context, check_connection, still_holds};
use crate::client_auth::AuthenticatedClient;
use crate::decision::{Decision, Mint};
use crate::facts::CodeFacts;
use crate::params::Params;
use crate::policy::RedirectUriAtToken;
use crate::resource::Resources;
use crate::token::{GrantFault, RequestFault, TokenError, TokenReply};
use crate::transition::{GrantChange, RevocationCause, Transition};
use crate::types::{AuthorizationCode, GrantType};
use wire::Presented;
use wire::dpop::ProofFault;

/// A code presented for redemption.
#[derive(Debug, Clone)]
pub struct CodeRedemption {
    /// The code; `None` when the text cannot be one of ours.
    pub code: Option<Presented>,
    /// The redirect URI, if sent.
    pub redirect_uri: Option<String>,
    /// The PKCE verifier, if sent.
    pub verifier: Option<String>,
}

impl CodeRedemption {
    pub(super) fn read(params: &Params) -> Result<Self, TokenError> {
        let code = params.get("code").ok_or(RequestFault::Missing("code"))?;
        Ok(CodeRedemption {
            code: Presented::parse(code),
            redirect_uri: params.get("redirect_uri").map(str::to_owned),
            verifier: params.get("code_verifier").map(str::to_owned),
        })
    }
}

/// Redeems an authorization code, once.
///
/// The checks run in the order they stand. Replay is judged after all that only the code's own client can
/// satisfy (client, redirect URI, verifier), so nobody else can have a grant revoked (RFC 9700 §4.8,
/// OAuth 2.1 §7.5.3).
pub fn redeem<M: Mint>(
    (request, resources): (&CodeRedemption, &Resources),
    client: &AuthenticatedClient,
    facts: Option<CodeFacts>,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    check(request, client, facts, context)
        .map(|facts| decide(client, resources, facts, context))
        .into()
}

fn check<M>(
    request: &CodeRedemption,
    client: &AuthenticatedClient,
    facts: Option<CodeFacts>,
    context: &Context<'_, M>,
) -> Result<CodeFacts, TokenError> {
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(TokenError::UnauthorizedClient(GrantType::AuthorizationCode));
    }
    let presented = request.code.as_ref().ok_or(GrantFault::Unknown)?;
    let facts = facts.ok_or(GrantFault::Unknown)?;
    if facts.code.digest != presented.digest {
        return Err(GrantFault::Digest.into());
    }
    if facts.code.client != client.no {
        return Err(GrantFault::of_another(presented.prefix(), client.side).into());
    }
    check_key(presented, client)?;
    check_redirect_uri(request, &facts.code, context.policy.tokens.redirect_uri)?;
    check_verifier(request.verifier.as_deref(), &facts.code)?;
    Ok(facts)
}

/// "verifies that it matches the dpop_jkt parameter value in the authorization request. If they do not match, it MUST
/// reject the request" (RFC 9449 §10).
fn check_key(presented: &Presented, client: &AuthenticatedClient) -> Result<(), TokenError> {
    if !presented.is_bound() {
        return Ok(());
    }
    match client.key() {
        None => Err(ProofFault::Missing.into()),
        held if held == presented.key().as_ref() => Ok(()),
        Some(_) => Err(GrantFault::Key.into()),
    }
}

/// "their values MUST be identical" (RFC 6749 §4.1.3); absence is for the policy to judge.
fn check_redirect_uri(
    request: &CodeRedemption,
    code: &AuthorizationCode,
    policy: RedirectUriAtToken,
) -> Result<(), TokenError> {
    match (&request.redirect_uri, policy) {
        (Some(sent), _) if *sent != code.redirect_uri => Err(GrantFault::RedirectUri.into()),
        (None, RedirectUriAtToken::Required) => Err(RequestFault::Missing("redirect_uri").into()),
        _ => Ok(()),
    }
}

fn check_verifier(verifier: Option<&str>, code: &AuthorizationCode) -> Result<(), GrantFault> {
    match (&code.challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(GrantFault::VerifierUnexpected),
        (Some(_), None) => Err(GrantFault::VerifierMissing),
        (Some(challenge), Some(verifier)) if challenge.verify(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(GrantFault::VerifierMismatch),
    }
}

fn decide<M: Mint>(
    client: &AuthenticatedClient,
    resources: &Resources,
    facts: CodeFacts,
    context: &Context<'_, M>,
) -> Decision<TokenReply, TokenError> {
    let code = facts.code;
    if facts.redeemed {
        return Decision::Refused {
            error: GrantFault::Replayed.into(),
            transition: Some(Transition::Grant(GrantChange::Revoke {
                grant: code.id,
                client: code.client,
                subject: Some(code.subject),
                cause: RevocationCause::CodeReplay,
            })),
        };
    }
    if context.now >= code.expires_at {
        return Decision::refuse(GrantFault::Expired);
    }
    if !still_holds(client, facts.person.as_ref(), code.id) {
        return Decision::refuse(GrantFault::Person);
    }
    if let Err(error) = check_connection(&facts.connection, code.id, &code.scope) {
        return Decision::refuse(error);
    }
    let allowed = Allowed {
        id: code.id,
        subject: code.subject,
        organization: code.organization,
        workspace: facts.workspace,
        scope: code.scope,
        scope_named: code.scope_named,
        auth_time: code.auth_time,
        asked: facts.asked,
    };
    allowed.begin(client, facts.person.as_ref(), resources, context)
}
