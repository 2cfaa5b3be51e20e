//! Connections: what people take back from apps, and that it stays taken back.
use crate::world::{World, own};
use protocol::Transition;
use protocol::connections::{Wish, change};
use protocol::transition::{AuthorizeChange, DeviceChange};
use protocol::types::{
    AuthorizationCode, ClientRowId, Connection, ConnectionState, Interaction, Locator, Scope,
    Subject, UnixTime,
};
use std::sync::Arc;
use store::{ConnectionPlace, ConnectionQuery, Outcome, Store};

/// A person who let an app in, by a page that asked as `asked`.
async fn allowed(
    world: &World,
    (client, subject): (ClientRowId, Subject),
    asked: &Interaction,
) -> (AuthorizationCode, Outcome) {
    let code = world.code(client, subject);
    let transition = Transition::Authorize(AuthorizeChange::IssueCode {
        authentication: None,
        code: code.clone(),
        interaction: Some(asked.id),
        consent: Some(world.consent(client, subject, "a b")),
        notice: None,
    });
    let outcome = world.settle(transition).await;
    (code, outcome)
}

async fn asked(world: &World, client: ClientRowId) -> Interaction {
    let interaction = world.interaction(client);
    let keep = Transition::Authorize(AuthorizeChange::Keep(interaction.clone()));
    assert_eq!(world.settle(keep).await, Outcome::Committed);
    interaction
}

async fn connected(world: &World) -> (ClientRowId, Subject, AuthorizationCode) {
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@x.example").await,
    );
    let asked = asked(world, client).await;
    let (code, outcome) = allowed(world, (client, subject), &asked).await;
    assert_eq!(outcome, Outcome::Committed);
    (client, subject, code)
}

async fn found(store: &Store, subject: Subject, client: ClientRowId) -> Connection {
    store
        .connection(own(subject, client))
        .await
        .unwrap()
        .unwrap()
}

async fn wish(world: &World, subject: Subject, client: ClientRowId, wish: Wish) {
    let connection = found(&world.store, subject, client).await;
    let change = change(wish, &connection, &world.store.mint(), world.now);
    let change = change.unwrap_or_else(|| panic!("{wish:?} of {connection:?}"));
    assert_eq!(world.settle(change.into()).await, Outcome::Committed);
}

/// Whether a token of what began as this code is honoured, as a store sees it.
async fn works(store: &Store, world: &World, code: &AuthorizationCode) -> bool {
    let grant = world.grant(code);
    let (redeem, ..) = world.redemption(code);
    world.settle(redeem).await;
    store.poll_changes().await.unwrap();
    let access = world.access(&grant);
    let issue = protocol::transition::GrantChange::IssueAccessToken(access.clone());
    assert_eq!(world.settle(issue.into()).await, Outcome::Committed);
    let facts = store.access_token(access.id).await.unwrap().unwrap();
    facts.connection.lasts(grant.id, &facts.token.scope) && !facts.connection.paused
}

