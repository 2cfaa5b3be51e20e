//! What is taken at the door: so much from one address, of one app, of who shows wrong secrets. In memory of a fixed size; the
//! numbers are the configuration's, so they can change while what is counted stays.
mod accounts;
mod connections;
mod debts;
#[cfg(test)]
mod launch_day;
mod news;
mod source;

use accounts::Accounts;
pub(crate) use connections::{Connections, Held};

use config::Config;
use debts::Debts;
use news::News;
use protocol::limits::{Budget, Exhausted, Ticks};
use protocol::types::ClientRowId;
use source::source;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Requests from one address at endpoints for programs.
    Programs,
    /// The same at the API for apps, and where apps register themselves.
    Api,
    /// The same for pages.
    Pages,
    /// Requests of one app.
    App,
    /// Wrong secrets of one app from one address.
    Failures,
    /// Connections from one address.
    Connections,
    /// Passwords of strangers, when too many were wrong in all.
    Guesses,
}

impl Class {
    /// All of them, in order.
    pub(crate) const ALL: [Class; 7] = [
        Class::Programs,
        Class::Api,
        Class::Pages,
        Class::App,
        Class::Failures,
        Class::Connections,
        Class::Guesses,
    ];

    /// Its name, as metrics and the `RateLimit` fields have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Class::Programs => "programs",
            Class::Api => "api",
            Class::Pages => "pages",
            Class::App => "app",
            Class::Failures => "failures",
            Class::Connections => "connections",
            Class::Guesses => "guesses",
        }
    }
}

/// What a refusal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) class: Class,
    pub(crate) budget: Budget,
    /// Until another request is worth it.
    pub(crate) seconds: u32,
}

impl Exceeded {
    /// What a program is told.
    pub(crate) fn sentence(&self) -> String {
        let what = match self.class {
            Class::App => "too many requests of this app",
            Class::Failures => "too many wrong secrets of this app from this address",
            _ => "too many requests from this address",
        };
        format!("{what}: try again in {} s", self.seconds)
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Limits {
    key: RandomState,
    started: Instant,
    tables: [Debts; 5],
    refused: [AtomicU64; Class::ALL.len()],
    /// When a refusal was logged last.
    logged: AtomicU64,
    /// Calls of the company's own login that show none of its secrets.
    unproved_logins: News,
    /// How many nodes share what there is.
    nodes: AtomicU32,
    pub(crate) connections: Arc<Connections>,
    pub(crate) accounts: Accounts,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            key: RandomState::new(),
            started: Instant::now(),
            tables: Default::default(),
            refused: Default::default(),
            logged: AtomicU64::new(0),
            unproved_logins: News::default(),
            nodes: AtomicU32::new(1),
            connections: Arc::default(),
            accounts: Accounts::default(),
        }
    }
}

impl Limits {
    /// Counts a request from an address at the door.
    ///
    /// # Errors
    /// What is exceeded.
    pub(crate) fn enter(
        &self,
        config: &Config,
        class: Class,
        client: IpAddr,
        at: Instant,
    ) -> Result<(), Exceeded> {
        let limits = &config.limits;
        let budget = match class {
            Class::Programs => limits.programs,
            Class::Api => limits.api,
            _ => limits.pages,
        };
        match budget {
            Some(budget) if !limits.exempts(client) => {
                self.spend(class, source(client), budget, at)
            }
            _ => Ok(()),
        }
    }

    /// Counts a request of an app that has proved who it is.
    ///
    /// # Errors
    /// What is exceeded.
    pub(crate) fn proved(
        &self,
        config: &Config,
        app: ClientRowId,
        client: IpAddr,
        at: impl FnOnce() -> Instant,
    ) -> Result<(), Exceeded> {
        let limits = &config.limits;
        match limits.app {
            Some(budget) if !limits.exempts(client) => self.spend(Class::App, app.0, budget, at()),
            _ => Ok(()),
        }
    }

