//! §2.2.1, what is told of signing in.
use super::made::{case, claims, said, text};
use protocol::openid::OpenIdPolicy;
use protocol::signing_keys::SigningAlgorithm;
use protocol::testing::Case;
use protocol::types::Lifetime;

#[test]
fn acr_is_what_was_agreed_on() {
    let case = case(Case::code()).with(|case| {
        let openid = OpenIdPolicy {
            id_token: Lifetime::from_minutes(5),
            algorithm: SigningAlgorithm::Es256,
            algorithms: vec![SigningAlgorithm::Es256],
            acr: Some("urn:example:password".to_owned()),
            second_factor_acr: None,
            mapped: Vec::new(),
        };
        case.policy.openid = Some(Box::new(openid));
    });
    let read = claims(&case, &text(&case));
    assert_eq!(said(&read, "acr"), Some("urn:example:password"));
    let own = Case::own_behalf().with(|own| own.policy = case.policy.clone());
    assert_eq!(
        said(&claims(&own, &text(&own)), "acr"),
        None,
        "nobody signed in"
    );
}

#[test]
fn auth_time_is_that_of_the_authorization_however_often_the_token_is_renewed() {
    let sentence = "Their values are fixed and remain the same across all access tokens that derive from a given \
                    authorization response";
    for (grant, expected) in [
        (Case::code(), Case::code().code_mut().code.auth_time),
        (
            Case::refresh(),
            Case::refresh().refresh_mut().grant.auth_time,
        ),
    ] {
        let case = case(grant);
        let claims = claims(&case, &text(&case));
        assert_eq!(claims.other["auth_time"], expected.0, "{sentence}");
    }
    let own = case(Case::own_behalf());
    assert!(
        !claims(&own, &text(&own)).other.contains_key("auth_time"),
        "nobody signed in"
    );
}
