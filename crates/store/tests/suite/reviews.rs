//! Requests for review: one open for each app, judged as it was seen, gone with its app.
use crate::world::World;
use protocol::apps::review::{Conversation, ReviewMessage, ReviewRequest, ReviewState, Snapshot};
use protocol::decision::Mint;
use protocol::events::Actor;
use protocol::transition::{AppChange, Approved, ReviewChange, ReviewStep, Transition};
use protocol::types::{
    Client, ClientStatus, Lifetime, Locator, NewPerson, Reasons, Scope, Subject,
};
use store::{Outcome, ReviewQuery, SweepRules};

fn request(world: &World, client: &Client) -> ReviewRequest {
    let mut reasons = Reasons::default();
    reasons.set("admin:*", "To tidy up");
    ReviewRequest {
        id: world.store.mint().locator(),
        client: client.no,
        asked_by: Subject(7),
        state: ReviewState::Open,
        version: 1,
        whole: true,
        scopes: Scope::from_iter(["admin:*"]),
        reasons,
        snapshot: Snapshot::of(client),
        created_at: world.now,
        changed_at: world.now,
    }
}

fn saying(world: &World, by: Actor, text: &str) -> ReviewMessage {
    ReviewMessage {
        id: world.store.mint().locator(),
        by,
        at: world.now,
        text: text.to_owned(),
    }
}

async fn ask(world: &World, request: &ReviewRequest, client_version: i64) -> Outcome {
    let message = saying(world, Actor::Person(Subject(7)), "Hello\nthere");
    let change = ReviewChange::Ask {
        request: Box::new(request.clone()),
        client_version,
        message: Some(message),
        mail: Vec::new(),
    };
    world.settle(Transition::Review(change)).await
}

async fn reply(world: &World, request: &ReviewRequest, version: i64, step: ReviewStep) -> Outcome {
    let change = ReviewChange::Reply {
        request: request.id,
        version,
        client: request.client,
        step,
        message: Some(saying(world, Actor::Administrator(Subject(8)), "So be it")),
        mail: Vec::new(),
    };
    world.settle(Transition::Review(change)).await
}

async fn read(world: &World, id: Locator) -> Option<Conversation> {
    let found = world.store.review(id).await.unwrap();
    found.map(|(_, conversation)| conversation)
}

async fn app(world: &World, id: &str) -> Client {
    world.client(id).await;
    (*world.store.client(id).await.unwrap().unwrap()).clone()
}

#[tokio::test]
async fn a_request_reads_back_and_an_app_has_one() {
    let world = World::new();
    let client = app(&world, "app").await;
    let first = request(&world, &client);
    assert_eq!(
        ask(&world, &first, client.version + 1).await,
        Outcome::Conflict
    );
    assert_eq!(
        ask(&world, &first, client.version).await,
        Outcome::Committed
    );
    let talk = read(&world, first.id).await.unwrap();
    assert_eq!(talk.request, first);
    assert_eq!(talk.messages[0].text, "Hello\nthere");
    let second = request(&world, &client);
    assert_eq!(
        ask(&world, &second, client.version).await,
        Outcome::Conflict
    );
    assert!(read(&world, second.id).await.is_none());
    assert_eq!(
        reply(&world, &first, 1, ReviewStep::Withdrawn).await,
        Outcome::Committed
    );
    assert_eq!(
        ask(&world, &second, client.version).await,
        Outcome::Committed
    );
    let listed = world.store.reviews_of(client.no, 9).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|request| request.id).collect();
    assert_eq!(ids, [second.id, first.id]);
    assert_eq!(world.store.reviews_waiting().await.unwrap(), 1);
}

