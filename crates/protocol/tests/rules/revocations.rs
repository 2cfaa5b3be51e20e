//! The revocation feed: who may read it, what is asked, what is told.

use protocol::Policy;
use protocol::facts::AccountStatus;
use protocol::revocations::{
    Change, Cursor, FeedFacts, FeedRequest, MAX_WAIT, Start, may_follow, name_of, reply,
};
use protocol::testing::authenticated;
use protocol::types::{Client, Locator, Side, Subject};
use std::time::Duration;

const HERE: Cursor = Cursor {
    line: 7,
    mark: u64::MAX,
};

fn told(changes: Vec<Change>) -> serde_json::Value {
    let facts = FeedFacts {
        cursor: HERE,
        gap: false,
        changes,
    };
    serde_json::to_value(reply(facts, Side::Live, &Policy::for_tests())).expect("it is JSON")
}

#[test]
fn only_a_resource_server_may_follow() {
    let app = |resource_server| {
        authenticated(&Client {
            resource_server,
            ..Client::for_tests()
        })
    };
    assert_eq!(may_follow(&app(true)), Ok(()));
    assert_eq!(may_follow(&app(false)).unwrap_err().status(), 401);
}

#[test]
fn a_cursor_reads_back_and_nothing_else_does() {
    for cursor in [
        HERE,
        Cursor { line: 1, mark: 0 },
        Cursor {
            line: i64::MAX,
            mark: 1,
        },
    ] {
        assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
    }
    for text in [
        "",
        ".",
        "7",
        "7.",
        ".7",
        "7.7.7",
        "-1.7",
        "07.7",
        "7.é",
        "lYGhA16ahyg.1",
    ] {
        assert_eq!(Cursor::read(text), None, "{text}");
    }
}

#[test]
fn a_request_may_say_where_and_how_long() {
    let parse = |query| FeedRequest::parse(query).unwrap();
    let now = parse(None);
    assert_eq!((now.from, now.wait), (Start::Now, Duration::ZERO));
    let query = format!("wait=500&cursor={}&later=x", HERE.write());
    let asked = parse(Some(&query));
    assert_eq!(
        (asked.from, asked.wait),
        (Start::After(HERE), Duration::from_millis(500))
    );
    assert_eq!(parse(Some("cursor=garbage")).from, Start::Nowhere);
    assert_eq!(parse(Some("wait=99999999999")).wait, MAX_WAIT);
}

#[test]
fn a_request_that_cannot_be_read_is_refused() {
    for query in [
        "wait=soon",
        "wait=-1",
        "wait=1&wait=2",
        "cursor=%",
        "cursor=a&cursor=b",
    ] {
        let error = FeedRequest::parse(Some(query)).unwrap_err();
        assert_eq!(error.status(), 400, "{query}");
        assert!(error.description().len() > 10, "{query}");
    }
}

#[test]
fn events_name_things_as_introspection_does() {
    let disabled = AccountStatus {
        disabled: true,
        not_before: Locator(0),
    };
    let answer = told(vec![
        Change::Token(Locator(62)),
        Change::Grant(Locator(63)),
        Change::App {
            client_id: "app".to_owned(),
            side: Side::Live,
            good: false,
        },
        Change::Person {
            subject: Subject(62),
            external_id: None,
            side: Side::Live,
            standing: disabled,
        },
    ]);
    let expected = serde_json::json!({
        "cursor": HERE.write(),
        "events": [
            { "event": "token_revoked", "jti": "10" },
            { "event": "grant_revoked", "grant_id": "11" },
            { "event": "app_cut_off", "client_id": "app" },
            { "event": "user_cut_off", "sub": "user_10" },
        ],
    });
    assert_eq!(answer, expected);
    assert_eq!(name_of(Locator(62)), "10");
}

#[test]
fn what_takes_nothing_away_is_no_event() {
    let answer = told(vec![
        Change::App {
            client_id: "app".to_owned(),
            side: Side::Live,
            good: true,
        },
        Change::Person {
            subject: Subject(62),
            external_id: None,
            side: Side::Live,
            standing: AccountStatus::GOOD,
        },
    ]);
    assert_eq!(answer["events"], serde_json::json!([]));
    // Switched on again: what was issued before stays dead.
    let enabled = AccountStatus {
        disabled: false,
        not_before: Locator(5),
    };
    let answer = told(vec![Change::Person {
        subject: Subject(62),
        external_id: None,
        side: Side::Live,
        standing: enabled,
    }]);
    assert_eq!(answer["events"][0]["event"], "user_cut_off");
}

#[test]
fn a_gap_is_a_reset() {
    let facts = FeedFacts {
        cursor: HERE,
        gap: true,
        changes: Vec::new(),
    };
    let answer = reply(facts, Side::Live, &Policy::for_tests());
    assert!(answer.reset && answer.is_news());
    assert!(
        serde_json::to_string(&answer)
            .unwrap()
            .contains("\"reset\":true")
    );
}

#[test]
fn an_api_on_the_test_side_hears_of_no_app_or_person_on_the_live_side() {
    let app = |side| Change::App {
        client_id: "app".to_owned(),
        side,
        good: false,
    };
    let disabled = AccountStatus {
        disabled: true,
        not_before: Locator(0),
    };
    let person = |side| Change::Person {
        subject: Subject(62),
        external_id: None,
        side,
        standing: disabled,
    };
    let count = |follower, of| {
        let facts = FeedFacts {
            cursor: HERE,
            gap: false,
            changes: vec![app(of), person(of), Change::Token(Locator(62))],
        };
        reply(facts, follower, &Policy::for_tests()).events.len()
    };
    assert_eq!(
        count(Side::Test, Side::Live),
        1,
        "a token's name says nothing"
    );
    assert_eq!(count(Side::Test, Side::Test), 3);
    assert_eq!(count(Side::Live, Side::Test), 3);
    assert_eq!(count(Side::Live, Side::Live), 3);
}
