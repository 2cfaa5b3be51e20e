//! The examples of how it is deployed, as the programs judge them that would read them; so with completions and manual.
use super::{Packed, answers, told};
use crate::steps::{Steps, command, succeeds};
use crate::tools::have;
use anyhow::ensure;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where they are.
const EXAMPLES: &str = "examples/deploy";

/// Checks all of them.
pub(super) fn all(steps: &mut Steps, packed: &Packed) {
    match validator() {
        Some(python) => steps.prove("Kubernetes", || kubernetes_reads(&python)),
        None => steps.skip("Kubernetes", "kubernetes-validate cannot be had from pip"),
    }
    if packed.long {
        for shell in ["fish", "zsh"] {
            let _ = have(shell, &[shell]);
        }
    }
    steps.prove("completions", || completions(packed));
    match have("groff", &["groff-base"]) {
        Some(_) => steps.prove("manual", || manual(packed)),
        None => steps.skip("manual", "groff is not installed"),
    }
}

/// A Python with the schemas of Kubernetes, in an environment of its own.
fn validator() -> Option<PathBuf> {
    let folder = ".test/kubernetes";
    let python = std::path::absolute(folder).ok()?.join("bin/python");
    if !python.is_file() && !succeeds(&mut command("python3", &["-m", "venv", folder])) {
        return None;
    }
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    succeeds(pip.arg("kubernetes-validate==1.37.0")).then_some(python)
}

fn kubernetes_reads(python: &Path) -> anyhow::Result<()> {
    let mut judge = Command::new(python);
    judge.args(["-m", "kubernetes_validate", "--strict"]);
    let mut files: Vec<_> = fs::read_dir(format!("{EXAMPLES}/kubernetes"))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    ensure!(!files.is_empty(), "no manifests");
    told(judge.args(files))?;
    Ok(())
}

/// Each shell reads its script; bash completes a command with it.
fn completions(packed: &Packed) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for (path, script) in &packed.documents.completions {
        let shell = path.split('/').next().unwrap_or_default();
        let shell = shell.trim_end_matches("-completion");
        if shell != "bash" && !answers(shell, "--version") {
            println!("{shell} is not installed: not read");
            continue;
        }
        let file = folder.path().join(shell);
        fs::write(&file, script)?;
        told(Command::new(shell).arg("-n").arg(file))?;
    }
    let ask = "source \"$0\"; COMP_WORDS=(valetkey us); COMP_CWORD=1; _valetkey valetkey us valetkey; \
               echo \"${COMPREPLY[*]}\"";
    let said = told(command("bash", &["-c", ask]).arg(folder.path().join("bash")))?;
    ensure!(said == "user", "{said}");
    Ok(())
}

/// Every page is set without a warning.
fn manual(packed: &Packed) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut groff = command("groff", &["-K", "utf8", "-man", "-Tutf8", "-ww", "-z"]);
    for (name, page) in &packed.documents.manual {
        let file = folder.path().join(name);
        fs::write(&file, page)?;
        groff.arg(file);
    }
    let done = groff.stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success() && said.is_empty(), "{said}");
    Ok(())
}
