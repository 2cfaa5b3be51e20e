//! Checks `[mail]`: who mails are from, and who takes them.
use super::address::{host_of, is_loopback};
use super::bounces::{self, BounceHook};
use super::checks::{Checks, is_text};
use super::password::{Password, read};
use super::settings::MailSettings;
use percent_encoding::percent_decode_str;
use protocol::types::MailAddress;
use std::path::PathBuf;
use url::Url;

/// Longest name of a sender, in characters.
const MAX_NAME: usize = 60;

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What people see it is from.
    pub name: Option<String>,
    /// The address it is from.
    pub from: MailAddress,
    /// Who takes it.
    pub by: MailBy,
    /// Where a mail service tells of mail that comes back.
    pub bounces: Option<BounceHook>,
}

impl Mail {
    /// The folder that takes mails, if one does.
    pub fn folder(&self) -> Option<PathBuf> {
        match &self.by {
            MailBy::Folder(folder) => Some(folder.clone()),
            MailBy::Smtp(_) => None,
        }
    }

    /// The files that hold secrets: the password, and what the mail service proves itself by.
    pub fn secret_files(&self) -> impl Iterator<Item = PathBuf> {
        let password = match &self.by {
            MailBy::Smtp(smtp) => smtp.password_file.clone(),
            MailBy::Folder(_) => None,
        };
        let hook = self.bounces.as_ref();
        let secret = hook.and_then(|hook| hook.secret_file.clone());
        password.into_iter().chain(secret)
    }
}

/// Who takes mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailBy {
    /// A server.
    Smtp(Smtp),
    /// A folder.
    Folder(PathBuf),
}

/// A server that takes mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How what is said to it is kept from others.
    pub security: Security,
    /// Who we are to it, and the proof.
    pub login: Option<(String, Password)>,
    /// The file that the proof came from.
    pub password_file: Option<PathBuf>,
}

/// How what is said to a server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is sent that matters.
    StartTls,
    /// Not at all.
    None,
}

/// Checks the table; `None` where it is not there, or wrong.
pub(super) fn mail(checks: &mut Checks<'_>) -> Option<Mail> {
    let settings = &checks.settings().mail;
    if is_empty(settings) {
        return None;
    }
    let sender = sender(checks);
    let bounces = bounces::bounces(checks);
    let by = match (&settings.smtp, &settings.folder) {
        (Some(url), None) => smtp(checks, url).map(MailBy::Smtp),
        (None, Some(folder)) => Some(MailBy::Folder(
            checks.layers.resolved("mail.folder", folder),
        )),
        (None, None) => {
            checks.fault("mail", "says nobody who takes mails: write smtp = \"smtps://USER@HOST\", or folder = \"mail\" to try things");
            None
        }
        (Some(_), Some(_)) => {
            checks.fault(
                "mail.folder",
                "stands beside mail.smtp: mails go to one of them",
            );
            None
        }
    };
    let (name, from) = sender?;
    by.map(|by| Mail {
        name,
        from,
        by,
        bounces,
    })
}

fn is_empty(settings: &MailSettings) -> bool {
    let MailSettings {
        from,
        smtp,
        password,
        password_file,
        folder,
        bounces,
    } = settings;
    let texts = [from, smtp, password].iter().all(|text| text.is_none());
    texts && password_file.is_none() && folder.is_none() && bounces::is_empty(bounces)
}

/// `NAME <ADDRESS>`, or the address alone.
fn sender(checks: &mut Checks<'_>) -> Option<(Option<String>, MailAddress)> {
    let Some(text) = &checks.settings().mail.from else {
        checks.fault(
            "mail.from",
            "is missing: write from = \"Acme <no-reply@acme.example>\"",
        );
        return None;
    };
    let (name, address) = match text
        .trim()
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
    {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text.as_str()),
    };
    let address = MailAddress::parse(address).filter(is_sender);
    let name = Some(name.trim()).filter(|name| !name.is_empty());
    match (address, name) {
        (Some(address), None) => Some((None, address)),
        (Some(address), Some(name)) if is_text(name, MAX_NAME) && !name.contains(['<', '>']) => {
            Some((Some(name.to_owned()), address))
        }
        _ => {
            let what = format!(
                "{text:?} is no sender: write it like \"Acme <no-reply@acme.example>\", the name of at most {MAX_NAME} characters, what is before the @ in ASCII, of at most 64"
            );
            checks.fault("mail.from", what);
            None
        }
    }
}