    /// Whether secrets of the app that a request names are still compared for its address. Counts nothing.
    ///
    /// # Errors
    /// What is exceeded.
    pub(crate) fn may_try(
        &self,
        config: &Config,
        app: &str,
        client: IpAddr,
        at: impl FnOnce() -> Instant,
    ) -> Result<(), Exceeded> {
        let debts = &self.tables[Class::Failures as usize];
        let Some(budget) = config.limits.failures.filter(|_| debts.were_any()) else {
            return Ok(());
        };
        let now = self.ticks(at());
        if debts.are_none(now) || config.limits.exempts(client) {
            return Ok(());
        }
        let budget = self.share(budget);
        let hash = self.key.hash_one((app, source(client)));
        let looked = debts.look(hash, budget, now);
        looked.map_err(|why| self.exceeded(Class::Failures, budget, why))
    }

    /// Counts a wrong secret.
    pub(crate) fn failed(&self, config: &Config, app: &str, client: IpAddr, at: Instant) {
        if let Some(budget) = config.limits.failures
            && !config.limits.exempts(client)
        {
            let hash = self.key.hash_one((app, source(client)));
            let (budget, now) = (self.share(budget), self.ticks(at));
            // Who is refused already is in debt as far as anybody can be.
            let _ = self.tables[Class::Failures as usize].spend(hash, budget, now);
        }
    }

    fn spend(
        &self,
        class: Class,
        key: impl Hash,
        budget: Budget,
        at: Instant,
    ) -> Result<(), Exceeded> {
        let (budget, now) = (self.share(budget), self.ticks(at));
        let spent = self.tables[class as usize].spend(self.key.hash_one(key), budget, now);
        spent.map_err(|why| self.exceeded(class, budget, why))
    }

    #[cold]
    fn exceeded(&self, class: Class, budget: Budget, why: Exhausted) -> Exceeded {
        self.refused(class);
        Exceeded {
            class,
            budget,
            seconds: why.seconds(),
        }
    }

    /// Something was refused.
    pub(crate) fn refused(&self, class: Class) {
        self.refused[class as usize].fetch_add(1, Relaxed);
    }

