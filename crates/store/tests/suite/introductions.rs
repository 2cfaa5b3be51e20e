//! Apps that introduce themselves.
use crate::world::{World, policy};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::introduce::Room;
use protocol::transition::{
    AppChange, AuthorizeChange, IntroductionChange, IntroductionRecord, Logo, UsageChange,
};
use protocol::types::{
    Client, ClientKind, ClientStatus, Introduction, Lifetime, Locator, Subject, UnixTime, Way,
};
use store::{Outcome, SweepRules};

const WIDE: Option<Room> = Some(Room {
    total: 100,
    per_software: 100,
});

fn app(world: &World, id: &str, way: Way) -> Client {
    Client {
        owner: Subject(0),
        kind: ClientKind::Public,
        secrets: Vec::new(),
        introduction: Some(Box::new(Introduction {
            way,
            native: true,
            told: Default::default(),
        })),
        ..world.new_client(id)
    }
}

fn record(said: &str, software: &str) -> IntroductionRecord {
    IntroductionRecord {
        digest: Digest::of(said.as_bytes()),
        software: Digest::of(software.as_bytes()),
        shared: true,
        token: None,
    }
}

fn registering(client: Client, record: IntroductionRecord, room: Option<Room>) -> Transition {
    let client = Box::new(client);
    IntroductionChange::Register {
        client,
        record,
        room,
    }
    .into()
}

async fn registered(world: &World, id: &str, said: &str, room: Option<Room>) -> Outcome {
    let new = app(world, id, Way::Registration);
    world
        .settle(registering(new, record(said, "one"), room))
        .await
}

#[tokio::test]
async fn one_is_read_as_it_was_written() {
    let world = World::new();
    let new = app(&world, "https://talk.example/c", Way::Document);
    let told = IntroductionRecord {
        token: Some(Digest::of(b"rg_token")),
        shared: false,
        ..record("a", "one")
    };
    let outcome = world
        .settle(registering(new.clone(), told.clone(), WIDE))
        .await;
    assert_eq!(outcome, Outcome::Committed);
    let stored = world.store.client(&new.id).await.unwrap().unwrap();
    assert_eq!(stored.introduction, new.introduction);
    let facts = world.store.registration(stored.no).await.unwrap().unwrap();
    assert_eq!(facts.token, told.token);
    assert_eq!(world.audited("app.introduced"), 1);
    let alike = world.store.introduced_alike(&told.digest).await.unwrap();
    assert!(alike.is_none(), "it is not shared");
}

#[tokio::test]
async fn of_those_who_say_the_same_at_once_one_is_made() {
    let world = World::new();
    let others = [world.another(), world.another()];
    let [one, other] = &others;
    let asks = |id: &str| {
        let new = app(&world, id, Way::Registration);
        registering(new, record("a", "one"), WIDE)
    };
    let (first, second, third) = tokio::join!(
        world.store.settle(asks("app1"), world.now),
        one.settle(asks("app2"), world.now),
        other.settle(asks("app3"), world.now)
    );
    let outcomes = [first, second, third];
    let made = outcomes
        .into_iter()
        .filter(|one| *one.as_ref().unwrap() == Outcome::Committed);
    assert_eq!(made.count(), 1);
    let digest = Digest::of(b"a");
    let alike = world
        .store
        .introduced_alike(&digest)
        .await
        .unwrap()
        .unwrap();
    assert!(alike.id.starts_with("app"));
    for store in others {
        store.close().await;
    }
}

#[tokio::test]
async fn there_is_a_most_that_nobody_used() {
    let world = World::new();
    let room = Some(Room {
        total: 3,
        per_software: 2,
    });
    assert_eq!(
        registered(&world, "a1", "1", room).await,
        Outcome::Committed
    );
    assert_eq!(
        registered(&world, "a2", "2", room).await,
        Outcome::Committed
    );
    assert_eq!(registered(&world, "a3", "3", room).await, Outcome::Conflict);
    let other = app(&world, "b1", Way::Registration);
    let other = registering(other, record("4", "two"), room);
    assert_eq!(world.settle(other).await, Outcome::Committed);
    let third = app(&world, "c1", Way::Registration);
    let third = registering(third, record("5", "three"), room);
    assert_eq!(world.settle(third.clone()).await, Outcome::Conflict);
    // One that was used takes no room, nor one that somebody allowed something.
    let first = world.store.client("a1").await.unwrap().unwrap();
    let used = AppChange::Usage(UsageChange::NoteApp {
        client: first.no,
        secret: None,
        at: world.now,
        network: String::new(),
    });
    world.settle(used.into()).await;
    assert_eq!(world.settle(third).await, Outcome::Committed);
    assert_eq!(
        registered(&world, "a4", "6", None).await,
        Outcome::Committed,
        "trusted"
    );
}

