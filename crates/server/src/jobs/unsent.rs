//! What becomes of mails that are not sent.
use super::job::JobError;
use crate::ops::clock;
use protocol::outbox::{Entry, Gone, gone};
use protocol::types::Lifetime;

/// What a mail tells of that may be gone.
pub(super) struct About {
    /// How long it is there, unless somebody takes it away.
    pub(super) lasts: Lifetime,
    /// What is said if somebody did.
    pub(super) withdrawn: &'static str,
    /// What is said after its time.
    pub(super) ended: &'static str,
}

impl About {
    /// What becomes of the mail when it is gone.
    pub(super) fn gone(&self, entry: &Entry) -> Result<(), JobError> {
        match gone(entry, Some(self.lasts), clock::now()) {
            Gone::Silently => Ok(()),
            Gone::Withdrawn => Err(JobError::Dead(self.withdrawn.to_owned())),
            Gone::Ended => Err(self.over()),
        }
    }

    /// Its time is over.
    pub(super) fn over(&self) -> JobError {
        JobError::Dead(self.ended.to_owned())
    }
}

/// Why nothing is sent to an address that mail comes back from.
pub(super) const COMES_BACK: &str = "mail to this address comes back, or is unwelcome";

/// What becomes of a mail that nobody needs any more: it goes, but whoever has it tried again is told why nothing is sent.
pub(super) fn pointless(entry: &Entry, why: &str) -> Result<(), JobError> {
    match gone(entry, None, clock::now()) {
        Gone::Silently => Ok(()),
        Gone::Withdrawn | Gone::Ended => Err(JobError::Dead(format!(
            "{why}, so nothing was sent: take it out with `valetkey outbox drop`"
        ))),
    }
}
