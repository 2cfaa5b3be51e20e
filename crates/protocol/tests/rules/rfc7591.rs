//! RFC 7591, OAuth 2.0 Dynamic Client Registration Protocol.
mod section_5_security_considerations;

use protocol::Decision;
use protocol::introduce::{Introduced, Known, RegistrationMode, members, parse, register};
use protocol::register::RegistrationError;
use protocol::testing::Case;
use protocol::transition::{IntroductionChange, IntroductionRecord};
use protocol::types::{Client, ClientKind};
use protocol::{Policy, Transition};
use serde_json::{Value, json};
use std::sync::Arc;

/// A public app on people's own computers, as most that register themselves are.
fn usual() -> Value {
    json!({
        "client_name": "Task Talk",
        "redirect_uris": ["http://localhost:8787/callback", "https://talk.example/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "client_uri": "https://talk.example",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut sent = usual();
    sent[name] = value;
    sent
}

fn case() -> Case {
    let mut case = Case::authorize();
    case.policy.introductions.registration = RegistrationMode::Open;
    case
}

pub(crate) type Registered = (Introduced, Box<Client>, IntroductionRecord);

fn decided(
    case: &Case,
    sent: &Value,
    known: &Known,
    vouched: bool,
) -> Result<Decision<Introduced, RegistrationError>, RegistrationError> {
    let (metadata, _) = parse(sent.to_string().as_bytes(), vouched, &case.policy)?;
    Ok(register(metadata, known, &case.context()))
}

/// Registers it, and gives what was answered and stored.
pub(crate) fn registered(case: &Case, sent: &Value) -> Registered {
    let decision = decided(case, sent, &Known::default(), false).expect("metadata that are taken");
    let Decision::Granted { transition, reply } = decision else {
        panic!("an app that is registered: {decision:?}");
    };
    match transition {
        Some(Transition::Introduction(IntroductionChange::Register { client, record, .. })) => {
            (reply, client, record)
        }
        other => panic!("{other:?}"),
    }
}

fn told(case: &Case, sent: &Value) -> Value {
    members(&registered(case, sent).1).into()
}

#[track_caller]
fn refused(policy: &Policy, sent: &Value, code: &str) -> RegistrationError {
    let error = match parse(sent.to_string().as_bytes(), false, policy) {
        Err(error) => error,
        Ok(taken) => panic!("{sent} is taken: {taken:?}"),
    };
    assert_eq!((error.code(), error.status()), (code, 400), "{sent}");
    error
}

mod section_2_client_metadata {
    use super::*;
    use protocol::types::GrantType;

    #[test]
    fn what_is_not_understood_is_ignored() {
        let sentence = "The authorization server MUST ignore any client metadata sent by the client that it does not \
                        understand";
        let mut sent = usual();
        sent["client_name#ja-Jpan-JP"] = "名前".into();
        sent["frontchannel_logout_uri"] = json!({ "deep": [1, 2, 3] });
        for at in 0..500 {
            sent[format!("name_{at}")] = at.into();
        }
        let told = told(&case(), &sent);
        assert_eq!(told["client_name"], "Task Talk", "{sentence}");
        for unknown in [
            "client_name#ja-Jpan-JP",
            "frontchannel_logout_uri",
            "name_7",
        ] {
            assert_eq!(told[unknown], Value::Null, "{sentence}");
        }
    }

    #[test]
    fn redirects_are_registered_and_lead_to_the_app_alone() {
        let sentence =
            "clients using flows with redirection MUST register their redirection URI values";
        let policy = case().policy;
        for bad in [
            json!([]),
            json!("https://talk.example/cb"),
            json!(["https://talk.example/cb", 7]),
            json!(["https://talk.example/cb#fragment"]),
            json!(["http://talk.example/cb"]),
            json!(["https://me@talk.example/cb"]),
            json!(["/relative"]),
            json!(["javascript:alert(1)"]),
            json!(["JavaScript:alert(1)", "https://talk.example/cb"]),
            json!(["data:text/html,x", "https://talk.example/cb"]),
            json!(["vbscript:x", "https://talk.example/cb"]),
            json!(["file:///etc/passwd", "https://talk.example/cb"]),
            json!(["blob:https://talk.example/1", "https://talk.example/cb"]),
            json!(["talk://callback"]),
            json!(vec!["https://talk.example/cb"; 11]),
            json!(vec!["https://talk.example/cb"; 10_000]),
        ] {
            let sent = with("redirect_uris", bad);
            let code = match sent["redirect_uris"].as_array().map(Vec::len) {
                // Longer than anything that is read.
                Some(10_000) => "invalid_client_metadata",
                _ => "invalid_redirect_uri",
            };
            let told = refused(&policy, &sent, code);
            assert!(!told.sentence.contains("alert"), "{sentence}");
        }
        let good = json!([
            "com.example.talk:/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:1/cb"
        ]);
        let sent = with("redirect_uris", good.clone());
        assert_eq!(told(&case(), &sent)["redirect_uris"], good);
        // One of an earlier version, whose scheme no app can own, is left out and not told.
        let sent = with(
            "redirect_uris",
            json!(["cursor://x/cb", "https://talk.example/cb"]),
        );
        let told = told(&case(), &sent);
        assert_eq!(told["redirect_uris"], json!(["https://talk.example/cb"]));
    }

    #[test]
    fn how_it_authenticates() {
        let usual_method = "If unspecified or omitted, the default is \"client_secret_basic\"";
        let mut sent = usual();
        sent.as_object_mut()
            .unwrap()
            .remove("token_endpoint_auth_method");
        let (reply, client, _) = registered(&case(), &sent);
        assert_eq!(client.kind, ClientKind::Confidential, "{usual_method}");
        assert!(reply.secret.is_some());
        let told = Value::from(members(&client));
        assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
        for (singular, plural, method, kind) in [
            (
                "client_secret_post",
                json!(null),
                "client_secret_post",
                ClientKind::Confidential,
            ),
            ("none", json!(null), "none", ClientKind::Public),
            // The plural of Relying Party Metadata Choices wins.
            (
                "client_secret_basic",
                json!(["none"]),
                "none",
                ClientKind::Public,
            ),
            (
                "none",
                json!(["client_secret_post"]),
                "client_secret_post",
                ClientKind::Confidential,
            ),
            (
                "tls_client_auth",
                json!(["tls_client_auth", "none"]),
                "none",
                ClientKind::Public,
            ),
            (
                "client_secret_post",
                json!(["none", "client_secret_post"]),
                "client_secret_post",
                ClientKind::Confidential,
            ),
            ("none", json!([]), "none", ClientKind::Public),
        ] {
            let mut sent = with("token_endpoint_auth_method", singular.into());
            sent["token_endpoint_auth_methods_supported"] = plural;
            let (_, client, _) = registered(&case(), &sent);
            let told = Value::from(members(&client));
            assert_eq!(told["token_endpoint_auth_method"], method, "{sent}");
            assert_eq!(client.kind, kind, "{sent}");
        }
        for bad in ["client_secret_jwt", "tls_client_auth", "magic"] {
            let sent = with("token_endpoint_auth_method", bad.into());
            refused(&case().policy, &sent, "invalid_client_metadata");
        }
    }

    #[test]
    fn keys_are_in_it_or_elsewhere_and_public() {
        let sentence = "The \"jwks_uri\" and \"jwks\" parameters MUST NOT both be present in the same request or response.";
        let mut sent = with("token_endpoint_auth_method", "private_key_jwt".into());
        let policy = case().policy;
        refused(&policy, &sent, "invalid_client_metadata");
        sent["jwks_uri"] = "https://talk.example/jwks.json".into();
        let (reply, client, record) = registered(&case(), &sent);
        assert_eq!(client.auth_method().as_str(), "private_key_jwt");
        assert!(reply.secret.is_none() && !record.shared);
        let told = Value::from(members(&client));
        assert_eq!(told["jwks_uri"], sent["jwks_uri"]);
        let private = json!({ "kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" });
        sent["jwks"] = json!({ "keys": [private] });
        refused(&policy, &sent, "invalid_client_metadata");
        sent.as_object_mut().unwrap().remove("jwks_uri");
        let told = refused(&policy, &sent, "invalid_client_metadata");
        assert!(!told.sentence.contains("nWGxne"));
        sent["jwks_uri"] = "https://talk.example/jwks.json".into();
        let told = refused(&policy, &sent, "invalid_client_metadata");
        assert!(told.sentence.contains("not both"), "{sentence}");
    }

    #[test]
    fn an_app_that_lists_none_beside_its_keys_may_leave_them_out() {
        let mut sent = with("token_endpoint_auth_method", "private_key_jwt".into());
        sent["token_endpoint_auth_methods_supported"] = json!(["none", "private_key_jwt"]);
        sent["jwks_uri"] = "https://talk.example/jwks.json".into();
        let (_, client, record) = registered(&case(), &sent);
        assert!(client.may_choose_method() && !record.shared);
        let told = Value::from(members(&client));
        assert_eq!(told["token_endpoint_auth_method"], "private_key_jwt");
        assert_eq!(
            told["token_endpoint_auth_methods_supported"],
            sent["token_endpoint_auth_methods_supported"]
        );
    }

    #[test]
    fn grants_are_those_that_it_may_have() {
        for (sent, told) in [
            (json!(null), json!(["authorization_code", "refresh_token"])),
            (json!(["authorization_code"]), json!(["authorization_code"])),
            (
                json!([
                    "authorization_code",
                    "urn:ietf:params:oauth:grant-type:jwt-bearer",
                    "implicit"
                ]),
                json!(["authorization_code"]),
            ),
            // On its own behalf nobody acts whom nobody knows.
            (
                json!(["client_credentials", "authorization_code"]),
                json!(["authorization_code"]),
            ),
        ] {
            let sent = with("grant_types", sent);
            assert_eq!(super::told(&case(), &sent)["grant_types"], told, "{sent}");
        }
        let policy = case().policy;
        for none in [
            json!([]),
            json!(["client_credentials"]),
            json!(["refresh_token"]),
            json!(["password"]),
        ] {
            refused(
                &policy,
                &with("grant_types", none),
                "invalid_client_metadata",
            );
        }
        let mut sent = with("grant_types", json!(["client_credentials"]));
        sent["token_endpoint_auth_method"] = "client_secret_basic".into();
        let decision = decided(&case(), &sent, &Known::default(), true).unwrap();
        let client = decision.into_parts().1.unwrap().client;
        assert_eq!(
            client.grants,
            [GrantType::ClientCredentials],
            "somebody vouched for it"
        );
        let sent = with("response_types", json!(["token"]));
        refused(&policy, &sent, "invalid_client_metadata");
    }

    #[test]
    fn metadata_choose_no_scope_beyond_what_anybody_may_ask_for() {
        let sent = with("scope", "tasks:read admin:* nonsense".into());
        let (_, client, _) = registered(&case(), &sent);
        assert_eq!(
            (client.scopes.as_ref(), client.approved.is_empty()),
            (None, true)
        );
        assert_eq!(Value::from(members(&client))["scope"], "tasks:read");
    }

    #[test]
    fn a_sector_lists_every_redirect() {
        let sentence = "The values of the registered redirect_uris MUST be included in the elements of the array";
        let mut sent = usual();
        sent["sector_identifier_uri"] = "https://talk.example/uris.json".into();
        let read = |policy: &Policy| parse(sent.to_string().as_bytes(), false, policy).unwrap().0;
        assert_eq!(
            read(&case().policy).sector(),
            None,
            "where OpenID Connect is not spoken"
        );
        let metadata = read(&Policy::with_openid());
        assert_eq!(metadata.sector(), Some("https://talk.example/uris.json"));
        let mut all = sent["redirect_uris"].as_array().unwrap().clone();
        all.push("https://talk.example/more".into());
        let list = |all: &[Value]| Value::from(all).to_string();
        assert!(metadata.is_sector_of(Some(list(&all).as_bytes())).is_ok());
        for bad in [
            None,
            Some(list(&all[1..])),
            Some("{}".to_owned()),
            Some("[7]".to_owned()),
        ] {
            let told = metadata.is_sector_of(bad.as_deref().map(str::as_bytes));
            assert_eq!(
                told.unwrap_err().code(),
                "invalid_client_metadata",
                "{sentence}"
            );
        }
    }

    #[test]
    fn loopback_by_name_frees_the_port_of_what_runs_there() {
        let policy = case().policy;
        let at = |client: &Client, uri: &str| {
            client
                .verify_redirect_uri(Some(uri), policy.redirects)
                .is_ok()
        };
        let mut sent = with("application_type", "native".into());
        sent["redirect_uris"] = json!(["http://localhost/callback", "https://talk.example/cb"]);
        let native = registered(&case(), &sent).1;
        assert!(at(&native, "http://localhost:54321/callback"));
        assert!(!at(&native, "http://localhost:54321/other"));
        assert!(!at(&native, "http://localhost.evil.example:54321/callback"));
        sent["application_type"] = "web".into();
        let web = registered(&case(), &sent).1;
        assert!(!at(&web, "http://localhost:54321/callback"));
        sent["redirect_uris"] = json!(["http://localhost/callback"]);
        let loopback = registered(&case(), &sent).1;
        assert!(at(&loopback, "http://localhost:54321/callback"));
        refused(
            &policy,
            &with("application_type", "toaster".into()),
            "invalid_client_metadata",
        );
    }
}

mod section_3_1_client_registration_request {
    use super::*;

    #[test]
    fn what_is_no_json_object_or_too_long_is_refused() {
        let policy = case().policy;
        for bad in [
            "",
            "[]",
            "\"x\"",
            "{\"client_name\":\"a\",\"client_name\":\"b\"}",
            "redirect_uris=https://talk.example/cb",
        ] {
            let error = parse(bad.as_bytes(), false, &policy).unwrap_err();
            assert_eq!(error.code(), "invalid_client_metadata", "{bad}");
        }
        let long = with("software_id", "x".repeat(17_000).into()).to_string();
        let error = parse(long.as_bytes(), false, &policy).unwrap_err();
        assert_eq!(error.code(), "invalid_client_metadata");
        for (name, value) in [
            ("client_name", json!(7)),
            ("client_uri", json!(["https://talk.example"])),
            ("contacts", json!("me@talk.example")),
            ("software_id", json!("x".repeat(2_001))),
            ("client_uri", json!("javascript:alert(1)")),
            ("policy_uri", json!("javascript:alert(1)")),
            ("tos_uri", json!("http://talk.example/terms")),
            ("client_name", json!("a\u{202e}b")),
            ("client_name", json!("x".repeat(81))),
        ] {
            refused(&policy, &with(name, value), "invalid_client_metadata");
        }
    }
}

mod section_3_2_1_client_information_response {
    use super::*;

    #[test]
    fn all_that_is_registered_is_told() {
        let sentence = "the authorization server MUST return all registered metadata about this client, including any \
                        fields provisioned by the authorization server itself";
        let mut sent = usual();
        for (name, value) in [
            ("policy_uri", json!("https://talk.example/privacy")),
            ("tos_uri", json!("https://talk.example/terms")),
            ("logo_uri", json!("https://talk.example/logo.png")),
            ("contacts", json!(["dev@talk.example"])),
            ("software_id", json!("4NRB1-0XZABZI9E6-5SM3R")),
            ("software_version", json!("2.1")),
            ("application_type", json!("native")),
            ("scope", json!("tasks:read tasks:write")),
        ] {
            sent[name] = value;
        }
        let (reply, client, _) = registered(&case(), &sent);
        let told = Value::from(members(&client));
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&told[name], value, "{sentence}: {name}");
        }
        assert_eq!(told["client_id"], reply.client.id.as_str());
        assert!(told["client_id_issued_at"].is_i64());
        // "SHOULD ensure that the client_id strings it generates do not start with https://" (CIMD §6.9).
        assert!(
            reply
                .client
                .id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
    }

    #[test]
    fn a_secret_is_new_and_stored_as_its_digest() {
        let sent = with("token_endpoint_auth_method", "client_secret_basic".into());
        let case = case();
        let (reply, client, record) = registered(&case, &sent);
        let text = reply.secret.clone().unwrap();
        assert_eq!(client.secrets[0].digest, jose::Digest::of(text.as_bytes()));
        let token = reply.token.clone().unwrap();
        assert_eq!(record.token, Some(jose::Digest::of(token.as_bytes())));
        let shown = format!("{reply:?} {record:?} {client:?}");
        assert!(!shown.contains(&text) && !shown.contains(&token));
        assert_ne!(
            registered(&case, &sent).0.secret,
            Some(text),
            "each has its own"
        );
    }
}
