//! Sends mails that show that mail works.
use super::job::{Job, JobError};
use crate::mail::{Letter, Mailer};
use protocol::outbox::{Entry, TestMail};
use std::sync::Arc;

/// See the module.
pub(super) struct SendTestMail {
    pub(super) mailer: Option<Arc<Mailer>>,
    pub(super) product: String,
}

impl Job for SendTestMail {
    type Payload = TestMail;

    async fn run(&self, entry: &Entry, mail: TestMail) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            let why = "no mail is configured: write [mail] into the configuration, and restart the server";
            return Err(JobError::Retry(why.to_owned()));
        };
        mailer.send(&letter(&self.product, mail), entry).await
    }
}

fn letter(product: &str, mail: TestMail) -> Letter {
    let TestMail { to, copy, copies } = mail;
    let which = match copies {
        1 => String::new(),
        _ => format!(" ({copy} of {copies})"),
    };
    Letter {
        to,
        subject: format!("Test mail from {product}{which}"),
        before: vec![
            format!("This is a test: {product} can send mail to you."),
            "Somebody who runs it has asked for this with `valetkey mail test`. There is nothing to do."
                .to_owned(),
        ],
        link: None,
        after: Vec::new(),
    }
}
