//! Messages: written with their change or not at all, in order, until they are delivered.
use crate::nodes::{behind_proxy, inject, world as on_postgres};
use crate::operator::{look, rules};
use crate::world::World;
use protocol::Transition;
use protocol::outbox::{DEAD_KEPT, Entry, given_up, not_delivered, test_mails};
use protocol::transition::OutboxChange;
use protocol::types::ids::SubjectFormat;
use protocol::types::{Lifetime, Locator, MailAddress};
use std::time::Duration;
use store::operator::Database as Whole;
use store::{OutboxCounts, OutboxQuery, Outcome, Store};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

fn mails(world: &World, to: &str, copies: u16) -> Transition {
    let to = MailAddress::parse(to).unwrap();
    Transition::Outbox(test_mails(&to, copies, &world.store.mint()))
}

async fn settle(store: &Store, world: &World, change: OutboxChange) -> Outcome {
    let change = Transition::Outbox(change);
    store.settle(change, world.now).await.unwrap()
}

async fn due(world: &World) -> Vec<Entry> {
    world.store.due_messages(world.now, 100).await.unwrap()
}

async fn all(world: &World) -> Vec<Entry> {
    let query = OutboxQuery::default();
    world.store.messages(query, 1_000).await.unwrap()
}

async fn delivered(world: &World, entry: &Entry) -> Outcome {
    settle(
        &world.store,
        world,
        OutboxChange::Delivered { id: entry.id },
    )
    .await
}

#[tokio::test]
async fn a_message_is_written_with_the_event_of_its_change() {
    let world = World::new();
    assert_eq!(
        world.settle(mails(&world, "Ada@Example.com", 2)).await,
        Outcome::Committed
    );
    assert_eq!(world.audited("mail.tested"), 1);
    let written = all(&world).await;
    assert_eq!(written.len(), 2);
    for (entry, copy) in written.iter().zip(1..) {
        let payload = format!(r#"{{"to":"Ada@Example.com","copy":{copy},"copies":2}}"#);
        let expected = Entry {
            id: entry.id,
            kind: "mail.test".to_owned(),
            destination: "mail:ada@example.com".to_owned(),
            payload,
            created_at: world.now,
            due_at: world.now,
            attempts: 0,
            last_error: None,
            dead_at: None,
        };
        assert_eq!(*entry, expected);
    }
    let first = world.store.message(written[0].id).await.unwrap();
    assert_eq!(first.as_ref(), written.first());
    // Other processes begin above it.
    let later = world.another();
    assert!(protocol::Mint::locator(&later.mint()) > written[1].id);
}

#[tokio::test]
async fn a_change_that_fails_leaves_no_message() {
    let world = World::new();
    let mail = mails(&world, ADA, 2);
    let Transition::Outbox(OutboxChange::TestMail(messages)) = mail.clone() else {
        panic!("it is a test mail");
    };
    world.settle(mail).await;
    // One of these has an id that is taken.
    let new = test_mails(&MailAddress::parse(BOB).unwrap(), 1, &world.store.mint());
    let both = [new.messages(), &messages[1..]].concat();
    let failed = Transition::Outbox(OutboxChange::TestMail(both));
    assert!(world.store.settle(failed, world.now).await.is_err());
    let left: Vec<Locator> = all(&world).await.iter().map(|entry| entry.id).collect();
    let ids: Vec<Locator> = messages.iter().map(|message| message.id()).collect();
    assert_eq!(left, ids);
    assert_eq!(world.audited("mail.tested"), 1);
}

#[tokio::test]
async fn a_commit_of_this_process_wakes_whoever_delivers() {
    let world = World::new();
    let woken = |store: Store| async move {
        let moment = Duration::from_millis(300);
        tokio::time::timeout(moment, store.posted()).await.is_ok()
    };
    world.person(ADA).await;
    assert!(!woken(world.store.clone()).await, "nothing was written");
    world.settle(mails(&world, ADA, 1)).await;
    assert!(woken(world.store.clone()).await);
}

#[tokio::test]
async fn messages_to_one_destination_wait_for_each_other() {
    let world = World::new();
    world.settle(mails(&world, ADA, 2)).await;
    world.settle(mails(&world, BOB, 1)).await;
    let [ada, bob] = &due(&world).await[..] else {
        panic!("the first of each");
    };
    assert!(ada.payload.contains("\"copy\":1") && bob.destination.ends_with(BOB));
    assert_eq!(
        world.store.due_messages(world.now, 1).await.unwrap(),
        std::slice::from_ref(ada)
    );

    // What is put off holds up what comes after it, and nobody else.
    let put_off = not_delivered(ada, "451 later", world.now, 0);
    settle(&world.store, &world, put_off).await;
    assert_eq!(due(&world).await, std::slice::from_ref(bob));
    let soon = world.now.plus(Lifetime::from_seconds(5));
    let again = world.store.due_message_to(&ada.destination, soon).await;
    let again = again.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (ada.id, 1));
    assert_eq!(again.last_error.as_deref(), Some("451 later"));
    let counts = world.store.outbox_counts(world.now).await.unwrap();
    let expected = OutboxCounts {
        due: 2,
        put_off: 1,
        dead: 0,
        oldest: Some(world.now),
    };
    assert_eq!(counts, expected);
    let early = world
        .store
        .due_message_to(&ada.destination, world.now)
        .await;
    assert_eq!(early.unwrap(), None);

    // A dead letter holds up nobody.
    settle(&world.store, &world, given_up(&again, "550 no", world.now)).await;
    let next = world
        .store
        .due_message_to(&ada.destination, world.now)
        .await;
    let next = next.unwrap().unwrap();
    assert!(next.payload.contains("\"copy\":2"), "{next:?}");
    assert_eq!(world.audited("outbox.given_up"), 1);
    for entry in [&next, bob] {
        assert_eq!(delivered(&world, entry).await, Outcome::Committed);
    }
    assert_eq!(due(&world).await, []);
    let counts = world.store.outbox_counts(world.now).await.unwrap();
    let dead = OutboxCounts {
        dead: 1,
        ..OutboxCounts::default()
    };
    assert_eq!(counts, dead, "what was given up makes nobody wait");
    assert_eq!(all(&world).await.len(), 1, "the dead letter is kept");
}

