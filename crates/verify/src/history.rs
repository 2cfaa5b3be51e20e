//! What the feed told since it is followed. A JWT says nothing of what became of it; what was told since it was issued does.
use crate::journal::Ended;
use crate::token::Token;

/// Names that are remembered, at most; beyond that the earlier half is forgotten.
const MOST: usize = 200_000;
/// How long they are remembered at least, in seconds.
const HALF_A_DAY: u64 = 12 * 3_600;
/// One that was being issued while something ended may have been meant: no request takes longer, in seconds.
const IN_FLIGHT: u64 = 1;

/// See the module. Times are Unix seconds.
#[derive(Debug)]
pub(crate) struct History {
    /// How much later than the beginning a JWT must have been issued to be judged without a question.
    margin: u64,
    /// Since when nothing is missed; `None`: the feed was not heard.
    since: Option<u64>,
    /// When `late` began.
    turned: u64,
    early: Ended,
    late: Ended,
}

impl History {
    /// Of a provider whose clock is `apart` seconds away, at most.
    pub(crate) fn new(apart: u64) -> Self {
        History {
            margin: apart + IN_FLIGHT,
            since: None,
            turned: 0,
            early: Ended::default(),
            late: Ended::default(),
        }
    }

    /// The feed was heard.
    pub(crate) fn follow(&mut self, now: u64) {
        if self.since.is_none() {
            self.since = Some(now);
            self.turned = now;
        }
    }

    /// Something may have been missed until now.
    pub(crate) fn reset(&mut self, now: u64) {
        *self = History::new(self.margin - IN_FLIGHT);
        self.follow(now);
    }

    pub(crate) fn write(&mut self, ended: &Ended, now: u64) {
        self.late.add(ended);
        if self.late.len() >= MOST / 2 || now >= self.turned.saturating_add(HALF_A_DAY) {
            self.early = std::mem::take(&mut self.late);
            self.since = self.since.max(Some(self.turned));
            self.turned = now;
        }
    }

    /// Whether all that ended a JWT would have been told, and nothing was.
    pub(crate) fn clears(&self, token: &Token) -> bool {
        let issued = token.issued_at();
        let known = |since: u64| issued.is_some_and(|at| at >= since.saturating_add(self.margin));
        self.since.is_some_and(known) && !self.late.concerns(token) && !self.early.concerns(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::time::Duration;

    fn token(jti: &str, iat: i64) -> Token {
        let answer = format!(
            r#"{{"active":true,"client_id":"app","sub":"ann","exp":9999999,"iat":{iat},"token_type":"Bearer","jti":"{jti}","grant_id":"g","organization":"o"}}"#
        );
        let answer: wire::Introspection<'static> = serde_json::from_str(&answer).unwrap();
        Token::of(answer, Duration::ZERO).unwrap()
    }

    fn of(jti: &str) -> Ended {
        Ended {
            tokens: HashSet::from([jti.to_owned()]),
            ..Ended::default()
        }
    }

    #[test]
    fn only_what_was_issued_since_is_cleared() {
        let mut history = History::new(59);
        assert!(!history.clears(&token("t", 5_000)));
        history.follow(1_000);
        history.follow(2_000);
        assert!(!history.clears(&token("t", 1_059)));
        assert!(history.clears(&token("t", 1_060)));
        history.reset(3_000);
        assert!(!history.clears(&token("t", 3_059)));
        assert!(history.clears(&token("t", 3_060)));
    }

    #[test]
    fn what_was_told_is_remembered_and_when_it_is_forgotten_nothing_older_is_cleared() {
        let mut history = History::new(59);
        history.follow(0);
        history.write(&of("t"), 10);
        assert!(!history.clears(&token("t", 100)));
        assert!(history.clears(&token("u", 100)));
        // Remembered for half a day more, then forgotten together with all that was issued by then.
        history.write(&of("x"), HALF_A_DAY);
        assert!(!history.clears(&token("t", 100)));
        history.write(&of("y"), 2 * HALF_A_DAY);
        let by_then = i64::try_from(HALF_A_DAY + 60).unwrap();
        assert!(!history.clears(&token("u", by_then - 1)));
        assert!(history.clears(&token("u", by_then)));
    }

    #[test]
    fn it_is_bounded() {
        let mut history = History::new(59);
        history.follow(0);
        for n in 0..MOST * 2 {
            history.write(&of(&n.to_string()), 1);
        }
        assert!(history.early.len() + history.late.len() <= MOST);
    }

    #[test]
    fn an_event_of_an_organization_is_about_its_tokens() {
        let mut history = History::new(59);
        history.follow(0);
        let ended = Ended {
            organizations: HashSet::from(["o".to_owned()]),
            ..Ended::default()
        };
        history.write(&ended, 1);
        assert!(!history.clears(&token("t", 100)));
    }
}
