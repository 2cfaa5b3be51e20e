//! The one list of jobs: a kind of message without a job does not compile.
use super::back_channel::TellOfLogout;
use super::deleted_mail::SendDeletedMail;
use super::job::{Job, JobError};
use super::link_mail::{Links, SendLinkMail};
use super::offer_mail::{
    Offers, SendDeveloper, SendDomainLost, SendInvitation, SendSecretEnd, SendTransfer,
};
use super::review_mail::SendReviewMail;
use super::test_mail::SendTestMail;
use crate::mail::Mailer;
use crate::ops::signing_keys::ProviderKeys;
use config::Config;
use jose::keyed::Key;
use outbound::Outbound;
use protocol::outbox::{Entry, Kind, Payload};
use std::sync::Arc;
use store::Store;

/// All jobs.
pub(super) struct Jobs {
    mailer: Option<Arc<Mailer>>,
    test_mail: SendTestMail,
    link_mail: SendLinkMail,
    invitation: SendInvitation,
    developer: SendDeveloper,
    transfer: SendTransfer,
    secret_end: SendSecretEnd,
    domain_lost: SendDomainLost,
    review_mail: SendReviewMail,
    deleted_mail: SendDeletedMail,
    back_channel: TellOfLogout,
}

impl Jobs {
    /// As the configuration says.
    pub(super) fn of(
        config: &Config,
        store: Store,
        key: Arc<Key>,
        (outbound, keys): (Arc<Outbound>, Arc<ProviderKeys>),
    ) -> Self {
        let mailer = Mailer::of(config).map(Arc::new);
        let offers = Offers::new(config, store.clone(), mailer.clone());
        Jobs {
            invitation: SendInvitation(offers.clone()),
            developer: SendDeveloper(offers.clone()),
            transfer: SendTransfer(offers.clone()),
            secret_end: SendSecretEnd(offers.clone()),
            domain_lost: SendDomainLost(offers),
            test_mail: SendTestMail {
                language: config.branding.language,
                mailer: mailer.clone(),
                product: config.branding.product.clone(),
            },
            deleted_mail: SendDeletedMail {
                store: store.clone(),
                mailer: mailer.clone(),
                product: config.branding.product.clone(),
                language: config.branding.language,
            },
            back_channel: TellOfLogout {
                store: store.clone(),
                outbound,
                keys,
                policy: config.policy.clone(),
            },
            review_mail: SendReviewMail::of(config, store.clone(), mailer.clone()),
            link_mail: SendLinkMail {
                mailer: mailer.clone(),
                links: Links::new(config, store, key),
            },
            mailer,
        }
    }

    /// Delivers a message by the job of its kind.
    pub(super) async fn run(&self, entry: &Entry) -> Result<(), JobError> {
        let Some(kind) = Kind::parse(&entry.kind) else {
            let why = "only a newer version of the server can deliver this";
            return Err(JobError::Retry(why.to_owned()));
        };
        match kind {
            Kind::TestMail => run(&self.test_mail, kind, entry).await,
            Kind::DeletedMail => run(&self.deleted_mail, kind, entry).await,
            Kind::ReviewMail => run(&self.review_mail, kind, entry).await,
            Kind::LinkMail => run(&self.link_mail, kind, entry).await,
            Kind::InvitationMail => run(&self.invitation, kind, entry).await,
            Kind::DeveloperMail => run(&self.developer, kind, entry).await,
            Kind::TransferMail => run(&self.transfer, kind, entry).await,
            Kind::SecretEndMail => run(&self.secret_end, kind, entry).await,
            Kind::DomainLostMail => run(&self.domain_lost, kind, entry).await,
            Kind::BackChannelLogout => run(&self.back_channel, kind, entry).await,
        }
    }

    /// Gives back what was not used for a while.
    pub(super) fn rest(&self) {
        if let Some(mailer) = &self.mailer {
            mailer.rest();
        }
    }
}

