//! Codes, grants and tokens.
use crate::world::{World, own};
use protocol::Transition;
use protocol::transition::{AuthorizeChange, GrantChange, RevocationCause};
use protocol::types::Locator;
use store::Outcome;

#[tokio::test]
async fn a_code_reads_back_with_its_person() {
    let world = World::new();
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    let code = world.issued_code(client, subject).await;
    let facts = world.store.code(code.id).await.unwrap().unwrap();
    assert_eq!(facts.code, code);
    assert!(!facts.redeemed);
    assert_eq!(facts.person.unwrap().subject, subject);
    assert!(
        world
            .store
            .code(Locator(code.id.0 + 1))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn who_allowed_a_grant_is_told_with_a_proved_address_alone() {
    let world = World::new();
    let (grant, _, _) = world.started().await;
    let holder = world.store.holder(grant.id).await.unwrap().unwrap();
    assert_eq!((holder.auth_time, holder.email), (grant.auth_time, None));
    let sql = "UPDATE people SET verified_at = 1";
    world.database().run(sql);
    let holder = world.store.holder(grant.id).await.unwrap().unwrap();
    assert_eq!(holder.email.as_deref(), Some("ada@example.com"));
    let other = Locator(grant.id.0 + 1);
    assert!(world.store.holder(other).await.unwrap().is_none());
}

#[tokio::test]
async fn a_code_is_redeemed_once() {
    let world = World::new();
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    let code = world.issued_code(client, subject).await;
    let (first, grant, refresh) = world.redemption(&code);
    let (second, _, lost) = world.redemption(&code);
    assert_eq!(world.settle(first).await, Outcome::Committed);
    assert_eq!(world.settle(second).await, Outcome::Conflict);
    assert!(world.store.code(code.id).await.unwrap().unwrap().redeemed);
    assert_eq!(world.store.grant(code.id).await.unwrap().unwrap(), grant);
    let facts = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((facts.token, facts.grant), (refresh, grant));
    assert!(facts.used.is_none());
    assert!(
        world.store.refresh_token(lost.id).await.unwrap().is_none(),
        "a lost guard writes nothing"
    );
}

#[tokio::test]
async fn a_rotation_is_known_with_its_successor_and_reply() {
    let world = World::new();
    let (grant, _, refresh) = world.started().await;
    let (rotation, successor) = world.rotation(&grant, refresh.id);
    assert_eq!(world.settle(rotation).await, Outcome::Committed);
    let (again, lost) = world.rotation(&grant, refresh.id);
    assert_eq!(world.settle(again).await, Outcome::Conflict);
    assert!(world.store.refresh_token(lost.id).await.unwrap().is_none());

    let used = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap()
        .used
        .unwrap();
    assert_eq!((used.successor, used.used_at), (successor.id, world.now));
    assert!(!used.successor_used);
    assert_eq!(used.reply.unwrap().0, b"sealed");

    let (next, _) = world.rotation(&grant, successor.id);
    assert_eq!(world.settle(next).await, Outcome::Committed);
    let used = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap()
        .used
        .unwrap();
    assert!(used.successor_used);
}

#[tokio::test]
async fn an_access_token_reads_back_with_what_decides_on_it() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let facts = world.store.access_token(access.id).await.unwrap().unwrap();
    assert_eq!(facts.token, access);
    assert_eq!(facts.client.unwrap().no, grant.client);
    assert!(!facts.grant_revoked && facts.person.honours(access.id));
}

#[tokio::test]
async fn revoking_a_grant_is_known_at_once_and_twice_is_success() {
    let world = World::new();
    let (grant, access, refresh) = world.started().await;
    for _ in 0..2 {
        let revoke = Transition::Grant(GrantChange::Revoke {
            grant: grant.id,
            client: grant.client,
            subject: Some(grant.subject),
            cause: RevocationCause::App,
        });
        assert_eq!(world.settle(revoke).await, Outcome::Committed);
    }
    assert!(
        world
            .store
            .access_token(access.id)
            .await
            .unwrap()
            .unwrap()
            .grant_revoked
    );
    let facts = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.grant.revoked_at, Some(world.now));
}

#[tokio::test]
async fn revoking_an_access_token_leaves_its_grant() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let revoke = Transition::Grant(GrantChange::RevokeAccessToken {
        token: access.id,
        client: grant.client,
        subject: access.subject,
        grant: access.grant,
    });
    assert_eq!(world.settle(revoke).await, Outcome::Committed);
    assert!(world.store.access_token(access.id).await.unwrap().is_none());
    assert_eq!(
        world
            .store
            .grant(grant.id)
            .await
            .unwrap()
            .unwrap()
            .revoked_at,
        None
    );
}

#[tokio::test]
async fn client_credentials_need_no_grant_row() {
    let world = World::new();
    let client = world.client("app").await;
    let mut token = world.access(&world.grant(&world.code(client, protocol::types::Subject(1))));
    token.subject = None;
    token.grant = Locator(client.0);
    assert_eq!(
        world
            .settle(Transition::Grant(GrantChange::IssueAccessToken(
                token.clone()
            )))
            .await,
        Outcome::Committed
    );
    let facts = world.store.access_token(token.id).await.unwrap().unwrap();
    assert_eq!(facts.token, token);
    assert!(!facts.grant_revoked);
}

#[tokio::test]
async fn an_interaction_is_answered_once_by_a_code_or_a_denial() {
    let world = World::new();
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    let pending = world.interaction(client);
    assert_eq!(
        world
            .settle(Transition::Authorize(AuthorizeChange::Keep(
                pending.clone()
            )))
            .await,
        Outcome::Committed
    );
    let facts = world.store.interaction(pending.id).await.unwrap().unwrap();
    assert_eq!(facts.interaction, pending);
    assert_eq!(facts.client.unwrap().no, client);

    let code = world.code(client, subject);
    let issue = |consent| {
        Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: code.clone(),
            interaction: Some(pending.id),
            consent,
            notice: None,
        })
    };
    let consent = world.consent(client, subject, "a b");
    assert_eq!(
        world.settle(issue(Some(consent.clone()))).await,
        Outcome::Committed
    );
    assert_eq!(world.settle(issue(None)).await, Outcome::Conflict);
    let deny = Transition::Authorize(AuthorizeChange::Deny {
        interaction: pending.id,
        client,
        subject,
    });
    assert_eq!(world.settle(deny).await, Outcome::Conflict);
    let answered = world.store.interaction(pending.id).await.unwrap().unwrap();
    assert_eq!(answered.interaction.answered_at, Some(world.now));
    assert_eq!(
        world.store.consent(own(subject, client)).await.unwrap(),
        Some(consent)
    );
}
