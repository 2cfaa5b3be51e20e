//! The pictures of organizations.
use crate::world::World;
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{Logo, LogoChange, OrganizationChange};
use protocol::types::{End, Locator, Organization, Subject};
use store::Outcome::{Committed, Conflict};

async fn founded(world: &World, founder: Subject) -> Organization {
    let organization = Organization {
        id: world.store.mint().locator(),
        version: 1,
        name: "Board Makers".to_owned(),
        created_at: world.now,
        external_id: None,
        second_factor: false,
        logo: None,
    };
    let found = Transition::Organization(OrganizationChange::Found {
        once: Digest::of(&organization.id.0.to_be_bytes()),
        organization: organization.clone(),
        founder,
        own_name: false,
    });
    assert_eq!(world.settle(found).await, Committed);
    organization
}

async fn now(world: &World, id: Locator) -> Organization {
    let facts = world.store.organization(id).await.unwrap();
    facts.unwrap().organization
}

fn set(before: Organization, bytes: &[u8]) -> Transition {
    let logo = LogoChange::Replace(Logo {
        media_type: "image/png",
        bytes: bytes.to_vec(),
    });
    OrganizationChange::SetLogo { before, logo }.into()
}

#[tokio::test]
async fn a_picture_is_replaced_and_goes_and_goes_with_the_organization() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let first = founded(&world, ada).await;
    let id = first.id;
    assert_eq!(world.store.organization_logo(id).await.unwrap(), None);
    assert_eq!(world.settle(set(first.clone(), b"one")).await, Committed);
    assert_eq!(
        world.settle(set(first, b"two")).await,
        Conflict,
        "it was another then"
    );
    let own = now(&world, id).await;
    assert_eq!(own.logo, Some(Digest::of(b"one")));
    assert_eq!(
        world.store.organization_picture(id).await.unwrap(),
        own.logo
    );
    let listed = world.store.memberships(ada).await.unwrap();
    assert_eq!(listed[0].organization, own);
    assert_eq!(world.settle(set(own, b"two")).await, Committed);
    let kept = world.store.organization_logo(id).await.unwrap().unwrap();
    assert_eq!(
        (kept.media_type, &kept.bytes[..]),
        ("image/png", &b"two"[..])
    );
    let remove = OrganizationChange::SetLogo {
        before: now(&world, id).await,
        logo: LogoChange::Remove,
    };
    assert_eq!(world.settle(remove.into()).await, Committed);
    assert_eq!(now(&world, id).await.logo, None);
    assert_eq!(world.store.organization_logo(id).await.unwrap(), None);
    let again = now(&world, id).await;
    assert_eq!(world.settle(set(again, b"three")).await, Committed);
    let end = OrganizationChange::Dissolve {
        before: now(&world, id).await,
        end: End(world.store.mint().locator()),
    };
    assert_eq!(world.settle(end.into()).await, Committed);
    assert_eq!(world.store.organization_logo(id).await.unwrap(), None);
    assert_eq!(world.audited("organization.picture_changed"), 4);
}
