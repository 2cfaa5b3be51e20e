//! §3.2 Token Endpoint: what counts as a request.
use protocol::lookup::{Found, Lookup};
use protocol::params::ParamsFault;
use protocol::policy::Bodies;
use protocol::testing::{Case, Verdict};
use protocol::token::{GrantFault, RawRequest, RequestFault, TokenError, TokenRequest};

const FORM: &str = "application/x-www-form-urlencoded";
const BODY: &str = "grant_type=client_credentials&client_id=app&client_secret=s";
const JSON: &str = r#"{"grant_type":"client_credentials","client_id":"app","client_secret":"s"}"#;

fn read(
    content_type: Option<&str>,
    query: Option<&str>,
    body: &str,
    bodies: Bodies,
) -> Result<TokenRequest, TokenError> {
    let mut policy = Case::own_behalf().policy;
    policy.tokens.bodies = bodies;
    let body = body.as_bytes();
    TokenRequest::parse(
        &RawRequest {
            authorization: None,
            content_type,
            query,
            body,
        },
        &policy,
    )
}

fn fault(result: Result<TokenRequest, TokenError>) -> RequestFault {
    match result {
        Err(TokenError::InvalidRequest(fault)) => fault,
        other => panic!("expected invalid_request, got {other:?}"),
    }
}

#[test]
fn an_empty_value_is_an_omitted_one() {
    let sentence = "Parameters sent without a value MUST be treated as if they were omitted";
    for (case, name) in [
        (Case::own_behalf(), "grant_type"),
        (Case::code(), "code"),
        (Case::refresh(), "refresh_token"),
    ] {
        let missing = TokenError::InvalidRequest(RequestFault::Missing(name));
        for case in [
            case.clone().with(|c| c.set(name, "")),
            case.clone().with(|c| c.unset(name)),
        ] {
            assert_eq!(case.answer().error(), missing, "{sentence}");
        }
    }
    let case = Case::code().with(|case| case.set("redirect_uri", ""));
    assert!(case.answer().change().is_some(), "{sentence}");
    let case = Case::code().with(|case| case.set("code_verifier", ""));
    assert_eq!(
        case.answer().error(),
        GrantFault::VerifierMissing.into(),
        "{sentence}"
    );
    let case = Case::refresh().with(|case| case.set("scope", ""));
    assert!(case.answer().change().is_some(), "{sentence}");
}

#[test]
fn what_it_does_not_know_is_ignored() {
    let sentence = "The authorization server MUST ignore unrecognized request parameters.";
    for case in [Case::own_behalf(), Case::code(), Case::refresh()] {
        let case = case.with(|case| {
            case.add("state", "xyz");
            case.add("audience", "https://api.example");
        });
        assert!(case.answer().change().is_some(), "{sentence}");
    }
}

#[test]
fn a_repeated_parameter_is_refused() {
    let sentence = "Request and response parameters MUST NOT be included more than once.";
    for case in [Case::own_behalf(), Case::code(), Case::refresh()] {
        for (name, value) in case.form.clone() {
            for again in [value.as_str(), "", "other"] {
                let case = case.clone().with(|case| case.add(&name, again));
                let expected = TokenError::InvalidRequest(RequestFault::Repeated(name.clone()));
                assert_eq!(case.answer().error(), expected, "{sentence}");
            }
        }
    }
}

#[test]
fn takes_a_form_with_any_media_type_parameters() {
    let sentence = "using the \"application/x-www-form-urlencoded\" format";
    for content_type in [FORM, "Application/X-WWW-Form-Urlencoded; charset=UTF-8"] {
        let request = read(Some(content_type), None, BODY, Bodies::default());
        assert!(request.is_ok(), "{sentence}: {content_type}");
    }
    for content_type in [
        None,
        Some("text/plain"),
        Some("multipart/form-data; boundary=x"),
        Some(""),
    ] {
        let request = read(content_type, None, BODY, Bodies::default());
        assert_eq!(
            fault(request),
            RequestFault::ContentType,
            "{sentence}: {content_type:?}"
        );
    }
}

