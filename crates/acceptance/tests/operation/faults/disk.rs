//! A disk that is full, read-only or failing. Each fault comes and goes under a mixed load on the real binary.
use super::ground::{
    EACCES, EIO, ENOSPC, EROFS, Faults, Ground, assert_said, beside, events, lines,
};
use super::load::Load;
use crate::support::client::tool;
use crate::support::{PLAIN, Scene, long, within};
use acceptance::Setup;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// What must be written.
const WRITERS: [&str; 4] = ["issue", "revoke", "refresh", "page"];

/// What is only read.
const READERS: [&str; 1] = ["introspect"];

/// Faults of writing, with what the log says of each.
const OF_WRITING: [(&str, Faults, &str); 6] = [
    (
        "no space",
        Faults {
            write: ENOSPC,
            ..NONE
        },
        "the disk is full: make room",
    ),
    (
        "a disk that became read-only",
        Faults {
            write: EROFS,
            open: EROFS,
            sync: EROFS,
            ..NONE
        },
        "the disk fails at writing",
    ),
    (
        "no right to write",
        Faults {
            write: EACCES,
            open: EACCES,
            ..NONE
        },
        "the disk fails at writing",
    ),
    (
        "errors at writing",
        Faults { write: EIO, ..NONE },
        "the disk fails at writing",
    ),
    (
        "errors at syncing",
        Faults { sync: EIO, ..NONE },
        "the disk fails at syncing",
    ),
    (
        "errors at syncing that lose what was written",
        Faults {
            sync: EIO,
            drop: true,
            ..NONE
        },
        "the disk fails at syncing",
    ),
];

const NONE: Faults = Faults {
    write: 0,
    sync: 0,
    read: 0,
    open: 0,
    log: 0,
    drop: false,
};

/// The log tells of one outage, once, and of its end.
#[track_caller]
fn assert_told_once(scene: &Scene, from: usize, what: &str) {
    assert_said(scene, from, "works again:");
    let events = events(scene, from);
    let errors: Vec<_> = events
        .iter()
        .filter(|(level, _)| level == "error")
        .collect();
    // One fault may show in two ways, as where the index of the WAL must grow; none is told twice.
    let kinds: std::collections::HashSet<_> = errors.iter().map(|(_, said)| said).collect();
    assert!(
        errors.len() == kinds.len() && errors.len() <= 2,
        "{events:#?}"
    );
    assert!(
        errors.iter().any(|(_, said)| said.contains(what)),
        "{events:#?}"
    );
    assert!(errors[0].1.contains("valetkey.db"), "{events:#?}");
    let ends = events
        .iter()
        .filter(|(_, said)| said.contains("works again:"));
    assert_eq!(ends.count(), 1, "{events:#?}");
}

#[track_caller]
fn assert_ready_again(scene: &Scene) {
    let ready = || scene.api().get("/health/ready").status == 200;
    assert!(within(Duration::from_secs(5), ready), "not ready again");
}

#[test]
fn a_disk_that_takes_no_writes_costs_503_until_it_does_again() {
    let ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    let load = Load::begin(&scene);
    for (name, faults, what) in OF_WRITING {
        let (from, made) = (lines(&scene), ground.made());
        load.during(&scene, || {
            load.wait_for(&WRITERS, 200);
            ground.set(faults);
            load.wait_for(&WRITERS, 503);
            drop(load.counts());
            load.wait_for(&READERS, 200);
            // It lasts for a while, in which nothing may give way.
            std::thread::sleep(Duration::from_millis(if long() { 5_000 } else { 300 }));
            scene.api().get("/health/ready").expect(503);
            scene.api().get("/health/live").expect(200);
            let counts = load.counts();
            eprintln!("{name}: {counts:?}");
            let answered = counts
                .keys()
                .all(|(kind, status)| (*kind == "introspect") == (*status == 200));
            assert!(answered, "{name}: {counts:?}");
            ground.set(NONE);
            load.wait_for(&WRITERS, 200);
            assert_ready_again(&scene);
        });
        assert!(ground.made() > made, "{name}: nothing failed");
        load.verify(&scene);
        assert_told_once(&scene, from, what);
    }
    // What is on the disk is all that was told, also for whoever starts on it.
    scene.provider.kill();
    scene.provider.start();
    load.verify(&scene);
}

