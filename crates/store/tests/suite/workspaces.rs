//! Connections for organizations: each is its own, and is over when its person leaves.
use crate::world::{World, own};
use protocol::Transition;
use protocol::connections::{Wish, change};
use protocol::decision::Mint;
use protocol::transition::{AuthorizeChange, DeviceChange, GrantChange, OrganizationChange};
use protocol::types::{
    AppStanding, AuthorizationCode, ClientRowId, ConnectionKey, ConnectionState, DeviceAnswer, End,
    Invitation, Lifetime, Locator, MailAddress, Organization, Role, Subject, UnixTime,
};
use store::{ConnectionPlace, ConnectionQuery, Outcome, Store, SweepRules};

/// A person, an app, and an organization of the person.
struct Scene {
    world: World,
    client: ClientRowId,
    ada: Subject,
    organization: Organization,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new();
        let (client, ada) = (
            world.client("app").await,
            world.person("ada@x.example").await,
        );
        let organization = found(&world, ada, "Acme").await;
        Scene {
            world,
            client,
            ada,
            organization,
        }
    }

    fn key(&self, subject: Subject) -> ConnectionKey {
        ConnectionKey {
            organization: Some(self.organization.id),
            ..own(subject, self.client)
        }
    }

    /// As it is now: each change raises its version.
    async fn current(&self) -> Organization {
        let facts = self.world.store.organization(self.organization.id).await;
        facts.unwrap().unwrap().organization
    }

    async fn joins(&self, subject: Subject) {
        let invitation = Invitation {
            id: self.world.store.mint().locator(),
            organization: self.organization.id,
            email: MailAddress::parse("bob@x.example").unwrap(),
            role: Role::Developer,
            invited_by: self.ada,
            created_at: self.world.now,
            expires_at: UnixTime(self.world.now.0 + 3_600),
        };
        let invite = OrganizationChange::Invite {
            before: self.current().await,
            invitation: Box::new(invitation.clone()),
            mail: None,
        };
        let join = OrganizationChange::Join {
            invitation: Box::new(invitation),
            subject,
        };
        for change in [invite, join] {
            let outcome = self.world.settle(Transition::Organization(change)).await;
            assert_eq!(outcome, Outcome::Committed);
        }
    }

    async fn leaves(&self, subject: Subject) {
        let remove = OrganizationChange::Remove {
            before: self.current().await,
            subject,
            end: End(self.world.store.mint().locator()),
        };
        let outcome = self.world.settle(Transition::Organization(remove)).await;
        assert_eq!(outcome, Outcome::Committed);
    }
}

async fn found(world: &World, founder: Subject, name: &str) -> Organization {
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
        organization: organization.clone(),
        founder,
        once: jose::Digest::of(name.as_bytes()),
        own_name: false,
    });
    assert_eq!(world.settle(found).await, Outcome::Committed);
    organization
}

/// A person lets an app in, for an organization or their own account.
async fn allow(world: &World, key: ConnectionKey) -> (AuthorizationCode, Outcome) {
    let code = AuthorizationCode {
        organization: key.organization,
        ..world.code(key.client, key.subject)
    };
    let consent = protocol::types::Consent {
        organization: key.organization,
        ..world.consent(key.client, key.subject, "a b")
    };
    let transition = Transition::Authorize(AuthorizeChange::IssueCode {
        authentication: None,
        code: code.clone(),
        interaction: None,
        consent: Some(consent),
        notice: None,
    });
    let outcome = world.settle(transition).await;
    (code, outcome)
}

async fn allowed(world: &World, key: ConnectionKey) -> AuthorizationCode {
    let (code, outcome) = allow(world, key).await;
    assert_eq!(outcome, Outcome::Committed);
    let (redeem, ..) = world.redemption(&code);
    assert_eq!(world.settle(redeem).await, Outcome::Committed);
    code
}

/// Whether a new token of what began as this code is honoured, as a store sees it; it names its organization.
async fn works(store: &Store, world: &World, code: &AuthorizationCode) -> bool {
    let grant = store.grant(code.id).await.unwrap().unwrap();
    assert_eq!(grant.organization, code.organization);
    let access = world.access(&grant);
    let issue = GrantChange::IssueAccessToken(access.clone());
    assert_eq!(world.settle(issue.into()).await, Outcome::Committed);
    store.poll_changes().await.unwrap();
    let facts = store.access_token(access.id).await.unwrap().unwrap();
    assert_eq!(facts.token.organization, code.organization);
    facts.connection.lasts(grant.id, &facts.token.scope) && !facts.connection.paused
}

async fn wish(world: &World, key: ConnectionKey, wish: Wish) {
    let connection = world.store.connection(key).await.unwrap().unwrap();
    let change = change(wish, &connection, &world.store.mint(), world.now).unwrap();
    assert_eq!(world.settle(change.into()).await, Outcome::Committed);
}

