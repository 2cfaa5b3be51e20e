//! Crates import each other as the table of the architecture says, and no other way.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each crate imports of ours when it is built; tests and benches may import more.
const ARROWS: [(&str, &[&str]); 14] = [
    ("acceptance", &[]),
    ("config", &["protocol"]),
    ("demo", &["jose", "pages", "wire"]),
    (
        "fuzz-targets",
        &["config", "jose", "protocol", "store", "wire"],
    ),
    ("jose", &[]),
    ("outbound", &[]),
    ("pages", &["protocol"]),
    ("protocol", &["jose", "wire"]),
    (
        "server",
        &[
            "config", "demo", "jose", "outbound", "pages", "protocol", "store", "wire",
        ],
    ),
    ("store", &["jose", "protocol"]),
    ("tasks-api", &["verify"]),
    ("verify", &["jose", "wire"]),
    ("wire", &["jose"]),
    ("xtask", &[]),
];

/// The crates of ours under `[dependencies]` of every manifest, by the folder of the crate.
fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["crates", "examples"].map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let crates: Vec<_> = folders
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .collect();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let ours: BTreeSet<String> = crates.iter().map(|path| name(path)).collect();
    let imports = |path: &Path| {
        let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap();
        let section = manifest
            .split_once("\n[dependencies]\n")
            .map_or("", |(_, rest)| rest);
        let section = section.split("\n[").next().unwrap_or_default();
        let names = section.lines().map(|line| {
            let end = line.find(['.', ' ', '=']).unwrap_or(line.len());
            line[..end].replace("valetkey", "server")
        });
        names.filter(|name| ours.contains(name)).collect()
    };
    crates
        .iter()
        .map(|path| (name(path), imports(path)))
        .collect()
}

#[test]
fn crates_import_what_the_table_says() {
    let table = ARROWS.map(|(name, imports)| {
        let imports = imports.iter().map(|import| (*import).to_owned());
        (name.to_owned(), imports.collect())
    });
    assert_eq!(manifests(), BTreeMap::from(table));
}

/// The page that explains them names the same.
#[test]
fn the_architecture_shows_the_same_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/explanation/architecture.md")).unwrap();
    for (name, imports) in ARROWS {
        // Examples are no rooms of the house, and what imports everything says so.
        if ["tasks-api", "server"].contains(&name) {
            continue;
        }
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} has no row"));
        let column = row.rsplit('|').nth(1).unwrap();
        let named: BTreeSet<&str> = column.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, imports.iter().copied().collect(), "{name}");
    }
}
