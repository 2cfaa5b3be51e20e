//! Mails: from what a job wants to say to a message, and on to whoever takes it.
mod bounces;
mod folder;
mod smtp;

pub(crate) use bounces::mount;

use crate::http::brand::links;
use crate::jobs::JobError;
use config::{Config, Mail, MailBy};
use lettre::message::header::{HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use pages::{BrandLinks, MailFoot, Speak, Text};
use protocol::outbox::Entry;
use protocol::types::{Language, LocalText, MailAddress};
use smtp::Relay;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

/// What is said to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Its language.
    pub(crate) language: Language,
    /// Who gets it.
    pub(crate) to: MailAddress,
    /// What it is about.
    pub(crate) subject: Text,
    /// What it says before its link, in paragraphs.
    pub(crate) before: Vec<Text>,
    /// The words of its link, and where it leads.
    pub(crate) link: Option<(Text, String)>,
    /// What it says after its link.
    pub(crate) after: Vec<Text>,
}

impl Letter {
    /// As plain text. What stands under every mail is set apart as signatures are (RFC 3676 §4.3).
    fn text(&self, foot: &MailFoot) -> String {
        let link = self
            .link
            .iter()
            .map(|(label, href)| format!("{label}:\n{href}"));
        let before = self.before.iter().map(Text::to_string);
        let after = self.after.iter().map(Text::to_string);
        let parts: Vec<String> = before.chain(link).chain(after).collect();
        let links = foot.links.iter();
        let links = links.map(|(label, href)| format!("{label}: {href}"));
        let foot: Vec<String> = foot.lines.iter().cloned().chain(links).collect();
        let foot = match foot.is_empty() {
            true => String::new(),
            false => format!("\n-- \n{}\n", foot.join("\n")),
        };
        format!("{}\n{foot}", parts.join("\n\n"))
    }

    /// As HTML.
    fn html(&self, product: &str, foot: &MailFoot) -> String {
        let mail = pages::Mail {
            language: self.language,
            product: product.to_owned(),
            subject: self.subject.clone(),
            before: self.before.clone(),
            link: self.link.clone(),
            after: self.after.clone(),
            foot: foot.clone(),
        };
        mail.html()
    }
}

#[cfg(test)]
impl Letter {
    /// Fails if it says anything in plain letters but `of_others`: written in [`Language::Pseudo`], all that is of the
    /// catalogue has others.
    #[track_caller]
    pub(crate) fn assert_of_the_catalogue(&self, of_others: &[&str]) {
        let label = self.link.iter().map(|(label, _)| label);
        let said = [&self.subject].into_iter().chain(label);
        for text in said.chain(&self.before).chain(&self.after) {
            // What stands in a sentence as a link is no word.
            let words = text
                .as_str()
                .split(' ')
                .filter(|word| !word.contains("://"));
            let words = words.collect::<Vec<_>>().join(" ");
            let rest = of_others
                .iter()
                .fold(words, |rest, word| rest.replace(word, ""));
            assert!(
                !rest.contains(|c: char| c.is_ascii_alphabetic()),
                "{rest}: {self:?}"
            );
        }
    }
}

/// Sends mails.
pub(crate) struct Mailer {
    product: String,
    /// What stands under every mail, line by line, and its links.
    foot: Option<LocalText>,
    links: BrandLinks,
    name: Option<String>,
    from: MailAddress,
    by: By,
}

/// Who takes them.
enum By {
    Smtp(Relay),
    Folder(PathBuf),
}

