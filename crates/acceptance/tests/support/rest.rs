//! What lies on disk, as a thief or a tester finds it.

use acceptance::Provider;
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
    assert!(files.iter().any(|(name, _)| name.ends_with("valetkey.db")));
    for secret in secrets {
        assert!(secret.len() >= 12, "too short to be one: {secret:?}");
        let tail = &secret[secret.len().saturating_sub(40)..];
        for (name, bytes) in &files {
            let found = |text: &str| {
                bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            };
            assert!(!found(secret) && !found(tail), "{name} holds {secret}");
        }
    }
}

/// How many stored values are the SHA-256 of `token`: what remains of it in the database.
pub(crate) fn digests(provider: &Provider, token: &str) -> usize {
    let wanted = digest(&SHA256, token.as_bytes());
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
