//! Passwords and secrets, and the files that they come from.
use super::checks::Checks;
use std::fmt;
use std::path::Path;

/// The fewest characters of a secret.
pub(super) const MIN_SECRET: usize = 24;

/// A password that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What a file holds, without one line end.
pub(super) fn read(checks: &mut Checks<'_>, setting: &str, file: &Path) -> Option<Password> {
    checks.files.push(file.to_owned());
    match std::fs::read_to_string(file) {
        // As a rule somebody is about to write it.
        Ok(text) if text.trim().is_empty() => {
            checks.fault(setting, format!("{} is empty", file.display()));
            None
        }
        Ok(text) => {
            let line = text.strip_suffix('\n').unwrap_or(&text);
            Some(Password(line.strip_suffix('\r').unwrap_or(line).to_owned()))
        }
        Err(error) => {
            let what = format!("{} cannot be read: {error}", file.display());
            checks.fault(setting, what);
            None
        }
    }
}

/// Whether a text is long enough, and goes into a header as it is (RFC 6750 §2.1, `b64token`).
pub(super) fn is_secret(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    let body = text.trim_end_matches('=');
    text.len() >= MIN_SECRET && body.bytes().all(plain)
}
