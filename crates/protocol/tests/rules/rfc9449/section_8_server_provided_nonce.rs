//! §8 Authorization Server-Provided Nonce.
use super::proofs::{KEY, proof_of, proved, refused};
use jose::jwt::Claims;
use jose::keyed::Key;
use protocol::testing::{Case, NONCE_KEY, NOW, Verdict};
use protocol::token::TokenError;
use wire::dpop::{Nonces, ProofFault};

fn nonce_at(moment: i64) -> String {
    Nonces::new(&Key::new(&NONCE_KEY)).given_at(moment)
}

/// A request where nonces are needed, with this one.
fn case(nonce: Option<&str>, change: impl FnOnce(&mut Claims)) -> Case {
    let proof = proof_of(&KEY, |claims| {
        if let Some(nonce) = nonce {
            claims.other.insert("nonce".to_owned(), nonce.into());
        }
        change(claims);
    });
    proved(Case::code(), &proof).with(|case| case.policy.dpop.nonces = true)
}

#[test]
fn without_a_nonce_one_is_asked_for() {
    let sentence = "The authorization server MAY supply a nonce value to be included by the client in DPoP proofs sent. In this \
                    case, the authorization server responds to requests that do not include a nonce with an HTTP 400 (Bad \
                    Request) error response […] using use_dpop_nonce as the error code value.";
    let error = refused(&case(None, |_| {}));
    assert_eq!(error, TokenError::Proof(ProofFault::Nonce), "{sentence}");
    assert_eq!(
        error.code(&Case::code().policy.errors),
        "use_dpop_nonce",
        "{sentence}"
    );
    assert!(
        case(Some(&nonce_at(NOW.0)), |_| {})
            .answer()
            .change()
            .is_some()
    );
}

#[test]
fn a_nonce_is_one_that_was_given_lately() {
    let sentence = "If the server provided a nonce value to the client, the nonce claim matches the server-provided nonce \
                    value. (§4.3)";
    for good in [NOW.0, NOW.0 - 60, NOW.0 - 269] {
        let case = case(Some(&nonce_at(good)), |_| {});
        assert!(case.answer().change().is_some(), "{sentence} {good}");
    }
    for bad in [
        nonce_at(NOW.0 - 300),
        nonce_at(NOW.0 + 120),
        "x".to_owned(),
        String::new(),
    ] {
        let error = refused(&case(Some(&bad), |_| {}));
        assert_eq!(error, TokenError::Proof(ProofFault::Nonce), "{sentence}");
    }
}

#[test]
fn with_a_nonce_the_clients_clock_does_not_matter() {
    let sentence = "as determined by either the iat claim or a server managed timestamp via the nonce claim (§4.3)";
    for apart in [-86_400, 86_400] {
        let case = case(Some(&nonce_at(NOW.0)), |claims| {
            claims.iat = Some(NOW.0 + apart)
        });
        assert!(case.answer().change().is_some(), "{sentence}");
    }
}

#[test]
fn what_else_is_wrong_is_told_first() {
    let wrong = case(None, |claims| {
        claims.other.insert("htm".to_owned(), "GET".into());
    });
    assert_eq!(refused(&wrong), TokenError::Proof(ProofFault::Method));
}
