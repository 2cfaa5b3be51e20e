//! Apps: what changing one means for its review, and what is told of what is wrong.

use protocol::policy::Registration;
use protocol::register::{Field, RegistrationError, approve, approve_scopes};
use protocol::self_management::{Changes, update, when_contended};
use protocol::testing::{Case, NOW, Verdict};
use protocol::transition::AppChange;
use protocol::types::{Client, ClientStatus, Locator, Scope, Side};
use protocol::{Decision, Policy, Transition};

fn under(registration: Registration) -> Policy {
    Policy {
        registration,
        ..Policy::for_tests()
    }
}

/// An app that an admin has let in.
fn reviewed() -> Client {
    Client {
        reviewed_at: Some(NOW),
        ..Client::for_tests()
    }
}

/// A change of each thing that can be changed, and whether people rely on it.
fn changes() -> [(Changes, bool); 4] {
    let text = |text: &str| Some(text.to_owned());
    let none = Changes::default;
    let uris = vec!["https://elsewhere.example/cb".to_owned()];
    [
        (
            Changes {
                name: text("Another"),
                ..none()
            },
            true,
        ),
        (
            Changes {
                homepage: text("https://elsewhere.example"),
                ..none()
            },
            true,
        ),
        (
            Changes {
                redirect_uris: Some(uris),
                ..none()
            },
            true,
        ),
        (
            Changes {
                description: text("Still the same."),
                ..none()
            },
            false,
        ),
    ]
}

#[test]
fn under_review_what_people_rely_on_is_looked_at_before_it_is_used() {
    let policy = under(Registration::Review);
    for (change, relied_on) in changes() {
        let after = update(&reviewed(), change.clone(), &policy).reply();
        assert_eq!(after.reviewed_at.is_none(), relied_on, "{change:?}");
        let waits = after.status == ClientStatus::Pending;
        assert_eq!(waits, relied_on, "{change:?}");
        assert_eq!(after.cutoff, Locator(0), "nothing is cut off");
        let Some(Transition::App(AppChange::Update { before, after })) =
            update(&reviewed(), change, &policy).change()
        else {
            panic!("an update");
        };
        assert_eq!((*before).clone(), reviewed());
        assert_eq!(after.status == ClientStatus::Pending, relied_on);
    }
}

#[test]
fn an_app_that_no_admin_looked_at_goes_to_review_as_well() {
    let (change, _) = changes()[0].clone();
    let after = update(&Client::for_tests(), change, &under(Registration::Review)).reply();
    assert_eq!(after.status, ClientStatus::Pending);
}

#[test]
fn elsewhere_the_review_is_withdrawn_and_the_app_goes_on() {
    for registration in [
        Registration::Open,
        Registration::Invite,
        Registration::Admin,
    ] {
        for (change, relied_on) in changes() {
            let after = update(&reviewed(), change, &under(registration)).reply();
            assert_eq!(after.reviewed_at.is_none(), relied_on, "{registration:?}");
            assert!(after.is_active(), "{registration:?}");
        }
    }
}

#[test]
fn an_app_in_test_mode_is_never_held_up() {
    let app = Client {
        side: Side::Test,
        ..reviewed()
    };
    let (change, _) = changes()[0].clone();
    assert!(
        update(&app, change, &under(Registration::Review))
            .reply()
            .is_active()
    );
}

#[test]
fn nothing_is_reviewed_again_for_a_change_of_nothing() {
    let same = Changes {
        name: Some(format!("  {} ", Client::for_tests().name)),
        ..Changes::default()
    };
    let decision = update(&reviewed(), same, &under(Registration::Review));
    assert!(matches!(
        &decision,
        Decision::Granted {
            transition: None,
            ..
        }
    ));
    assert_eq!(decision.reply(), reviewed());
}

#[test]
fn an_app_that_waits_works_again_once_it_is_approved() {
    let mut case = Case::refresh();
    case.policy.registration = Registration::Review;
    case.client.status = ClientStatus::Pending;
    assert!(case.answer().into_parts().1.is_err());
    let Some(Transition::App(AppChange::Approve { status, .. })) =
        approve(&case.client, None, NOW).change()
    else {
        panic!("an approval");
    };
    case.client.status = status;
    case.answer().reply();
}