#[test]
fn takes_json_only_where_the_provider_documented_it() {
    let json = Some("application/json; charset=utf-8");
    let bodies = Bodies {
        json: true,
        query: false,
    };
    assert_eq!(
        fault(read(json, None, JSON, Bodies::default())),
        RequestFault::ContentType
    );
    // JSON that says it is a form, or says nothing, as `curl -d` sends it: the advice names both types.
    for content_type in [None, Some(FORM), Some("text/plain")] {
        for (bodies, expected, named) in [
            (bodies, RequestFault::FormOrJson, true),
            (Bodies::default(), RequestFault::ContentType, false),
        ] {
            let error = read(content_type, None, JSON, bodies).expect_err("no form");
            assert_eq!(error, TokenError::InvalidRequest(expected));
            assert!(error.description().contains(FORM), "{error:?}");
            assert_eq!(error.description().contains("application/json"), named);
        }
    }
    let request = read(json, None, JSON, bodies).expect("a request in JSON");
    assert!(matches!(
        request.grant,
        protocol::grants::GrantRequest::ClientCredentials { scope: None }
    ));
    for (body, expected) in [
        ("[]", RequestFault::Params(ParamsFault::Json)),
        (
            r#"{"grant_type":7}"#,
            RequestFault::Params(ParamsFault::Json),
        ),
        (
            r#"{"code":"a","code":"b"}"#,
            RequestFault::Repeated("code".to_owned()),
        ),
        (
            r#"{"code":"\u0000"}"#,
            RequestFault::Params(ParamsFault::Nul),
        ),
    ] {
        assert_eq!(fault(read(json, None, body, bodies)), expected, "{body}");
    }
}

#[test]
fn takes_the_query_string_only_where_the_provider_documented_it() {
    let sentence = "The parameters can only be transmitted in the request-body and MUST NOT be \
                    included in the request URI.";
    let bodies = Bodies {
        json: false,
        query: true,
    };
    for body in ["", BODY] {
        let request = read(Some(FORM), Some(BODY), body, Bodies::default());
        assert_eq!(fault(request), RequestFault::Query, "{sentence}");
    }
    assert!(read(Some(FORM), Some(""), BODY, Bodies::default()).is_ok());
    assert!(read(None, Some(BODY), "", bodies).is_ok());
    assert!(read(Some(FORM), Some("scope=api"), BODY, bodies).is_ok());
    let twice = read(Some(FORM), Some("client_id=app"), BODY, bodies);
    assert_eq!(
        fault(twice),
        RequestFault::Repeated("client_id".to_owned()),
        "not merged"
    );
}

#[test]
fn nothing_undecodable_is_repaired() {
    let sentence = "with a character encoding of UTF-8 in the HTTP request entity-body";
    for (body, expected) in [
        ("code=%", ParamsFault::Escape),
        ("code=%g1", ParamsFault::Escape),
        ("code=%ff", ParamsFault::Utf8),
        ("code=a%00", ParamsFault::Nul),
    ] {
        let request = read(Some(FORM), None, body, Bodies::default());
        assert_eq!(fault(request), RequestFault::Params(expected), "{sentence}");
    }
}

/// The token request of a case.
fn parsed(case: &Case) -> TokenRequest {
    let body = case.body();
    let raw = RawRequest {
        authorization: None,
        content_type: Some(FORM),
        query: None,
        body: body.as_bytes(),
    };
    TokenRequest::parse(&raw, &case.policy).expect("a token request")
}

#[test]
fn a_request_looks_up_what_it_presents_and_nothing_else() {
    let lookup = |case: Case| parsed(&case).lookup();
    let (code, refresh, device) = (Case::code(), Case::refresh(), Case::device());
    let of_code = Lookup::Code(code.code.as_ref().expect("a code").code.id);
    let of_token = Lookup::RefreshToken(refresh.refresh.as_ref().expect("a token").token.id);
    let of_device = Lookup::Device(device.device.as_ref().expect("a device").device.id);
    assert_eq!(lookup(code), of_code);
    assert_eq!(lookup(refresh), of_token);
    assert_eq!(lookup(device), of_device);
    assert_eq!(lookup(Case::own_behalf()), Lookup::Nothing);
    for (case, name) in [
        (Case::code(), "code"),
        (Case::refresh(), "refresh_token"),
        (Case::device(), "device_code"),
    ] {
        let garbage = case.with(|case| case.set(name, "garbage"));
        assert_eq!(lookup(garbage.clone()), Lookup::Nothing, "{name}");
        let unknown = TokenError::InvalidGrant(GrantFault::Unknown);
        assert_eq!(garbage.answer().error(), unknown, "{name}");
    }
}

#[test]
fn what_is_on_record_of_another_kind_is_no_proof() {
    let found: Found = Case::refresh().refresh.into();
    for case in [Case::code(), Case::device()] {
        let request = parsed(&case);
        let decision = request.decide(&case.authenticated(), found.clone(), &case.context());
        let unknown = TokenError::InvalidGrant(GrantFault::Unknown);
        assert_eq!(decision.error(), unknown);
    }
}

#[test]
fn only_a_poll_has_an_answer_when_its_guard_is_lost_every_time() {
    for case in [Case::code(), Case::refresh(), Case::own_behalf()] {
        assert_eq!(parsed(&case).when_contended(&case.policy), None);
    }
    let poll = Case::device();
    assert!(parsed(&poll).when_contended(&poll.policy).is_some());
}
