//! The conformance page of the documented providers: it speaks of every numbered behaviour, and every test
//! that it names exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How many behaviours each documented provider has.
const BEHAVIOURS: [(char, usize); 5] = [('O', 7), ('T', 12), ('M', 5), ('D', 8), ('Q', 6)];

/// The repository's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of the page: the number, and what stands behind the behaviour.
fn rows() -> BTreeMap<String, String> {
    let page = fs::read_to_string(root().join("docs/conformance/providers.md"));
    let page = page.expect("docs/conformance/providers.md is there");
    let mut rows = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let [number, _, proof] = cells.as_slice() {
            let twice = rows.insert((*number).to_owned(), (*proof).to_owned());
            assert!(
                twice.is_none() || number.starts_with(['-', 'N']),
                "{number} stands twice"
            );
        }
    }
    rows
}

/// The names of all tests here, as the page writes them.
fn tests() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the tests are there") {
        let path = entry.expect("it is listed").path();
        let (Some(stem), true) = (
            path.file_stem(),
            path.extension().is_some_and(|it| it == "rs"),
        ) else {
            continue;
        };
        let source = fs::read_to_string(&path).expect("a source is text");
        let file = stem.to_str().expect("a name in ASCII");
        names.extend(functions(&source).map(|name| format!("acceptance::{file}::{name}")));
    }
    names
}

/// The functions of a source that are marked as tests.
fn functions(source: &str) -> impl Iterator<Item = &str> {
    let marked = source.split("#[test]\nfn ").skip(1);
    marked.filter_map(|rest| rest.split('(').next())
}

/// The names of tests: what stands between back quotes and has a path.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let all = text.split('`').skip(1).step_by(2);
    all.filter(|name| name.contains("::"))
}

#[test]
fn every_behaviour_has_a_test_or_says_what_it_waits_for() {
    let rows = rows();
    for (letter, count) in BEHAVIOURS {
        for number in 1..=count {
            let number = format!("{letter}{number}");
            let proof = rows
                .get(&number)
                .unwrap_or_else(|| panic!("{number} is missing"));
            let later = proof.split_once("*later*").map(|(_, what)| what.trim());
            let waits = later.is_some_and(|what| what.len() > 10);
            assert!(
                waits || quoted(proof).count() > 0,
                "{number} names no test: {proof}"
            );
            assert!(
                later.is_none() || waits,
                "{number} does not say what it waits for: {proof}"
            );
        }
    }
}

#[test]
fn every_named_test_exists() {
    let tests = tests();
    assert!(tests.len() > 50, "{tests:?}");
    for (number, proof) in rows() {
        for name in quoted(&proof) {
            assert!(
                tests.iter().any(|test| test == name),
                "{number} names {name}, which does not exist"
            );
        }
    }
}

#[test]
fn every_numbered_test_is_named() {
    let proofs: Vec<String> = rows().into_values().collect();
    let is_numbered = |name: &&String| {
        name.starts_with("acceptance::opsduty") || name.starts_with("acceptance::appexample")
    };
    for name in tests().iter().filter(is_numbered) {
        assert!(
            proofs
                .iter()
                .any(|proof| quoted(proof).any(|it| it == name)),
            "{name} is not on the page"
        );
    }
}
