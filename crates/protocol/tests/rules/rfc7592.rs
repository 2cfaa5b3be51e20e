//! RFC 7592, OAuth 2.0 Dynamic Client Registration Management Protocol.
use crate::rfc7591::registered;
use protocol::introduce::{
    Introduced, ManagementError, RegistrationFacts, RegistrationMode, manages, members, parse,
    replace,
};
use protocol::testing::Case;
use protocol::transition::IntroductionChange;
use protocol::types::{Client, ClientStatus};
use protocol::{Decision, Transition};
use serde_json::{Value, json};
use std::sync::Arc;

fn case() -> Case {
    let mut case = Case::authorize();
    case.policy.introductions.registration = RegistrationMode::Open;
    case
}

fn sent() -> Value {
    json!({
        "client_name": "Task Talk",
        "redirect_uris": ["https://talk.example/callback"],
        "token_endpoint_auth_method": "client_secret_basic",
    })
}

fn app(case: &Case) -> (Arc<Client>, Introduced, RegistrationFacts) {
    let (reply, client, record) = registered(case, &sent());
    let facts = RegistrationFacts {
        token: record.token,
    };
    (Arc::new(*client), reply, facts)
}

/// Replaces it by what is sent beside its client id.
fn replaced(
    case: &Case,
    client: &Arc<Client>,
    mut sent: Value,
) -> Decision<Introduced, ManagementError> {
    if sent.get("client_id").is_none() {
        sent["client_id"] = client.id.as_str().into();
    }
    let parsed = parse(sent.to_string().as_bytes(), false, &case.policy);
    match parsed {
        Ok((metadata, sent)) => replace(client, metadata, &sent, false, &case.context()),
        Err(error) => Decision::refuse(error),
    }
}

