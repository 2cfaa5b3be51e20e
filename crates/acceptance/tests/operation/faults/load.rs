//! Clients of many kinds that go on while the disk fails: they count how they are answered, remember what they were
//! told, and hold the server to it.
use crate::support::told::{Forgotten, Told};
use crate::support::{ANN, CALLBACK, PASSWORD, Scene, Tokens, assert_page, within};
use acceptance::{App, AppSpec, Reply, Request};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// Chains of refresh tokens.
const CHAINS: usize = 2;

/// How often each kind of request got each status.
pub(crate) type Counts = BTreeMap<(&'static str, u16), usize>;

/// What the clients share.
pub(crate) struct Load {
    app: App,
    /// A token that is never given back.
    kept: String,
    told: Mutex<Told>,
    counts: Mutex<Counts>,
    stop: AtomicBool,
}

impl Load {
    #[track_caller]
    pub(crate) fn begin(scene: &Scene) -> Self {
        let app = scene.app(&AppSpec {
            redirect_uris: &[CALLBACK],
            grants: &["authorization_code", "refresh_token", "client_credentials"],
            ..AppSpec::default()
        });
        let mut browser = scene.browser();
        let mut told = Told::default();
        for _ in 0..CHAINS {
            let tokens = scene.tokens_of(&mut browser, &app, "tasks:read");
            told.newest.push(tokens.refresh);
        }
        Load {
            kept: Tokens::of(&scene.client_credentials(&app)).access,
            app,
            told: Mutex::new(told),
            counts: Mutex::default(),
            stop: AtomicBool::new(false),
        }
    }

    /// Lets all clients work while `scenario` runs.
    #[track_caller]
    pub(crate) fn during(&self, scene: &Scene, scenario: impl FnOnce()) {
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Relaxed);
            }
        }
        let mut browser = scene.browser();
        browser.sign_in(ANN, PASSWORD);
        self.stop.store(false, Relaxed);
        let chains = std::mem::take(&mut self.told.lock().expect("nobody panicked").newest);
        std::thread::scope(|scope| {
            let stop = Stop(&self.stop);
            scope.spawn(|| self.keep_issuing(scene));
            scope.spawn(|| self.keep_revoking(scene));
            scope.spawn(|| self.keep_asking(scene));
            let page = move || self.keep_opening(scene, browser);
            scope.spawn(page);
            for chain in chains {
                scope.spawn(move || self.keep_refreshing(scene, chain));
            }
            scenario();
            drop(stop);
        });
    }

    /// How they were answered since the last time.
    pub(crate) fn counts(&self) -> Counts {
        std::mem::take(&mut self.counts.lock().expect("nobody panicked"))
    }

    /// Waits until every kind in `kinds` has got `status` some times from now on.
    #[track_caller]
    pub(crate) fn wait_for(&self, kinds: &[&'static str], status: u16) {
        drop(self.counts());
        let enough = || {
            let counts = self.counts.lock().expect("nobody panicked");
            let of = |kind: &&'static str| counts.get(&(*kind, status)).copied().unwrap_or(0);
            kinds.iter().all(|kind| of(kind) >= 3)
        };
        assert!(
            within(Duration::from_secs(20), enough),
            "{status} is awaited: {:?}",
            self.counts.lock().expect("nobody panicked")
        );
    }

    /// Holds the server to all it told.
    #[track_caller]
    pub(crate) fn verify(&self, scene: &Scene) {
        let mut told = self.told.lock().expect("nobody panicked");
        assert_eq!(told.newest.len(), CHAINS, "a chain was refused");
        assert!(!told.alive.is_empty() && !told.revoked.is_empty() && !told.spent.is_empty());
        assert_eq!(told.forgotten(scene, &self.app), Forgotten::default());
        let next = |token: &String| Tokens::of(&scene.refresh(&self.app, token)).refresh;
        let spent = std::mem::take(&mut told.newest);
        told.newest = spent.iter().map(next).collect();
        told.spent.extend(spent);
        eprintln!(
            "kept {}, revoked {}, spent {}",
            told.alive.len(),
            told.revoked.len(),
            told.spent.len()
        );
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Relaxed)
    }

    fn note(&self, note: impl FnOnce(&mut Told)) {
        note(&mut self.told.lock().expect("nobody panicked"));
    }

    /// Counts an answer; whether it is a good one. A 503 says when to try again, and anything else is wrong.
    #[track_caller]
    fn is_good(&self, kind: &'static str, reply: &Reply) -> bool {
        // A page may send the browser on.
        let status = if reply.status == 303 {
            200
        } else {
            reply.status
        };
        let mut counts = self.counts.lock().expect("nobody panicked");
        *counts.entry((kind, status)).or_default() += 1;
        drop(counts);
        if reply.status == 503 {
            assert_eq!(reply.header("Retry-After"), Some("1"), "{reply}");
        }
        assert!(matches!(reply.status, 200 | 303 | 503), "{kind}: {reply}");
        reply.status != 503
    }

    fn post(&self, scene: &Scene, target: &str, fields: &[(&str, &str)]) -> Reply {
        let request = Request::post(target).form(fields);
        let request = request.basic(&self.app.client_id, &self.app.client_secret);
        scene.api().send(&request)
    }

    fn issue(&self, scene: &Scene) -> Option<String> {
        let grant = [("grant_type", "client_credentials")];
        let reply = self.post(scene, &scene.token(), &grant);
        let good = self.is_good("issue", &reply);
        if !good {
            assert_eq!(reply.member("error"), "temporarily_unavailable", "{reply}");
        }
        good.then(|| Tokens::of(&reply).access)
    }

    fn keep_issuing(&self, scene: &Scene) {
        while self.goes_on() {
            if let Some(token) = self.issue(scene) {
                self.note(|told| told.alive.push(token));
            }
        }
    }

    fn keep_revoking(&self, scene: &Scene) {
        let path = scene.endpoint("revocation_endpoint");
        let mut token = None;
        while self.goes_on() {
            let older = || self.told.lock().expect("nobody panicked").alive.pop();
            token = token.or_else(|| self.issue(scene)).or_else(older);
            let Some(given) = token.take() else { continue };
            let reply = self.post(scene, &path, &[("token", &given)]);
            match self.is_good("revoke", &reply) {
                true => self.note(|told| told.revoked.push(given)),
                false => token = Some(given),
            }
        }
    }

    fn keep_refreshing(&self, scene: &Scene, mut newest: String) {
        while self.goes_on() {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", newest.as_str()),
            ];
            let reply = self.post(scene, &scene.token(), &fields);
            if self.is_good("refresh", &reply) {
                let tokens = Tokens::of(&reply);
                let spent = std::mem::replace(&mut newest, tokens.refresh);
                self.note(|told| {
                    told.spent.push(spent);
                    told.alive.push(tokens.access);
                });
            }
        }
        self.note(|told| told.newest.push(newest));
    }

    /// Asks about a token, as an API does all the time.
    fn keep_asking(&self, scene: &Scene) {
        let path = scene.endpoint("introspection_endpoint");
        while self.goes_on() {
            let reply = self.post(scene, &path, &[("token", &self.kept)]);
            if self.is_good("introspect", &reply) {
                assert_eq!(reply.json()["active"], true, "{reply}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Opens the page that an app sends a person to, which keeps the request.
    fn keep_opening(&self, scene: &Scene, mut browser: acceptance::Browser) {
        let question = scene.question(&self.app, &[("scope", "tasks:write")]);
        while self.goes_on() {
            let reply = browser.get(&question);
            if !self.is_good("page", &reply) {
                assert_page(&reply, 503);
                assert!(reply.text().contains("Please try again"), "{reply}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
