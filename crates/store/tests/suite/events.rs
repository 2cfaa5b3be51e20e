//! Events: who did what, when and from where.
use crate::engine::Database;
use crate::repeated::sign_in;
use crate::world::{PASSWORD, World, newcomer, open_at, policy};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::events::{Act, Actor, Recorded};
use protocol::transition::{AccountChange, AppChange, GrantChange, SessionChange};
use protocol::types::{ClientRowId, ClientStatus, Lifetime, Locator, Subject};
use std::net::IpAddr;
use store::{EventQuery, Outcome, Store, SweepRules};

const HOME: &str = "192.0.2.7";
const AWAY: &str = "2001:db8::7";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn read(store: &Store, query: EventQuery) -> Vec<Recorded> {
    store.events(&query, 100).await.unwrap()
}

fn names(events: &[Recorded]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

fn new_password(subject: Subject) -> Transition {
    Transition::Account(AccountChange::SetPassword {
        subject,
        proved: None,
        password: PASSWORD.to_owned(),
        keep: None,
        notice: None,
    })
}

fn sign_out_everywhere(subject: Subject) -> Transition {
    Transition::Session(SessionChange::EndAll {
        subject,
        keep: None,
    })
}

fn switch_off(client: ClientRowId) -> Transition {
    Transition::App(AppChange::SetStatus {
        client,
        status: ClientStatus::Disabled,
        not_before: Locator(0),
    })
}

async fn act(world: &World, transition: Transition, act: Act) {
    let settled = world.store.settle(transition, act).await.unwrap();
    assert_eq!(settled, Outcome::Committed);
}

#[tokio::test]
async fn an_event_tells_who_did_it_and_from_where() {
    let world = World::new();
    let (subject, other) = (
        world.person("ada@example.com").await,
        world.person("bob@example.com").await,
    );
    let app = world.client("app").await;
    let now = world.now;
    let by = |actor, from: &str| Act {
        actor,
        address: Some(address(from)),
        ..Act::from(now)
    };
    act(
        &world,
        new_password(subject),
        Act::from_address(now, address(HOME)),
    )
    .await;
    act(&world, new_password(subject), Act::by_operator(now)).await;
    let admin = Actor::Administrator(other);
    act(&world, switch_off(app), by(Some(admin), AWAY)).await;
    act(&world, new_password(other), Act::by_job(now)).await;
    let told: Vec<_> = read(&world.store, EventQuery::default())
        .await
        .into_iter()
        .skip(3)
        .map(|event| {
            assert_eq!(event.at, now);
            let from = event.address.map(|from| from.to_string());
            (event.name, event.actor, from, event.subject, event.client)
        })
        .collect();
    let told_of = |name: &str, actor, from: Option<&str>, subject, client| {
        (
            name.to_owned(),
            Some(actor),
            from.map(str::to_owned),
            subject,
            client,
        )
    };
    let (person, set) = (Some(subject), "user.password_set");
    let expected = [
        told_of(set, Actor::Person(subject), Some(HOME), person, None),
        told_of(set, Actor::Operator, None, person, None),
        told_of("app.disabled", admin, Some(AWAY), None, Some(app)),
        told_of(set, Actor::Job, None, Some(other), None),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_the_database_gives_a_number_is_named_in_its_event() {
    let world = World::new();
    let app = world.client("app").await;
    let person = newcomer("Ada@example.com");
    world
        .settle(protocol::accounts::people::create(person))
        .await;
    let events = read(&world.store, EventQuery::default()).await;
    assert_eq!(names(&events), ["app.registered", "user.created"]);
    assert_eq!(events[0].client, Some(app));
    let subject = Subject(1);
    assert_eq!(events[1].subject, Some(subject));
    assert_eq!(events[1].actor, Some(Actor::Person(subject)));
}

#[tokio::test]
async fn a_change_that_is_lost_leaves_no_event() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let lost = Transition::Account(AccountChange::SetPassword {
        subject,
        proved: Some("another".to_owned()),
        password: "new".to_owned(),
        keep: None,
        notice: None,
    });
    assert_eq!(world.settle(lost).await, Outcome::Conflict);
    assert_eq!(world.audited("user.password_set"), 0);
}

#[tokio::test]
async fn events_are_found_by_name_by_app_and_by_person() {
    let world = World::new();
    let (ada, bob) = (
        world.person("ada@example.com").await,
        world.person("bob@example.com").await,
    );
    let (app, other) = (world.client("app").await, world.client("other").await);
    sign_in(&world, bob).await;
    for change in [
        switch_off(app),
        switch_off(other),
        new_password(ada),
        sign_out_everywhere(bob),
    ] {
        world.settle(change).await;
    }
    let named = async |name: &str| {
        let name = Some(name.to_owned());
        let query = EventQuery {
            name,
            ..EventQuery::default()
        };
        read(&world.store, query).await
    };
    let users = ["user.created", "user.created", "user.password_set"];
    assert_eq!(names(&named("user").await), users);
    assert_eq!(names(&named("user.created").await), users[..2]);
    assert_eq!(names(&named("sessions").await), ["sessions.ended"]);
    for begins_otherwise in ["sess", "us", "user.", "u%", "User", "user_created"] {
        assert_eq!(named(begins_otherwise).await, [], "{begins_otherwise}");
    }
    let of_app = EventQuery {
        client: Some(app),
        name: Some("app.disabled".to_owned()),
        ..EventQuery::default()
    };
    assert_eq!(read(&world.store, of_app).await.len(), 1);
    let of_ada = EventQuery {
        subject: Some(ada),
        ..EventQuery::default()
    };
    let of_ada = read(&world.store, of_ada).await;
    assert_eq!(names(&of_ada), ["user.created", "user.password_set"]);
}

#[tokio::test]
async fn events_are_read_page_by_page_in_either_direction() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    for _ in 0..6 {
        world.settle(new_password(subject)).await;
    }
    let all: Vec<Locator> = read(&world.store, EventQuery::default())
        .await
        .iter()
        .map(|event| event.id)
        .collect();
    assert!(all.len() == 7 && all.is_sorted());
    let mut walked = Vec::new();
    let mut query = EventQuery::default();
    loop {
        let page = world.store.events(&query, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        query.after = Some(last.id);
        walked.extend(page.iter().map(|event| event.id));
    }
    assert_eq!(walked, all);
    let (mut back, mut query) = (
        Vec::new(),
        EventQuery {
            newest_first: true,
            ..EventQuery::default()
        },
    );
    loop {
        let page = world.store.events(&query, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        query.before = Some(last.id);
        back.extend(page.iter().map(|event| event.id));
    }
    back.reverse();
    assert_eq!(back, all);
    let between = EventQuery {
        after: Some(all[1]),
        before: Some(all[4]),
        ..EventQuery::default()
    };
    let between: Vec<Locator> = read(&world.store, between)
        .await
        .iter()
        .map(|e| e.id)
        .collect();
    assert_eq!(between, all[2..4]);
}

#[tokio::test]
async fn whoever_follows_events_misses_none() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let newest = async |store: &Store| read(store, EventQuery::default()).await.last().unwrap().id;
    let first = newest(&world.store).await;
    let settled = world.store.settled_before(world.now);
    if world.database().is_postgres() {
        // One that is still on its way may have an earlier number.
        assert!(settled < first, "{settled:?} {first:?}");
        let later = world.now.plus(Lifetime::from_seconds(30));
        assert!(world.store.settled_before(later) > first);
        return;
    }
    // Another process counts ids by itself; in a file, the order is that of the commits all the same.
    let other = world.another();
    assert!(settled > first);
    let ahead = first.0 + (1 << 40);
    world
        .database()
        .run(&format!("UPDATE events SET id = {ahead}"));
    for store in [&other, &world.store, &other] {
        let before = newest(store).await;
        store
            .settle(new_password(subject), world.now)
            .await
            .unwrap();
        assert_eq!(newest(store).await, Locator(before.0 + 1));
    }
}

#[tokio::test]
async fn addresses_are_erased_after_their_time_and_events_stay() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let from_home = async || {
        let act = Act::from_address(world.now, address(HOME));
        world
            .store
            .settle(new_password(subject), act)
            .await
            .unwrap();
    };
    // More than one slice of the sweeper.
    for _ in 0..600 {
        from_home().await;
    }
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    let count = |more: &str| {
        let sql = format!("SELECT COUNT(*) FROM events WHERE event = 'user.password_set' {more}");
        world.database().count(&sql)
    };
    let known = "AND address IS NOT NULL";
    let day = |day| world.now.plus(Lifetime::from_days(day));
    world.store.sweep(day(29), &rules).await.unwrap();
    assert_eq!(count(known), 600);
    world.store.sweep(day(31), &rules).await.unwrap();
    assert_eq!((count(known), count("")), (0, 600));
    let read = read(&world.store, EventQuery::default()).await;
    assert!(read.iter().all(|event| event.address.is_none()));
    // It goes on from where it was, and does not walk through all again.
    world
        .database()
        .run("UPDATE events SET address = 'walked' WHERE event = 'user.password_set'");
    from_home().await;
    world.store.sweep(day(31), &rules).await.unwrap();
    assert_eq!((count(known), count("")), (600, 601));
    assert_eq!(count("AND address = 'walked'"), 600);
    let marks = "SELECT COUNT(*) FROM marks WHERE id = (SELECT MAX(id) FROM events)";
    assert_eq!(world.database().count(marks), 1);
}

const SQLITE: [&str; 3] = [
    include_str!("../../migrations/sqlite/V1__initial.sql"),
    include_str!("../../migrations/sqlite/V2__devices_and_test_mode.sql"),
    include_str!("../../migrations/sqlite/V3__epochs.sql"),
];
const POSTGRES: [&str; 3] = [
    include_str!("../../migrations/postgres/V1__initial.sql"),
    include_str!("../../migrations/postgres/V2__devices_and_test_mode.sql"),
    include_str!("../../migrations/postgres/V3__epochs.sql"),
];

/// A database as the release before events left it.
fn before_events() -> Database {
    let database = Database::new();
    let steps = if database.is_postgres() {
        POSTGRES
    } else {
        SQLITE
    };
    database.run(
        "CREATE TABLE refinery_schema_history \
         (version BIGINT PRIMARY KEY, name TEXT, applied_on TEXT, checksum TEXT)",
    );
    for (step, version) in steps.iter().zip(1..) {
        database.run(step);
        database.run(&format!(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ({version}, 'old', '', '0')"
        ));
    }
    database
}

#[tokio::test]
async fn the_audit_trail_of_an_earlier_release_becomes_events() {
    let database = before_events();
    database.run(
        "INSERT INTO audit (id, at, event, client, subject, grant_id) VALUES \
         (10, 1700000000, 'grant.started', 3, 4, 5), (11, 1700000001, 'user.disabled', NULL, 4, NULL)",
    );
    let store = open_at(database.location());
    let events = read(&store, EventQuery::default()).await;
    assert_eq!(names(&events), ["grant.started", "user.disabled"]);
    let first = &events[0];
    assert_eq!((first.id, first.at.0), (Locator(10), 1_700_000_000));
    assert_eq!(
        (first.client, first.subject),
        (Some(ClientRowId(3)), Some(Subject(4)))
    );
    assert_eq!(
        (first.grant, first.actor, first.address),
        (Some(Locator(5)), None, None)
    );
    assert!(store.mint().locator() > Locator(11));
    // The old name is there for whoever reads it, and for nodes on PostgreSQL that are replaced last.
    assert_eq!(database.count("SELECT COUNT(*) FROM audit"), 2);
    if database.is_postgres() {
        database.run("INSERT INTO audit (id, at, event) VALUES (12, 1700000002, 'user.enabled')");
        let events = read(&store, EventQuery::default()).await;
        assert_eq!((events.len(), events[2].actor), (3, None));
    }
}

#[tokio::test]
async fn ending_a_session_that_is_not_there_tells_nothing() {
    let world = World::new();
    let end = SessionChange::End {
        subject: world.person("ada@example.com").await,
        session: world.store.mint().locator(),
    };
    world.settle(Transition::Session(end)).await;
    assert_eq!(world.audited("session.ended"), 0);
}

#[tokio::test]
async fn a_revocation_names_the_person_and_the_grant() {
    let world = World::new();
    let granted = world.granted(1).await;
    let (grant, access) = &granted[0];
    let token = GrantChange::RevokeAccessToken {
        token: access.id,
        client: access.client,
        subject: access.subject,
        grant: access.grant,
    };
    world.settle(Transition::Grant(token)).await;
    world.settle(world.revocation(grant)).await;
    for name in ["token.revoked", "grant.revoked.app"] {
        let query = EventQuery {
            name: Some(name.to_owned()),
            ..EventQuery::default()
        };
        let told = read(&world.store, query).await;
        let told: Vec<_> = told.iter().map(|one| (one.subject, one.grant)).collect();
        assert_eq!(told, [(Some(grant.subject), Some(grant.id))], "{name}");
    }
}
