//! §5 DPoP Access Token Request.
use super::proofs::{KEY, OTHER, bound_refresh, by, refused, thumbprint};
use protocol::testing::{Case, Verdict, json};
use protocol::token::{GrantFault, TokenError};
use serde_json::Value;
use wire::Presented;
use wire::dpop::ProofFault;

fn key_of(reply: &Value, name: &str) -> Option<String> {
    let text = reply[name].as_str().expect("a token");
    let presented = Presented::parse(text).expect("a token of ours");
    assert_eq!(presented.is_bound(), presented.key().is_some());
    presented.key().map(|key| key.text())
}

fn own() -> Option<String> {
    Some(thumbprint(&KEY).text())
}

#[test]
fn every_grant_gives_tokens_that_are_bound() {
    let sentence = "A token_type of DPoP MUST be included in the access token response to signal to the client that the \
                    access token was bound to its DPoP key";
    for case in [
        Case::code(),
        Case::refresh(),
        Case::device(),
        Case::own_behalf(),
    ] {
        let free = json(&case.answer().reply());
        assert_eq!(free["token_type"], "Bearer");
        assert_eq!(key_of(&free, "access_token"), None);
        let bound = json(&by(&KEY, case).answer().reply());
        assert_eq!(bound["token_type"], "DPoP", "{sentence}");
        assert_eq!(key_of(&bound, "access_token"), own(), "{sentence}");
    }
}

#[test]
fn a_public_clients_refresh_token_is_bound() {
    let sentence = "the authorization server MUST bind the refresh token to the respective public key […] when a refresh token \
                    is issued to a public client";
    let public = Case::code().with(Case::public);
    let reply = json(&by(&KEY, public).answer().reply());
    assert_eq!(key_of(&reply, "refresh_token"), own(), "{sentence}");
    let device = json(&by(&KEY, Case::device()).answer().reply());
    assert_eq!(key_of(&device, "refresh_token"), own(), "{sentence}");
}

#[test]
fn a_public_client_refreshes_with_its_key_alone() {
    let sentence = "The client MUST present a DPoP proof for the same key that was used to obtain the refresh token each time \
                    that refresh token is used to obtain a new access token.";
    let public = || bound_refresh(&KEY).with(Case::public);
    let reply = json(&by(&KEY, public()).answer().reply());
    assert_eq!(
        key_of(&reply, "refresh_token"),
        own(),
        "the successor is bound too"
    );
    assert_eq!(
        refused(&public()),
        TokenError::Proof(ProofFault::Missing),
        "{sentence}"
    );
    let other = refused(&by(&OTHER, public()));
    assert_eq!(other, GrantFault::Key.into(), "{sentence}");
    assert_eq!(other.code(&public().policy.errors), "invalid_grant");
}

/// Who has stolen a used token and not its key cannot have the grant revoked.
#[test]
fn a_replay_without_the_key_ends_nothing() {
    let mut case = by(&KEY, bound_refresh(&KEY).with(Case::public));
    case.rotated();
    assert_eq!(refused(&by(&OTHER, case.clone())), GrantFault::Key.into());
    let stolen = case.with(|case| case.proof = None);
    assert_eq!(refused(&stolen), TokenError::Proof(ProofFault::Missing));
}

#[test]
fn a_confidential_client_proves_itself_and_may_take_another_key() {
    let sentence = "Refresh tokens issued to confidential clients […] are not bound to the DPoP proof public key because they \
                    are already sender-constrained with a different existing mechanism.";
    let reply = json(&by(&OTHER, bound_refresh(&KEY)).answer().reply());
    let other = Some(thumbprint(&OTHER).text());
    assert_eq!(key_of(&reply, "access_token"), other, "{sentence}");
    // What was asked for with proofs is not had without any.
    let without = refused(&bound_refresh(&KEY));
    assert_eq!(without, TokenError::Proof(ProofFault::Missing));
}

#[test]
fn a_lost_answer_comes_again_for_the_same_key_only() {
    let mut case = by(&KEY, bound_refresh(&KEY));
    let first = case.rotated();
    assert_eq!(
        case.answer().reply(),
        first,
        "the same request, with another proof or the same"
    );
    let other = by(&OTHER, case);
    assert_eq!(refused(&other), GrantFault::RetryDiffers.into());
}

#[test]
fn what_was_free_can_be_bound_by_a_refresh() {
    let reply = json(&by(&KEY, Case::refresh()).answer().reply());
    assert_eq!(key_of(&reply, "access_token"), own());
    assert_eq!(key_of(&reply, "refresh_token"), own());
}

#[test]
fn a_proof_that_is_not_taken_is_told_so() {
    let sentence = "If the DPoP proof is invalid, the authorization server issues an error response […] with \
                    invalid_dpop_proof as the value of the error parameter.";
    let aliases = Case::code().policy.errors;
    for fault in ProofFault::ALL {
        let error = TokenError::Proof(fault);
        let code = match fault {
            ProofFault::Nonce => "use_dpop_nonce",
            _ => "invalid_dpop_proof",
        };
        assert_eq!(
            (error.status(), error.code(&aliases)),
            (400, code),
            "{sentence}"
        );
    }
}
