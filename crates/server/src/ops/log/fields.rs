//! Whether the page about the log names the fields that lines have, and no others: compared with what the source tells.
use super::{RequestLine, request_as_json};
use crate::http::request::RequestId;
use crate::ops::telemetry::{SpanId, TraceId};
use axum::http::{Method, StatusCode};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What tells something: what follows is its arguments.
const TELLS: [&str; 4] = [
    "tracing::info!(",
    "tracing::warn!(",
    "tracing::error!(",
    "tracing::error_span!(",
];

/// Every file of Rust below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let inner = entries.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    inner
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// The arguments of a call that `text` goes on with, and each is cut at the commas outside of brackets and texts.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut all = vec![String::new()];
    for letter in text.chars() {
        match letter {
            _ if quoted => {
                let ends = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                quoted = !ends;
            }
            '"' => quoted = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = all.last_mut() {
            last.push(letter);
        }
    }
    all
}

/// The fields that a call tells: what stands before its message, or behind the name of a span.
fn fields(call: &str, is_span: bool) -> Vec<String> {
    let all = arguments(call);
    let all = all.iter().map(|argument| argument.trim());
    let own: Vec<&str> = match is_span {
        true => all.skip(1).collect(),
        false => all
            .take_while(|argument| !argument.starts_with('"'))
            .collect(),
    };
    let named = own.into_iter().filter(|argument| !argument.is_empty());
    named
        .map(|argument| {
            let name = argument.split('=').next().unwrap_or_default();
            name.trim().trim_start_matches(['%', '?']).to_owned()
        })
        .collect()
}

fn told_by_the_source() -> BTreeSet<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut told = BTreeSet::new();
    for file in [here.join("src"), here.join("../outbound/src")]
        .iter()
        .flat_map(|folder| sources(folder))
    {
        if file.ends_with("log/fields.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        // What tests tell is told to nobody.
        let text = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        for tells in TELLS {
            let calls = text.split(tells).skip(1);
            told.extend(calls.flat_map(|call| fields(call, tells.contains("span"))));
        }
    }
    told
}

/// The names of a request's line that has all of them.
fn told_of_requests() -> BTreeSet<String> {
    let mut out = String::new();
    let line = RequestLine {
        id: RequestId::next(),
        method: &Method::GET,
        path: "/",
        status: StatusCode::OK,
        took: Duration::from_millis(1),
        client: [127, 0, 0, 1].into(),
        trace: Some((TraceId::of_digits(7), SpanId::of_digits(7))),
        fault: Some("why"),
    };
    request_as_json(&line, &mut out);
    let line: serde_json::Value = serde_json::from_str(&out).unwrap();
    line.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_page_of_the_log_names_what_lines_have_and_no_more() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/log.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let first = rows.filter_map(|row| row.split(" |").next());
    let named: BTreeSet<String> = first
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect();
    let mut told = told_by_the_source();
    told.extend(told_of_requests());
    assert_eq!(named, told);
}

#[test]
fn the_page_of_the_log_names_every_job() {
    let jobs = concat!(
        include_str!("../../jobs/mod.rs"),
        include_str!("../../serve.rs")
    );
    let begun = jobs.split("jobs.begin(\"").skip(1);
    let begun = begun.filter_map(|rest| rest.split('"').next());
    let page = include_str!("../../../../../docs/reference/log.md");
    let row = page.lines().find(|line| line.starts_with("| `job` |"));
    let named: BTreeSet<&str> = row.unwrap().split('`').skip(3).step_by(2).collect();
    assert_eq!(named, begun.collect());
}
