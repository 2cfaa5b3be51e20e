//! Mails to developers: that ask them to join an organization, offer them an app, or tell of a secret's end. Whoever has proved the address answers on a page
//! of theirs, so they bring no link that acts.
use super::job::{Job, JobError};
use crate::mail::{Letter, Mailer};
use crate::ops::clock::{self, Zone};
use config::Config;
use jiff::tz::TimeZone;
use pages::Speak;
use pages::portal::{Organizations, PORTAL, app_href, role_text};
use protocol::outbox::{Entry, InvitationMail, SecretEndMail, TransferMail};
use protocol::types::{
    Client, ClientNo, Invitation, Language, Locator, MailAddress, Preferences, Receiver,
    StoredSecret, Subject, Transfer, UnixTime,
};
use std::sync::Arc;
use store::{Store, StoreError};

/// What these mails are written with.
#[derive(Clone)]
pub(super) struct Offers {
    store: Store,
    mailer: Option<Arc<Mailer>>,
    /// What the paths of links stand behind.
    base: String,
    product: String,
    language: Language,
    zone: TimeZone,
}

/// Asks somebody to join an organization.
pub(super) struct SendInvitation(pub(super) Offers);

/// Offers somebody an app.
pub(super) struct SendTransfer(pub(super) Offers);

/// Tells a developer that a secret ends.
pub(super) struct SendSecretEnd(pub(super) Offers);

fn unread(_: StoreError) -> JobError {
    JobError::Retry("the database could not be read".to_owned())
}

impl Offers {
    pub(super) fn new(config: &Config, store: Store, mailer: Option<Arc<Mailer>>) -> Self {
        Offers {
            store,
            mailer,
            base: config.portal_base.clone(),
            product: config.branding.product.clone(),
            language: config.branding.language,
            zone: config.branding.time_zone.clone(),
        }
    }

    async fn send(&self, letter: Letter, entry: &Entry) -> Result<(), JobError> {
        match &self.mailer {
            Some(mailer) => mailer.send(&letter, entry).await,
            None => {
                let why = "no mail is configured: write [mail] into the configuration, and restart the server";
                Err(JobError::Retry(why.to_owned()))
            }
        }
    }

    /// In which language and time zone somebody is told.
    async fn reader(&self, to: &MailAddress) -> Result<(Language, Zone), StoreError> {
        let preferences = match self.store.person_by_email(to.as_str()).await? {
            Some(person) => self.store.preferences(person.subject).await?,
            None => None,
        };
        let preferences: Preferences = preferences.unwrap_or_default();
        let language = preferences.language.unwrap_or(self.language);
        Ok((language, Zone::of(&preferences, &self.zone)))
    }

    async fn name_of(&self, subject: Subject) -> Result<String, StoreError> {
        let person = self.store.person(subject).await?;
        Ok(person.map(|person| person.name).unwrap_or_default())
    }

    async fn invitation(
        &self,
        open: &Invitation,
        organization: &str,
    ) -> Result<Letter, StoreError> {
        let (language, zone) = self.reader(&open.email).await?;
        let by = self.name_of(open.invited_by).await?;
        let until = zone.moment(open.expires_at, language);
        let product = &self.product;
        let role = role_text(open.role, language);
        Ok(Letter {
            language,
            to: open.email.clone(),
            subject: language.text_of(
                "mail-invitation-subject",
                &[("organization", &organization), ("product", product)],
            ),
            before: vec![
                language.text_of(
                    "mail-invitation",
                    &[
                        ("name", &by),
                        ("organization", &organization),
                        ("product", product),
                    ],
                ),
                language.text_of("mail-invitation-role", &[("role", &role)]),
            ],
            link: Some((
                language.text("mail-invitation-button"),
                format!("{}{}", self.base, Organizations::PATH),
            )),
            after: vec![
                language.text_of("mail-invitation-until", &[("time", &until)]),
                language.text("mail-invitation-not-wanted"),
            ],
        })
    }

