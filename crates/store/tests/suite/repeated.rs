//! Changes that were made already: nothing is told a second time, and nothing becomes weaker.
use crate::world::{PASSWORD, World};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AccountChange, AppChange, GrantChange, SessionChange};
use protocol::types::{ClientStatus, Lifetime, Locator, Session, Subject};
use store::Outcome;

pub(crate) async fn sign_in(world: &World, subject: Subject) {
    let id = world.store.mint().locator();
    let session = Session {
        id,
        digest: Digest::of(&id.0.to_be_bytes()),
        subject,
        auth_time: world.now,
        expires_at: world.now.plus(Lifetime::from_days(1)),
        browser: String::new(),
        device: None,
        methods: None,
    };
    let start = Transition::Session(SessionChange::Start {
        password: PASSWORD.to_owned(),
        ends_at: world.now.plus(Lifetime::from_days(1)),
        alone_since: None,
        answer: None,
        session,
        ends: None,
        passkey: None,
        notice: None,
    });
    assert_eq!(world.settle(start).await, Outcome::Committed);
}

#[tokio::test]
async fn what_is_so_already_is_told_once() {
    let world = World::new();
    let granted = world.granted(1).await;
    let (grant, access) = &granted[0];
    let (client, subject) = (grant.client, grant.subject);
    sign_in(&world, subject).await;
    let not_before = || world.store.mint().locator();
    let switch = |status| {
        let not_before = not_before();
        Transition::App(AppChange::SetStatus {
            client,
            status,
            not_before,
        })
    };
    let token = || {
        Transition::Grant(GrantChange::RevokeAccessToken {
            token: access.id,
            client,
            subject: access.subject,
            grant: access.grant,
        })
    };
    let person = |disable| {
        let not_before = not_before();
        Transition::Account(match disable {
            true => AccountChange::Disable {
                subject,
                not_before,
            },
            false => AccountChange::Enable {
                subject,
                not_before,
            },
        })
    };
    let everywhere = || {
        let keep = None;
        Transition::Session(SessionChange::EndAll { subject, keep })
    };
    let changes: [(&str, &dyn Fn() -> Transition); 8] = [
        ("token.revoked", &token),
        ("grant.revoked.app", &|| world.revocation(grant)),
        ("sessions.ended", &everywhere),
        ("user.disabled", &|| person(true)),
        ("user.enabled", &|| person(false)),
        ("app.disabled", &|| switch(ClientStatus::Disabled)),
        ("app.enabled", &|| switch(ClientStatus::Active)),
        ("app.deleted", &|| {
            Transition::App(AppChange::Delete { client })
        }),
    ];
    for (name, change) in changes {
        for _ in 0..3 {
            assert_eq!(world.settle(change()).await, Outcome::Committed);
            assert_eq!(world.audited(name), 1, "{name}");
        }
        let (one, two) = tokio::join!(world.settle(change()), world.settle(change()));
        assert_eq!((one, two), (Outcome::Committed, Outcome::Committed));
        assert_eq!(world.audited(name), 1, "{name}");
    }
}

#[tokio::test]
async fn what_is_off_is_cut_off_once_more_and_what_is_on_goes_on() {
    let world = World::new();
    let (grant, ..) = world.started().await;
    let (client, subject) = (grant.client, grant.subject);
    let read = async || {
        let app = world.store.client_by_no(client).await.unwrap().unwrap();
        let person = world.store.person(subject).await.unwrap().unwrap();
        (app.not_before, person.not_before)
    };
    let both = async |on: bool| {
        let not_before = world.store.mint().locator();
        let (status, account) = match on {
            true => (
                ClientStatus::Active,
                AccountChange::Enable {
                    subject,
                    not_before,
                },
            ),
            false => (
                ClientStatus::Disabled,
                AccountChange::Disable {
                    subject,
                    not_before,
                },
            ),
        };
        let app = AppChange::SetStatus {
            client,
            status,
            not_before,
        };
        world.settle(Transition::App(app)).await;
        world.settle(Transition::Account(account)).await;
        (not_before, not_before)
    };
    both(true).await;
    assert_eq!(read().await, (Locator(0), Locator(0)), "both are on");
    for on in [false, false, true] {
        let not_before = both(on).await;
        assert_eq!(read().await, not_before, "{on}");
    }
    let before = read().await;
    both(true).await;
    assert_eq!(read().await, before, "their tokens go on");
}
