//! What a binary is made of, as a bill of materials in CycloneDX 1.6.
use super::Release;
use super::elf::Architecture;
use crate::steps::command;
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

/// The name of the document and the document: every crate that is in the binaries, whichever their architecture.
///
/// # Errors
/// When Cargo does not tell.
pub(super) fn document(release: &Release) -> anyhow::Result<(String, Vec<u8>)> {
    let mut packages = BTreeMap::new();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for architecture in [Architecture::X86, Architecture::Arm] {
        let metadata = metadata(architecture)?;
        let graph = Graph::of(&metadata)?;
        for (id, reached) in graph.reached() {
            packages.insert(id.to_owned(), graph.packages[id].clone());
            let reached = reached.into_iter().map(str::to_owned);
            arrows.entry(id.to_owned()).or_default().extend(reached);
        }
    }
    let digests = digests(&std::fs::read_to_string("Cargo.lock")?);
    let is_root = |id: &String| packages[id]["name"] == "valetkey";
    let root = packages.keys().find(|id| is_root(id));
    let root = root.context("valetkey is no package")?.clone();
    let components: Vec<Value> = packages
        .iter()
        .filter(|(id, _)| **id != root)
        .map(|(_, package)| component(package, "library", &digests))
        .collect();
    let links: Vec<Value> = arrows
        .iter()
        .map(|(id, reached)| {
            let reached: BTreeSet<_> = reached.iter().map(|id| address(&packages[id])).collect();
            json!({ "ref": address(&packages[id]), "dependsOn": reached })
        })
        .collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": release.time,
            "component": component(&packages[&root], "application", &digests),
        },
        "components": components,
        "dependencies": links,
    });
    let name = format!("valetkey-{}.cdx.json", release.version);
    let mut text = serde_json::to_vec_pretty(&document)?;
    text.push(b'\n');
    Ok((name, text))
}

/// What Cargo says of the crates for one architecture.
fn metadata(architecture: Architecture) -> anyhow::Result<Value> {
    let mut cargo = command("cargo", &["metadata", "--format-version=1", "--locked"]);
    cargo.args(["--filter-platform", architecture.target()]);
    let told = cargo.stderr(Stdio::inherit()).output()?;
    ensure!(told.status.success(), "cargo metadata fails");
    Ok(serde_json::from_slice(&told.stdout)?)
}

/// Packages by id, and what each is built with.
struct Graph<'a> {
    root: &'a str,
    packages: BTreeMap<&'a str, &'a Value>,
    nodes: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Graph<'a> {
    fn of(metadata: &'a Value) -> anyhow::Result<Self> {
        let by_id = |list: &'a Value| -> BTreeMap<&'a str, &'a Value> {
            let list = list.as_array().into_iter().flatten();
            list.filter_map(|one| Some((one["id"].as_str()?, one)))
                .collect()
        };
        let packages = by_id(&metadata["packages"]);
        let mut all = packages.iter();
        let root = all.find(|(_, package)| package["name"] == "valetkey");
        Ok(Graph {
            root: root.context("valetkey is no package")?.0,
            packages,
            nodes: by_id(&metadata["resolve"]["nodes"]),
        })
    }

    /// The packages that end up in the binary, each with those that it needs directly: not what only builds or tests.
    fn reached(&self) -> BTreeMap<&'a str, Vec<&'a str>> {
        let mut found = BTreeMap::new();
        let mut ahead = vec![self.root];
        while let Some(id) = ahead.pop() {
            if found.contains_key(id) {
                continue;
            }
            let needs = self.needs(id);
            ahead.extend(&needs);
            found.insert(id, needs);
        }
        found
    }

    fn needs(&self, id: &str) -> Vec<&'a str> {
        let all = self.nodes[id]["deps"].as_array().into_iter().flatten();
        let is_in_it = |need: &&'a Value| {
            let mut kinds = need["dep_kinds"].as_array().into_iter().flatten();
            kinds.any(|kind| kind["kind"].is_null())
        };
        all.filter(is_in_it)
            .filter_map(|need| need["pkg"].as_str())
            .collect()
    }
}

/// Where a package can be had: its name in the bill.
fn address(package: &Value) -> String {
    let text = |name: &str| package[name].as_str().unwrap_or_default();
    format!("pkg:cargo/{}@{}", text("name"), text("version"))
}

fn component(package: &Value, kind: &str, digests: &BTreeMap<String, String>) -> Value {
    let address = address(package);
    let mut component = json!({
        "type": kind,
        "bom-ref": address,
        "name": package["name"],
        "version": package["version"],
        "purl": address,
    });
    if let Some(licence) = package["license"].as_str() {
        // Some still write a slash where SPDX says OR.
        let licence = licence.replace('/', " OR ");
        component["licenses"] = json!([{ "expression": licence }]);
    }
    if let Some(digest) = digests.get(&address) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": digest }]);
    }
    component
}

/// The digests in a `Cargo.lock`, by the addresses of packages.
fn digests(lock: &str) -> BTreeMap<String, String> {
    let entries = lock.split("[[package]]");
    let value = |entry: &str, key: &str| {
        let start = format!("{key} = \"");
        let line = entry.lines().find_map(|line| line.strip_prefix(&start));
        line.map(|rest| rest.trim_end_matches('"').to_owned())
    };
    let read = |entry: &str| {
        let (name, version) = (value(entry, "name")?, value(entry, "version")?);
        let digest = value(entry, "checksum")?;
        Some((format!("pkg:cargo/{name}@{version}"), digest))
    };
    entries.filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_builds_or_tests_is_in_no_binary() {
        let need = |to: &str, kind: Value| json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] });
        let package = |id: &str, name: &str| json!({ "id": id, "name": name, "version": "1.0.0" });
        let metadata = json!({
            "packages": [package("v", "valetkey"), package("a", "a"), package("b", "b"), package("c", "c")],
            "resolve": { "nodes": [
                { "id": "v", "deps": [need("a", Value::Null), need("b", json!("dev"))] },
                { "id": "a", "deps": [need("c", json!("build"))] },
                { "id": "b", "deps": [] },
                { "id": "c", "deps": [] },
            ] },
        });
        let graph = Graph::of(&metadata).expect("a graph");
        let expected = BTreeMap::from([("v", vec!["a"]), ("a", vec![])]);
        assert_eq!(graph.reached(), expected);
    }

    #[test]
    fn digests_are_those_of_the_lock() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\nchecksum = \"ab\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let expected = BTreeMap::from([("pkg:cargo/a@1.2.3".to_owned(), "ab".to_owned())]);
        assert_eq!(digests(lock), expected);
    }
}
