//! What an operator does with a database as a whole.
use crate::engine::Database;
use crate::world::{PASSWORD, World, newcomer, open_at, options, own, policy};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AuthorizeChange, GrantChange, SessionChange};
use protocol::types::ids::SubjectFormat;
use protocol::types::{Consent, Lifetime, Locator, Scope, Session, Subject, UnixTime};
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use store::operator::{self, Database as Whole, Fill, Restore, Status};
use store::{Options, Outcome, Serving, Store, StoreError, SweepRules};

const NUMBERS: SubjectFormat = SubjectFormat::Number;

pub(crate) async fn look(database: &Database) -> Whole {
    Whole::look(&database.location()).await.unwrap()
}

async fn status(database: &Database) -> Status {
    let whole = look(database).await;
    whole.status(&database.location()).await.unwrap()
}

async fn rows(database: &Database, name: &str) -> i64 {
    let status = status(database).await;
    let found = status.tables.iter().find(|table| table.name == name);
    found.unwrap().rows
}

pub(crate) fn refused<T>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(sentence)) => sentence,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// Lifetimes of days, so that nothing of a test is past.
pub(crate) fn rules() -> SweepRules {
    let mut policy = policy();
    policy.tokens.refresh = Lifetime::from_days(30);
    policy.tokens.grant = Lifetime::from_days(300);
    SweepRules::of(&policy, Lifetime::from_days(30))
}

#[tokio::test]
async fn tokens_that_nobody_holds_are_made_and_the_expired_ones_are_swept() {
    let world = World::new();
    let client = world.client("app").await;
    let mut fill = Fill {
        client,
        grant: Locator(client.0),
        scope: Scope::parse("a").unwrap(),
        lifetime: Lifetime::from_minutes(1),
        expired: true,
    };
    let mut told = Vec::new();
    // Twice, so that the second finds the ids of the first taken.
    for _ in 0..2 {
        let tell = |made| told.push(made);
        world.store.fill(&fill, 10_500, tell).await.unwrap();
    }
    assert_eq!(told, [10_000, 10_500, 10_000, 10_500]);
    fill.expired = false;
    world.store.fill(&fill, 7, drop).await.unwrap();
    assert_eq!(rows(world.database(), "access_tokens").await, 21_007);
    let (oldest, newest) = status(world.database()).await.access_tokens.unwrap();
    let now = world.store.mint().locator().time();
    assert!(oldest <= now.minus(fill.lifetime) && newest >= world.now);

    let mut rounds = 0;
    let tell = |_| rounds += 1;
    let swept = world.store.sweep_all(now, &rules(), tell).await.unwrap();
    assert_eq!((swept.access_tokens, rounds), (21_000, 2));
    let left = rows(world.database(), "access_tokens").await;
    assert_eq!(left, 7, "live ones stay");
    let token = world.access(&world.grant(&world.code(client, Subject(1))));
    let settled = world
        .settle(Transition::Grant(GrantChange::IssueAccessToken(token)))
        .await;
    assert_eq!(settled, Outcome::Committed, "ids of the store are its own");
}

