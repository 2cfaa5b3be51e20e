//! What there is so much of a day for each person, because it costs others something: the patience of whoever gets a mail,
//! the work of drawing a picture anew.
use crate::facts::Attempts;
use crate::transition::{ThrottleChange, Transition};
use crate::types::{Lifetime, Subject, UnixTime};
use jose::Digest;

/// How long is counted together: from the first one on.
pub const DAY: Lifetime = Lifetime::from_days(1);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Daily {
    /// Asking somebody to join an organization: 100.
    Invitation,
    /// Looking whether a domain is proved: 50.
    DomainCheck,
    /// Uploading a picture: 100.
    Upload,
    /// Taking one's data along: 20.
    Export,
    /// Codes of an authenticator app that browsers try which the account does not know: 50. Of a million codes three are
    /// right at a time, so of those who have a password and guess for a year one in twenty succeeds.
    SecondFactor,
}

impl Daily {
    /// The most that one person does in a day.
    pub fn most(self) -> u32 {
        match self {
            Daily::Invitation | Daily::Upload => 100,
            Daily::Export => 20,
            Daily::SecondFactor | Daily::DomainCheck => 50,
        }
    }

    /// What it is counted under.
    pub fn key(self, person: Subject) -> Digest {
        Digest::of(format!("daily {self:?}\n{}", person.0).as_bytes())
    }
}

/// There is none left today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedUp {
    /// Seconds until there is some again.
    pub retry_after: i64,
}

/// Counts one more, before it is done. `counted`: what was counted of it so far.
///
/// # Errors
/// [`UsedUp`].
pub fn spend(
    daily: Daily,
    person: Subject,
    counted: Option<Attempts>,
    now: UnixTime,
) -> Result<Transition, UsedUp> {
    let today = counted.filter(|counted| now.is_near(counted.since, DAY));
    match today {
        Some(today) if today.count >= daily.most() => Err(UsedUp {
            retry_after: now.seconds_until(today.since.plus(DAY)).max(1),
        }),
        _ => Ok(Transition::Throttle(ThrottleChange::Spend {
            key: daily.key(person),
            most: daily.most(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_so_much_a_day_for_each_person_and_thing() {
        let now = UnixTime(1_000_000);
        let counted = |count, since| {
            let since = UnixTime(now.0 - since);
            Some(Attempts { count, since })
        };
        let ask = |counted| spend(Daily::Invitation, Subject(1), counted, now);
        assert!(ask(None).is_ok() && ask(counted(99, 10)).is_ok());
        let used_up = ask(counted(100, 86_300)).err();
        assert_eq!(used_up, Some(UsedUp { retry_after: 100 }));
        assert!(ask(counted(100, 86_401)).is_ok(), "another day");
        let keys = [
            Daily::Invitation.key(Subject(1)),
            Daily::Invitation.key(Subject(2)),
            Daily::Upload.key(Subject(1)),
        ];
        assert!(keys[0] != keys[1] && keys[0] != keys[2]);
    }
}
