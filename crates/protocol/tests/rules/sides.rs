//! The test side and the live side: nothing crosses.

use protocol::authorize::{Moment, ShownError, Step};
use protocol::consent::{Answer, deny};
use protocol::facts::{InteractionFacts, SessionFacts};
use protocol::testing::{Case, Spoil, Verdict, json};
use protocol::token::{GrantFault, TokenError};
use protocol::transition::AuthorizeChange;
use protocol::types::{Client, ClientRowId, Person, RedirectUri, Side};
use protocol::{Decision, Policy, Transition};

/// A test user of the app with this number.
fn test_user(app: i64) -> Person {
    Person {
        test_app: Some(ClientRowId(app)),
        ..Person::for_tests()
    }
}

fn test_app() -> Client {
    Client {
        side: Side::Test,
        ..Client::for_tests()
    }
}

#[test]
fn an_app_meets_its_own_side_only() {
    for (app, person, meets) in [
        (Client::for_tests(), Person::for_tests(), true),
        (Client::for_tests(), test_user(1), false),
        (test_app(), Person::for_tests(), false),
        (test_app(), test_user(1), true),
        (test_app(), test_user(2), false),
    ] {
        assert_eq!(
            app.may_meet(&person),
            meets,
            "{:?}, {:?}",
            app.side,
            person.test_app
        );
    }
}

#[test]
fn a_person_of_the_other_side_has_to_sign_in_as_another() {
    for (side, test_app, step) in [
        (Side::Live, None, false),
        (Side::Live, Some(ClientRowId(1)), true),
        (Side::Test, None, true),
        (Side::Test, Some(ClientRowId(1)), false),
        (Side::Test, Some(ClientRowId(2)), true),
    ] {
        let request = Case::authorize()
            .with(|case| case.client.side = side)
            .passed();
        let mut session = SessionFacts::for_tests();
        session.person.test_app = test_app;
        let must = request.next(
            Some(&session),
            &None,
            &Policy::for_tests(),
            Moment::of_arrival(protocol::testing::NOW),
        ) == Step::SignIn;
        assert_eq!(must, step, "{side:?} {test_app:?}");
        let case = Case::authorize();
        let issued = request.issue_code(request.scope.clone(), &session, &case.context());
        assert_eq!(
            matches!(issued, Decision::Refused { .. }),
            step,
            "{side:?} {test_app:?}"
        );
    }
}

#[test]
fn a_code_a_refresh_and_a_device_are_judged_again() {
    let cases: [(fn() -> Case, Spoil); 3] = [
        (Case::code, |case| {
            case.code_mut().person = Some(test_user(1))
        }),
        (Case::refresh, |case| {
            case.refresh_mut().person = Some(test_user(1))
        }),
        (Case::device, |case| {
            case.device_mut().person = Some(test_user(1))
        }),
    ];
    for (case, spoil) in cases {
        let live = case().with(spoil);
        let fault = TokenError::InvalidGrant(GrantFault::Person);
        assert_eq!(
            live.answer().error(),
            fault,
            "a test user's, presented by a live app"
        );
        let tested = case().with(|case| case.client.side = Side::Test);
        assert_eq!(
            tested.answer().error(),
            fault,
            "a person's, presented by a test app"
        );
        let right = case()
            .with(spoil)
            .with(|case| case.client.side = Side::Test);
        let reply = json(&right.answer().reply());
        let marked = |name: &str| {
            reply[name]
                .as_str()
                .is_some_and(|text| text.starts_with("test_"))
        };
        assert!(marked("access_token") && marked("refresh_token"), "{reply}");
    }
}

#[test]
fn without_a_test_side_its_apps_are_not_there() {
    let case = Case::authorize().with(|case| {
        case.client.side = Side::Test;
        case.policy.test_mode = false;
    });
    assert_eq!(case.shown(), ShownError::UnknownClient);
    assert!(!case.policy.serves(&case.client) && case.policy.serves(&Client::for_tests()));
}

#[test]
fn published_credentials_are_served_as_long_as_they_are_published() {
    let app = Client {
        documented: true,
        ..test_app()
    };
    let publishing = |id: Option<&str>| Policy {
        documented_client: id.map(str::to_owned),
        ..Policy::for_tests()
    };
    assert!(publishing(Some("app")).serves(&app));
    assert!(!publishing(Some("other")).serves(&app));
    assert!(!publishing(None).serves(&app));
}

#[test]
fn published_credentials_lead_to_the_own_computer_only() {
    let mut app = Client::for_tests();
    app.redirect_uris.clear();
    let allowed = |app: &Client, uri: &str| {
        app.verify_redirect_uri(Some(uri), Policy::for_tests().redirects)
            .is_ok()
    };
    let here = "http://localhost:5000/oauth/callback";
    assert!(
        !allowed(&app, here),
        "an ordinary app registers its addresses"
    );
    app.documented = true;
    for uri in [here, "http://127.0.0.1/", "http://[::1]:8/x?y=z"] {
        assert!(allowed(&app, uri), "{uri}");
    }
    for uri in [
        "https://app.example/cb",
        "https://localhost/",
        "http://localhost.example/",
        "http://localhost@app.example/",
        "http://127.0.0.1.example/",
        "http://192.168.0.1/",
        "http://localhost/#fragment",
        "com.example.app:/cb",
        "",
    ] {
        assert!(!allowed(&app, uri), "{uri}");
    }
    app.redirect_uris = vec![RedirectUri::from_stored("https://app.example/cb")];
    assert!(allowed(&app, "https://app.example/cb"));
}

#[test]
fn a_person_of_the_other_side_cannot_decline_either() {
    let case = Case::authorize();
    let request = case.passed();
    let (_, kept) = request.keep(&case.context());
    let Transition::Authorize(AuthorizeChange::Keep(interaction)) = kept else {
        panic!("a request is kept");
    };
    let facts = InteractionFacts {
        interaction,
        client: Some(request.client.clone()),
    };
    let answer = Answer {
        organization: None,
        interaction: &facts.interaction,
        nonce: "a nonce",
    };
    let mut session = SessionFacts::for_tests();
    assert!(
        deny(&request, answer, &session, &case.policy)
            .change()
            .is_some()
    );
    session.person = test_user(1);
    let refused = deny(&request, answer, &session, &case.policy);
    assert!(matches!(
        refused,
        Decision::Refused {
            transition: None,
            ..
        }
    ));
}
