//! Requests, counted by the route that answered them. Counting is finding the route and adding to four numbers, without
//! a lock; a route is named by its pattern, so that no text of a request becomes a name.
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What requests are counted under that no route takes.
const ELSEWHERE: &str = "other";

/// Statuses that are told apart; all others are counted under 0.
pub(super) const STATUSES: [u16; 20] = [
    200, 204, 302, 303, 304, 400, 401, 403, 404, 405, 408, 409, 413, 415, 429, 431, 500, 501, 503,
    0,
];

/// Up to so many microseconds each; what took longer is counted beyond the last.
pub(super) const MICROS: [u64; 14] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000, 30_000_000,
];

/// See the module.
#[derive(Debug)]
pub(crate) struct Requests {
    /// Routes without a parameter, by their paths.
    literal: HashMap<String, usize>,
    /// Beginnings of those with one.
    open: Vec<(Open, usize)>,
    routes: Vec<Route>,
}

/// What one route answered.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) pattern: String,
    statuses: [AtomicU64; STATUSES.len()],
    /// One more for what took longer than all.
    times: [AtomicU64; MICROS.len() + 1],
    micros: AtomicU64,
}

impl Route {
    fn of(pattern: &str) -> Self {
        Route {
            pattern: pattern.to_owned(),
            statuses: Default::default(),
            times: Default::default(),
            micros: AtomicU64::new(0),
        }
    }

    /// How often it answered with each status, where it did.
    pub(super) fn statuses(&self) -> impl Iterator<Item = (u16, u64)> {
        let counts = self.statuses.iter().map(|count| count.load(Relaxed));
        let all = STATUSES.into_iter().zip(counts);
        all.filter(|(_, count)| *count > 0)
    }

    /// How many answers took up to each of [`MICROS`], and longer.
    pub(super) fn times(&self) -> [u64; MICROS.len() + 1] {
        std::array::from_fn(|at| self.times[at].load(Relaxed))
    }

    /// How long all answers took.
    pub(super) fn took(&self) -> Duration {
        Duration::from_micros(self.micros.load(Relaxed))
    }
}

/// A pattern with one part that may be anything: what stands before and behind it.
#[derive(Debug)]
struct Open {
    before: String,
    behind: String,
    /// Whether that part may be several steps of a path.
    deep: bool,
}

impl Open {
    fn of(pattern: &str) -> Option<Self> {
        let (before, rest) = pattern.split_once('{')?;
        let (name, behind) = rest.split_once('}')?;
        Some(Open {
            before: before.to_owned(),
            behind: behind.to_owned(),
            deep: name.starts_with('*'),
        })
    }

    fn matches(&self, path: &str) -> bool {
        let part = path.strip_prefix(self.before.as_str());
        let part = part.and_then(|part| part.strip_suffix(self.behind.as_str()));
        part.is_some_and(|part| self.deep || !part.contains('/'))
    }
}

impl Requests {
    /// Counts requests of these routes, by their patterns (`/apps/{client_id}/logo`).
    pub(crate) fn of<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut patterns: Vec<&str> = patterns.into_iter().collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns.push(ELSEWHERE);
        let (mut literal, mut open) = (HashMap::new(), Vec::new());
        for (at, pattern) in patterns.iter().enumerate() {
            match Open::of(pattern) {
                Some(found) => open.push((found, at)),
                None => drop(literal.insert((*pattern).to_owned(), at)),
            }
        }
        Requests {
            literal,
            open,
            routes: patterns.into_iter().map(Route::of).collect(),
        }
    }

    /// Whether the same routes are counted.
    pub(crate) fn counts_as(&self, other: &Requests) -> bool {
        let names = |requests: &Requests| -> Vec<String> {
            let routes = requests.routes.iter();
            routes.map(|route| route.pattern.clone()).collect()
        };
        names(self) == names(other)
    }

    /// A request was answered.
    pub(crate) fn answered(&self, path: &str, status: u16, took: Duration) {
        let route = &self.routes[self.place(path)];
        let at = STATUSES.iter().position(|known| *known == status);
        route.statuses[at.unwrap_or(STATUSES.len() - 1)].fetch_add(1, Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let at = MICROS.iter().position(|most| micros <= *most);
        route.times[at.unwrap_or(MICROS.len())].fetch_add(1, Relaxed);
        route.micros.fetch_add(micros, Relaxed);
    }

    /// The pattern of the route that takes a path; `None` where none of ours does.
    pub(crate) fn pattern(&self, path: &str) -> Option<&str> {
        let place = self.place(path);
        let known = place + 1 < self.routes.len();
        known.then(|| self.routes[place].pattern.as_str())
    }

    fn place(&self, path: &str) -> usize {
        if let Some(at) = self.literal.get(path).filter(|_| path != ELSEWHERE) {
            return *at;
        }
        let mut found = self.open.iter();
        let found = found.find(|(open, _)| open.matches(path));
        found.map_or(self.routes.len() - 1, |(_, at)| *at)
    }

    pub(super) fn routes(&self) -> &[Route] {
        &self.routes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_under_its_route_and_nothing_else_becomes_a_name() {
        let requests = Requests::of([
            "/token",
            "/apps/{client_id}/logo",
            "/apps/{client_id}",
            "/developers/{*page}",
            "/token",
        ]);
        for (path, status, micros) in [
            ("/token", 200, 900),
            ("/token", 400, 1_000),
            ("/apps/a/logo", 200, 40_000_000),
            ("/apps/%ff/logo", 404, 1),
            ("/apps/a", 200, 1),
            ("/apps/a/b", 404, 1),
            ("/developers/a/b", 200, 1),
            ("/wp-admin", 404, 1),
            ("other", 404, 1),
            ("/token/", 418, 1),
        ] {
            requests.answered(path, status, Duration::from_micros(micros));
        }
        let told: Vec<(&str, Vec<(u16, u64)>)> = requests
            .routes()
            .iter()
            .map(|route| (route.pattern.as_str(), route.statuses().collect()))
            .collect();
        assert_eq!(
            told,
            [
                ("/apps/{client_id}", vec![(200, 1)]),
                ("/apps/{client_id}/logo", vec![(200, 1), (404, 1)]),
                ("/developers/{*page}", vec![(200, 1)]),
                ("/token", vec![(200, 1), (400, 1)]),
                ("other", vec![(404, 3), (0, 1)]),
            ]
        );
        let token = &requests.routes()[3];
        assert_eq!(token.times()[2], 2, "both took up to a millisecond");
        assert_eq!(token.took(), Duration::from_micros(1_900));
        assert_eq!(requests.routes()[1].times()[MICROS.len()], 1);
        let logo = requests.pattern("/apps/a/logo");
        assert_eq!(logo, Some("/apps/{client_id}/logo"));
        assert_eq!(requests.pattern("/wp-admin"), None);
        assert_eq!(requests.pattern("other"), None);
    }
}
