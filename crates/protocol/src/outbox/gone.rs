//! What becomes of a message when what it tells of is gone: an invitation that was taken back, an offer that ended.
use super::Entry;
use crate::types::{Lifetime, UnixTime};

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It goes too: what it was for was withdrawn, or is done, before it was sent, and nobody waits for it.
    Silently,
    /// It is a dead letter, because an operator has it tried again and is told that nothing was sent: what it was for was
    /// withdrawn, or is done.
    Withdrawn,
    /// It is a dead letter: what it was for has ended by itself, and whoever it was for heard nothing of it.
    Ended,
}

/// Judges it. `lasts`: how long what it tells of is there, from when the message was written, unless somebody takes it
/// away; `None` for what has no end of its own.
pub fn gone(entry: &Entry, lasts: Option<Lifetime>, now: UnixTime) -> Gone {
    let has_ended = lasts.is_some_and(|lasts| now >= entry.created_at.plus(lasts));
    match (has_ended, entry.is_asked_for_again()) {
        (true, _) => Gone::Ended,
        (false, true) => Gone::Withdrawn,
        (false, false) => Gone::Silently,
    }
}

impl Entry {
    /// Whether an operator has this dead letter tried again, and it was not tried since.
    pub fn is_asked_for_again(&self) -> bool {
        // One that waits keeps counting when an operator hurries it.
        self.attempts == 0 && self.last_error.is_some() && self.dead_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Locator;

    fn entry(attempts: u32, last_error: Option<&str>) -> Entry {
        Entry {
            id: Locator(7),
            kind: "mail.invitation".to_owned(),
            destination: "mail:ada@example.com".to_owned(),
            payload: "{}".to_owned(),
            created_at: UnixTime(100),
            due_at: UnixTime(100),
            attempts,
            last_error: last_error.map(str::to_owned),
            dead_at: None,
        }
    }

    #[test]
    fn what_was_withdrawn_goes_unheard_unless_an_operator_asks_for_it() {
        let lasts = Some(Lifetime::from_seconds(50));
        for (attempts, why, becomes) in [
            (0, None, Gone::Silently),
            (1, Some("busy"), Gone::Silently),
            (33, Some("busy"), Gone::Silently),
            (0, Some("550"), Gone::Withdrawn),
        ] {
            let entry = entry(attempts, why);
            assert_eq!(gone(&entry, lasts, UnixTime(149)), becomes, "{entry:?}");
            assert_eq!(gone(&entry, lasts, UnixTime(150)), Gone::Ended, "{entry:?}");
            assert_eq!(gone(&entry, None, UnixTime(1 << 40)), becomes, "{entry:?}");
        }
    }
}
