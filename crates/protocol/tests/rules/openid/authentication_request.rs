//! Authentication requests (Core §3.1.2).
use jose::jwt::{Audience, Claims};
use protocol::authorize::{AuthorizationError, AuthorizationResponse, Moment, RequestFault, Step};
use protocol::facts::SessionFacts;
use protocol::signer::Signer;
use protocol::signing_keys::SigningAlgorithm;
use protocol::testing::{Case, NOW, Verdict, scope};
use protocol::transition::AuthorizeChange;
use protocol::types::{Authentication, Subject, UnixTime};
use protocol::{Params, Transition};

fn error(case: &Case) -> AuthorizationError {
    case.redirected().error
}

/// What a code is issued with.
fn issued(case: &Case) -> Option<Authentication> {
    let request = case.passed();
    let issued = request.issue_code(
        request.scope.clone(),
        &SessionFacts::for_tests(),
        &case.context(),
    );
    match issued.change() {
        Some(Transition::Authorize(AuthorizeChange::IssueCode { authentication, .. })) => {
            authentication.map(|own| *own)
        }
        other => panic!("a code is issued, not {other:?}"),
    }
}

#[test]
fn what_was_asked_goes_with_the_code() {
    let asked = issued(&Case::authenticate()).expect("it was asked for");
    assert_eq!(asked.nonce.as_deref(), Some("n-0S6_WzA2Mj"));
    assert_eq!(asked.session, SessionFacts::for_tests().session.id);
    let plain = Case::authenticate().with(|case| case.set("scope", "profile"));
    assert_eq!(
        issued(&plain),
        None,
        "without openid there is nothing to carry"
    );
    let off = Case::authenticate().with(|case| case.policy.openid = None);
    assert_eq!(issued(&off), None);
}

