//! Steps that go on when one fails, and what is told at the end.
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The steps of one run.
pub(crate) struct Steps {
    /// What a machine lacks is installed, or fails: nobody reads what was skipped.
    pub(crate) ci: bool,
    only: Option<String>,
    /// How long one step may take: whatever hangs is ended, and told.
    limit: Duration,
    done: Vec<(String, Duration)>,
    failed: Vec<String>,
    /// What tests that failed said, to be told again at the end.
    said: Vec<String>,
    skipped: Vec<String>,
}

/// As much is told again of each test that failed, in lines.
const TOLD_AGAIN: usize = 60;

impl Steps {
    pub(crate) fn new(only: Option<String>, limit: Duration) -> Self {
        Steps {
            ci: std::env::var("CI").as_deref() == Ok("true"),
            only,
            limit,
            done: Vec::new(),
            failed: Vec::new(),
            said: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Runs one check and remembers its failure and how long it took.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) {
        if self.is_left_out(name) {
            return;
        }
        println!("\n== {name}");
        let began = Instant::now();
        let ran = ran(command, self.limit, &mut self.said);
        self.done.push((name.to_owned(), began.elapsed()));
        if let Err(why) = ran {
            println!("{why}");
            self.failed.push(name.to_owned());
        }
    }

    /// The same for something that is proved here, in place of by a command.
    pub(crate) fn prove(&mut self, name: &str, proof: impl FnOnce() -> anyhow::Result<()>) {
        if self.is_left_out(name) {
            return;
        }
        println!("\n== {name}");
        let began = Instant::now();
        let proved = proof();
        self.done.push((name.to_owned(), began.elapsed()));
        if let Err(why) = proved {
            println!("{why:#}");
            self.failed.push(name.to_owned());
        }
    }

    /// Whether nobody asked for the step of this name.
    pub(crate) fn is_left_out(&self, name: &str) -> bool {
        let only = self.only.as_deref();
        only.is_some_and(|part| !name.contains(part))
    }

    /// Something that cannot be checked here: a person is told; in CI it is a failure.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        if self.is_left_out(name) {
            return;
        }
        println!("\n== {name}: SKIPPED: {why}");
        match self.ci {
            true => self.failed.push(format!("{name} (missing: {why})")),
            false => self.skipped.push(format!("{name}: {why}")),
        }
    }

    /// Something that need not be checked everywhere, not even in CI.
    pub(crate) fn leave(&mut self, name: &str, why: &str) {
        if self.is_left_out(name) {
            return;
        }
        println!("\n== {name}: SKIPPED: {why}");
        self.skipped.push(format!("{name}: {why}"));
    }

    /// Tells what came of all; whether all is well.
    pub(crate) fn finish(self) -> bool {
        if !self.said.is_empty() {
            println!("\n== what failed");
            println!("{}", self.said.join("\n"));
        }
        println!("\n== summary");
        for (name, took) in &self.done {
            println!("{:>6.1} s  {name}", took.as_secs_f64());
        }
        for line in &self.skipped {
            println!("skipped: {line}");
        }
        for name in &self.failed {
            println!("FAILED: {name}");
        }
        if self.done.is_empty() && self.failed.is_empty() && self.skipped.is_empty() {
            let only = self.only.unwrap_or_default();
            println!("FAILED: no step has {only:?} in its name");
            return false;
        }
        if self.failed.is_empty() {
            println!("all checks passed");
        }
        self.failed.is_empty()
    }
}

