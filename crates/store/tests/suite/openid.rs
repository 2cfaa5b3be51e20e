//! What OpenID Connect keeps: what was asked of a sign-in, who is to be told of logouts, claims of people.
use crate::expiry::{day, rules};
use crate::world::{PASSWORD, World};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::openid::logout::tell;
use protocol::transition::{AccountChange, AuthorizeChange, Deletion, OpenIdChange, SessionChange};
use protocol::types::{
    Authentication, AuthorizationCode, ClientRowId, Lifetime, Locator, Scope, Session, Subject,
};
use store::Outcome;

const HOUR: Lifetime = Lifetime::from_minutes(60);

/// Somebody signs in; the session that was there before in the browser ends.
async fn signed_in(world: &World, subject: Subject, ends: Option<Locator>) -> Locator {
    let id = world.store.mint().locator();
    let start = SessionChange::Start {
        answer: None,
        password: PASSWORD.to_owned(),
        ends_at: world.now.plus(HOUR),
        alone_since: None,
        session: Session {
            id,
            digest: Digest::of(&id.0.to_be_bytes()),
            subject,
            auth_time: world.now,
            expires_at: world.now.plus(HOUR),
            browser: String::new(),
            device: Some("a browser".to_owned()),
            methods: None,
        },
        ends,
        passkey: None,
        notice: None,
    };
    assert_eq!(world.settle(start.into()).await, Outcome::Committed);
    id
}

/// A code for an app that asked who signed in.
async fn asked(
    world: &World,
    client: ClientRowId,
    subject: Subject,
    session: Locator,
) -> AuthorizationCode {
    let code = AuthorizationCode {
        scope: Scope::parse("openid a").unwrap(),
        ..world.code(client, subject)
    };
    let issue = AuthorizeChange::IssueCode {
        authentication: Some(Box::new(Authentication {
            methods: None,
            acr: None,
            id: code.id,
            session,
            nonce: Some("a nonce".to_owned()),
            claims: vec!["name".to_owned(), "email".to_owned()],
            expires_at: world.now.plus(Lifetime::from_days(300)),
        })),
        code: code.clone(),
        interaction: None,
        consent: None,
        notice: None,
    };
    assert_eq!(world.settle(issue.into()).await, Outcome::Committed);
    code
}

/// Who is to be told, by session.
async fn told(world: &World) -> Vec<(Locator, ClientRowId, Subject)> {
    world.store.logouts(100).await.unwrap()
}

#[tokio::test]
async fn what_was_asked_is_found_by_the_code_and_by_its_grant() {
    let world = World::new();
    let (ada, app) = (
        world.person("ada@example.com").await,
        world.client("app").await,
    );
    let session = signed_in(&world, ada, None).await;
    let code = asked(&world, app, ada, session).await;
    let facts = world.store.code(code.id).await.unwrap().unwrap();
    let found = facts.asked.expect("it was asked for").authentication;
    assert_eq!(
        (found.session, found.nonce.as_deref()),
        (session, Some("a nonce"))
    );
    assert_eq!(found.claims, ["name", "email"]);
    let (redeem, _, refresh) = world.redemption(&code);
    assert_eq!(world.settle(redeem).await, Outcome::Committed);
    let facts = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.asked.map(|own| own.authentication), Some(found));
    let plain = world.issued_code(app, ada).await;
    assert!(
        world
            .store
            .code(plain.id)
            .await
            .unwrap()
            .unwrap()
            .asked
            .is_none()
    );
}