#[tokio::test]
async fn a_request_is_judged_as_it_was_seen() {
    let world = World::new();
    let client = app(&world, "app").await;
    let own = request(&world, &client);
    ask(&world, &own, client.version).await;
    assert_eq!(
        reply(&world, &own, 0, ReviewStep::Refused).await,
        Outcome::Conflict
    );
    assert_eq!(
        reply(&world, &own, 1, ReviewStep::AskedBack).await,
        Outcome::Committed
    );
    let renamed = Client {
        name: "Other".to_owned(),
        ..client.clone()
    };
    let answered = |version| ReviewStep::Answered(Snapshot::of(&renamed), version);
    let stale = reply(&world, &own, 2, answered(client.version + 1)).await;
    assert_eq!(stale, Outcome::Conflict, "the app is another");
    let answered = reply(&world, &own, 2, answered(client.version)).await;
    assert_eq!(answered, Outcome::Committed);
    let talk = read(&world, own.id).await.unwrap();
    assert_eq!(
        (talk.request.state, talk.request.version),
        (ReviewState::Open, 3)
    );
    assert_eq!(talk.request.snapshot, Snapshot::of(&renamed));
    assert_eq!(talk.messages.len(), 3, "what came to nothing was not said");
    let approved = |client_version| {
        ReviewStep::Approved(Box::new(Approved {
            client_version,
            status: ClientStatus::Active,
            reviewed_at: Some(world.now),
            approved: own.scopes.clone(),
            scopes: None,
            reasons: own.reasons.clone(),
        }))
    };
    let stale = reply(&world, &own, 3, approved(client.version + 1)).await;
    assert_eq!(
        stale,
        Outcome::Conflict,
        "it is not the app that was looked at"
    );
    let open = read(&world, own.id).await.unwrap().request;
    assert_eq!((open.state, open.version), (ReviewState::Open, 3));
    assert_eq!(
        reply(&world, &own, 3, approved(client.version)).await,
        Outcome::Committed
    );
    let after = world.store.client("app").await.unwrap().unwrap();
    assert_eq!(after.approved, own.scopes);
    assert_eq!(after.reviewed_at, Some(world.now));
    assert_eq!(after.asks.reasons, own.reasons);
    assert_eq!(after.version, client.version + 1);
    let again = reply(&world, &own, 4, ReviewStep::Refused).await;
    assert_eq!(again, Outcome::Conflict, "it is decided");
}

#[tokio::test]
async fn the_queue_goes_from_page_to_page() {
    let world = World::new();
    let mut asked = Vec::new();
    for id in ["a", "b", "c"] {
        let client = app(&world, id).await;
        let own = request(&world, &client);
        ask(&world, &own, client.version).await;
        asked.push(own);
    }
    reply(&world, &asked[1], 1, ReviewStep::Refused).await;
    let page = async |state, after, limit| {
        let query = ReviewQuery {
            state,
            after,
            limit,
        };
        let found = world.store.reviews(query).await.unwrap();
        let ids = found.iter().map(|listed| listed.client_id.clone());
        ids.collect::<Vec<_>>()
    };
    let open = Some(ReviewState::Open);
    assert_eq!(page(open, None, 9).await, ["a", "c"], "oldest first");
    assert_eq!(page(open, Some(asked[0].id), 9).await, ["c"]);
    assert_eq!(page(None, None, 2).await, ["c", "b"], "newest first");
    assert_eq!(page(None, Some(asked[1].id), 2).await, ["a"]);
    assert_eq!(page(Some(ReviewState::Refused), None, 9).await, ["b"]);
    world
        .settle(Transition::App(AppChange::Delete {
            client: asked[0].client,
        }))
        .await;
    assert_eq!(page(open, None, 9).await, ["c"]);
    assert!(read(&world, asked[0].id).await.is_none());
}

#[tokio::test]
async fn what_was_said_goes_with_an_app_that_is_not_brought_back() {
    let world = World::new();
    let client = app(&world, "app").await;
    let own = request(&world, &client);
    ask(&world, &own, client.version).await;
    world
        .settle(Transition::App(AppChange::Delete { client: client.no }))
        .await;
    let rules = SweepRules::of(&protocol::Policy::for_tests(), Lifetime::from_days(30));
    let swept = async |days| {
        let then = world.now.plus(Lifetime::from_days(days));
        world.store.sweep(then, &rules).await.unwrap().others
    };
    let early = swept(29).await;
    let late = swept(31).await;
    assert!(early == 0 && late >= 2, "{early} {late}");
}

#[tokio::test]
async fn administrators_are_told_at_addresses_that_are_theirs() {
    let world = World::new();
    for (email, admin, proved) in [
        ("admin@example.com", true, true),
        ("unproved@example.com", true, false),
        ("ada@example.com", false, true),
    ] {
        let person = NewPerson {
            verified_at: proved.then_some(world.now),
            admin,
            ..world.newcomer(email)
        };
        world
            .settle(protocol::accounts::people::create(person))
            .await;
    }
    let told = world.store.administrators().await.unwrap();
    let told: Vec<_> = told.iter().map(|address| address.as_str()).collect();
    assert_eq!(told, ["admin@example.com"]);
}
