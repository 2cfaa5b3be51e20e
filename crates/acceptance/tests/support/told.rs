//! A client that remembers what it was told while the server was killed, and holds the server to it.

use super::load::{Clients, Code, DEVICE, Seen};
use super::{ANN, CALLBACK, PASSWORD, Scene, Tokens, form_to, within};
use acceptance::{Api, App, AppSpec, Browser};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// What the small provider needs for the device flow to be a part of the work.
pub(crate) const DEVICES: &str = "[grants]\ndevice_code = true\n[device]\ninterval = \"1s\"";
/// What is revoked on one node is refused on all within this time, which is what tests let pass: to ask until it is refused
/// would take longer for the same.
pub(crate) const TOLD: Duration = Duration::from_secs(1);

/// Codes to redeem in one round, and codes that two race for.
const CODES: usize = 30;
const CONTESTED: usize = 10;
/// Device codes to redeem in one round.
const ALLOWED_DEVICES: usize = 5;
/// Chains of refresh tokens.
const CHAINS: usize = 4;
/// Most tokens of one round that are revoked in the next.
const OLDER: usize = 200;
/// How many ask at once when the server is held to what it said.
const ASKERS: usize = 4;

/// What a client remembers of what it was told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Access tokens it was given and has not given back.
    pub(crate) alive: Vec<String>,
    /// Tokens whose revocation was acknowledged.
    pub(crate) revoked: Vec<String>,
    /// Codes that gave tokens.
    pub(crate) redeemed: Vec<(Code, Tokens)>,
    /// Codes that gave tokens which were used further.
    pub(crate) used: Vec<Code>,
    /// Codes whose redemption was not answered.
    pub(crate) unanswered: Vec<Code>,
    /// Refresh tokens that were traded for a successor.
    pub(crate) spent: Vec<String>,
    /// The newest refresh token of each chain; it may have been sent just before the end.
    pub(crate) newest: Vec<String>,
    /// Codes that were given, without a question to the person.
    pub(crate) authorized: usize,
    /// Codes and refresh tokens that gave two different answers.
    pub(crate) twice: usize,
}

/// What the server has forgotten of what it said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forgotten {
    /// Tokens that were given and do not work.
    pub(crate) tokens: usize,
    /// Tokens that were revoked and work.
    pub(crate) revocations: usize,
    /// Codes and refresh tokens that were spent and work.
    pub(crate) uses: usize,
}

impl Told {
    pub(crate) fn has_some_of_each(&self) -> bool {
        let redeemed = !self.redeemed.is_empty() && self.authorized > 0;
        redeemed && !self.alive.is_empty() && !self.revoked.is_empty() && !self.spent.is_empty()
    }

    /// How much of what it was told claims that something is on disk.
    fn acknowledged(&self) -> usize {
        let given = self.alive.len() + self.revoked.len() + self.spent.len();
        given + self.redeemed.len() + self.used.len() + self.authorized
    }

    /// Asks about all tokens.
    #[track_caller]
    pub(crate) fn forgotten(&self, scene: &Scene, app: &App) -> Forgotten {
        let count = |tokens: &[String], active| {
            counted(tokens, |token| scene.is_active(app, token) == active)
        };
        Forgotten {
            tokens: count(&self.alive, false),
            revocations: count(&self.revoked, true),
            uses: count(&self.spent, true),
        }
    }
}

/// How many of `all` are so; several ask at once.
fn counted<T: Sync>(all: &[T], is_so: impl Fn(&T) -> bool + Sync) -> usize {
    let next = AtomicUsize::new(0);
    let ask = || {
        let mut found = 0;
        while let Some(one) = all.get(next.fetch_add(1, Relaxed)) {
            found += usize::from(is_so(one));
        }
        found
    };
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS).map(|_| scope.spawn(ask)).collect();
        let found = askers
            .into_iter()
            .map(|asker| asker.join().expect("it is answered"));
        found.sum()
    })
}

/// A number of milliseconds below `most`.
pub(crate) fn random_below(most: u64) -> Duration {
    let mut raw = [0; 8];
    aws_lc_rs::rand::fill(&mut raw).expect("the system gives random bytes");
    Duration::from_millis(u64::from_ne_bytes(raw) % most)
}

