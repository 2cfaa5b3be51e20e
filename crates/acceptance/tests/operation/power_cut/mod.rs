//! Power cuts: what was not synced is gone, and nothing that was acknowledged is.
//!
//! The real binary runs with `recorder.c` preloaded, which writes down every change of a file or folder and every
//! sync. After `kill -9` its disk is replaced by what would be left of it (`disk.rs`), and the server starts on
//! that. Four rounds, or forty with `VALETKEY_LONG=1`. With `synchronous` weaker than `full` the same ground must
//! see loss: that is how we know that it can. `postgres.rs` does the same to a PostgreSQL server.
mod disk;
mod postgres;

use crate::support;
use crate::support::told::{Told, Work, random_below};
use crate::support::{ANN, CALLBACK, PASSWORD, PLAIN, Scene, Tokens, consent_form, long};
use acceptance::{AppSpec, Provider, Setup};
use disk::{Cut, Disk};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// A disk that can lose power, and the server's way to it.
struct Ground {
    folder: TempDir,
    disk: Disk,
}

impl Ground {
    /// With the folder of the database, which is there before a server is; what it puts there is its own to sync.
    fn new() -> Self {
        Self::with("disk/var/valetkey")
    }

    /// Nothing but the disk.
    fn bare() -> Self {
        Self::with("disk")
    }

