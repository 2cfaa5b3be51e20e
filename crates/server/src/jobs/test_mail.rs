//! Sends mails that show that mail works.
use super::job::{Job, JobError};
use crate::mail::{Letter, Mailer};
use pages::{Arguments, Speak};
use protocol::outbox::{Entry, TestMail};
use protocol::types::Language;
use std::sync::Arc;

/// See the module.
pub(super) struct SendTestMail {
    pub(super) mailer: Option<Arc<Mailer>>,
    pub(super) product: String,
    pub(super) language: Language,
}

impl Job for SendTestMail {
    type Payload = TestMail;

    async fn run(&self, entry: &Entry, mail: TestMail) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            let why = "no mail is configured: write [mail] into the configuration, and run `valetkey config reload`";
            return Err(JobError::Retry(why.to_owned()));
        };
        mailer
            .send(&letter(&self.product, mail, self.language), entry)
            .await
    }
}

fn letter(product: &str, mail: TestMail, language: Language) -> Letter {
    let TestMail { to, copy, copies } = mail;
    let (copy, copies) = (usize::from(copy), usize::from(copies));
    Letter {
        language,
        to,
        subject: match copies {
            1 => language.text_of("mail-test-subject", &[("product", &product)]),
            _ => {
                let told: Arguments<'_> =
                    &[("product", &product), ("copy", &copy), ("copies", &copies)];
                language.text_of("mail-test-subject-of", told)
            }
        },
        before: vec![
            language.text_of("mail-test", &[("product", &product)]),
            language.text("mail-test-asked"),
        ],
        link: None,
        after: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::MailAddress;

    #[test]
    fn a_mail_for_trying_says_nothing_past_the_catalogue() {
        for copies in [1, 3] {
            let to = MailAddress::parse("ada@example.com").unwrap();
            let copy = 1;
            let letter = letter("Acme", TestMail { to, copy, copies }, Language::Pseudo);
            letter.assert_of_the_catalogue(&["Acme"]);
        }
    }
}
