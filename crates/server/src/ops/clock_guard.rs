//! Whether the wall clock can be believed enough to delete by it. What is deleted does not come back when the clock is
//! set right.
use protocol::types::UnixTime;
use std::time::{Duration, Instant};

/// How far the clock may get ahead of the time that passed, from one look to the next.
const JUMP: i64 = 60;
/// How long a clock that jumped ahead is not believed. A machine that slept jumps too, and can wait.
const DOUBT: Duration = Duration::from_secs(3_600);

/// Compares the wall clock with one that counts the time that passed, and cannot be set.
pub(crate) struct ClockGuard {
    wall: UnixTime,
    passed: Instant,
    /// The jump that is doubted: how far, and until when.
    doubt: Option<(i64, Instant)>,
}

/// Whether to delete by the clock.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Yes.
    Yes,
    /// It jumped ahead by so many seconds since the last look.
    Jumped(i64),
    /// It jumped ahead a while ago.
    NotYet,
}

impl ClockGuard {
    pub(crate) fn begin(wall: UnixTime, passed: Instant) -> Self {
        ClockGuard {
            wall,
            passed,
            doubt: None,
        }
    }

    /// Looks at both clocks. One that is set back by what it had jumped is believed at once.
    pub(crate) fn look(&mut self, wall: UnixTime, passed: Instant) -> Trust {
        let gone = passed.duration_since(self.passed).as_secs();
        let ahead = wall.0 - self.wall.0 - i64::try_from(gone).unwrap_or(i64::MAX);
        (self.wall, self.passed) = (wall, passed);
        let before = self.doubt.map_or(0, |(far, _)| far);
        let far = before.saturating_add(ahead);
        if ahead > JUMP {
            self.doubt = Some((far, passed + DOUBT));
            return Trust::Jumped(ahead);
        }
        match self.doubt {
            Some((_, until)) if far > JUMP && passed < until => {
                self.doubt = Some((far, until));
                Trust::NotYet
            }
            _ => {
                self.doubt = None;
                Trust::Yes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    /// A clock that is looked at every 30 seconds.
    struct Watch {
        steady: ClockGuard,
        begin: Instant,
        seconds: u64,
    }

    impl Watch {
        fn new() -> Self {
            let begin = Instant::now();
            Watch {
                steady: ClockGuard::begin(UnixTime(1_000), begin),
                begin,
                seconds: 0,
            }
        }

        fn look(&mut self, offset: i64) -> Trust {
            self.seconds += 30;
            let wall = UnixTime(1_000 + self.seconds as i64 + offset);
            let passed = self.begin + Duration::from_secs(self.seconds);
            self.steady.look(wall, passed)
        }
    }

    #[test]
    fn a_clock_that_jumped_ahead_is_doubted_for_an_hour() {
        let mut watch = Watch::new();
        assert_eq!(watch.look(0), Trust::Yes);
        assert_eq!(watch.look(1), Trust::Yes, "it drifts");
        assert_eq!(watch.look(DAY), Trust::Jumped(DAY - 1));
        for _ in 0..119 {
            assert_eq!(watch.look(DAY), Trust::NotYet);
        }
        assert_eq!(watch.look(DAY), Trust::Yes, "it stayed so for an hour");
        assert_eq!(watch.look(0), Trust::Yes, "back is no danger");
    }

    #[test]
    fn a_clock_that_is_set_right_is_believed_at_once() {
        let mut watch = Watch::new();
        assert_eq!(watch.look(DAY), Trust::Jumped(DAY));
        assert_eq!(watch.look(DAY), Trust::NotYet);
        assert_eq!(watch.look(DAY / 2), Trust::NotYet, "half of it");
        assert_eq!(watch.look(2 * DAY), Trust::Jumped(DAY + DAY / 2));
        assert_eq!(watch.look(0), Trust::Yes);
        assert_eq!(watch.look(0), Trust::Yes);
    }
}
