//! §7 Protected Resource Access, of the resources that the provider itself has.
use super::proofs::{KEY, OTHER, header, signed, thumbprint};
use jose::jwt::Claims;
use jose::keyed::Key;
use jose::{Digest, SigningKey};
use protocol::dpop::{Offered, fits, held};
use protocol::testing::{Case, NONCE_KEY, NOW, bound_text, text};
use protocol::token_info::BearerError;
use protocol::types::Locator;
use wire::Presented;
use wire::bearer::Scheme;
use wire::dpop::ProofFault;

const USERINFO: &str = "https://issuer.example/oauth2/userinfo";

fn token() -> Presented {
    let text = bound_text(&thumbprint(&KEY), "at_", Locator::first_at(NOW));
    Presented::parse(text.as_str()).expect("a token of ours")
}

/// The proof with which a request with the token is made.
fn proof_of(key: &SigningKey, change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = super::proofs::claims();
    let ath = Digest::of(token().text().as_bytes()).base64url();
    for (name, value) in [("htm", "GET"), ("htu", USERINFO), ("ath", ath.as_str())] {
        claims.other.insert(name.to_owned(), value.into());
    }
    change(&mut claims);
    signed(key, &header(key), &claims)
}

fn judged(proof: &str) -> Result<(), BearerError> {
    let case = Case::code();
    let offered = Offered {
        proof: Ok(proof),
        method: "GET",
        path: "/oauth2/userinfo",
    };
    held(&token(), &offered, &Key::new(&NONCE_KEY), &case.context()).map(|_| ())
}

#[test]
fn its_holder_may_use_it() {
    assert_eq!(judged(&proof_of(&KEY, |_| {})), Ok(()));
}

#[test]
fn the_proof_is_about_the_token() {
    let sentence = "If presented to a protected resource in conjunction with an access token: […] Ensure that the value of the \
                    ath claim equals the hash of that access token. (§4.3)";
    for ath in [
        None,
        Some("x"),
        Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
    ] {
        let proof = proof_of(&KEY, |claims| match ath {
            Some(ath) => claims.other["ath"] = ath.into(),
            None => {
                claims.other.remove("ath");
            }
        });
        assert_eq!(judged(&proof), Err(ProofFault::Token.into()), "{sentence}");
    }
}

#[test]
fn the_key_is_that_of_the_token() {
    let sentence = "Confirm that the public key to which the access token is bound matches the public key from the DPoP proof. \
                    (§4.3)";
    let error = judged(&proof_of(&OTHER, |_| {})).expect_err(sentence);
    assert_eq!(error, BearerError::OtherKey, "{sentence}");
    assert_eq!(error.status(), 401);
}

#[test]
fn a_bound_token_is_no_bearer_token() {
    let sentence = "Protected resources […] MUST reject a DPoP-bound access token received as a bearer token (§7.2)";
    let free = text("at_", Locator::first_at(NOW));
    let free = Presented::parse(free.as_str()).expect("a token of ours");
    let refused = fits(Scheme::Bearer, &token()).expect_err(sentence);
    let case = Case::code();
    assert_eq!(refused, BearerError::Bound, "{sentence}");
    assert_eq!(
        refused.challenge(&case.policy.errors),
        Some("invalid_token")
    );
    assert!(refused.wants_proof());
    assert_eq!(fits(Scheme::Dpop, &token()), Ok(()));
    assert_eq!(fits(Scheme::Bearer, &free), Ok(()));
    assert_eq!(fits(Scheme::Dpop, &free), Err(BearerError::Unbound));
}

#[test]
fn what_is_wrong_is_told_as_the_registry_names_it() {
    let sentence = "the error code […] invalid_dpop_proof is used to indicate that the DPoP proof itself was deemed invalid \
                    based on the criteria of Section 4.3 (§7.1)";
    let aliases = Case::code().policy.errors;
    for fault in ProofFault::ALL {
        let error = BearerError::from(fault);
        assert_eq!(
            (error.status(), error.code(&aliases)),
            (401, fault.code()),
            "{sentence}"
        );
        assert!(error.wants_proof() && error.scope().is_none());
    }
}