#[test]
fn an_approval_is_of_the_version_that_was_looked_at() {
    let app = Client {
        version: 5,
        status: ClientStatus::Pending,
        ..Client::for_tests()
    };
    for looked_at in [None, Some(5)] {
        let Some(Transition::App(AppChange::Approve {
            version,
            status,
            reviewed_at,
            ..
        })) = approve(&app, looked_at, NOW).change()
        else {
            panic!("an approval");
        };
        assert_eq!(version, 5, "whoever changes it now is noticed");
        assert_eq!((status, reviewed_at), (ClientStatus::Active, NOW));
    }
    for looked_at in [4, 6] {
        let (change, answer) = approve(&app, Some(looked_at), NOW).into_parts();
        let error = answer.expect_err("another version");
        assert!(change.is_none());
        assert_eq!((error.field, error.status()), (Field::Version, 409));
        assert!(error.sentence.contains("version 5"), "{error:?}");
    }
}

#[test]
fn an_app_that_was_switched_off_stays_off_when_it_is_approved() {
    let app = Client {
        status: ClientStatus::Disabled,
        ..Client::for_tests()
    };
    let Some(Transition::App(AppChange::Approve { status, .. })) =
        approve(&app, None, NOW).change()
    else {
        panic!("an approval");
    };
    assert_eq!(status, ClientStatus::Disabled);
}

#[test]
fn what_was_approved_already_is_not_approved_again() {
    let decision = approve(&reviewed(), None, NOW);
    assert!(decision.change().is_none());
    let names = ["admin:*".to_owned()];
    let client = Client {
        approved: Scope::parse("admin:* admin:users").expect("a scope"),
        ..Client::for_tests()
    };
    assert!(
        approve_scopes(&client, &names, &Policy::for_tests())
            .change()
            .is_none()
    );
}

#[test]
fn a_change_that_others_came_before_every_time_is_a_conflict() {
    let error = when_contended();
    assert_eq!((error.status(), error.code()), (409, "conflict"));
}

#[test]
fn errors_are_named_as_rfc_7591_does() {
    let refused = |body: &str| -> RegistrationError {
        match Changes::parse(body.as_bytes()) {
            Ok(changes) => update(&Client::for_tests(), changes, &Policy::for_tests()).error(),
            Err(error) => error,
        }
    };
    for (body, field, code) in [
        ("[]", Field::Body, "invalid_request"),
        (r#"{"colour":"blue"}"#, Field::Body, "invalid_request"),
        (r#"{"name":""}"#, Field::Name, "invalid_client_metadata"),
        (r#"{"name":7}"#, Field::Name, "invalid_client_metadata"),
        (
            r#"{"homepage":"javascript:x"}"#,
            Field::Homepage,
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris":"x"}"#,
            Field::RedirectUris,
            "invalid_redirect_uri",
        ),
        (
            r#"{"redirect_uris":["/x"]}"#,
            Field::RedirectUris,
            "invalid_redirect_uri",
        ),
    ] {
        let error = refused(body);
        assert_eq!((error.field, error.code()), (field, code), "{body}");
        assert_eq!(error.status(), 400, "{body}");
    }
}

#[test]
fn scopes_are_approved_all_or_none() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let both = names(&["admin:*", "admin:users"]);
    let Some(Transition::App(AppChange::ApproveScopes { approved, .. })) =
        approve_scopes(&Client::for_tests(), &both, &Policy::for_tests()).change()
    else {
        panic!("an approval");
    };
    assert!(both.iter().all(|name| approved.contains(name)));
    for half in [
        names(&["admin:*", "tasks:read"]),
        names(&["admin:*", "no:such"]),
    ] {
        let (change, answer) =
            approve_scopes(&Client::for_tests(), &half, &Policy::for_tests()).into_parts();
        assert!(change.is_none());
        assert_eq!(answer.expect_err("refused").field, Field::ApprovedScope);
    }
}
