//! What a person and an app have to do with each other: one connection for each person and app.
use super::{ClientNo, Lifetime, Locator, Scope, Subject, UnixTime};

/// How far the clocks of nodes may be apart: a connection that ends takes grants with it that begin this much later, by
/// the clock of whoever ended it.
const CLOCKS_DIFFER: Lifetime = Lifetime::from_minutes(1);

/// That a person let an app in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Who.
    pub subject: Subject,
    /// Whom.
    pub client: ClientNo,
    /// All that the app was allowed.
    pub scope: Scope,
    /// Since when.
    pub since: UnixTime,
    /// When it was last allowed something.
    pub granted_at: UnixTime,
    /// Whether it lasts.
    pub state: ConnectionState,
}

/// Whether a connection lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// It does.
    Active,
    /// The app is kept out until the person lets it in again; its tokens work again then.
    Paused(UnixTime),
    /// It is over: its tokens never work again.
    Ended(End),
}

/// The end of a connection: a number that names it and tells when it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct End(pub Locator);

impl End {
    /// Grants whose ids are below this are over.
    pub fn not_before(self) -> Locator {
        Locator::first_at(self.0.time().plus(CLOCKS_DIFFER))
    }
}

/// What is left of what a person allowed an app: for each token, whether it is honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionStanding {
    /// No token works for now.
    pub paused: bool,
    /// Grants below this locator are over.
    pub not_before: Locator,
}

impl ConnectionStanding {
    /// Nothing was ever taken away.
    pub const GOOD: ConnectionStanding = ConnectionStanding {
        paused: false,
        not_before: Locator(0),
    };

    /// Whether what began as `grant` is not over. It may be paused.
    pub fn lasts(self, grant: Locator) -> bool {
        grant >= self.not_before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_takes_with_it_what_begins_within_the_difference_of_clocks() {
        let end = End(Locator::first_at(UnixTime(1_800_000_000)));
        let after = |seconds: i64| Locator::first_at(UnixTime(1_800_000_000 + seconds));
        let left = ConnectionStanding {
            paused: false,
            not_before: end.not_before(),
        };
        assert!(!left.lasts(after(0)) && !left.lasts(after(59)));
        assert!(left.lasts(after(60)));
        assert!(ConnectionStanding::GOOD.lasts(Locator(0)));
    }
}
