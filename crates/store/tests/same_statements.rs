//! Both engines do the same to the same tables: what one inserts into, updates, deletes from and reads, the other does
//! too. A statement that is added to one engine alone is found here.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What each engine uses in its own way: the leases of nodes, and the audit trail, of which a line tells PostgreSQL
/// whether a commit without an answer happened.
const OWN: [&str; 2] = ["audit", "nodes"];

/// The tables of the schema.
fn tables() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let steps = fs::read_dir(folder).unwrap();
    let sql = steps.map(|step| fs::read_to_string(step.unwrap().path()).unwrap());
    let created = |step: String| -> Vec<String> {
        let parts = step.split("CREATE TABLE ").skip(1);
        let name = |part: &str| part.split_whitespace().next().unwrap().to_owned();
        parts.map(name).collect()
    };
    sql.flat_map(created)
        .filter(|table| !OWN.contains(&table.as_str()))
        .collect()
}

/// `VERB table` of every statement in the sources of an engine.
fn statements(engine: &str, verbs: &[&str]) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(engine);
    let (tables, mut found) = (tables(), BTreeSet::new());
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let words: Vec<&str> = source
            .split(|c: char| c.is_whitespace() || "\"\\(),;".contains(c))
            .filter(|word| !word.is_empty())
            .collect();
        for verb in verbs {
            let parts: Vec<&str> = verb.split(' ').collect();
            for window in words.windows(parts.len() + 1) {
                let (head, table) = (&window[..parts.len()], window[parts.len()]);
                if head == parts && tables.contains(table) {
                    found.insert(format!("{verb} {table}"));
                }
            }
        }
    }
    found
}

#[test]
fn both_engines_change_the_same_tables_in_the_same_ways() {
    let verbs = ["INSERT INTO", "UPDATE", "DELETE FROM"];
    let (sqlite, postgres) = (statements("sqlite", &verbs), statements("postgres", &verbs));
    assert_eq!(sqlite, postgres);
    assert!(sqlite.len() > 25, "{sqlite:?}");
}

#[test]
fn both_engines_read_the_same_tables() {
    let verbs = ["FROM", "JOIN"];
    let (sqlite, postgres) = (statements("sqlite", &verbs), statements("postgres", &verbs));
    assert_eq!(sqlite, postgres);
    assert!(sqlite.len() > 15, "{sqlite:?}");
}
