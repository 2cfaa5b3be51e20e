//! §3.3 Access Token Scope.
use protocol::Transition;
use protocol::authorize::AuthorizationError;
use protocol::facts::SessionFacts;
use protocol::testing::{Case, Spoil, Verdict, json, scope};
use protocol::token::{ScopeRefusal, TokenError};
use protocol::transition::AuthorizeChange;
use protocol::types::{Scope, ScopeFault};

/// The refusal of a scope, which is the same at both endpoints.
fn refusal(asked: &str, spoil: Spoil) -> ScopeRefusal {
    let set = |case: &mut Case| case.set("scope", asked);
    let at_token = Case::own_behalf().with(spoil).with(set).answer().error();
    let at_authorization = Case::authorize().with(spoil).with(set).redirected().error;
    match (at_token, at_authorization) {
        (TokenError::InvalidScope(one), AuthorizationError::InvalidScope(other))
            if one == other =>
        {
            one
        }
        other => panic!("expected invalid_scope twice, got {other:?}"),
    }
}

/// The scope of the token for what is asked.
fn granted(asked: &str, spoil: Spoil) -> String {
    let case = Case::own_behalf()
        .with(spoil)
        .with(|case| case.set("scope", asked));
    let reply = json(&case.answer().reply());
    reply["scope"].as_str().expect("a scope").to_owned()
}

#[test]
fn names_have_the_characters_of_the_grammar() {
    let sentence = "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )";
    for bad in [
        "a\"b",
        "a\\b",
        "a\tb",
        "a\nb",
        "é",
        "a\u{7f}",
        "api \u{a0}api",
    ] {
        assert_eq!(
            Scope::parse(bad),
            Err(ScopeFault::Character),
            "{sentence}: {bad:?}"
        );
        let fault = ScopeRefusal::Fault(ScopeFault::Character);
        assert_eq!(refusal(bad, |_| {}), fault, "{sentence}: {bad:?}");
    }
    let every: String = (0x21..=0x7eu8)
        .filter(|b| !b"\"\\,".contains(b))
        .map(char::from)
        .collect();
    assert_eq!(
        Scope::parse(&every).map(|scope| scope.to_string()),
        Ok(every),
        "{sentence}"
    );
}

#[test]
fn names_are_separated_by_spaces() {
    let sentence = "expressed as a list of space-delimited, case-sensitive strings";
    assert_eq!(
        refusal("tasks:read,api", |_| {}),
        ScopeRefusal::Fault(ScopeFault::Comma),
        "{sentence}"
    );
    assert_eq!(
        granted(" api  tasks:read ", |_| {}),
        "api tasks:read",
        "{sentence}"
    );
    assert_eq!(
        refusal("API", |_| {}),
        ScopeRefusal::Unknown("API".to_owned()),
        "{sentence}"
    );
}

#[test]
fn order_does_not_matter_and_each_name_counts_once() {
    let sentence = "their order does not matter, and each string adds an additional access range";
    let (one, other) = (scope("tasks:read api"), scope("api tasks:read api"));
    assert!(one.covers(&other) && other.covers(&one), "{sentence}");
    assert_eq!(
        granted("api tasks:read api", |_| {}),
        "api tasks:read",
        "{sentence}"
    );
}

#[test]
fn names_are_opaque() {
    let sentence = "The strings are defined by the authorization server.";
    assert!(!scope("api").covers(&scope("api:v1")), "{sentence}");
    assert!(!scope("api:v1").covers(&scope("api")), "{sentence}");
    assert!(
        !scope("admin:*").covers(&scope("admin:users")),
        "{sentence}"
    );
    assert_eq!(granted("api", |_| {}), "api", "{sentence}");
    let own: Spoil = |case| case.client.scopes = Some(scope("api"));
    assert_eq!(
        refusal("api:v1", own),
        ScopeRefusal::NotAllowed("api:v1".to_owned()),
        "{sentence}"
    );
    let approved: Spoil = |case| case.client.approved = scope("admin:*");
    let restricted = ScopeRefusal::Restricted("admin:users".to_owned());
    assert_eq!(refusal("admin:users", approved), restricted, "{sentence}");
    assert_eq!(granted("admin:*", approved), "admin:*", "{sentence}");
}

