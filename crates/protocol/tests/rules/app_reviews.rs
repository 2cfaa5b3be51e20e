//! Requests for review: who asks for what, who decides, and that what was looked at is what is approved.
mod looked_at;

use protocol::apps::ManagedApp;
use protocol::apps::review::{
    self, Caution, Conversation, Judged, MAX_MESSAGES, MAX_REQUESTS, NewRequest, Part, ReviewError,
    ReviewMessage, ReviewRequest, ReviewState, Reviewer, Snapshot, Verdict as Decided,
};
use protocol::decision::Decision;
use protocol::events::{Actor, Event};
use protocol::policy::{Policy, Registration};
use protocol::testing::{Counter, NOW, Verdict, scope};
use protocol::transition::{Approved, ReviewChange, ReviewStep, Transition};
use protocol::types::{
    Client, ClientRowId, ClientStatus, Consent, Lifetime, Locator, MailAddress, Person,
    RedirectUri, Role, Side, Subject, UnixTime,
};
use std::sync::Arc;

fn policy(registration: Registration) -> Policy {
    Policy {
        registration,
        ..Policy::for_tests()
    }
}

fn pending() -> Client {
    Client {
        owner: Person::for_tests().subject,
        status: ClientStatus::Pending,
        ..Client::for_tests()
    }
}

fn managed(client: &Client) -> ManagedApp {
    ManagedApp::of(Some(Arc::new(client.clone())), &Person::for_tests(), None).expect("their own")
}

fn new(scopes: &[(&str, &str)], note: &str) -> NewRequest {
    let own = |(scope, reason): &(&str, &str)| ((*scope).to_owned(), (*reason).to_owned());
    NewRequest {
        scopes: scopes.iter().map(own).collect(),
        note: note.to_owned(),
    }
}

fn ask(
    client: &Client,
    new: &NewRequest,
    earlier: &[ReviewRequest],
    policy: &Policy,
) -> Decision<(), ReviewError> {
    let to = [MailAddress::parse("admin@example.com").expect("an address")];
    let by = Person::for_tests().subject;
    let mint = Counter::starting_at(NOW);
    review::ask(
        &managed(client),
        by,
        new,
        earlier,
        &to,
        (policy, NOW, &mint),
    )
}

/// A request as it is stored.
fn asked(client: &Client, wanted: &NewRequest, policy: &Policy) -> Conversation {
    match ask(client, wanted, &[], policy).change() {
        Some(Transition::Review(ReviewChange::Ask {
            request, message, ..
        })) => Conversation {
            request: *request,
            messages: message.into_iter().collect(),
        },
        other => panic!("{other:?}"),
    }
}

fn saying() -> ReviewMessage {
    ReviewMessage {
        id: Locator(1),
        by: Actor::Operator,
        at: NOW,
        text: "x".to_owned(),
    }
}

fn judge(
    talk: &Conversation,
    client: &Client,
    verdict: Decided,
    text: &str,
    policy: &Policy,
) -> Decision<(), ReviewError> {
    let seen = Some(talk.request.version);
    let judged = Judged {
        verdict,
        text,
        seen,
    };
    let mint = Counter::starting_at(NOW);
    let with = (policy, NOW, &mint);
    review::judge(Reviewer::operator(), talk, client, judged, None, with)
}

