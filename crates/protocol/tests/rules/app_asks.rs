//! What an app tells of the scopes that it asks for: which it can do without, and why it asks.
use protocol::apps::{AppUpdate, Editor, update};
use protocol::authorize::{Moment, Step};
use protocol::facts::SessionFacts;
use protocol::policy::{Policy, Registration};
use protocol::register::Field;
use protocol::testing::{Case, NOW, Verdict, scope};
use protocol::types::{Asks, Client, ClientStatus, Consent};

fn asks(optional: &str, reasons: &[(&str, &str)]) -> Asks {
    let mut asks = Asks {
        optional: scope(optional),
        ..Asks::default()
    };
    for (name, reason) in reasons {
        asks.reasons.set(name, reason);
    }
    asks
}

fn with(asks: Asks) -> AppUpdate {
    AppUpdate {
        asks: Some(asks),
        ..AppUpdate::default()
    }
}

fn client() -> Client {
    Client {
        scopes: Some(scope("tasks:read tasks:write")),
        reviewed_at: Some(NOW),
        ..Client::for_tests()
    }
}

#[test]
fn reasons_are_for_scopes_that_the_app_asks_for() {
    let policy = Policy::for_tests();
    let told = asks("tasks:write", &[("tasks:read", "To show your day")]);
    let after = update(&client(), with(told.clone()), Editor::Owner, &policy).reply();
    assert_eq!(after.asks, told);
    let long = "x".repeat(301);
    for unfit in [
        asks("nonsense", &[]),
        asks("admin:*", &[]),
        asks("", &[("admin:*", "To rule")]),
        asks("", &[("tasks:read", &long)]),
        asks("", &[("tasks:read", "two\nlines")]),
        asks("", &[("tasks:read", "turned \u{202e}around")]),
    ] {
        let refused = update(&client(), with(unfit), Editor::Owner, &policy).error();
        assert_eq!(refused.first().field, Field::Reasons, "{refused:?}");
    }
    let refused = update(&client(), with(told), Editor::App, &policy).error();
    assert_eq!(refused.first().field, Field::Reasons);
}

#[test]
fn a_scope_that_is_asked_for_no_more_has_no_reason() {
    let told = asks("tasks:write", &[("tasks:read", "A"), ("tasks:write", "B")]);
    let before = Client {
        asks: told,
        ..client()
    };
    let fewer = AppUpdate {
        scopes: Some(Some(scope("tasks:read"))),
        ..AppUpdate::default()
    };
    let after = update(&before, fewer, Editor::Owner, &Policy::for_tests()).reply();
    assert_eq!(after.asks, asks("", &[("tasks:read", "A")]));
}

/// People rely on it when they allow the app.
#[test]
fn another_reason_was_not_reviewed() {
    let policy = Policy {
        registration: Registration::Review,
        ..Policy::for_tests()
    };
    let optional = update(
        &client(),
        with(asks("tasks:write", &[])),
        Editor::Owner,
        &policy,
    );
    assert_eq!(optional.reply().status, ClientStatus::Active);
    let told = with(asks("", &[("tasks:read", "To show your day")]));
    let after = update(&client(), told, Editor::Owner, &policy).reply();
    assert_eq!(
        (after.status, after.reviewed_at),
        (ClientStatus::Pending, None)
    );
}

/// What a scope was divided into is no more than the scope was; whatever else is asked for is more.
#[test]
fn people_are_asked_again_about_more_and_not_about_parts() {
    let mut case = Case::authorize();
    case.set("scope", "tasks:write");
    case.policy
        .scopes
        .iter_mut()
        .filter(|entry| entry.name == "tasks:write")
        .for_each(|entry| entry.part_of = vec!["gone".to_owned(), "tasks".to_owned()]);
    let request = case.passed();
    let session = SessionFacts::for_tests();
    let next = |allowed: &str| {
        let consent = Consent {
            organization: None,
            subject: session.person.subject,
            client: request.client.no,
            scope: scope(allowed),
            redirect_uris: vec![request.redirect_uri.registered().to_owned()],
            granted_at: NOW,
            earlier: protocol::types::Scope::default(),
            skipped: protocol::types::Scope::default(),
            standing: protocol::types::AppStanding::Trusted,
        };
        request.next(
            Some(&session),
            &Some(consent),
            &case.policy,
            Moment::of_arrival(NOW),
        )
    };
    let asked = Step::Consent {
        new: scope("tasks:write"),
    };
    assert_eq!(
        next("tasks tasks:read"),
        Step::Issue(scope("tasks:write")),
        "it was allowed as a whole"
    );
    assert_eq!(next("tasks:write"), Step::Issue(scope("tasks:write")));
    for other in ["tasks:read", "tasks:writ", "task", ""] {
        assert_eq!(next(other), asked, "{other:?}");
    }
}