    fn with(made: &str) -> Self {
        let folder = TempDir::new().expect("make a temporary folder");
        let root = folder.path().join("disk");
        fs::create_dir_all(folder.path().join(made)).expect("make the disk");
        compile(&folder.path().join("recorder.so"));
        let disk = Disk::at_rest(&root);
        Ground { folder, disk }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// The small provider on this disk.
    fn setup(&self) -> Setup {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        Setup::toml(PLAIN)
            .folder(self.folder.path())
            .database(&at("disk/var/valetkey/valetkey.db"))
            .env("LD_PRELOAD", &at("recorder.so"))
            .env("POWER_CUT_ROOT", &at("disk"))
            .env("POWER_CUT_LOG", &at("log"))
    }

    /// Plays back what was written since the last time.
    fn play(&mut self) {
        let log = self.folder.path().join("log");
        self.disk.play(&fs::read(&log).unwrap_or_default());
        let _ = fs::remove_file(log);
    }

    /// Replaces the disk by what a power cut at the end of the killed server leaves of it.
    fn cut(&mut self, cut: Cut) {
        eprintln!("power cut: {cut:?}");
        self.play();
        self.disk.cut(cut);
        self.disk.write_to(&self.root());
        self.disk = Disk::at_rest(&self.root());
    }

    /// The log, played to its end, gives what is on the real disk, but for what is not recorded.
    #[track_caller]
    fn assert_recorded(&mut self, is_left_out: impl Fn(&str) -> bool) {
        self.play();
        self.disk.settle();
        let recorded = self.disk.files();
        let real = Disk::at_rest(&self.root());
        for (name, bytes) in real.files() {
            let same = recorded.get(&name).is_some_and(|played| **played == *bytes);
            assert!(same || is_left_out(&name), "{name} differs");
        }
        assert_eq!(recorded.len(), real.files().len());
        assert!(self.disk.syncs() > 40, "{} syncs", self.disk.syncs());
    }

    fn key(&self) -> Vec<u8> {
        let file = self.root().join("var/valetkey/valetkey.keys/server.key");
        fs::read(file).unwrap_or_default()
    }
}

fn compile(to: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operation/power_cut/recorder.c");
    let mut cc = Command::new("cc");
    cc.args([
        "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
    ]);
    let done = cc.arg(to).arg(source).arg("-ldl").status();
    assert!(done.expect("cc is installed").success());
}

/// Cuts of both kinds, in turn.
fn cuts(short: usize, long_form: usize) -> impl Iterator<Item = Cut> {
    (0..if long() { long_form } else { short }).map(|round| match round % 2 {
        0 => Cut::Whole,
        _ => Cut::Torn(random_below(u64::MAX).as_nanos() as u64),
    })
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let mut ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    let mut work = Work::begin(&scene);
    for cut in cuts(4, 40) {
        let told = work.load_and_kill(&mut scene);
        ground.cut(cut);
        scene.provider.start();
        work.verify(&scene, told);
    }
    work.verify_all(&scene);
}

#[test]
fn what_the_first_start_gave_survives_a_power_cut() {
    for cut in cuts(2, 10) {
        let mut ground = Ground::new();
        let mut scene = Scene::start(ground.setup());
        let app = scene.app(&AppSpec {
            redirect_uris: &[CALLBACK],
            ..AppSpec::default()
        });
        let mut browser = scene.browser();
        let tokens = scene.tokens_of(&mut browser, &app, "tasks:read");
        let key = ground.key();
        scene.provider.kill();
        ground.cut(cut);
        scene.provider.start();
        assert!(scene.is_active(&app, &tokens.access));
        Tokens::of(&scene.refresh(&app, &tokens.refresh));
        assert_eq!((ground.key(), key.len()), (key, 32), "the key file is lost");
        // Ann is still signed in: she is asked, not for her password but for her consent.
        let page = browser.open(&scene.question(&app, &[("scope", "tasks:write")]));
        consent_form(&page);
    }
}

#[test]
fn after_a_cut_in_the_first_start_the_next_one_succeeds() {
    for cut in cuts(16, 200) {
        let mut ground = Ground::new();
        let mut provider = ground.setup().prepare();
        provider.spawn();
        std::thread::sleep(first_moments());
        provider.kill();
        ground.cut(cut);
        provider.start();
        provider.user_create(ANN, "Ann Example", PASSWORD, false);
    }
}

/// Somewhere in the first start, which takes some tens of milliseconds.
fn first_moments() -> Duration {
    random_below(80)
}

/// Restarts the server in good order with another `storage.synchronous`.
#[track_caller]
fn restart_with(provider: &mut Provider, synchronous: &str) {
    provider.stop();
    let config = format!("{PLAIN}\n[storage]\nsynchronous = {synchronous:?}\n");
    fs::write(provider.config_path(), config).expect("write the configuration");
    provider.start();
}

/// An app with 20 tokens of its own and a refresh token of Ann's.
fn begin(scene: &Scene) -> (Work, Vec<String>, String) {
    let work = Work::begin(scene);
    let issue = |_| Tokens::of(&scene.client_credentials(&work.app)).access;
    let kept = (0..20).map(issue).collect();
    let tokens = scene.tokens_of(&mut scene.browser(), &work.app, "tasks:read");
    (work, kept, tokens.refresh)
}

/// Gives tokens, takes tokens back and trades refresh tokens; returns what was acknowledged.
fn acknowledged(scene: &Scene, work: &Work, kept: &[String], refresh: &str) -> Told {
    let mut told = Told::default();
    for token in kept {
        scene.revoke(&work.app, token).expect(200);
        told.revoked.push(token.clone());
        let reply = scene.client_credentials(&work.app);
        told.alive.push(Tokens::of(&reply).access);
    }
    Tokens::of(&scene.refresh(&work.app, refresh));
    told.spent.push(refresh.to_owned());
    told
}

#[test]
fn the_recorder_misses_nothing() {
    let mut ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    let (work, kept, refresh) = begin(&scene);
    acknowledged(&scene, &work, &kept, &refresh);
    scene.provider.stop();
    // The index of the WAL is a shared map, made anew at every start.
    ground.assert_recorded(|name| name.ends_with("-shm"));
}

/// What a cut takes back of 20 tokens, 20 revocations and one rotation.
fn loss_with(synchronous: &str) -> support::told::Forgotten {
    let mut ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    let (work, kept, refresh) = begin(&scene);
    restart_with(&mut scene.provider, synchronous);
    let told = acknowledged(&scene, &work, &kept, &refresh);
    scene.provider.kill();
    ground.cut(Cut::Whole);
    scene.provider.start();
    told.forgotten(&scene, &work.app)
}

#[test]
fn with_synchronous_weaker_than_full_the_loss_is_seen() {
    let nothing = support::told::Forgotten::default();
    assert_eq!(loss_with("full"), nothing);
    for weaker in ["normal", "off"] {
        let lost = loss_with(weaker);
        assert_eq!(
            (lost.tokens, lost.revocations, lost.uses),
            (20, 20, 1),
            "{weaker}"
        );
    }
}
