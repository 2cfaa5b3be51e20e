//! §2.1, the header.
use super::made::{claims, every_grant, text};
use jose::jws::Unverified;
use jose::{SigningAlgorithm, SigningKey};
use protocol::apis::TokenForm;
use protocol::testing::{Case, Verdict};
use protocol::token::TokenError;
use std::sync::Arc;

#[test]
fn the_type_says_that_it_is_an_access_token() {
    let sentence = "JWT access tokens MUST include this media type in the \"typ\" header parameter […] the \"typ\" value \
                    used SHOULD be \"at+jwt\".";
    for case in every_grant() {
        let text = text(&case);
        let read = Unverified::parse(&text).expect("a JWT");
        assert_eq!(read.header().typ(), Some("at+jwt"), "{sentence}");
    }
}

#[test]
fn it_is_signed_by_an_asymmetric_key_of_the_provider() {
    let sentence = "JWT access tokens MUST be signed. […] JWT access tokens MUST NOT use \"none\" as the signing algorithm.";
    for case in every_grant() {
        let text = text(&case);
        // Reading verifies.
        claims(&case, &text);
        let read = Unverified::parse(&text).expect("a JWT");
        assert_eq!(read.header().algorithm().name(), "ES256", "{sentence}");
        assert!(read.header().kid().is_some());
    }
}

#[test]
fn rs256_is_among_the_algorithms() {
    let sentence = "The authorization server and resource server conforming to this specification MUST include RS256 […] \
                    among their supported signature algorithms.";
    let case = super::made::case(Case::code()).with(|case| {
        let key = SigningKey::generate(SigningAlgorithm::Rs256);
        case.signer.published = Arc::new(
            [key.verifying().expect("its public part")]
                .into_iter()
                .collect(),
        );
        case.signer.signing.push(Arc::new(key));
        case.policy.apis[0].form = TokenForm::Jwt(SigningAlgorithm::Rs256);
    });
    claims(&case, &text(&case));
    let text = text(&case);
    let read = Unverified::parse(&text).expect("a JWT");
    assert_eq!(read.header().algorithm().name(), "RS256", "{sentence}");
}

#[test]
fn without_a_key_there_is_no_token_and_nothing_is_used_up() {
    for case in every_grant() {
        let case = case.with(|case| case.signer.signing.clear());
        let decision = case.answer();
        let (change, answer) = decision.into_parts();
        assert!(
            change.is_none(),
            "the code or refresh token can be shown again"
        );
        assert_eq!(answer.expect_err("no key"), TokenError::CannotSign);
        assert_eq!(case.answer().error().status(), 503);
    }
}
