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
    match have("nginx", &["nginx-light"]).or_else(|| sbin("nginx")) {
        Some(nginx) => steps.prove("nginx", || nginx_reads(&nginx)),
        None => steps.skip("nginx", "it is not installed"),
    }
    match have("caddy", &["caddy"]) {
        Some(_) => steps.prove("Caddy", caddy_reads),
        None => steps.skip("Caddy", "it is not installed"),
    }
    match validator() {
        Some(python) => steps.prove("Kubernetes", || kubernetes_reads(&python)),
        None => steps.skip("Kubernetes", "kubernetes-validate cannot be had from pip"),
    }
    steps.prove("completions", || completions(packed));
    match have("groff", &["groff-base"]) {
        Some(_) => steps.prove("manual", || manual(packed)),
        None => steps.skip("manual", "groff is not installed"),
    }
}

/// A program that users who are not root do not find by its name.
fn sbin(program: &str) -> Option<PathBuf> {
    let path = Path::new("/usr/sbin").join(program);
    path.is_file().then_some(path)
}

/// A folder with a certificate, by the name that the examples use.
fn certificate() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let mut make = command(
        "openssl",
        &["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
    );
    make.args(["-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    make.args([
        "-subj",
        "/CN=auth.example.com",
        "-keyout",
        "key.pem",
        "-out",
        "fullchain.pem",
    ]);
    told(make.current_dir(folder.path()))?;
    Ok(folder)
}

fn nginx_reads(nginx: &Path) -> anyhow::Result<()> {
    let folder = certificate()?;
    let place = folder.path().display();
    let site = fs::read_to_string(format!("{EXAMPLES}/nginx.conf"))?;
    let site = site.replace("/etc/ssl/auth.example.com", &place.to_string());
    let all = format!(
        "pid {place}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
         client_body_temp_path {place}/b;\nproxy_temp_path {place}/p;\nfastcgi_temp_path {place}/f;\n\
         uwsgi_temp_path {place}/u;\nscgi_temp_path {place}/s;\n{site}\n}}\n"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, all)?;
    told(
        Command::new(nginx)
            .args(["-t", "-q", "-e", "stderr", "-c"])
            .arg(&file),
    )?;
    Ok(())
}

fn caddy_reads() -> anyhow::Result<()> {
    let home = tempfile::tempdir()?;
    let mut caddy = command("caddy", &["validate", "--adapter", "caddyfile", "--config"]);
    caddy.arg(format!("{EXAMPLES}/Caddyfile"));
    told(
        caddy
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path()),
    )?;
    Ok(())
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
