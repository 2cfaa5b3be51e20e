//! Writes down what each test asked and was answered, when `VALETKEY_RECORD` names a folder.
//!
//! One file per test, `BINARY/TEST.jsonl`, one exchange per line, in the order in which the answers came. The
//! command `corpus` compares two such folders. What does not pass through [`crate::send`] and its kin is not
//! written: requests of other programs, and those that a test types onto a connection of its own.

use crate::Reply;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

/// A request and its answer, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// All that was sent; bytes that are no text are shown as `\xNN`.
    pub request: String,
    /// Status, headers, an empty line, body.
    pub answer: String,
}

static RECORDER: LazyLock<Option<Mutex<Recorder>>> = LazyLock::new(|| {
    let folder = std::env::var_os("VALETKEY_RECORD")?;
    Some(Mutex::new(Recorder::new(PathBuf::from(folder))))
});

thread_local! {
    static IS_SILENT: Cell<bool> = const { Cell::new(false) };
}

struct Recorder {
    /// Where the files of this binary's tests are.
    folder: PathBuf,
    files: HashMap<String, File>,
    /// The test that made the server at an address: threads that a test starts have no name.
    owners: HashMap<SocketAddr, String>,
}

impl Recorder {
    fn new(folder: PathBuf) -> Self {
        let running = std::env::current_exe().expect("the running executable has a path");
        let stem = running.file_stem().unwrap_or_default().to_string_lossy();
        // Cargo adds a digest to the names of test binaries.
        let name = stem.rsplit_once('-').map_or(&*stem, |(name, _)| name);
        let folder = folder.join(name);
        fs::create_dir_all(&folder).expect("make the folder of the record");
        Recorder {
            folder,
            files: HashMap::new(),
            owners: HashMap::new(),
        }
    }

    fn write(&mut self, addr: SocketAddr, exchange: &Exchange) {
        let owner = || self.owners.get(&addr).cloned();
        let test = this_test().or_else(owner).unwrap_or_default();
        let path = self
            .folder
            .join(format!("{}.jsonl", test.replace("::", ".")));
        let new = || File::create(path).expect("make the record of a test");
        let file = self.files.entry(test).or_insert_with(new);
        let line = serde_json::to_string(exchange).expect("text is JSON");
        file.write_all(format!("{line}\n").as_bytes())
            .expect("write the record of a test");
    }
}

fn with_recorder(work: impl FnOnce(&mut Recorder)) {
    if let Some(recorder) = &*RECORDER {
        work(&mut recorder.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The name of the test that runs on this thread.
fn this_test() -> Option<String> {
    let name = std::thread::current().name()?.to_owned();
    (name != "main").then_some(name)
}

/// Says that the server at `addr` was made by the test on this thread.
pub(crate) fn own(addr: SocketAddr) {
    with_recorder(|recorder| {
        if let Some(test) = this_test() {
            recorder.owners.insert(addr, test);
        }
    });
}

/// Runs `work`, whose requests say nothing about the test: asking again and again whether a server is up.
pub(crate) fn silently<T>(work: impl FnOnce() -> T) -> T {
    IS_SILENT.set(true);
    let done = work();
    IS_SILENT.set(false);
    done
}

/// Writes an exchange down.
pub(crate) fn exchange(addr: SocketAddr, request: &[u8], reply: &Reply) {
    if IS_SILENT.get() {
        return;
    }
    with_recorder(|recorder| {
        let mut answer = format!("{}\n", reply.status);
        for (name, value) in &reply.headers {
            let _ = writeln!(answer, "{name}: {value}");
        }
        let _ = write!(answer, "\n{}", text(&reply.body));
        let request = text(request);
        recorder.write(addr, &Exchange { request, answer });
    });
}

fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}
