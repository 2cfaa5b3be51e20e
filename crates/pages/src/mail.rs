//! A mail as HTML: one column, no picture, readable in light and dark and by a screen reader.

use askama::Template;
use protocol::types::Language;

use crate::Text;

/// A mail. What it says stands in its plain text too.
#[derive(Clone, Debug, Template)]
#[template(path = "mail.html")]
pub struct Mail {
    /// Its language.
    pub language: Language,
    /// Name of the provider.
    pub product: String,
    /// What it is about.
    pub subject: Text,
    /// What it says before the link.
    pub before: Vec<Text>,
    /// The words of the link, and where it leads.
    pub link: Option<(Text, String)>,
    /// What it says after the link.
    pub after: Vec<Text>,
    /// What stands under every mail.
    pub foot: MailFoot,
}

/// What stands under every mail of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailFoot {
    /// What the operator wrote, line by line.
    pub lines: Vec<String>,
    /// Words and address of each link.
    pub links: Vec<(Text, String)>,
}

impl MailFoot {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.links.is_empty()
    }
}

impl Mail {
    /// The whole document.
    #[must_use]
    pub fn html(&self) -> String {
        self.render()
            .expect("rendering writes to a String, which cannot fail")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HOSTILE;

    #[test]
    fn what_others_wrote_is_no_markup() {
        let text = || HOSTILE.to_owned();
        let words = || Text::of_others(HOSTILE);
        let mail = Mail {
            language: Language::English,
            product: text(),
            subject: words(),
            before: vec![words()],
            link: Some((words(), text())),
            after: vec![words()],
            foot: MailFoot {
                lines: vec![text(), text()],
                links: vec![(words(), text())],
            },
        };
        let html = mail.html();
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert!(!html.contains("href=\"\""), "{html}");
    }

    #[test]
    fn what_stands_under_every_mail_keeps_its_lines() {
        let mail = Mail {
            language: Language::German,
            product: "Acme Tasks".to_owned(),
            subject: Text::of_others("Hello"),
            before: Vec::new(),
            link: None,
            after: Vec::new(),
            foot: MailFoot::default(),
        };
        assert!(!mail.html().contains("border-top"));
        let foot = MailFoot {
            lines: vec!["Acme Ltd".to_owned(), "1 Long Road".to_owned()],
            links: vec![(
                Text::of_others("Help"),
                "https://acme.example/help".to_owned(),
            )],
        };
        let html = Mail { foot, ..mail }.html();
        assert!(html.contains(">Acme Ltd<br>1 Long Road</p>"), "{html}");
        assert!(
            html.contains("<a href=\"https://acme.example/help\">Help</a>"),
            "{html}"
        );
    }
}
