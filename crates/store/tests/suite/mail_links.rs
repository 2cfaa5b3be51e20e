//! Links in mails: each acts once, and what it proved is still true when it does.
use crate::racers::race;
use crate::world::{World, own, policy};
use protocol::Transition;
use protocol::accounts::deletion::{self, Deleter};
use protocol::accounts::mail_link::{LONGEST_LINK, LinkPurpose, MailLink};
use protocol::accounts::mailbox::{self, ask_for_account, ask_for_change, ask_for_recovery};
use protocol::accounts::people;
use protocol::transition::{AccountChange, AuthorizeChange};
use protocol::types::{
    Consent, Lifetime, Locator, MailAddress, NewPerson, Person, Subject, UnixTime,
};
use std::sync::Arc;
use store::Outcome::{Committed, Conflict};
use store::{OutboxQuery, SweepRules};

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

impl World {
    /// Sends what was asked for; the link of its mail.
    async fn sent(&self, asked: Transition) -> MailLink {
        let id = asked.messages()[0].id();
        assert_eq!(self.settle(asked).await, Committed);
        let link = self.store.mail_link(id).await.unwrap().unwrap();
        let query = OutboxQuery {
            after: Locator(id.0 - 1),
            last: id,
            dead: false,
        };
        let waiting = self.store.messages(query, 10).await.unwrap();
        assert_eq!(waiting.len(), 1, "the mail was written with its link");
        link
    }

    async fn recovery(&self, email: &str) -> MailLink {
        let mint = self.store.mint();
        self.sent(ask_for_recovery(&address(email), self.now, &mint))
            .await
    }

    /// Changes an address; the link that takes it back.
    async fn moved(&self, change: Transition) -> MailLink {
        let undo = change.messages()[0].id();
        assert_eq!(self.settle(change).await, Committed);
        let undo = self.store.mail_link(undo).await.unwrap().unwrap();
        assert_eq!(undo.purpose, LinkPurpose::AddressChanged);
        undo
    }

    async fn read(&self, subject: Subject) -> Person {
        self.store.person(subject).await.unwrap().unwrap()
    }

    fn proved_newcomer(&self, email: &str) -> NewPerson {
        NewPerson {
            verified_at: Some(self.now),
            name: "Eve".to_owned(),
            password: "hash".to_owned(),
            ..self.newcomer(email)
        }
    }

    async fn recover(&self, link: &MailLink, person: &Person, hash: &str) -> store::Outcome {
        let mint = self.store.mint();
        let change = mailbox::recover(link, person, None, (hash.to_owned(), None), self.now, &mint);
        self.settle(change.unwrap()).await
    }
}

#[tokio::test]
async fn a_link_makes_one_account() {
    let world = World::new();
    let mint = world.store.mint();
    let link = world
        .sent(ask_for_account(
            &address("Eve@example.com"),
            world.now,
            &mint,
        ))
        .await;
    assert_eq!(
        (
            link.purpose,
            link.email.as_str(),
            link.subject,
            link.used_at
        ),
        (LinkPurpose::SignUp, "Eve@example.com", None, None)
    );
    let join = || mailbox::join(&link, world.proved_newcomer("eve@example.com")).unwrap();
    let outcomes = tokio::join!(world.settle(join()), world.settle(join()));
    assert!(matches!(
        outcomes,
        (Committed, Conflict) | (Conflict, Committed)
    ));
    let used = world.store.mail_link(link.id).await.unwrap().unwrap();
    assert_eq!(used.used_at, Some(world.now));
    let made = world
        .store
        .person_by_email("eve@example.com")
        .await
        .unwrap();
    assert_eq!(made.unwrap().verified_at, Some(world.now));
    // Where the address was taken meanwhile, the link is left for what it can still do.
    let second = world
        .sent(ask_for_account(
            &address("eve@example.com"),
            world.now,
            &mint,
        ))
        .await;
    let late = mailbox::join(&second, world.proved_newcomer("eve@example.com")).unwrap();
    assert_eq!(world.settle(late).await, Conflict);
    let left = world.store.mail_link(second.id).await.unwrap().unwrap();
    assert_eq!(left.used_at, None);
}

