//! A server whose disk can fail and whose clock can jump: `faults.c` is preloaded into it, and what is on stands in a
//! file that both share.
use crate::support::{PLAIN, Scene, within};
use acceptance::{Json, Setup};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Error numbers of Linux.
pub(crate) const EIO: i32 = 5;
pub(crate) const EACCES: i32 = 13;
pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EROFS: i32 = 30;

/// What fails, and with which error; 0: nothing. The order is that of `struct control`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// Writing, and changing a file's length.
    pub(crate) write: i32,
    /// `fsync` and `fdatasync`.
    pub(crate) sync: i32,
    /// Reading.
    pub(crate) read: i32,
    /// Opening for more than reading.
    pub(crate) open: i32,
    /// Writing the log.
    pub(crate) log: i32,
    /// Whether a sync that fails puts back what was there before.
    pub(crate) drop: bool,
}

/// Where the numbers stand in the shared file.
const MADE: u64 = 24;
const ROOM: u64 = 28;
const CLOCK: u64 = 32;

/// The folder that holds all of it.
pub(crate) struct Ground {
    folder: TempDir,
    control: File,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("make a temporary folder");
        fs::create_dir(folder.path().join("disk")).expect("make the disk");
        compile(&folder.path().join("faults.so"));
        let mut options = File::options();
        let options = options.read(true).write(true).create_new(true);
        let control = options.open(folder.path().join("control"));
        let control = control.expect("make the shared file");
        control.set_len(4096).expect("it has a page");
        Ground { folder, control }
    }

    /// The small provider on this disk and by this clock.
    pub(crate) fn setup(&self) -> Setup {
        self.lay(Setup::toml(PLAIN))
    }

    /// Any provider, the same.
    pub(crate) fn lay(&self, setup: Setup) -> Setup {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        setup
            .folder(self.folder.path())
            .database(&at("disk/valetkey.db"))
            .env("LD_PRELOAD", &at("faults.so"))
            .env("FAULTS_ROOT", &at("disk"))
            .env("FAULTS_CONTROL", &at("control"))
    }

    /// From now on these fail, and nothing else.
    pub(crate) fn set(&self, faults: Faults) {
        let Faults {
            write,
            sync,
            read,
            open,
            log,
            drop,
        } = faults;
        let numbers = [write, sync, read, open, log, i32::from(drop)];
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_ne_bytes()).collect();
        self.control.write_all_at(&bytes, 0).expect("share it");
    }

    /// So many more writes succeed before they fail.
    pub(crate) fn set_room(&self, writes: i32) {
        let bytes = writes.to_ne_bytes();
        self.control.write_all_at(&bytes, ROOM).expect("share it");
    }

    /// How many of those are left.
    pub(crate) fn room(&self) -> i32 {
        self.number(ROOM)
    }

    /// Moves the wall clock to so many seconds from the true one.
    pub(crate) fn set_clock(&self, seconds: i64) {
        let bytes = seconds.to_ne_bytes();
        self.control.write_all_at(&bytes, CLOCK).expect("share it");
    }

    /// How many errors were made so far.
    pub(crate) fn made(&self) -> i32 {
        self.number(MADE)
    }

    fn number(&self, at: u64) -> i32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, at).expect("read");
        i32::from_ne_bytes(bytes)
    }
}

fn compile(to: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operation/faults/faults.c");
    let mut cc = Command::new("cc");
    cc.args([
        "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
    ]);
    let done = cc.arg(to).arg(source).arg("-ldl").status();
    assert!(done.expect("cc is installed").success());
}

/// Events in the log of a server, from the line `from` on: level and message.
pub(crate) fn events(scene: &Scene, from: usize) -> Vec<(String, String)> {
    let log = scene.provider.log();
    let lines = log.lines().skip(from);
    let read = lines.filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let text = |line: &Json, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    read.map(|line| (text(&line, "level"), text(&line, "message")))
        .filter(|(_, message)| message != "request")
        .collect()
}

/// Lines in the log so far.
pub(crate) fn lines(scene: &Scene) -> usize {
    scene.provider.log().lines().count()
}

/// Waits, for longer than a round of the sweeper takes, for an event whose message holds `part`.
#[track_caller]
pub(crate) fn assert_said(scene: &Scene, from: usize, part: &str) {
    let said = || {
        events(scene, from)
            .iter()
            .any(|(_, message)| message.contains(part))
    };
    assert!(
        within(Duration::from_secs(40), said),
        "nothing says {part:?}: {:#?}",
        events(scene, from)
    );
}

/// A file beside the database of a server.
pub(crate) fn beside(scene: &Scene, end: &str) -> PathBuf {
    let mut path = scene.provider.database_path().into_os_string();
    path.push(end);
    PathBuf::from(path)
}
