//! Apps: what changing one means for its review, and what is told of what is wrong.

use protocol::apps::{AppUpdate, Editor, LogoUpdate, when_contended};
use protocol::policy::Registration;
use protocol::register::RegistrationErrors;
use protocol::register::{Field, RegistrationError, approve, approve_scopes};
use protocol::self_management::parse;
use protocol::testing::{Case, NOW, Verdict};
use protocol::transition::{AppChange, ApprovalChange};
use protocol::types::{Client, ClientKind, ClientStatus, GrantType, Locator, Scope, Side};
use protocol::{Decision, Policy, Transition};

/// The app changes itself.
fn update(
    client: &Client,
    update: AppUpdate,
    policy: &Policy,
) -> Decision<Client, RegistrationErrors> {
    protocol::apps::update(client, update, Editor::App, policy)
}

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
fn changes() -> [(AppUpdate, bool); 4] {
    let text = |text: &str| Some(text.to_owned());
    let none = AppUpdate::default;
    let uris = vec!["https://elsewhere.example/cb".to_owned()];
    [
        (
            AppUpdate {
                name: text("Another"),
                ..none()
            },
            true,
        ),
        (
            AppUpdate {
                homepage: text("https://elsewhere.example"),
                ..none()
            },
            true,
        ),
        (
            AppUpdate {
                redirect_uris: Some(uris),
                ..none()
            },
            true,
        ),
        (
            AppUpdate {
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
        assert_eq!(after.not_before, Locator(0), "nothing is cut off");
        let Some(Transition::App(AppChange::Update { before, after, .. })) =
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
    let same = AppUpdate {
        name: Some(format!("  {} ", Client::for_tests().name)),
        ..AppUpdate::default()
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
    let Some(Transition::App(AppChange::Approval(ApprovalChange::App { status, .. }))) =
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
        let Some(Transition::App(AppChange::Approval(ApprovalChange::App {
            version,
            status,
            reviewed_at,
            ..
        }))) = approve(&app, looked_at, NOW).change()
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
    let Some(Transition::App(AppChange::Approval(ApprovalChange::App { status, .. }))) =
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
        match parse(body.as_bytes()) {
            Ok(changes) => update(&Client::for_tests(), changes, &Policy::for_tests())
                .error()
                .into_first(),
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
    let Some(Transition::App(AppChange::Approval(ApprovalChange::Scopes { approved, .. }))) =
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

fn by(editor: Editor, update: AppUpdate) -> Decision<Client, RegistrationErrors> {
    protocol::apps::update(&Client::for_tests(), update, editor, &Policy::for_tests())
}

#[test]
fn all_that_is_wrong_with_a_form_is_told_together() {
    let text = |text: &str| Some(text.to_owned());
    let uris = ["https://app.example/cb", "/x", "javascript:x"];
    let wrong = AppUpdate {
        name: text(""),
        homepage: text("javascript:x"),
        privacy_policy: text("javascript:x"),
        terms: text("ftp://app.example"),
        support: text("nobody"),
        contact: text("mailto"),
        redirect_uris: Some(uris.map(str::to_owned).to_vec()),
        logo: Some(LogoUpdate::Replace(b"<svg/>".to_vec())),
        ..AppUpdate::default()
    };
    let errors = by(Editor::Owner, wrong).error();
    let fields: Vec<Field> = errors.iter().map(|error| error.field).collect();
    assert_eq!(
        fields,
        [
            Field::Name,
            Field::Homepage,
            Field::PrivacyPolicy,
            Field::Terms,
            Field::Support,
            Field::Contact,
            Field::RedirectUris,
            Field::RedirectUris,
            Field::Logo,
        ]
    );
    let values: Vec<_> = errors
        .iter()
        .filter_map(|error| error.value.as_deref())
        .collect();
    assert_eq!(values, ["/x", "javascript:x"], "which entry");
}

#[test]
fn links_are_taken_kept_and_taken_away() {
    let text = |text: &str| Some(text.to_owned());
    let set = AppUpdate {
        terms: text(" https://app.example/terms "),
        support: text("mailto:help@app.example"),
        contact: text("dev@app.example"),
        ..AppUpdate::default()
    };
    let links = by(Editor::Owner, set).reply().links;
    assert_eq!(links.terms, "https://app.example/terms");
    assert_eq!(links.support, "help@app.example");
    assert_eq!(
        (links.contact.as_str(), links.privacy_policy.as_str()),
        ("dev@app.example", "")
    );
    let app = Client {
        links: links.clone(),
        ..Client::for_tests()
    };
    let fewer = AppUpdate {
        support: text(""),
        ..AppUpdate::default()
    };
    let after = protocol::apps::update(&app, fewer, Editor::Owner, &Policy::for_tests()).reply();
    assert_eq!(
        (after.links.support.as_str(), after.links.terms),
        ("", links.terms)
    );
}

#[test]
fn a_stale_page_says_so() {
    let stale = AppUpdate {
        version: Some(Client::for_tests().version + 1),
        description: Some("Other".to_owned()),
        ..AppUpdate::default()
    };
    let error = by(Editor::Owner, stale).error().into_first();
    assert_eq!((error.field, error.status()), (Field::Version, 409));
}

#[test]
fn an_owner_asks_for_restricted_scopes_only_once_they_are_approved() {
    let ask = || AppUpdate {
        scopes: Some(Some(Scope::parse("tasks:read admin:*").expect("a scope"))),
        ..AppUpdate::default()
    };
    for editor in [Editor::App, Editor::Owner] {
        let error = by(editor, ask()).error().into_first();
        assert_eq!(error.field, Field::Scopes, "{editor:?}");
    }
    assert!(by(Editor::Operator, ask()).change().is_some());
    let approved = Client {
        approved: Scope::parse("admin:*").expect("a scope"),
        ..Client::for_tests()
    };
    let decision = protocol::apps::update(&approved, ask(), Editor::Owner, &Policy::for_tests());
    assert!(decision.change().is_some());
}

#[test]
fn grants_are_chosen_among_those_that_are_on() {
    let ask = |on| AppUpdate {
        client_credentials: Some(on),
        ..AppUpdate::default()
    };
    let app = Client {
        grants: vec![GrantType::AuthorizationCode],
        ..Client::for_tests()
    };
    let public = Client {
        kind: ClientKind::Public,
        ..app.clone()
    };
    let off = Policy {
        grants: vec![GrantType::AuthorizationCode],
        ..Policy::for_tests()
    };
    let on = Policy::for_tests();
    let asked = |app: &Client, by, policy: &Policy| {
        protocol::apps::update(app, ask(true), by, policy)
            .into_parts()
            .1
    };
    assert!(
        asked(&app, Editor::Owner, &on).is_ok_and(|app| app.may_use(GrantType::ClientCredentials))
    );
    for refused in [
        asked(&app, Editor::App, &on),
        asked(&app, Editor::Owner, &off),
        asked(&public, Editor::Operator, &on),
    ] {
        assert_eq!(refused.expect_err("refused").first().field, Field::Grants);
    }
    assert!(
        !by(Editor::Owner, ask(false))
            .reply()
            .may_use(GrantType::ClientCredentials)
    );
}

#[test]
fn another_picture_takes_the_review_away() {
    let png = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let replace = AppUpdate {
        logo: Some(LogoUpdate::Replace(png)),
        ..AppUpdate::default()
    };
    let policy = under(Registration::Review);
    let after = protocol::apps::update(&reviewed(), replace, Editor::Owner, &policy).reply();
    assert_eq!(
        (after.reviewed_at, after.status),
        (None, ClientStatus::Pending)
    );
    assert!(after.logo.is_some());
}

#[test]
fn a_redirect_uri_is_there_once() {
    let of = |uris: &[&str]| AppUpdate {
        redirect_uris: Some(uris.iter().copied().map(str::to_owned).collect()),
        ..AppUpdate::default()
    };
    let (one, other) = ("https://app.example/cb", "https://app.example/cb/");
    let errors = by(Editor::Owner, of(&[one, other, one])).error();
    assert_eq!(errors.first().field, Field::RedirectUris);
    assert_eq!(errors.first().value.as_deref(), Some(one));
    assert_eq!(errors.iter().count(), 1);
    by(Editor::Owner, of(&[one, other])).reply();
}