/// An app, what it holds from round to round, and all it was ever told.
pub(crate) struct Work {
    /// The app.
    pub(crate) app: App,
    /// Ann's browser, signed in; she has allowed the app everything that it asks for.
    browser: Browser,
    has_devices: bool,
    chains: Vec<String>,
    older: Vec<String>,
    all: Told,
    rounds: usize,
    acknowledged: usize,
    forgotten: Forgotten,
    /// What became of the requests of the last round.
    pub(crate) seen: Seen,
}

impl Work {
    /// Registers the app and begins its chains of refresh tokens.
    #[track_caller]
    pub(crate) fn begin(scene: &Scene) -> Self {
        let has_devices = scene.metadata["grant_types_supported"]
            .to_string()
            .contains(DEVICE);
        let mut grants = vec!["authorization_code", "refresh_token", "client_credentials"];
        grants.extend(has_devices.then_some("device_code"));
        let app = scene.app(&AppSpec {
            redirect_uris: &[CALLBACK],
            grants: &grants,
            ..AppSpec::default()
        });
        let mut browser = scene.browser();
        browser.sign_in(ANN, PASSWORD);
        let first = |_| scene.tokens_of(&mut browser, &app, "tasks:read").refresh;
        Work {
            chains: (0..CHAINS).map(first).collect(),
            app,
            browser,
            has_devices,
            older: Vec::new(),
            all: Told::default(),
            rounds: 0,
            acknowledged: 0,
            forgotten: Forgotten::default(),
            seen: Seen::default(),
        }
    }

    /// Codes that Ann has allowed.
    #[track_caller]
    fn codes(&mut self, scene: &Scene, count: usize) -> Vec<Code> {
        let question = scene.question(&self.app, &[]);
        let code = |_| Code::of_app(self.browser.authorize(&question).code());
        (0..count).map(code).collect()
    }

    /// Device codes that Ann has allowed.
    #[track_caller]
    fn devices(&mut self, scene: &Scene) -> Vec<Code> {
        let count = if self.has_devices { ALLOWED_DEVICES } else { 0 };
        let allowed = |_| {
            let path = scene.endpoint("device_authorization_endpoint");
            let codes = scene.api().post_form_as(&path, &self.app, &[]).expect(200);
            let page = self.browser.open("/device").expect(200);
            let form = form_to(&page, "/device/code");
            let page = self
                .browser
                .submit(&form, &[("user_code", &codes.member("user_code"))]);
            let form = form_to(&page, "/device/answer");
            self.browser
                .submit(&form, &[("answer", "allow")])
                .expect(200);
            Code::of_device(codes.member("device_code"))
        };
        (0..count).map(allowed).collect()
    }

    /// Clients that will work on `nodes`, of which `scene` is one.
    #[track_caller]
    pub(crate) fn clients(&mut self, scene: &Scene, nodes: Vec<Api>) -> Clients {
        let contested = self.codes(scene, CONTESTED);
        let mut codes = self.codes(scene, CODES);
        codes.extend(self.devices(scene));
        Clients {
            nodes,
            app: self.app.clone(),
            token: scene.token(),
            revoke: scene.endpoint("revocation_endpoint"),
            question: scene.question(&self.app, &[]),
            session: self.browser.cookies.header().unwrap_or_default(),
            told: Mutex::default(),
            seen: Mutex::default(),
            codes: Mutex::new(codes),
            contested: Mutex::new(contested),
            chains: std::mem::take(&mut self.chains),
            older: Mutex::new(std::mem::take(&mut self.older)),
            next: AtomicUsize::new(0),
            over: false.into(),
        }
    }

    /// Lets them work from many sides while `disturb` does to the nodes what it does.
    #[track_caller]
    pub(crate) fn load(&mut self, mut clients: Clients, disturb: impl FnOnce()) -> Told {
        let answered = clients.work(disturb);
        let mut told = clients.told.into_inner().expect("nobody panicked");
        assert!(answered, "not all kinds of work are answered: {told:?}");
        let left = clients.older.into_inner().expect("nobody panicked");
        self.seen = clients.seen.into_inner().expect("nobody panicked");
        self.acknowledged += told.acknowledged();
        self.rounds += 1;
        told.alive.extend(left);
        assert_eq!(told.newest.len(), CHAINS, "a chain was refused");
        told
    }

