//! §2.2.3, scope and audience.
use super::made::{PEOPLE, TASKS, case, claims, is_opaque, said, text};
use jose::jwt::Audience;
use protocol::Policy;
use protocol::apis::TokenForm;
use protocol::policy::ScopeEntry;
use protocol::testing::{Case, scope};

/// A code for this scope.
fn of(names: &str) -> Case {
    let scope = scope(names);
    case(Case::code()).with(|case| case.code_mut().code.scope = scope)
}

#[test]
fn every_name_in_scope_is_of_an_api_in_aud() {
    let sentence = "All the individual scope strings in the \"scope\" claim MUST have meaning for the resources indicated in \
                    the \"aud\" claim.";
    let case = of("tasks:read identity");
    let claims = claims(&case, &text(&case));
    let both = Audience::List(vec![TASKS.to_owned(), PEOPLE.to_owned()]);
    assert_eq!(claims.aud, Some(both), "{sentence}");
    assert_eq!(said(&claims, "scope"), Some("tasks:read identity"));
    assert_eq!(
        claims.exp,
        Some(case.now.0 + 180),
        "the more cautious of both"
    );
    // A name that is of no API makes it opaque.
    assert!(
        is_opaque(&text(&of("tasks:read admin:users"))),
        "{sentence}"
    );
}

#[test]
fn what_would_be_ambiguous_is_no_jwt() {
    let sentence = "The authorization server MUST NOT issue a JWT access token if the authorization granted by the token \
                    would be ambiguous.";
    for names in ["api", "tasks:read api", "admin:users", "tasks:read api:v1"] {
        assert!(is_opaque(&text(&of(names))), "{sentence} {names}");
    }
    for names in [
        "tasks:read",
        "identity",
        "tasks:write identity tasks:read",
        "api:v1",
    ] {
        assert!(!is_opaque(&text(&of(names))), "{names}");
    }
}

#[test]
fn a_narrower_refresh_is_for_fewer_apis() {
    let wide = scope("tasks:read identity api");
    let wide = case(Case::refresh()).with(|case| case.refresh_mut().grant.scope = wide);
    assert!(is_opaque(&text(&wide)));
    let narrow = wide.with(|case| case.set("scope", "identity"));
    let claims = claims(&narrow, &text(&narrow));
    assert_eq!(claims.aud, Some(Audience::One(PEOPLE.to_owned())));
}

/// Scopes of OpenID Connect have meaning for the provider, which is named then.
#[test]
fn what_is_told_at_userinfo_is_for_the_provider_itself() {
    let of = |names: &str| {
        of(names).with(|case| {
            for entry in &mut case.policy.scopes {
                entry.opens_userinfo = entry.name == "admin:users";
            }
        })
    };
    let case = of("tasks:read admin:users");
    let claims = claims(&case, &text(&case));
    let both = vec![TASKS.to_owned(), case.policy.issuer.clone()];
    assert_eq!(claims.aud, Some(Audience::List(both)));
    assert_eq!(
        claims.exp,
        Some(case.now.0 + 300),
        "as long as the API says"
    );
    assert!(
        is_opaque(&text(&of("admin:users"))),
        "for the provider alone"
    );
}

#[test]
fn what_asks_for_refresh_tokens_is_no_name_of_an_api() {
    let named = |openid| {
        let mut policy = case(Case::code()).policy;
        policy.openid = openid;
        let refreshes = ScopeEntry {
            name: "offline_access".to_owned(),
            ..policy.scopes[0].clone()
        };
        policy.scopes.push(refreshes);
        policy.token_form(&scope("tasks:read offline_access"))
    };
    let on = named(Policy::with_openid().openid);
    assert!(matches!(on, TokenForm::Jwt(_)));
    assert_eq!(named(None), TokenForm::Opaque, "a name like any other");
}

#[test]
fn our_own_api_has_opaque_tokens_as_before() {
    let case = of("valetkey:apps").with(|case| {
        case.client.approved = scope("valetkey:apps");
    });
    assert!(is_opaque(&text(&case)));
}
