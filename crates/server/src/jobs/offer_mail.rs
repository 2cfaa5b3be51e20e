//! Mails to developers: that let them make apps, ask them to join an organization, offer them an app, or tell of a secret's end. Whoever has proved the address answers on a page
//! of theirs, so they bring no link that acts.
use super::job::{Job, JobError};
use super::unsent::{About, pointless};
use crate::mail::{Letter, Mailer};
use crate::ops::clock::{self, Zone};
use config::Config;
use jiff::tz::TimeZone;
use pages::portal::{Organizations, PORTAL, app_href, organization_domains_href, role_text};
use pages::{Arguments, Speak};
use protocol::apps::transfer::OFFER;
use protocol::organizations::INVITATION;
use protocol::outbox::{
    DeveloperMail, DomainLostMail, Entry, InvitationMail, SecretEndMail, TransferMail,
};
use protocol::types::text::isolated;
use protocol::types::{
    ClientRowId, Invitation, Language, Locator, MailAddress, Organization, Preferences, Receiver,
    Subject, Transfer, UnixTime,
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

/// Tells somebody that they may make apps.
pub(super) struct SendDeveloper(pub(super) Offers);

/// Offers somebody an app.
pub(super) struct SendTransfer(pub(super) Offers);

/// Tells a developer that a secret ends.
pub(super) struct SendSecretEnd(pub(super) Offers);

/// Tells an owner that a domain counts as proved no more.
pub(super) struct SendDomainLost(pub(super) Offers);

const TO_JOIN: About = About {
    lasts: INVITATION,
    withdrawn: "the invitation was taken back or answered, so nothing was sent: take it out with `valetkey outbox drop`",
    ended: "the invitation has ended, so it was not sent: whoever still wants them to join invites them again",
};

const OF_AN_APP: About = About {
    lasts: OFFER,
    withdrawn: "the offer was taken back or answered, so nothing was sent: take it out with `valetkey outbox drop`",
    ended: "the offer has ended, so it was not sent: whoever still wants to hand the app over offers it again",
};

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
                let why = "no mail is configured: write [mail] into the configuration, and run `valetkey config reload`";
                Err(JobError::Retry(why.to_owned()))
            }
        }
    }

    /// How somebody is told.
    async fn reader(&self, to: &MailAddress) -> Result<Reader<'_>, StoreError> {
        let preferences = match self.store.person_by_email(to.as_str()).await? {
            Some(person) => self.store.preferences(person.subject).await?,
            None => None,
        };
        let preferences: Preferences = preferences.unwrap_or_default();
        Ok(Reader {
            to: to.clone(),
            language: preferences.language.unwrap_or(self.language),
            zone: Zone::of(&preferences, &self.zone),
            product: &self.product,
            base: &self.base,
        })
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
        let by = self.name_of(open.invited_by).await?;
        let reader = self.reader(&open.email).await?;
        Ok(reader.invitation(open, &by, organization))
    }

    async fn transfer(
        &self,
        open: &Transfer,
        to: &MailAddress,
        app: &str,
    ) -> Result<Letter, StoreError> {
        let by = self.name_of(open.offered_by).await?;
        Ok(self.reader(to).await?.transfer(open, &by, app))
    }
}

/// Whom a mail is written to, and what by. Names are of others, so each is set apart.
struct Reader<'a> {
    to: MailAddress,
    language: Language,
    zone: Zone,
    product: &'a str,
    base: &'a str,
}

