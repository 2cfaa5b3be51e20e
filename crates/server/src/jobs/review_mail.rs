//! Sends mails about requests for review: to administrators that there is one, to its developer what became of it. What
//! was said stands on the page that the mail leads to, which acts on nothing by being opened.
use super::job::{Job, JobError};
use super::unsent::{COMES_BACK, pointless};
use crate::mail::{Letter, Mailer};
use config::Config;
use pages::admin::request_href;
use pages::portal::review_href;
use pages::{Speak, Text};
use protocol::outbox::{Entry, ReviewMail, ReviewTold};
use protocol::types::text::isolated;
use protocol::types::{Language, Locator, Preferences};
use std::sync::Arc;
use store::{Store, StoreError};

/// See the module.
pub(super) struct SendReviewMail {
    pub(super) mailer: Option<Arc<Mailer>>,
    store: Store,
    /// What the paths of links stand behind.
    base: String,
    product: String,
    /// The language of those who have chosen none.
    language: Language,
}

impl Job for SendReviewMail {
    type Payload = ReviewMail;

    async fn run(&self, entry: &Entry, mail: ReviewMail) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            let why = "no mail is configured: write [mail] into the configuration, and run `valetkey config reload`";
            return Err(JobError::Retry(why.to_owned()));
        };
        let unread = |_: StoreError| JobError::Retry("the database could not be read".to_owned());
        let found = self.store.review(Locator(mail.request)).await;
        let Some((listed, _)) = found.map_err(unread)? else {
            return pointless(entry, "the app of this request is gone");
        };
        let preferences = match self.reader(&mail).await.map_err(unread)? {
            Ok(preferences) => preferences,
            Err(why) => return pointless(entry, why),
        };
        let language = preferences.language.unwrap_or(self.language);
        let by = (&*self.product, &*self.base);
        let about = (&*listed.name, &*listed.client_id);
        mailer.send(&letter(by, mail, about, language), entry).await
    }
}

/// Why somebody is not told whose account is gone, switched off, or an administrator's no more.
const NO_MATTER: &str = "requests for review are no matter of this account any more";

impl SendReviewMail {
    pub(super) fn of(config: &Config, store: Store, mailer: Option<Arc<Mailer>>) -> Self {
        SendReviewMail {
            mailer,
            store,
            base: config.portal_base.clone(),
            product: config.branding.product.clone(),
            language: config.branding.language,
        }
    }

    /// How whoever gets it is told things, or why they are not.
    async fn reader(
        &self,
        mail: &ReviewMail,
    ) -> Result<Result<Preferences, &'static str>, StoreError> {
        let address = mail.to.as_str();
        let Some(person) = self.store.person_by_email(address).await? else {
            return Ok(Err(NO_MATTER));
        };
        let may = match mail.told {
            ReviewTold::Asked | ReviewTold::Answered => person.admin,
            ReviewTold::AskedBack | ReviewTold::Approved | ReviewTold::Refused => true,
        };
        if !may || !person.is_active() {
            return Ok(Err(NO_MATTER));
        }
        if self.store.bounce(address).await?.is_some() {
            return Ok(Err(COMES_BACK));
        }
        let preferences = self.store.preferences(person.subject).await?;
        Ok(Ok(preferences.unwrap_or_default()))
    }
}

/// What it says: by which product, and what the paths of links stand behind; about which app, by name and client id.
fn letter(
    (product, base): (&str, &str),
    mail: ReviewMail,
    (app, client_id): (&str, &str),
    language: Language,
) -> Letter {
    let app = isolated(app);
    let told = |id| language.text_of(id, &[("app", &app), ("product", &product)]);
    let (subject, before) = match mail.told {
        ReviewTold::Asked => ("mail-review-asked-subject", "mail-review-asked"),
        ReviewTold::Answered => ("mail-review-answered-subject", "mail-review-answered"),
        ReviewTold::AskedBack => ("mail-review-back-subject", "mail-review-back"),
        ReviewTold::Approved => ("mail-review-approved-subject", "mail-review-approved"),
        ReviewTold::Refused => ("mail-review-refused-subject", "mail-review-refused"),
    };
    let path = match mail.told {
        ReviewTold::Asked | ReviewTold::Answered => request_href(&mail.request.to_string()),
        ReviewTold::AskedBack | ReviewTold::Approved | ReviewTold::Refused => {
            review_href(client_id)
        }
    };
    let button: Text = language.text("mail-review-button");
    Letter {
        language,
        to: mail.to,
        subject: told(subject),
        before: vec![told(before)],
        link: Some((button, format!("{}{path}", base))),
        after: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::MailAddress;

    #[test]
    fn no_mail_about_a_review_says_anything_past_the_catalogue() {
        for told in [
            ReviewTold::Asked,
            ReviewTold::Answered,
            ReviewTold::AskedBack,
            ReviewTold::Approved,
            ReviewTold::Refused,
        ] {
            let mail = ReviewMail {
                to: MailAddress::parse("ada@example.com").unwrap(),
                request: 1,
                told,
            };
            let by = ("Acme", "https://id.example");
            let letter = letter(by, mail, ("1", "app"), Language::Pseudo);
            letter.assert_of_the_catalogue(&["Acme"]);
        }
    }
}
