//! The end of an account: what goes, what stays, and what comes at the same moment.
use crate::racers::race;
use crate::world::{PASSWORD, World};
use jose::Digest;
use protocol::Transition;
use protocol::accounts::deletion::{Deleter, delete};
use protocol::accounts::people;
use protocol::decision::Mint;
use protocol::events::Event;
use protocol::transition::{
    AccountChange, AppChange, AuthorizeChange, OrganizationChange, SessionChange,
};
use protocol::types::{Client, Lifetime, Organization, Session, Subject};
use std::sync::Arc;
use store::EventQuery;
use store::Outcome::{Committed, Conflict};

impl World {
    /// The end of an account, as its person wants it, or an operator.
    async fn end_of(&self, subject: Subject, by: Deleter) -> Transition {
        let person = self.store.person(subject).await.unwrap().unwrap();
        let facts = self.store.deletion(subject).await.unwrap();
        delete(&person, facts, by, Some(None), &self.store.mint()).unwrap()
    }

    fn sign_in_of(&self, subject: Subject) -> Transition {
        let id = self.store.mint().locator();
        Transition::Session(SessionChange::Start {
            password: PASSWORD.to_owned(),
            session: Session {
                id,
                digest: Digest::of(&id.0.to_be_bytes()),
                subject,
                auth_time: self.now,
                expires_at: self.now.plus(Lifetime::from_days(1)),
                browser: String::new(),
                device: None,
                methods: None,
            },
            ends_at: self.now.plus(Lifetime::from_days(1)),
            alone_since: None,
            answer: None,
            ends: None,
            passkey: None,
            notice: None,
        })
    }

    fn app_of(&self, subject: Subject, id: &str) -> Transition {
        Transition::App(AppChange::Register {
            client: Box::new(Client {
                owner: subject,
                ..self.new_client(id)
            }),
            logo: None,
            bounds: None,
        })
    }

    fn founding(&self, founder: Subject, name: &str) -> Transition {
        Transition::Organization(OrganizationChange::Found {
            organization: Organization {
                logo: None,
                external_id: None,
                second_factor: false,
                id: self.store.mint().locator(),
                version: 1,
                name: name.to_owned(),
                created_at: self.now,
            },
            founder,
            once: Digest::of(name.as_bytes()),
            own_name: false,
        })
    }

    fn rows_of(&self, subject: Subject) -> [i64; 4] {
        ["sessions", "consents", "members", "mail_links"].map(|table| {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE subject = {}", subject.0);
            self.database().count(&sql)
        })
    }
}

