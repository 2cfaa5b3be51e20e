//! The files that packages hold, and where.
use crate::steps::{command, said};
use anyhow::{Context, ensure};
use std::path::Path;
use std::process::Command;

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The system's.
    Root,
    /// The user that an image runs as.
    Server,
}

/// The number of the user that an image runs as, and of its group.
pub(super) const SERVER: u64 = 65532;

/// A file or folder.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Without a slash at its beginning or end.
    pub(super) path: String,
    /// Permissions.
    pub(super) mode: u32,
    /// Whose it is.
    pub(super) owner: Owner,
    /// What a file holds; nothing for a folder.
    pub(super) content: Option<Vec<u8>>,
}

impl Entry {
    /// A file that everybody may read.
    pub(super) fn file(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Entry {
            path: path.into(),
            mode: 0o644,
            owner: Owner::Root,
            content: Some(content.into()),
        }
    }

    /// A file that everybody may run.
    pub(super) fn program(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        let mode = 0o755;
        Entry {
            mode,
            ..Entry::file(path, content)
        }
    }

    /// A folder.
    pub(super) fn folder(path: impl Into<String>, mode: u32, owner: Owner) -> Self {
        Entry {
            path: path.into(),
            mode,
            owner,
            content: None,
        }
    }
}

/// Puts entries in order, each after the folder that it is in; folders that were not named are the system's.
pub(super) fn in_order(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut missing = Vec::new();
    for entry in &entries {
        let mut path = entry.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            missing.push(folder.to_owned());
            path = folder;
        }
    }
    for folder in missing {
        if entries.iter().all(|entry| entry.path != folder) {
            entries.push(Entry::folder(folder, 0o755, Owner::Root));
        }
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    entries
}

/// What a binary writes about its command line.
#[derive(Debug)]
pub(super) struct Documents {
    /// What each shell completes, under the path below `/usr/share` where it looks.
    pub(super) completions: Vec<(String, Vec<u8>)>,
    /// The manual pages, by the names of their files.
    pub(super) manual: Vec<(String, Vec<u8>)>,
}

/// Each shell with the place, below `/usr/share`, of what it completes.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "bash-completion/completions/valetkey"),
    ("fish", "fish/vendor_completions.d/valetkey.fish"),
    ("zsh", "zsh/vendor-completions/_valetkey"),
];

impl Documents {
    /// Asks a binary that runs here.
    ///
    /// # Errors
    /// When it does not write them.
    pub(super) fn of(binary: &Path) -> anyhow::Result<Self> {
        let mut completions = Vec::new();
        for (shell, path) in SHELLS {
            let mut ask = Command::new(binary);
            let script = said(ask.args(["reference", "completions", shell]));
            let script = script.with_context(|| format!("it writes no completions of {shell}"))?;
            completions.push((path.to_owned(), format!("{script}\n").into_bytes()));
        }
        let folder = tempfile::tempdir()?;
        let mut ask = Command::new(binary);
        let written = said(ask.args(["reference", "manual"]).arg(folder.path()));
        written.context("it writes no manual")?;
        let mut manual = Vec::new();
        for page in std::fs::read_dir(folder.path())? {
            let page = page?;
            let name = page.file_name().to_string_lossy().into_owned();
            manual.push((name, std::fs::read(page.path())?));
        }
        manual.sort();
        ensure!(!manual.is_empty(), "its manual is empty");
        Ok(Documents {
            completions,
            manual,
        })
    }
}

/// A file of the repository.
///
/// # Errors
/// When it cannot be read.
pub(super) fn source(path: &str) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.to_owned())
}

/// The files below a folder of the repository that are part of it, as paths from the folder, in order.
///
/// # Errors
/// When Git does not tell.
pub(super) fn sources(folder: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let listed = said(command("git", &["ls-files", "."]).current_dir(folder));
    let listed = listed.with_context(|| format!("{folder}: git ls-files says nothing"))?;
    let read = |path: &str| Ok((path.to_owned(), source(&format!("{folder}/{path}"))?));
    listed.lines().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_before_what_is_in_them() {
        let entries = vec![
            Entry::file("usr/share/a", "a"),
            Entry::folder("usr/lib", 0o700, Owner::Server),
            Entry::program("usr/bin/b", "b"),
        ];
        let ordered = in_order(entries);
        let paths: Vec<_> = ordered.iter().map(|entry| entry.path.as_str()).collect();
        let expected = [
            "usr",
            "usr/bin",
            "usr/bin/b",
            "usr/lib",
            "usr/share",
            "usr/share/a",
        ];
        assert_eq!(paths, expected);
        assert_eq!(ordered[3].mode, 0o700, "a folder that was named stays");
    }
}
