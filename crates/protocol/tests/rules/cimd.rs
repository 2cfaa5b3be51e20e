//! OAuth Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document-03).
mod known_clients;
mod look_alikes;

use protocol::introduce::{DocumentFault, HostStanding, LONGEST_DOCUMENT, Read, introduce, read};
use protocol::testing::Case;
use protocol::transition::IntroductionChange;
use protocol::types::{Client, ClientKind, ClientStatus};
use protocol::{Policy, Transition};
use serde_json::{Value, json};
use std::sync::Arc;

const URL: &str = "https://talk.example/oauth/client.json";

fn case() -> Case {
    let mut case = Case::authorize();
    case.policy.introductions.documents = true;
    case
}

fn document() -> Value {
    json!({
        "client_id": URL,
        "client_name": "Task Talk",
        "client_uri": "https://talk.example",
        "redirect_uris": ["http://localhost/callback", "https://talk.example/callback"],
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut document = document();
    document[name] = value;
    document
}

fn reading(policy: &Policy, document: &Value) -> Result<Read, DocumentFault> {
    read(
        URL,
        Some("application/json"),
        document.to_string().as_bytes(),
        policy,
    )
}

/// What becomes of it.
fn change(case: &Case, document: &Value, before: Option<&Arc<Client>>) -> IntroductionChange {
    let read = reading(&case.policy, document).expect("a document that is taken");
    let (change, answer) = introduce(read, before, &case.policy, case.now).into_parts();
    assert_eq!(answer, Ok(()));
    match change {
        Some(Transition::Introduction(change)) => change,
        other => panic!("{other:?}"),
    }
}

fn app(case: &Case, document: &Value) -> Client {
    match change(case, document, None) {
        IntroductionChange::Register { client, .. } => *client,
        other => panic!("{other:?}"),
    }
}

mod section_3_client_identifier {
    use super::*;
    use protocol::introduce::{check_client_url, is_client_url};

    #[test]
    fn it_is_an_https_url_with_a_path_and_nothing_odd() {
        let sentence = "Client identifier URLs MUST have an \"https\" scheme, MUST contain a path component, MUST NOT \
                        contain single-dot or double-dot path segments, MUST NOT contain a fragment component and MUST \
                        NOT contain a username or password";
        for good in [
            URL,
            "https://talk.example:8443/client",
            "https://talk.example/client?v=1",
            "https://xn--tlk-qla.example/c",
        ] {
            assert_eq!(check_client_url(good, false), Ok(()), "{good}");
        }
        for bad in [
            "http://talk.example/client",
            "http://localhost:8080/client",
            "https://talk.example",
            "https://talk.example/",
            "https://talk.example/?x",
            "https://talk.example/a/../b",
            "https://talk.example/./b",
            "https://talk.example/%2e%2E/b",
            "https://talk.example/a/.%2e",
            "https://talk.example/c#",
            "https://talk.example/c#x",
            "https://me@talk.example/c",
            "https://@talk.example/c",
            "https://me:pw@talk.example/c",
            "https://talk.example\\@evil.example/c",
            "https://talk.example/a b",
            "https://talk.example/a\tb",
            "https://TALK.example/c",
            "https://talk.example./c",
            "https:///c",
            "https://60003/c",
            "https://talk.example:99999/c",
        ] {
            assert!(check_client_url(bad, false).is_err(), "{sentence}: {bad}");
        }
        let long = format!("https://talk.example/{}", "x".repeat(500));
        assert!(check_client_url(&long, false).is_err());
    }

    #[test]
    fn this_machine_is_named_only_where_the_issuer_is_on_it() {
        for url in ["http://localhost:8080/c", "http://127.0.0.1:1/c"] {
            assert_eq!(check_client_url(url, true), Ok(()));
            assert!(check_client_url(url, false).is_err());
        }
        assert!(check_client_url("http://talk.example/c", true).is_err());
        assert!(!is_client_url("a8sd7f6"));
    }
}

mod section_4_client_information_discovery {
    use super::*;

    #[test]
    fn its_client_id_is_its_url() {
        let sentence = "The client metadata document MUST contain a client_id property whose value MUST match the URL of \
                        the document using simple string comparison";
        let policy = case().policy;
        for id in [
            json!(null),
            json!("https://talk.example/oauth/other.json"),
            json!("https://talk.example:443/oauth/client.json"),
            json!("https://TALK.example/oauth/client.json"),
            json!([URL]),
        ] {
            let told = reading(&policy, &with("client_id", id)).unwrap_err();
            assert_eq!(told, DocumentFault::ClientId, "{sentence}");
        }
        assert!(reading(&policy, &document()).is_ok());
    }

    #[test]
    fn it_is_json_of_five_kilobytes() {
        let sentence =
            "The recommended maximum response size for client metadata documents is 5 kilobytes.";
        let policy = case().policy;
        let text = document().to_string();
        let by =
            |media_type: Option<&str>, body: &str| read(URL, media_type, body.as_bytes(), &policy);
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/client-metadata+json",
        ] {
            assert!(by(Some(good), &text).is_ok(), "{good}");
        }
        for bad in [
            None,
            Some("text/html"),
            Some("text/plain"),
            Some("application/jsonx"),
            Some(""),
        ] {
            assert_eq!(by(bad, &text).unwrap_err(), DocumentFault::MediaType);
        }
        let long = with("x", "x".repeat(LONGEST_DOCUMENT).into()).to_string();
        for bad in [
            "",
            "[]",
            "{",
            &text.replacen('{', "{\"client_id\":\"x\",", 1),
            &long,
        ] {
            let told = by(Some("application/json"), bad).unwrap_err();
            assert_eq!(told, DocumentFault::Malformed, "{sentence}");
        }
    }

    #[test]
    fn no_secret_is_shared_in_it() {
        let sentence = "the token_endpoint_auth_method property MUST NOT include client_secret_post, client_secret_basic, \
                        client_secret_jwt, or any other method based around a shared symmetric secret";
        let policy = case().policy;
        for (name, value) in [
            ("token_endpoint_auth_method", json!("client_secret_post")),
            ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("token_endpoint_auth_method", json!("client_secret_jwt")),
            (
                "token_endpoint_auth_methods_supported",
                json!(["client_secret_post"]),
            ),
            ("client_secret", json!("x")),
            ("client_secret_expires_at", json!(0)),
        ] {
            let told = reading(&policy, &with(name, value));
            assert!(
                matches!(told, Err(DocumentFault::Metadata(_))),
                "{sentence}: {name}"
            );
        }
        let none = app(&case(), &document());
        assert_eq!((none.kind, none.keys.is_none()), (ClientKind::Public, true));
    }

    #[test]
    fn redirects_are_those_of_the_document_and_loopback_has_any_port() {
        let sentence = "MUST ensure that the redirect URI in a request is an exact match of a registered redirect URI";
        let case = case();
        let app = app(&case, &document());
        let at = |uri: &str| {
            app.verify_redirect_uri(Some(uri), case.policy.redirects)
                .is_ok()
        };
        for good in [
            "http://localhost/callback",
            "http://localhost:51413/callback",
            "https://talk.example/callback",
        ] {
            assert!(at(good), "{good}");
        }
        for bad in [
            "http://localhost:51413/mcp/oauth/callback",
            "https://talk.example/callback2",
            "https://talk.example:444/callback",
            "http://127.0.0.1/callback",
            "javascript:alert(1)",
        ] {
            assert!(!at(bad), "{sentence}: {bad}");
        }
        let bad = with(
            "redirect_uris",
            json!(["javascript:alert(1)", "https://talk.example/cb"]),
        );
        assert!(reading(&case.policy, &bad).is_err());
        assert!(reading(&case.policy, &with("redirect_uris", json!([]))).is_err());
    }

    #[test]
    fn what_it_may_not_have_is_left_out() {
        let case = case();
        let grants = json!([
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:jwt-bearer"
        ]);
        let app = app(&case, &with("grant_types", grants));
        let names: Vec<_> = app.grants.iter().map(|grant| grant.short()).collect();
        assert_eq!(names, ["authorization_code", "refresh_token"]);
        assert_eq!(app.logo, None);
        // A website elsewhere would be read as that of the app.
        let elsewhere = super::app(&case, &with("client_uri", "https://bank.example".into()));
        assert_eq!(elsewhere.homepage, "https://talk.example");
        let unnamed = super::app(&case, &with("client_name", json!(null)));
        assert_eq!(unnamed.name, "talk.example");
    }
}

mod section_6_2_client_authentication {
    use super::*;
    use protocol::Params;
    use protocol::client_auth::{Credentials, authenticate};

    fn keyed(plural: Value) -> Value {
        let mut keyed = with("token_endpoint_auth_method", "private_key_jwt".into());
        keyed["token_endpoint_auth_methods_supported"] = plural;
        keyed["jwks_uri"] = "https://talk.example/jwks.json".into();
        keyed
    }

    fn without(client: &Client, policy: &Policy) -> bool {
        let params = Params::from_pairs([("client_id", URL)]);
        let shown = Credentials::from_request(None, &params).expect("credentials");
        let now = protocol::testing::NOW;
        authenticate(&shown, Some(Arc::new(client.clone())), policy, now).is_ok()
    }

    #[test]
    fn one_that_lists_keys_alone_must_show_them() {
        let sentence = "This establishes this client as a confidential client, and any communication with the \
                        authorization server MUST include client authentication of the registered type.";
        let case = case();
        for plural in [json!(null), json!(["private_key_jwt"])] {
            let app = app(&case, &keyed(plural));
            assert_eq!(app.kind, ClientKind::Confidential);
            assert!(!without(&app, &case.policy), "{sentence}");
        }
    }

    #[test]
    fn one_that_lists_none_too_may_leave_them_out_and_uses_pkce() {
        let case = case();
        let app = app(&case, &keyed(json!(["none", "private_key_jwt"])));
        assert!(app.may_choose_method());
        assert!(without(&app, &case.policy));
        let mut case = case;
        case.client = app;
        case.set("client_id", URL);
        case.set("redirect_uri", "https://talk.example/callback");
        case.passed();
        case.unset("code_challenge");
        case.unset("code_challenge_method");
        assert_eq!(case.redirected().error.code(), "invalid_request");
    }
}

mod section_6_3_changes_in_client_metadata {
    use super::*;

    #[test]
    fn what_says_the_same_changes_nothing_and_what_differs_is_asked_anew() {
        let case = case();
        let before = Arc::new(app(&case, &document()));
        let same = change(&case, &document(), Some(&before));
        assert!(matches!(same, IntroductionChange::Again { .. }));
        for (name, value) in [
            ("client_name", json!("Task Talk Pro")),
            ("redirect_uris", json!(["https://talk.example/other"])),
            ("logo_uri", json!("https://talk.example/logo.png")),
            ("scope", json!("tasks:read")),
        ] {
            let changed = change(&case, &with(name, value), Some(&before));
            assert!(
                matches!(changed, IntroductionChange::Replace { .. }),
                "{name}"
            );
        }
    }

    #[test]
    fn what_was_switched_off_stays_off_and_what_was_reviewed_was_another() {
        let case = case();
        let mut off = app(&case, &document());
        off.status = ClientStatus::Disabled;
        let other = with("client_name", "Task Talk Pro".into());
        let told = change(&case, &other, Some(&Arc::new(off)));
        assert!(matches!(told, IntroductionChange::Again { .. }));
        let mut reviewed = app(&case, &document());
        reviewed.reviewed_at = Some(case.now);
        match change(&case, &other, Some(&Arc::new(reviewed))) {
            IntroductionChange::Replace { after, .. } => assert_eq!(after.reviewed_at, None),
            other => panic!("{other:?}"),
        }
    }
}

mod section_6_8_client_id_domain_trust {
    use super::*;
    use protocol::introduce::{document_host, is_trusted, is_unverified};

    #[test]
    fn hosts_are_trusted_limited_or_blocked() {
        let mut case = case();
        let app = app(&case, &document());
        assert_eq!(document_host(&app), Some("talk.example"));
        assert!(is_unverified(&app, &case.policy));
        case.policy.introductions.hosts = vec![("talk.example".to_owned(), HostStanding::Trusted)];
        assert!(!is_unverified(&app, &case.policy) && is_trusted(&app, &case.policy));
        assert!(case.policy.serves(&app));
        // A name that only looks like it is another.
        let mut other = app.clone();
        other.id = "https://talk.example.evil.example/c".to_owned();
        assert!(is_unverified(&other, &case.policy));
        case.policy.introductions.hosts = vec![("talk.example".to_owned(), HostStanding::Blocked)];
        assert!(
            !case.policy.serves(&app),
            "also for what it was given before"
        );
        assert!(case.policy.serves(&other));
        case.policy.introductions.documents = false;
        assert!(!case.policy.serves(&other));
        case.policy.introductions.documents = true;
        case.policy.introductions.unknown = HostStanding::Blocked;
        assert!(!case.policy.serves(&other));
    }

    #[test]
    fn a_trusted_host_needs_no_room() {
        let mut case = case();
        let room = |case: &Case| match change(case, &document(), None) {
            IntroductionChange::Register { room, .. } => room,
            other => panic!("{other:?}"),
        };
        assert!(room(&case).is_some());
        case.policy.introductions.hosts = vec![("talk.example".to_owned(), HostStanding::Trusted)];
        assert_eq!(room(&case), None);
    }

    #[test]
    fn no_name_passes_for_the_provider() {
        let told = reading(&case().policy, &with("client_name", "Acme Tasks".into()));
        assert!(matches!(told, Err(DocumentFault::Metadata(_))));
    }
}

mod section_5_authorization_server_metadata {
    use super::*;
    use protocol::metadata::{Endpoints, document};

    #[test]
    fn it_says_so() {
        let sentence =
            "MUST include the following property to signal support for client metadata documents";
        let mut case = case();
        let endpoints = || Endpoints {
            authorization: Some("https://issuer.example/authorize".to_owned()),
            token: Some("https://issuer.example/token".to_owned()),
            registration: Some("https://issuer.example/register".to_owned()),
            ..Endpoints::default()
        };
        let told = serde_json::to_value(document(&case.policy, endpoints())).unwrap();
        assert_eq!(
            told["client_id_metadata_document_supported"], true,
            "{sentence}"
        );
        assert_eq!(
            told["registration_endpoint"],
            "https://issuer.example/register"
        );
        let methods = told["token_endpoint_auth_methods_supported"].to_string();
        assert!(methods.contains("none"), "some apps look for it");
        case.policy.introductions.documents = false;
        let told = serde_json::to_value(document(&case.policy, endpoints())).unwrap();
        assert!(told["client_id_metadata_document_supported"].is_null());
    }
}