impl Mailer {
    /// As the configuration says; `None` where it says nothing.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        let Mail {
            name,
            from,
            by,
            bounces: _,
        } = config.mail.clone()?;
        let by = match by {
            MailBy::Smtp(smtp) => By::Smtp(Relay::new(smtp, &config.issuer)),
            MailBy::Folder(folder) => By::Folder(folder),
        };
        Some(Mailer {
            product: config.branding.product.clone(),
            foot: config.branding.mail_footer.clone(),
            links: links(config),
            name,
            from,
            by,
        })
    }

    /// Sends a letter. Sent twice, it is the same message: its id is that of the outbox.
    ///
    /// # Errors
    /// Why it was not taken, and whether it may be another time.
    pub(crate) async fn send(&self, letter: &Letter, entry: &Entry) -> Result<(), JobError> {
        let message = self.message(letter, entry)?;
        match &self.by {
            By::Smtp(relay) => relay.send(message.envelope(), &message.formatted()).await,
            By::Folder(folder) => folder::put(folder, entry.id, message.formatted()).await,
        }
    }

    /// Whether whoever takes mails would take one now; none is sent.
    ///
    /// # Errors
    /// One sentence.
    pub(crate) async fn check(&self) -> Result<String, String> {
        match &self.by {
            By::Smtp(relay) => relay.check().await,
            By::Folder(folder) => folder::check(folder),
        }
    }

    /// Ends connections that were not used for a while.
    pub(crate) fn rest(&self) {
        match &self.by {
            By::Smtp(relay) => relay.rest(),
            By::Folder(_) => {}
        }
    }

    fn message(&self, letter: &Letter, entry: &Entry) -> Result<Message, JobError> {
        let unfit = |what: &str| JobError::Dead(format!("{what} cannot be written in a mail"));
        // A sender is a matter of the configuration, for all mails alike.
        let sender = || JobError::Retry("mail.from cannot be written in a mail".to_owned());
        let from = address(&self.from).ok_or_else(sender)?;
        let to = address(&letter.to).ok_or_else(|| unfit("the address it goes to"))?;
        let at = UNIX_EPOCH + Duration::from_secs(entry.created_at.0.max(0).unsigned_abs());
        let id = format!("<{}@{}>", entry.id.0, self.from.parts().1);
        by_machine(Message::builder())
            .from(Mailbox::new(self.name.as_deref().map(one_line), from))
            .to(Mailbox::new(None, to))
            .subject(one_line(letter.subject.as_str()))
            .date(at)
            .message_id(Some(id))
            .header(MIME_VERSION_1_0)
            .multipart(self.both(letter, entry))
            .map_err(|_| unfit("what it says"))
    }
}

impl Mailer {
    /// What stands under a mail in this language.
    fn foot(&self, language: Language) -> MailFoot {
        let links = self.links.all(language).into_iter();
        MailFoot {
            lines: self
                .foot
                .as_ref()
                .map_or_else(Vec::new, |foot| foot.lines(language)),
            links: links
                .map(|(label, href)| (language.text(label), href.to_owned()))
                .collect(),
        }
    }

    /// The text, and the same as HTML. The boundary is the same at every attempt.
    fn both(&self, letter: &Letter, entry: &Entry) -> MultiPart {
        let foot = self.foot(letter.language);
        let html = letter.html(&self.product, &foot);
        MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("valetkey-{}", entry.id.0))
            .singlepart(SinglePart::plain(letter.text(&foot)))
            .singlepart(SinglePart::html(html))
    }
}

/// So that nobody's holiday notice answers (RFC 3834 §5).
fn by_machine(builder: MessageBuilder) -> MessageBuilder {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    builder.raw_header(HeaderValue::new(name, "auto-generated".to_owned()))
}

