//! A database that is broken in one way or another is told to be.
use crate::engine::Database;
use crate::operator::{look, open, refused, rules};
use crate::world::World;
use protocol::Transition;
use protocol::transition::{GrantChange, RevocationCause};
use protocol::types::{Grant, Lifetime, Locator, RefreshToken, UnixTime};
use store::operator;

/// What breaks one invariant or more, and a part of what is said of it.
fn breaks(grant: &Grant, refresh: &RefreshToken, now: UnixTime) -> Vec<(String, &'static str)> {
    let ahead = Locator::first_at(now.plus(Lifetime::from_minutes(5))).0;
    vec![
        (String::new(), ""),
        (
            format!("DELETE FROM refresh_tokens WHERE id = {}", refresh.id.0),
            "have no successor",
        ),
        (
            format!("UPDATE refresh_tokens SET grant_id = {} WHERE id = {}", grant.id.0, refresh.id.0),
            "of another grant",
        ),
        (
            format!("DELETE FROM grants WHERE id = {}", grant.id.0),
            "refresh tokens belong to no grant",
        ),
        (
            format!("DELETE FROM grants WHERE id = {}", grant.id.0),
            "that a person allowed belong to no grant",
        ),
        (
            "UPDATE access_tokens SET subject = subject + 1".to_owned(),
            "another app, person or organization",
        ),
        (
            "UPDATE access_tokens SET organization = 7".to_owned(),
            "another app, person or organization",
        ),
        ("DELETE FROM clients".to_owned(), "access tokens belong to no app"),
        ("DELETE FROM clients".to_owned(), "grants are of no app"),
        ("DELETE FROM clients".to_owned(), "codes are of no app"),
        ("DELETE FROM clients".to_owned(), "for an app that is gone"),
        ("DELETE FROM clients".to_owned(), "secrets are of an app"),
        ("DELETE FROM people".to_owned(), "sessions are of nobody"),
        ("DELETE FROM people".to_owned(), "consents are of nobody"),
        (
            "DELETE FROM changes WHERE kind = 'grant'".to_owned(),
            "so that their access tokens work",
        ),
        (
            "UPDATE changes SET seq = seq + 1 WHERE kind = 'grant'".to_owned(),
            "lines of the feed are missing",
        ),
        (
            format!("UPDATE sessions SET id = {ahead}"),
            "by a clock that was wrong",
        ),
        (format!("UPDATE clients SET cutoff = {ahead}"), "apps take no token"),
        (format!("UPDATE people SET cutoff = {ahead}"), "people allow no token"),
        (
            "INSERT INTO device_codes (id, digest, user_code, client, scope, scope_named, expires_at, wait, answer) \
             SELECT 1, digest, digest, client, '', 1 = 1, 0, 5, 'allowed' FROM codes LIMIT 1"
                .to_owned(),
            "allowed by nobody",
        ),
    ]
}

#[tokio::test]
async fn whatever_breaks_an_invariant_is_told() {
    let world = World::new();
    let (grant, _) = open(&world).await;
    let (_, _, refresh) = {
        let code = world.issued_code(grant.client, grant.subject).await;
        let (redeem, grant, refresh) = world.redemption(&code);
        world.settle(redeem).await;
        let (rotate, successor) = world.rotation(&grant, refresh.id);
        world.settle(rotate).await;
        (grant, refresh, successor)
    };
    let other = world.access(&world.grant(&world.issued_code(grant.client, grant.subject).await));
    let issue = Transition::Grant(GrantChange::IssueAccessToken(other.clone()));
    world.settle(issue).await;
    let gone = Transition::Grant(GrantChange::RevokeAccessToken {
        token: other.id,
        client: grant.client,
        subject: other.subject,
        grant: other.grant,
    });
    world.settle(gone).await;
    let revoke = Transition::Grant(GrantChange::Revoke {
        grant: grant.id,
        client: grant.client,
        subject: Some(grant.subject),
        cause: RevocationCause::App,
    });
    world.settle(revoke).await;
    world.store.close().await;
    for (sql, part) in breaks(&grant, &refresh, world.now) {
        let copy = world.database().copied();
        // On SQLite a truth is a number.
        let sql = match copy.is_postgres() {
            true => sql,
            false => sql.replace("1 = 1", "1"),
        };
        copy.run(&sql);
        let whole = look(&copy).await;
        let broken = whole
            .verify(world.now, &rules(), false, drop)
            .await
            .unwrap();
        let told = broken.iter().any(|one| one.sentence.contains(part));
        assert_eq!(told, !part.is_empty(), "{sql}: {broken:?}");
        assert_eq!(broken.is_empty(), part.is_empty(), "{sql}: {broken:?}");
    }
}

#[tokio::test]
async fn a_garbled_file_is_told() {
    let world = World::on(Database::file());
    for n in 0..60 {
        world.person(&format!("{n}@example.com")).await;
    }
    world.store.close().await;
    let copy = world.database().copied();
    let mut bytes = std::fs::read(copy.path()).unwrap();
    let middle = bytes
        .windows(11)
        .position(|part| part == b"example.com")
        .unwrap();
    bytes[middle / 4_096 * 4_096..][..64].fill(0xff);
    std::fs::write(copy.path(), &bytes).unwrap();
    let whole = look(&copy).await;
    let broken = whole
        .verify(world.now, &rules(), false, drop)
        .await
        .unwrap();
    assert!(!broken.is_empty() && broken.iter().all(|one| one.check == "file"));
    let to = copy.path().with_extension("copy");
    let sentence = refused(operator::backup(&copy.path(), &to, drop));
    assert!(sentence.contains("is broken"), "{sentence}");
}
