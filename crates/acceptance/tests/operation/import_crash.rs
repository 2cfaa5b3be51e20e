//! `kill -9` while people are imported beside a server at work: run again, the import goes on, and nobody is made twice.
//!
//! 6,000 people of whom three in a hundred are broken; with `VALETKEY_LONG=1` a hundred thousand.

use crate::support::told::random_below;
use crate::support::{ANN, PASSWORD, Scene, long, within};
use acceptance::{Json, Provider};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const HASH: &str = "$2b$08$abcdefghijklmnopqrstuuX0eNaBGKUiO9Fc.vnukr/oXEVzdIWLO";
/// People that one transaction makes.
const BATCH: u64 = 500;
/// Memory that the command may take at most, in KiB, however many there are.
const MOST_MEMORY: u64 = 128 * 1_024;

fn people() -> u64 {
    if long() { 100_000 } else { 6_000 }
}

fn is_broken(line: u64) -> bool {
    line % 100 >= 97
}

/// Lines of which every hundredth is no JSON, one has no address, and one a hash that costs too much.
fn write(file: &Path) {
    let mut out = BufWriter::new(File::create(file).expect("a file"));
    for n in 0..people() {
        let email = format!("user{n}@example.com");
        let line = match n % 100 {
            97 => "{\"email\":".to_owned(),
            98 => json!({ "name": email }).to_string(),
            99 => json!({ "email": email, "password_hash": HASH.replace("$08$", "$20$") }).to_string(),
            _ => json!({ "email": email, "email_verified": true, "name": "Ada", "password_hash": HASH, "created_at": 1_500_000_000 + n }).to_string(),
        };
        writeln!(out, "{line}").expect("a line");
    }
}

fn begin(provider: &Provider, file: &Path) -> Child {
    let mut command = provider.command();
    command
        .args([
            "user",
            "import",
            "--json",
            "--errors",
            "errors.jsonl",
            "--config",
        ])
        .arg(provider.config_path())
        .args(["--storage", &provider.storage()])
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().expect("the command")
}

/// The most memory that a process has taken so far, in KiB.
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

/// Waits for an import to end; what it printed, and the most memory it took.
#[track_caller]
fn end(mut child: Child) -> (Json, u64) {
    let mut most = 0;
    while child.try_wait().expect("a state").is_none() {
        most = most.max(peak(&child));
        std::thread::sleep(Duration::from_millis(5));
    }
    let done = child.wait_with_output().expect("an end");
    assert_eq!(done.status.code(), Some(1), "there are broken lines");
    let printed = serde_json::from_slice(&done.stdout).expect("one document");
    (printed, most)
}

#[test]
fn an_import_that_was_killed_goes_on_and_makes_nobody_twice() {
    let scene = Scene::plain("");
    let provider = &scene.provider;
    let file = provider.folder().join("people.jsonl");
    write(&file);
    let broken = (0..people()).filter(|n| is_broken(*n)).count() as u64;
    let right = people() - broken;
    for _ in 0..if long() { 4 } else { 2 } {
        let mut child = begin(provider, &file);
        // What was told of a batch is written once it is settled.
        let errors = provider.folder().join("errors.jsonl");
        let settled = || std::fs::metadata(&errors).is_ok_and(|file| file.len() > 0);
        assert!(within(Duration::from_secs(60), settled), "no batch");
        // The whole takes about a second, and longer in the long form.
        std::thread::sleep(random_below(if long() { 3_000 } else { 60 }));
        child.kill().expect("a signal");
        child.wait().expect("an end");
        // The server goes on beside it.
        provider.browser().sign_in(ANN, PASSWORD);
    }
    let began = Instant::now();
    let (done, most) = end(begin(provider, &file));
    let count = |name: &str| done[name].as_u64().expect("a number");
    println!("{done} in {:?}, {most} KiB at most", began.elapsed());
    assert_eq!(count("lines"), people(), "{done}");
    assert_eq!(count("refused"), broken, "{done}");
    assert_eq!(count("imported") + count("duplicates"), right, "{done}");
    assert!(most < MOST_MEMORY, "{most} KiB");
    // What was there before are whole batches: the lines that are right, 500 at a time.
    let before = count("duplicates");
    let is_whole = before == right || before.is_multiple_of(BATCH);
    assert!(before > 0 && is_whole, "{done}");
    let (again, _) = end(begin(provider, &file));
    assert_eq!(
        (again["imported"].as_u64(), again["duplicates"].as_u64()),
        (Some(0), Some(right))
    );
    let errors = std::fs::read_to_string(provider.folder().join("errors.jsonl")).expect("errors");
    let told = errors
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
    let refused: BTreeSet<u64> = told
        .filter(|told| told["duplicate"] == false)
        .filter_map(|told| told["line"].as_u64())
        .collect();
    let expected: BTreeSet<u64> = (0..people())
        .filter(|n| is_broken(*n))
        .map(|n| n + 1)
        .collect();
    assert!(refused == expected, "each broken line is told");
    assert_eq!(everybody(&scene), right);
    provider
        .browser()
        .sign_in("user42@example.com", "four quiet winter walks");
}

/// How many of those who were imported there are, each with an address of their own.
fn everybody(scene: &Scene) -> u64 {
    let (mut found, mut after) = (BTreeSet::new(), None::<String>);
    loop {
        let mut list = vec!["user", "list", "--limit", "1000"];
        if let Some(after) = &after {
            list.extend(["--after", after]);
        }
        let page = scene.cli(&list);
        let users = page["users"].as_array().expect("a list").iter();
        let emails = users.filter_map(|user| user["email"].as_str());
        let imported = emails.filter(|email| email.starts_with("user"));
        for email in imported {
            assert!(found.insert(email.to_owned()), "{email} twice");
        }
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => return found.len() as u64,
        }
    }
}