impl Reader<'_> {
    fn invitation(self, open: &Invitation, by: &str, organization: &str) -> Letter {
        let (language, product) = (self.language, &self.product);
        let (by, organization) = (isolated(by), isolated(organization));
        let until = self.zone.moment(open.expires_at, language);
        let role = role_text(open.role, language);
        Letter {
            language,
            to: self.to,
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
        }
    }

    fn developer(self) -> Letter {
        let language = self.language;
        let email = isolated(self.to.as_str());
        let told: Arguments<'_> = &[("product", &self.product), ("email", &email)];
        Letter {
            language,
            subject: language.text_of("mail-developer-subject", told),
            before: vec![language.text_of("mail-developer", told)],
            link: Some((
                language.text("mail-developer-button"),
                format!("{}{PORTAL}", self.base),
            )),
            after: vec![language.text("mail-invitation-not-wanted")],
            to: self.to,
        }
    }

    fn transfer(self, open: &Transfer, by: &str, app: &str) -> Letter {
        let (language, product) = (self.language, &self.product);
        let (by, app) = (isolated(by), isolated(app));
        let until = self.zone.moment(open.expires_at, language);
        Letter {
            language,
            to: self.to,
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
        }
    }

    /// Of which app, by client id and name; `called`: what its developer calls the secret, or nothing.
    fn secret_end(self, (id, app): (&str, &str), called: &str, end: UnixTime) -> Letter {
        let (language, product) = (self.language, &self.product);
        let time = self.zone.moment(end, language);
        let app = isolated(app);
        let mut before = vec![language.text_of(
            "mail-secret-end",
            &[("app", &app), ("product", product), ("time", &time)],
        )];
        if !called.is_empty() {
            let called = isolated(called);
            before.push(language.text_of("mail-secret-end-name", &[("name", &called)]));
        }
        Letter {
            language,
            to: self.to,
            subject: language.text_of(
                "mail-secret-end-subject",
                &[("app", &app), ("product", product)],
            ),
            before,
            link: Some((
                language.text("mail-secret-end-button"),
                format!("{}{}", self.base, app_href(id)),
            )),
            after: vec![language.text("mail-secret-end-after")],
        }
    }

    fn domain_lost(self, organization: &Organization) -> Letter {
        let language = self.language;
        let (name, id) = (isolated(&organization.name), organization.id.0.to_string());
        let told: Arguments<'_> = &[("organization", &name), ("product", &self.product)];
        Letter {
            language,
            to: self.to,
            subject: language.text_of("mail-domain-lost-subject", told),
            before: vec![language.text_of("mail-domain-lost", told)],
            link: Some((
                language.text("mail-domain-lost-button"),
                format!("{}{}", self.base, organization_domains_href(&id)),
            )),
            after: vec![language.text("mail-domain-lost-after")],
        }
    }
}

impl Job for SendDomainLost {
    type Payload = DomainLostMail;

    async fn run(&self, entry: &Entry, payload: DomainLostMail) -> Result<(), JobError> {
        let id = Locator(payload.organization);
        // One that has come to its end has no owners.
        let Some(facts) = self.0.store.organization(id).await.map_err(unread)? else {
            return pointless(entry, "the organization is gone");
        };
        let reader = self.0.reader(&payload.to).await.map_err(unread)?;
        let letter = reader.domain_lost(&facts.organization);
        self.0.send(letter, entry).await
    }
}

impl Job for SendInvitation {
    type Payload = InvitationMail;

    async fn run(&self, entry: &Entry, payload: InvitationMail) -> Result<(), JobError> {
        let id = Locator(payload.invitation);
        let open = self.0.store.invitation(id).await.map_err(unread)?;
        let Some((open, organization)) = open else {
            return TO_JOIN.gone(entry);
        };
        if clock::now() >= open.expires_at {
            return Err(TO_JOIN.over());
        }
        let letter = self.0.invitation(&open, &organization).await;
        self.0.send(letter.map_err(unread)?, entry).await
    }
}

impl Job for SendDeveloper {
    type Payload = DeveloperMail;

    async fn run(&self, entry: &Entry, payload: DeveloperMail) -> Result<(), JobError> {
        let invited = self.0.store.invited_developer(&payload.to.key()).await;
        if invited.map_err(unread)?.is_none() {
            return pointless(entry, "the invitation was taken back");
        }
        let reader = self.0.reader(&payload.to).await.map_err(unread)?;
        self.0.send(reader.developer(), entry).await
    }
}

impl Job for SendTransfer {
    type Payload = TransferMail;

