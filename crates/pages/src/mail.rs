//! A mail as HTML: one column, no picture, readable in light and dark and by a screen reader.

use askama::Template;

/// A mail. What it says stands in its plain text too.
#[derive(Clone, Debug, Template)]
#[template(path = "mail.html")]
pub struct Mail {
    /// Name of the provider.
    pub product: String,
    /// What it is about.
    pub subject: String,
    /// What it says before the link.
    pub before: Vec<String>,
    /// The words of the link, and where it leads.
    pub link: Option<(String, String)>,
    /// What it says after the link.
    pub after: Vec<String>,
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
        let mail = Mail {
            product: text(),
            subject: text(),
            before: vec![text()],
            link: Some((text(), text())),
            after: vec![text()],
        };
        let html = mail.html();
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert!(!html.contains("href=\"\""), "{html}");
    }
}
