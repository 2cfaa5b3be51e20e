//! §3, which tokens are JWTs.
use super::made::{TASKS, case, claims, text};
use jose::jwt::Audience;
use protocol::testing::Case;

#[test]
fn the_scope_says_for_which_api_it_is() {
    let sentence = "If the request does not include a \"resource\" parameter, the authorization server MUST use a default \
                    resource indicator in the \"aud\" claim. If a \"scope\" parameter is present in the request, the \
                    authorization server SHOULD use it to infer the value";
    // Without a scope the default one, `tasks:read`.
    let case = case(Case::own_behalf());
    let claims = claims(&case, &text(&case));
    assert_eq!(
        claims.aud,
        Some(Audience::One(TASKS.to_owned())),
        "{sentence}"
    );
}

#[test]
fn without_apis_nothing_is_a_jwt() {
    for case in [
        Case::code(),
        Case::refresh(),
        Case::device(),
        Case::own_behalf(),
    ] {
        assert!(super::made::is_opaque(&text(&case)));
    }
}
