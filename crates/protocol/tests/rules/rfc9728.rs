//! RFC 9728, OAuth 2.0 Protected Resource Metadata.
use protocol::Policy;
use protocol::apis::{Api, TokenForm};
use protocol::policy::ScopeEntry;
use protocol::protected_resource::{NAME, Resource, at, paths};
use protocol::types::Lifetime;
use serde_json::{Value, json};

fn policy() -> Policy {
    let api = |identifier: &str, scopes: &[&str]| Api {
        identifier: identifier.to_owned(),
        scopes: scopes.iter().map(|name| (*name).to_owned()).collect(),
        form: TokenForm::Opaque,
        lifetime: Lifetime::from_minutes(5),
        proofs: false,
    };
    let mut policy = Policy::with_openid();
    policy.apis = vec![
        api(
            "https://api.example",
            &["tasks:read", "tasks:write", "admin:users"],
        ),
        api("https://mcp.example/v1/mcp", &["api"]),
        api("https://other.example/v1/mcp", &["api:v1"]),
        api("urn:example:api", &["identity"]),
    ];
    policy
}

fn document(policy: &Policy, host: &str, path: &str) -> Option<Value> {
    let resource = at(policy, host, path)?;
    Some(
        serde_json::to_value(resource.document(policy, Some("https://id.example/developers")))
            .expect("JSON"),
    )
}

fn resource(policy: &Policy, host: &str, path: &str) -> Option<String> {
    let document = document(policy, host, path)?;
    document["resource"].as_str().map(str::to_owned)
}

#[test]
fn section_2_what_an_api_says() {
    let sentence = "resource REQUIRED. The protected resource's resource identifier";
    let policy = policy();
    let said = document(&policy, "api.example", "").expect("a document");
    let expected = json!({
        "resource": "https://api.example",
        "authorization_servers": [policy.issuer],
        "scopes_supported": ["tasks:read", "tasks:write"],
        "bearer_methods_supported": ["header"],
        "resource_documentation": "https://id.example/developers",
    });
    assert_eq!(
        said, expected,
        "{sentence}; what takes an approval is not listed"
    );
    let own = document(&policy, "anything.example", "").expect("a document");
    assert_eq!(own["resource"], policy.issuer.as_str());
    let algorithms = own["dpop_signing_alg_values_supported"].as_array();
    assert!(algorithms.is_some_and(|all| all.contains(&json!("ES256"))));
    let scopes = own["scopes_supported"].as_array().expect("scopes");
    assert!(
        scopes.contains(&json!("openid")) && !scopes.contains(&json!("tasks:read")),
        "{own}"
    );
}

/// "dpop_signing_alg_values_supported OPTIONAL. JSON array containing a list of the JWS alg values … supported by the resource
/// server for validating DPoP proof JWTs"
#[test]
fn section_2_an_api_that_looks_at_proofs_says_so() {
    let mut policy = policy();
    policy.apis[1].proofs = true;
    let of = |host: &str, path: &str| {
        let said = document(&policy, host, path).expect("a document");
        said.get("dpop_signing_alg_values_supported").cloned()
    };
    let algorithms = of("mcp.example", "/v1/mcp").expect("algorithms");
    assert_eq!(Some(algorithms), of("id.example", ""), "as the provider");
    assert_eq!(of("other.example", "/v1/mcp"), None);
}

#[test]
fn section_2_offline_access_is_nothing_that_a_resource_asks_for() {
    let sentence = "MCP Servers (Protected Resources) SHOULD NOT include offline_access in WWW-Authenticate scope or \
                    Protected Resource Metadata scopes_supported, as refresh tokens are not a resource requirement.";
    let mut policy = policy();
    policy.scopes.push(ScopeEntry {
        name: "offline_access".to_owned(),
        ..policy.scopes[0].clone()
    });
    policy.apis[3].scopes.push("offline_access".to_owned());
    let api = serde_json::to_value(Resource::Api(&policy.apis[3]).document(&policy, None));
    assert_eq!(api.expect("JSON")["scopes_supported"], json!(["identity"]));
    policy.apis[3].scopes.pop();
    let own = document(&policy, "anything.example", "").expect("a document");
    let scopes = own["scopes_supported"].as_array().expect("scopes");
    assert!(
        !scopes.contains(&json!("offline_access")),
        "{sentence}: {own}"
    );
}

#[test]
fn section_3_1_the_name_stands_between_host_and_path() {
    let sentence = "Protected resources supporting metadata MUST make a JSON document containing metadata as specified in \
                    Section 2 available at a URL formed by inserting a well-known URI string into the protected resource's \
                    resource identifier between the host component and the path and/or query components, if any.";
    let policy = policy();
    let [first, second, third] = [0, 1, 2].map(|at: usize| policy.apis[at].identifier.clone());
    let mcp = "/v1/mcp";
    for (host, path, expected) in [
        ("api.example", "", Some(&first)),
        ("API.example", "", Some(&first)),
        ("mcp.example", mcp, Some(&second)),
        ("other.example", mcp, Some(&third)),
        // Behind a proxy that names itself nobody can tell; then the place with the host in it does.
        ("127.0.0.1", mcp, None),
        ("127.0.0.1", "/mcp.example/v1/mcp", Some(&second)),
        ("127.0.0.1", "/other.example/v1/mcp", Some(&third)),
        ("id.example", "/api.example", Some(&first)),
        ("mcp.example", "/v1", None),
        ("mcp.example", "/v1/mcp/", None),
        ("mcp.example", "/mcp.example/v1", None),
    ] {
        assert_eq!(
            resource(&policy, host, path).as_ref(),
            expected,
            "{sentence} {host} {path}"
        );
    }
    let all = paths(&policy);
    for path in [
        "",
        mcp,
        "/api.example",
        "/mcp.example/v1/mcp",
        "/other.example/v1/mcp",
    ] {
        assert!(all.contains(&format!("{NAME}{path}")), "{path} in {all:?}");
    }
    let mut alone = policy.clone();
    alone.apis.truncate(2);
    assert_eq!(
        resource(&alone, "127.0.0.1", mcp),
        Some(second),
        "only one has that path"
    );
}

#[test]
fn section_4_the_provider_names_its_apis() {
    let sentence = "protected_resources OPTIONAL. JSON array containing a list of resource identifiers for OAuth protected \
                    resources that can be used with this authorization server.";
    let mut policy = policy();
    let metadata = |policy: &Policy| {
        let document =
            protocol::metadata::document(policy, protocol::metadata::Endpoints::default());
        serde_json::to_value(document).expect("JSON")
    };
    let listed: Vec<&str> = policy.apis[..3]
        .iter()
        .map(|api| api.identifier.as_str())
        .collect();
    assert_eq!(
        metadata(&policy)["protected_resources"],
        json!(listed),
        "{sentence}"
    );
    policy.apis.clear();
    assert!(metadata(&policy).get("protected_resources").is_none());
    assert_eq!(Resource::all(&policy).collect::<Vec<_>>(), [Resource::Own]);
}
