//! §3.1 Authorization Endpoint, §3.1.1 Response Type.
use protocol::Params;
use protocol::authorize::{AuthorizationError, RequestFault, ShownError};
use protocol::params::{MAX_PARAMETERS, ParamsFault};
use protocol::testing::{CALLBACK, Case, Spoil, query, scope};

#[test]
fn an_empty_value_is_an_omitted_one() {
    let sentence = "Parameters sent without a value MUST be treated as if they were omitted";
    let request = Case::authorize()
        .with(|case| case.set("scope", ""))
        .passed();
    assert_eq!(
        request.scope,
        scope("tasks:read"),
        "{sentence}: the default scope"
    );
    let case = Case::authorize().with(|case| case.set("state", ""));
    assert!(!case.allowed().contains("state"), "{sentence}");
    let case = Case::authorize().with(|case| case.set("redirect_uri", ""));
    assert_eq!(case.passed().redirect_uri.as_str(), CALLBACK, "{sentence}");
    let case = Case::authorize().with(|case| {
        case.set("code_challenge", "");
        case.set("code_challenge_method", "");
    });
    assert_eq!(case.passed().challenge, None, "{sentence}");
    let error = Case::authorize()
        .with(|case| case.set("response_type", ""))
        .redirected()
        .error;
    assert_eq!(
        error.description(),
        "response_type is missing",
        "{sentence}"
    );
    let shown = Case::authorize()
        .with(|case| case.set("client_id", ""))
        .shown();
    assert_eq!(shown, ShownError::ClientMissing, "{sentence}");
}

#[test]
fn what_it_does_not_know_is_ignored() {
    let sentence = "The authorization server MUST ignore unrecognized request parameters.";
    let case = Case::authorize().with(|case| {
        case.add("nonce", "n-0S6_WzA2Mj");
        case.add("display", "popup");
        case.add("x", "%");
    });
    assert_eq!(
        case.passed().scope,
        Case::authorize().passed().scope,
        "{sentence}"
    );
    let names: Vec<String> = query(&case.allowed())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["code", "state", "iss"], "{sentence}");
}

#[test]
fn a_repeated_parameter_is_told_to_the_app() {
    let sentence = "Request and response parameters MUST NOT be included more than once.";
    for name in [
        "response_type",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "response_mode",
        "state",
        "unknown",
    ] {
        for again in ["", "other"] {
            let case = Case::authorize().with(|case| {
                case.set(name, "first");
                case.add(name, again);
            });
            let error = case.redirected().error;
            let expected = AuthorizationError::from(RequestFault::Repeated(name.to_owned()));
            assert_eq!(error, expected, "{sentence}");
        }
    }
}

#[test]
fn a_repeated_client_or_redirect_uri_is_shown() {
    let sentence = "Request and response parameters MUST NOT be included more than once.";
    for name in ["client_id", "redirect_uri"] {
        let same = Case::authorize().params().get(name).map(str::to_owned);
        for again in [
            same.as_deref().unwrap_or_default(),
            "",
            "https://other.example/cb",
        ] {
            let case = Case::authorize().with(|case| case.add(name, again));
            assert_eq!(case.shown(), ShownError::Repeated(name), "{sentence}");
        }
    }
}

#[test]
fn only_a_resource_may_be_repeated() {
    // RFC 8707 §2: "Multiple resource parameters MAY be used".
    let case = Case::authorize().with(|case| {
        case.add("resource", "https://a.example");
        case.add("resource", "https://b.example");
    });
    case.passed();
}

#[test]
fn a_request_that_cannot_be_decoded_is_not_repaired() {
    let many = vec!["a=1"; MAX_PARAMETERS + 1].join("&");
    for (form, fault) in [
        ("scope=identify%bot", ParamsFault::Escape),
        ("state=%", ParamsFault::Escape),
        ("state=%ff", ParamsFault::Utf8),
        ("state=%c3%28", ParamsFault::Utf8),
        ("state=%00", ParamsFault::Nul),
        (many.as_str(), ParamsFault::TooMany),
    ] {
        assert_eq!(Params::from_form(form.as_bytes()), Err(fault), "{form}");
        assert_eq!(
            ShownError::Params(fault).code(&Case::authorize().policy),
            "invalid_request"
        );
    }
}

#[test]
fn response_type_is_code() {
    let sentence = "if the response type is not understood, the authorization server MUST return an \
                    error response";
    let rows: &[(Spoil, &str)] = &[
        (|case| case.unset("response_type"), "invalid_request"),
        (
            |case| case.set("response_type", "token"),
            "unsupported_response_type",
        ),
        (
            |case| case.set("response_type", "code token"),
            "unsupported_response_type",
        ),
        (
            |case| case.set("response_type", "code id_token"),
            "unsupported_response_type",
        ),
        (
            |case| case.set("response_type", "Code"),
            "unsupported_response_type",
        ),
        (
            |case| case.set("response_type", "code "),
            "unsupported_response_type",
        ),
        (
            |case| case.set("response_type", "none"),
            "unsupported_response_type",
        ),
    ];
    for (spoil, code) in rows {
        let error = Case::authorize().with(spoil).redirected().error;
        assert_eq!(error.code(), *code, "{sentence}");
    }
}

#[test]
fn response_mode_is_query() {
    // OAuth 2.0 Multiple Response Type Encoding Practices §2.1.
    let case = Case::authorize().with(|case| case.set("response_mode", "query"));
    case.passed();
    for mode in ["fragment", "form_post", "web_message", "query.jwt"] {
        let case = Case::authorize().with(|case| case.set("response_mode", mode));
        let redirected = case.redirected();
        assert_eq!(redirected.error.code(), "invalid_request", "{mode}");
        assert!(
            redirected
                .response(&case.policy)
                .location()
                .to_owned()
                .starts_with("https://app.example/cb?error="),
            "{mode}"
        );
    }
}