    async fn transfer(
        &self,
        open: &Transfer,
        to: &MailAddress,
        app: &str,
    ) -> Result<Letter, StoreError> {
        let (language, zone) = self.reader(to).await?;
        let by = self.name_of(open.offered_by).await?;
        let until = zone.moment(open.expires_at, language);
        let product = &self.product;
        Ok(Letter {
            language,
            to: to.clone(),
            subject: language.text_of(
                "mail-transfer-subject",
                &[("app", &app), ("product", product)],
            ),
            before: vec![language.text_of(
                "mail-transfer",
                &[("name", &by), ("app", &app), ("product", product)],
            )],
            link: Some((
                language.text("mail-transfer-button"),
                format!("{}{PORTAL}", self.base),
            )),
            after: vec![
                language.text_of("mail-invitation-until", &[("time", &until)]),
                language.text("mail-invitation-not-wanted"),
            ],
        })
    }

    async fn secret_end(
        &self,
        to: &MailAddress,
        client: &Client,
        secret: &StoredSecret,
        end: UnixTime,
    ) -> Result<Letter, StoreError> {
        let (language, zone) = self.reader(to).await?;
        let time = zone.moment(end, language);
        let (app, product) = (&client.name, &self.product);
        let mut before = vec![language.text_of(
            "mail-secret-end",
            &[("app", app), ("product", product), ("time", &time)],
        )];
        if !secret.name.is_empty() {
            before.push(language.text_of("mail-secret-end-name", &[("name", &secret.name)]));
        }
        Ok(Letter {
            language,
            to: to.clone(),
            subject: language.text_of(
                "mail-secret-end-subject",
                &[("app", app), ("product", product)],
            ),
            before,
            link: Some((
                language.text("mail-secret-end-button"),
                format!("{}{}", self.base, app_href(&client.id)),
            )),
            after: vec![language.text("mail-secret-end-after")],
        })
    }
}

impl Job for SendInvitation {
    type Payload = InvitationMail;

    async fn run(&self, entry: &Entry, payload: InvitationMail) -> Result<(), JobError> {
        let id = Locator(payload.invitation);
        let open = self.0.store.invitation(id).await.map_err(unread)?;
        // It was taken back, or answered.
        let Some((open, organization)) = open else {
            return Ok(());
        };
        if clock::now() >= open.expires_at {
            return Err(JobError::Dead("the invitation has expired".to_owned()));
        }
        let letter = self.0.invitation(&open, &organization).await;
        self.0.send(letter.map_err(unread)?, entry).await
    }
}

impl Job for SendTransfer {
    type Payload = TransferMail;

    async fn run(&self, entry: &Entry, payload: TransferMail) -> Result<(), JobError> {
        let id = Locator(payload.transfer);
        let Some(open) = self.0.store.transfer(id).await.map_err(unread)? else {
            return Ok(());
        };
        let client = self.0.store.client_by_no(open.client).await;
        let (Some(client), Receiver::Address(to)) = (client.map_err(unread)?, &open.to) else {
            return Ok(());
        };
        if clock::now() >= open.expires_at {
            return Err(JobError::Dead("the offer has expired".to_owned()));
        }
        let letter = self.0.transfer(&open, to, &client.name).await;
        self.0.send(letter.map_err(unread)?, entry).await
    }
}

impl Job for SendSecretEnd {
    type Payload = SecretEndMail;

    async fn run(&self, entry: &Entry, payload: SecretEndMail) -> Result<(), JobError> {
        let client = self.0.store.client_by_no(ClientNo(payload.client)).await;
        // What is gone, or has come to its end, is told of no more.
        let Some(client) = client.map_err(unread)? else {
            return Ok(());
        };
        let now = clock::now();
        let mut secrets = client.secrets.iter();
        let found = secrets.find(|secret| secret.id.0 == payload.secret && secret.is_live(now));
        let Some((secret, end)) =
            found.and_then(|secret| secret.expires_at.map(|end| (secret, end)))
        else {
            return Ok(());
        };
        let letter = self.0.secret_end(&payload.to, &client, secret, end).await;
        self.0.send(letter.map_err(unread)?, entry).await
    }
}
