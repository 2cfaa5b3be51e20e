//! Domains of organizations: how many there are, and that one is proved for one organization at a time.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{DomainChange, OrganizationChange};
use protocol::types::{
    Domain, DomainFault, DomainName, End, Locator, Organization, Subject, UnixTime,
};
use std::sync::Arc;
use store::Outcome;

async fn organization(world: &World, name: &str, founder: Subject) -> Organization {
    let organization = Organization {
        logo: None,
        external_id: None,
        second_factor: false,
        id: world.store.mint().locator(),
        version: 1,
        name: name.to_owned(),
        created_at: world.now,
    };
    let found = Transition::Organization(OrganizationChange::Found {
        once: jose::Digest::of(&organization.id.0.to_be_bytes()),
        organization: organization.clone(),
        founder,
        own_name: false,
    });
    assert_eq!(world.settle(found).await, Outcome::Committed);
    organization
}

fn domain(world: &World, organization: Locator, name: &str) -> Domain {
    Domain {
        organization,
        name: DomainName::parse(name, false).unwrap(),
        token: format!("domain-{}", world.store.mint().locator().0),
        created_at: world.now,
        proved_at: None,
        looked_at: None,
        failing_since: None,
        found: None,
    }
}

async fn now(world: &World, organization: Locator) -> Organization {
    let facts = world.store.organization(organization).await.unwrap();
    facts.unwrap().organization
}

fn add(before: Organization, domain: Domain) -> Transition {
    Transition::Domain(DomainChange::Add {
        before,
        domain: Box::new(domain),
        most: 2,
    })
}

fn prove(before: &Domain, at: UnixTime) -> Transition {
    let before = Box::new(before.clone());
    Transition::Domain(DomainChange::Prove { before, at })
}

#[tokio::test]
async fn an_app_that_introduces_itself_is_not_called_like_one_that_proved_a_domain() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let acme = organization(&world, "Board Makers", ada).await;
    let taken = async || {
        let found = world.store.has_reviewed_namesake("BOARD-MАKERS");
        found.await.unwrap()
    };
    let own = domain(&world, acme.id, "boards.example");
    let before = now(&world, acme.id).await;
    assert_eq!(
        world.settle(add(before, own.clone())).await,
        Outcome::Committed
    );
    assert!(!taken().await, "anybody founds one of any name");
    assert_eq!(
        world.settle(prove(&own, world.now)).await,
        Outcome::Committed
    );
    assert!(taken().await);
}

#[tokio::test]
async fn a_domain_is_listed_once_and_a_few_at_most() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let id = organization(&world, "Acme", ada).await.id;
    let own = domain(&world, id, "a.example");
    let stale = now(&world, id).await;
    let first = add(stale.clone(), own.clone());
    assert_eq!(world.settle(first).await, Outcome::Committed);
    let late = add(stale, domain(&world, id, "b.example"));
    assert_eq!(
        world.settle(late).await,
        Outcome::Conflict,
        "it was changed"
    );
    for (name, outcome) in [
        ("a.example", Outcome::Conflict),
        ("b.example", Outcome::Committed),
        ("c.example", Outcome::Conflict),
    ] {
        let another = add(now(&world, id).await, domain(&world, id, name));
        assert_eq!(world.settle(another).await, outcome, "{name}");
    }
    let listed = world.store.domains(id).await.unwrap();
    assert_eq!(listed[0], own, "what was written is read");
    assert_eq!(listed.len(), 2);
    let remove = |before| {
        let domain = Box::new(own.clone());
        Transition::Domain(DomainChange::Remove { before, domain })
    };
    let gone = remove(now(&world, id).await);
    assert_eq!(world.settle(gone).await, Outcome::Committed);
    let twice = remove(now(&world, id).await);
    assert_eq!(world.settle(twice).await, Outcome::Conflict);
    // What is not there is not proved, and what is listed anew has another token.
    assert_eq!(
        world.settle(prove(&own, world.now)).await,
        Outcome::Conflict
    );
    let anew = add(now(&world, id).await, domain(&world, id, "a.example"));
    assert_eq!(world.settle(anew).await, Outcome::Committed);
    assert_eq!(
        world.settle(prove(&own, world.now)).await,
        Outcome::Conflict
    );
}