    /// How often each was refused.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.refused.iter().map(|count| count.load(Relaxed));
        Class::ALL.map(Class::name).into_iter().zip(counts)
    }

    /// Whether a refusal is worth a line in the log: one a second is.
    pub(crate) fn is_to_be_logged(&self, at: Instant) -> bool {
        let second = self.since_start(at).as_secs() + 1;
        self.logged.fetch_max(second, Relaxed) < second
    }

    /// A call of the company's own login showed none of its secrets: how many did since the log was told, if it is to be
    /// told now.
    pub(crate) fn unproved_login(&self, at: Instant) -> Option<u64> {
        self.unproved_logins.happened(self.since_start(at))
    }

    /// So many nodes share what there is.
    pub(crate) fn set_nodes(&self, nodes: u32) {
        self.nodes.store(nodes.max(1), Relaxed);
    }

    fn share(&self, budget: Budget) -> Budget {
        match self.nodes.load(Relaxed) {
            1 => budget,
            nodes => budget.shared_by(nodes),
        }
    }

    fn since_start(&self, at: Instant) -> std::time::Duration {
        at.saturating_duration_since(self.started)
    }

    /// A minute after the start is a minute later than it: so nothing is 0, which is that of a place where nobody was.
    fn ticks(&self, at: Instant) -> Ticks {
        let since = self.since_start(at);
        ((since.as_secs() << 16) | ((u64::from(since.subsec_nanos()) << 16) / 1_000_000_000)) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn config(text: &str) -> Config {
        let mut config = Config::for_tests();
        config.limits.exempt = Vec::new();
        for class in text.split(' ') {
            let few = Budget::new(60, 3);
            match class {
                "programs" => config.limits.programs = few,
                "app" => config.limits.app = few,
                "failures" => config.limits.failures = few,
                _ => {}
            }
        }
        config
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_much_and_its_network_no_more() {
        let (limits, config) = (Limits::default(), config("programs"));
        let at = Instant::now();
        let ask = |client: &str| limits.enter(&config, Class::Programs, address(client), at);
        assert!((0..3).all(|_| ask("192.0.2.1").is_ok()));
        let exceeded = ask("192.0.2.1").unwrap_err();
        assert_eq!((exceeded.class, exceeded.seconds), (Class::Programs, 1));
        assert!(ask("::ffff:192.0.2.1").is_err(), "written as IPv6");
        assert!(ask("192.0.2.2").is_ok(), "another address");
        // Whoever takes another address of their own network for each request gets no more.
        let rotated = (0..100_u32).filter(|n| ask(&format!("2001:db8::{n:x}:1")).is_ok());
        assert_eq!(rotated.count(), 3);
        assert!(ask("2001:db8:0:1::1").is_ok(), "another network");
        let pages = limits.enter(&config, Class::Pages, address("192.0.2.1"), at);
        assert!(pages.is_ok(), "another class");
        assert!(limits.counts().any(|count| count == ("programs", 99)));
    }

    #[test]
    fn who_is_exempt_is_not_counted() {
        let (limits, mut config) = (Limits::default(), config("programs app failures"));
        config.limits.exempt = vec!["10.0.0.0/8".parse().unwrap()];
        let (at, inside) = (Instant::now(), address("10.1.2.3"));
        for _ in 0..10 {
            assert!(limits.enter(&config, Class::Programs, inside, at).is_ok());
            assert!(
                limits
                    .proved(&config, ClientRowId(1), inside, || at)
                    .is_ok()
            );
            limits.failed(&config, "app", inside, at);
            assert!(limits.may_try(&config, "app", inside, || at).is_ok());
        }
    }

    #[test]
    fn an_app_has_so_much_from_all_its_addresses() {
        let (limits, config) = (Limits::default(), config("app"));
        let at = Instant::now();
        let ask = |no, n| limits.proved(&config, ClientRowId(no), [192, 0, 2, n].into(), || at);
        assert!((0..3).all(|n| ask(1, n).is_ok()));
        assert!(ask(1, 3).is_err());
        assert!(ask(2, 3).is_ok());
    }

    /// Failures are counted apart: a guesser behind the same address takes away nothing of what others succeed with, but for
    /// the app that he guesses at, there, for the time that one failure costs.
    #[test]
    fn a_guesser_takes_nothing_from_those_who_succeed() {
        let (limits, config) = (Limits::default(), config("failures"));
        let (at, nat) = (Instant::now(), address("192.0.2.1"));
        for _ in 0..1_000 {
            limits.failed(&config, "guessed", nat, at);
        }
        let guessed = limits.may_try(&config, "guessed", nat, || at);
        assert_eq!(guessed.unwrap_err().seconds, 1);
        assert!(limits.may_try(&config, "other", nat, || at).is_ok());
        let elsewhere = address("198.51.100.7");
        assert!(limits.may_try(&config, "guessed", elsewhere, || at).is_ok());
        assert!(limits.enter(&config, Class::Programs, nat, at).is_ok());
        // Successes are not counted: however often it is looked, nothing is spent.
        let later = at + Duration::from_secs(1);
        assert!((0..1_000).all(|_| limits.may_try(&config, "guessed", nat, || later).is_ok()));
    }

    #[test]
    fn nodes_together_give_no_more_than_one() {
        let mut config = config("");
        config.limits.programs = Budget::new(600, 100);
        let at = Instant::now();
        let given = |nodes: u32| -> usize {
            let all: Vec<_> = (0..nodes).map(|_| Limits::default()).collect();
            let ask = |limits: &Limits| {
                limits.set_nodes(nodes);
                let ask = |_: &u32| {
                    limits
                        .enter(&config, Class::Programs, address("192.0.2.1"), at)
                        .is_ok()
                };
                (0..1_000).filter(ask).count()
            };
            all.iter().map(ask).sum()
        };
        assert_eq!((given(1), given(2), given(4)), (100, 100, 100));
        assert!((100..=102).contains(&given(3)));
    }

    #[test]
    fn one_refusal_a_second_is_logged() {
        let (limits, at) = (Limits::default(), Instant::now());
        let seconds = |n| at + Duration::from_secs(n);
        let logged = |at| (0..100).filter(|_| limits.is_to_be_logged(at)).count();
        assert_eq!(
            (logged(at), logged(seconds(5)), logged(seconds(5))),
            (1, 1, 0)
        );
    }
}