#[tokio::test]
async fn a_password_that_is_set_withdraws_what_was_sent_before() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let person = world.read(subject).await;
    let (first, second) = (
        world.recovery("ada@example.com").await,
        world.recovery("ADA@example.com").await,
    );
    assert_eq!(world.recover(&first, &person, "new").await, Committed);
    assert!(world.store.mail_link(second.id).await.unwrap().is_none());
    assert_eq!(world.recover(&second, &person, "newer").await, Conflict);
    let person = world.read(subject).await;
    assert_eq!(
        (person.password.as_str(), person.verified_at),
        ("new", Some(world.now))
    );
    // Nobody had proved the address, so what was allowed before is dead.
    assert!(person.not_before > Locator(0));
    let third = world.recovery("ada@example.com").await;
    let set = people::set_password(&person, "by an operator".to_owned());
    assert_eq!(world.settle(set).await, Committed);
    assert_eq!(world.recover(&third, &person, "newest").await, Conflict);
    // A proved account keeps what it allowed.
    let not_before = world.read(subject).await.not_before;
    let fourth = world.recovery("ada@example.com").await;
    let person = world.read(subject).await;
    assert_eq!(world.recover(&fourth, &person, "last").await, Committed);
    assert_eq!(world.read(subject).await.not_before, not_before);
    let mint = world.store.mint();
    let fifth = world.recovery("ada@example.com").await;
    assert_eq!(
        world.settle(people::disable(&person, &mint)).await,
        Committed
    );
    assert_eq!(world.recover(&fifth, &person, "off").await, Conflict);
}

#[tokio::test]
async fn an_address_moves_once_and_back_once() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person("ada@example.com").await;
    world.person("bob@example.com").await;
    let proved = mailbox::vouch(&world.read(subject).await, world.now);
    assert_eq!(world.settle(proved).await, Committed);
    let person = world.read(subject).await;
    let mut links = Vec::new();
    for email in ["eve@example.com", "eva@example.com", "bob@example.com"] {
        let asked = ask_for_change(&person, &address(email), world.now, &mint);
        links.push(world.sent(asked).await);
    }
    let confirm = |link: &MailLink, person: &Person| {
        mailbox::confirm(link, Some(person), true, world.now, &mint).unwrap()
    };
    let taken = world.settle(confirm(&links[2], &person)).await;
    assert_eq!(taken, Conflict, "it is Bob's");
    let undo = world.moved(confirm(&links[0], &person)).await;
    let moved = world.read(subject).await;
    let now = Some(world.now);
    assert_eq!(
        (moved.email.as_str(), moved.verified_at),
        ("eve@example.com", now)
    );
    // The other one was withdrawn.
    assert_eq!(world.settle(confirm(&links[1], &moved)).await, Conflict);
    // Moved on once more, the first address still takes all of it back, and with that the second cannot.
    let asked = ask_for_change(&moved, &address("eva@example.com"), world.now, &mint);
    let further = world.sent(asked).await;
    let second = world.moved(confirm(&further, &moved)).await;
    let restore = |link: &MailLink| {
        mailbox::restore(link, &moved, ("new".to_owned(), false), world.now, &mint).unwrap()
    };
    for expected in [Committed, Conflict] {
        assert_eq!(world.settle(restore(&undo)).await, expected);
    }
    assert!(world.store.mail_link(second.id).await.unwrap().is_none());
    let back = world.read(subject).await;
    assert_eq!(
        (back.email.as_str(), back.password.as_str()),
        ("ada@example.com", "new")
    );
}

#[tokio::test]
async fn what_takes_back_a_later_change_leaves_what_takes_back_an_earlier_one() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person("ada@example.com").await;
    let proved = mailbox::vouch(&world.read(subject).await, world.now);
    assert_eq!(world.settle(proved).await, Committed);
    let mut undo = Vec::new();
    for email in ["one@example.com", "two@example.com"] {
        let person = world.read(subject).await;
        let asked = ask_for_change(&person, &address(email), world.now, &mint);
        let link = world.sent(asked).await;
        let change = mailbox::confirm(&link, Some(&person), true, world.now, &mint).unwrap();
        undo.push(world.moved(change).await);
    }
    let person = world.read(subject).await;
    for (link, email) in undo
        .iter()
        .rev()
        .zip(["one@example.com", "ada@example.com"])
    {
        let back =
            mailbox::restore(link, &person, ("new".to_owned(), false), world.now, &mint).unwrap();
        assert_eq!(world.settle(back).await, Committed);
        assert_eq!(world.read(subject).await.email, email);
    }
}

