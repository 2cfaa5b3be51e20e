//! The executable under test, and waiting for processes.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// The longest a command of the CLI may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// The `valetkey` executable: `VALETKEY_BIN`, or beside the running executable's target directory.
///
/// # Panics
/// When there is none, naming the command that builds it.
#[track_caller]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("VALETKEY_BIN") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "VALETKEY_BIN names no file: {path:?}");
        return path;
    }
    let running = std::env::current_exe().expect("the running executable has a path");
    let folders = running.ancestors().skip(1).take(2);
    let found = folders
        .map(|folder| folder.join("valetkey"))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("no `valetkey` near {running:?}: run `cargo build` first (`--release` for release)")
    })
}

/// Runs `command` to its end, with empty input, within a minute.
///
/// # Panics
/// When it cannot be started or does not end in time (it is killed then).
#[track_caller]
pub fn output(command: &mut Command) -> Output {
    output_within(command, COMMAND_LIMIT)
}

/// The same, within another time.
///
/// # Panics
/// As [`output`].
#[track_caller]
pub fn output_within(command: &mut Command, limit: Duration) -> Output {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|e| panic!("{command:?} did not start: {e}"));
    let readers = (
        read_all(child.stdout.take().expect("piped")),
        read_all(child.stderr.take().expect("piped")),
    );
    let Some(status) = wait_for_exit(&mut child, limit) else {
        kill(&mut child);
        panic!("{command:?} did not end within {limit:?}");
    };
    Output {
        status,
        stdout: readers.0.join().expect("the reader ends"),
        stderr: readers.1.join().expect("the reader ends"),
    }
}

fn read_all(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// Waits until `child` has ended; `None` when it still runs after `limit`.
pub fn wait_for_exit(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() > deadline {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Ends `child` at once (SIGKILL) and reaps it.
pub(crate) fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Asks `child` to end (SIGTERM).
pub(crate) fn terminate(child: &Child) {
    assert!(
        signal(child.id(), Signal::Terminate),
        "it cannot be told to end"
    );
}

/// What a process can be told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGHUP.
    HangUp,
    /// SIGINT.
    Interrupt,
    /// SIGQUIT.
    Quit,
    /// SIGKILL.
    Kill,
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
}

/// Sends a signal; whether there was a process to take it.
pub(crate) fn signal(pid: u32, signal: Signal) -> bool {
    let name = match signal {
        Signal::Terminate => "TERM",
        Signal::HangUp => "HUP",
        Signal::Interrupt => "INT",
        Signal::Quit => "QUIT",
        Signal::Kill => "KILL",
        Signal::Stop => "STOP",
        Signal::Continue => "CONT",
    };
    let line = format!("kill -{name} {pid} 2>/dev/null");
    let sent = Command::new("sh").args(["-c", &line]).status();
    sent.is_ok_and(|status| status.success())
}