#[tokio::test]
async fn an_account_is_erased_with_all_that_hangs_on_it_and_its_number_stays_taken() {
    let world = World::new();
    let (grant, access, refresh) = world.started().await;
    let subject = grant.subject;
    let before = world.store.person(subject).await.unwrap().unwrap();
    world.settle(world.sign_in_of(subject)).await;
    assert_eq!(world.settle(world.app_of(subject, "own")).await, Committed);
    let own = world.store.client("own").await.unwrap().unwrap();
    let by_person = world.end_of(subject, Deleter::Person).await;
    assert_eq!(world.settle(by_person.clone()).await, Committed);
    assert_eq!(world.settle(by_person).await, Conflict, "there is none");

    assert!(world.store.person(subject).await.unwrap().is_none());
    let listed = world.store.people(None, 10).await.unwrap();
    assert!(listed.people.iter().all(|one| one.subject != subject));
    assert!(world.store.client("own").await.unwrap().is_none());
    assert_eq!(world.rows_of(subject), [0; 4]);
    let token = world.store.access_token(access.id).await.unwrap().unwrap();
    assert!(!token.person.honours(access.id));
    let refreshed = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap();
    assert!(!refreshed.person.unwrap().is_active());
    let told = format!(
        "SELECT COUNT(*) FROM people WHERE subject = {} AND name = '' AND password = '' AND email NOT LIKE '%@%'",
        subject.0
    );
    assert_eq!(world.database().count(&told), 1);

    // Neither it nor its app comes back, and nobody is signed in to it.
    let not_before = world.store.mint().locator();
    world
        .settle(Transition::Account(AccountChange::Enable {
            subject,
            not_before,
        }))
        .await;
    assert!(world.store.person(subject).await.unwrap().is_none());
    assert_eq!(world.settle(world.sign_in_of(subject)).await, Conflict);
    let restored = Transition::App(AppChange::Restore {
        client: Box::new((*own).clone()),
        own_name: false,
        deleted_at: world.now,
        not_before,
    });
    assert_eq!(world.settle(restored).await, Conflict);

    // The address is free, for another account.
    let again = world.person(&before.email).await;
    assert_ne!(again, subject);
    let query = EventQuery {
        subject: Some(subject),
        name: Some(Event::UserDeleted.name().to_owned()),
        ..EventQuery::default()
    };
    assert_eq!(world.store.events(&query, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_is_deleted_on_what_was_true_before() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let (person, operator) = (
        world.end_of(subject, Deleter::Person).await,
        world.end_of(subject, Deleter::Operator).await,
    );
    let ada = world.store.person(subject).await.unwrap().unwrap();
    let another = people::set_password(&ada, "new".to_owned());
    world.settle(another).await;
    assert_eq!(world.settle(person).await, Conflict, "another password");
    world.settle(world.app_of(subject, "since")).await;
    assert_eq!(world.settle(operator).await, Conflict, "an app since");
    assert!(world.store.client("since").await.unwrap().is_some());

    let sole = world.end_of(subject, Deleter::Operator).await;
    world.settle(world.founding(subject, "Ours")).await;
    assert_eq!(world.settle(sole).await, Conflict, "the last owner");
    let facts = world.store.deletion(subject).await.unwrap();
    assert_eq!(facts.left_without_owner[0].name, "Ours");
    let person = world.store.person(subject).await.unwrap().unwrap();
    let mint = world.store.mint();
    assert!(delete(&person, facts, Deleter::Operator, None, &mint).is_err());
    assert_eq!(person.email, "ada@example.com");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_owners_who_go_at_once_one_is_the_last() {
    let world = Arc::new(World::new());
    for round in 0..10 {
        let own = world.person(&format!("own{round}@example.com")).await;
        let other = world.person(&format!("other{round}@example.com")).await;
        world
            .settle(world.founding(own, &format!("Ours {round}")))
            .await;
        let organization = world.store.memberships(own).await.unwrap()[0]
            .organization
            .id;
        world.database().run(&format!(
            "INSERT INTO members (organization, subject, role, since) VALUES ({}, {}, 'owner', 0)",
            organization.0, other.0
        ));
        let ends = vec![
            world.end_of(own, Deleter::Operator).await,
            world.end_of(other, Deleter::Operator).await,
        ];
        assert_eq!(race(&world, ends).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_comes_at_the_same_moment_leaves_nothing_alive() {
    let world = Arc::new(World::new());
    let client = world.client("app").await;
    for round in 0..20 {
        let subject = world.person(&format!("ada{round}@example.com")).await;
        let code = world.issued_code(client, subject).await;
        let (redemption, _, refresh) = world.redemption(&code);
        let end = world.end_of(subject, Deleter::Person).await;
        let consent = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: world.code(client, subject),
            interaction: None,
            consent: Some(world.consent(client, subject, "tasks:read")),
            notice: None,
        });
        let own = format!("own{round}");
        race(
            &world,
            vec![
                world.sign_in_of(subject),
                redemption,
                end,
                consent,
                world.app_of(subject, &own),
            ],
        )
        .await;
        let gone = world.store.person(subject).await.unwrap().is_none();
        if !gone {
            // The app was first: whoever deletes the account looks again.
            let end = world.end_of(subject, Deleter::Person).await;
            assert_eq!(world.settle(end).await, Committed);
        }
        assert_eq!(world.rows_of(subject)[0], 0, "no session");
        assert!(world.store.client(&own).await.unwrap().is_none(), "no app");
        if let Some(facts) = world.store.refresh_token(refresh.id).await.unwrap() {
            assert!(!facts.person.unwrap().is_active());
        }
    }
}
