//! Steps that go on when one fails, and what is told at the end.
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The steps of one run.
pub(crate) struct Steps {
    /// What a machine lacks is installed, or fails: nobody reads what was skipped.
    pub(crate) ci: bool,
    only: Option<String>,
    done: Vec<(String, Duration)>,
    failed: Vec<String>,
    skipped: Vec<String>,
}

impl Steps {
    pub(crate) fn new(only: Option<String>) -> Self {
        Steps {
            ci: std::env::var("CI").as_deref() == Ok("true"),
            only,
            done: Vec::new(),
            failed: Vec::new(),
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
        let ran = ran(command);
        self.done.push((name.to_owned(), began.elapsed()));
        if let Err(why) = ran {
            println!("{why}");
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

/// Runs a command that shows what it says.
///
/// # Errors
/// How it failed, which it cannot say itself if it was never started.
fn ran(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} failed: {status}")),
        Err(error) => Err(format!("{program} cannot be started: {error}")),
    }
}

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

    #[test]
    fn a_program_that_is_not_there_fails_its_step_and_is_named() {
        let why = ran(&mut command("no-such-program", &[])).expect_err("nothing to start");
        assert!(
            why.starts_with("no-such-program cannot be started: "),
            "{why}"
        );
        let why = ran(&mut command("false", &[])).expect_err("it fails");
        assert_eq!(why, "false failed: exit status: 1");
        let mut steps = Steps::new(None);
        steps.run("missing", &mut command("no-such-program", &[]));
        steps.run("there", &mut command("true", &[]));
        assert_eq!(steps.failed, ["missing"]);
        assert!(!steps.finish());
    }
}