async fn run<J: Job>(job: &J, kind: Kind, entry: &Entry) -> Result<(), JobError> {
    debug_assert!(J::Payload::KIND == kind, "this is another's payload");
    match serde_json::from_str(&entry.payload) {
        Ok(payload) => job.run(entry, payload).await,
        Err(error) => Err(JobError::Dead(format!(
            "its payload cannot be read: {error}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::clock;
    use crate::ops::outbound::outbound;
    use config::{Mail, MailBy};
    use protocol::types::ids::Region;
    use protocol::types::{Lifetime, Locator, MailAddress, UnixTime};
    use std::path::Path;
    use store::{Location, Options, Stay, Synchronous, Tuning};

    fn entry(kind: &str) -> Entry {
        Entry {
            id: Locator(1),
            kind: kind.to_owned(),
            destination: "mail:ada@example.com".to_owned(),
            payload: "{}".to_owned(),
            created_at: UnixTime(0),
            due_at: UnixTime(0),
            attempts: 0,
            last_error: None,
            dead_at: None,
        }
    }

    /// Jobs over an empty database, whose mails go into a folder.
    fn jobs(folder: &Path) -> Jobs {
        let store = Store::open(&Options {
            location: Location::Sqlite(folder.join("v.db")),
            readers_hint: 1,
            region: Region::default(),
            stay: Stay::Server,
            synchronous: Synchronous::Full,
            tuning: Tuning::default(),
        });
        let key = Arc::new(Key::new(&[7; 32]));
        let mut config = Config::for_tests();
        config.mail = Some(Mail {
            name: None,
            from: MailAddress::parse("no-reply@id.example").unwrap(),
            by: MailBy::Folder(folder.join("mails")),
            bounces: None,
        });
        let out = (Arc::new(outbound(&config)), Arc::default());
        Jobs::of(&config, store.unwrap(), key, out)
    }

    /// What the first attempt of a message, a later one, and that of a dead letter which an operator has tried again come to.
    async fn three_attempts(jobs: &Jobs, entry: Entry) -> [Result<(), JobError>; 3] {
        let tried = |attempts| Entry {
            attempts,
            last_error: Some("busy".to_owned()),
            ..entry.clone()
        };
        [
            jobs.run(&entry).await,
            jobs.run(&tried(3)).await,
            jobs.run(&tried(0)).await,
        ]
    }

    #[tokio::test]
    async fn a_mail_about_what_is_gone_goes_unheard_unless_an_operator_asks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(folder.path());
        for (kind, about) in [
            (Kind::LinkMail, ""),
            (Kind::InvitationMail, r#", "invitation": 1"#),
            (Kind::DeveloperMail, ""),
            (Kind::TransferMail, r#", "transfer": 1"#),
            (Kind::SecretEndMail, r#", "client": 1, "secret": 1"#),
            (Kind::DomainLostMail, r#", "organization": 1"#),
            (Kind::ReviewMail, r#", "request": 1, "told": "asked""#),
        ] {
            let written = |ago| Entry {
                payload: format!(r#"{{"to": "ada@example.com"{about}}}"#),
                created_at: clock::now().minus(Lifetime::from_days(ago)),
                ..entry(kind.name())
            };
            let [first, later, asked] = three_attempts(&jobs, written(0)).await;
            assert_eq!((first, later), (Ok(()), Ok(())), "{kind:?}");
            let next = match kind {
                Kind::LinkMail => "asks for a new link",
                _ => "`valetkey outbox drop`",
            };
            let told = matches!(&asked, Err(JobError::Dead(why)) if why.contains(next));
            assert!(told, "{kind:?}: {asked:?}");
            // What ends by itself has ended, and whoever waits for it is not heard of otherwise.
            let next = match kind {
                Kind::LinkMail => "asks for a new link",
                Kind::InvitationMail => "invites them again",
                Kind::TransferMail => "offers it again",
                _ => continue,
            };
            for late in three_attempts(&jobs, written(31)).await {
                let told = matches!(&late, Err(JobError::Dead(why)) if why.contains(next));
                assert!(told, "{kind:?}: {late:?}");
            }
        }
        assert!(!folder.path().join("mails").exists(), "nothing was sent");
    }

    #[tokio::test]
    async fn every_kind_has_a_job_that_reads_its_own_payload() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(folder.path());
        for kind in Kind::ALL {
            let refused = jobs.run(&entry(kind.name())).await;
            let dead = matches!(&refused, Err(JobError::Dead(why)) if why.contains("payload"));
            assert!(dead, "{refused:?}");
        }
        let refused = jobs.run(&entry("mail.of_tomorrow")).await;
        let retried = matches!(&refused, Err(JobError::Retry(why)) if why.contains("newer"));
        assert!(retried, "{refused:?}");
    }
}
