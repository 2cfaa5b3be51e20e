//! Sends mails that tell of an account that is gone.
use super::job::{Job, JobError};
use super::unsent::{COMES_BACK, pointless};
use crate::mail::{Letter, Mailer};
use pages::Speak;
use protocol::outbox::{DeletedMail, Entry};
use protocol::types::Language;
use std::sync::Arc;
use store::Store;

/// See the module.
pub(super) struct SendDeletedMail {
    pub(super) store: Store,
    pub(super) mailer: Option<Arc<Mailer>>,
    pub(super) product: String,
    /// For whoever has chosen none.
    pub(super) language: Language,
}

impl Job for SendDeletedMail {
    type Payload = DeletedMail;

    async fn run(&self, entry: &Entry, mail: DeletedMail) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            let why = "no mail is configured: write [mail] into the configuration, and run `valetkey config reload`";
            return Err(JobError::Retry(why.to_owned()));
        };
        let noted = self.store.bounce(mail.to.as_str()).await;
        let noted =
            noted.map_err(|_| JobError::Retry("the database could not be read".to_owned()))?;
        if noted.is_some() {
            return pointless(entry, COMES_BACK);
        }
        let letter = letter(&self.product, self.language, mail);
        mailer.send(&letter, entry).await
    }
}

/// What it says, in the language that its reader chose, or else in this.
fn letter(product: &str, language: Language, mail: DeletedMail) -> Letter {
    let chosen = mail.language.as_deref().and_then(Language::of_tag);
    let language = chosen.unwrap_or(language);
    let told = |id| language.text_of(id, &[("product", &product)]);
    Letter {
        language,
        to: mail.to,
        subject: told("mail-deleted-subject"),
        before: vec![told("mail-deleted"), language.text("mail-deleted-means")],
        link: None,
        after: vec![language.text("mail-deleted-not-you")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::MailAddress;

    #[test]
    fn the_mail_of_an_end_says_nothing_past_the_catalogue() {
        let mail = DeletedMail {
            to: MailAddress::parse("ada@example.com").unwrap(),
            language: None,
        };
        letter("Acme", Language::Pseudo, mail).assert_of_the_catalogue(&["Acme"]);
    }
}