/// Rows of the outbox that the server has read for those who have left.
fn rows_read(world: &World) -> i64 {
    let sql = "SELECT (seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables WHERE relname = 'outbox'";
    world.database().count(sql)
}

/// That SQLite does not read them is a test beside the query.
#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn how_many_wait_is_nothing_to_a_planner_that_knows_of_none() {
    let world = on_postgres();
    let connections = || {
        let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
        world.database().count(sql)
    };
    // Wide rows: a table of a few pages may well be read as a whole.
    let fill = |rows: &str, dead: &str| {
        world.database().run(&format!(
            "INSERT INTO outbox SELECT n, 'mail.test', 'mail:' || n % 10, repeat('x', 500), 0, 0, 0, \
             'x', {dead} \
             FROM generate_series({rows}) AS n"
        ));
    };
    let before = connections();
    let deliverer = world.another();
    world
        .database()
        .run("ALTER TABLE outbox SET (autovacuum_enabled = off)");
    fill("1, 7", "5");
    world.database().run("ANALYZE outbox");
    // Often enough for plans that are kept.
    for _ in 0..60 {
        let due = deliverer.due_messages(world.now, 32).await.unwrap();
        assert_eq!(due, []);
    }
    fill("8, 5007", "NULL");
    for _ in 0..20 {
        let due = deliverer.due_messages(world.now, 32).await.unwrap();
        let ids: Vec<i64> = due.iter().map(|entry| entry.id.0).collect();
        assert_eq!(ids, Vec::from_iter(8..18));
    }
    drop(deliverer);
    while connections() > before {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let read = rows_read(&world);
    assert!(read > 0 && read < 5_000, "{read}");
}