#[tokio::test]
async fn the_status_tells_what_is_there_and_changes_nothing() {
    let world = World::new();
    world.started().await;
    let told = status(world.database()).await;
    assert_eq!(told.schema.known, told.schema.applied);
    assert!(told.schema.pending.is_empty());
    assert!(told.bytes + told.wal_bytes.unwrap_or_default() > 4_096);
    let nodes: Vec<_> = told.nodes.iter().filter(|node| node.number == 0).collect();
    assert!(
        matches!(nodes[..], [node] if node.until > world.now),
        "{told:?}"
    );
    assert_eq!(told.feed.unwrap().last, 1, "its origin");
    assert_eq!(told.cut_off_at, None);
    assert!(told.tables.iter().all(|table| table.exact));
    assert_eq!(rows(world.database(), "refresh_tokens").await, 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_made() {
    let database = Database::file();
    let sentence = refused(Whole::look(&database.location()).await);
    assert!(sentence.contains("there is no database at"), "{sentence}");
    let to = database.path().with_extension("copy");
    refused(operator::backup(&database.path(), &to, drop));
    assert_eq!(std::fs::read_dir(to.parent().unwrap()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_empty_database_lacks_every_step_until_it_is_migrated() {
    let database = Database::new();
    if let Database::File(_) = &database {
        std::fs::write(database.path(), "").unwrap();
    }
    let whole = Whole::change(&database.location()).await.unwrap();
    let schema = whole.schema().await.unwrap();
    assert_eq!(schema.applied, 0);
    assert_eq!(schema.pending[0], "V1__initial");
    let last = schema.pending.last().unwrap();
    assert!(last.starts_with(&format!("V{}__", schema.known)), "{last}");
    assert!(status(&database).await.nodes.is_empty());
    whole.migrate().await.unwrap();
    let schema = whole.schema().await.unwrap();
    assert_eq!((schema.applied, schema.pending.len()), (schema.known, 0));
}

/// Puts something of everything that is open into a world.
pub(crate) async fn open(world: &World) -> (protocol::types::Grant, Session) {
    let (grant, ..) = world.started().await;
    let consent = Consent {
        organization: None,
        subject: grant.subject,
        client: grant.client,
        scope: grant.scope.clone(),
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        granted_at: world.now,
        earlier: protocol::types::Scope::default(),
        skipped: protocol::types::Scope::default(),
        standing: protocol::types::AppStanding::Trusted,
    };
    let code = world.code(grant.client, grant.subject);
    let issue = Transition::Authorize(AuthorizeChange::IssueCode {
        authentication: None,
        code,
        interaction: None,
        consent: Some(consent),
        notice: None,
    });
    assert_eq!(world.settle(issue).await, Outcome::Committed);
    let session = Session {
        id: world.store.mint().locator(),
        digest: jose::Digest::of(b"cookie"),
        subject: grant.subject,
        auth_time: world.now,
        expires_at: world.now.plus(Lifetime::from_days(1)),
        browser: "a browser".to_owned(),
        device: None,
        methods: None,
    };
    let start = Transition::Session(SessionChange::Start {
        password: PASSWORD.to_owned(),
        ends_at: world.now.plus(Lifetime::from_days(1)),
        alone_since: None,
        answer: None,
        session: session.clone(),
        ends: None,
        passkey: None,
        notice: None,
    });
    assert_eq!(world.settle(start).await, Outcome::Committed);
    (grant, session)
}

#[tokio::test]
async fn cutting_off_closes_all_that_is_open_and_keeps_what_people_allowed() {
    let world = World::new();
    let (grant, session) = open(&world).await;
    let cursor = world
        .store
        .revocations(None, 1)
        .await
        .unwrap()
        .unwrap()
        .cursor;
    let whole = Whole::change(&world.database().location()).await.unwrap();
    let serving = Serving::begin(&world.database().location()).unwrap();
    let live = refused(whole.cut_off_alone(&NUMBERS, world.now).await);
    assert!(live.contains("stop the server"), "{live}");
    drop(serving);
    let last = world.store.mint().locator();
    world.store.close().await;
    // This id is in no row, so only the clock tells that it was made before.
    tokio::time::sleep(Duration::from_millis(2)).await;

    let closed = whole.cut_off_alone(&NUMBERS, world.now).await.unwrap();
    assert_eq!((closed.apps, closed.codes, closed.sessions), (1, 2, 1));
    let store = open_at(world.database().location());
    let app = store.client_by_no(grant.client).await.unwrap().unwrap();
    assert!(app.not_before > last, "all that was made is below it");
    assert!(
        store.mint().locator() > app.not_before,
        "all to come is above it"
    );
    assert!(store.code(grant.id).await.unwrap().is_none());
    assert!(store.session(session.id).await.unwrap().is_none());
    let consent = store
        .consent(own(grant.subject, grant.client))
        .await
        .unwrap();
    assert_eq!(consent.unwrap().scope, grant.scope);
    assert!(store.person(grant.subject).await.unwrap().is_some());
    let told = store.revocations(Some(cursor), 10).await.unwrap();
    assert!(told.is_none(), "no API's cursor is of this life");
    assert_eq!(status(world.database()).await.cut_off_at, Some(world.now));
    let broken = whole
        .verify(world.now, &rules(), false, drop)
        .await
        .unwrap();
    assert_eq!(broken, []);
}

fn numbered(email: &str) -> Transition {
    protocol::accounts::people::create(newcomer(email))
}

#[tokio::test]
async fn numbers_of_people_are_never_given_again_after_a_cut() {
    let database = Database::new();
    let options = Options {
        ..options(database.location())
    };
    let now = UnixTime(1_800_000_000);
    let number = async |email: &str| {
        let store = Store::open(&options).unwrap();
        let made = store.settle(numbered(email), now).await.unwrap();
        assert_eq!(made, Outcome::Committed);
        let person = store.person_by_email(email).await.unwrap().unwrap();
        store.close().await;
        person.subject.0
    };
    assert_eq!(number("a@example.com").await, 1);
    let whole = Whole::change(&database.location()).await.unwrap();
    let format = SubjectFormat::Number;
    let closed = whole.cut_off_alone(&format, now).await.unwrap();
    assert_eq!(closed.subjects_above, Some(1_000_001));
    assert_eq!(number("b@example.com").await, 1_000_002);
    assert_eq!(number("c@example.com").await, 1_000_003);
    // Again, with nobody made in between: from the last one on.
    whole.cut_off_alone(&format, now).await.unwrap();
    assert_eq!(number("d@example.com").await, 2_000_004);
    let named = SubjectFormat::Prefixed("user_".to_owned());
    let closed = whole.cut_off_alone(&named, now).await.unwrap();
    assert_eq!(closed.subjects_above, None);
}

fn asked<'a>(from: &'a std::path::Path, to: &'a std::path::Path) -> Restore<'a> {
    Restore {
        from,
        to,
        replace: false,
        keep_tokens: false,
        subjects: &NUMBERS,
    }
}

#[tokio::test]
async fn a_backup_is_what_was_at_its_moment_and_is_never_overwritten() {
    let world = World::on(Database::file());
    let (_, access, _) = world.started().await;
    let (path, folder) = (world.database().path(), tempfile::tempdir().unwrap());
    let to = folder.path().join("backup.db");
    let mut steps = Vec::new();
    let bytes = operator::backup(&path, &to, |step| steps.push(step)).unwrap();
    assert_eq!(bytes, std::fs::metadata(&to).unwrap().len());
    assert!(matches!(steps[..], [.., operator::Copying::Checking]));
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "one file: {names:?}");
    let mode = std::fs::metadata(&to).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = refused(operator::backup(&path, &to, drop));
    assert!(again.contains("is there already"), "{again}");

    // Put back somewhere else with its tokens: the same database.
    let elsewhere = folder.path().join("new/other.db");
    let mut restore = asked(&to, &elsewhere);
    restore.keep_tokens = true;
    let restored = operator::restore(&restore, world.now, drop).await.unwrap();
    assert_eq!((restored.closed, restored.kept_aside), (None, None));
    let other = open_at(store::Location::Sqlite(elsewhere));
    let found = other.access_token(access.id).await.unwrap().unwrap();
    assert_eq!(found.token, access);
    assert_eq!(found.client.unwrap().not_before, Locator(0));
}

#[tokio::test]
async fn a_restore_replaces_a_database_that_nobody_serves() {
    let world = World::on(Database::file());
    let (grant, access, _) = world.started().await;
    let (path, folder) = (world.database().path(), tempfile::tempdir().unwrap());
    let from = folder.path().join("backup.db");
    operator::backup(&path, &from, drop).unwrap();
    world.person("late@example.com").await;
    let mut restore = asked(&from, &path);
    let taken = refused(operator::restore(&restore, world.now, drop).await);
    assert!(taken.contains("add --replace"), "{taken}");
    restore.replace = true;
    let serving = Serving::begin(&world.database().location()).unwrap();
    let served = refused(operator::restore(&restore, world.now, drop).await);
    assert!(served.contains("stop the server"), "{served}");
    drop(serving);
    world.store.close().await;
    // A log of the old database that was never taken in must not reach the new one.
    let writer = rusqlite::Connection::open(&path).unwrap();
    writer
        .execute_batch("UPDATE clients SET name = 'of before'")
        .unwrap();
    std::mem::forget(writer);
    assert!(
        std::fs::metadata(path.with_extension("db-wal"))
            .unwrap()
            .len()
            > 0
    );
    let copies = tempfile::tempdir().unwrap();
    let target = copies.path().join("valetkey.db");
    for suffix in ["db", "db-wal"] {
        let from = path.with_extension(suffix);
        std::fs::copy(from, target.with_extension(suffix)).unwrap();
    }

    // Who runs the command may be another user than the server.
    let _ = std::os::unix::fs::chown(&target, Some(1), Some(1));
    let owner = |path: &std::path::Path| std::fs::metadata(path).unwrap().uid();
    let before = owner(&target);
    restore.to = &target;
    let restored = operator::restore(&restore, world.now, drop).await.unwrap();
    assert_eq!(restored.closed.unwrap().apps, 1);
    assert_eq!(owner(&target), before);
    assert_eq!(owner(&target.with_extension("db-serve")), before);
    let aside = restored.kept_aside.unwrap();
    let name = |path: &std::path::Path| -> String {
        let conn = rusqlite::Connection::open(path).unwrap();
        let sql = "SELECT name FROM clients";
        conn.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(name(&aside), "of before", "with its log taken in");
    assert_eq!(name(&target), "Task Board");
    let store = open_at(store::Location::Sqlite(target.clone()));
    let late = store.person_by_email("late@example.com").await.unwrap();
    assert!(late.is_none(), "made after the backup");
    let app = store.client_by_no(grant.client).await.unwrap().unwrap();
    assert!(access.id < app.not_before);
    let names: Vec<_> = std::fs::read_dir(copies.path()).unwrap().collect();
    let unfinished = |name: &str| name.contains("unfinished");
    assert!(
        !names
            .into_iter()
            .any(|name| unfinished(&name.unwrap().file_name().to_string_lossy()))
    );
}

#[tokio::test]
async fn what_is_no_sound_backup_is_not_put_back() {
    let world = World::on(Database::file());
    world.started().await;
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to.db"));
    let missing = refused(operator::restore(&asked(&from, &to), world.now, drop).await);
    assert!(missing.contains("there is no backup at"), "{missing}");
    std::fs::write(
        &from,
        "not a database, but long enough to be looked at as one",
    )
    .unwrap();
    let junk = refused(operator::restore(&asked(&from, &to), world.now, drop).await);
    assert!(junk.contains("is no database of Valetkey"), "{junk}");
    let itself = refused(operator::restore(&asked(&from, &from), world.now, drop).await);
    assert!(itself.contains("is the database itself"), "{itself}");
    std::fs::remove_file(&from).unwrap();
    operator::backup(&world.database().path(), &from, drop).unwrap();
    let newer = rusqlite::Connection::open(&from).unwrap();
    let sql = "INSERT INTO refinery_schema_history VALUES (999, 'later', '', '0')";
    newer.execute_batch(sql).unwrap();
    drop(newer);
    let newer = operator::restore(&asked(&from, &to), world.now, drop).await;
    assert!(
        matches!(newer, Err(StoreError::NewerSchema(_))),
        "{newer:?}"
    );
    assert!(!to.exists());
    let names = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = names.map(|name| name.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["from", "to.db-serve"], "nothing half-made is left");
}

#[tokio::test]
async fn a_file_shrinks_when_nobody_uses_it() {
    let world = World::on(Database::file());
    let client = world.client("app").await;
    let fill = Fill {
        client,
        grant: Locator(client.0),
        scope: Scope::parse("a").unwrap(),
        lifetime: Lifetime::from_minutes(1),
        expired: true,
    };
    world.store.fill(&fill, 20_000, drop).await.unwrap();
    world
        .store
        .sweep_all(world.now, &rules(), drop)
        .await
        .unwrap();
    let whole = Whole::change(&world.database().location()).await.unwrap();
    let serving = Serving::begin(&world.database().location()).unwrap();
    let served = refused(whole.shrink());
    assert!(served.contains("stop the server"), "{served}");
    drop(serving);
    world.store.close().await;
    let before = status(world.database()).await;
    assert!(before.pages.unwrap().free > 100);
    whole.shrink().unwrap();
    let after = status(world.database()).await;
    assert_eq!(after.pages.unwrap().free, 0);
    assert!(after.bytes * 2 < before.bytes, "{after:?}");
}
