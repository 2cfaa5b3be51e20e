//! `kill -9` under load: what was acknowledged holds, what was spent or revoked stays so.
//!
//! Three rounds, or thirty with `VALETKEY_LONG=1`. This proves that an answer comes after its record is handed
//! to the kernel; a power cut is another matter.

mod support;

use acceptance::{Api, App, AppSpec, Reply, Request};
use std::sync::Mutex;
use std::time::Duration;
use support::{ANN, CALLBACK, PASSWORD, Scene, Tokens, assert_refused};

/// Codes to redeem in one round.
const CODES: usize = 40;
/// Chains of refresh tokens.
const CHAINS: usize = 3;

/// What a client remembers of what it was told.
#[derive(Default)]
struct Told {
    /// Access tokens it was given and has not given back.
    alive: Vec<String>,
    /// Access tokens whose revocation was acknowledged.
    revoked: Vec<String>,
    /// Codes that gave tokens.
    redeemed: Vec<(String, Tokens)>,
    /// Codes whose redemption was not answered.
    unanswered: Vec<String>,
    /// Refresh tokens that were traded for a successor.
    spent: Vec<String>,
    /// The newest refresh token of each chain; it may have been sent just before the end.
    newest: Vec<String>,
}

/// A client that works until the server is gone.
struct Worker<'a> {
    api: Api,
    token: String,
    revoke: String,
    app: &'a App,
    told: &'a Mutex<Told>,
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

    /// Issues tokens and revokes them.
    fn keep_revoking(&self) {
        while let Some(token) = self.issue() {
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
fn random_below(most: u64) -> Duration {
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

/// Works on the server from many sides and kills it at some moment.
fn load_and_kill(scene: &mut Scene, app: &App, chains: Vec<String>) -> Told {
    let told = Mutex::default();
    let codes = Mutex::new(codes(scene, app));
    let worker = Worker {
        api: scene.api(),
        token: scene.token(),
        revoke: scene.endpoint("revocation_endpoint"),
        app,
        told: &told,
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| worker.keep_issuing());
        }
        for _ in 0..2 {
            scope.spawn(|| worker.keep_revoking());
            scope.spawn(|| worker.redeem_all(&codes));
        }
        for chain in chains {
            let worker = &worker;
            scope.spawn(move || worker.keep_refreshing(chain));
        }
        std::thread::sleep(Duration::from_millis(20) + random_below(250));
        scene.provider.kill();
    });
    told.into_inner().expect("nobody panicked")
}

/// Checks what was told against the server that has come back.
#[track_caller]
fn verify(scene: &Scene, app: &App, told: &Told) {
    for token in &told.alive {
        assert!(scene.is_active(app, token), "an acknowledged token is lost");
    }
    for token in &told.revoked {
        assert!(
            !scene.is_active(app, token),
            "a revoked token is alive again"
        );
    }
    for token in &told.spent {
        assert!(
            !scene.is_active(app, token),
            "a spent refresh token is alive again"
        );
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

#[test]
fn acknowledged_is_kept_and_spent_is_spent_after_kill_9() {
    let long = std::env::var("VALETKEY_LONG").is_ok_and(|value| value == "1");
    let mut scene = Scene::plain("");
    let app = scene.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        grants: &["authorization_code", "refresh_token", "client_credentials"],
        ..AppSpec::default()
    });
    let mut browser = scene.browser();
    let first = |_| scene.tokens_of(&mut browser, &app, "tasks:read").refresh;
    let mut chains: Vec<String> = (0..CHAINS).map(first).collect();
    let mut all = Told::default();
    for round in 0..if long { 30 } else { 3 } {
        let told = load_and_kill(&mut scene, &app, chains);
        assert_eq!(
            told.newest.len(),
            CHAINS,
            "a chain was refused in round {round}"
        );
        scene.provider.start();
        verify(&scene, &app, &told);
        verify_codes(&scene, &app, &told);
        // Whether or not the last answer was lost, the same request gets it now.
        let again = told
            .newest
            .iter()
            .map(|token| Tokens::of(&scene.refresh(&app, token)).refresh);
        chains = again.collect();
        all.alive.extend(told.alive);
        all.revoked.extend(told.revoked);
        all.spent.extend(told.spent);
    }
    verify(&scene, &app, &all);
    eprintln!(
        "kept {}, revoked {}, spent {}",
        all.alive.len(),
        all.revoked.len(),
        all.spent.len()
    );
    assert!(!all.alive.is_empty() && !all.revoked.is_empty() && !all.spent.is_empty());
}
