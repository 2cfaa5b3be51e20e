//! A client that remembers what it was told until the server is gone, and holds the server to it.

use super::{ANN, CALLBACK, PASSWORD, Scene, Tokens, assert_refused, within};
use acceptance::{Api, App, AppSpec, Reply, Request};
use std::sync::Mutex;
use std::time::Duration;

/// Codes to redeem in one round.
const CODES: usize = 40;
/// Chains of refresh tokens.
const CHAINS: usize = 3;

/// Most tokens of one round that are revoked in the next.
const OLDER: usize = 200;

/// What a client remembers of what it was told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Access tokens it was given and has not given back.
    pub(crate) alive: Vec<String>,
    /// Access tokens whose revocation was acknowledged.
    pub(crate) revoked: Vec<String>,
    /// Codes that gave tokens.
    pub(crate) redeemed: Vec<(String, Tokens)>,
    /// Codes whose redemption was not answered.
    pub(crate) unanswered: Vec<String>,
    /// Refresh tokens that were traded for a successor.
    pub(crate) spent: Vec<String>,
    /// The newest refresh token of each chain; it may have been sent just before the end.
    pub(crate) newest: Vec<String>,
}

/// What the server has forgotten of what it said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forgotten {
    /// Tokens that were given and do not work.
    pub(crate) tokens: usize,
    /// Tokens that were revoked and work.
    pub(crate) revocations: usize,
    /// Refresh tokens that were spent and work.
    pub(crate) uses: usize,
}

impl Told {
    fn has_some_of_each(&self) -> bool {
        !self.alive.is_empty() && !self.revoked.is_empty() && !self.spent.is_empty()
    }

    /// Asks about all of it.
    #[track_caller]
    pub(crate) fn forgotten(&self, scene: &Scene, app: &App) -> Forgotten {
        let count = |tokens: &[String], active| {
            let is = |token: &&String| scene.is_active(app, token) == active;
            tokens.iter().filter(is).count()
        };
        Forgotten {
            tokens: count(&self.alive, false),
            revocations: count(&self.revoked, true),
            uses: count(&self.spent, true),
        }
    }
}

/// A client that works until the server is gone.
struct Worker<'a> {
    api: Api,
    token: String,
    revoke: String,
    app: &'a App,
    told: &'a Mutex<Told>,
    /// Tokens of earlier, to be revoked.
    older: Mutex<Vec<String>>,
}

impl Worker<'_> {
    fn post(&self, target: &str, fields: &[(&str, &str)]) -> Option<Reply> {
        let request = Request::post(target).form(fields);
        let request = request.basic(&self.app.client_id, &self.app.client_secret);
        self.api.try_send(&request).ok()
    }

    fn note(&self, note: impl FnOnce(&mut Told)) {
        note(&mut self.told.lock().expect("nobody panicked"));
    }

    /// A new token of the app's own.
    fn issue(&self) -> Option<String> {
        let reply = self.post(&self.token, &[("grant_type", "client_credentials")])?;
        Some(Tokens::of(&reply).access)
    }

    /// Issues tokens and keeps them.
    fn keep_issuing(&self) {
        while let Some(token) = self.issue() {
            self.note(|told| told.alive.push(token));
        }
    }

    /// Revokes the tokens of earlier, then issues its own and revokes them.
    fn keep_revoking(&self) {
        let older = || self.older.lock().expect("nobody panicked").pop();
        while let Some(token) = older().or_else(|| self.issue()) {
            match self.post(&self.revoke, &[("token", &token)]) {
                Some(reply) => drop(reply.expect(200)),
                None => return,
            }
            self.note(|told| told.revoked.push(token));
        }
    }

    /// Redeems codes, one after the other.
    fn redeem_all(&self, codes: &Mutex<Vec<String>>) {
        let next = || codes.lock().expect("nobody panicked").pop();
        while let Some(code) = next() {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
            ];
            match self.post(&self.token, &fields) {
                Some(reply) => {
                    let tokens = Tokens::of(&reply);
                    self.note(|told| told.redeemed.push((code, tokens)));
                }
                None => return self.note(|told| told.unanswered.push(code)),
            }
        }
    }

    /// Trades a refresh token for its successor, over and over.
    fn keep_refreshing(&self, mut newest: String) {
        loop {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", newest.as_str()),
            ];
            let Some(reply) = self.post(&self.token, &fields) else {
                return self.note(|told| told.newest.push(newest));
            };
            let tokens = Tokens::of(&reply);
            let spent = std::mem::replace(&mut newest, tokens.refresh);
            self.note(|told| {
                told.spent.push(spent);
                told.alive.push(tokens.access);
            });
        }
    }
}

