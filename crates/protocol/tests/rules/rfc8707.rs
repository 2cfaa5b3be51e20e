//! RFC 8707, Resource Indicators for OAuth 2.0.
use crate::rfc9068::made::{ASKING, PEOPLE, TASKS, case, claims, is_opaque, said, text, with_apis};
use jose::jwt::Audience;
use protocol::authorize::AuthorizationError;
use protocol::resource::TargetFault::{self, NotAsked, Unknown};
use protocol::testing::{Case, Verdict, json, scope};
use protocol::token::TokenError;
use protocol::types::Scope;

const WIDE: &str = "tasks:read identity api admin:users";

fn asking(names: &str, resources: &[&str]) -> Case {
    Case::authorize().with(|case| {
        with_apis(&mut case.policy);
        case.client.scopes = None;
        case.client.approved = scope("admin:users");
        case.set("scope", names);
        for resource in resources {
            case.add("resource", resource);
        }
    })
}

/// A grant of [`WIDE`], about to be refreshed.
fn granted() -> Case {
    case(Case::refresh()).with(|case| case.refresh_mut().grant.scope = scope(WIDE))
}

fn refused(case: &Case) -> TokenError {
    case.answer().error()
}

fn asked_for(case: &Case) -> Scope {
    case.passed().scope
}

#[test]
fn section_2_a_resource_that_is_none_of_ours_is_refused() {
    let sentence = "Its value MUST be an absolute URI […]. The URI MUST NOT include a fragment component. […] invalid_target \
                    The requested resource is invalid, missing, unknown, or malformed.";
    for resource in [
        "https://elsewhere.example",
        "https://tasks.example#part",
        "https://tasks.example#",
        "https://tasks.example/below",
        "https://tasks.example?x=1",
        "tasks.example",
        "/tasks",
        "*",
        "https://tasks.example ",
    ] {
        let error = asking(WIDE, &[resource]).redirected().error;
        assert_eq!(
            error,
            AuthorizationError::InvalidTarget(Unknown),
            "{sentence} {resource}"
        );
        assert_eq!(error.code(), "invalid_target");
        let both = asking(WIDE, &[TASKS, resource]).redirected().error;
        assert_eq!(
            both,
            AuthorizationError::InvalidTarget(Unknown),
            "{resource}"
        );
        let token = granted().with(|case| case.set("resource", resource));
        assert_eq!(
            refused(&token),
            TokenError::InvalidTarget(Unknown),
            "{resource}"
        );
    }
}

#[test]
fn section_2_1_what_is_asked_for_is_what_the_named_apis_have() {
    // A scope belongs to one API: what is asked for is restricted to the named ones by leaving out that of others.
    for (resources, left) in [
        (&[][..], WIDE),
        (&[TASKS][..], "tasks:read"),
        (&[PEOPLE, ASKING][..], "identity api"),
        (&[TASKS, TASKS][..], "tasks:read"),
        (&["HTTPS://Tasks.Example/"][..], "tasks:read"),
        (&[TASKS, "https://tasks.example/"][..], "tasks:read"),
    ] {
        assert_eq!(
            asked_for(&asking(WIDE, resources)),
            scope(left),
            "{resources:?}"
        );
    }
    let nothing = asking("tasks:read", &[PEOPLE]).redirected().error;
    assert_eq!(nothing, AuthorizationError::InvalidTarget(NotAsked));
    // Kept with the request, each of them, for when it is judged again.
    let kept = asking(WIDE, &[PEOPLE, ASKING]).passed().to_form();
    assert_eq!(kept.matches("resource=").count(), 2, "{kept}");
}

#[test]
fn section_2_2_a_token_is_for_the_api_that_is_named() {
    let sentence = "The authorization server SHOULD audience-restrict issued access tokens to the resource(s) indicated by the \
                    \"resource\" parameter.";
    let case = granted().with(|case| case.set("resource", PEOPLE));
    let people = claims(&case, &text(&case));
    assert_eq!(
        people.aud,
        Some(Audience::One(PEOPLE.to_owned())),
        "{sentence}"
    );
    assert_eq!(said(&people, "scope"), Some("identity"));
    // What was given is not what was asked for at first, so it is told.
    assert_eq!(json(&case.answer().reply())["scope"], "identity");
    let asking = granted().with(|case| case.set("resource", ASKING));
    assert!(is_opaque(&text(&asking)));
    let wide = json(&granted().answer().reply());
    assert_eq!(
        wide["scope"], "tasks:read identity api",
        "without one it is for all that was allowed"
    );
    let code = self::case(Case::code()).with(|case| {
        case.code_mut().code.scope = scope("tasks:read identity");
        case.set("resource", TASKS);
    });
    assert_eq!(
        said(&claims(&code, &text(&code)), "scope"),
        Some("tasks:read")
    );
    let own = self::case(Case::own_behalf()).with(|case| {
        case.set("scope", "tasks:read identity");
        case.set("resource", PEOPLE);
    });
    assert_eq!(said(&claims(&own, &text(&own)), "scope"), Some("identity"));
}

#[test]
fn section_2_2_a_token_request_only_narrows() {
    let sentence = "If the authorization server […] does not consider the resource(s) acceptable, it should reject the \
                    request with an error response using the error code \"invalid_target\".";
    let narrow = case(Case::refresh()).with(|case| {
        case.refresh_mut().grant.scope = scope("tasks:read");
        case.set("resource", PEOPLE);
    });
    assert_eq!(
        refused(&narrow),
        TokenError::InvalidTarget(NotAsked),
        "{sentence}"
    );
    let both = narrow.with(|case| case.add("resource", TASKS));
    assert_eq!(refused(&both), TokenError::InvalidTarget(NotAsked));
    assert!(both.answer().change().is_none(), "nothing is used up");
    let named = granted().with(|case| {
        case.set("scope", "tasks:read");
        case.set("resource", PEOPLE);
    });
    assert_eq!(refused(&named), TokenError::InvalidTarget(NotAsked));
}

#[test]
fn an_api_and_an_app_each_find_their_own_spelling() {
    let sentence = "the resulting JWT access token \"aud\" claim SHOULD have the same value as the \"resource\" parameter in \
                    the request (RFC 9068 §3)";
    let spelled = "https://tasks.example/";
    let case = granted().with(|case| case.set("resource", spelled));
    let both = Audience::List(vec![TASKS.to_owned(), spelled.to_owned()]);
    assert_eq!(claims(&case, &text(&case)).aud, Some(both), "{sentence}");
}

#[test]
fn a_retry_for_another_api_is_no_retry() {
    let mut case = granted().with(|case| case.set("resource", TASKS));
    let first = case.rotated();
    assert_eq!(case.answer().reply(), first);
    case.set("resource", PEOPLE);
    assert!(matches!(refused(&case), TokenError::InvalidGrant(_)));
}

#[test]
fn where_there_is_no_api_the_parameter_is_unknown_like_any_other() {
    let case = Case::refresh().with(|case| case.set("resource", TASKS));
    assert!(is_opaque(&text(&case)));
    let asked = Case::authorize().with(|case| case.set("resource", "nonsense"));
    assert!(!asked.passed().to_form().contains("resource"));
}

#[test]
fn nothing_that_was_sent_is_told_back() {
    for fault in TargetFault::ALL {
        let told = [
            TokenError::from(fault).description(),
            AuthorizationError::InvalidTarget(fault).description(),
        ];
        assert_eq!(told[0], told[1]);
        assert!(told[0].contains("resource"), "{}", told[0]);
    }
}
