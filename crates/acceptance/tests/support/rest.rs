//! What lies on disk, as a thief or a tester finds it.

use acceptance::Provider;
use acceptance::postgres::Database;
use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::fs;

/// Checks that none of `secrets` stands in the log or in any file of the provider's folder, nor the
/// random part of a token alone.
#[track_caller]
pub(crate) fn assert_nowhere(provider: &Provider, secrets: &[&str]) {
    let mut files = vec![("log".to_owned(), provider.log().into_bytes())];
    for entry in fs::read_dir(provider.folder()).expect("the folder is there") {
        let path = entry.expect("it is listed").path();
        if path.is_file() {
            files.push((
                path.display().to_string(),
                fs::read(&path).expect("it is readable"),
            ));
        }
    }
    match provider.postgres() {
        Some(database) => files.push(("the database".to_owned(), all_rows(database))),
        None => assert!(files.iter().any(|(name, _)| name.ends_with("valetkey.db"))),
    }
    for secret in secrets {
        assert!(secret.len() >= 12, "too short to be one: {secret:?}");
        let tail = &secret[secret.len().saturating_sub(40)..];
        for (name, bytes) in &files {
            let found = |text: &str| {
                bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            };
            let in_hex = |text: &str| found(&hex(text.as_bytes()));
            let is_held = found(secret) || found(tail) || in_hex(secret) || in_hex(tail);
            assert!(!is_held, "{name} holds {secret}");
        }
    }
}

/// How many stored values are the SHA-256 of `token`: what remains of it in the database.
pub(crate) fn digests(provider: &Provider, token: &str) -> usize {
    let wanted = digest(&SHA256, token.as_bytes());
    if let Some(database) = provider.postgres() {
        return digests_in(database, &hex(wanted.as_ref()));
    }
    let db =
        Connection::open_with_flags(provider.database_path(), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let db = db.expect("open the database");
    let mut tables = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .expect("list");
    let names = tables
        .query_map([], |row| row.get::<_, String>(0))
        .expect("list");
    let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
    names
        .iter()
        .map(|name| count(&db, name, wanted.as_ref()))
        .sum()
}

fn count(db: &Connection, table: &str, wanted: &[u8]) -> usize {
    let mut all = db
        .prepare(&format!("SELECT * FROM \"{table}\""))
        .expect("read the table");
    let columns = all.column_count();
    let mut rows = all.query([]).expect("read the table");
    let mut found = 0;
    while let Some(row) = rows.next().expect("read a row") {
        let is_wanted =
            |column| matches!(row.get_ref(column), Ok(ValueRef::Blob(blob)) if blob == wanted);
        found += (0..columns).filter(|column| is_wanted(*column)).count();
    }
    found
}

/// All rows of all tables as text; stored bytes are written as hexadecimal digits.
fn all_rows(database: &Database) -> Vec<u8> {
    let tables = database.read("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    assert!(!tables.is_empty());
    let rows = |table: &String| database.read(&format!("SELECT t::text FROM \"{table}\" t"));
    tables
        .iter()
        .flat_map(rows)
        .collect::<Vec<_>>()
        .join("\n")
        .into_bytes()
}

fn digests_in(database: &Database, wanted: &str) -> usize {
    let counts = database.read(&format!(
        "SELECT format('SELECT count(*) FROM %I WHERE %I = ''\\x{wanted}''::bytea', table_name, column_name) \
         FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bytea'"
    ));
    assert!(!counts.is_empty());
    let count = |sql: &String| database.read(sql)[0].parse::<usize>().expect("a number");
    counts.iter().map(count).sum()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