fn after(decision: Decision<Introduced, ManagementError>) -> (Box<Client>, Introduced) {
    match decision {
        Decision::Granted {
            transition: Some(Transition::Introduction(IntroductionChange::Replace { after, .. })),
            reply,
        } => (after, reply),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(decision: Decision<Introduced, ManagementError>, code: &str, status: u16) {
    match decision.into_parts() {
        (None, Err(ManagementError::Registration(error))) => {
            assert_eq!((error.code(), error.status()), (code, status));
        }
        other => panic!("{other:?}"),
    }
}

mod section_2_client_configuration_endpoint {
    use super::*;

    #[test]
    fn the_token_of_the_app_opens_it_and_no_other() {
        let case = case();
        let (client, reply, facts) = app(&case);
        let token = reply.token.unwrap();
        let found = || Some((client.clone(), facts.clone()));
        assert!(manages(&token, found()).is_ok());
        let unknown = "If the client does not exist on this server, the server MUST respond with HTTP 401 Unauthorized";
        assert_eq!(
            manages(&token, None).unwrap_err(),
            ManagementError::Token,
            "{unknown}"
        );
        for bad in ["", "rg_x", &reply.secret.unwrap()] {
            assert_eq!(
                manages(bad, found()).unwrap_err(),
                ManagementError::Token,
                "{bad}"
            );
        }
        let shared = RegistrationFacts { token: None };
        let error = manages(&token, Some((client.clone(), shared))).unwrap_err();
        assert_eq!(error, ManagementError::Token, "a shared app is nobody's");
    }
}

mod section_2_2_client_update_request {
    use super::*;

    #[test]
    fn it_names_the_app_and_nothing_that_is_given() {
        let case = case();
        let (client, reply, _) = app(&case);
        let same = "it MUST be the same as its currently issued client identifier";
        for id in [json!("another"), json!(null), json!(7)] {
            let mut sent = sent();
            sent["client_id"] = id;
            let decision = replaced(&case, &client, sent);
            refused(decision, "invalid_client_metadata", 400);
        }
        let not = "The updated client metadata fields request MUST NOT include the \"registration_access_token\", \
                   \"registration_client_uri\", \"client_secret_expires_at\", or \"client_id_issued_at\" fields";
        for name in [
            "registration_access_token",
            "registration_client_uri",
            "client_secret_expires_at",
            "client_id_issued_at",
        ] {
            let mut sent = sent();
            sent[name] = "x".into();
            refused(
                replaced(&case, &client, sent),
                "invalid_client_metadata",
                400,
            );
        }
        let secret =
            "the value of this field MUST match the currently issued client secret for that client";
        let mut wrong = sent();
        wrong["client_secret"] = "cs_other".into();
        refused(
            replaced(&case, &client, wrong),
            "invalid_client_metadata",
            400,
        );
        let mut right = sent();
        right["client_secret"] = reply.secret.unwrap().into();
        let (kept, given) = after(replaced(&case, &client, right));
        assert_eq!(
            (&kept.secrets, given.secret),
            (&client.secrets, None),
            "{same} {not} {secret}"
        );
    }

    #[test]
    fn all_is_replaced_and_judged_anew() {
        let case = case();
        let (client, ..) = app(&case);
        let omitted = "Omitted fields MUST be treated as null or empty values by the server";
        let mut more = sent();
        more["policy_uri"] = "https://talk.example/privacy".into();
        more["redirect_uris"] = json!(["https://talk.example/other"]);
        let (first, _) = after(replaced(&case, &client, more));
        assert_eq!(first.links.privacy_policy, "https://talk.example/privacy");
        let (second, _) = after(replaced(&case, &Arc::new(*first), sent()));
        let told = Value::from(members(&second));
        assert_eq!(told["policy_uri"], Value::Null, "{omitted}");
        assert_eq!(told["redirect_uris"], sent()["redirect_uris"]);
        let bad = |name: &str, value: Value| {
            let mut sent = sent();
            sent[name] = value;
            replaced(&case, &client, sent)
        };
        refused(
            bad("redirect_uris", json!(["javascript:alert(1)"])),
            "invalid_redirect_uri",
            400,
        );
        refused(
            bad("client_name", json!("Acme Tasks")),
            "invalid_client_metadata",
            400,
        );
    }

    #[test]
    fn another_method_brings_or_takes_a_secret() {
        let case = case();
        let (client, ..) = app(&case);
        let mut keyed = sent();
        keyed["token_endpoint_auth_method"] = "private_key_jwt".into();
        keyed["jwks_uri"] = "https://talk.example/jwks.json".into();
        let (keyed, given) = after(replaced(&case, &client, keyed));
        assert!(keyed.secrets.is_empty() && given.secret.is_none());
        let (back, given) = after(replaced(&case, &Arc::new(*keyed), sent()));
        let text = given.secret.unwrap();
        assert_eq!(back.secrets[0].digest, jose::Digest::of(text.as_bytes()));
    }

    #[test]
    fn nothing_undoes_what_an_administrator_decided() {
        let case = case();
        let (client, ..) = app(&case);
        let with = |change: fn(&mut Client)| {
            let mut client = Client::clone(&client);
            change(&mut client);
            Arc::new(client)
        };
        let off = with(|client| client.status = ClientStatus::Disabled);
        let sentence = "403 (Forbidden)";
        refused(replaced(&case, &off, sent()), "access_denied", 403);
        let reviewed = with(|client| client.reviewed_at = Some(protocol::testing::NOW));
        let (same, _) = after(replaced(&case, &reviewed, sent()));
        assert!(same.reviewed_at.is_some(), "{sentence}");
        let mut other = sent();
        other["redirect_uris"] = json!(["https://elsewhere.example/cb"]);
        let (changed, _) = after(replaced(&case, &reviewed, other));
        assert_eq!(
            changed.reviewed_at, None,
            "what was looked at was another app"
        );
        assert_eq!((&changed.id, changed.no), (&client.id, client.no));
    }
}