#[tokio::test]
async fn what_a_wrong_clock_put_off_is_due() {
    let world = World::new();
    world.settle(mails(&world, ADA, 1)).await;
    let entry = due(&world).await.remove(0);
    let year = world.now.plus(Lifetime::from_days(365));
    settle(&world.store, &world, not_delivered(&entry, "x", year, 0)).await;
    let found = due(&world).await;
    assert_eq!(found.len(), 1);
    let found = world
        .store
        .due_message_to(&entry.destination, world.now)
        .await;
    assert!(found.unwrap().is_some());
}

#[tokio::test]
async fn of_two_who_settle_the_same_attempt_one_wins() {
    let world = World::new();
    world.settle(mails(&world, ADA, 1)).await;
    let (entry, other) = (due(&world).await.remove(0), world.another());
    let put_off = || not_delivered(&entry, "x", world.now, 0);
    let both = tokio::join!(
        settle(&world.store, &world, put_off()),
        settle(&other, &world, put_off())
    );
    let won = [both.0, both.1];
    assert!(
        won.contains(&Outcome::Committed) && won.contains(&Outcome::Conflict),
        "{won:?}"
    );
    assert_eq!(all(&world).await[0].attempts, 1);
    let late = given_up(&entry, "x", world.now);
    assert_eq!(settle(&other, &world, late).await, Outcome::Conflict);
    let gone = || OutboxChange::Delivered { id: entry.id };
    let both = tokio::join!(
        settle(&world.store, &world, gone()),
        settle(&other, &world, gone())
    );
    let won = [both.0, both.1];
    assert!(
        won.contains(&Outcome::Committed) && won.contains(&Outcome::Conflict),
        "{won:?}"
    );
}

#[tokio::test]
async fn an_operator_has_messages_tried_again_or_takes_them_out() {
    let world = World::new();
    world.settle(mails(&world, ADA, 1)).await;
    world.settle(mails(&world, BOB, 1)).await;
    let both = due(&world).await;
    settle(&world.store, &world, given_up(&both[0], "550", world.now)).await;
    settle(
        &world.store,
        &world,
        not_delivered(&both[1], "451", world.now, 0),
    )
    .await;
    let dead = OutboxQuery {
        dead: true,
        ..OutboxQuery::default()
    };
    let dead = world.store.messages(dead, 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].dead_at), (1, Some(world.now)));

    let retry = OutboxChange::Retry { id: both[0].id };
    assert_eq!(
        settle(&world.store, &world, retry).await,
        Outcome::Committed
    );
    let again = due(&world).await;
    assert_eq!(
        (again.len(), again[0].attempts, again[0].dead_at),
        (1, 0, None)
    );
    settle(&world.store, &world, given_up(&again[0], "550", world.now)).await;
    assert_eq!(
        settle(&world.store, &world, OutboxChange::RetryAll).await,
        Outcome::Committed
    );
    let again = due(&world).await;
    // What waited, and was no dead letter, keeps counting.
    let attempts: Vec<u32> = again.iter().map(|entry| entry.attempts).collect();
    assert_eq!(attempts, [0, 1]);
    let asked: Vec<bool> = again.iter().map(Entry::is_asked_for_again).collect();
    assert_eq!(asked, [true, false]);

    for entry in &both {
        let out = || OutboxChange::Drop { id: entry.id };
        assert_eq!(
            settle(&world.store, &world, out()).await,
            Outcome::Committed
        );
        assert_eq!(settle(&world.store, &world, out()).await, Outcome::Conflict);
        let retry = OutboxChange::Retry { id: entry.id };
        assert_eq!(settle(&world.store, &world, retry).await, Outcome::Conflict);
    }
    assert_eq!(world.audited("outbox.retried"), 2);
    assert_eq!(world.audited("outbox.dropped"), 2);
    assert_eq!(all(&world).await, []);
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let world = World::new();
    world.settle(mails(&world, ADA, 7)).await;
    let (mut read, mut query) = (Vec::new(), OutboxQuery::default());
    loop {
        let page = world.store.messages(query, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        query.after = last.id;
        read.extend(page);
    }
    assert_eq!(read, all(&world).await);
    let (after, last) = (read[1].id, read[4].id);
    let some = OutboxQuery {
        after,
        last,
        dead: false,
    };
    assert_eq!(world.store.messages(some, 100).await.unwrap(), read[2..=4]);
}

