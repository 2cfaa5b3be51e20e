//! A disk that is full while a new version brings the schema up to date: it says so, nothing is half done, and the next start
//! with room goes on.
use super::ground::{ENOSPC, Faults, Ground};
use crate::earlier::{DUMP, FILE, bring_keys, fixture, serve, setup};
use acceptance::postgres::Database;
use std::fs;

/// The schema that the earlier binary left.
const EARLIER: i64 = 3;

#[test]
fn a_file_whose_disk_is_full_during_its_migration_is_as_it_was_and_migrates_with_room() {
    let (ground, folder) = (Ground::new(), fixture("sqlite"));
    let mut provider = ground.lay(setup()).prepare();
    let file = provider.database_path();
    fs::copy(folder.join(FILE), &file).expect("a copy");
    bring_keys(&folder, &provider);
    let schema = || -> i64 {
        let db = rusqlite::Connection::open(&file).expect("the file opens");
        let sql = "SELECT MAX(version) FROM refinery_schema_history";
        db.query_row(sql, [], |row| row.get(0)).expect("a schema")
    };
    // There is no room at all; for what comes before the first step; for a part of them.
    for (at, room) in [0, 2, 8, 32, 128].into_iter().enumerate() {
        ground.set_room(room);
        ground.set(Faults {
            write: ENOSPC,
            ..Faults::default()
        });
        let log = provider.try_start().expect_err("there is no room");
        let told = log.matches("the disk is full: make room on it").count();
        assert_eq!(told, at + 1, "{room}: {log}");
        assert!(
            log.contains("valetkey.db") && !log.contains("panicked"),
            "{log}"
        );
        assert!(ground.room() <= 0, "what there was room for was written");
        ground.set(Faults::default());
        assert_eq!(schema(), EARLIER, "{room}");
    }
    serve(provider, &folder);
    assert!(schema() > EARLIER);
}

/// A database has steps of one transaction each. What PostgreSQL says when its disk is full is said here by a trigger, at a
/// step in the middle, whose row and first statements are written by then.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_database_whose_disk_is_full_during_its_migration_keeps_whole_steps_and_goes_on_with_room() {
    const STEP: i64 = 20;
    let server = std::env::var("VALETKEY_TEST_POSTGRES").expect("a server");
    let folder = fixture("postgres");
    let database = Database::on(&server);
    database.run(&fs::read_to_string(folder.join(DUMP)).expect("a dump"));
    database.run(&format!(
        "CREATE FUNCTION no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF (SELECT MAX(version) FROM refinery_schema_history) >= {STEP} THEN \
         RAISE EXCEPTION 'could not extend file \"base/1/2\": No space left on device' USING ERRCODE = '53100'; \
         END IF; END $$; \
         CREATE EVENT TRIGGER no_room ON ddl_command_end EXECUTE FUNCTION no_room()"
    ));
    let mut provider = setup().postgres(database).prepare();
    bring_keys(&folder, &provider);
    let log = provider.try_start().expect_err("there is no room");
    assert!(
        log.contains("the disk of PostgreSQL is full, make room on it"),
        "{log}"
    );
    assert!(
        log.contains("No space left on device") && !log.contains("panicked"),
        "{log}"
    );
    let database = provider.postgres().expect("it is there");
    let last = || database.read("SELECT MAX(version) FROM refinery_schema_history")[0].clone();
    assert_eq!(
        last(),
        (STEP - 1).to_string(),
        "the steps before it stay, and it is gone"
    );
    database.run("DROP EVENT TRIGGER no_room");
    serve(provider, &folder);
}