#[tokio::test]
async fn what_is_taken_back_is_that_of_one_workspace() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let other = world.another();
    let (account, acme) = (own(scene.ada, scene.client), scene.key(scene.ada));
    let at_home = allowed(world, account).await;
    let at_work = allowed(world, acme).await;
    for wished in [Wish::Pause, Wish::End] {
        wish(world, acme, wished).await;
        for store in [&world.store, &other, &world.another()] {
            assert!(!works(store, world, &at_work).await, "{wished:?}");
            assert!(works(store, world, &at_home).await, "{wished:?}");
        }
        assert!(world.store.consent(acme).await.unwrap().is_none());
        let own = world.store.consent(account).await.unwrap().unwrap();
        assert_eq!(own.organization, None);
    }
    let again = allowed(world, acme).await;
    wish(world, account, Wish::End).await;
    for store in [&world.store, &other, &world.another()] {
        assert!(works(store, world, &again).await && !works(store, world, &at_home).await);
    }
}

#[tokio::test]
async fn nobody_lets_an_app_into_an_organization_of_others() {
    let scene = Scene::new().await;
    let bob = scene.world.person("bob@x.example").await;
    let (code, outcome) = allow(&scene.world, scene.key(bob)).await;
    assert_eq!(outcome, Outcome::Conflict);
    assert!(scene.world.store.code(code.id).await.unwrap().is_none());
    let found = scene.world.store.connection(scene.key(bob)).await.unwrap();
    assert!(found.is_none(), "nothing is half done");
    let device = crate::devices::asked(&scene.world, scene.client);
    let keep = Transition::Device(DeviceChange::Keep(device.clone()));
    assert_eq!(scene.world.settle(keep).await, Outcome::Committed);
    let answer = |subject| {
        Transition::Device(DeviceChange::Answer {
            device: device.id,
            client: scene.client,
            subject,
            answer: DeviceAnswer::Allowed {
                at: scene.world.store.mint().locator(),
                subject,
                organization: Some(scene.organization.id),
                auth_time: scene.world.now,
            },
            scope: device.scope.clone(),
            less: None,
            authentication: None,
            notice: None,
        })
    };
    assert_eq!(scene.world.settle(answer(bob)).await, Outcome::Conflict);
    assert_eq!(
        scene.world.settle(answer(scene.ada)).await,
        Outcome::Committed
    );
    let facts = scene.world.store.device(device.id).await.unwrap().unwrap();
    let Some(DeviceAnswer::Allowed { organization, .. }) = facts.device.answer else {
        panic!("allowed");
    };
    assert_eq!(organization, Some(scene.organization.id));
}

#[tokio::test]
async fn whoever_leaves_takes_with_them_what_they_let_in() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let other = world.another();
    let bob = world.person("bob@x.example").await;
    scene.joins(bob).await;
    let of_ada = allowed(world, scene.key(scene.ada)).await;
    let of_bob = allowed(world, scene.key(bob)).await;
    let own_of_bob = allowed(world, own(bob, scene.client)).await;
    scene.leaves(bob).await;
    for store in [&world.store, &other, &world.another()] {
        assert!(!works(store, world, &of_bob).await);
        assert!(works(store, world, &of_ada).await && works(store, world, &own_of_bob).await);
    }
    let connection = world.store.connection(scene.key(bob)).await.unwrap();
    let state = connection.unwrap().state;
    assert!(matches!(state, ConnectionState::Ended(_)), "{state:?}");
    // A code that was on its way when they left is of no use.
    let late = world.store.code(of_bob.id).await.unwrap().unwrap();
    assert!(!late.connection.lasts(of_bob.id, &of_bob.scope));
    assert_eq!(
        allow(world, scene.key(bob)).await.1,
        Outcome::Conflict,
        "they do not belong to it"
    );

    let dissolve = OrganizationChange::Dissolve {
        before: scene.current().await,
        end: End(world.store.mint().locator()),
    };
    let outcome = world.settle(Transition::Organization(dissolve)).await;
    assert_eq!(outcome, Outcome::Committed);
    for store in [&world.store, &other, &world.another()] {
        assert!(!works(store, world, &of_ada).await);
        assert!(works(store, world, &own_of_bob).await);
    }
}