/// A command with its arguments.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Runs a command that shows what it says, and keeps in `failures` what it says of tests that failed.
///
/// # Errors
/// How it failed, which it cannot say itself if it was never started, or took too long.
fn ran(command: &mut Command, limit: Duration, failures: &mut Vec<String>) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let unstarted = |error| format!("{program} cannot be started: {error}");
    let (said, writer) = std::io::pipe().map_err(unstarted)?;
    let errors = writer.try_clone().map_err(unstarted)?;
    let started = command.stdout(writer).stderr(errors).spawn();
    // The command holds the pipe open as its child does.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = started.map_err(unstarted)?;
    let (ended, waits) = channel::<()>();
    let (id, patience) = (child.id(), limit);
    let watch = std::thread::spawn(move || {
        let is_late = waits.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
        if is_late {
            end(id);
        }
        is_late
    });
    let lines = BufReader::new(said).split(b'\n').map_while(Result::ok);
    let shown = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
    failures.extend(failures_of(shown.inspect(|line| println!("{line}"))));
    let waited = child.wait();
    drop(ended);
    if watch.join().unwrap_or(false) {
        let minutes = limit.as_secs() / 60;
        return Err(format!(
            "{program} took longer than {minutes} minutes and was ended"
        ));
    }
    match waited {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} failed: {status}")),
        Err(error) => Err(format!("{program} cannot be waited for: {error}")),
    }
}

/// Ends a process and all that it has started, the last first.
fn end(id: u32) {
    let mut all = vec![id];
    let mut at = 0;
    while let Some(parent) = all.get(at).copied() {
        all.extend(children(parent));
        at += 1;
    }
    for id in all.iter().rev() {
        succeeds(&mut command("kill", &["-9", &id.to_string()]));
    }
}

fn children(parent: u32) -> Vec<u32> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let ids = processes.filter_map(|process| process.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

/// The second word behind the name, which is in brackets and may hold anything.
fn parent_of(id: u32) -> Option<u32> {
    let path = Path::new("/proc").join(id.to_string()).join("stat");
    let text = std::fs::read_to_string(path).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split(' ').nth(1)?.parse().ok()
}

/// Of what the runner of the tests prints, what it says of those that failed: each from its line behind the summary on.
fn failures_of(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut is_over = false;
    let mut room = 0;
    for line in lines {
        let word = line.trim_start();
        is_over |= word.starts_with("Summary [");
        if is_over && FAILED.iter().any(|failed| word.starts_with(failed)) {
            room = TOLD_AGAIN;
        }
        if room > 0 {
            room -= 1;
            kept.push(line);
        }
    }
    kept
}

/// How the lines of tests begin that failed, that were ended by a signal, or that took too long.
const FAILED: [&str; 4] = ["FAIL [", "SIG", "ABORT [", "TIMEOUT ["];

/// Runs a command without showing what it says; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = quiet.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// What a command prints, if it succeeds.
pub(crate) fn said(command: &mut Command) -> Option<String> {
    let done = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_hangs_is_ended_with_all_that_it_started() {
        let mut hangs = command("sh", &["-c", "echo here; sleep 600 & wait"]);
        let began = Instant::now();
        let why = ran(&mut hangs, Duration::from_millis(300), &mut Vec::new());
        assert_eq!(
            why.expect_err("it was ended"),
            "sh took longer than 0 minutes and was ended"
        );
        // Whoever is left holds the pipe open.
        assert!(began.elapsed() < LONG);
    }

    #[test]
    fn a_program_that_is_not_there_fails_its_step_and_is_named() {
        let why = ran(&mut command("no-such-program", &[]), LONG, &mut Vec::new())
            .expect_err("nothing to start");
        assert!(
            why.starts_with("no-such-program cannot be started: "),
            "{why}"
        );
        let why = ran(&mut command("false", &[]), LONG, &mut Vec::new()).expect_err("it fails");
        assert_eq!(why, "false failed: exit status: 1");
        let mut steps = Steps::new(None, LONG);
        steps.run("missing", &mut command("no-such-program", &[]));
        steps.run("there", &mut command("true", &[]));
        assert_eq!(steps.failed, ["missing"]);
        assert!(!steps.finish());
    }

    #[test]
    fn what_failed_tests_say_is_kept_and_nothing_else() {
        let before = "    Starting 2 tests\n        FAIL [ 0.2s] (1/2) a one\n     Summary [ 0.2s] 2 tests run\n";
        let failed = "        FAIL [ 0.2s] (1/2) a one\n  stderr ───\n    why";
        let mut kept = Vec::new();
        let print = "printf '%s%s' \"$0\" \"$1\" >&2";
        let mut prints = command("sh", &["-c", print, before, failed]);
        ran(&mut prints, LONG, &mut kept).expect("it prints");
        assert_eq!(kept.join("\n"), failed);
    }
}
