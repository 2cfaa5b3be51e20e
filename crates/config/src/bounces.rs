//! Checks `[mail.bounces]`: where a mail service tells of mail that comes back, and what it proves itself by.
use super::checks::Checks;
use super::password::{MIN_SECRET, Password, is_secret, read};
use super::paths::fault_of;
use super::settings::BounceSettings;
use std::path::PathBuf;

/// Where a mail service tells of mail that comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BounceHook {
    /// The path that it posts to.
    pub path: String,
    /// What it proves itself by.
    pub secret: Password,
    /// The file that the secret came from.
    pub secret_file: Option<PathBuf>,
}

/// Whether nothing of it is set.
pub(super) fn is_empty(settings: &BounceSettings) -> bool {
    let BounceSettings {
        path,
        secret,
        secret_file,
    } = settings;
    path.is_none() && secret.is_none() && secret_file.is_none()
}

/// Checks the table; `None` where it is not there, or wrong.
pub(super) fn bounces(checks: &mut Checks<'_>) -> Option<BounceHook> {
    let settings = &checks.settings().mail.bounces;
    if is_empty(settings) {
        return None;
    }
    let Some(path) = settings.path.clone() else {
        checks.fault(
            "mail.bounces.path",
            "is missing: write a path such as \"/mail/bounces\"",
        );
        return None;
    };
    if let Some(what) = fault_of(&path).or_else(|| taken(checks, &path)) {
        checks.fault("mail.bounces.path", what);
    }
    let secret_file = settings.secret_file.as_ref();
    let secret_file =
        secret_file.map(|file| checks.layers.resolved("mail.bounces.secret_file", file));
    let secret = match (&settings.secret, &secret_file) {
        (Some(text), None) => Some(Password(text.clone())),
        (None, Some(file)) => read(checks, "mail.bounces.secret_file", file),
        (Some(_), Some(_)) => {
            let what = "stands beside mail.bounces.secret: one of them is enough";
            checks.fault("mail.bounces.secret_file", what);
            None
        }
        (None, None) => {
            checks.fault("mail.bounces.secret_file", "is missing: what the mail service proves itself by must be in a file, or in VALETKEY_MAIL__BOUNCES__SECRET");
            None
        }
    }?;
    if !is_secret(&secret.0) {
        let what = format!(
            "is no secret for a header: write at least {MIN_SECRET} letters and digits that nobody can guess, as `openssl rand -hex 32` makes them"
        );
        let setting = match secret_file {
            Some(_) => "mail.bounces.secret_file",
            None => "mail.bounces.secret",
        };
        checks.fault(setting, what);
    }
    Some(BounceHook {
        path,
        secret,
        secret_file,
    })
}

/// What else is at a path.
fn taken(checks: &Checks<'_>, path: &String) -> Option<String> {
    let settings = checks.settings();
    let endpoints = settings.paths.named().into_iter();
    let mut own = endpoints.filter(|(_, paths)| paths.contains(path));
    let name = match own.next() {
        Some((name, _)) => format!("paths.{name}"),
        None if settings.portal.path.as_ref() == Some(path) => "portal.path".to_owned(),
        None => return None,
    };
    Some(format!("{name} is at this path: choose another"))
}