    async fn run(&self, entry: &Entry, payload: TransferMail) -> Result<(), JobError> {
        let id = Locator(payload.transfer);
        let Some(open) = self.0.store.transfer(id).await.map_err(unread)? else {
            return OF_AN_APP.gone(entry);
        };
        let client = self.0.store.client_by_no(open.client).await;
        let (Some(client), Receiver::Address(to)) = (client.map_err(unread)?, &open.to) else {
            return OF_AN_APP.gone(entry);
        };
        if clock::now() >= open.expires_at {
            return Err(OF_AN_APP.over());
        }
        let letter = self.0.transfer(&open, to, &client.name).await;
        self.0.send(letter.map_err(unread)?, entry).await
    }
}

impl Job for SendSecretEnd {
    type Payload = SecretEndMail;

    async fn run(&self, entry: &Entry, payload: SecretEndMail) -> Result<(), JobError> {
        let client = self.0.store.client_by_no(ClientRowId(payload.client)).await;
        let Some(client) = client.map_err(unread)? else {
            return pointless(entry, "the app is gone");
        };
        let now = clock::now();
        let mut secrets = client.secrets.iter();
        let found = secrets.find(|secret| secret.id.0 == payload.secret && secret.is_live(now));
        let Some((secret, end)) =
            found.and_then(|secret| secret.expires_at.map(|end| (secret, end)))
        else {
            return pointless(entry, "the secret is gone, or has ended");
        };
        let reader = self.0.reader(&payload.to).await.map_err(unread)?;
        let letter = reader.secret_end((&client.id, &client.name), &secret.name, end);
        self.0.send(letter, entry).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::Role;

    const NAMES: [&str; 4] = ["תזכורות", "Zoë", "Ада", "日本"];

    fn reader(language: Language) -> Reader<'static> {
        Reader {
            to: MailAddress::parse("ada@example.com").unwrap(),
            language,
            zone: Zone::named("Europe/Berlin").unwrap(),
            product: "Acme",
            base: "https://id.example",
        }
    }

    fn invitation(language: Language, role: Role, by: &str, organization: &str) -> Letter {
        let open = Invitation {
            id: Locator(1),
            organization: Locator(2),
            email: MailAddress::parse("ada@example.com").unwrap(),
            role,
            invited_by: Subject(3),
            created_at: UnixTime(1_800_000_000),
            expires_at: UnixTime(1_800_000_060),
        };
        reader(language).invitation(&open, by, organization)
    }

    fn transfer(language: Language, by: &str, app: &str) -> Letter {
        let open = Transfer {
            id: Locator(1),
            client: ClientRowId(2),
            to: Receiver::Address(MailAddress::parse("ada@example.com").unwrap()),
            offered_by: Subject(3),
            created_at: UnixTime(1_800_000_000),
            expires_at: UnixTime(1_800_000_060),
        };
        reader(language).transfer(&open, by, app)
    }

    #[test]
    fn no_mail_to_developers_says_anything_past_the_catalogue() {
        let of_others = ["Acme", "2027-01-15", "CET"];
        for role in Role::ALL {
            invitation(Language::Pseudo, role, "1", "2").assert_of_the_catalogue(&of_others);
        }
        let mut told = of_others.to_vec();
        told.push("ada@example.com");
        reader(Language::Pseudo)
            .developer()
            .assert_of_the_catalogue(&told);
        transfer(Language::Pseudo, "1", "2").assert_of_the_catalogue(&of_others);
        let organization = Organization {
            id: Locator(1),
            version: 1,
            name: "1".to_owned(),
            created_at: UnixTime(0),
            external_id: None,
            second_factor: false,
            logo: None,
        };
        let lost = reader(Language::Pseudo).domain_lost(&organization);
        lost.assert_of_the_catalogue(&of_others);
        let secret =
            reader(Language::Pseudo).secret_end(("app", "1"), "2", UnixTime(1_800_000_060));
        secret.assert_of_the_catalogue(&of_others);
    }

    #[test]
    fn names_move_nothing_around_them() {
        for name in NAMES {
            let apart = format!("\u{2068}{name}\u{2069}");
            for letter in [
                invitation(Language::English, Role::Viewer, name, name),
                transfer(Language::German, name, name),
            ] {
                assert!(letter.subject.as_str().contains(&apart), "{letter:?}");
                let said = letter.before[0].as_str();
                assert_eq!(said.matches(&apart).count(), 2, "{letter:?}");
            }
        }
    }
}