/// Whether mails can be from an address, whichever server takes them: one with letters beyond ASCII before the `@` is
/// taken by few (RFC 6531).
fn is_sender(address: &MailAddress) -> bool {
    let (local, host) = address.parts();
    local.is_ascii() && lettre::Address::new(local, host).is_ok()
}

/// How to write a server. What was written may hold a password, so it is not shown.
const URL: &str = "is no server for mail: write it like \"smtps://USER@mail.example.com\" or \
                   \"smtp://USER@mail.example.com:587\", with a % in the user name as %25";

fn smtp(checks: &mut Checks<'_>, text: &str) -> Option<Smtp> {
    let refuse = |checks: &mut Checks<'_>, what: &str| {
        checks.fault("mail.smtp", what);
        None
    };
    let Some(url) = Url::parse(text).ok().filter(is_sound) else {
        return refuse(checks, URL);
    };
    if url.password().is_some() {
        return refuse(
            checks,
            "holds a password, which does not belong there: name a file that has it in mail.password_file, or set VALETKEY_MAIL__PASSWORD_FILE",
        );
    }
    let host = url.host_str().unwrap_or_default();
    let tls = url.query_pairs().find(|(name, _)| name == "tls");
    let security = match (url.scheme(), tls.as_ref().map(|(_, value)| &**value)) {
        ("smtps", None | Some("required")) => Security::Tls,
        ("smtp", Some("required")) => Security::StartTls,
        ("smtp", Some("none")) => Security::None,
        ("smtp", None) if is_loopback(host) => Security::None,
        ("smtp", None) => Security::StartTls,
        _ => {
            return refuse(
                checks,
                "may end with ?tls=required or, of smtp:// alone, ?tls=none",
            );
        }
    };
    let user = percent_decode_str(url.username()).decode_utf8_lossy();
    let login = match user.is_empty() {
        true => {
            refuse_password(checks);
            None
        }
        false => Some((user.into_owned(), password(checks)?)),
    };
    warn_of_plain(checks, host, security, login.is_some());
    Some(Smtp {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        }),
        security,
        login,
        password_file: password_file(checks),
    })
}

fn is_sound(url: &Url) -> bool {
    let known = |(name, _): (std::borrow::Cow<'_, str>, _)| name == "tls";
    ["smtp", "smtps"].contains(&url.scheme())
        && url.host_str().is_some_and(|host| host_of(host).is_some())
        && ["", "/"].contains(&url.path())
        && url.fragment().is_none()
        && url.query_pairs().all(known)
}

/// Nobody logs in with a password alone.
fn refuse_password(checks: &mut Checks<'_>) {
    for setting in ["mail.password", "mail.password_file"] {
        if checks.is_set(setting) {
            checks.fault(setting, "is for a user, and mail.smtp names none: write smtps://USER@HOST, or leave the password out");
        }
    }
}

fn password_file(checks: &Checks<'_>) -> Option<PathBuf> {
    let file = checks.settings().mail.password_file.as_ref()?;
    Some(checks.layers.resolved("mail.password_file", file))
}

/// The password, from the file if one is named.
fn password(checks: &mut Checks<'_>) -> Option<Password> {
    let text = &checks.settings().mail.password;
    match (text, password_file(checks)) {
        (Some(text), None) => Some(Password(text.clone())),
        (None, Some(file)) => read(checks, "mail.password_file", &file),
        (Some(_), Some(_)) => {
            checks.fault(
                "mail.password_file",
                "stands beside mail.password: one of them is enough",
            );
            None
        }
        (None, None) => {
            checks.fault("mail.password_file", "is missing: mail.smtp names a user, whose password must be in a file, or in VALETKEY_MAIL__PASSWORD");
            None
        }
    }
}

/// Says what others can read on the way to a server.
fn warn_of_plain(checks: &mut Checks<'_>, host: &str, security: Security, login: bool) {
    match security {
        Security::Tls | Security::StartTls => {}
        Security::None if is_loopback(host) => {}
        Security::None if login => checks.fault(
            "mail.smtp",
            "would send the password in the clear to another machine: use smtps://, or ?tls=required",
        ),
        Security::None => checks.warn(format!(
            "mail.smtp goes to {host} without TLS: whoever is between can read the mails, and the links in them that open accounts"
        )),
    }
}