fn approved(decision: Decision<(), ReviewError>) -> Approved {
    match decision.change() {
        Some(Transition::Review(ReviewChange::Reply {
            step: ReviewStep::Approved(approved),
            ..
        })) => *approved,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_waiting_app_is_asked_for_as_a_whole_and_starts_when_it_is_approved() {
    let policy = policy(Registration::Review);
    let client = pending();
    let decision = ask(&client, &new(&[], "  Hello\r\nthere \n"), &[], &policy);
    let Some(transition) = decision.change() else {
        panic!("it changes something");
    };
    let happened = transition.event().expect("an event");
    assert_eq!(happened.event, Event::AppReviewRequested);
    assert_eq!(happened.client, Some(client.no));
    assert_eq!(transition.messages().len(), 1, "the administrator is told");
    let talk = asked(&client, &new(&[], "  Hello\r\nthere \n"), &policy);
    assert!(talk.request.whole && talk.request.scopes.is_empty());
    assert_eq!(talk.messages[0].text, "Hello\nthere");
    let after = approved(judge(&talk, &client, Decided::Approve, "", &policy));
    assert_eq!(
        (after.status, after.reviewed_at),
        (ClientStatus::Active, Some(NOW))
    );
    assert_eq!(after.client_version, client.version);
}

#[test]
fn restricted_scopes_are_asked_for_with_a_reason_each() {
    let policy = policy(Registration::Open);
    let client = Client {
        status: ClientStatus::Active,
        scopes: Some(scope("tasks:read")),
        approved: scope("admin:users"),
        ..pending()
    };
    for (wanted, error) in [
        (new(&[], "please"), ReviewError::Nothing),
        (
            new(&[("admin:*", " ")], ""),
            ReviewError::Reason("admin:*".into()),
        ),
        (
            new(&[("admin:*", "turned \u{202e}around")], ""),
            ReviewError::Reason("admin:*".into()),
        ),
        (
            new(&[("admin:*", &"x".repeat(301))], ""),
            ReviewError::Reason("admin:*".into()),
        ),
        (
            new(&[("tasks:read", "why")], ""),
            ReviewError::Scope("tasks:read".into()),
        ),
        (
            new(&[("admin:users", "why")], ""),
            ReviewError::Scope("admin:users".into()),
        ),
        (
            new(&[("nonsense", "why")], ""),
            ReviewError::Scope("nonsense".into()),
        ),
        (
            new(&[("admin:*", "To tidy up")], &"x".repeat(2_001)),
            ReviewError::Message,
        ),
        (
            new(&[("admin:*", "To tidy up")], "turned \u{202e}around"),
            ReviewError::Message,
        ),
    ] {
        assert_eq!(
            ask(&client, &wanted, &[], &policy).error(),
            error,
            "{wanted:?}"
        );
    }
    let talk = asked(&client, &new(&[("admin:*", "To tidy up")], ""), &policy);
    assert!(!talk.request.whole && talk.messages.is_empty());
    let after = approved(judge(&talk, &client, Decided::Approve, "Fine", &policy));
    assert_eq!(after.approved, scope("admin:users admin:*"));
    assert_eq!(after.scopes, Some(scope("tasks:read admin:*")));
    assert_eq!(after.reasons.of("admin:*"), Some("To tidy up"));
    assert_eq!(after.reviewed_at, None, "it was not looked at as a whole");
}

#[test]
fn a_scope_that_is_not_restricted_any_more_is_not_approved() {
    let before = policy(Registration::Open);
    let client = Client {
        status: ClientStatus::Active,
        ..pending()
    };
    let talk = asked(&client, &new(&[("admin:*", "To tidy up")], ""), &before);
    let mut after = before.clone();
    after.scopes.retain(|entry| entry.name != "admin:*");
    let refused = judge(&talk, &client, Decided::Approve, "", &after);
    assert_eq!(refused.error(), ReviewError::Scope("admin:*".into()));
}

#[test]
fn an_app_asks_once_at_a_time_and_not_all_day() {
    let policy = policy(Registration::Review);
    let client = pending();
    let earlier = |state, seconds: u32| ReviewRequest {
        state,
        created_at: NOW.minus(Lifetime::from_seconds(seconds)),
        ..asked(&client, &new(&[], ""), &policy).request
    };
    for state in [ReviewState::Open, ReviewState::AskedBack] {
        let again = ask(&client, &new(&[], ""), &[earlier(state, 100_000)], &policy);
        assert_eq!(again.error(), ReviewError::Open);
    }
    let often = vec![earlier(ReviewState::Refused, 60); MAX_REQUESTS];
    let again = ask(&client, &new(&[], ""), &often, &policy);
    assert_eq!(again.error(), ReviewError::TooMany);
    let yesterday = vec![earlier(ReviewState::Refused, 86_401); MAX_REQUESTS];
    ask(&client, &new(&[], ""), &yesterday, &policy).reply();
    let off = Client {
        status: ClientStatus::Disabled,
        ..client
    };
    let closed = ask(&off, &new(&[], ""), &[], &policy);
    assert_eq!(closed.error(), ReviewError::Closed);
}

#[test]
fn nothing_is_asked_as_a_whole_where_nothing_waits() {
    let active = Client {
        status: ClientStatus::Active,
        ..pending()
    };
    for (registration, client, whole) in [
        (Registration::Open, active.clone(), false),
        (Registration::Admin, active.clone(), false),
        (Registration::Review, active.clone(), true),
        (Registration::Open, pending(), true),
        (
            Registration::Review,
            Client {
                reviewed_at: Some(UnixTime(1)),
                ..active.clone()
            },
            false,
        ),
        (
            Registration::Review,
            Client {
                side: Side::Test,
                ..active
            },
            false,
        ),
    ] {
        let policy = policy(registration);
        let askable = review::askable(&client, &policy);
        assert_eq!(askable.whole, whole, "{registration:?} {client:?}");
    }
}

#[test]
fn only_those_look_at_apps_who_administer_the_provider() {
    let person = Person::for_tests();
    let admin = Person {
        admin: true,
        ..person.clone()
    };
    assert!(Reviewer::of(&person).is_none());
    let reviewer = Reviewer::of(&admin).expect("an administrator");
    assert_eq!(reviewer.actor(), Actor::Administrator(admin.subject));
    let off = Person {
        disabled_at: Some(NOW),
        ..admin.clone()
    };
    let test_user = Person {
        test_app: Some(ClientRowId(1)),
        ..admin
    };
    assert!(Reviewer::of(&off).is_none() && Reviewer::of(&test_user).is_none());
}

#[test]
fn a_snapshot_is_read_back_as_it_was_stored() {
    let snapshot = Snapshot::of(&pending());
    let read = Snapshot::from_stored(&snapshot.to_stored()).expect("a snapshot");
    assert_eq!(read, snapshot);
    assert!(Snapshot::from_stored("[]").is_none());
    for state in ReviewState::ALL {
        assert_eq!(ReviewState::parse(state.as_str()), Some(state));
    }
}

#[test]
fn an_app_that_was_not_reviewed_meets_only_so_many_where_others_are() {
    let review = policy(Registration::Review);
    let active = Client {
        status: ClientStatus::Active,
        owner: Subject(1),
        ..pending()
    };
    assert_eq!(review::people_cap(&active, &review), Some(100));
    assert_eq!(review::caution(&active, &review), Some(Caution::Unreviewed));
    assert_eq!(review::caution(&pending(), &review), Some(Caution::Draft));
    let none = [
        Client {
            reviewed_at: Some(NOW),
            ..active.clone()
        },
        Client {
            side: Side::Test,
            ..active.clone()
        },
        Client {
            documented: true,
            ..active.clone()
        },
    ];
    for client in none {
        assert_eq!(review::people_cap(&client, &review), None, "{client:?}");
        assert_eq!(review::caution(&client, &review), None, "{client:?}");
    }
    for registration in [
        Registration::Open,
        Registration::Invite,
        Registration::Admin,
    ] {
        assert_eq!(review::people_cap(&active, &policy(registration)), None);
    }
    let person = Person::for_tests();
    let before = Some(Consent {
        organization: None,
        subject: person.subject,
        client: active.no,
        scope: scope("tasks:read"),
        redirect_uris: Vec::new(),
        granted_at: NOW,
        earlier: protocol::types::Scope::default(),
        skipped: protocol::types::Scope::default(),
        standing: protocol::types::AppStanding::Trusted,
    });
    let room = |before, people| review::has_room(&active, &person, None, before, people, &review);
    assert!(room(&None, 99) && !room(&None, 100) && !room(&None, 101));
    assert!(room(&before, 100), "whoever has allowed it before goes on");
    let own = Client {
        owner: person.subject,
        ..active
    };
    assert!(review::has_room(&own, &person, None, &None, 100, &review));
    let of_team = Client {
        organization: Some(Locator(5)),
        ..own
    };
    let room = |role| review::has_room(&of_team, &person, role, &None, 100, &review);
    assert!(room(Some(Role::Viewer)), "whoever belongs to it");
    assert!(!room(None), "whoever registered it, and has left");
}

/// The same answer or verdict, to the request as it was before, changes nothing more; another is told that it is late.
#[test]
fn what_comes_twice_is_said_once() {
    let policy = policy(Registration::Review);
    let client = pending();
    let app = managed(&client);
    let by = Person::for_tests().subject;
    let mint = Counter::starting_at(NOW);
    let mut talk = asked(&client, &new(&[], ""), &policy);
    let wanted = new(&[], "");
    assert!(review::was_asked(&talk, by, &wanted));
    assert!(!review::was_asked(&talk, by, &new(&[], "Another note")));
    assert!(!review::was_asked(&talk, Subject(99), &wanted));
    let said = |who, text: &str| ReviewMessage {
        by: who,
        text: text.to_owned(),
        ..saying()
    };
    let answer = |talk: &Conversation, text: &str, seen: i64| {
        let seen = Some(seen);
        let said = review::Answer { text, seen };
        review::answer(&app, by, talk, said, &[], (NOW, &mint))
    };
    let judge = |talk: &Conversation, verdict, text: &str, seen: i64| {
        let seen = Some(seen);
        let judged = Judged {
            verdict,
            text,
            seen,
        };
        let with = (&policy, NOW, &mint);
        review::judge(Reviewer::operator(), talk, &client, judged, None, with)
    };
    talk.request.version = 2;
    talk.messages.push(said(Actor::Operator, "Why?"));
    assert!(
        judge(&talk, Decided::AskBack, " Why? ", 1)
            .granted()
            .is_none()
    );
    judge(&talk, Decided::AskBack, "Why?", 1).reply();
    let other = judge(&talk, Decided::AskBack, "Why not?", 1);
    assert_eq!(other.error(), ReviewError::Stale);
    assert!(
        judge(&talk, Decided::AskBack, "Why?", 2)
            .granted()
            .is_some()
    );
    talk.request.version = 3;
    talk.messages.push(said(Actor::Person(by), "For tasks"));
    assert!(answer(&talk, "For tasks", 2).granted().is_none());
    answer(&talk, "For tasks", 2).reply();
    assert_eq!(answer(&talk, "For all", 2).error(), ReviewError::Stale);
    // What was said to an earlier question is not said to this one.
    talk.request.version = 4;
    talk.messages.push(said(Actor::Operator, "And why?"));
    assert_eq!(answer(&talk, "For tasks", 3).error(), ReviewError::Stale);
    assert!(answer(&talk, "For tasks", 4).granted().is_some());
    talk.request.version = 5;
    talk.request.state = ReviewState::Approved;
    judge(&talk, Decided::Approve, "", 4).reply();
    let late = judge(&talk, Decided::Refuse, "No", 4);
    assert_eq!(late.error(), ReviewError::Over);
}