#[tokio::test]
async fn what_ends_never_works_again_and_is_asked_anew() {
    let world = World::new();
    let other = world.another();
    let (client, subject, code) = connected(&world).await;
    let connection = found(&world.store, subject, client).await;
    assert_eq!(connection.scope, Scope::parse("a b").unwrap());
    assert_eq!(
        (connection.since, connection.state),
        (world.now, ConnectionState::Active)
    );
    assert!(works(&world.store, &world, &code).await && works(&other, &world, &code).await);

    wish(&world, subject, client, Wish::End).await;
    for store in [&world.store, &other, &world.another()] {
        assert!(!works(store, &world, &code).await);
    }
    assert_eq!(
        world.store.consent(own(subject, client)).await.unwrap(),
        None
    );
    let facts = world.store.code(code.id).await.unwrap().unwrap();
    assert!(!facts.connection.lasts(code.id, &code.scope));

    // Let in again, what begins then works, and nothing that began before.
    let asked = asked(&world, client).await;
    let (again, outcome) = allowed(&world, (client, subject), &asked).await;
    assert_eq!(outcome, Outcome::Committed);
    for store in [&world.store, &other, &world.another()] {
        assert!(works(store, &world, &again).await && !works(store, &world, &code).await);
    }
    assert!(
        world
            .store
            .consent(own(subject, client))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn an_answer_to_what_was_asked_before_the_end_does_not_begin_anew() {
    let world = World::new();
    let (client, subject, _) = connected(&world).await;
    let before = asked(&world, client).await;
    wish(&world, subject, client, Wish::End).await;
    let (code, outcome) = allowed(&world, (client, subject), &before).await;
    assert_eq!(outcome, Outcome::Conflict);
    assert!(
        world.store.code(code.id).await.unwrap().is_none(),
        "nothing is half done"
    );
    let pending = world.store.interaction(before.id).await.unwrap().unwrap();
    assert_eq!(pending.interaction.answered_at, None);
    let state = found(&world.store, subject, client).await.state;
    assert!(matches!(state, ConnectionState::Ended(_)));
}

#[tokio::test]
async fn an_end_is_taken_back_without_its_tokens() {
    let world = World::new();
    let other = world.another();
    let (client, subject, code) = connected(&world).await;
    wish(&world, subject, client, Wish::End).await;
    assert!(!works(&other, &world, &code).await);
    wish(&world, subject, client, Wish::Restore).await;
    assert!(!works(&world.store, &world, &code).await && !works(&other, &world, &code).await);
    // The next time asks nothing: a code at once, that works.
    let remembered = world.store.consent(own(subject, client)).await.unwrap();
    assert_eq!(remembered, Some(world.consent(client, subject, "a b")));
    let again = world.issued_code(client, subject).await;
    assert!(works(&world.store, &world, &again).await && works(&other, &world, &again).await);
}

#[tokio::test]
async fn what_is_paused_works_again_and_is_not_remembered_meanwhile() {
    let world = World::new();
    let other = world.another();
    let (client, subject, code) = connected(&world).await;
    wish(&world, subject, client, Wish::Pause).await;
    assert!(!works(&world.store, &world, &code).await && !works(&other, &world, &code).await);
    assert!(!works(&world.another(), &world, &code).await);
    assert_eq!(
        world.store.consent(own(subject, client)).await.unwrap(),
        None
    );
    wish(&world, subject, client, Wish::Resume).await;
    assert!(works(&world.store, &world, &code).await && works(&other, &world, &code).await);
    assert!(
        world
            .store
            .consent(own(subject, client))
            .await
            .unwrap()
            .is_some()
    );
    // Paused and removed: the pause is over with it.
    wish(&world, subject, client, Wish::Pause).await;
    wish(&world, subject, client, Wish::End).await;
    wish(&world, subject, client, Wish::Restore).await;
    let connection = found(&world.store, subject, client).await;
    assert_eq!(connection.state, ConnectionState::Active);
    assert!(
        world
            .store
            .consent(own(subject, client))
            .await
            .unwrap()
            .is_some()
    );
}

/// What was left out is remembered with the consent, and forgotten with it.
#[tokio::test]
async fn what_was_left_out_is_kept_until_the_end() {
    let world = World::new();
    let (client, subject, _) = connected(&world).await;
    let left_out = |skipped: &str| {
        let mut consent = world.consent(client, subject, "a");
        consent.skipped = Scope::parse(skipped).unwrap();
        Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: world.code(client, subject),
            interaction: None,
            consent: Some(consent),
            notice: None,
        })
    };
    let skipped = async || {
        let consent = world.store.consent(own(subject, client)).await.unwrap();
        consent.map(|consent| consent.skipped.to_string())
    };
    assert_eq!(skipped().await.as_deref(), Some(""));
    for now in ["b c", "c"] {
        assert_eq!(world.settle(left_out(now)).await, Outcome::Committed);
        assert_eq!(skipped().await.as_deref(), Some(now));
    }
    wish(&world, subject, client, Wish::End).await;
    assert_eq!(skipped().await, None);
    let device = crate::devices::kept_for(&world, client).await;
    let answer = crate::devices::allowed(&world, &device, subject, None);
    assert_eq!(world.settle(answer).await, Outcome::Committed);
    let consent = world.store.consent(own(subject, client)).await.unwrap();
    let consent = consent.expect("a device is remembered to have been let in");
    assert!(consent.skipped.is_empty() && consent.scope.is_empty());
}

/// A person leaves a device less than it asked for.
#[tokio::test]
async fn a_device_has_what_its_person_left_it() {
    let world = World::new();
    let client = world.client("tv").await;
    let subject = world.person("ada@x.example").await;
    let device = crate::devices::kept_for(&world, client).await;
    let less = Scope::parse("tasks:read").unwrap();
    let answer = crate::devices::allowed(&world, &device, subject, Some(less.clone()));
    assert_eq!(world.settle(answer.clone()).await, Outcome::Committed);
    let facts = world.store.device(device.id).await.unwrap().unwrap();
    assert_eq!(
        (facts.device.scope, facts.device.scope_named),
        (less.clone(), false)
    );
    assert_eq!(found(&world.store, subject, client).await.access(), less);
    assert_eq!(world.settle(answer).await, Outcome::Conflict, "one answer");
}

