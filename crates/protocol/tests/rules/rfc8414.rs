//! RFC 8414, Authorization Server Metadata.

/// The document of a policy with these endpoints.
mod published {
    use protocol::Policy;
    use protocol::metadata::{Endpoints, document};
    use serde_json::Value;

    pub(crate) fn every_endpoint() -> Endpoints {
        let at = |path: &str| Some(format!("https://issuer.example/{path}"));
        Endpoints {
            authorization: at("authorize"),
            token: at("token"),
            revocation: at("revoke"),
            introspection: at("introspect"),
            token_info: at("info"),
            device_authorization: at("device"),
            revocations: at("revocations"),
            userinfo: None,
            end_session: None,
            jwks: at("keys"),
            registration: None,
            documentation: at("developers"),
        }
    }

    pub(crate) fn with(change: fn(&mut Policy, &mut Endpoints)) -> Value {
        let (mut policy, mut endpoints) = (Policy::for_tests(), every_endpoint());
        change(&mut policy, &mut endpoints);
        serde_json::to_value(document(&policy, endpoints)).expect("metadata is JSON")
    }
}

mod section_2_authorization_server_metadata {
    use super::published::with;
    use serde_json::json;

    fn every_algorithm() -> Vec<&'static str> {
        jose::Algorithm::ALL.map(jose::Algorithm::name).to_vec()
    }

    #[test]
    fn algorithms_are_told_and_none_is_not_among_them() {
        // "This metadata entry MUST be present if either of these authentication methods are specified ... The value
        // "none" MUST NOT be used."
        let document = with(|_, _| {});
        for endpoint in ["token", "revocation", "introspection"] {
            let member = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
            let named = document[&member].as_array().expect("a list");
            assert!(named.contains(&json!("ES256")), "{member}");
            assert!(!named.contains(&json!("none")) && !named.contains(&json!("HS256")));
        }
    }

    #[test]
    fn the_document_says_what_is_offered() {
        let expected = json!({
            "issuer": "https://issuer.example",
            "authorization_endpoint": "https://issuer.example/authorize",
            "token_endpoint": "https://issuer.example/token",
            "revocation_endpoint": "https://issuer.example/revoke",
            "introspection_endpoint": "https://issuer.example/introspect",
            "token_info_endpoint": "https://issuer.example/info",
            "device_authorization_endpoint": "https://issuer.example/device",
            "revocations_endpoint": "https://issuer.example/revocations",
            "jwks_uri": "https://issuer.example/keys",
            "service_documentation": "https://issuer.example/developers",
            "scopes_supported": [
                "tasks:read", "tasks:write", "identity", "api", "api:v1"
            ],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                "authorization_code", "refresh_token", "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code"
            ],
            "token_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "token_endpoint_auth_signing_alg_values_supported": every_algorithm(),
            "revocation_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "revocation_endpoint_auth_signing_alg_values_supported": every_algorithm(),
            "introspection_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "introspection_endpoint_auth_signing_alg_values_supported": every_algorithm(),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "dpop_signing_alg_values_supported": every_algorithm(),
            "ui_locales_supported": ["en", "de"],
        });
        assert_eq!(with(|_, _| {}), expected);
    }

    #[test]
    fn the_issuer_is_the_configured_one_byte_for_byte() {
        let sentence = "issuer REQUIRED. The authorization server's issuer identifier";
        let document = with(|policy, _| policy.issuer = "https://h.example/t".to_owned());
        assert_eq!(document["issuer"], "https://h.example/t", "{sentence}");
    }

    #[test]
    fn basic_comes_first() {
        // "If omitted, the default is "client_secret_basic"": some clients take the first they know.
        let document = with(|_, _| {});
        for member in [
            "token_endpoint_auth_methods_supported",
            "revocation_endpoint_auth_methods_supported",
            "introspection_endpoint_auth_methods_supported",
        ] {
            assert_eq!(document[member][0], "client_secret_basic", "{member}");
        }
    }

    #[test]
    fn pkce_is_announced_and_plain_is_not() {
        let sentence = "If omitted, the authorization server does not support PKCE.";
        let document = with(|_, _| {});
        assert_eq!(
            document["code_challenge_methods_supported"],
            json!(["S256"]),
            "{sentence}"
        );
    }

    #[test]
    fn what_is_switched_off_is_absent() {
        let document = with(|_, endpoints| {
            endpoints.revocation = None;
            endpoints.introspection = None;
            endpoints.token_info = None;
        });
        for member in [
            "revocation_endpoint",
            "revocation_endpoint_auth_methods_supported",
            "introspection_endpoint",
            "introspection_endpoint_auth_methods_supported",
            "introspection_endpoint_auth_signing_alg_values_supported",
            "token_info_endpoint",
        ] {
            assert!(document.get(member).is_none(), "{member}");
        }
        assert!(document.get("token_endpoint").is_some());
    }

    #[test]
    fn a_grant_that_is_switched_off_is_not_listed() {
        use protocol::types::GrantType;
        let document = with(|policy, _| {
            policy.grants = vec![GrantType::AuthorizationCode, GrantType::RefreshToken];
        });
        let listed = json!(["authorization_code", "refresh_token"]);
        assert_eq!(document["grant_types_supported"], listed);
    }

    /// Clients ask for all that is listed: none of it may need an approval, or lead nowhere.
    #[test]
    fn what_is_listed_can_be_had() {
        use protocol::types::GrantType;
        let document = with(|policy, _| policy.scopes.iter_mut().for_each(|s| s.restricted = true));
        assert!(document.get("scopes_supported").is_none(), "{document}");
        let document = with(|policy, endpoints| {
            policy.grants = vec![GrantType::ClientCredentials, GrantType::RefreshToken];
            endpoints.authorization = None;
        });
        assert_eq!(
            document["grant_types_supported"],
            json!(["client_credentials"])
        );
        let with_secret = json!([
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt"
        ]);
        assert_eq!(
            document["token_endpoint_auth_methods_supported"],
            with_secret
        );
        assert!(document.get("code_challenge_methods_supported").is_none());
        let document = with(|_, endpoints| endpoints.device_authorization = None);
        let grants = document["grant_types_supported"].to_string();
        assert!(!grants.contains("device_code"), "{grants}");
    }
}