/// A text as one line of a header: the library panics at a line end in a name.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn address(of: &MailAddress) -> Option<Address> {
    let (local, host) = of.parts();
    Address::new(local, host).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::{Locator, UnixTime};

    /// All headers there are.
    const HEADERS: [&str; 8] = [
        "Auto-Submitted",
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
    ];

    fn mailer(name: &str) -> Mailer {
        Mailer {
            product: "Acme".to_owned(),
            foot: None,
            links: BrandLinks::default(),
            name: Some(name.to_owned()),
            from: MailAddress::parse("no-reply@Bücher.example").unwrap(),
            by: By::Folder(PathBuf::new()),
        }
    }

    fn entry() -> Entry {
        Entry {
            id: Locator(42),
            kind: "mail.test".to_owned(),
            destination: String::new(),
            payload: String::new(),
            created_at: UnixTime(1_800_000_000),
            due_at: UnixTime(0),
            attempts: 0,
            last_error: None,
            dead_at: None,
        }
    }

    fn written(name: &str, subject: &str, text: &str) -> String {
        let letter = Letter {
            language: Language::English,
            to: MailAddress::parse("ada@example.com").unwrap(),
            subject: Text::of_others(subject),
            before: vec![Text::of_others(text)],
            link: None,
            after: Vec::new(),
        };
        let message = mailer(name).message(&letter, &entry()).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_mail_names_its_outbox_row_and_the_moment_it_was_written() {
        let mail = written("Acme", "Test", "It works.");
        for header in [
            "From: Acme <no-reply@xn--bcher-kva.example>\r\n",
            "To: ada@example.com\r\n",
            "Message-ID: <42@xn--bcher-kva.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative; boundary=\"valetkey-42\"\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(mail.contains(header), "{header}: {mail}");
        }
        assert!(mail.contains("\r\n\r\nIt works.\r\n"), "{mail:?}");
        assert!(mail.contains(">It works.</p>"), "{mail:?}");
        assert_eq!(mail, written("Acme", "Test", "It works."), "the same twice");
    }

    /// What stands around every letter, as text and as HTML.
    #[test]
    fn the_frame_of_a_mail_says_nothing_past_the_catalogue() {
        let mut mailer = mailer("Acme");
        mailer.foot = Some(LocalText::new("1"));
        let to = || Some(LocalText::new("https://2"));
        mailer.links = BrandLinks {
            terms: to(),
            privacy: to(),
            help: to(),
            support: to(),
        };
        let letter = Letter {
            language: Language::Pseudo,
            to: MailAddress::parse("ada@example.com").unwrap(),
            subject: Text::of_others("3"),
            before: vec![Text::of_others("4")],
            link: Some((Text::of_others("5"), "https://6".to_owned())),
            after: vec![Text::of_others("7")],
        };
        let foot = mailer.foot(Language::Pseudo);
        assert_eq!(foot.links.len(), 4);
        let html = letter.html("Acme", &foot);
        let said: String = html
            .split('<')
            .filter_map(|part| part.split_once('>'))
            .map(|(_, said)| format!("{said} "))
            .collect();
        assert!(said.contains("Acme"), "{said}");
        for said in [said, letter.text(&foot)] {
            let rest = said.replace("Acme", "").replace("https://", "");
            let plain = rest.contains(|c: char| c.is_ascii_alphabetic());
            assert!(!plain, "{rest}");
        }
    }

    #[test]
    fn what_stands_under_every_mail_is_set_apart() {
        let mut mailer = mailer("Acme");
        mailer.foot = Some(LocalText::new("Acme Ltd\n1 Long Road"));
        mailer.links.help = Some(LocalText::new("https://acme.example"));
        let letter = Letter {
            language: Language::English,
            to: MailAddress::parse("ada@example.com").unwrap(),
            subject: Text::of_others("x"),
            before: vec![Text::of_others("It works.")],
            link: None,
            after: Vec::new(),
        };
        let text = letter.text(&mailer.foot(Language::German));
        let foot = "It works.\n\n-- \nAcme Ltd\n1 Long Road\nHilfe: https://acme.example\n";
        assert_eq!(text, foot);
        assert!(
            letter
                .html("Acme", &mailer.foot(Language::English))
                .contains("Acme Ltd<br>1 Long Road")
        );
        assert_eq!(letter.text(&MailFoot::default()), "It works.\n");
    }

    #[test]
    fn mail_can_be_written_to_every_address_that_is_one() {
        let letter = |to: MailAddress| Letter {
            language: Language::English,
            to,
            subject: Text::of_others("x"),
            before: Vec::new(),
            link: None,
            after: Vec::new(),
        };
        let mailer = mailer("Acme");
        let mut written = 0;
        for c in ('!'..='~').chain("üжÅ’😀·".chars()) {
            for typed in [
                format!("a{c}b@x.example"),
                format!("{c}@x.example"),
                format!("a@x{c}y.example"),
                format!("a@{c}.9"),
            ] {
                let Some(address) = MailAddress::parse(&typed) else {
                    continue;
                };
                let message = mailer.message(&letter(address), &entry());
                assert!(message.is_ok(), "{typed}");
                written += 1;
            }
        }
        assert!(written > 200, "{written}");
    }

    #[test]
    fn what_is_in_a_name_or_a_subject_is_no_header() {
        for odd in [
            "Acme\r\nBcc: eve@example.com",
            "Acme\nBcc: eve@example.com",
            "Acme\r\n\r\nBcc: eve@example.com",
            "Acme\" <eve@example.com>, \"x",
            "Zoë\r\nBcc: eve@example.com",
        ] {
            let mail = written(odd, odd, "Hello");
            let (head, body) = mail.split_once("\r\n\r\n").unwrap();
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with(' '))
                .filter_map(|line| line.split_once(':'))
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names, HEADERS, "{odd:?}: {mail}");
            assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{mail:?}");
            assert!(body.contains("\r\n\r\nHello\r\n"), "{body}");
        }
        let letter = Letter {
            language: Language::English,
            to: MailAddress::parse("ada@example.com").unwrap(),
            subject: Text::of_others("x"),
            before: Vec::new(),
            link: None,
            after: Vec::new(),
        };
        let odd = mailer("Acme\" <eve@example.com>, \"x");
        let message = odd.message(&letter, &entry()).unwrap();
        assert_eq!(message.envelope().to().len(), 1);
        let from = message.envelope().from().map(ToString::to_string);
        assert_eq!(from.as_deref(), Some("no-reply@xn--bcher-kva.example"));
    }
}
