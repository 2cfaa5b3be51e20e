//! §5.1 Authorization Server Metadata, §5.2 Client Registration Metadata.
use super::proofs::{KEY, by, refused};
use protocol::apps::{AppUpdate, Editor, update};
use protocol::metadata::{Endpoints, document};
use protocol::testing::{Case, Verdict};
use protocol::token::TokenError;
use wire::dpop::ProofFault;

#[test]
fn algorithms_are_told() {
    let sentence = "dpop_signing_alg_values_supported: A JSON array containing a list of the JWS alg values […] supported by \
                    the authorization server for DPoP proof JWTs.";
    let policy = Case::code().policy;
    let told = serde_json::to_value(document(&policy, Endpoints::default())).expect("JSON");
    let told = told["dpop_signing_alg_values_supported"].clone();
    for name in ["ES256", "EdDSA", "RS256", "PS256"] {
        assert!(
            told.as_array().expect("a list").contains(&name.into()),
            "{sentence}"
        );
    }
    assert!(!told.to_string().contains("HS") && !told.to_string().contains("none"));
}

#[test]
fn an_app_that_is_always_bound_gets_nothing_without_a_proof() {
    let sentence = "If true, the authorization server MUST reject token requests from the client that do not contain the DPoP \
                    header.";
    for case in [
        Case::code(),
        Case::refresh(),
        Case::device(),
        Case::own_behalf(),
    ] {
        let case = case.with(|case| case.client.dpop_bound = true);
        assert_eq!(
            refused(&case),
            TokenError::Proof(ProofFault::Missing),
            "{sentence}"
        );
        assert!(by(&KEY, case).answer().change().is_some());
    }
}

#[test]
fn who_may_say_so() {
    let case = Case::code();
    let asked = || AppUpdate {
        dpop_bound: Some(true),
        ..AppUpdate::default()
    };
    for by in [Editor::Owner, Editor::Operator] {
        assert!(
            update(&case.client, asked(), by, &case.policy)
                .reply()
                .dpop_bound
        );
    }
    let own = update(&case.client, asked(), Editor::App, &case.policy);
    assert!(
        own.into_parts().1.is_err(),
        "not a token that may be stolen"
    );
}
