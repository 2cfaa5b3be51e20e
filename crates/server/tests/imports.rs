//! The modules of the server import each other in one direction: whoever reads a file needs those below it, no others.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
use std::collections::{BTreeMap, BTreeSet};
use std::{fs, path::Path};

/// What is passed on is looked up where it is declared: that is no arrow of the module which passes it on.
const PASSED_ON: &str = "pub(crate) use ";
/// The text of each module by its path (`http::cors`, the crate is ""), without comments and its own tests.
type Modules = BTreeMap<String, String>;
fn read(folder: &Path, parent: &str, found: &mut Modules) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let module = match path.file_stem().unwrap().to_str().unwrap() {
            "main" => continue,
            "mod" | "lib" => parent.to_owned(),
            name => join(parent, name),
        };
        if path.is_dir() {
            read(&path, &module, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap().replace('\n', "\n ");
            let code = text.split("#[cfg(test)]\n mod tests {").next().unwrap();
            let code = code.lines().filter(|line| !line.trim().starts_with("//"));
            found.insert(module, code.collect());
        }
    }
}

fn join(parent: &str, name: &str) -> String {
    format!("{parent}::{name}").trim_matches(':').to_owned()
}
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once("::").unwrap_or(("", path))
}
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// What follows `start` where a path begins with it; `pub(in crate::…)` imports nothing.
fn paths(text: &str, start: &str) -> Vec<String> {
    let begins = |before: &str| !before.ends_with(is_name) && !before.ends_with("(in ");
    let all = text.match_indices(start).map(|(at, _)| text.split_at(at));
    let places = all.filter(|(before, _)| begins(before));
    let found = places.map(|(_, rest)| apart(&rest[start.len()..]));
    found.flatten().collect()
}

/// Its groups taken apart: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn apart(text: &str) -> Vec<String> {
    let (head, rest) = text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()));
    if !rest.starts_with('{') {
        return vec![head.to_owned()];
    }
    let (mut depth, mut items) = (0, vec![String::new()]);
    for c in rest.chars().skip(1).filter(|c| !c.is_whitespace()) {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => items.push(String::new()),
            c => items.last_mut().unwrap().push(c),
        }
        depth += i32::from(c == '{') - i32::from(c == '}');
    }
    let items = items.iter().flat_map(|item| apart(item));
    items.map(|item| format!("{head}{item}")).collect()
}

/// The module in which the thing of this path is declared.
fn declared(path: &str, all: &Modules) -> String {
    let (owner, name) = split(path);
    match all.get(owner) {
        _ if all.contains_key(path) => path.to_owned(),
        None => declared(owner, all),
        Some(text) => {
            let passed_on = paths(text, PASSED_ON);
            let from = passed_on.iter().find(|from| split(from).1 == name);
            from.map_or(owner.to_owned(), |from| declared(&join(owner, from), all))
        }
    }
}

fn arrows(module: &str, text: &str, all: &Modules) -> BTreeSet<String> {
    let mut parts = text.split(PASSED_ON);
    let first = parts.next().unwrap().to_owned();
    let own = parts.fold(first, |own, part| own + part.split_once(';').unwrap().1);
    let above = split(module).0;
    let mut named = paths(&own, "crate::");
    for path in paths(&own, "super::") {
        let further = path.strip_prefix("super::");
        named.push(further.map_or(join(above, &path), |path| join(split(above).0, path)));
    }
    for (parent, child) in all.keys().map(|name| split(name)) {
        if parent == module && !parent.is_empty() && !paths(&own, &format!("{child}::")).is_empty()
        {
            named.push(join(parent, child));
        }
    }
    let to = named.iter().map(|path| declared(path, all));
    to.filter(|to| to != module).collect()
}

#[test]
fn no_module_imports_itself_by_a_detour() {
    let mut all = Modules::new();
    let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    read(sources, "", &mut all);
    let arrows = all.iter().map(|(name, text)| arrows(name, text, &all));
    let mut graph: BTreeMap<_, _> = all.keys().zip(arrows).collect();
    let mut way: Vec<&String> = graph.keys().take(1).copied().collect();
    while let Some(at) = way.last().copied() {
        if let Some((next, _)) = graph[at].iter().find_map(|to| graph.get_key_value(to)) {
            let round = way.iter().position(|module| module == next);
            way.push(next);
            assert!(round.is_none(), "a circle: {:?}", &way[round.unwrap()..]);
        } else {
            graph.remove(at);
            way = graph.keys().take(1).copied().collect();
        }
    }
}
