//! Authorization server metadata (RFC 8414).
use crate::policy::Policy;
use crate::protected_resource::Resource;
use crate::types::{AuthMethod, GrantType, Language};
use jose::Algorithm;
use serde::Serialize;
use wire::dpop;

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
    /// The set of keys that verify what is signed (RFC 8414 §2).
    pub jwks: Option<String>,
    /// The userinfo endpoint (OpenID Connect Discovery §3).
    pub userinfo: Option<String>,
    /// Where apps send people to sign out (RP-Initiated Logout §2.1).
    pub end_session: Option<String>,
    /// Where an app registers itself (RFC 7591 §3).
    pub registration: Option<String>,
    /// The pages for developers.
    pub documentation: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_documentation: Option<String>,
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
    /// "MUST be present if either of these authentication methods are specified" (§2): `private_key_jwt` is.
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint_auth_signing_alg_values_supported: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_signing_alg_values_supported: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_challenge_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    authorization_response_iss_parameter_supported: bool,
    /// Client ID Metadata Document §5.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
    /// Of `ui_locales`: the languages of the pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ui_locales_supported: Vec<&'static str>,
    /// Of proofs of possession (RFC 9449 §5.1).
    dpop_signing_alg_values_supported: Vec<&'static str>,
    /// The APIs, so that what one of them says of this provider can be held against it (RFC 9728 §4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    protected_resources: Vec<&'a str>,
    #[serde(flatten)]
    openid: Option<OpenId<'a>>,
}

/// What it says where OpenID Connect is spoken (Discovery §3, RP-Initiated Logout §2.1, Back-Channel Logout §2.1).
#[derive(Debug, Serialize)]
struct OpenId<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    userinfo_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr_values_supported: Option<Vec<&'a str>>,
    prompt_values_supported: [&'static str; 4],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<&'a str>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
}

/// What ID tokens may have beside what scopes open.
const OWN_CLAIMS: [&str; 9] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "amr",
    "sid",
];

impl<'a> OpenId<'a> {
    fn of(policy: &'a Policy, endpoints: &mut Endpoints) -> Option<Self> {
        let openid = policy.openid.as_deref()?;
        let algorithms: Vec<_> = openid.algorithms.iter().map(|own| own.name()).collect();
        let mut claims = OWN_CLAIMS.to_vec();
        let acr: Vec<_> = openid.acr.iter().chain(&openid.second_factor_acr).collect();
        claims.extend((!acr.is_empty()).then_some("acr"));
        let opened = policy.scopes.iter().flat_map(|scope| &scope.claims);
        for claim in opened {
            if !claims.contains(&claim.as_str()) {
                claims.push(claim);
            }
        }
        Some(OpenId {
            userinfo_endpoint: endpoints.userinfo.take(),
            end_session_endpoint: endpoints.end_session.take(),
            subject_types_supported: ["public"],
            userinfo_signing_alg_values_supported: algorithms.clone(),
            id_token_signing_alg_values_supported: algorithms,
            acr_values_supported: (!acr.is_empty())
                .then(|| acr.iter().map(|acr| acr.as_str()).collect()),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claim_types_supported: ["normal"],
            claims_supported: claims,
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
        })
    }
}

/// Writes the document for an issuer: what it lists, an app can have without asking anybody first. Some clients
/// ask for every listed scope, so restricted ones are left out, as §2 allows. `client_secret_basic` is listed
/// first, since some clients take the first one they know.
pub fn document(policy: &Policy, mut endpoints: Endpoints) -> Metadata<'_> {
    let confidential = vec![
        AuthMethod::ClientSecretBasic.as_str(),
        AuthMethod::ClientSecretPost.as_str(),
        AuthMethod::PrivateKeyJwt.as_str(),
    ];
    let algorithms = Algorithm::ALL.map(Algorithm::name).to_vec();
    let grants = grants(policy, &endpoints);
    let codes = grants.contains(&GrantType::AuthorizationCode);
    let mut all = confidential.clone();
    // An app without a secret gets its tokens from people.
    if codes || grants.contains(&GrantType::DeviceCode) {
        all.push(AuthMethod::None.as_str());
    }
    let if_codes = |values: &[&'static str]| if codes { values.to_vec() } else { Vec::new() };
    let modes: &[_] = match policy.openid {
        Some(_) => &["query", "form_post"],
        None => &["query"],
    };
    Metadata {
        issuer: &policy.issuer,
        openid: OpenId::of(policy, &mut endpoints),
        response_types_supported: if_codes(&["code"]),
        response_modes_supported: if_codes(modes),
        code_challenge_methods_supported: if_codes(&["S256"]),
        client_id_metadata_document_supported: codes && policy.introductions.documents,
        authorization_response_iss_parameter_supported: codes && policy.response_iss,
        ui_locales_supported: if_codes(&Language::ALL.map(Language::tag)),
        scopes_supported: policy
            .scopes
            .iter()
            .filter(|scope| !scope.restricted)
            .map(|scope| scope.name.as_str())
            .collect(),
        grant_types_supported: grants.iter().map(|grant| grant.as_str()).collect(),
        revocation_endpoint_auth_methods_supported: endpoints
            .revocation
            .is_some()
            .then(|| all.clone()),
        introspection_endpoint_auth_methods_supported: endpoints
            .introspection
            .is_some()
            .then_some(confidential),
        revocation_endpoint_auth_signing_alg_values_supported: endpoints
            .revocation
            .is_some()
            .then(|| algorithms.clone()),
        introspection_endpoint_auth_signing_alg_values_supported: endpoints
            .introspection
            .is_some()
            .then(|| algorithms.clone()),
        token_endpoint_auth_signing_alg_values_supported: algorithms,
        token_endpoint_auth_methods_supported: all,
        dpop_signing_alg_values_supported: dpop::ALGORITHMS.map(Algorithm::name).to_vec(),
        authorization_endpoint: endpoints.authorization,
        token_endpoint: endpoints.token,
        revocation_endpoint: endpoints.revocation,
        introspection_endpoint: endpoints.introspection,
        token_info_endpoint: endpoints.token_info,
        device_authorization_endpoint: endpoints.device_authorization,
        revocations_endpoint: endpoints.revocations,
        registration_endpoint: endpoints.registration,
        jwks_uri: endpoints.jwks,
        service_documentation: endpoints.documentation,
        protected_resources: Resource::all(policy)
            .filter(|own| *own != Resource::Own)
            .map(|own| own.identifier(policy))
            .collect(),
    }
}

/// The grants that lead to a token: each with the endpoint it begins at, and refreshing where something can be
/// refreshed.
fn grants(policy: &Policy, endpoints: &Endpoints) -> Vec<GrantType> {
    let begins = |grant: GrantType| match grant {
        GrantType::AuthorizationCode => endpoints.authorization.is_some(),
        GrantType::DeviceCode => endpoints.device_authorization.is_some(),
        GrantType::ClientCredentials | GrantType::RefreshToken => true,
    };
    let all = policy.grants.iter().copied();
    let mut grants: Vec<_> = all.filter(|grant| begins(*grant)).collect();
    let persons = [GrantType::AuthorizationCode, GrantType::DeviceCode];
    if !persons.iter().any(|grant| grants.contains(grant)) {
        grants.retain(|grant| *grant != GrantType::RefreshToken);
    }
    grants
}
