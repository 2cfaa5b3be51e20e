//! The mails that a development provider wrote into its folder, as a page.
use super::board::{Demo, frame};
use crate::http::reply;
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
pub(super) async fn show(State(demo): State<Demo>) -> Response {
    let folder = demo.settings.mail.as_deref();
    let page = DemoMails {
        frame: frame(),
        configured: folder.is_some(),
        mails: folder.map(newest).unwrap_or_default(),
    };
    reply::page(StatusCode::OK, &page, None)
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

/// A mail as people read it: of the kind that we write, with one part.
fn parsed(mail: &[u8]) -> DemoMail {
    let mail = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    let (head, body) = mail.split_once("\n\n").unwrap_or((&mail, ""));
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let value = |name: &str| {
        let named = |line: &&str| line.split(':').next().is_some_and(|own| own == name);
        let line = head.lines().find(named).unwrap_or_default();
        line.split_once(':').map_or("", |(_, value)| value.trim())
    };
    DemoMail {
        subject: words(value("Subject")),
        to: words(value("To")),
        from: words(value("From")),
        date: value("Date").to_owned(),
        text: match value("Content-Transfer-Encoding") {
            "base64" => from_base64(body).replace("\r\n", "\n"),
            "quoted-printable" => String::from_utf8_lossy(&unquoted(body, false)).into_owned(),
            _ => body.to_owned(),
        },
    }
}

fn from_base64(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Quoted-printable (RFC 2045 §6.7), or of a header's word (RFC 2047 §4.2), where `_` is a space.
fn unquoted(text: &str, word: bool) -> Vec<u8> {
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
        _ => String::from_utf8_lossy(&unquoted(text, true)).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Letter, Mailer};
    use config::Config;
    use config::{Mail, MailBy};
    use protocol::outbox::Entry;
    use protocol::types::{Locator, MailAddress, UnixTime};

    fn entry(id: i64) -> Entry {
        Entry {
            id: Locator(id),
            kind: String::new(),
            destination: String::new(),
            payload: String::new(),
            created_at: UnixTime(1_800_000_000),
            due_at: UnixTime(0),
            attempts: 0,
            last_error: None,
            dead_at: None,
        }
    }

    #[tokio::test]
    async fn what_was_sent_is_shown_as_it_was_meant_newest_first() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("mail");
        assert_eq!(newest(&folder), []);
        let address = |text: &str| MailAddress::parse(text).unwrap();
        let mut config = Config::for_tests();
        config.mail = Some(Mail {
            name: Some("Zoë’s Täsk Board".to_owned()),
            from: address("no-reply@example.com"),
            by: MailBy::Folder(folder.clone()),
        });
        let mailer = Mailer::of(&config).unwrap();
        let long = "a".repeat(200);
        let letters = [
            ("Hello", "It works.\n=3D <b>\n"),
            (
                "Grüße an alle, die heute Aufgaben für morgen haben — 你好",
                "Schöne Grüße\n你好\n",
            ),
            ("Long", long.as_str()),
        ];
        for (id, (subject, text)) in (1..).zip(letters) {
            let letter = Letter {
                to: address("ada@example.com"),
                subject: subject.to_owned(),
                text: text.to_owned(),
            };
            mailer.send(&letter, &entry(id)).await.unwrap();
        }
        std::fs::write(folder.join("notes.txt"), "x").unwrap();
        let shown = newest(&folder);
        assert_eq!(shown.len(), 3);
        for (mail, (subject, text)) in shown.iter().zip(letters.iter().rev()) {
            assert_eq!(
                (mail.subject.as_str(), mail.text.trim_end()),
                (*subject, text.trim_end())
            );
            assert_eq!(mail.to, "ada@example.com");
            assert!(mail.from.contains("Zoë’s Täsk Board"), "{mail:?}");
            assert_eq!(mail.date, "Fri, 15 Jan 2027 08:00:00 +0000");
        }
    }
}
