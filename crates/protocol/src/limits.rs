//! Budgets of requests: so many a minute in the long run, and so many at once. One number is remembered of whoever spends:
//! until when they are in debt (the generic cell rate algorithm).

/// Time since some beginning, in 65,536ths of a second.
pub type Ticks = u64;

/// Ticks of a second.
pub const SECOND: Ticks = 1 << 16;
const MINUTE: Ticks = 60 * SECOND;

/// The most requests a minute that a budget can say, within one in a hundred.
pub const MOST_PER_MINUTE: u32 = 300_000;

/// What somebody may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What one request costs, in ticks.
    cost: Ticks,
    /// How far ahead of the clock a debt may reach.
    credit: Ticks,
}

/// There is nothing left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// Ticks until there is something again.
    wait: Ticks,
}

impl Exhausted {
    /// Seconds until another request is worth it; at least 1.
    pub fn seconds(self) -> u32 {
        u32::try_from(self.wait.div_ceil(SECOND).max(1)).unwrap_or(u32::MAX)
    }
}

impl Budget {
    /// So many requests a minute, and so many at once by whoever has asked for nothing for a while. `None`: as many as they
    /// like, which is what 0 stands for.
    pub const fn new(per_minute: u32, burst: u32) -> Option<Self> {
        if per_minute == 0 || burst == 0 {
            return None;
        }
        let cost = MINUTE / per_minute as Ticks;
        let cost = if cost == 0 { 1 } else { cost };
        Some(Budget {
            cost,
            credit: cost * burst as Ticks,
        })
    }

    /// What is left of it for each of so many nodes. Together they give out no more than the whole, but for one request a node
    /// where a burst cannot be divided.
    #[must_use]
    pub const fn shared_by(self, nodes: u32) -> Self {
        let nodes = if nodes == 0 { 1 } else { nodes as Ticks };
        let cost = self.cost * nodes;
        let burst = (self.credit / self.cost).div_ceil(nodes);
        Budget {
            cost,
            credit: cost * burst,
        }
    }

    /// Spends one request of it. Returns until when whoever spent it is in debt then.
    ///
    /// # Errors
    /// [`Exhausted`]; then nothing is spent, so that whoever asks too often waits no longer for it.
    pub const fn spend(self, in_debt_until: Ticks, now: Ticks) -> Result<Ticks, Exhausted> {
        let from = if in_debt_until > now {
            in_debt_until
        } else {
            now
        };
        let until = from + self.cost;
        if until > now + self.credit {
            return Err(Exhausted {
                wait: until - now - self.credit,
            });
        }
        Ok(until)
    }

    /// How many requests may come at once: its quota, in the words of the `RateLimit` fields.
    pub const fn burst(self) -> u64 {
        self.credit / self.cost
    }

    /// Seconds in which all of it is there again: the window, in the words of the same. At least 1.
    pub const fn window(self) -> u64 {
        self.credit.div_ceil(SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `asked` requests, one every `every` ticks, are let through.
    fn passed(budget: Budget, asked: u32, every: Ticks) -> u32 {
        let (mut until, mut passed) = (0, 0);
        for request in 0..asked {
            let now = Ticks::from(request) * every;
            if let Ok(then) = budget.spend(until, now) {
                (until, passed) = (then, passed + 1);
            }
        }
        passed
    }

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let budget = Budget::new(60, 10).unwrap();
        assert_eq!(passed(budget, 100, 0), 10, "at once");
        // Ten a second for a minute: the burst, and one for each second.
        let minute = passed(budget, 600, SECOND / 10);
        assert!((69..=70).contains(&minute), "{minute}");
        assert_eq!(passed(budget, 600, SECOND), 600, "in its own time");
        assert_eq!((budget.burst(), budget.window()), (10, 10));
    }

    #[test]
    fn whoever_is_refused_is_told_when_to_come_and_then_gets_in() {
        let budget = Budget::new(6, 1).unwrap();
        let until = budget.spend(0, 5 * SECOND).unwrap();
        for wait in 0..10 {
            let now = (5 + wait) * SECOND;
            let exhausted = budget.spend(until, now).unwrap_err();
            assert_eq!(u64::from(exhausted.seconds()), 10 - wait);
        }
        assert!(budget.spend(until, 15 * SECOND).is_ok());
    }

    #[test]
    fn nothing_is_no_limit() {
        assert_eq!(Budget::new(0, 10), None);
        assert_eq!(Budget::new(10, 0), None);
    }

    #[test]
    fn nodes_share_what_there_is() {
        let whole = Budget::new(600, 100).unwrap();
        for nodes in 1..=7 {
            let share = whole.shared_by(nodes);
            let together = nodes * passed(share, 10_000, SECOND / 100);
            let alone = passed(whole, 10_000, SECOND / 100);
            assert!(together <= alone + nodes, "{nodes}: {together} of {alone}");
            assert!(
                together + 3 * nodes >= alone,
                "{nodes}: {together} of {alone}"
            );
        }
        assert_eq!(whole.shared_by(0), whole);
        assert_eq!(Budget::new(60, 1).unwrap().shared_by(3).burst(), 1);
    }

    #[test]
    fn a_clock_that_stands_still_or_steps_back_gives_nothing_away() {
        let budget = Budget::new(60, 2).unwrap();
        let until = budget.spend(0, 100 * SECOND).unwrap();
        let until = budget.spend(until, 100 * SECOND).unwrap();
        assert!(budget.spend(until, 100 * SECOND).is_err());
        assert!(budget.spend(until, 40 * SECOND).is_err());
    }
}
