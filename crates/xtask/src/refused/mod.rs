//! `cargo xtask refused`: mistakes that are easily made are made, one at a time, in a copy of the tree, and each is refused by
//! the compiler or by a test.
mod mistakes;
mod tree;

use crate::steps::command;
use anyhow::{Context, ensure};
use mistakes::{MISTAKES, Mistake, Refusal};
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use tree::Tree;

/// Where the copy is, and what is built of it: beside the rest, most of which is the same.
const TREE: &str = "target/refused";
const TARGET: &str = "target";

/// Makes all mistakes; whether each is refused. `only` those whose names contain this.
///
/// # Errors
/// When a mistake cannot be made any more, or the tree is refused as it is.
pub(crate) fn run(only: Option<&str>) -> anyhow::Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::copied(&root, &root.join(TREE))?;
    let target = root.join(TARGET);
    let asked = |mistake: &&Mistake| only.is_none_or(|part| mistake.name.contains(part));
    let mut fine = Vec::new();
    let mut all_are = true;
    for mistake in MISTAKES.iter().filter(asked) {
        // What refuses the tree as it is would refuse any mistake.
        if !fine.contains(&mistake.refusal) {
            let began = Instant::now();
            let (is_fine, said) = ran(&tree, &target, &mistake.refusal)?;
            ensure!(is_fine, "the tree is refused as it is:\n{said}");
            tell(
                &format!("{:?}, as it is", mistake.refusal),
                "is fine",
                began,
            );
            fine.push(mistake.refusal);
        }
        let began = Instant::now();
        let made = tree.changed(mistake.edits)?;
        let (is_fine, said) = ran(&tree, &target, &mistake.refusal)?;
        drop(made);
        match missing(mistake, is_fine, &said) {
            None => tell(mistake.name, "is refused", began),
            Some(missing) => {
                println!("{said}");
                tell(mistake.name, &format!("IS NOT REFUSED: {missing}"), began);
                all_are = false;
            }
        }
    }
    Ok(all_are)
}

fn tell(name: &str, what: &str, began: Instant) {
    println!("{:>6.1} s  {name}: {what}", began.elapsed().as_secs_f64());
}

/// What a refusal lacks.
fn missing(mistake: &Mistake, is_fine: bool, said: &str) -> Option<String> {
    if is_fine {
        return Some("all is well with it".to_owned());
    }
    let lacks = mistake.says.iter().find(|words| !said.contains(**words));
    lacks.map(|words| format!("it fails without saying {words:?}"))
}

/// Runs what looks at it: whether all is well, and what it said.
fn ran(tree: &Tree, target: &Path, refusal: &Refusal) -> anyhow::Result<(bool, String)> {
    let mut cargo = looks(refusal);
    cargo.current_dir(tree.root());
    cargo.env("CARGO_TARGET_DIR", target);
    cargo.env("CARGO_TERM_COLOR", "never");
    let done = cargo.output().context("cargo cannot be started")?;
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok((done.status.success(), said))
}

/// Of the whole workspace, with a test of it: so nothing of others is built again that was built for the tests.
fn looks(refusal: &Refusal) -> Command {
    let (first, rest) = match *refusal {
        Refusal::Compiler => ("check", vec![]),
        Refusal::Lint => ("clippy", vec!["--", "-D", "warnings"]),
        Refusal::Test(test) => ("test", vec![test, "--", "--exact"]),
    };
    let mut cargo = command("cargo", &[first, "--locked", "--quiet", "--workspace"]);
    cargo.args(["--lib", "--test", "arrows"]);
    cargo.args(rest);
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is changed about a file must be looked for in it again: a mistake that cannot be made proves nothing.
    #[test]
    fn every_mistake_can_still_be_made() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for mistake in MISTAKES {
            for edit in mistake.edits {
                let text = std::fs::read_to_string(root.join(edit.file));
                let text = text.unwrap_or_else(|error| panic!("{}: {error}", edit.file));
                edit.made(&text)
                    .unwrap_or_else(|error| panic!("{}: {error:#}", mistake.name));
            }
        }
    }

    #[test]
    fn a_mistake_is_refused_for_its_own_reason_alone() {
        let mistake = Mistake {
            says: &["error[E0004]", "Kind::ReviewMail"],
            ..MISTAKES[0]
        };
        let own = "error[E0004]: `Kind::ReviewMail` not covered";
        assert_eq!(missing(&mistake, false, own), None);
        assert!(missing(&mistake, true, own).is_some());
        assert!(missing(&mistake, false, "error[E0004]: another").is_some());
    }
}
