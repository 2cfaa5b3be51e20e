//! §3.2: what is answered.
use super::signed::{app, judged, with};
use jose::SigningAlgorithm;
use protocol::Policy;
use protocol::client_auth::{AssertionFault, ClientFault};
use protocol::policy::ErrorAliases;
use protocol::token::{TokenError, client_error};

#[test]
fn what_is_not_valid_is_invalid_client() {
    let sentence =
        "The value of the \"error\" parameter MUST be the \"invalid_client\" error code.";
    for fault in AssertionFault::ALL {
        let error = client_error(ClientFault::Assertion(fault), false);
        assert_eq!(
            error.code(&ErrorAliases::default()),
            "invalid_client",
            "{sentence}"
        );
    }
}

#[test]
fn a_stranger_is_told_nothing_of_the_keys_of_an_app() {
    let told = |fault| client_error(ClientFault::Assertion(fault), false).description();
    let after_looking_up = [
        AssertionFault::Unfetched,
        AssertionFault::Key,
        AssertionFault::Signature,
        AssertionFault::Expired,
        AssertionFault::Replayed,
    ];
    for fault in after_looking_up {
        assert_eq!(told(fault), told(AssertionFault::Audience));
    }
    for fault in [
        ClientFault::Unknown,
        ClientFault::Inactive,
        ClientFault::Method,
        ClientFault::Secret,
    ] {
        let other = client_error(fault, false).description();
        assert_eq!(other, told(AssertionFault::Signature), "{fault:?}");
    }
    let causes: std::collections::HashSet<String> = AssertionFault::ALL
        .map(|fault| client_error(ClientFault::Assertion(fault), false).cause())
        .into();
    assert_eq!(
        causes.len(),
        AssertionFault::ALL.len(),
        "its developer is told more"
    );
}

#[test]
fn what_is_refused_is_not_remembered() {
    // The helper refuses a refusal that changes anything.
    let key = jose::SigningKey::generate(SigningAlgorithm::Es256);
    let forged = jose::jwt::sign(&key, "JWT", &super::signed::claims());
    let refused = judged(&forged, &app(), &Policy::for_tests());
    assert!(matches!(refused, Err(TokenError::InvalidClient { .. })));
    assert!(judged(&with(|_| {}), &app(), &Policy::for_tests()).is_ok());
}