#[tokio::test]
async fn what_is_proved_is_looked_for_again_and_lost() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let id = organization(&world, "Acme", ada).await.id;
    let own = domain(&world, id, "a.example");
    let listed = add(now(&world, id).await, own.clone());
    assert_eq!(world.settle(listed).await, Outcome::Committed);
    let at = |seconds| UnixTime(world.now.0 + seconds);
    assert_eq!(world.settle(prove(&own, at(1))).await, Outcome::Committed);
    assert_eq!(world.settle(prove(&own, at(1))).await, Outcome::Conflict);
    let held = || async {
        let found = world.store.domain_holder(&own.name).await.unwrap();
        found.map(|found| (found.organization, found.proved_at))
    };
    assert_eq!(held().await, Some((id, Some(at(1)))));
    assert_eq!(world.store.proved_domains(id).await.unwrap(), ["a.example"]);
    let due = async |since| world.store.domains_due(since).await.unwrap().len();
    assert_eq!((due(at(0)).await, due(at(1)).await), (0, 1));
    let read = async || world.store.domain(id, &own.name).await.unwrap().unwrap();
    let before = read().await;
    let look = |before: &Domain, found| {
        Transition::Domain(DomainChange::Look {
            before: Box::new(before.clone()),
            at: at(9),
            found,
            failing_since: found.map(|_| at(9)),
        })
    };
    let failing = look(&before, Some(DomainFault::Status(404)));
    assert_eq!(world.settle(failing).await, Outcome::Committed);
    let stale = look(&before, None);
    assert_eq!(world.settle(stale).await, Outcome::Conflict, "of two one");
    let failing = read().await;
    assert_eq!(failing.found, Some(DomainFault::Status(404)));
    assert_eq!(failing.failing_since, Some(at(9)));
    assert_eq!(failing.proved_at, Some(at(1)), "it counts still");
    assert_eq!(due(at(8)).await, 0);
    let lose = || {
        Transition::Domain(DomainChange::Lose {
            before: Box::new(failing.clone()),
            at: at(10),
            found: DomainFault::Away,
            mails: Vec::new(),
        })
    };
    assert_eq!(world.settle(lose()).await, Outcome::Committed);
    assert_eq!(world.settle(lose()).await, Outcome::Conflict);
    let lost = read().await;
    assert_eq!((lost.proved_at, lost.failing_since), (None, None));
    assert_eq!(lost.found, Some(DomainFault::Away));
    assert_eq!(held().await, None);
    // It can be proved again, and goes with the organization.
    assert_eq!(world.settle(prove(&lost, at(11))).await, Outcome::Committed);
    let dissolve = Transition::Organization(OrganizationChange::Dissolve {
        before: now(&world, id).await,
        end: End(world.store.mint().locator()),
    });
    assert_eq!(world.settle(dissolve).await, Outcome::Committed);
    assert_eq!(held().await, None);
    assert!(world.store.domains(id).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_organizations_that_prove_a_domain_at_once_one_has_it() {
    let world = Arc::new(World::new());
    let ada = world.person("ada@example.com").await;
    let mut all = Vec::new();
    for number in 0..8 {
        let id = organization(&world, &format!("Acme {number}"), ada)
            .await
            .id;
        let own = domain(&world, id, "a.example");
        let listed = add(now(&world, id).await, own.clone());
        assert_eq!(world.settle(listed).await, Outcome::Committed);
        all.push(prove(&own, world.now));
    }
    assert_eq!(race(&world, all).await, 1);
    let name = DomainName::parse("a.example", false).unwrap();
    assert!(world.store.domain_holder(&name).await.unwrap().is_some());
}
