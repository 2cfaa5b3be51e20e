//! Apps.
use crate::world::{World, newcomer, own};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{
    AppChange, ApprovalChange, AuthorizeChange, Logo, LogoChange, SecretChange,
};
use protocol::types::{
    AppLinks, Asks, Client, ClientStatus, Consent, GrantType, Locator, NewPerson, Scope, Side,
    StoredSecret, Subject, UnixTime,
};
use store::Outcome;

#[tokio::test]
async fn an_app_reads_back_whole() {
    let world = World::new();
    world.person("owner@example.com").await;
    let mut client = world.new_client("app");
    client.scopes = Some(Scope::parse("a b").unwrap());
    client.resource_server = true;
    let logo = Logo {
        media_type: "image/png",
        bytes: vec![1, 2, 3],
    };
    client.logo = Some(Digest::of(&logo.bytes));
    let register = Transition::App(AppChange::Register {
        client: Box::new(client.clone()),
        logo: Some(logo.clone()),
        bounds: None,
    });
    assert_eq!(world.settle(register.clone()).await, Outcome::Committed);
    assert_eq!(
        world.settle(register).await,
        Outcome::Conflict,
        "the id is taken"
    );
    let found = world.store.client("app").await.unwrap().unwrap();
    client.no = found.no;
    assert_eq!(*found, client);
    assert_eq!(world.store.logo(found.no).await.unwrap(), Some(logo));
    assert!(world.store.client("other").await.unwrap().is_none());
}

#[tokio::test]
async fn what_changes_is_seen_at_once() {
    let world = World::new();
    let no = world.client("app").await;
    let secret = StoredSecret {
        id: world.store.mint().locator(),
        digest: Digest::of(b"next"),
        name: "of today".to_owned(),
        created_at: world.now,
        expires_at: Some(UnixTime(world.now.0 + 60)),
    };
    world
        .settle(Transition::App(AppChange::Secret(SecretChange::Replace {
            client: no,
            version: 1,
            secrets: vec![secret.clone()],
        })))
        .await;
    let approved = Scope::parse("admin:*").unwrap();
    world
        .settle(Transition::App(AppChange::Approval(
            ApprovalChange::Scopes {
                client: no,
                version: 2,
                approved: approved.clone(),
            },
        )))
        .await;
    world
        .settle(Transition::App(AppChange::Approval(ApprovalChange::App {
            client: no,
            version: 3,
            status: ClientStatus::Active,
            reviewed_at: world.now,
        })))
        .await;
    let not_before = world.store.mint().locator();
    let disable = Transition::App(AppChange::SetStatus {
        client: no,
        status: ClientStatus::Disabled,
        not_before,
    });
    world.settle(disable).await;
    let seen = world.store.client("app").await.unwrap().unwrap();
    assert_eq!(seen.secrets, [secret]);
    assert_eq!(
        (seen.approved.clone(), seen.status, seen.not_before),
        (approved, ClientStatus::Disabled, not_before)
    );
    assert_eq!(seen.reviewed_at, Some(world.now));
    assert_eq!(world.store.client_by_no(no).await.unwrap(), Some(seen));
}

#[tokio::test]
async fn a_change_is_seen_however_many_apps_are_remembered() {
    let world = std::sync::Arc::new(World::new());
    let mut tasks = Vec::new();
    for n in 0..11_000 {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            world.client(&format!("app{n}")).await
        }));
        if tasks.len() == 500 {
            for task in tasks.drain(..) {
                task.await.unwrap();
            }
        }
    }
    for n in (0..11_000).step_by(50) {
        let id = format!("app{n}");
        let no = world.store.client(&id).await.unwrap().unwrap().no;
        let not_before = world.store.mint().locator();
        let disable = Transition::App(AppChange::SetStatus {
            client: no,
            status: ClientStatus::Disabled,
            not_before,
        });
        world.settle(disable).await;
        let seen = world.store.client(&id).await.unwrap().unwrap();
        assert_eq!(seen.status, ClientStatus::Disabled, "{id}");
    }
}

