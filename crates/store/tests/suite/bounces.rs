//! Addresses to which mail comes back: what is noted, what takes it away, and how often mail goes there all the same.
use crate::world::World;
use protocol::accounts::bounce::{BounceKind, PAUSE, forget, note, take_turn};
use protocol::accounts::mailbox::{ask_for_proof, confirm};
use protocol::types::{Locator, MailAddress, UnixTime};
use store::Outcome::{Committed, Conflict};

const ADA: &str = "ada@example.com";

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

#[tokio::test]
async fn a_note_stays_until_it_is_taken_back_and_a_complaint_stays_one() {
    let world = World::new();
    let noted = async || world.store.bounce("ADA@Example.com").await.unwrap();
    assert_eq!(noted().await, None);
    let put = async |kind| {
        let change = note(&address(ADA), kind, None, world.now);
        assert_eq!(world.settle(change).await, Committed);
    };
    put(BounceKind::Bounce).await;
    assert_eq!(noted().await, Some(BounceKind::Bounce));
    put(BounceKind::Complaint).await;
    put(BounceKind::Bounce).await;
    assert_eq!(noted().await, Some(BounceKind::Complaint));
    for _ in 0..2 {
        assert_eq!(world.settle(forget(&address(ADA), None)).await, Committed);
        assert_eq!(noted().await, None);
    }
}

#[tokio::test]
async fn a_proof_takes_the_note_away_unless_its_mail_was_sent_before() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person(ADA).await;
    let person = world.store.person(subject).await.unwrap().unwrap();
    let prove = async |sent: UnixTime| {
        let asked = ask_for_proof(&person, sent, &mint).unwrap();
        let id = asked.messages()[0].id();
        assert_eq!(world.settle(asked).await, Committed);
        let link = world.store.mail_link(id).await.unwrap().unwrap();
        let proved = confirm(&link, Some(&person), true, world.now, &mint).unwrap();
        assert_eq!(world.settle(proved).await, Committed);
    };
    for other in [ADA, "eve@example.com"] {
        let change = note(
            &address(other),
            BounceKind::Bounce,
            Some(subject),
            world.now,
        );
        world.settle(change).await;
    }
    prove(UnixTime(world.now.0 - 60)).await;
    let noted = async |email| world.store.bounce(email).await.unwrap();
    assert_eq!(noted(ADA).await, Some(BounceKind::Bounce));
    prove(world.now).await;
    assert_eq!(noted(ADA).await, None);
    assert_eq!(noted("eve@example.com").await, Some(BounceKind::Bounce));
}

#[tokio::test]
async fn mail_goes_once_a_day_where_somebody_complained() {
    let world = World::new();
    let (mail, other) = (Locator(7), Locator(8));
    let turn = async |mail, after: i64| {
        let change = take_turn(&address(ADA), mail, UnixTime(world.now.0 + after));
        world.settle(change).await
    };
    assert_eq!(turn(mail, 0).await, Conflict, "nobody complained");
    let complaint = note(&address(ADA), BounceKind::Complaint, None, world.now);
    world.settle(complaint).await;
    assert_eq!(turn(mail, 0).await, Committed);
    assert_eq!(
        turn(mail, 5).await,
        Committed,
        "it was not delivered at once"
    );
    assert_eq!(turn(other, 10).await, Conflict);
    assert_eq!(turn(other, 5 + PAUSE.seconds()).await, Committed);
    assert_eq!(turn(mail, 6 + PAUSE.seconds()).await, Conflict);
}