#[tokio::test]
async fn dead_letters_are_kept_for_a_while_and_others_until_they_are_delivered() {
    let world = World::new();
    world.settle(mails(&world, ADA, 2)).await;
    let dead = due(&world).await.remove(0);
    settle(&world.store, &world, given_up(&dead, "550", world.now)).await;
    let swept = |days| world.now.plus(DEAD_KEPT).plus(Lifetime::from_days(days));
    world.store.sweep(world.now, &rules()).await.unwrap();
    assert_eq!(all(&world).await.len(), 2);
    world.store.sweep(swept(1), &rules()).await.unwrap();
    let left = all(&world).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].dead_at, None);
    world.store.sweep(swept(300), &rules()).await.unwrap();
    assert_eq!(all(&world).await.len(), 1, "it waits");
}

#[tokio::test]
async fn after_a_restore_nothing_is_sent_unasked() {
    let world = World::new();
    world.settle(mails(&world, ADA, 2)).await;
    let status = || async {
        let whole = look(world.database()).await;
        let location = world.database().location();
        let status = whole.status(&location).await.unwrap();
        let outbox = status.outbox.unwrap();
        assert_eq!(
            whole
                .verify(world.now, &rules(), true, |_| ())
                .await
                .unwrap(),
            []
        );
        (outbox.waiting, outbox.dead, outbox.oldest)
    };
    assert_eq!(status().await, (2, 0, Some(world.now)));
    world.store.close().await;
    let whole = Whole::change(&world.database().location()).await.unwrap();
    let numbers = SubjectFormat::Number;
    whole.cut_off_alone(&numbers, world.now).await.unwrap();
    assert_eq!(status().await, (0, 2, None));
    let store = world.another();
    let letters = store.messages(OutboxQuery::default(), 10).await.unwrap();
    let why = letters[0].last_error.as_deref().unwrap_or_default();
    assert!(why.contains("put back from a copy"), "{why}");
    assert_eq!(store.due_messages(world.now, 10).await.unwrap(), []);
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn one_node_delivers_at_a_time() {
    let world = crate::nodes::world();
    let other = world.another();
    for _ in 0..2 {
        assert!(world.store.delivers().await.unwrap());
        assert!(!other.delivers().await.unwrap());
    }
    // One that was killed is waited for; one that stops gives it back.
    let over = "UPDATE nodes SET lease_until = lease_until - 16 WHERE node = -2";
    world.database().run(over);
    assert!(other.delivers().await.unwrap());
    assert!(!world.store.delivers().await.unwrap());
    other.close().await;
    assert!(world.store.delivers().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_message_whose_commit_was_not_answered_is_written_once() {
    let (world, proxy) = behind_proxy().await;
    proxy.lose("COMMIT");
    assert_eq!(
        world.settle(mails(&world, ADA, 3)).await,
        Outcome::Committed
    );
    assert!(proxy.has_lost());
    assert_eq!(all(&world).await.len(), 3);
    assert_eq!(world.audited("mail.tested"), 1);
    // What the database took the other side of is tried again.
    inject(world.database(), "outbox", "40001", 2, true);
    assert_eq!(
        world.settle(mails(&world, BOB, 1)).await,
        Outcome::Committed
    );
    assert_eq!(all(&world).await.len(), 4);
    assert_eq!(world.audited("mail.tested"), 2);
}
