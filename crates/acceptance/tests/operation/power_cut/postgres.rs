//! Power cuts under PostgreSQL: all its processes are recorded, and end together with the node when the power goes.
//!
//! One round of each kind, or forty in all with `VALETKEY_LONG=1`. `VALETKEY_TEST_POSTGRES_BIN` names the folder of
//! PostgreSQL's programs (`./test` finds it).

use super::disk::{Cut, Disk};
use super::{Ground, acknowledged, begin, cuts, restart_with};
use crate::support::nodes::programs;
use crate::support::told::{DEVICES, Forgotten, Work, random_below};
use crate::support::{PLAIN, Scene};
use acceptance::Setup;
use acceptance::postgres::{Database, Server, Stop};
use std::path::Path;

/// What keeps to calls that can be recorded, comes to checkpoints soon, and leaves the newest commits of a weaker
/// level unwritten for a while.
const SETTINGS: [&str; 5] = [
    "wal_sync_method=fdatasync",
    "dynamic_shared_memory_type=posix",
    "max_wal_size=4MB",
    "min_wal_size=2MB",
    "wal_writer_delay=10s",
];

/// A PostgreSQL server on a disk that can lose power, and a node on it.
struct OnPostgres {
    scene: Scene,
    server: Server,
    ground: Ground,
}

impl OnPostgres {
    /// Everything is made in peace; the recording begins after that, with all of it on the disk.
    fn start(programs: &Path) -> Self {
        let ground = Ground::bare();
        let mut server = Server::in_folder(programs, ground.folder.path());
        server.make(&["--wal-segsize=1"]);
        SETTINGS.into_iter().for_each(|setting| server.set(setting));
        server.start();
        let setup = Setup::toml(PLAIN).with(DEVICES);
        let scene = Scene::start(setup.postgres(Database::on(&server.url())));
        OnPostgres {
            scene,
            server,
            ground,
        }
    }

    /// Records from now on.
    fn record(&mut self) {
        self.server.stop(Stop::Fast);
        self.ground.disk = Disk::at_rest(&self.ground.root());
        for (name, file) in [
            ("LD_PRELOAD", "recorder.so"),
            ("POWER_CUT_ROOT", "disk"),
            ("POWER_CUT_LOG", "log"),
        ] {
            let path = self.ground.folder.path().join(file);
            self.server.env(name, &path.display().to_string());
        }
        self.server.start();
        self.scene.provider.restart();
    }

    fn power_off(&mut self) {
        self.server.kill();
        self.scene.provider.kill();
    }

    fn power_on(&mut self, cut: Cut) {
        self.ground.cut(cut);
        self.server.start();
        self.scene.provider.start();
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn what_was_acknowledged_survives_a_power_cut_of_postgresql() {
    let programs = programs();
    let mut on = OnPostgres::start(&programs);
    let mut work = Work::begin(&on.scene);
    on.record();
    for cut in cuts(2, 40) {
        let clients = work.clients(&on.scene, vec![on.scene.api()]);
        let told = work.load(clients, || {
            std::thread::sleep(random_below(1_000));
            on.power_off();
        });
        on.power_on(cut);
        work.verify(&on.scene, told);
    }
    work.verify_all(&on.scene);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn the_recorder_misses_nothing_of_postgresql() {
    let programs = programs();
    let mut on = OnPostgres::start(&programs);
    let (work, kept, refresh) = begin(&on.scene);
    on.record();
    acknowledged(&on.scene, &work, &kept, &refresh);
    on.scene.provider.stop();
    on.server.stop(Stop::Fast);
    on.ground.assert_recorded(|_| false);
}

/// What a cut takes back of 20 tokens, 20 revocations and one rotation.
fn loss_with(programs: &Path, synchronous: &str) -> Forgotten {
    let mut on = OnPostgres::start(programs);
    let (work, kept, refresh) = begin(&on.scene);
    on.record();
    restart_with(&mut on.scene.provider, synchronous);
    let told = acknowledged(&on.scene, &work, &kept, &refresh);
    on.power_off();
    on.power_on(Cut::Whole);
    told.forgotten(&on.scene, &work.app)
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn with_synchronous_weaker_than_full_the_loss_is_seen_on_postgresql() {
    let programs = programs();
    assert_eq!(loss_with(&programs, "full"), Forgotten::default());
    for weaker in ["normal", "off"] {
        let lost = loss_with(&programs, weaker);
        // Whatever else makes PostgreSQL write its log saves what came before.
        eprintln!("{weaker}: {lost:?}");
        assert!(
            lost.tokens > 0 && lost.revocations > 0 && lost.uses > 0,
            "{weaker}: {lost:?}"
        );
    }
}
