//! The conformance page of the documented providers: it speaks of every numbered behaviour, and every test
//! that it names exists. And that of the client libraries: it names every test and the versions in use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How many behaviours each documented provider has.
const BEHAVIOURS: [(char, usize); 5] = [('O', 7), ('T', 12), ('M', 5), ('D', 8), ('Q', 6)];

/// The repository's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of all rows of a page's tables.
fn cells(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// The rows of the page: the number, and what stands behind the behaviour.
fn rows() -> BTreeMap<String, String> {
    let page = read("docs/conformance/providers.md");
    let mut rows = BTreeMap::new();
    for cells in cells(&page) {
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

/// The names of all tests here, as the page writes them: each by its file, those of client libraries by their folder too.
fn tests() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let groups = fs::read_dir(folder).expect("the tests are there");
    let groups = groups.map(|group| group.expect("it is listed").path());
    groups
        .flat_map(|group| match group.ends_with("clients") {
            true => tests_in(&group, "acceptance::clients"),
            false => tests_in(&group, "acceptance"),
        })
        .collect()
}

/// The names of the tests in the files of a folder, which is the module `parent`.
fn tests_in(folder: &Path, parent: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the tests are there") {
        let path = entry.expect("it is listed").path();
        if path.is_dir() {
            let inner = path.file_name().and_then(|name| name.to_str());
            let inner = inner.expect("a name in ASCII");
            names.extend(tests_in(&path, &format!("{parent}::{inner}")));
            continue;
        }
        let (Some(stem), true) = (
            path.file_stem(),
            path.extension().is_some_and(|it| it == "rs"),
        ) else {
            continue;
        };
        let source = fs::read_to_string(&path).expect("a source is text");
        let file = stem.to_str().expect("a name in ASCII");
        names.extend(functions(&source).map(|name| format!("{parent}::{file}::{name}")));
    }
    names
}

/// The functions of a source that are marked as tests, whatever other attributes they have.
fn functions(source: &str) -> impl Iterator<Item = &str> {
    let marked = source.split("#[test]\n").skip(1);
    marked.filter_map(|rest| {
        let (_, name) = rest.split_once("fn ")?;
        name.split('(').next()
    })
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
fn every_fault_that_was_found_has_a_test() {
    // That each exists is looked at for all pages at once, with the rules.
    let page = read("docs/conformance/faults.md");
    let mut faults = BTreeSet::new();
    for cells in cells(&page) {
        let [number, _, proof] = cells.as_slice() else {
            panic!("{cells:?} is no row");
        };
        if number.starts_with(['F', '-']) {
            continue;
        }
        assert!(faults.insert(*number), "{number} is there twice");
        assert!(quoted(proof).count() > 0, "{number} names no test");
    }
    // A3 is a combination of settings that is gone.
    let attacks = (1..=20).filter(|number| *number != 3);
    let all = (1..=29)
        .map(|number| number.to_string())
        .chain(attacks.map(|number| format!("A{number}")));
    let missing: Vec<_> = all.filter(|number| !faults.contains(&**number)).collect();
    assert!(missing.is_empty(), "{missing:?}");
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

/// The versions of the libraries, as the files that fetch them have it.
fn pins() -> BTreeMap<String, String> {
    let pair = |name: &str, version: &str| (name.to_owned(), version.to_owned());
    let mut pins = BTreeMap::new();
    for list in [
        "crates/acceptance/clients/requirements.txt",
        "crates/acceptance/clients/authgent/requirements.txt",
        "examples/mcp/python/requirements.txt",
    ] {
        let requirements = read(list);
        let python = requirements
            .lines()
            .filter_map(|line| line.split_once("=="));
        pins.extend(python.map(|(name, version)| pair(name, version)));
    }
    for package in [
        "crates/acceptance/clients/package.json",
        "crates/acceptance/clients/mcp/package.json",
        "crates/acceptance/clients/mcp-conformance/package.json",
        "examples/mcp/node/package.json",
    ] {
        let package = read(package);
        let package: serde_json::Value =
            serde_json::from_str(&package).expect("package.json is JSON");
        let node = package["dependencies"].as_object().expect("dependencies");
        pins.extend(
            node.iter()
                .filter_map(|(name, it)| Some(pair(name, it.as_str()?))),
        );
    }
    for module in ["libraries/go", "oauth2-proxy"] {
        let module = read(&format!("crates/acceptance/clients/{module}/go.mod"));
        let required = module
            .lines()
            .filter_map(|line| line.trim().split_once(" v"));
        pins.extend(required.map(|(name, version)| {
            let name = name.trim_start_matches("require ");
            pair(name, version.split(' ').next().unwrap_or_default())
        }));
    }
    let toml = |path: &str| -> toml::Table { read(path).parse().expect("it is TOML") };
    let ours = &toml("Cargo.toml")["workspace"]["dependencies"];
    let apart = &toml("crates/acceptance/clients/libraries/rust/Cargo.toml")["dependencies"];
    for (from, name) in [(ours, "oauth2"), (ours, "openidconnect"), (apart, "rmcp")] {
        let version = from[name]["version"].as_str();
        pins.extend(version.map(|version| pair(name, version)));
    }
    let project = read("crates/acceptance/clients/spring/pom.xml");
    let version = project.split("<version>").nth(1);
    let version = version.and_then(|text| text.split("</version>").next());
    pins.extend(version.map(|version| pair("Spring Boot", version)));
    // It is the system's, whichever that has.
    pins.extend([pair("mod_auth_openidc", "of the system")]);
    pins
}

#[test]
fn every_library_is_named_with_its_version_and_its_tests() {
    let (page, pins, tests) = (read("docs/conformance/clients.md"), pins(), tests());
    let rows: Vec<Vec<&str>> = cells(&page).into_iter().skip(2).collect();
    let mut named = Vec::new();
    for row in &rows {
        let [library, version, .., proofs] = row.as_slice() else {
            panic!("too few cells: {row:?}");
        };
        assert_eq!(
            pins.get(*library).map(String::as_str),
            Some(*version),
            "{library}"
        );
        let proofs: Vec<&str> = quoted(proofs).collect();
        assert!(!proofs.is_empty(), "{library} names no test");
        named.extend(proofs);
    }
    assert!(rows.len() >= 11, "{} libraries", rows.len());
    let is_client_test = |name: &&String| name.starts_with("acceptance::clients::");
    let existing: Vec<&String> = tests.iter().filter(is_client_test).collect();
    for name in &named {
        assert!(
            existing.iter().any(|test| test == name),
            "{name} does not exist"
        );
    }
    for test in existing {
        assert!(named.contains(&test.as_str()), "{test} is not on the page");
    }
}
