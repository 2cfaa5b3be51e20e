//! The mails that a development provider wrote into its folder, as a page.
use super::board::{Demo, frame};
use super::reply;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use pages::{DemoMail, DemoMails};
use std::path::Path;

/// Mails on the page.
const MOST: usize = 50;
/// The longest mail that is shown whole, in bytes.
const LONGEST: usize = 64 * 1_024;

/// `GET`: all mails, the newest first.
pub(crate) async fn show(State(demo): State<Demo>) -> Response {
    let folder = demo.settings.mail.as_deref();
    let page = DemoMails {
        frame: frame(),
        configured: folder.is_some(),
        mails: folder.map(newest).unwrap_or_default(),
    };
    reply::page(StatusCode::OK, &page)
}

/// Files are named by their outbox rows, whose ids rise.
fn newest(folder: &Path) -> Vec<DemoMail> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = |path: &Path| -> Option<i64> {
        let is_mail = path.extension()? == "eml";
        let id = path.file_stem()?.to_str()?.parse().ok()?;
        is_mail.then_some(id)
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter_map(|path| Some((named(&path)?, path)))
        .collect();
    files.sort_unstable_by(|one, two| two.cmp(one));
    let read = files.into_iter().take(MOST);
    read.filter_map(|(_, path)| std::fs::read(path).ok())
        .map(|mail| parsed(&mail[..mail.len().min(LONGEST)]))
        .collect()
}

/// A mail as people read it: of the kind that we write, with its text in the first part.
fn parsed(mail: &[u8]) -> DemoMail {
    let mail = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    let (head, body) = split(&mail);
    let text = match value(&head, "Content-Type").split_once("boundary=\"") {
        Some((_, rest)) => {
            let boundary = format!("--{}\n", rest.split('"').next().unwrap_or_default());
            let part = body.split(&boundary).nth(1).unwrap_or_default();
            let part = part.split("\n--").next().unwrap_or_default();
            let (head, body) = split(part);
            decoded(&head, body)
        }
        None => decoded(&head, body),
    };
    let value = |name: &str| value(&head, name);
    DemoMail {
        subject: words(value("Subject")),
        to: words(value("To")),
        from: words(value("From")),
        date: value("Date").to_owned(),
        link: text
            .lines()
            .find(|line| line.starts_with("http"))
            .map(str::to_owned),
        text,
    }
}

/// The headers, each on one line, and the body.
fn split(mail: &str) -> (String, &str) {
    let (head, body) = mail.split_once("\n\n").unwrap_or((mail, ""));
    (head.replace("\n ", " ").replace("\n\t", " "), body)
}

fn value<'a>(head: &'a str, name: &str) -> &'a str {
    let named = |line: &&str| line.split(':').next().is_some_and(|own| own == name);
    let line = head.lines().find(named).unwrap_or_default();
    line.split_once(':').map_or("", |(_, value)| value.trim())
}

fn decoded(head: &str, body: &str) -> String {
    match value(head, "Content-Transfer-Encoding") {
        "base64" => from_base64(body).replace("\r\n", "\n"),
        "quoted-printable" => {
            String::from_utf8_lossy(&from_quoted_printable(body, false)).into_owned()
        }
        _ => body.to_owned(),
    }
}

fn from_base64(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Quoted-printable (RFC 2045 §6.7), or of a header's word (RFC 2047 §4.2), where `_` is a space.
fn from_quoted_printable(text: &str, word: bool) -> Vec<u8> {
    let text = text.replace("=\n", "");
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = match (first, byte) {
            (b'=', Some(byte)) => {
                out.push(byte);
                &after[2..]
            }
            _ => {
                out.push(if word && first == b'_' { b' ' } else { first });
                after
            }
        };
    }
    out
}

/// A header with its encoded words (RFC 2047) as text; white space between two of them goes.
fn words(text: &str) -> String {
    let (mut out, mut before) = (String::new(), false);
    for part in text.split(' ') {
        let decoded = word(part);
        let joined = before && decoded.is_some();
        if !out.is_empty() && !joined {
            out.push(' ');
        }
        before = decoded.is_some();
        out.push_str(decoded.as_deref().unwrap_or(part));
    }
    out
}

/// `=?utf-8?b?…?=`.
fn word(text: &str) -> Option<String> {
    let inner = text.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inner.splitn(3, '?');
    let (_, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    Some(match encoding {
        "b" | "B" => from_base64(text),
        _ => String::from_utf8_lossy(&from_quoted_printable(text, true)).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_in_every_encoding() {
        let mail = |encoding: &str, body: &str| {
            format!(
                "From: =?utf-8?b?Wm/Dqw==?= <a@example.com>\r\nTo: ada@example.com\r\n\
                 Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_an?=\r\n =?utf-8?q?_alle?=\r\n\
                 Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"
            )
        };
        for (encoding, body) in [
            ("base64", "U2Now7bDqG4h\r\n"),
            ("quoted-printable", "Sch=C3=B6=C3=\r\n=A8n!"),
            ("8bit", "Schöèn!"),
        ] {
            let read = parsed(mail(encoding, body).as_bytes());
            assert_eq!(read.text, "Schöèn!", "{encoding}");
            let parts = format!(
                "Content-Type: multipart/alternative; boundary=\"b-1\"\r\n\r\n--b-1\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n\
                 {body}\r\n--b-1\r\nContent-Type: text/html\r\n\r\n<p>no</p>\r\n--b-1--\r\n"
            );
            let first = parsed(parts.as_bytes());
            assert_eq!(first.text.trim_end(), "Schöèn!", "{encoding}");
            assert_eq!(read.subject, "Grüße an alle");
            assert_eq!(
                (read.from.as_str(), read.to.as_str()),
                ("Zoë <a@example.com>", "ada@example.com")
            );
        }
    }
}