    /// Works on one server and kills it at some moment.
    #[track_caller]
    pub(crate) fn load_and_kill(&mut self, scene: &mut Scene) -> Told {
        let clients = self.clients(scene, vec![scene.api()]);
        self.load(clients, || {
            std::thread::sleep(random_below(250));
            scene.provider.kill();
        })
    }

    /// Holds the server that has come back to what was told, and makes ready for another round.
    #[track_caller]
    pub(crate) fn verify(&mut self, scene: &Scene, told: Told) {
        self.verify_on(&[scene], told);
    }

    /// The same of several nodes, of which each must know all of it.
    #[track_caller]
    pub(crate) fn verify_on(&mut self, nodes: &[&Scene], mut told: Told) {
        // Whether or not the last answer was lost, the same request gets it now.
        let again = told.newest.iter().zip((0..nodes.len()).cycle());
        let again =
            again.map(|(token, at)| Tokens::of(&nodes[at].refresh(&self.app, token)).refresh);
        self.chains = again.collect();
        self.hold(nodes, &told);
        let some = OLDER.min(told.alive.len() / 2);
        self.older = told.alive.drain(..some).collect();
        self.all.alive.extend(told.alive);
        self.all.revoked.extend(told.revoked);
        self.all.spent.extend(told.spent);
        assert_eq!(self.forgotten, Forgotten::default(), "{}", self.counts());
    }

    /// Counts what the nodes have forgotten.
    fn hold(&mut self, nodes: &[&Scene], told: &Told) {
        let mut lost = self.forgotten;
        for node in nodes {
            let forgotten = told.forgotten(node, &self.app);
            let given = |(_, tokens): &(Code, Tokens)| {
                let works = |token| node.is_active(&self.app, token);
                !works(&tokens.access) || !works(&tokens.refresh)
            };
            lost.tokens += forgotten.tokens + counted(&told.redeemed, given);
            lost.revocations += forgotten.revocations;
            lost.uses += forgotten.uses;
        }
        let node = nodes[nodes.len() - 1];
        let again = |code: &Code| self.present(node, code);
        lost.uses += told.twice + counted(&told.used, again);
        lost.uses += counted(&told.redeemed, |(code, _)| again(code));
        // An unanswered one gives something at most once.
        lost.uses += counted(&told.unanswered, |code| {
            [again(code), again(code)] == [true, true]
        });
        // A code that came again takes back what it gave.
        let dead = |node: &Scene, token: &str| within(TOLD, || !node.is_active(&self.app, token));
        let lives = |(code, tokens): &(Code, Tokens)| {
            let is_dead = |node: &&Scene| dead(node, &tokens.access) && dead(node, &tokens.refresh);
            code.grant != DEVICE && !nodes.iter().all(is_dead)
        };
        lost.revocations += counted(&told.redeemed, lives);
        self.forgotten = lost;
    }

    /// Presents a code; whether it gives tokens.
    fn present(&self, node: &Scene, code: &Code) -> bool {
        let reply = node
            .api()
            .post_form_as(&node.token(), &self.app, &code.fields());
        assert!(matches!(reply.status, 200 | 400), "{reply}");
        reply.status == 200
    }

    /// Holds the server to all it ever told.
    #[track_caller]
    pub(crate) fn verify_all(&mut self, scene: &Scene) {
        let lost = self.all.forgotten(scene, &self.app);
        self.forgotten.tokens += lost.tokens;
        self.forgotten.revocations += lost.revocations;
        self.forgotten.uses += lost.uses;
        eprintln!("{}", self.counts());
        assert_eq!(self.forgotten, Forgotten::default());
        assert!(!self.all.alive.is_empty() && !self.all.revoked.is_empty());
    }

    fn counts(&self) -> String {
        let (lost, acknowledged) = (self.forgotten, self.acknowledged);
        format!(
            "rounds {}, acknowledged {acknowledged}, lost {}, resurrected {}, used twice {}",
            self.rounds, lost.tokens, lost.revocations, lost.uses
        )
    }
}