#[test]
fn a_server_killed_while_its_disk_fails_keeps_what_it_told() {
    let ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    let load = Load::begin(&scene);
    for (name, faults, _) in OF_WRITING {
        load.during(&scene, || {
            load.wait_for(&WRITERS, 200);
            ground.set(faults);
            load.wait_for(&WRITERS, 503);
        });
        eprintln!("killed: {name}");
        scene.provider.kill();
        ground.set(NONE);
        scene.provider.start();
        load.verify(&scene);
    }
}

#[test]
fn a_disk_that_cannot_be_read_costs_503_until_it_can() {
    let ground = Ground::new();
    let scene = Scene::start(ground.setup());
    let load = Load::begin(&scene);
    let from = lines(&scene);
    load.during(&scene, || {
        load.wait_for(&WRITERS, 200);
        ground.set(Faults { read: EIO, ..NONE });
        load.wait_for(&READERS, 503);
        ground.set(NONE);
        load.wait_for(&WRITERS, 200);
        load.wait_for(&READERS, 200);
        assert_ready_again(&scene);
    });
    assert!(ground.made() > 0, "nothing failed");
    load.verify(&scene);
    let events = events(&scene, from);
    assert_eq!(events.len(), 1, "{events:#?}");
    let (level, said) = &events[0];
    let expected = [
        "valetkey.db",
        "cannot be read",
        "dmesg",
        "valetkey db verify",
        "restore",
    ];
    assert!(
        level == "error" && expected.iter().all(|part| said.contains(part)),
        "{said}"
    );
}

#[test]
fn a_server_does_not_start_on_a_full_disk_and_says_why() {
    let ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    scene.provider.stop();
    ground.set(Faults {
        write: ENOSPC,
        ..NONE
    });
    let log = scene.provider.try_start().expect_err("it has no room");
    assert!(log.contains("full"), "{log}");
    ground.set(NONE);
    scene.provider.start();
}

#[test]
fn a_log_that_cannot_be_written_loses_lines_and_nothing_else() {
    let ground = Ground::new();
    let mut scene = Scene::start(ground.setup());
    let machine = scene.machine();
    ground.set(Faults {
        log: ENOSPC,
        ..NONE
    });
    // More than is buffered.
    for _ in 0..1_000 {
        scene.api().get("/sign-in").expect(200);
    }
    scene.client_credentials(&machine).expect(200);
    ground.set(NONE);
    let from = lines(&scene);
    let asked = || {
        scene.api().get("/sign-in").expect(200);
        let events = events(&scene, from);
        events
            .iter()
            .any(|(_, said)| said.contains("lines are lost"))
    };
    assert!(within(Duration::from_secs(10), asked), "nobody says it");
    let log = scene.provider.log();
    let is_whole = |line: &str| serde_json::from_str::<acceptance::Json>(line).is_ok();
    assert!(log.lines().all(is_whole), "a line is torn");
    ground.set(Faults {
        log: ENOSPC,
        ..NONE
    });
    assert!(scene.provider.stop().success());
}

/// A small disk of the kernel's own, in memory.
struct Small(TempDir);

impl Small {
    fn mount(megabytes: u32) -> Self {
        let folder = TempDir::new().expect("make a temporary folder");
        let mut mount = Command::new(tool("VALETKEY_TEST_MOUNT"));
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]);
        let done = mount.arg(folder.path()).output().expect("mount");
        assert!(done.status.success(), "{done:?}");
        Small(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room there is.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("ballast");
        let mut file = fs::File::create(&path).expect("make a file");
        while std::io::Write::write(&mut file, &[0; 4096]).is_ok_and(|written| written > 0) {}
        path
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("-l").arg(self.path()).status();
        assert!(done.is_ok_and(|status| status.success()), "unmount it");
    }
}

#[test]
#[cfg_attr(
    not(has_mount),
    ignore = "needs to mount a tmpfs, as root may: see ./test"
)]
fn a_full_disk_of_the_kernels_own_is_outlived() {
    let small = Small::mount(12);
    // Everything is on it: database, keys, configuration and log.
    let mut scene = Scene::start(Setup::toml(PLAIN).folder(small.path()));
    let load = Load::begin(&scene);
    load.during(&scene, || {
        load.wait_for(&WRITERS, 200);
        let ballast = small.fill();
        load.wait_for(&["issue"], 503);
        load.wait_for(&READERS, 200);
        fs::remove_file(ballast).expect("make room");
        load.wait_for(&WRITERS, 200);
        assert_ready_again(&scene);
    });
    load.verify(&scene);
    assert!(fs::metadata(beside(&scene, "-wal")).is_ok_and(|wal| wal.len() > 0));
    scene.provider.kill();
    scene.provider.start();
    load.verify(&scene);
}
