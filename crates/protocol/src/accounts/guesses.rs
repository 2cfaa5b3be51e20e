//! Wrong passwords of all accounts together, from browsers in which their people have never signed in.
//!
//! Whoever tries one common password at each account from many addresses stays below every limit of an account and of a source.
//! What they cannot hide is how many were wrong in all. So there is so much a day of that, in proportion to how many accounts
//! there are; after that a password opens nothing but in a known browser, and everybody else proves themselves by mail. An
//! attempt that succeeds takes back its own failures from the same source, and one at which nobody looked itself.
//!
//! One source alone does not use them up: it has a part of them.
use super::sign_in::Throttled;
use crate::daily::DAY;
use crate::facts::Attempts;
use crate::types::UnixTime;
use jose::Digest;

/// As many as a small provider bears, however few accounts it has.
pub const LEAST: u32 = 50;
/// Of every hundred accounts.
const OF_A_HUNDRED: u64 = 5;
/// How many sources it takes at the least to use up what there is.
const SOURCES: u32 = 5;
/// What one source has in any case, if there is so much in all: people share addresses.
const LEAST_OF_SOURCE: u32 = 10;

/// How many there may be in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// Any number.
    Any,
    /// So many.
    Most(u32),
    /// As many as suits how many accounts there are.
    ByAccounts,
}

impl Allowance {
    /// What an operator chose, 0 standing for any number. Where no mail is sent, whoever uses a new browser had no other way in:
    /// there it must be chosen.
    pub const fn of(chosen: Option<u32>, sends_mail: bool) -> Self {
        match (chosen, sends_mail) {
            (Some(0), _) | (None, false) => Allowance::Any,
            (Some(most), _) => Allowance::Most(most),
            (None, true) => Allowance::ByAccounts,
        }
    }

    /// The most there may be, if that can be said without counting accounts: then [`most_of`] says it.
    pub const fn at_least(self) -> Option<u32> {
        match self {
            Allowance::Any => None,
            Allowance::Most(most) => Some(most),
            Allowance::ByAccounts => Some(LEAST),
        }
    }
}

/// The most there may be where there are so many accounts. Those that were made within a day do not count, so that nobody makes
/// them to guess more.
pub fn most_of(accounts: u64) -> u32 {
    u32::try_from(accounts.saturating_mul(OF_A_HUNDRED) / 100)
        .unwrap_or(u32::MAX)
        .max(LEAST)
}

/// The most of them that come from one source, where there may be `most` in all.
pub fn share_of(most: u32) -> u32 {
    (most / SOURCES).max(LEAST_OF_SOURCE).min(most)
}

/// What they are counted under.
pub fn key() -> Digest {
    Digest::of(b"daily Guesses")
}

/// What those of one source are counted under.
pub fn key_of(source: &str) -> Digest {
    Digest::of(format!("daily Guesses\n{source}").as_bytes())
}

/// Whether a password from a strange browser is looked at. `counted`: what was counted so far, in all or of its source.
///
/// # Errors
/// [`Throttled`], once there were as many as there may be.
pub fn may_guess(counted: Option<Attempts>, most: u32, now: UnixTime) -> Result<(), Throttled> {
    let today = counted.filter(|counted| now.is_near(counted.since, DAY));
    match today {
        Some(today) if today.count >= most => Err(Throttled {
            by_strangers: true,
            ..Throttled::after(now.seconds_until(today.since.plus(DAY)))
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_as_suits_the_accounts() {
        let all = [(0, 50), (1_000, 50), (1_020, 51), (1_000_000, 50_000)];
        for (accounts, most) in all {
            assert_eq!(most_of(accounts), most, "{accounts}");
        }
        assert_eq!(most_of(u64::MAX), u32::MAX);
    }

    #[test]
    fn one_source_has_a_part_of_them() {
        let all = [(1, 1), (7, 7), (50, 10), (51, 10), (1_000, 200)];
        for (most, share) in all {
            assert_eq!(share_of(most), share, "{most}");
        }
        let keys = [key(), key_of("192.0.2.1"), key_of("192.0.2.2")];
        assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    }

    #[test]
    fn without_mail_it_must_be_chosen() {
        assert_eq!(Allowance::of(None, false), Allowance::Any);
        assert_eq!(Allowance::of(Some(0), true), Allowance::Any);
        assert_eq!(Allowance::of(Some(7), false), Allowance::Most(7));
        assert_eq!(Allowance::of(None, true).at_least(), Some(LEAST));
    }

    #[test]
    fn it_lasts_for_a_day_from_the_first() {
        let now = UnixTime(1_000_000);
        let counted = |count, ago| {
            let since = UnixTime(now.0 - ago);
            Some(Attempts { count, since })
        };
        assert!(may_guess(None, 50, now).is_ok());
        assert!(may_guess(counted(49, 10), 50, now).is_ok());
        let refused = may_guess(counted(50, 86_300), 50, now).unwrap_err();
        assert_eq!((refused.retry_after, refused.by_strangers), (100, true));
        assert!(may_guess(counted(50, 86_401), 50, now).is_ok());
    }
}
