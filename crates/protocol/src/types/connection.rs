//! What a person and an app have to do with each other: one connection for each person, app and workspace.
use super::ids::LOCATOR_LOW_BITS;
use super::{ClientRowId, Lifetime, Locator, Scope, Subject, UnixTime};
use std::sync::Arc;

/// How far the clocks of nodes may be apart: a connection that ends takes grants with it that begin this much later, by
/// the clock of whoever ended it.
const CLOCKS_DIFFER: Lifetime = Lifetime::from_minutes(1);

/// Names a connection. An organization that access is given for is the workspace; what is a person's own has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionKey {
    /// Who let the app in.
    pub subject: Subject,
    /// The app.
    pub client: ClientRowId,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
}

/// That a token of a connection was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionUse {
    /// Which connection.
    pub key: ConnectionKey,
    /// When.
    pub at: UnixTime,
}

/// That a person let an app in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Who.
    pub subject: Subject,
    /// Whom.
    pub client: ClientRowId,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
    /// All that the app was allowed by consent.
    pub scope: Scope,
    /// What else it was allowed, as a device or before people are asked again. It is not remembered.
    pub earlier: Scope,
    /// What its older grants are narrowed to.
    pub narrowed: Option<Narrowed>,
    /// Since when.
    pub since: UnixTime,
    /// When it was last allowed something.
    pub granted_at: UnixTime,
    /// When a token of it was last used, within some minutes; `None`: not since it began.
    pub used_at: Option<UnixTime>,
    /// Whether it lasts.
    pub state: ConnectionState,
}

impl Connection {
    /// Which one it is.
    pub fn key(&self) -> ConnectionKey {
        ConnectionKey {
            subject: self.subject,
            client: self.client,
            organization: self.organization,
        }
    }

    /// All that the app may do.
    pub fn access(&self) -> Scope {
        self.scope.union(&self.earlier)
    }
}

/// What a person left of what they had allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// All that is left.
    pub scope: Scope,
    /// Of grants whose ids are below this. What is allowed later is not narrowed.
    pub before: Locator,
}

impl Narrowed {
    /// What is left as of the moment `at`.
    pub fn to(scope: Scope, at: Locator) -> Self {
        let before = Locator(at.0 + LOCATORS_AHEAD);
        Narrowed { scope, before }
    }
}

/// What [`CLOCKS_DIFFER`] is in ids.
pub const LOCATORS_AHEAD: i64 = (CLOCKS_DIFFER.seconds() * 1_000) << LOCATOR_LOW_BITS;

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

/// What is left of what a person allowed an app: for each token, whether and how far it is honoured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionStanding {
    /// No token works for now.
    pub paused: bool,
    /// Grants below this locator are over.
    pub not_before: Locator,
    /// What older grants are narrowed to.
    pub narrowed: Option<Arc<Narrowed>>,
}

impl ConnectionStanding {
    /// Nothing was ever taken away.
    pub const GOOD: ConnectionStanding = ConnectionStanding {
        paused: false,
        not_before: Locator(0),
        narrowed: None,
    };

    /// Whether what began as `grant`, of which this scope is left, is not over. It may be paused.
    pub fn lasts(&self, grant: Locator, left: &Scope) -> bool {
        grant >= self.not_before && (self.narrowed.is_none() || !left.is_empty())
    }

    /// What is left of the scope of what began as `grant`.
    pub fn narrow(&self, grant: Locator, scope: &mut Scope) {
        if let Some(narrowed) = self
            .narrowed
            .as_ref()
            .filter(|narrowed| grant < narrowed.before)
        {
            let left = |name: &&str| narrowed.scope.contains(name);
            *scope = scope.names().filter(left).collect();
        }
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
            not_before: end.not_before(),
            ..ConnectionStanding::GOOD
        };
        let all = Scope::from_iter(["a", "b"]);
        assert!(!left.lasts(after(0), &all) && !left.lasts(after(59), &all));
        assert!(left.lasts(after(60), &all));
        assert!(ConnectionStanding::GOOD.lasts(Locator(0), &Scope::default()));
    }

    #[test]
    fn what_is_taken_of_older_grants_is_left_to_younger_ones() {
        let at = Locator::first_at(UnixTime(1_800_000_000));
        let narrowed = Narrowed::to(Scope::from_iter(["a"]), at);
        let standing = ConnectionStanding {
            narrowed: Some(Arc::new(narrowed.clone())),
            ..ConnectionStanding::GOOD
        };
        let left = |grant, names: &[&str]| {
            let mut scope = Scope::from_iter(names.iter().copied());
            standing.narrow(grant, &mut scope);
            let lasts = standing.lasts(grant, &scope);
            (scope.to_string(), lasts)
        };
        assert_eq!(left(at, &["a", "b"]), ("a".to_owned(), true));
        assert_eq!(left(at, &["b"]), (String::new(), false));
        assert_eq!(left(narrowed.before, &["a", "b"]), ("a b".to_owned(), true));
        assert_eq!(narrowed.before.time().0, 1_800_000_060);
    }
}