#[test]
fn it_is_the_same_request_after_the_person_was_asked() {
    let case =
        Case::authenticate().with(|case| case.set("claims", r#"{"id_token":{"email":null}}"#));
    let kept = Params::from_form(case.passed().to_form().as_bytes()).expect("our own form");
    let again = protocol::authorize::check(kept, Some(case.passed().client), &case.context());
    let again = again.expect("it was in order");
    assert_eq!(again.authentication, case.passed().authentication);
    assert_eq!(again.scope, case.passed().scope);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let rows: [(&str, String, RequestFault); 8] = [
        ("nonce", "n".repeat(1_025), RequestFault::Nonce),
        ("claims", "{".to_owned(), RequestFault::Claims),
        ("claims", "[]".to_owned(), RequestFault::Claims),
        (
            "claims",
            r#"{"userinfo":{"name":1}}"#.to_owned(),
            RequestFault::Claims,
        ),
        (
            "claims",
            r#"{"userinfo":[]}"#.to_owned(),
            RequestFault::Claims,
        ),
        (
            "claims",
            r#"{"userinfo":{},"userinfo":{}}"#.to_owned(),
            RequestFault::Claims,
        ),
        (
            "id_token_hint",
            "e30.e30.e30".to_owned(),
            RequestFault::Hint,
        ),
        (
            "id_token_hint",
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
            RequestFault::Hint,
        ),
    ];
    for (name, value, fault) in rows {
        let case = Case::authenticate().with(|case| case.set(name, &value));
        assert_eq!(
            error(&case),
            AuthorizationError::InvalidRequest(fault),
            "{name}={value}"
        );
    }
    let long = Case::authenticate().with(|case| case.set("nonce", &"n".repeat(1_024)));
    assert_eq!(
        issued(&long).and_then(|own| own.nonce).map(|own| own.len()),
        Some(1_024)
    );
}

#[test]
fn what_is_not_taken_says_so() {
    for (name, code) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        let case = Case::authenticate().with(|case| case.set(name, "x"));
        assert_eq!(error(&case).code(), code);
    }
}

#[test]
fn parameters_that_are_for_others_are_passed_over() {
    let sentence = "The Authorization Server MUST ignore unrecognized request parameters.";
    for (name, value) in [
        ("display", "popup"),
        ("claims_locales", "de fr"),
        ("ui_locales", "se"),
        ("acr_values", "1 2"),
        ("extra", "foobar"),
        (
            "claims",
            r#"{"id_token":{"acr":{"values":["9"]}},"elsewhere":1}"#,
        ),
    ] {
        let case = Case::authenticate().with(|case| case.set(name, value));
        assert!(case.check().is_ok(), "{sentence} {name}");
    }
}

#[test]
fn an_essential_acr_that_nothing_here_meets_is_a_failed_sign_in() {
    let sentence = "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server MUST \
                    treat that outcome as a failed authentication attempt.";
    let ask = |acr: &str| {
        let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
        Case::authenticate().with(|case| case.set("claims", &claims))
    };
    assert_eq!(
        error(&ask("mfa")).code(),
        "unmet_authentication_requirements",
        "{sentence}"
    );
    assert!(ask("pwd").check().is_ok());
}

/// An ID token of this provider for an app.
fn hint(case: &Case, audience: &str, subject: Subject, typ: &str) -> String {
    let claims = Claims {
        iss: Some(case.policy.issuer.clone()),
        sub: Some(case.policy.subjects.write(subject)),
        aud: Some(Audience::One(audience.to_owned())),
        exp: Some(NOW.0 - 10_000),
        ..Claims::default()
    };
    let signed = case.signer.sign(SigningAlgorithm::Es256, typ, &claims);
    signed.expect("a key signs")
}

#[test]
fn a_hint_says_who_is_to_be_signed_in() {
    let sentence = "If the End-User identified by the ID Token is already logged in or is logged in as a result of the \
                    request [...], then the Authorization Server returns a positive response; otherwise, it MUST return an \
                    error, such as login_required.";
    let own = SessionFacts::for_tests();
    let step = |subject: Subject, moment: Moment, prompt: Option<&str>| {
        let case = Case::authenticate();
        let text = hint(&case, "app", subject, "JWT");
        let case = case.with(|case| {
            case.set("id_token_hint", &text);
            if let Some(prompt) = prompt {
                case.set("prompt", prompt);
            }
        });
        case.passed().next(Some(&own), &None, &case.policy, moment)
    };
    let arrival = Moment::of_arrival(NOW);
    assert!(
        matches!(
            step(own.person.subject, arrival, None),
            Step::Consent { .. }
        ),
        "{sentence}"
    );
    assert_eq!(
        step(Subject(8_000), arrival, None),
        Step::SignIn,
        "{sentence}"
    );
    let refused = Step::Refuse(AuthorizationError::LoginRequired);
    assert_eq!(
        step(Subject(8_000), arrival, Some("none")),
        refused,
        "{sentence}"
    );
    // Another signed in while it waited.
    let waited = Moment {
        now: NOW,
        since: Some(UnixTime(own.session.auth_time.0 - 1)),
    };
    assert_eq!(step(Subject(8_000), waited, None), refused, "{sentence}");
}

#[test]
fn only_an_id_token_of_this_app_is_a_hint() {
    let case = Case::authenticate();
    for (audience, typ) in [("another", "JWT"), ("app", "at+jwt"), ("app", "logout+jwt")] {
        let text = hint(&case, audience, Subject(7), typ);
        let case = case.clone().with(|case| case.set("id_token_hint", &text));
        assert_eq!(
            error(&case),
            AuthorizationError::InvalidRequest(RequestFault::Hint),
            "{audience} {typ}"
        );
    }
}

#[test]
fn a_claim_that_asks_for_a_subject_is_a_hint_too() {
    let case = Case::authenticate()
        .with(|case| case.set("claims", r#"{"id_token":{"sub":{"value":"user_zz"}}}"#));
    let own = SessionFacts::for_tests();
    let step = case
        .passed()
        .next(Some(&own), &None, &case.policy, Moment::of_arrival(NOW));
    assert_eq!(step, Step::SignIn);
}

#[test]
fn claims_by_name_are_allowed_as_the_scope_that_opens_them() {
    let ask = |claims: &str| {
        Case::authenticate().with(|case| {
            case.set("scope", "openid");
            case.set("claims", claims);
        })
    };
    let essential = ask(r#"{"userinfo":{"name":{"essential":true}}}"#);
    assert_eq!(essential.passed().scope, scope("openid profile"));
    assert_eq!(
        ask(r#"{"id_token":{"nobody_knows":null}}"#).passed().scope,
        scope("openid")
    );
    let bound = ask(r#"{"userinfo":{"email":null}}"#)
        .with(|case| case.client.scopes = Some(scope("openid")));
    assert_eq!(
        bound.passed().scope,
        scope("openid"),
        "an app asks for no more than it may"
    );
}

#[test]
fn the_answer_is_posted_where_it_is_asked_for() {
    let sentence = "Authorization Response parameters are encoded as HTML form values that are auto-submitted in the User \
                    Agent, and thus are transmitted via the HTTP POST method to the Client";
    let case = Case::authenticate().with(|case| case.set("response_mode", "form_post"));
    let request = case.passed();
    let issued = request.issue_code(
        request.scope.clone(),
        &SessionFacts::for_tests(),
        &case.context(),
    );
    let denied = request.denied().response(&case.policy);
    for (answer, first) in [(issued.reply(), "code"), (denied, "error")] {
        let AuthorizationResponse::FormPost { action, fields } = answer else {
            panic!("{sentence}");
        };
        assert_eq!(action, "https://app.example/cb", "nothing is in the URL");
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.first(), Some(&first));
        assert!(names.contains(&"state") && names.contains(&"iss"));
    }
    let wrong = case
        .clone()
        .with(|case| case.set("scope", "openid nothing"));
    let answer = wrong.redirected().response(&wrong.policy);
    assert!(
        matches!(answer, AuthorizationResponse::FormPost { .. }),
        "errors too"
    );
    let off = case.with(|case| case.policy = protocol::Policy::for_tests());
    assert_eq!(
        error(&off),
        AuthorizationError::InvalidRequest(RequestFault::ResponseMode)
    );
}