#[tokio::test]
async fn a_deleted_app_is_gone_and_its_number_stays_its_own() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    world
        .settle(Transition::App(AppChange::Delete {
            client: grant.client,
        }))
        .await;
    assert!(world.store.client("app").await.unwrap().is_none());
    assert!(
        world
            .store
            .access_token(access.id)
            .await
            .unwrap()
            .unwrap()
            .client
            .is_none()
    );
    assert_ne!(world.client("next").await, grant.client);
    assert_eq!(world.store.clients(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_app_is_changed_as_it_was_read_or_not_at_all() {
    let world = World::new();
    world.client("app").await;
    let read = || async { world.store.client("app").await.unwrap().unwrap() };
    let before = read().await;
    let renamed = |name: &str| Client {
        version: before.version + 1,
        name: name.to_owned(),
        reviewed_at: None,
        ..(*before).clone()
    };
    let update = |after: Client| {
        Transition::App(AppChange::Update {
            before: Box::new((*before).clone()),
            after: Box::new(after),
            logo: None,
            own_name: false,
        })
    };
    let first = renamed("First");
    assert_eq!(
        world.settle(update(first.clone())).await,
        Outcome::Committed
    );
    assert_eq!(*read().await, first);
    let lost = world.settle(update(renamed("Second"))).await;
    assert_eq!(lost, Outcome::Conflict, "it is no longer as it was read");
    assert_eq!(*read().await, first);
    let disable = Transition::App(AppChange::SetStatus {
        client: before.no,
        status: ClientStatus::Disabled,
        not_before: Locator(1),
    });
    world.settle(disable).await;
    let off = Transition::App(AppChange::Update {
        before: Box::new(Client {
            version: before.version + 2,
            ..first.clone()
        }),
        after: Box::new(renamed("Third")),
        logo: None,
        own_name: false,
    });
    assert_eq!(
        world.settle(off).await,
        Outcome::Conflict,
        "it is switched off"
    );
}

#[tokio::test]
async fn a_test_app_reads_back_and_takes_its_users_along() {
    let world = World::new();
    let mut asks = Asks {
        optional: Scope::from_iter(["tasks:write"]),
        ..Asks::default()
    };
    asks.reasons
        .set("tasks:read", "To show your day: all of it");
    let client = Client {
        side: Side::Test,
        documented: true,
        asks: asks.clone(),
        ..world.new_client("test_app")
    };
    let register = Transition::App(AppChange::Register {
        client: Box::new(client),
        logo: None,
        bounds: None,
    });
    world.settle(register).await;
    let app = world.store.client("test_app").await.unwrap().unwrap();
    assert_eq!((app.side, app.documented), (Side::Test, true));
    assert_eq!(app.asks, asks);
    let person = world.person("ada@example.com").await;
    let tester = NewPerson {
        name: "Ann".to_owned(),
        password: String::new(),
        test_app: Some(app.no),
        subject: Some(Subject(77)),
        ..newcomer("ann@users.test")
    };
    world
        .settle(protocol::accounts::people::create(tester))
        .await;
    let read = |subject| world.store.person(subject);
    assert_eq!(
        read(Subject(77)).await.unwrap().unwrap().test_app,
        Some(app.no)
    );
    assert_eq!(read(person).await.unwrap().unwrap().test_app, None);
    world
        .settle(Transition::App(AppChange::Delete { client: app.no }))
        .await;
    assert!(!read(Subject(77)).await.unwrap().unwrap().is_active());
    assert!(read(person).await.unwrap().unwrap().is_active());
}

#[tokio::test]
async fn people_are_asked_again_about_an_app_that_says_it_is_another() {
    let world = World::new();
    let client = world.client("app").await;
    let subject = world.person("ada@example.com").await;
    let allow = || async {
        let consent = Consent {
            organization: None,
            subject,
            client,
            scope: Scope::parse("a").unwrap(),
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            granted_at: world.now,
            earlier: protocol::types::Scope::default(),
            skipped: protocol::types::Scope::default(),
            standing: protocol::types::AppStanding::Trusted,
        };
        let code = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: world.code(client, subject),
            interaction: None,
            consent: Some(consent),
            notice: None,
        });
        world.settle(code).await;
    };
    for (change, forgotten) in [
        (
            |app: &mut Client| app.description = "More words".to_owned(),
            false,
        ),
        (|app: &mut Client| app.name = "Another".to_owned(), true),
        (
            |app: &mut Client| app.homepage = "https://other.example".to_owned(),
            true,
        ),
    ] as [(fn(&mut Client), bool); 3]
    {
        allow().await;
        let before = world.store.client("app").await.unwrap().unwrap();
        let mut after = (*before).clone();
        change(&mut after);
        let update = Transition::App(AppChange::Update {
            before: Box::new((*before).clone()),
            after: Box::new(after),
            logo: None,
            own_name: false,
        });
        assert_eq!(world.settle(update).await, Outcome::Committed);
        let consent = world.store.consent(own(subject, client)).await.unwrap();
        assert_eq!(consent.is_none(), forgotten);
    }
}