#[test]
fn nothing_named_means_the_default_or_an_error() {
    let sentence = "MUST either process the request using a pre-defined default value or fail the \
                    request indicating an invalid scope";
    for asked in ["", " "] {
        assert_eq!(granted(asked, |_| {}), "tasks:read", "{sentence}");
        assert_eq!(
            granted(asked, |case| case.client.scopes =
                Some(scope("api tasks:read"))),
            "tasks:read",
            "{sentence}: the default as far as the app may have it"
        );
        assert_eq!(
            granted(asked, |case| case.client.scopes = Some(scope("api api:v1"))),
            "api api:v1",
            "{sentence}: failing that, the app's own list"
        );
        assert_eq!(
            granted(asked, |case| case.client.scopes =
                Some(scope("api admin:*"))),
            "api",
            "{sentence}: but nothing restricted"
        );
        let none: Spoil = |case| {
            case.policy
                .scopes
                .iter_mut()
                .for_each(|entry| entry.default = false)
        };
        assert_eq!(refusal(asked, none), ScopeRefusal::NoDefault, "{sentence}");
    }
    let restricted: Spoil = |case| case.policy.scopes[0].restricted = true;
    assert_eq!(
        refusal("", restricted),
        ScopeRefusal::NoDefault,
        "{sentence}: none is given for free"
    );
}

#[test]
fn refuses_what_the_app_may_not_have() {
    // §5.2: "The requested scope is invalid, unknown, malformed".
    let own: Spoil = |case| case.client.scopes = Some(scope("tasks:read"));
    let known_only_to_the_app: Spoil = |case| case.client.scopes = Some(scope("gone"));
    let rows: &[(&str, Spoil, ScopeRefusal)] = &[
        (
            "nothing",
            |_| {},
            ScopeRefusal::Unknown("nothing".to_owned()),
        ),
        (
            "tasks:read nothing",
            |_| {},
            ScopeRefusal::Unknown("nothing".to_owned()),
        ),
        (
            "tasks:write",
            own,
            ScopeRefusal::NotAllowed("tasks:write".to_owned()),
        ),
        (
            "gone",
            known_only_to_the_app,
            ScopeRefusal::Unknown("gone".to_owned()),
        ),
        (
            "admin:*",
            |_| {},
            ScopeRefusal::Restricted("admin:*".to_owned()),
        ),
        (
            "admin:*",
            |case| case.client.scopes = Some(scope("admin:*")),
            ScopeRefusal::Restricted("admin:*".to_owned()),
        ),
        (
            "admin:*",
            |case| {
                case.client.approved = scope("admin:*");
                case.client.scopes = Some(scope("api"));
            },
            ScopeRefusal::NotAllowed("admin:*".to_owned()),
        ),
    ];
    for (asked, spoil, expected) in rows {
        assert_eq!(refusal(asked, *spoil), *expected, "{asked}");
    }
}

/// Scopes that the app may not have are left out.
fn narrows(case: &mut Case) {
    case.policy.narrow_scope = true;
    case.client.scopes = Some(scope("tasks:read api admin:*"));
}

#[test]
fn what_the_app_may_not_have_is_left_out_where_the_policy_says_so() {
    let sentence =
        "The authorization server MAY fully or partially ignore the scope requested by the client";
    let broad = "tasks:write api admin:* tasks:read";
    assert_eq!(granted(broad, narrows), "api tasks:read", "{sentence}");
    let request = Case::authorize()
        .with(narrows)
        .with(|case| case.set("scope", broad));
    let scope = request.check().expect("a request").scope;
    assert_eq!(scope.as_str(), "api tasks:read", "{sentence}");
    for (asked, refused) in [
        (
            "tasks:write",
            ScopeRefusal::NotAllowed("tasks:write".to_owned()),
        ),
        (
            "admin:* tasks:write",
            ScopeRefusal::Restricted("admin:*".to_owned()),
        ),
        (
            "tasks:write nothing api",
            ScopeRefusal::Unknown("nothing".to_owned()),
        ),
    ] {
        assert_eq!(refusal(asked, narrows), refused, "{asked}");
    }
}

#[test]
fn the_answer_says_what_was_left() {
    let sentence = "the authorization server MUST include the \"scope\" response parameter to inform the client of the \
                    actual scope granted";
    let terse: Spoil = |case| case.policy.tokens.always_name_scope = false;
    let told = |asked: &'static str| {
        let case = Case::own_behalf().with(narrows).with(terse);
        let reply = case.with(|case| case.set("scope", asked)).answer().reply();
        json(&reply).get("scope").cloned()
    };
    assert_eq!(told("api tasks:write"), Some("api".into()), "{sentence}");
    assert_eq!(told("api"), None, "it is what was asked for");
    let named = |asked: &'static str| {
        let case = Case::authorize().with(narrows);
        let case = case.with(|case| case.set("scope", asked));
        let request = case.passed();
        let person = SessionFacts::for_tests();
        let issued = request.issue_code(request.scope.clone(), &person, &case.context());
        match issued.change() {
            Some(Transition::Authorize(AuthorizeChange::IssueCode { code, .. })) => {
                code.scope_named
            }
            other => panic!("a code is issued, not {other:?}"),
        }
    };
    assert!(
        named("tasks:read") && !named("tasks:read tasks:write"),
        "{sentence}"
    );
}
