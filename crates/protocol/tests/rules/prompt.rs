//! How an app wants its person to be met (OpenID Connect Core §3.1.2.1), honoured for plain OAuth requests too.
use protocol::Params;
use protocol::authorize::{AuthorizationError, Moment, RequestFault, Step};
use protocol::facts::SessionFacts;
use protocol::testing::{Case, NOW, scope};
use protocol::types::{Consent, Lifetime, Scope, UnixTime};

fn asking(name: &str, value: &str) -> Case {
    Case::authorize().with(|case| case.add(name, value))
}

/// What happens next with a request of somebody who signed in a while ago and allowed it before.
fn next(case: &Case, ago: i64, since: Option<i64>) -> Step {
    let request = case.passed();
    let mut session = SessionFacts::for_tests();
    session.session.auth_time = UnixTime(NOW.0 - ago);
    let consent = Consent {
        organization: None,
        subject: session.person.subject,
        client: request.client.no,
        scope: request.scope.clone(),
        skipped: Scope::default(),
        standing: protocol::types::AppStanding::Trusted,
        redirect_uris: vec![request.redirect_uri.registered().to_owned()],
        granted_at: NOW,
        earlier: Scope::default(),
    };
    let moment = Moment {
        now: NOW,
        since: since.map(|ago| UnixTime(NOW.0 - ago)),
    };
    request.next(Some(&session), &Some(consent), &case.policy, moment)
}

fn issued() -> Step {
    Step::Issue(scope("tasks:read"))
}

#[test]
fn login_and_max_age_make_people_sign_in_once() {
    let sentence =
        "login: The Authorization Server SHOULD prompt the End-User for reauthentication";
    let case = asking("prompt", "login");
    assert_eq!(next(&case, 10, None), Step::SignIn, "{sentence}");
    assert_eq!(next(&case, 10, Some(9)), Step::SignIn, "that was before");
    assert_eq!(next(&case, 10, Some(10)), issued(), "and this is once");
    let sentence = "If the elapsed time is greater than this value, the OP MUST attempt to actively re-authenticate";
    let case = asking("max_age", "60");
    assert_eq!(next(&case, 60, None), issued(), "{sentence}");
    assert_eq!(next(&case, 61, None), Step::SignIn, "{sentence}");
    assert_eq!(
        next(&case, 61, Some(61)),
        issued(),
        "the page took its time"
    );
    assert_eq!(
        next(&asking("max_age", "0"), 0, None),
        Step::SignIn,
        "as prompt=login"
    );
}

#[test]
fn consent_and_another_account_are_asked_for() {
    let sentence = "consent: The Authorization Server SHOULD prompt the End-User for consent";
    let asked = Step::Consent {
        new: Scope::default(),
    };
    for prompt in ["consent", "select_account", "select_account consent"] {
        assert_eq!(
            next(&asking("prompt", prompt), 10, Some(5)),
            asked,
            "{sentence}"
        );
    }
    assert_eq!(
        next(&asking("prompt", "login consent"), 10, None),
        Step::SignIn
    );
}

#[test]
fn none_asks_nobody_anything() {
    let sentence = "none: The Authorization Server MUST NOT display any authentication or consent user interface pages";
    let case = asking("prompt", "none");
    assert_eq!(next(&case, 10, None), issued(), "{sentence}");
    let request = case.passed();
    let moment = Moment::of_arrival(NOW);
    let refused =
        |session: Option<&SessionFacts>| request.next(session, &None, &case.policy, moment);
    assert_eq!(
        refused(None),
        Step::Refuse(AuthorizationError::LoginRequired),
        "{sentence}"
    );
    let session = SessionFacts::for_tests();
    let consent_required = Step::Refuse(AuthorizationError::ConsentRequired);
    assert_eq!(refused(Some(&session)), consent_required, "{sentence}");
    let aged = case.with(|case| case.add("max_age", "5"));
    assert_eq!(
        next(&aged, 6, None),
        Step::Refuse(AuthorizationError::LoginRequired)
    );
}

#[test]
fn what_says_nothing_is_an_error_and_what_is_unknown_is_not() {
    let sentence = "If this parameter contains none with any other value, an error is returned";
    for prompt in ["none login", "consent none", "none none", " none"] {
        let error = asking("prompt", prompt).redirected().error;
        assert_eq!(error, RequestFault::Prompt.into(), "{sentence}: {prompt:?}");
    }
    for age in ["-1", "1.5", "ten", "1s", "99999999999"] {
        let error = asking("max_age", age).redirected().error;
        assert_eq!(error, RequestFault::MaxAge.into(), "{age:?}");
    }
    assert_eq!(next(&asking("prompt", "create"), 10, None), issued());
    let long = asking("max_age", "4000000000").passed().prompt.max_age;
    assert_eq!(long, Some(Lifetime::from_seconds(4_000_000_000)));
    assert_eq!(next(&asking("max_age", "4000000000"), 10, None), issued());
}

#[test]
fn a_request_that_waits_says_it_still() {
    let case = asking("prompt", "login").with(|case| {
        case.add("max_age", "60");
        case.add("login_hint", "ada@example.com");
    });
    let kept = Params::from_form(case.passed().to_form().as_bytes()).expect("a form");
    for (name, value) in [
        ("prompt", "login"),
        ("max_age", "60"),
        ("login_hint", "ada@example.com"),
    ] {
        assert_eq!(kept.get(name), Some(value));
    }
    let long = asking("login_hint", &"x".repeat(400)).passed();
    assert!(
        !long.to_form().contains("login_hint"),
        "no address is that long"
    );
    assert_eq!(asking("login_hint", "x").passed().login_hint(), Some("x"));
}