#[tokio::test]
async fn a_device_connects_and_one_that_asked_before_the_end_does_not() {
    let world = World::new();
    let client = world.client("tv").await;
    let subject = world.person("ada@x.example").await;
    let device = |code: &str| {
        let mut device = crate::devices::asked(&world, client);
        device.user_code = jose::Digest::of(code.as_bytes());
        device
    };
    let answer = |device| crate::devices::allowed(&world, device, subject, None);
    let (first, early) = (device("one"), device("two"));
    for kept in [&first, &early] {
        let keep = Transition::Device(DeviceChange::Keep(kept.clone()));
        assert_eq!(world.settle(keep).await, Outcome::Committed);
    }
    assert_eq!(world.settle(answer(&first)).await, Outcome::Committed);
    let connection = found(&world.store, subject, client).await;
    assert_eq!(connection.access(), first.scope);
    wish(&world, subject, client, Wish::End).await;
    assert_eq!(world.settle(answer(&early)).await, Outcome::Conflict);
    let facts = world.store.device(early.id).await.unwrap().unwrap();
    assert!(facts.device.answer.is_none(), "nothing is half done");
    let late = device("three");
    let keep = Transition::Device(DeviceChange::Keep(late.clone()));
    assert_eq!(world.settle(keep).await, Outcome::Committed);
    assert_eq!(world.settle(answer(&late)).await, Outcome::Committed);
    let facts = world.store.device(late.id).await.unwrap().unwrap();
    assert!(facts.connection.lasts(late.id, &late.scope));
    let facts = world.store.device(first.id).await.unwrap().unwrap();
    assert!(!facts.connection.lasts(first.id, &first.scope));
}

#[tokio::test]
async fn a_person_pages_through_them_and_seeks_by_name() {
    let world = World::new();
    let subject = world.person("ada@x.example").await;
    let other = world.person("bob@x.example").await;
    let mut clients = Vec::new();
    for nth in 0..25 {
        let client = world.client(&format!("app{nth}")).await;
        let asked = asked(&world, client).await;
        allowed(&world, (client, subject), &asked).await;
        clients.push(client);
    }
    let asked = asked(&world, clients[0]).await;
    allowed(&world, (clients[0], other), &asked).await;
    let query = |after, name, ended_after| ConnectionQuery {
        subject,
        after,
        name,
        ended_after,
        limit: 10,
    };
    let never = UnixTime(i64::MAX >> 32);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = world
            .store
            .connections(query(after, "", never))
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(ConnectionPlace::of(last));
        seen.extend(page.iter().map(|one| one.client));
    }
    clients.reverse();
    assert_eq!(seen, clients);
    let named = |name| world.store.connections(query(None, name, never));
    assert_eq!(
        named("k BOA").await.unwrap().len(),
        10,
        "they are all Task Boards"
    );
    assert_eq!(named("%").await.unwrap(), []);
    // Those who run the app see how many people it is connected with, up to a bound.
    let owner = world
        .store
        .client_by_no(clients[24])
        .await
        .unwrap()
        .unwrap()
        .run_by();
    let people = async |most| {
        let between = (clients[24], clients[24]);
        let found = world
            .store
            .clients_at_work(owner, between, most)
            .await
            .unwrap();
        let counted = world.store.people_of(clients[24], most).await.unwrap();
        assert_eq!(found[0].2, counted);
        counted
    };
    assert_eq!((people(10).await, people(1).await), (2, 1));
    // One that ended is listed as long as it is asked for.
    wish(&world, subject, clients[24], Wish::End).await;
    assert_eq!(people(10).await, 1);
    wish(&world, subject, clients[24], Wish::Restore).await;
    wish(&world, subject, clients[0], Wish::End).await;
    let first = |ended_after| world.store.connections(query(None, "", ended_after));
    assert_eq!(first(never).await.unwrap()[0].client, clients[1]);
    assert_eq!(first(UnixTime(0)).await.unwrap()[0].client, clients[0]);
}

