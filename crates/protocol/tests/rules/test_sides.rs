//! The test side of an app: who has one, what it shares, and what is its own.
use protocol::apps::review::askable;
use protocol::apps::test_side::{LOOPBACK, TestSideError, may_have, switch_on, switch_on_again};
use protocol::apps::transfer::{TransferError, offer};
use protocol::apps::{AppUpdate, Editor, ManagedApp, Restorer, restore, update};
use protocol::decision::Decision;
use protocol::policy::Policy;
use protocol::register::{Field, approve_scopes};
use protocol::testing::{Counter, NOW};
use protocol::transition::{AppChange, Transition};
use protocol::types::{
    Client, ClientKind, ClientRowId, ClientStatus, MailAddress, Person, Receiver, RedirectUri, Side,
};
use std::sync::Arc;

fn policy() -> Policy {
    Policy {
        test_mode: true,
        ..Policy::for_tests()
    }
}

#[track_caller]
fn switched_on(live: &Client) -> Client {
    match switch_on(live, &policy(), NOW, &Counter::starting_at(NOW)) {
        Decision::Granted {
            transition: Some(Transition::App(AppChange::Register { client, .. })),
            reply,
        } => {
            assert_eq!(reply.client_id, client.id);
            let public = live.kind == ClientKind::Public;
            assert_eq!(reply.client_secret.is_none(), public);
            Client {
                no: ClientRowId(2),
                ..*client
            }
        }
        Decision::Granted { .. } | Decision::Refused { .. } => panic!("no app is registered"),
    }
}

#[test]
fn it_has_credentials_of_its_own_and_the_rest_of_its_app() {
    let live = Client {
        status: ClientStatus::Pending,
        reviewed_at: Some(NOW),
        ..Client::for_tests()
    };
    let test = switched_on(&live);
    assert!(test.id.starts_with("test_"));
    assert_eq!((test.side, test.live_of), (Side::Test, Some(live.no)));
    assert_eq!(
        test.status,
        ClientStatus::Active,
        "it meets test users only"
    );
    assert_eq!(test.reviewed_at, None);
    assert_ne!(test.secrets[0].digest, live.secrets[0].digest);
    assert_eq!(
        (&test.name, &test.scopes, test.run_by()),
        (&live.name, &live.scopes, live.run_by())
    );
    let uris: Vec<&str> = test.redirect_uris.iter().map(RedirectUri::as_str).collect();
    assert_eq!(uris, [live.redirect_uris[0].as_str(), LOOPBACK]);
    let public = Client {
        kind: ClientKind::Public,
        secrets: Vec::new(),
        ..live
    };
    assert!(switched_on(&public).secrets.is_empty());
}

#[test]
fn not_every_app_has_one() {
    let live = Client::for_tests();
    let off = Policy {
        test_mode: false,
        ..policy()
    };
    assert_eq!(may_have(&live, &policy()), Ok(()));
    assert_eq!(may_have(&live, &off), Err(TestSideError::Off));
    let disabled = Client {
        status: ClientStatus::Disabled,
        ..live.clone()
    };
    assert_eq!(may_have(&disabled, &policy()), Err(TestSideError::Disabled));
    let test = switched_on(&live);
    assert_eq!(may_have(&test, &policy()), Err(TestSideError::IsTest));
    let mint = Counter::starting_at(NOW);
    assert!(matches!(
        switch_on(&test, &policy(), NOW, &mint),
        Decision::Refused {
            transition: None,
            error: TestSideError::IsTest
        }
    ));
    assert!(switch_on_again(&live, (&test, NOW), &policy(), &mint).is_ok());
    assert!(switch_on_again(&disabled, (&test, NOW), &policy(), &mint).is_err());
    assert!(
        restore(&test, NOW, Restorer::Operator, (&policy(), NOW, &mint)).is_err(),
        "not without its app"
    );
}

#[test]
fn the_playground_is_a_redirect_uri_of_test_sides_alone() {
    let issuer = "https://id.example";
    let callback = format!("{issuer}/apps/playground");
    let test = switched_on(&Client::for_tests());
    let verified = test.verify_playground(Some(&callback), issuer);
    assert_eq!(verified.expect("it is one").as_str(), callback);
    for other in [
        None,
        Some("https://id.example/apps/playground/"),
        Some("https://id.example/apps/playground?x=1"),
        Some("https://id.example.evil.example/apps/playground"),
        Some("/apps/playground"),
        Some("https://id.example"),
    ] {
        assert_eq!(test.verify_playground(other, issuer), None, "{other:?}");
    }
    let alone = Client {
        live_of: None,
        ..test
    };
    for app in [alone, Client::for_tests()] {
        assert_eq!(app.verify_playground(Some(&callback), issuer), None);
    }
}

#[test]
fn nothing_but_redirect_uris_is_changed_there() {
    let test = switched_on(&Client::for_tests());
    let own = AppUpdate {
        version: Some(test.version),
        // Those of its app and one more: as many as it began with.
        redirect_uris: Some(vec!["https://staging.app.example/cb".to_owned()]),
        ..AppUpdate::default()
    };
    let shared = [
        AppUpdate {
            name: Some("Another".to_owned()),
            ..own.clone()
        },
        AppUpdate {
            scopes: Some(None),
            ..own.clone()
        },
        AppUpdate {
            client_credentials: Some(false),
            ..own.clone()
        },
        AppUpdate {
            contact: Some("dev@app.example".to_owned()),
            ..own.clone()
        },
    ];
    for by in [Editor::App, Editor::Owner, Editor::Operator] {
        assert!(matches!(
            update(&test, own.clone(), by, &policy()),
            Decision::Granted { .. }
        ));
        for change in &shared {
            let Decision::Refused { error, .. } = update(&test, change.clone(), by, &policy())
            else {
                panic!("{change:?} by {by:?}");
            };
            assert_eq!(error.first().field, Field::Test);
        }
    }
}

#[test]
fn it_is_handed_over_and_reviewed_with_its_app_only() {
    let test = switched_on(&Client::for_tests());
    assert!(askable(&test, &policy()).is_empty());
    let alone = approve_scopes(&test, &["admin:all".to_owned()], &policy());
    assert!(matches!(alone, Decision::Refused { .. }));
    let owner = Person {
        subject: test.owner,
        ..Person::for_tests()
    };
    let managed = ManagedApp::of(Some(Arc::new(test)), &owner, None).expect("their own");
    let to = Receiver::Address(MailAddress::parse("bob@example.com").expect("an address"));
    let refused = offer(&managed, &owner, to, false, NOW, &Counter::starting_at(NOW));
    assert_eq!(refused.err(), Some(TransferError::TestSide));
}
