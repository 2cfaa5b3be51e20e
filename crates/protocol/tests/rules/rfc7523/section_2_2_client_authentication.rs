//! §2.2, and what RFC 7521 §4.2 says of it: how an app shows an assertion.
use super::signed::{TYPE, app, by_params, claims, fault, judged, params, taken, with};
use protocol::client_auth::{AssertionFault, ClientFault, Credentials, LetIn, authenticate};
use protocol::testing::{NOW, SECRET};
use protocol::token::{RequestFault, TokenError, client_error};
use protocol::types::{Client, ClientKind, ClientStatus};
use protocol::{Params, Policy};
use std::sync::Arc;

#[test]
fn an_assertion_proves_the_app_that_signed_it() {
    assert!(taken(&with(|_| {})));
}

#[test]
fn the_type_is_the_one_of_this_profile() {
    let sentence = "The value of the \"client_assertion_type\" is \"urn:ietf:params:oauth:client-assertion-type:jwt-bearer\".";
    let assertion = with(|_| {});
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for typ in [saml, "", &TYPE.to_uppercase()] {
        let pairs = [
            ("client_assertion_type", typ),
            ("client_assertion", assertion.as_str()),
        ];
        let read = Credentials::from_request(None, &Params::from_pairs(pairs));
        assert_eq!(read, Err(ClientFault::AssertionType), "{sentence}");
    }
    let error = client_error(ClientFault::AssertionType, false);
    assert!(matches!(error, TokenError::InvalidClient { .. }));
}

#[test]
fn it_is_one_jwt() {
    let sentence = "The value of the \"client_assertion\" parameter contains a single JWT. It MUST NOT contain more than one JWT.";
    let one = with(|_| {});
    for two in [
        format!("{one} {one}"),
        format!("{one}.{one}"),
        format!("{one}~{one}"),
    ] {
        let read = Credentials::from_request(None, &params(&two));
        let fault = ClientFault::Assertion(AssertionFault::Malformed);
        assert_eq!(read, Err(fault), "{sentence}");
    }
}

#[test]
fn client_id_may_be_left_out_and_names_the_same_client_if_it_is_sent() {
    let sentence = "If present, the value of the \"client_id\" parameter MUST identify the same client as is identified by the client assertion.";
    let assertion = with(|_| {});
    let named = |id: &'static str| {
        Params::from_pairs([
            ("client_id", id),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion.as_str()),
        ])
    };
    let policy = Policy::for_tests();
    assert!(by_params(&named("app"), &app(), &policy).is_ok());
    let read = Credentials::from_request(None, &named("another"));
    let fault = ClientFault::Assertion(AssertionFault::Parties);
    assert_eq!(read, Err(fault), "{sentence}");
}

#[test]
fn two_methods_are_one_too_many() {
    let sentence = "The client MUST NOT use more than one authentication method in each request";
    let assertion = with(|_| {});
    let mut pairs = vec![
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion.as_str()),
    ];
    let with_header =
        Credentials::from_request(Some("Basic YXBwOng="), &Params::from_pairs(pairs.clone()));
    assert_eq!(with_header, Err(ClientFault::TwoMethods), "{sentence}");
    pairs.push(("client_secret", SECRET));
    let with_secret = Credentials::from_request(None, &Params::from_pairs(pairs));
    assert_eq!(with_secret, Err(ClientFault::TwoMethods), "{sentence}");
    assert_eq!(
        client_error(ClientFault::TwoMethods, true),
        TokenError::InvalidRequest(RequestFault::Client(ClientFault::TwoMethods))
    );
}

#[test]
fn the_method_is_the_registered_one() {
    let policy = Policy::for_tests();
    let method = |error| match error {
        TokenError::InvalidClient { fault, .. } => fault,
        other => panic!("{other:?}"),
    };
    // An assertion of an app with a secret, and of a public one.
    let public = Client {
        kind: ClientKind::Public,
        secrets: Vec::new(),
        ..Client::for_tests()
    };
    for client in [Client::for_tests(), public] {
        let error = judged(&with(|_| {}), &client, &policy).expect_err("another method");
        assert_eq!(method(error), ClientFault::Method);
    }
    // A secret of an app with keys, also one that it had before; and no proof at all.
    let both = Client {
        secrets: Client::for_tests().secrets,
        ..app()
    };
    let secret = [("client_id", "app"), ("client_secret", SECRET)];
    for pairs in [&secret[..], &secret[..1]] {
        let pairs = pairs.iter().copied();
        let credentials = Credentials::from_request(None, &Params::from_pairs(pairs));
        let credentials = credentials.expect("credentials");
        let error = authenticate(&credentials, Some(Arc::new(both.clone())), &policy, NOW);
        let error = error.expect_err("another method");
        assert_eq!(method(error), ClientFault::Method);
    }
    let basic = Credentials::from_request(Some("Basic YXBwOmNzX3NlY3JldA=="), &Params::default());
    let basic = basic.expect("credentials");
    let error = authenticate(&basic, Some(Arc::new(both)), &policy, NOW);
    assert_eq!(
        method(error.expect_err("another method")),
        ClientFault::Method
    );
}

#[test]
fn an_assertion_is_nothing_for_the_rule_of_secrets() {
    let credentials = Credentials::from_request(None, &params(&with(|_| {})));
    let credentials = credentials.expect("credentials");
    let client = Some(Arc::new(app()));
    assert!(authenticate(&credentials, client, &Policy::for_tests(), NOW).is_err());
}

#[test]
fn an_app_that_is_off_proves_nothing_and_a_draft_where_it_may() {
    let policy = Policy::for_tests();
    let off = Client {
        status: ClientStatus::Disabled,
        ..app()
    };
    let draft = Client {
        status: ClientStatus::Pending,
        ..app()
    };
    let credentials = Credentials::from_request(None, &params(&with(|_| {})));
    let credentials = credentials.expect("credentials");
    let claimed = |client: &Client, let_in| {
        let claimed = credentials.claimed(Some(Arc::new(client.clone())), &policy, let_in);
        claimed.is_ok()
    };
    assert!(!claimed(&off, LetIn::Drafts) && !claimed(&draft, LetIn::Active));
    assert!(claimed(&draft, LetIn::Drafts));
    assert!(credentials.claimed(None, &policy, LetIn::Drafts).is_err());
}

#[test]
fn what_is_sent_is_in_no_message_of_ours() {
    let assertion = with(|_| {});
    let credentials = Credentials::from_request(None, &params(&assertion));
    let told = format!("{credentials:?}");
    assert!(!told.contains(&assertion[..20]), "{told}");
    assert_eq!(fault("a.b"), AssertionFault::Malformed);
    assert!(claims().jti.is_some());
}
