//! §10 Authorization Code Binding to a DPoP Key.
use super::proofs::{KEY, OTHER, bound_code, by, refused, thumbprint};
use protocol::authorize::{AuthorizationError, RequestFault};
use protocol::testing::{Case, Verdict, json, query};
use protocol::token::{GrantFault, TokenError};
use wire::Presented;
use wire::dpop::ProofFault;

fn asking(jkt: &str) -> Case {
    Case::authorize().with(|case| case.set("dpop_jkt", jkt))
}

fn code_of(case: &Case) -> Presented {
    let all = query(&case.allowed());
    let code = all.iter().find(|(name, _)| name == "code");
    Presented::parse(&code.expect("a code").1).expect("a code of ours")
}

#[test]
fn the_code_is_bound_to_the_key_that_is_named() {
    let jkt = thumbprint(&KEY).text();
    let code = code_of(&asking(&jkt));
    assert_eq!(code.key(), Some(thumbprint(&KEY)));
    assert_eq!(code.prefix(), "ac_");
    assert!(!code_of(&Case::authorize()).is_bound());
    // A request that waits for its person is read again from the form that it is kept as.
    let kept = asking(&jkt).passed().to_form();
    assert!(kept.contains(&format!("dpop_jkt={jkt}")), "{kept}");
}

#[test]
fn what_is_no_thumbprint_is_refused() {
    let jkt = thumbprint(&KEY).text();
    let wrong = [
        format!("{jkt}="),
        jkt[1..].to_owned(),
        "x".to_owned(),
        "+".repeat(43),
    ];
    for wrong in wrong {
        let error = asking(&wrong).redirected().error;
        assert_eq!(
            error,
            AuthorizationError::InvalidRequest(RequestFault::Key),
            "{wrong}"
        );
    }
    let twice = asking(&jkt).with(|case| case.add("dpop_jkt", &jkt));
    assert_eq!(twice.redirected().error.code(), "invalid_request");
}

#[test]
fn it_is_redeemed_with_that_key_alone() {
    let sentence = "verifies that it matches the dpop_jkt parameter value in the authorization request. If they do not match, \
                    it MUST reject the request.";
    let reply = json(&by(&KEY, bound_code(&KEY)).answer().reply());
    assert_eq!(reply["token_type"], "DPoP");
    assert_eq!(
        refused(&by(&OTHER, bound_code(&KEY))),
        GrantFault::Key.into(),
        "{sentence}"
    );
    let without = refused(&bound_code(&KEY));
    assert_eq!(
        without,
        TokenError::Proof(ProofFault::Missing),
        "{sentence}"
    );
    // Nor does anybody without the key end what was given for it.
    let replayed = bound_code(&KEY).with(|case| case.code_mut().redeemed = true);
    assert_eq!(refused(&by(&OTHER, replayed)), GrantFault::Key.into());
}

#[test]
fn the_key_cannot_be_taken_out_of_the_code() {
    let free = bound_code(&KEY).with(|case| {
        let text = protocol::testing::text("ac_", case.code_mut().code.id);
        case.set("code", text.as_str());
    });
    assert_eq!(refused(&free), GrantFault::Digest.into());
}
