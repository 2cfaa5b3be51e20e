//! Static binaries for both architectures, built on any of them.
use super::Release;
use super::elf::{self, Architecture};
use crate::steps::{command, succeeds};
use anyhow::{Context, ensure};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What compiles C and links for other machines, in an environment of its own.
const TOOLS: &str = ".test/zig";

/// Builds for each architecture; where the binaries are.
///
/// # Errors
/// When a tool cannot be had, a build fails, or what was built is not what was asked for.
pub(super) fn all(release: &Release) -> anyhow::Result<Vec<PathBuf>> {
    let tools = tools()?;
    let architectures = [Architecture::X86, Architecture::Arm];
    let mut add = command("rustup", &["target", "add"]);
    add.args(architectures.map(Architecture::target));
    ensure!(succeeds(&mut add), "rustup target add fails");
    architectures
        .iter()
        .map(|architecture| one(release, *architecture, &tools))
        .collect()
}

/// The folder of the tools' programs.
fn tools() -> anyhow::Result<PathBuf> {
    let bin = std::path::absolute(TOOLS)?.join("bin");
    if !bin.join("python3").is_file() {
        let made = succeeds(&mut command("python3", &["-m", "venv", TOOLS]));
        ensure!(
            made,
            "no virtual environment can be made: python3 -m venv {TOOLS} says why"
        );
    }
    let mut pip = Command::new(bin.join("python3"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    pip.args(["--no-deps", "-r", "packaging/requirements.txt"]);
    ensure!(succeeds(&mut pip), "the tools cannot be fetched by pip");
    Ok(bin)
}

fn one(release: &Release, architecture: Architecture, tools: &Path) -> anyhow::Result<PathBuf> {
    let target = architecture.target();
    let mut cargo = command("cargo", &["zigbuild", "--locked", "--release"]);
    cargo.args([
        "--package",
        "valetkey",
        "--bin",
        "valetkey",
        "--target",
        target,
    ]);
    let (flags, c_flags) = flags()?;
    cargo
        .env("PATH", before_path(tools)?)
        .env("SOURCE_DATE_EPOCH", release.seconds.to_string())
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", flags)
        .env(format!("CFLAGS_{}", target.replace('-', "_")), c_flags);
    println!("== {target}");
    ensure!(cargo.status()?.success(), "the build for {target} fails");
    let folder = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let binary = Path::new(&folder).join(target).join("release/valetkey");
    let elf = elf::read(&std::fs::read(&binary)?)?;
    ensure!(
        elf.architecture == architecture && elf.is_static,
        "{}: no static binary for {target}: {elf:?}",
        binary.display()
    );
    Ok(binary)
}

/// What takes the folders of this machine out of the binary, for the compilers of Rust and of C.
fn flags() -> anyhow::Result<(String, String)> {
    let here = std::env::current_dir()?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let home = home.context("neither CARGO_HOME nor HOME is set")?;
    let folders = [(here, "/valetkey"), (home, "/cargo")];
    let each = |flag: &str| {
        let one = |(folder, name): &(PathBuf, &str)| format!("{flag}={}={name}", folder.display());
        folders.iter().map(one).collect::<Vec<_>>().join(" ")
    };
    Ok((each("--remap-path-prefix"), each("-ffile-prefix-map")))
}

/// `PATH` with a folder before all others.
fn before_path(folder: &Path) -> anyhow::Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(all)?)
}