/// A number of milliseconds below `most`.
pub(crate) fn random_below(most: u64) -> Duration {
    let mut raw = [0; 8];
    aws_lc_rs::rand::fill(&mut raw).expect("the system gives random bytes");
    Duration::from_millis(u64::from_ne_bytes(raw) % most)
}

/// Codes that Ann has allowed.
fn codes(scene: &Scene, app: &App) -> Vec<String> {
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let question = scene.question(app, &[]);
    (0..CODES)
        .map(|_| browser.authorize(&question).code())
        .collect()
}

/// An app, what it holds from round to round, and all it was ever told.
pub(crate) struct Work {
    /// The app.
    pub(crate) app: App,
    chains: Vec<String>,
    older: Vec<String>,
    all: Told,
}

impl Work {
    /// Registers the app and begins its chains of refresh tokens.
    #[track_caller]
    pub(crate) fn begin(scene: &Scene) -> Self {
        let app = scene.app(&AppSpec {
            redirect_uris: &[CALLBACK],
            grants: &["authorization_code", "refresh_token", "client_credentials"],
            ..AppSpec::default()
        });
        let mut browser = scene.browser();
        let first = |_| scene.tokens_of(&mut browser, &app, "tasks:read").refresh;
        Work {
            chains: (0..CHAINS).map(first).collect(),
            older: Vec::new(),
            all: Told::default(),
            app,
        }
    }

    /// Works on the server from many sides and kills it at some moment.
    #[track_caller]
    pub(crate) fn load_and_kill(&mut self, scene: &mut Scene) -> Told {
        let told = Mutex::default();
        let codes = Mutex::new(codes(scene, &self.app));
        let worker = Worker {
            api: scene.api(),
            token: scene.token(),
            revoke: scene.endpoint("revocation_endpoint"),
            app: &self.app,
            told: &told,
            older: Mutex::new(std::mem::take(&mut self.older)),
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| worker.keep_issuing());
            }
            for _ in 0..2 {
                scope.spawn(|| worker.keep_revoking());
                scope.spawn(|| worker.redeem_all(&codes));
            }
            for chain in self.chains.drain(..) {
                let worker = &worker;
                scope.spawn(move || worker.keep_refreshing(chain));
            }
            let begun = || told.lock().expect("nobody panicked").has_some_of_each();
            let answered = within(Duration::from_secs(20), begun);
            std::thread::sleep(random_below(250));
            scene.provider.kill();
            assert!(answered, "nothing is answered");
        });
        let left = worker.older.into_inner().expect("nobody panicked");
        let mut told = told.into_inner().expect("nobody panicked");
        told.alive.extend(left);
        assert_eq!(told.newest.len(), CHAINS, "a chain was refused");
        told
    }

    /// Holds the server that has come back to what was told, and makes ready for another round.
    #[track_caller]
    pub(crate) fn verify(&mut self, scene: &Scene, mut told: Told) {
        assert_eq!(told.forgotten(scene, &self.app), Forgotten::default());
        verify_codes(scene, &self.app, &told);
        // Whether or not the last answer was lost, the same request gets it now.
        let again = told
            .newest
            .iter()
            .map(|token| Tokens::of(&scene.refresh(&self.app, token)).refresh);
        self.chains = again.collect();
        let some = OLDER.min(told.alive.len() / 2);
        self.older = told.alive.drain(..some).collect();
        self.all.alive.extend(told.alive);
        self.all.revoked.extend(told.revoked);
        self.all.spent.extend(told.spent);
    }

    /// Holds the server to all it ever told.
    #[track_caller]
    pub(crate) fn verify_all(&self, scene: &Scene) {
        let all = &self.all;
        assert_eq!(all.forgotten(scene, &self.app), Forgotten::default());
        eprintln!(
            "kept {}, revoked {}, spent {}",
            all.alive.len(),
            all.revoked.len(),
            all.spent.len()
        );
        assert!(all.has_some_of_each());
    }
}

/// Redeemed codes gave what they gave, once; an unanswered one gives it at most once.
#[track_caller]
fn verify_codes(scene: &Scene, app: &App, told: &Told) {
    for (code, tokens) in &told.redeemed {
        assert!(
            scene.is_active(app, &tokens.access),
            "acknowledged tokens are lost"
        );
        assert!(
            scene.is_active(app, &tokens.refresh),
            "acknowledged tokens are lost"
        );
        assert_refused(&scene.redeem(app, code, &[]), 400, "invalid_grant");
        assert!(
            !scene.is_active(app, &tokens.access),
            "a replayed code leaves its tokens alive"
        );
    }
    for code in &told.unanswered {
        let first = scene.redeem(app, code, &[]);
        assert!(matches!(first.status, 200 | 400), "{first}");
        assert_refused(&scene.redeem(app, code, &[]), 400, "invalid_grant");
    }
}
