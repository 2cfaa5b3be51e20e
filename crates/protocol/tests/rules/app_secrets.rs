//! Several secrets of one app: how many there are, and when they end.
use protocol::Transition;
use protocol::apps::secrets::{MAX_SECRETS, NewSecret, SecretError, add, revoke, rotate};
use protocol::testing::{Case, Counter, NOW, Verdict};
use protocol::transition::{AppChange, SecretChange};
use protocol::types::{Client, ClientKind, Lifetime, Locator, StoredSecret, UnixTime};

fn with_secrets(count: usize) -> Client {
    let mut client = Client::for_tests();
    let first = client.secrets[0].clone();
    let other = |n: usize| StoredSecret {
        id: Locator(n as i64),
        ..first.clone()
    };
    client.secrets = (1..=count).map(other).collect();
    client
}

#[test]
fn a_secret_works_until_its_end_and_not_a_moment_longer() {
    let mut case = Case::code();
    case.client.secrets[0].expires_at = Some(UnixTime(NOW.0 + 1));
    case.answer().reply();
    case.client.secrets[0].expires_at = Some(NOW);
    assert_eq!(case.answer().error().status(), 401);
}

#[test]
fn at_most_five_work_at_a_time() {
    let mint = Counter::starting_at(NOW);
    let new = NewSecret::default;
    let mut client = with_secrets(MAX_SECRETS);
    assert_eq!(
        add(&client, new(), NOW, &mint).error(),
        SecretError::TooMany
    );
    let rotated = rotate(&client, String::new(), 1, NOW, &mint);
    assert_eq!(rotated.error(), SecretError::TooMany);
    client.secrets[0].expires_at = Some(NOW);
    assert!(add(&client, new(), NOW, &mint).change().is_some());
    let over = NewSecret {
        expires_at: Some(NOW),
        ..new()
    };
    assert_eq!(
        add(&with_secrets(1), over, NOW, &mint).error(),
        SecretError::Expiry
    );
}

#[test]
fn the_last_one_is_not_revoked_by_mistake() {
    let mut client = with_secrets(2);
    client.secrets[1].expires_at = Some(NOW);
    let last = |force| revoke(&client, Locator(1), force, NOW);
    assert_eq!(last(false).error(), SecretError::Last);
    assert!(last(true).change().is_some());
    assert!(revoke(&client, Locator(2), false, NOW).change().is_some());
    assert_eq!(
        revoke(&client, Locator(3), true, NOW).error(),
        SecretError::Unknown
    );
}

#[test]
fn a_rotation_gives_the_others_an_end() {
    let mint = Counter::starting_at(NOW);
    for (hours, end) in [(0, NOW), (24, NOW.plus(Lifetime::from_days(1)))] {
        let change = rotate(&with_secrets(1), "next".to_owned(), hours, NOW, &mint).change();
        let Some(Transition::App(AppChange::Secret(SecretChange::Rotate {
            secret,
            others_end,
            ..
        }))) = change
        else {
            panic!("a rotation");
        };
        assert_eq!((secret.name.as_str(), others_end), ("next", end));
    }
    let long = rotate(&with_secrets(1), String::new(), 169, NOW, &mint);
    assert_eq!(long.error(), SecretError::Overlap);
    let public = Client {
        kind: ClientKind::Public,
        ..Client::for_tests()
    };
    assert_eq!(
        rotate(&public, String::new(), 0, NOW, &mint).error(),
        SecretError::PublicApp
    );
}

#[test]
fn what_comes_twice_makes_one_secret() {
    let new = || NewSecret {
        name: "The other server".to_owned(),
        ..NewSecret::default()
    };
    let mint = || Counter::starting_at(UnixTime(NOW.0 + 1));
    let mut client = with_secrets(MAX_SECRETS - 1);
    let first = add(&client, new(), NOW, &mint()).reply();
    client.secrets.push(first.stored);
    // It is told so also where there is room for no other.
    let again = add(&client, new(), NOW, &mint());
    assert_eq!(again.error(), SecretError::Twice);
    let rotated = rotate(&client, String::new(), 0, NOW, &mint());
    assert_eq!(rotated.error(), SecretError::Twice);
}
