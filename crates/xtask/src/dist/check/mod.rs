//! Whether what was packed does what the documentation says, by programs that are not ours where there are any.
mod bare;
mod booted;
mod examples;
mod inside;
mod packages;
mod proxy;
mod token;
mod units;

use super::tree::Documents;
use super::{Built, Release};
use crate::steps::{Steps, said};
use crate::tools::{have, install, on_path};
use anyhow::{Context, ensure};
use inside::Way;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What was packed.
pub(super) struct Packed<'a> {
    pub(super) folder: &'a Path,
    pub(super) release: &'a Release,
    pub(super) built: &'a [Built],
    pub(super) documents: &'a Documents,
    pub(super) long: bool,
}

impl Packed<'_> {
    /// A file, by the end of its name.
    fn file(&self, end: &str) -> anyhow::Result<PathBuf> {
        let all = std::fs::read_dir(self.folder)?.flatten();
        let mut paths = all.map(|entry| entry.path());
        let found = paths.find(|path| path.to_string_lossy().ends_with(end));
        std::path::absolute(found.with_context(|| format!("no file ends with {end}"))?)
            .map_err(Into::into)
    }

    /// The binary that runs here.
    fn here(&self) -> anyhow::Result<&Built> {
        let mut all = self.built.iter();
        all.find(|one| Some(one.elf.architecture) == super::Architecture::here())
            .context("no binary runs here")
    }
}

/// How long a command of a step may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Tries out everything; whether all is well.
///
/// # Errors
/// When nothing can be tried out at all.
pub(super) fn run(packed: &Packed) -> anyhow::Result<bool> {
    let mut steps = Steps::new(None, LIMIT);
    let folder = tempfile::tempdir()?;
    let place = folder.path();
    packages::all(&mut steps, packed);
    let ways = inside::unpacked(packed, place);
    if have("bwrap", &["bubblewrap"]).is_none() {
        steps.skip("first token", "bubblewrap is not installed");
    } else {
        steps.prove("first token", || first_tokens(&ways?));
        proxy::all(&mut steps, packed, place);
    }
    units::all(&mut steps, packed, place);
    examples::all(&mut steps, packed);
    if packed.long {
        bare::all(&mut steps, packed, place);
        booted::all(&mut steps, packed);
    }
    Ok(steps.finish())
}

/// A token by each way to install.
fn first_tokens(ways: &[Way]) -> anyhow::Result<()> {
    for way in ways {
        token::first(way).with_context(|| way.name.clone())?;
    }
    Ok(())
}

/// What a command prints.
///
/// # Errors
/// When it fails, with what it said.
fn told(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stdin(std::process::Stdio::null()).output();
    let done = done.with_context(|| name.clone())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let (printed, complained) = (text(&done.stdout), text(&done.stderr));
    ensure!(done.status.success(), "{name}: {printed}\n{complained}");
    Ok(printed)
}

/// The command of a page of the documentation that begins with `start`, with the lines that it goes on to.
///
/// # Errors
/// When there is none.
fn of_page(page: &str, start: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(page).with_context(|| page.to_owned())?;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    let first = lines.find(|line| line.starts_with(start));
    let mut command = first
        .with_context(|| format!("{page}: no {start}"))?
        .to_owned();
    while let Some(rest) = command.strip_suffix('\\') {
        let next = lines
            .next()
            .with_context(|| format!("{page}: {start} is cut off"))?;
        command = format!("{rest}{next}");
    }
    Ok(command)
}

/// A program that is at hand, or is installed where that may be done.
fn program(name: &str, package: &str) -> Option<PathBuf> {
    let found = || {
        // Those for administrators are not on the path of everybody.
        let own = Path::new("/usr/sbin").join(name);
        on_path(name).or(Some(own)).filter(|path| path.is_file())
    };
    found().or_else(|| install(&[package]).then(found).flatten())
}

/// Whether a program says that it is there.
fn answers(program: &str, flag: &str) -> bool {
    said(Command::new(program).arg(flag)).is_some()
}
