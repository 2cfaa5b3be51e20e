//! Reading and writing in the database behind the server's back, on either engine.
use super::Scene;
use rusqlite::Connection;
use rusqlite::types::Value;

#[track_caller]
fn file(scene: &Scene) -> Connection {
    Connection::open(scene.provider.database_path()).expect("the database")
}

/// Runs statements.
#[track_caller]
pub(crate) fn run(scene: &Scene, sql: &str) {
    match scene.provider.postgres() {
        Some(database) => database.run(sql),
        None => file(scene).execute_batch(sql).expect("it is run"),
    }
}

/// Runs a statement; how many rows it changed.
#[track_caller]
pub(crate) fn change(scene: &Scene, sql: &str) -> u64 {
    match scene.provider.postgres() {
        Some(database) => database.change(sql),
        None => file(scene).execute(sql, []).expect("it is run") as u64,
    }
}

/// The first column of what a query finds, as text; what is no text and no number is left out.
#[track_caller]
pub(crate) fn read(scene: &Scene, sql: &str) -> Vec<String> {
    if let Some(database) = scene.provider.postgres() {
        return database.read(sql);
    }
    let database = file(scene);
    let mut query = database.prepare(sql).expect("a query");
    let found = query.query_map([], |row| row.get(0)).expect("it is run");
    let text = found.filter_map(|value| match value.expect("a row") {
        Value::Text(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Null | Value::Real(_) | Value::Blob(_) => None,
    });
    text.collect()
}

/// The names of all tables.
#[track_caller]
pub(crate) fn tables(scene: &Scene) -> Vec<String> {
    let sql = match scene.provider.postgres() {
        Some(_) => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        None => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    };
    let found = read(scene, sql);
    assert!(found.iter().any(|table| table == "outbox"), "{found:?}");
    found
}

/// The names of the columns of a table.
#[track_caller]
pub(crate) fn columns(scene: &Scene, table: &str) -> Vec<String> {
    let sql = match scene.provider.postgres() {
        Some(_) => format!(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
        ),
        None => format!("SELECT name FROM pragma_table_info('{table}')"),
    };
    read(scene, &sql)
}

/// The rows of a table for which this holds, each as text of all its columns.
#[track_caller]
pub(crate) fn rows(scene: &Scene, table: &str, holds: &str) -> Vec<String> {
    let whole = match scene.provider.postgres() {
        Some(_) => format!("CAST({table} AS TEXT)"),
        None => {
            let quoted = columns(scene, table).into_iter();
            let quoted: Vec<String> = quoted
                .map(|column| format!("quote(\"{column}\")"))
                .collect();
            quoted.join(" || ',' || ")
        }
    };
    read(scene, &format!("SELECT {whole} FROM {table} WHERE {holds}"))
}

/// Makes it look as if everybody had signed in more than ten minutes ago.
#[track_caller]
pub(crate) fn age_sessions(scene: &Scene) {
    run(scene, "UPDATE sessions SET auth_time = auth_time - 660");
}