#[tokio::test]
async fn no_browser_is_known_after_a_recovery_or_when_an_address_is_taken_back() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person("ada@example.com").await;
    let epoch = async || world.read(subject).await.device_epoch;
    assert_eq!(epoch().await, 0);
    let link = world.recovery("ada@example.com").await;
    let person = world.read(subject).await;
    assert_eq!(world.recover(&link, &person, "new").await, Committed);
    assert_eq!(epoch().await, 1);
    let person = world.read(subject).await;
    let asked = ask_for_change(&person, &address("eve@example.com"), world.now, &mint);
    let link = world.sent(asked).await;
    let change = mailbox::confirm(&link, Some(&person), true, world.now, &mint).unwrap();
    let undo = world.moved(change).await;
    assert_eq!(epoch().await, 1, "another address makes nobody a stranger");
    let person = world.read(subject).await;
    let password = ("newer".to_owned(), false);
    let back = mailbox::restore(&undo, &person, password, world.now, &mint).unwrap();
    assert_eq!(world.settle(back).await, Committed);
    assert_eq!(epoch().await, 2);
}

#[tokio::test]
async fn a_switched_off_account_moves_nowhere() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person("ada@example.com").await;
    let person = world.read(subject).await;
    let asked = ask_for_change(&person, &address("eve@example.com"), world.now, &mint);
    let link = world.sent(asked).await;
    assert_eq!(
        world.settle(people::disable(&person, &mint)).await,
        Committed
    );
    assert!(world.store.mail_link(link.id).await.unwrap().is_none());
    let late = mailbox::confirm(&link, Some(&person), true, world.now, &mint).unwrap();
    assert_eq!(world.settle(late).await, Conflict);
    assert_eq!(world.read(subject).await.email, "ada@example.com");
}

#[tokio::test]
async fn a_link_that_is_over_does_nothing_and_is_swept() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let person = world.read(subject).await;
    let link = world.recovery("ada@example.com").await;
    let mint = world.store.mint();
    let change = mailbox::recover(
        &link,
        &person,
        None,
        ("new".to_owned(), None),
        world.now,
        &mint,
    )
    .unwrap();
    let late = world.store.settle(change, link.expires_at).await.unwrap();
    assert_eq!(late, Conflict);
    let rules = SweepRules::of(&policy(), LONGEST_LINK);
    let at = |seconds: i64| UnixTime(link.created_at.0 + seconds);
    world.store.sweep(at(86_400), &rules).await.unwrap();
    assert!(world.store.mail_link(link.id).await.unwrap().is_some());
    world
        .store
        .sweep(at(LONGEST_LINK.seconds() + 120), &rules)
        .await
        .unwrap();
    assert!(world.store.mail_link(link.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_mail_without_an_event_is_none() {
    let world = World::new();
    let mint = world.store.mint();
    let asked = ask_for_recovery(&address("ada@example.com"), world.now, &mint);
    let Transition::Account(AccountChange::SendLink { event, .. }) = &asked else {
        panic!("it is sent");
    };
    assert!(asked.event().is_some_and(|told| told.event == *event));
}

#[tokio::test]
async fn an_address_is_released_as_long_as_its_link_works_and_nobody_proved_it() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let squatter = world.person("eve@example.com").await;
    let mint = world.store.mint();
    let person = world.read(ada).await;
    let to = address("eve@example.com");
    let link = world
        .sent(ask_for_change(&person, &to, world.now, &mint))
        .await;
    let held = world.read(squatter).await;
    let release = || mailbox::release(&link, &held, world.now, &mint).unwrap();
    let late = world.store.settle(release(), link.expires_at).await;
    assert_eq!(late.unwrap(), Conflict);
    assert_eq!(world.settle(release()).await, Committed);
    let released = world.read(squatter).await;
    assert_eq!(released.email, format!("released-{}", squatter.0));
    assert!(!released.is_active() && released.not_before > Locator(0));
    let found = world.store.person_by_email("eve@example.com").await;
    assert!(found.unwrap().is_none());
    // The link is left for the change itself, after which nothing is released.
    let change = mailbox::confirm(&link, Some(&person), true, world.now, &mint).unwrap();
    assert_eq!(world.settle(change).await, Committed);
    assert_eq!(world.settle(release()).await, Conflict);
    assert_eq!(world.read(ada).await.email, "eve@example.com");
}

/// Whoever made the account presses "allow" while it goes to whoever reads its mailbox.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_allowed_while_an_account_is_taken_over_counts_no_more() {
    let world = Arc::new(World::new());
    let client = world.client("app").await;
    let allow = |subject, at| {
        Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: world.code(client, subject),
            interaction: None,
            consent: Some(Consent {
                granted_at: at,
                ..world.consent(client, subject, "a b")
            }),
            notice: None,
        })
    };
    for round in 0..20 {
        let email = format!("ada{round}@example.com");
        let subject = world.person(&email).await;
        let person = world.read(subject).await;
        let link = world.recovery(&email).await;
        let mint = world.store.mint();
        let taken = mailbox::recover(
            &link,
            &person,
            Some("Ada"),
            ("new".into(), None),
            world.now,
            &mint,
        );
        // The first is decided before, and written at any moment; of the last round, surely after.
        let (before, taken) = (allow(subject, world.now), taken.unwrap());
        match round {
            19 => {
                assert_eq!(world.settle(taken).await, Committed);
                assert_eq!(world.settle(before).await, Committed);
            }
            _ => assert_eq!(race(&world, vec![before, taken]).await, 2),
        }
        let remembered = world.store.consent(own(subject, client)).await.unwrap();
        assert_eq!(remembered, None, "round {round}");
        // What its reader allows then, however slow this machine, is remembered, and nothing of before with it.
        let later = world.now.plus(Lifetime::from_minutes(10));
        assert_eq!(world.settle(allow(subject, later)).await, Committed);
        let remembered = world.store.consent(own(subject, client)).await.unwrap();
        assert_eq!(remembered.map(|consent| consent.granted_at), Some(later));
    }
}