/// Removal against what an app and its person do at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_lives_after_a_removal_whatever_happens_at_the_same_moment() {
    let world = Arc::new(World::new());
    let client = world.client("app").await;
    for round in 0..20 {
        let subject = world.person(&format!("ada{round}@x.example")).await;
        let first = asked(&world, client).await;
        let (code, _) = allowed(&world, (client, subject), &first).await;
        let (redeem, grant, refresh) = world.redemption(&code);
        assert_eq!(world.settle(redeem).await, Outcome::Committed);
        let open = asked(&world, client).await;
        let another = world.issued_code(client, subject).await;
        let connection = found(&world.store, subject, client).await;
        let mint = world.store.mint();
        let end = change(Wish::End, &connection, &mint, world.now).unwrap();
        // Decided before the removal is written, and settled at any moment.
        let (rotate, _) = world.rotation(&grant, refresh.id);
        let (redeem, late, _) = world.redemption(&another);
        let remembered = world.code(client, subject);
        let at_once = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: remembered.clone(),
            interaction: None,
            consent: None,
            notice: None,
        });
        let consented = world.code(client, subject);
        let consent = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: consented.clone(),
            interaction: Some(open.id),
            consent: Some(world.consent(client, subject, "a b")),
            notice: None,
        });
        let all: Vec<Transition> = vec![rotate, redeem, end.into(), at_once, consent];
        crate::racers::race(&world, all).await;
        let standing = world.store.code(code.id).await.unwrap().unwrap().connection;
        for id in [grant.id, late.id, remembered.id] {
            assert!(
                !standing.lasts(id, &code.scope),
                "round {round}: {id:?} of {standing:?}"
            );
        }
        // Of a consent given at the same moment either nothing came, or it was taken away as well.
        let state = found(&world.store, subject, client).await.state;
        assert!(
            matches!(state, ConnectionState::Ended(_)),
            "round {round}: {state:?}"
        );
        assert!(!standing.lasts(consented.id, &code.scope), "round {round}");
        assert!(standing.not_before > Locator(0));
    }
}

/// The scope of a token of what began as this code, as a store sees it.
async fn scope_of(store: &Store, world: &World, code: &AuthorizationCode) -> String {
    let grant = world.grant(code);
    let (redeem, _, refresh) = world.redemption(code);
    world.settle(redeem).await;
    let access = world.access(&grant);
    let issue = protocol::transition::GrantChange::IssueAccessToken(access.clone());
    assert_eq!(world.settle(issue.into()).await, Outcome::Committed);
    store.poll_changes().await.unwrap();
    if let Some(facts) = store.refresh_token(refresh.id).await.unwrap() {
        let token = store.access_token(access.id).await.unwrap().unwrap();
        assert_eq!(facts.grant.scope, token.token.scope);
    }
    let facts = store.access_token(access.id).await.unwrap().unwrap();
    facts.token.scope.to_string()
}

#[tokio::test]
async fn what_is_taken_away_is_gone_from_every_token_and_comes_with_a_new_consent() {
    let world = World::new();
    let other = world.another();
    let (client, subject, code) = connected(&world).await;
    assert_eq!(scope_of(&other, &world, &code).await, "a b");
    let early = asked(&world, client).await;
    let connection = found(&world.store, subject, client).await;
    let mint = world.store.mint();
    let taken = protocol::connections::narrow(&connection, "b", &mint).unwrap();
    assert_eq!(world.settle(taken.clone().into()).await, Outcome::Committed);
    assert_eq!(
        world.settle(taken.into()).await,
        Outcome::Conflict,
        "it was another meanwhile"
    );
    for store in [&world.store, &other, &world.another()] {
        assert_eq!(scope_of(store, &world, &code).await, "a");
    }
    let remembered = world.store.consent(own(subject, client)).await.unwrap();
    assert_eq!(
        remembered.map(|consent| consent.scope.to_string()),
        Some("a".to_owned())
    );
    // A page that showed more than is left does not count.
    let (_, outcome) = allowed(&world, (client, subject), &early).await;
    assert_eq!(outcome, Outcome::Conflict);
    let late = asked(&world, client).await;
    let (again, outcome) = allowed(&world, (client, subject), &late).await;
    assert_eq!(outcome, Outcome::Committed);
    for store in [&world.store, &other, &world.another()] {
        assert_eq!(scope_of(store, &world, &again).await, "a b");
        assert_eq!(
            scope_of(store, &world, &code).await,
            "a",
            "it comes back to no older token"
        );
    }
}
