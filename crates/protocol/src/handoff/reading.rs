//! Reading what the company says: faults with their place, ids, and names as they may be shown.
use crate::types::text::{deceives, shortened};
use jose::json::Object;
use serde_json::Value;
use wire::introspection::APP_MARK;

/// What stands before the id of a person who has an account here alone, where others are known by the company's ids.
pub const LOCAL_MARK: &str = "local:";
/// "It MUST NOT exceed 255 ASCII \[RFC20\] characters in length" (OpenID Connect Core §2, of `sub`).
const LONGEST_ID: usize = 255;
/// Longest name of a person, in characters.
pub(crate) const LONGEST_NAME: usize = 100;

/// What is wrong with an answer, and where (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFault {
    /// Where; empty: the whole.
    pub pointer: String,
    /// What: a sentence without a capital letter and a full stop.
    pub what: String,
}

/// As an operator is told, who has no place in a form for it.
impl std::fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pointer.trim_start_matches('/') {
            "" => f.write_str(&self.what),
            place => write!(f, "{place}: {}", self.what),
        }
    }
}

impl AnswerFault {
    pub(crate) fn at(pointer: &str, what: impl Into<String>) -> Self {
        AnswerFault {
            pointer: pointer.to_owned(),
            what: what.into(),
        }
    }
}

pub(crate) fn missing(pointer: &str) -> AnswerFault {
    AnswerFault::at(pointer, "this is missing")
}

/// That an object has these members alone: a misspelled one is told, and not passed over.
pub(crate) fn knows(object: &Object, at: &str, known: &[&str]) -> Result<(), AnswerFault> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => {
            let shown = shortened(name, 40).replace('~', "~0").replace('/', "~1");
            let what = format!("this is not known here: write {}", known.join(", "));
            Err(AnswerFault::at(&format!("{at}/{shown}"), what))
        }
        None => Ok(()),
    }
}

pub(crate) fn text<'a>(
    object: &'a Object,
    at: &str,
    name: &str,
) -> Result<Option<&'a str>, AnswerFault> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(AnswerFault::at(
            &format!("{at}/{name}"),
            "this is not a text",
        )),
    }
}

/// Left out, it is not so.
pub(crate) fn flag(object: &Object, at: &str, name: &str) -> Result<bool, AnswerFault> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => {
            let what = "this is not true or false";
            Err(AnswerFault::at(&format!("{at}/{name}"), what))
        }
    }
}

/// What is wrong with an id.
pub(crate) fn id_fault(id: &str) -> Option<String> {
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(|b| b.is_ascii_graphic()) {
        return Some(format!(
            "this is not 1 to {LONGEST_ID} visible characters of ASCII"
        ));
    }
    let marks = [APP_MARK, LOCAL_MARK];
    let mark = marks.into_iter().find(|mark| id.starts_with(mark))?;
    Some(format!(
        "{mark} at its beginning marks what is not a person of yours"
    ))
}

/// A name as it may be shown. Nobody is kept out because of what they are called elsewhere.
pub(crate) fn called(name: &str, instead: &str, longest: usize) -> String {
    let plain: String = name.chars().filter(|c| !deceives(*c)).collect();
    let name = if plain.trim().is_empty() {
        instead
    } else {
        plain.trim()
    };
    // What is cut off is marked by one character more.
    shortened(name, longest - 1)
}