#[tokio::test]
async fn what_says_something_else_is_asked_anew() {
    let world = World::new();
    registered(&world, "a1", "1", WIDE).await;
    let before = world.store.client("a1").await.unwrap().unwrap();
    let ann = world.person("ann@example.com").await;
    let code = world.code(before.no, ann);
    let consent = world.consent(before.no, ann, "a b");
    let allow = AuthorizeChange::IssueCode {
        code,
        authentication: None,
        interaction: None,
        consent: Some(consent),
        notice: None,
    };
    assert_eq!(world.settle(allow.into()).await, Outcome::Committed);
    let remembered = async || world.store.last_consent(ann, before.no).await.unwrap();
    assert!(remembered().await.is_some());
    let after = Client {
        redirect_uris: Vec::new(),
        kind: ClientKind::Confidential,
        ..Client::clone(&before)
    };
    let change = |before: &Client| {
        Transition::from(IntroductionChange::Replace {
            before: Box::new(before.clone()),
            after: Box::new(after.clone()),
            record: record("2", "one"),
        })
    };
    assert_eq!(world.settle(change(&before)).await, Outcome::Committed);
    assert!(
        remembered()
            .await
            .is_none_or(|consent| consent.granted_at == UnixTime(0))
    );
    assert_eq!(
        world.settle(change(&before)).await,
        Outcome::Conflict,
        "as it was read"
    );
    let stored = world.store.client("a1").await.unwrap().unwrap();
    assert_eq!(
        (stored.kind, stored.redirect_uris.len()),
        (ClientKind::Confidential, 0)
    );
    // What was switched off is not changed by what it says.
    let off = AppChange::SetStatus {
        client: before.no,
        status: ClientStatus::Disabled,
        not_before: world.store.mint().locator(),
    };
    world.settle(off.into()).await;
    let now = world.store.client("a1").await.unwrap().unwrap();
    assert_eq!(world.settle(change(&now)).await, Outcome::Conflict);
}

#[tokio::test]
async fn those_that_nobody_used_are_found_and_swept_and_numbers_are_not_used_again() {
    let world = World::new();
    for (id, said) in [("a1", "1"), ("a2", "2"), ("a3", "3")] {
        registered(&world, id, said, WIDE).await;
    }
    let no = async |id: &str| world.store.client(id).await.unwrap().unwrap().no;
    let (first, second, third) = (no("a1").await, no("a2").await, no("a3").await);
    let later = world.now.plus(Lifetime::from_minutes(10));
    let again = IntroductionChange::Again { client: second };
    world.store.settle(again.into(), later).await.unwrap();
    let unused = world
        .store
        .unused_introductions(world.now, 10)
        .await
        .unwrap();
    assert_eq!(unused, [first, third]);
    for client in unused {
        world.settle(AppChange::Delete { client }.into()).await;
    }
    assert!(world.store.client("a1").await.unwrap().is_none());
    let rows = || world.database().count("SELECT COUNT(*) FROM clients");
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    world.store.sweep(later, &rules).await.unwrap();
    assert_eq!(rows(), 3, "for a day");
    let day = world.now.plus(Lifetime::from_days(1));
    world.store.sweep(day, &rules).await.unwrap();
    assert_eq!(rows(), 2, "the last one stays");
    let kept = world.database().count("SELECT COUNT(*) FROM introductions");
    assert_eq!(kept, 2);
    registered(&world, "a4", "4", WIDE).await;
    assert!(no("a4").await > third);
}