#[tokio::test]
async fn what_is_remembered_is_that_of_the_only_workspace() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let session = crate::accounts::session(world, scene.ada).await;
    let remembered = async || {
        let found = world
            .store
            .session_and_only_consent(session.id, scene.client);
        let (_, consent) = found.await.unwrap().unwrap();
        consent.map(|consent| consent.organization)
    };
    assert_eq!(remembered().await, None);
    allowed(world, scene.key(scene.ada)).await;
    assert_eq!(remembered().await, Some(Some(scene.organization.id)));
    let found = world.store.session_and_consent(session.id, scene.client);
    let (_, consent) = found.await.unwrap().unwrap();
    assert!(consent.is_none(), "it is not their own account's");
    allowed(world, own(scene.ada, scene.client)).await;
    assert_eq!(remembered().await, None, "of several, none");
    wish(world, scene.key(scene.ada), Wish::End).await;
    assert_eq!(remembered().await, Some(None));
}

#[tokio::test]
async fn each_stands_in_the_list_once() {
    let scene = Scene::new().await;
    let mut keys = vec![own(scene.ada, scene.client), scene.key(scene.ada)];
    for nth in 0..5 {
        let more = found(&scene.world, scene.ada, &format!("More {nth}")).await;
        keys.push(ConnectionKey {
            organization: Some(more.id),
            ..keys[0]
        });
    }
    for key in &keys {
        allowed(&scene.world, *key).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let query = ConnectionQuery {
            subject: scene.ada,
            after,
            name: "",
            ended_after: UnixTime(0),
            limit: 2,
        };
        let page = scene.world.store.connections(query).await.unwrap();
        let Some(last) = page.last() else { break };
        let place = ConnectionPlace::of(last).write();
        after = Some(ConnectionPlace::read(&place).unwrap());
        seen.extend(
            page.iter()
                .map(|one| one.organization.unwrap_or(Locator(0))),
        );
    }
    seen.sort_unstable();
    let mut all: Vec<Locator> = keys
        .iter()
        .map(|key| key.organization.unwrap_or(Locator(0)))
        .collect();
    all.sort_unstable();
    assert_eq!(seen, all);
    let people = scene.world.store.people_of(scene.client, 10).await.unwrap();
    assert_eq!(people, 1, "one person in seven workspaces");
}

#[tokio::test]
async fn an_app_is_ended_for_all_members_and_that_is_taken_back() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let other = world.another();
    let bob = world.person("bob@x.example").await;
    scene.joins(bob).await;
    let of_ada = allowed(world, scene.key(scene.ada)).await;
    let of_bob = allowed(world, scene.key(bob)).await;
    let at_home = allowed(world, own(scene.ada, scene.client)).await;
    let there = async || {
        let found = world
            .store
            .workspace_app(scene.organization.id, scene.client);
        found.await.unwrap().unwrap()
    };
    assert_eq!((there().await.members, there().await.ended), (2, None));
    let end = End(world.store.mint().locator());
    let change = OrganizationChange::EndApp {
        before: scene.current().await,
        client: scene.client,
        end,
    };
    let outcome = world.settle(Transition::Organization(change)).await;
    assert_eq!(outcome, Outcome::Committed);
    assert_eq!((there().await.members, there().await.ended), (0, Some(end)));
    for store in [&world.store, &other, &world.another()] {
        assert!(!works(store, world, &of_ada).await && !works(store, world, &of_bob).await);
        assert!(works(store, world, &at_home).await);
    }
    assert!(world.store.consent(scene.key(bob)).await.unwrap().is_none());
    let restore = async || {
        let change = OrganizationChange::RestoreApp {
            before: scene.current().await,
            client: scene.client,
            end,
            at: world.store.mint().locator(),
        };
        world.settle(Transition::Organization(change)).await
    };
    assert_eq!(restore().await, Outcome::Committed);
    assert_eq!(restore().await, Outcome::Conflict, "once");
    assert_eq!((there().await.members, there().await.ended), (2, None));
    assert!(world.store.consent(scene.key(bob)).await.unwrap().is_some());
    let again = allowed(world, scene.key(bob)).await;
    for store in [&world.store, &other, &world.another()] {
        assert!(!works(store, world, &of_ada).await, "tokens stay ended");
        assert!(works(store, world, &again).await);
    }
}

