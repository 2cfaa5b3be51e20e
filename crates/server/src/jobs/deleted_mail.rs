//! Sends mails that tell of an account that is gone.
use super::job::{Job, JobError};
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
        // Mail comes back from there, or is unwelcome.
        if noted.is_some() {
            return Ok(());
        }
        mailer.send(&self.letter(mail), entry).await
    }
}

impl SendDeletedMail {
    fn letter(&self, mail: DeletedMail) -> Letter {
        let chosen = mail.language.as_deref().and_then(Language::of_tag);
        let language = chosen.unwrap_or(self.language);
        let product = &self.product;
        let told = |id| language.text_of(id, &[("product", product)]);
        Letter {
            language,
            to: mail.to,
            subject: told("mail-deleted-subject"),
            before: vec![told("mail-deleted"), language.text("mail-deleted-means")],
            link: None,
            after: vec![language.text("mail-deleted-not-you")],
        }
    }
}
