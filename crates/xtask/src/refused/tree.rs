//! A copy of the tree to make mistakes in.
use super::mistakes::Edit;
use crate::steps::{command, said};
use anyhow::{Context, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// See the module.
#[derive(Debug)]
pub(super) struct Tree(PathBuf);

/// Files that are not as they were; dropping it makes them so again.
#[derive(Debug, Default)]
pub(super) struct Changed(Vec<(PathBuf, String)>);

impl Tree {
    /// What git knows, or would add, as it is now. A file that is the same already is left alone, so that what was built
    /// of it is not built again.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub(super) fn copied(root: &Path, to: &Path) -> anyhow::Result<Self> {
        let mut list = command("git", &["ls-files", "-z", "--cached", "--others"]);
        list.arg("--exclude-standard").current_dir(root);
        let listed = said(&mut list).context("git does not list the files")?;
        let names = listed.split('\0').filter(|name| !name.is_empty());
        let names = names.filter(|name| root.join(name).is_file());
        let names: BTreeSet<&str> = names.collect();
        for name in &names {
            let (from, to) = (root.join(name), to.join(name));
            let bytes = fs::read(&from).with_context(|| from.display().to_string())?;
            if fs::read(&to).is_ok_and(|there| there == bytes) {
                continue;
            }
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&to, bytes).with_context(|| to.display().to_string())?;
        }
        for path in files(to)? {
            let name = path.strip_prefix(to)?.to_str();
            if !name.is_some_and(|name| names.contains(name)) {
                fs::remove_file(&path)?;
            }
        }
        Ok(Tree(to.to_owned()))
    }

    /// Where it is.
    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// Makes a mistake.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn changed(&self, edits: &[Edit]) -> anyhow::Result<Changed> {
        let mut changed = Changed::default();
        for edit in edits {
            let path = self.0.join(edit.file);
            let text = fs::read_to_string(&path).context(edit.file)?;
            let wrong = edit.made(&text)?;
            changed.0.push((path.clone(), text));
            fs::write(&path, wrong)?;
        }
        Ok(changed)
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        // The last first: two may be of one file.
        for (path, text) in self.0.iter().rev() {
            if let Err(error) = fs::write(path, text) {
                eprintln!("{}: {error}", path.display());
            }
        }
    }
}

impl Edit {
    /// The text with the mistake in it.
    ///
    /// # Errors
    /// When what it is about is not there once.
    pub(super) fn made(&self, text: &str) -> anyhow::Result<String> {
        let times = text.matches(self.right).count();
        ensure!(
            times == 1,
            "{} has {times} times, not once:\n{}",
            self.file,
            self.right
        );
        Ok(text.replacen(self.right, self.wrong, 1))
    }
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_made_and_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let (tree, path) = (Tree(folder.path().to_owned()), folder.path().join("a.rs"));
        fs::write(&path, "one two three").expect("written");
        let edit = |right, wrong| Edit {
            file: "a.rs",
            right,
            wrong,
        };
        let made = tree.changed(&[edit("two", "2"), edit("2 three", "3")]);
        let made = made.expect("it can be made");
        assert_eq!(fs::read_to_string(&path).expect("read"), "one 3");
        drop(made);
        assert_eq!(fs::read_to_string(&path).expect("read"), "one two three");
        for edits in [[edit("four", "4")], [edit("e", "E")]] {
            let error = tree.changed(&edits).expect_err("it cannot").to_string();
            assert!(error.contains("times, not once"), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).expect("read"), "one two three");
    }

    #[test]
    fn a_copy_follows_its_tree_and_leaves_alone_what_is_the_same() {
        let (from, to) = (tempfile::tempdir(), tempfile::tempdir());
        let (from, to) = (from.expect("a folder"), to.expect("a folder"));
        let write = |name: &str, text: &str| fs::write(from.path().join(name), text).expect(name);
        let git = command("git", &["init", "--quiet"])
            .current_dir(from.path())
            .status();
        assert!(git.expect("git").success());
        write("same", "1");
        write("other", "1");
        write("gone", "1");
        Tree::copied(from.path(), to.path()).expect("copied");
        let at = |name: &str| {
            let path = to.path().join(name);
            fs::metadata(path).and_then(|file| file.modified())
        };
        let before = at("same").expect("there");
        write("other", "2");
        fs::remove_file(from.path().join("gone")).expect("removed");
        Tree::copied(from.path(), to.path()).expect("copied");
        assert_eq!(at("same").expect("there"), before);
        let other = fs::read_to_string(to.path().join("other"));
        assert_eq!(other.expect("there"), "2");
        assert!(at("gone").is_err());
    }
}