#[tokio::test]
async fn an_app_that_is_blocked_is_refused_and_its_tokens_rest() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let other = world.another();
    let of_ada = allowed(world, scene.key(scene.ada)).await;
    let at_home = allowed(world, own(scene.ada, scene.client)).await;
    let id = scene.organization.id;
    let standing = async || world.store.app_standing(id, scene.client).await.unwrap();
    let judge = async |standing| {
        let change = OrganizationChange::JudgeApp {
            before: scene.current().await,
            client: scene.client,
            standing,
        };
        let outcome = world.settle(Transition::Organization(change)).await;
        assert_eq!(outcome, Outcome::Committed);
    };
    assert_eq!(standing().await, Some((None, AppStanding::Trusted)));
    judge(AppStanding::Blocked).await;
    assert_eq!(
        standing().await,
        Some((Some(AppStanding::Blocked), AppStanding::Trusted))
    );
    for store in [&world.store, &other, &world.another()] {
        assert!(!works(store, world, &of_ada).await);
        assert!(works(store, world, &at_home).await);
    }
    let refused = allow(world, scene.key(scene.ada)).await;
    assert_eq!(refused.1, Outcome::Conflict);
    judge(AppStanding::Trusted).await;
    for store in [&world.store, &other, &world.another()] {
        assert!(
            works(store, world, &of_ada).await,
            "blocked was for a while"
        );
    }
    let new = OrganizationChange::JudgeNewApps {
        before: scene.current().await,
        standing: AppStanding::Limited,
    };
    let outcome = world.settle(Transition::Organization(new)).await;
    assert_eq!(outcome, Outcome::Committed);
    let unknown = world.client("another").await;
    assert_eq!(
        world.store.app_standing(id, unknown).await.unwrap(),
        Some((None, AppStanding::Limited))
    );
    let listed = world.store.workspace_apps(id, None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
}

#[tokio::test]
async fn what_an_organization_thinks_goes_with_what_is_remembered() {
    let scene = Scene::new().await;
    let (world, id) = (&scene.world, scene.organization.id);
    let session = crate::accounts::session(world, scene.ada).await;
    let remembered = async || {
        let found = world
            .store
            .session_and_only_consent(session.id, scene.client);
        let (_, consent) = found.await.unwrap().unwrap();
        consent.map(|consent| consent.standing)
    };
    let decided = async |change| {
        let outcome = world.settle(Transition::Organization(change)).await;
        assert_eq!(outcome, Outcome::Committed);
        let standings = world.store.app_standings(scene.ada, scene.client).await;
        let [(of, standing)] = standings.unwrap()[..] else {
            panic!("one organization");
        };
        assert_eq!(of, id);
        standing
    };
    allowed(world, scene.key(scene.ada)).await;
    let (trusted, limited, blocked) = (
        AppStanding::Trusted,
        AppStanding::Limited,
        AppStanding::Blocked,
    );
    assert_eq!(remembered().await, Some(trusted));
    for (new, told) in [(limited, limited), (blocked, trusted)] {
        let before = scene.current().await;
        let change = OrganizationChange::JudgeNewApps {
            before,
            standing: new,
        };
        assert_eq!(decided(change).await, new);
        assert_eq!(remembered().await, Some(told), "one that was let in before");
    }
    for (judged, told) in [
        (limited, Some(limited)),
        (blocked, None),
        (trusted, Some(trusted)),
    ] {
        let change = OrganizationChange::JudgeApp {
            before: scene.current().await,
            client: scene.client,
            standing: judged,
        };
        assert_eq!(decided(change).await, judged);
        assert_eq!(remembered().await, told);
    }
    let nobody = world.person("bob@x.example").await;
    let none = world.store.app_standings(nobody, scene.client).await;
    assert!(none.unwrap().is_empty());
}

/// Ends are remembered as long as a token may be older, and an end for all members as long as it can be taken back.
#[tokio::test]
async fn what_is_over_is_forgotten_with_the_last_token_that_is_older() {
    const DAY: u32 = 24 * 60;
    let rules = SweepRules::of(&crate::world::policy(), Lifetime::from_days(30));
    for (lasts, forgotten_after) in [(0, DAY + 3), (30 * DAY, 31 * DAY + 3)] {
        let scene = Scene::new().await;
        let world = &scene.world;
        let bob = world.person("bob@x.example").await;
        scene.joins(bob).await;
        let of_ada = allowed(world, scene.key(scene.ada)).await;
        scene.leaves(bob).await;
        let change = OrganizationChange::EndApp {
            before: scene.current().await,
            client: scene.client,
            end: End(world.store.mint().locator()),
        };
        let outcome = world.settle(Transition::Organization(change)).await;
        assert_eq!(outcome, Outcome::Committed);
        let after = |minutes| world.now.plus(Lifetime::from_minutes(minutes));
        for table in ["refresh_tokens", "grants"] {
            let until = after(lasts).0;
            world
                .database()
                .run(&format!("UPDATE {table} SET expires_at = {until}"));
        }
        let swept = async |minutes| {
            world.store.sweep(after(minutes), &rules).await.unwrap();
            let left = "SELECT COUNT(*) FROM workspace_ends";
            world.database().count(left)
        };
        assert_eq!(swept(0).await, 2);
        assert_eq!(swept(DAY - 1).await, 2, "it can be taken back");
        if lasts > 0 {
            assert_eq!(swept(lasts - 1).await, 2, "a token is left");
            assert!(!works(&world.another(), world, &of_ada).await);
        }
        assert_eq!(swept(forgotten_after).await, 0, "{lasts}");
    }
}