#[tokio::test]
async fn every_end_of_a_session_is_told_to_the_apps_of_it() {
    let world = World::new();
    let (app, other) = (world.client("app").await, world.client("other").await);
    let ends: [fn(Subject, Locator) -> Transition; 5] = [
        |subject, session| SessionChange::End { subject, session }.into(),
        |subject, _| {
            SessionChange::EndAll {
                subject,
                keep: None,
            }
            .into()
        },
        |subject, session| {
            SessionChange::EndAll {
                subject,
                keep: Some(Locator(session.0 + 1)),
            }
            .into()
        },
        |subject, _| {
            AccountChange::SetPassword {
                subject,
                proved: None,
                password: "new".to_owned(),
                keep: None,
                notice: None,
            }
            .into()
        },
        |subject, session| {
            AccountChange::Disable {
                subject,
                not_before: session,
            }
            .into()
        },
    ];
    for (at, end) in ends.into_iter().enumerate() {
        let subject = world.person(&format!("ada{at}@example.com")).await;
        let session = signed_in(&world, subject, None).await;
        for client in [app, other, app] {
            asked(&world, client, subject, session).await;
        }
        assert_eq!(told(&world).await, [], "nothing has ended");
        assert_eq!(
            world.settle(end(subject, session)).await,
            Outcome::Committed
        );
        let both = [(session, app, subject), (session, other, subject)];
        assert_eq!(told(&world).await, both, "each app once");
        for ended in both {
            let done = tell(ended, None, &world.store.mint());
            assert_eq!(world.settle(done.clone()).await, Outcome::Committed);
            assert_eq!(world.settle(done).await, Outcome::Conflict, "by one node");
        }
    }
    assert_eq!(told(&world).await, []);
}

#[tokio::test]
async fn whoever_signs_in_again_goes_on_and_whoever_takes_over_does_not() {
    let world = World::new();
    let (ada, bob) = (
        world.person("ada@example.com").await,
        world.person("bob@example.com").await,
    );
    let app = world.client("app").await;
    let first = signed_in(&world, ada, None).await;
    asked(&world, app, ada, first).await;
    let again = signed_in(&world, ada, Some(first)).await;
    assert_eq!(told(&world).await, [], "the same person is signed in still");
    signed_in(&world, bob, Some(again)).await;
    assert_eq!(
        told(&world).await,
        [(first, app, ada)],
        "by the name that the app knows"
    );
}

#[tokio::test]
async fn a_session_that_comes_to_its_end_is_told_before_it_goes() {
    let world = World::new();
    let (ada, app) = (
        world.person("ada@example.com").await,
        world.client("app").await,
    );
    let session = signed_in(&world, ada, None).await;
    asked(&world, app, ada, session).await;
    world.store.sweep(day(&world, 101), &rules()).await.unwrap();
    assert_eq!(told(&world).await, [(session, app, ada)]);
    world.store.sweep(day(&world, 400), &rules()).await.unwrap();
    let left = world
        .database()
        .count("SELECT COUNT(*) FROM authentications");
    assert_eq!(left, 0, "nothing can be asked about it any more");
}

#[tokio::test]
async fn claims_are_kept_replaced_and_go_with_the_account() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let set = |claims: Option<&str>| {
        let claims = claims.map(str::to_owned);
        Transition::from(OpenIdChange::SetClaims {
            subject: ada,
            claims,
        })
    };
    let kept = async || {
        world
            .store
            .about(ada)
            .await
            .unwrap()
            .unwrap()
            .document
            .json()
    };
    assert_eq!(kept().await, "{}");
    for (claims, json) in [
        (Some(r#"{"a":1}"#), r#"{"a":1}"#),
        (Some(r#"{"b":2}"#), r#"{"b":2}"#),
        (None, "{}"),
    ] {
        assert_eq!(world.settle(set(claims)).await, Outcome::Committed);
        assert_eq!(kept().await, json);
    }
    assert_eq!(
        world.settle(set(Some(r#"{"b":2}"#))).await,
        Outcome::Committed
    );
    let deletion = Deletion {
        subject: ada,
        email: "ada@example.com".to_owned(),
        mailbox: None,
        proved: None,
        not_before: world.store.mint().locator(),
        apps: Vec::new(),
        notice: None,
    };
    let deleted = AccountChange::Delete(Box::new(deletion));
    assert_eq!(world.settle(deleted.into()).await, Outcome::Committed);
    let left = world.database().count("SELECT COUNT(*) FROM person_claims");
    assert_eq!(left, 0);
    assert_eq!(
        world.settle(set(Some("{}"))).await,
        Outcome::Committed,
        "nobody is there"
    );
    let left = world.database().count("SELECT COUNT(*) FROM person_claims");
    assert_eq!(left, 0);
}
