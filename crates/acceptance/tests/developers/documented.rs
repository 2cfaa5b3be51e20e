//! Commands and settings that the documentation names are there, whatever page names them.

use acceptance::binary;
use regex::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the reference does not list: it is made by it.
const UNLISTED: [&str; 4] = [
    "reference cli",
    "reference configuration",
    "reference completions",
    "reference manual",
];
/// Endings by which a name with dots is a file or a host, or a field of something else.
const NOT_SETTINGS: [&str; 6] = [".rs", ".toml", ".db", ".md", ".com", "token.mode"];

/// What the binary says of itself.
fn reference(of: &str) -> String {
    let said = Command::new(binary()).args(["reference", of]).output();
    let said = said.expect("the binary runs");
    String::from_utf8(said.stdout).expect("text")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All pages, by their paths.
fn pages() -> Vec<(String, String)> {
    let mut folders = vec![root().join("docs"), root().join("examples")];
    let mut found: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
        .map(|name| root().join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && name != "node_modules" {
                folders.push(path);
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a page");
        (path.display().to_string(), text)
    };
    found.into_iter().map(read).collect()
}

/// Commands as the reference has them, without `valetkey`.
fn commands() -> BTreeSet<String> {
    let heading = Regex::new("(?m)^#+ `valetkey ([^`]*)`").expect("a pattern");
    let page = reference("cli");
    let listed = heading
        .captures_iter(&page)
        .map(|found| found[1].to_owned());
    listed.chain(UNLISTED.map(str::to_owned)).collect()
}

/// Settings as the reference has them, with their tables; and the names of the tables.
fn settings() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut all, mut tables, mut table) = (BTreeSet::new(), BTreeSet::new(), String::new());
    for line in reference("configuration").lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            table = match heading.strip_prefix('`') {
                Some(name) => format!("{}.", name.trim_matches(['[', ']', '`'])),
                None => String::new(),
            };
            tables.extend(table.split('.').next().map(str::to_owned));
        } else if let Some(row) = line.strip_prefix("| `") {
            let name = row.split('`').next().unwrap_or_default();
            all.insert(format!("{table}{name}"));
        }
    }
    (all, tables)
}

/// Whether words after `valetkey` begin with a command: what follows one that has none below it is its argument.
fn is_command(words: &[&str], all: &BTreeSet<String>) -> bool {
    let mut named = String::new();
    for word in words {
        let below = format!("{named}{word}");
        let is_group = |name: &str| all.iter().any(|one| one.starts_with(&format!("{name} ")));
        if !all.contains(&below) && !is_group(&below) {
            // Nothing is below the command so far, so it is whole.
            return !named.is_empty() && !is_group(named.trim_end());
        }
        named = format!("{below} ");
    }
    true
}

#[test]
fn a_command_that_a_page_names_is_there() {
    let all = commands();
    assert!(all.len() > 50, "{all:?}");
    let named = Regex::new("(?m)(?:`|^    )valetkey((?: [a-z][a-z-]*)+)").expect("a pattern");
    let mut seen = 0;
    for (path, text) in pages() {
        for found in named.captures_iter(&text) {
            let words: Vec<&str> = found[1].split_whitespace().collect();
            assert!(is_command(&words, &all), "{path}: valetkey {}", &found[1]);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
    for (words, there) in [
        (&["outbound", "check"][..], true),
        (&["outbound"], true),
        (&["serve", "now"], true),
        (&["outbound", "fetch"], false),
        (&["fetch"], false),
    ] {
        assert_eq!(is_command(words, &all), there, "{words:?}");
    }
}

#[test]
fn a_setting_that_a_page_names_is_there() {
    let (all, tables) = settings();
    assert!(all.len() > 100, "{all:?}");
    let dotted = Regex::new(r"`([a-z_]+(?:\.[a-z_]+)+)`").expect("a pattern");
    // Events, metrics and fields have names of the same form.
    let others = ["events", "log", "metrics", "request-log"].map(|name| {
        let page = root().join(format!("docs/reference/{name}.md"));
        fs::read_to_string(page).expect("a page")
    });
    let is_other = |name: &str| {
        others
            .iter()
            .any(|page| page.contains(&format!("`{name}`")))
    };
    let is_setting = |name: &str| {
        let within = |whole: &str, part: &str| whole.starts_with(&format!("{part}."));
        all.iter()
            .any(|one| one == name || within(one, name) || within(name, one))
    };
    let mut seen = 0;
    for (path, text) in pages() {
        for found in dotted.captures_iter(&text) {
            let name = &found[1];
            let table = name.split('.').next().unwrap_or_default();
            let is_file = NOT_SETTINGS.iter().any(|end| name.ends_with(end));
            if !tables.contains(table) || is_file || is_other(name) {
                continue;
            }
            assert!(is_setting(name), "{path}: {name}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
    assert!(is_setting("outbound.allow") && !is_setting("outbound.hosts"));
}
