//! Whether mail can be sent.
use super::finding::{Finding, failed, ok};
use crate::cli::runtime::wait;
use crate::mail::Mailer;
use config::Config;

/// Greets whoever takes mails; sends none.
pub(super) fn finding(config: &Config) -> Finding {
    let Some(mailer) = Mailer::of(config) else {
        return ok(
            "mail",
            "none is configured, so none is sent: [mail] changes that",
        );
    };
    match wait(mailer.check()) {
        Ok(Ok(sentence)) => ok("mail", sentence),
        Ok(Err(why)) => failed("mail", format!("{why}; mails wait in the outbox meanwhile")),
        Err(failure) => failed("mail", failure.to_string()),
    }
}