#[tokio::test]
async fn of_two_who_decide_on_an_app_as_they_read_it_the_second_looks_again() {
    let world = World::new();
    let client = world.client("app").await;
    let read = || async { world.store.client("app").await.unwrap().unwrap() };
    let approve = |version, approved: &str| {
        Transition::App(AppChange::Approval(ApprovalChange::Scopes {
            client,
            version,
            approved: Scope::parse(approved).unwrap(),
        }))
    };
    let secrets = |version, secret: &[u8]| {
        let secret = StoredSecret {
            id: world.store.mint().locator(),
            digest: Digest::of(secret),
            name: "of today".to_owned(),
            created_at: world.now,
            expires_at: Some(UnixTime(world.now.0 + 60)),
        };
        Transition::App(AppChange::Secret(SecretChange::Replace {
            client,
            version,
            secrets: vec![secret],
        }))
    };
    let review = |version| {
        Transition::App(AppChange::Approval(ApprovalChange::App {
            client,
            version,
            status: ClientStatus::Active,
            reviewed_at: world.now,
        }))
    };
    let seen = read().await.version;
    assert_eq!(world.settle(approve(seen, "a")).await, Outcome::Committed);
    for late in [approve(seen, "b"), secrets(seen, b"late"), review(seen)] {
        assert_eq!(world.settle(late).await, Outcome::Conflict);
    }
    let now = read().await;
    assert_eq!(
        (now.version, now.approved.clone()),
        (seen + 1, Scope::parse("a").unwrap())
    );
    assert_eq!(now.secrets[0].digest, Digest::of(b"secret"));
    // Two at once replace its secrets: one of them is told the secret that works.
    let (one, two) = tokio::join!(
        world.settle(secrets(now.version, b"one")),
        world.settle(secrets(now.version, b"two"))
    );
    let works: &[u8] = match (one, two) {
        (Outcome::Committed, Outcome::Conflict) => b"one",
        (Outcome::Conflict, Outcome::Committed) => b"two",
        both => panic!("{both:?}"),
    };
    let digests: Vec<Digest> = read().await.secrets.iter().map(|one| one.digest).collect();
    assert_eq!(digests, [Digest::of(works)]);
    // Whoever does not care how it is, changes it however it is; each change makes it another.
    let disable = Transition::App(AppChange::SetStatus {
        client,
        status: ClientStatus::Disabled,
        not_before: Locator(0),
    });
    assert_eq!(world.settle(disable).await, Outcome::Committed);
    assert_eq!(read().await.version, seen + 3);
    assert_eq!(
        world.settle(approve(seen + 2, "c")).await,
        Outcome::Conflict
    );
    assert_eq!(
        world.settle(approve(seen + 3, "c")).await,
        Outcome::Committed
    );
}

#[tokio::test]
async fn what_an_owner_changes_reads_back() {
    let world = World::new();
    let no = world.client("app").await;
    let read = || async { world.store.client("app").await.unwrap().unwrap() };
    let logo = Logo {
        media_type: "image/png",
        bytes: vec![1, 2, 3],
    };
    let mut before = (*read().await).clone();
    for change in [LogoChange::Replace(logo.clone()), LogoChange::Remove] {
        let kept = match &change {
            LogoChange::Replace(logo) => Some(logo.clone()),
            LogoChange::Remove => None,
        };
        let after = Client {
            version: before.version + 1,
            links: AppLinks {
                privacy_policy: "https://app.example/privacy".to_owned(),
                terms: "https://app.example/terms".to_owned(),
                support: "help@app.example".to_owned(),
                contact: "dev@app.example".to_owned(),
            },
            logo: kept.as_ref().map(|logo| Digest::of(&logo.bytes)),
            scopes: Some(Scope::parse("a b").unwrap()),
            grants: vec![GrantType::AuthorizationCode, GrantType::DeviceCode],
            ..before.clone()
        };
        let update = Transition::App(AppChange::Update {
            before: Box::new(before),
            after: Box::new(after.clone()),
            logo: Some(change),
            own_name: false,
        });
        assert_eq!(world.settle(update).await, Outcome::Committed);
        assert_eq!(*read().await, after);
        assert_eq!(world.store.logo(no).await.unwrap(), kept);
        before = after;
    }
}

#[tokio::test]
async fn secrets_are_added_ended_and_taken_away_one_by_one() {
    let world = World::new();
    let client = world.client("app").await;
    let read = || async { world.store.client("app").await.unwrap().unwrap() };
    let secret = |name: &str| StoredSecret {
        id: world.store.mint().locator(),
        digest: Digest::of(name.as_bytes()),
        name: name.to_owned(),
        created_at: world.now,
        expires_at: None,
    };
    let (second, third) = (secret("second"), secret("third"));
    let add = |version| {
        Transition::App(AppChange::Secret(SecretChange::Add {
            client,
            version,
            secret: second.clone(),
        }))
    };
    assert_eq!(world.settle(add(1)).await, Outcome::Committed);
    assert_eq!(world.settle(add(1)).await, Outcome::Conflict);
    let others_end = UnixTime(world.now.0 + 60);
    let rotate = Transition::App(AppChange::Secret(SecretChange::Rotate {
        client,
        version: 2,
        secret: third.clone(),
        others_end,
    }));
    assert_eq!(world.settle(rotate).await, Outcome::Committed);
    let ends = |app: &Client| {
        let mut ends: Vec<_> = app
            .secrets
            .iter()
            .map(|one| (one.id, one.expires_at))
            .collect();
        ends.sort_by_key(|(id, _)| id.0);
        ends
    };
    let first = Locator(1);
    let expected = [
        (first, Some(others_end)),
        (second.id, Some(others_end)),
        (third.id, None),
    ];
    assert_eq!(ends(&*read().await), expected);
    let revoke = Transition::App(AppChange::Secret(SecretChange::Revoke {
        client,
        version: 3,
        secret: second.id,
    }));
    assert_eq!(world.settle(revoke).await, Outcome::Committed);
    assert_eq!(ends(&*read().await), [expected[0], expected[2]]);
}
