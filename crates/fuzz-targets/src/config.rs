//! The configuration: its file and its environment. No file is touched.
use crate::ground::{check_url, text};

/// What parts the file from the environment, which has one `NAME=VALUE` a line.
const ENVIRONMENT: &str = "\n---\n";

/// A configuration file, and perhaps variables behind it.
pub(crate) fn config(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (file, variables) = text.split_once(ENVIRONMENT).unwrap_or((text, ""));
    let variables: Vec<(String, String)> = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        // These name a file to be read.
        .filter(|(name, _)| !name.ends_with("_FILE"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    match config::check(file, &variables, check_url) {
        Ok(checked) => {
            let again = config::check(&checked.toml, &[], check_url)
                .unwrap_or_else(|fault| panic!("{fault}\n{}", checked.toml));
            assert_eq!(again.toml, checked.toml);
            assert!(
                checked
                    .warnings
                    .iter()
                    .all(|warning| is_a_sentence(warning))
            );
            assert!(!checked.policy.issuer.is_empty() && !checked.policy.grants.is_empty());
            assert_ne!(
                checked.policy.tokens.access_prefix,
                checked.policy.tokens.refresh_prefix
            );
        }
        Err(faults) => {
            for fault in faults.lines() {
                names_its_place(fault, file, &variables);
            }
        }
    }
}

/// A fault says where: a line of the file, a variable, or a setting; then what, in one line.
fn names_its_place(fault: &str, file: &str, variables: &[(String, String)]) {
    let named = |(name, _): &(String, String)| {
        let plain = |c: char| {
            if c.is_control() {
                c.escape_default().to_string()
            } else {
                c.into()
            }
        };
        let place = format!("{}: ", name.chars().map(plain).collect::<String>());
        fault.strip_prefix(&place)
    };
    let variable = variables.iter().find_map(named);
    let sentence = match (fault.strip_prefix("valetkey.toml:"), variable) {
        (Some(rest), _) => {
            let (line, sentence) = rest.split_once(": ").expect("a line and a sentence");
            let line: usize = line.parse().expect("the number of a line");
            let lines = file.split('\n').count();
            assert!(
                (1..=lines).contains(&line),
                "line {line} of {lines}: {fault}"
            );
            sentence
        }
        (None, Some(sentence)) => sentence,
        (None, None) => {
            let (setting, sentence) = fault.split_once(": ").expect("a place and a sentence");
            let plain = |c: char| c.is_ascii_lowercase() || "._".contains(c);
            assert!(!setting.is_empty() && setting.chars().all(plain), "{fault}");
            sentence
        }
    };
    assert!(is_a_sentence(sentence), "{fault:?}");
}

fn is_a_sentence(text: &str) -> bool {
    text.len() > 8 && !text.chars().any(char::is_control)
}
