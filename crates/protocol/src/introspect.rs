//! Introspection (RFC 7662).
use crate::client_auth::AuthenticatedClient;
use crate::facts::{AccessFacts, RefreshFacts};
use crate::inactive;
use crate::lookup::{Found, TokenKind};
use crate::policy::Policy;
use crate::revocations::name_of;
use crate::types::{Client, ClientKind, Locator, Scope, Side, Subject, UnixTime};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::borrow::Cow;

/// The answer (§2.2). An inactive token says nothing else: "the authorization server SHOULD NOT include any
/// additional information about an inactive token".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection<'a> {
    /// Whether the token works now.
    pub active: bool,
    /// The rest, for an active token.
    pub details: Option<Details<'a>>,
}

/// One flat object. Written by hand, since a flattened member would be collected into a map first.
impl Serialize for Introspection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Introspection", 11)?;
        object.serialize_field("active", &self.active)?;
        if let Some(details) = &self.details {
            object.serialize_field("scope", details.scope.as_str())?;
            object.serialize_field("client_id", details.client_id)?;
            if let Some(token_type) = details.token_type {
                object.serialize_field("token_type", token_type)?;
            }
            object.serialize_field("exp", &details.exp)?;
            object.serialize_field("iat", &details.iat)?;
            object.serialize_field("sub", &details.sub)?;
            object.serialize_field("iss", details.iss)?;
            if details.side == Side::Test {
                object.serialize_field("mode", details.side.as_str())?;
            }
            if let Some(jti) = &details.jti {
                object.serialize_field("jti", jti)?;
            }
            if let Some(grant_id) = &details.grant_id {
                object.serialize_field("grant_id", grant_id)?;
            }
        }
        object.end()
    }
}

/// What an active token is (§2.2). Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details<'a> {
    /// Its scope.
    pub scope: &'a Scope,
    /// The app it was issued to.
    pub client_id: &'a str,
    /// `Bearer`; absent for a refresh token.
    pub token_type: Option<&'a str>,
    /// When it stops working.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// The person, or for client credentials the app itself.
    pub sub: Cow<'a, str>,
    /// The issuer.
    pub iss: &'a str,
    /// Which side it is on: the member `mode` says `test` and is absent otherwise.
    pub side: Side,
    /// The token's own name in the revocation feed; for resource servers.
    pub jti: Option<String>,
    /// Its grant's name there; for resource servers, and absent when no person allowed it.
    pub grant_id: Option<String>,
}

/// Whether this client may ask at all: "the authorization server MUST … require authorization" (§2.1), which
/// a public client cannot give.
pub fn may_introspect(client: &AuthenticatedClient) -> bool {
    client.kind == ClientKind::Confidential
}

/// Answers for a token. Only an app registered as a resource server learns of tokens issued to others; for
/// anyone else they are inactive, and a refresh token is active for its own app alone. Across the two sides
/// everything is inactive.
pub fn introspect<'a>(
    kind: &TokenKind,
    caller: &'a AuthenticatedClient,
    found: &'a Found,
    policy: &'a Policy,
    now: UnixTime,
) -> Introspection<'a> {
    let details = match found {
        _ if !kind.is_of(found) => None,
        Found::AccessToken(facts) if caller.resource_server || facts.token.client == caller.no => {
            access_details(facts, caller, policy, now).filter(|details| details.side == caller.side)
        }
        Found::RefreshToken(facts) if facts.grant.client == caller.no => {
            refresh_details(facts, caller, policy, now)
        }
        _ => None,
    };
    Introspection {
        active: details.is_some(),
        details,
    }
}

fn access_details<'a>(
    facts: &'a AccessFacts,
    caller: &AuthenticatedClient,
    policy: &'a Policy,
    now: UnixTime,
) -> Option<Details<'a>> {
    let client = inactive::access_token(facts, policy, now).ok()?;
    let token = &facts.token;
    let mut details = details(client, token.subject, &token.scope, token.id, policy);
    details.iat = details.iat.min(now.0);
    details.token_type = Some(&policy.tokens.token_type);
    details.exp = token.expires_at.0;
    if caller.resource_server {
        details.jti = Some(name_of(token.id));
        details.grant_id = token.subject.map(|_| name_of(token.grant));
    }
    Some(details)
}

fn refresh_details<'a>(
    facts: &'a RefreshFacts,
    client: &'a AuthenticatedClient,
    policy: &'a Policy,
    now: UnixTime,
) -> Option<Details<'a>> {
    inactive::refresh_token(facts, Some(client), policy, now).ok()?;
    let (token, grant) = (&facts.token, &facts.grant);
    let mut details = details(client, Some(grant.subject), &grant.scope, token.id, policy);
    details.iat = details.iat.min(now.0);
    details.exp = token.expires_at.0;
    Some(details)
}

fn details<'a>(
    client: &'a Client,
    subject: Option<Subject>,
    scope: &'a Scope,
    id: Locator,
    policy: &'a Policy,
) -> Details<'a> {
    Details {
        scope,
        client_id: &client.id,
        token_type: None,
        exp: 0,
        iat: id.time().0,
        sub: match subject {
            Some(subject) => Cow::Owned(policy.subjects.write(subject)),
            None => Cow::Borrowed(&client.id),
        },
        iss: &policy.issuer,
        side: client.side,
        jti: None,
        grant_id: None,
    }
}