#[tokio::test]
async fn a_document_that_was_forgotten_comes_back_as_another() {
    let world = World::new();
    let url = "https://talk.example/c";
    let new = || {
        let new = app(&world, url, Way::Document);
        registering(new, record("1", "one"), WIDE)
    };
    assert_eq!(world.settle(new()).await, Outcome::Committed);
    assert_eq!(world.settle(new()).await, Outcome::Conflict);
    let first = world.store.client(url).await.unwrap().unwrap();
    let delete = AppChange::Delete { client: first.no };
    world.settle(delete.into()).await;
    assert!(world.store.client(url).await.unwrap().is_none());
    assert_eq!(world.settle(new()).await, Outcome::Committed);
    let second = world.store.client(url).await.unwrap().unwrap();
    assert_ne!(first.no, second.no);
    assert!(world.store.client_by_no(first.no).await.unwrap().is_none());
    // An app that somebody registered keeps its id when it is deleted.
    let own = world.client("own").await;
    world.settle(AppChange::Delete { client: own }.into()).await;
    let taken = app(&world, "own", Way::Registration);
    let taken = registering(taken, record("9", "two"), WIDE);
    assert_eq!(world.settle(taken).await, Outcome::Conflict);
}

#[tokio::test]
async fn their_names_keep_nobody_from_taking_one() {
    let world = World::new();
    registered(&world, "a1", "1", WIDE).await;
    let name = "Task Board";
    assert!(
        !world
            .store
            .has_namesake(name, Some(Subject(7)), None)
            .await
            .unwrap()
    );
    assert!(!world.store.has_reviewed_namesake(name).await.unwrap());
    let reviewed = Client {
        reviewed_at: Some(world.now),
        ..world.new_client("own")
    };
    let register = AppChange::Register {
        client: Box::new(reviewed),
        logo: None,
        bounds: None,
    };
    world.settle(register.into()).await;
    assert!(world.store.has_reviewed_namesake(name).await.unwrap());
}

#[tokio::test]
async fn a_pinned_grant_is_remembered_as_long_as_grants() {
    let world = World::new();
    let grant = world.store.mint().locator();
    let until = world.now.plus(policy().tokens.grant);
    let pin = || Transition::from(IntroductionChange::Pin { grant, until });
    for _ in 0..2 {
        assert_eq!(world.settle(pin()).await, Outcome::Committed);
    }
    assert!(world.store.is_pinned(grant).await.unwrap());
    assert!(!world.store.is_pinned(Locator(grant.0 + 1)).await.unwrap());
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    world.store.sweep(world.now, &rules).await.unwrap();
    assert!(world.store.is_pinned(grant).await.unwrap());
    let end = until.plus(Lifetime::from_days(1));
    world.store.sweep(end, &rules).await.unwrap();
    assert!(!world.store.is_pinned(grant).await.unwrap());
}

#[tokio::test]
async fn a_picture_is_kept_and_nobody_is_asked_again() {
    let world = World::new();
    registered(&world, "a1", "1", WIDE).await;
    let before = world.store.client("a1").await.unwrap().unwrap();
    let keep = |version: i64| {
        let bytes = b"pixels".to_vec();
        Transition::from(IntroductionChange::KeepLogo {
            client: before.no,
            version,
            digest: Digest::of(&bytes),
            logo: Logo {
                media_type: "image/png",
                bytes,
            },
        })
    };
    assert_eq!(world.settle(keep(before.version)).await, Outcome::Committed);
    let after = world.store.client("a1").await.unwrap().unwrap();
    assert_eq!(after.logo, Some(Digest::of(b"pixels")));
    let kept = world.store.logo(before.no).await.unwrap().unwrap();
    assert_eq!(
        (kept.media_type, &kept.bytes[..]),
        ("image/png", &b"pixels"[..])
    );
    assert_eq!(
        world.settle(keep(before.version)).await,
        Outcome::Conflict,
        "it says something else meanwhile"
    );
    // What says something else of its picture has none until that is fetched.
    let replace = Transition::from(IntroductionChange::Replace {
        before: Box::new(Client::clone(&after)),
        after: Box::new(Client {
            logo: None,
            ..Client::clone(&after)
        }),
        record: record("2", "one"),
    });
    assert_eq!(world.settle(replace).await, Outcome::Committed);
    assert!(world.store.logo(before.no).await.unwrap().is_none());
}