#[tokio::test]
async fn a_link_that_an_operator_hands_over_acts_once_and_not_after_the_address_changed() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let mint = world.store.mint();
    let ada = world.read(subject).await;
    assert!(mailbox::reset_link(&ada, world.now, &mint).is_none());
    world.settle(mailbox::vouch(&ada, world.now)).await;
    let ada = world.read(subject).await;
    let handed_over = async || {
        let (link, change) = mailbox::reset_link(&ada, world.now, &mint).unwrap();
        assert!(change.messages().is_empty(), "it goes by no mail");
        (link, world.settle(change).await)
    };
    let (link, kept) = handed_over().await;
    assert_eq!(kept, Committed);
    assert_eq!(world.recover(&link, &ada, "new").await, Committed);
    assert_eq!(world.recover(&link, &ada, "newer").await, Conflict);

    let (link, kept) = handed_over().await;
    assert_eq!(kept, Committed);
    let moved = mailbox::set_address(&ada, &address("ada@example.org"), true, world.now);
    assert_eq!(world.settle(moved.clone()).await, Committed);
    assert_eq!(world.settle(moved).await, Conflict, "it has another by now");
    let gone = world.store.mail_link(link.id).await.unwrap();
    assert!(gone.is_none(), "what acted for the address before");
    assert_eq!(handed_over().await.1, Conflict);
    let eve = world.person("eve@example.com").await;
    let eve = world.read(eve).await;
    let taken = mailbox::set_address(&eve, &address("ADA@example.org"), false, world.now);
    assert_eq!(world.settle(taken).await, Conflict);
    assert_eq!(world.read(subject).await.email, "ada@example.org");
}

#[tokio::test]
async fn the_end_of_an_account_withdraws_what_was_sent_to_an_address_that_it_had_proved() {
    let world = World::new();
    let mint = world.store.mint();
    for (email, proved) in [("eve@example.com", false), ("ada@example.com", true)] {
        let new = NewPerson {
            verified_at: proved.then_some(world.now),
            ..world.proved_newcomer(email)
        };
        let subject = new.subject.unwrap();
        assert_eq!(world.settle(people::create(new)).await, Committed);
        let asked = world.recovery(email).await;
        let person = world.read(subject).await;
        let facts = world.store.deletion(subject).await.unwrap();
        let end = deletion::delete(&person, facts, Deleter::Person, None, &mint).unwrap();
        assert_eq!(world.settle(end).await, Committed);
        let left = world.store.mail_link(asked.id).await.unwrap();
        assert_eq!(left.is_none(), proved, "{email}");
    }
}
