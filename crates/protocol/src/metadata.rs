//! Authorization server metadata (RFC 8414).
use crate::policy::Policy;
use crate::types::{AuthMethod, GrantType};
use serde::Serialize;

/// Absolute URLs of the endpoints that are switched on.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// The authorization endpoint.
    pub authorization: Option<String>,
    /// The token endpoint.
    pub token: Option<String>,
    /// The revocation endpoint.
    pub revocation: Option<String>,
    /// The introspection endpoint.
    pub introspection: Option<String>,
    /// The token info endpoint (not in any RFC).
    pub token_info: Option<String>,
    /// The device authorization endpoint (RFC 8628 §4).
    pub device_authorization: Option<String>,
    /// The revocation feed (not in any RFC).
    pub revocations: Option<String>,
}

/// The document (§2). What is switched off is absent, and "Claims that return zero elements MUST be omitted
/// from the response" (§3.2).
#[derive(Debug, Serialize)]
pub struct Metadata<'a> {
    issuer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_info_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocations_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response_types_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response_modes_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    grant_types_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_challenge_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    authorization_response_iss_parameter_supported: bool,
}

/// Writes the document for an issuer. `client_secret_basic` is listed first, since some clients take the
/// first one they know.
pub fn document(policy: &Policy, endpoints: Endpoints) -> Metadata<'_> {
    let with_secret = vec![
        AuthMethod::ClientSecretBasic.as_str(),
        AuthMethod::ClientSecretPost.as_str(),
    ];
    let mut all = with_secret.clone();
    all.push(AuthMethod::None.as_str());
    let codes = policy.allows(GrantType::AuthorizationCode) && endpoints.authorization.is_some();
    let if_codes = |values: &[&'static str]| if codes { values.to_vec() } else { Vec::new() };
    Metadata {
        issuer: &policy.issuer,
        response_types_supported: if_codes(&["code"]),
        response_modes_supported: if_codes(&["query"]),
        code_challenge_methods_supported: if_codes(&["S256"]),
        authorization_response_iss_parameter_supported: codes,
        scopes_supported: policy
            .scopes
            .iter()
            .map(|scope| scope.name.as_str())
            .collect(),
        grant_types_supported: policy.grants.iter().map(|grant| grant.as_str()).collect(),
        revocation_endpoint_auth_methods_supported: endpoints
            .revocation
            .is_some()
            .then(|| all.clone()),
        introspection_endpoint_auth_methods_supported: endpoints
            .introspection
            .is_some()
            .then_some(with_secret),
        token_endpoint_auth_methods_supported: all,
        authorization_endpoint: endpoints.authorization,
        token_endpoint: endpoints.token,
        revocation_endpoint: endpoints.revocation,
        introspection_endpoint: endpoints.introspection,
        token_info_endpoint: endpoints.token_info,
        device_authorization_endpoint: endpoints.device_authorization,
        revocations_endpoint: endpoints.revocations,
    }
}
