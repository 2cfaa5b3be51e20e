//! Sends mails with a link that acts on an account. Whether the address has an account is looked up here, when the mail
//! is written, and not where it was asked for.
use super::job::{Job, JobError};
use super::letters::{Found, Writer, letter};
use super::unsent::{About, COMES_BACK, pointless};
use crate::mail::Mailer;
use crate::ops::clock::{self, Zone};
use config::Config;
use jiff::tz::TimeZone;
use jose::keyed::Key;
use pages::path;
use protocol::accounts::bounce::{Sending, sending, take_turn};
use protocol::accounts::mail_link::{LONGEST_LINK, LinkPurpose, MailLink};
use protocol::accounts::mailbox::{Mailbox, admit};
use protocol::accounts::people::MAX_NAME;
use protocol::events::Act;
use protocol::outbox::{Entry, LinkMailPayload};
use protocol::policy::SignUp;
use protocol::types::email::email_key;
use protocol::types::text::shortened;
use protocol::types::{Language, Session};
use std::sync::Arc;
use store::{Outcome, Store, StoreError};

/// What a link is made from, and what its mail is about.
pub(super) struct Links {
    store: Store,
    key: Arc<Key>,
    /// What the paths of links stand behind.
    base: String,
    product: String,
    /// The language and the time zone of those who have chosen none.
    language: Language,
    zone: TimeZone,
    sign_up: SignUp,
    /// The address whose account everybody knows the password of: nothing is sent to it.
    published: Option<String>,
}

/// See the module.
pub(super) struct SendLinkMail {
    pub(super) mailer: Option<Arc<Mailer>>,
    pub(super) links: Links,
}

impl Job for SendLinkMail {
    type Payload = LinkMailPayload;

    async fn run(&self, entry: &Entry, payload: LinkMailPayload) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            let why = "no mail is configured: write [mail] into the configuration, and run `valetkey config reload`";
            return Err(JobError::Retry(why.to_owned()));
        };
        let unread = |_: StoreError| JobError::Retry("the database could not be read".to_owned());
        let Some(link) = self.links.store.mail_link(entry.id).await.map_err(unread)? else {
            return LINK.gone(entry);
        };
        if self.links.published == Some(link.email.key()) {
            return pointless(entry, "everybody knows the password of this account");
        }
        if clock::now() >= link.expires_at {
            let why = "its link has ended, so it was not sent: whoever still needs one asks for a new link";
            return Err(JobError::Dead(why.to_owned()));
        }
        let found = self
            .links
            .found(&link, payload.last)
            .await
            .map_err(unread)?;
        let mailbox = Mailbox::of(found.holder.as_ref());
        if admit(&link, mailbox, self.links.sign_up).is_err() {
            return Err(JobError::Dead(format!(
                "its link makes no account: accounts.sign_up is {}",
                self.links.sign_up.as_str()
            )));
        }
        if !self.links.may_go(&link).await.map_err(unread)? {
            return pointless(entry, COMES_BACK);
        }
        let href = self.links.href(&link);
        let letter = letter(&self.links.writer(&link, &found), &link, &found, href);
        mailer.send(&letter, entry).await
    }
}

/// The row of a link, which is there for as long as any link works. None comes back with a backup, so who withdrew one
/// cannot be told.
const LINK: About = About {
    lasts: LONGEST_LINK,
    withdrawn: LINK_IS_GONE,
    ended: LINK_IS_GONE,
};
const LINK_IS_GONE: &str =
    "its link is gone, so it was not sent: whoever still needs one asks for a new link";

impl Links {
    pub(super) fn new(config: &Config, store: Store, key: Arc<Key>) -> Self {
        let published = config.documented.as_ref();
        Links {
            store,
            key,
            base: config.base().to_owned(),
            product: config.branding.product.clone(),
            language: config.branding.language,
            zone: config.branding.time_zone.clone(),
            sign_up: config.policy.accounts.sign_up,
            published: published.map(|credentials| email_key(&credentials.email)),
        }
    }

    /// Whether the mail is sent, as mail to its address fares.
    async fn may_go(&self, link: &MailLink) -> Result<bool, StoreError> {
        let noted = self.store.bounce(link.email.as_str()).await?;
        match sending(link.purpose, noted) {
            Sending::Send => Ok(true),
            Sending::Withhold => Ok(false),
            Sending::Seldom => {
                let now = clock::now();
                let turn = take_turn(&link.email, link.id, now);
                Ok(self.store.settle(turn, Act::by_job(now)).await? == Outcome::Committed)
            }
        }
    }

    /// Who writes a mail: in the language that its reader chose, or that it was asked for in.
    fn writer(&self, link: &MailLink, found: &Found) -> Writer<'_> {
        let chosen = found.preferences.language.or(link.language);
        Writer {
            product: &self.product,
            base: &self.base,
            language: chosen.unwrap_or(self.language),
            zone: Zone::of(&found.preferences, &self.zone),
        }
    }

    async fn found(&self, link: &MailLink, last: bool) -> Result<Found, StoreError> {
        let holder = self.store.person_by_email(link.email.as_str()).await?;
        // Whose account it is about, where the address is not theirs yet or any more.
        let reader = link
            .subject
            .or(holder.as_ref().map(|person| person.subject));
        let preferences = match reader {
            Some(reader) => self.store.preferences(reader).await?,
            None => None,
        };
        Ok(Found {
            holder,
            preferences: preferences.unwrap_or_default(),
            session: self.session(link).await?,
            app: self.app(link).await?,
            last,
        })
    }

    async fn app(&self, link: &MailLink) -> Result<Option<String>, StoreError> {
        match link.client {
            Some(client) => {
                let client = self.store.client_by_no(client).await?;
                Ok(client.map(|client| shortened(&client.name, MAX_NAME)))
            }
            None => Ok(None),
        }
    }

    async fn session(&self, link: &MailLink) -> Result<Option<Session>, StoreError> {
        match (link.purpose, link.session) {
            (LinkPurpose::NewDevice, Some(session)) => {
                let facts = self.store.session(session).await?;
                Ok(facts.map(|facts| facts.session))
            }
            _ => Ok(None),
        }
    }

    fn href(&self, link: &MailLink) -> String {
        let text = link.text(&self.key);
        format!("{}{}?t={}", self.base, path::LINK, text.as_str())
    }
}
