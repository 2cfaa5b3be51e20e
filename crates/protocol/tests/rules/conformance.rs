//! The pages under `docs/conformance/` name tests; every test they name exists.
//!
//! A name is `target::module::test` for a test of this crate, `crate::target::module::test` for any other. The
//! crate may be left out where only one has such a target.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What the sources hold: names of tests, each with the crates that have it.
type Tests = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The entries of a folder, in order; none where there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Every test of every crate.
fn tests() -> Tests {
    let mut tests = Tests::new();
    for package in entries(&root().join("crates")) {
        let name = stem(&package);
        // A target that groups files is a folder, which a name may leave out.
        for path in entries(&package.join("tests")) {
            collect(&path, &name, &[], &mut tests);
            for path in entries(&path) {
                collect(&path, &name, &[], &mut tests);
            }
        }
        for path in entries(&package.join("src")) {
            collect(&path, &name, &[], &mut tests);
        }
    }
    tests
}

/// Takes a file or a folder in, under the module path of its parents.
fn collect(path: &Path, package: &str, parents: &[String], tests: &mut Tests) {
    let mut own = parents.to_vec();
    if path.is_dir() {
        own.push(stem(path));
        entries(path)
            .iter()
            .for_each(|path| collect(path, package, &own, tests));
    } else if path.extension().is_some_and(|kind| kind == "rs") {
        if !["main", "mod", "lib"].contains(&stem(path).as_str()) {
            own.push(stem(path));
        }
        for test in tests_of(&read(path)) {
            let name = own.iter().chain(&test).map(String::as_str);
            let name = name.collect::<Vec<&str>>().join("::");
            tests.entry(name).or_default().insert(package.to_owned());
        }
    }
}

/// The module path and name of each test in a file as rustfmt lays it out.
fn tests_of(source: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut modules: Vec<(usize, String)> = Vec::new();
    let mut is_test = false;
    for line in source.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        let module = text
            .strip_prefix("pub ")
            .unwrap_or(text)
            .strip_prefix("mod ");
        if let Some(name) = module.and_then(|text| text.strip_suffix(" {")) {
            modules.push((indent, name.to_owned()));
        } else if text == "}" && modules.last().is_some_and(|(own, _)| *own == indent) {
            modules.pop();
        } else if text.starts_with("#[test]") || text.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(name) = function(text) {
            if is_test {
                let path = modules.iter().map(|(_, name)| name.clone());
                found.push(path.chain([name.to_owned()]).collect());
            }
            is_test = false;
        }
    }
    found
}

/// The name of the function that a line declares.
fn function(text: &str) -> Option<&str> {
    let text = text.strip_prefix("async ").unwrap_or(text);
    text.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// The names of tests between backticks: lower-case words joined by `::`.
fn named(page: &str) -> Vec<&str> {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let spans = page
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    spans
        .filter(|span| span.contains("::") && span.split("::").all(word))
        .collect()
}

/// What is wrong with a name, if anything.
fn fault(name: &str, tests: &Tests) -> Option<String> {
    if tests
        .get(name)
        .is_some_and(|crates| crates.contains("protocol") || crates.len() == 1)
    {
        return None;
    }
    let elsewhere = name.split_once("::").is_some_and(|(package, rest)| {
        tests
            .get(rest)
            .is_some_and(|crates| crates.contains(package))
    });
    if elsewhere {
        return None;
    }
    match tests.get(name) {
        Some(crates) => Some(format!(
            "`{name}` may be in any of {crates:?}: name the crate"
        )),
        None => Some(format!("`{name}` does not exist")),
    }
}

fn pages() -> Vec<(String, String)> {
    let folder = root().join("docs/conformance");
    entries(&folder)
        .iter()
        .map(|path| (stem(path), read(path)))
        .collect()
}

#[test]
fn every_named_test_exists() {
    let tests = tests();
    let pages = pages();
    assert!(pages.len() >= 9, "one page per RFC, not {}", pages.len());
    let mut faults = Vec::new();
    for (page, text) in &pages {
        let faulty = named(text)
            .into_iter()
            .filter_map(|name| fault(name, &tests));
        faults.extend(faulty.map(|fault| format!("docs/conformance/{page}.md: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_row_is_tested_or_says_why_not() {
    for (page, text) in pages().iter().filter(|(page, _)| page.starts_with("rfc")) {
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| §"))
            .collect();
        assert!(rows.len() >= 4, "{page}: too few rows");
        for row in rows {
            let row = row.replace("\\|", "\u{b6}");
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            let [_, _, state, tests] = cells[..] else {
                panic!("{page}: not four cells: {row}");
            };
            let done = state.starts_with("done") && !named(tests).is_empty();
            let why = ["later: ", "not applicable: "]
                .iter()
                .find_map(|start| state.strip_prefix(start));
            let excused = why.is_some_and(|why| why.len() > 5);
            assert!(
                done || excused,
                "{page}: neither done and tested nor excused: {row}"
            );
        }
    }
}

#[test]
fn a_wrong_name_is_seen() {
    let source = "mod outer {\n    #[test]\n    fn one() {\n    }\n\n    fn helper() {}\n}\n\n#[test]\nfn two() {}\n";
    let found: Vec<String> = tests_of(source)
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(found, ["outer::one", "two"]);
    assert_eq!(
        named("a `x::y_1` `X::y` `a b::c` and `[::1]`, `z`"),
        ["x::y_1"]
    );
    let both = BTreeSet::from(["acceptance".to_owned(), "store".to_owned()]);
    let one = BTreeSet::from(["store".to_owned()]);
    let tests = Tests::from([("races::a".to_owned(), both), ("suite::b".to_owned(), one)]);
    for good in [
        "acceptance::races::a",
        "store::races::a",
        "suite::b",
        "store::suite::b",
    ] {
        assert_eq!(fault(good, &tests), None, "{good}");
    }
    for bad in [
        "races::a",
        "suite::c",
        "acceptance::suite::b",
        "b",
        "nowhere::races::a",
    ] {
        assert!(fault(bad, &tests).is_some(), "{bad}");
    }
}
