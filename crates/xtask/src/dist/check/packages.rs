//! The packages themselves: their bytes, and what other programs read in them.
use super::{Packed, told};
use crate::dist::{SUMS, pack};
use crate::steps::{Steps, command};
use crate::tools::on_path;
use anyhow::ensure;
use std::process::Command;

/// Looks at all of them.
pub(super) fn all(steps: &mut Steps, packed: &Packed) {
    steps.prove("the same bytes twice", || twice(packed));
    if on_path("dpkg-deb").is_some() {
        steps.prove("Debian package", || debian(packed));
    } else {
        steps.skip("Debian package", "dpkg is not installed");
    }
}

/// Packed again, everything has the digest it had.
fn twice(packed: &Packed) -> anyhow::Result<()> {
    let other = tempfile::tempdir()?;
    pack(other.path(), packed.release, packed.built, packed.documents)?;
    let sums = std::fs::read_to_string(packed.folder.join(SUMS))?;
    let again = std::fs::read_to_string(other.path().join(SUMS))?;
    ensure!(sums == again, "{sums}\nand then\n{again}");
    told(command("sha256sum", &["--check", "--strict", SUMS]).current_dir(packed.folder))?;
    Ok(())
}

/// What dpkg reads is what was meant.
fn debian(packed: &Packed) -> anyhow::Result<()> {
    for built in packed.built {
        let architecture = built.elf.architecture.short();
        let file = packed.file(&format!("_{architecture}.deb"))?;
        for (field, value) in [
            ("Package", "valetkey"),
            ("Version", &packed.release.version),
            ("Architecture", architecture),
        ] {
            let said = told(
                Command::new("dpkg-deb")
                    .arg("--field")
                    .arg(&file)
                    .arg(field),
            )?;
            ensure!(said == value, "{field}: {said}");
        }
        let listed = told(Command::new("dpkg-deb").arg("--contents").arg(&file))?;
        for line in listed.lines() {
            ensure!(line.contains(" root/root "), "not the system's: {line}");
        }
        for (mode, path) in [
            ("-rwxr-xr-x", "usr/bin/valetkey"),
            ("-rwxr-xr-x", "usr/sbin/valetkey-admin"),
            ("-rw-r--r--", "etc/valetkey/valetkey.toml"),
            ("-rw-r--r--", "usr/lib/systemd/system/valetkey.service"),
            ("-rw-r--r--", "usr/lib/systemd/system/valetkey.socket"),
            (
                "-rw-r--r--",
                "usr/share/bash-completion/completions/valetkey",
            ),
            (
                "-rw-r--r--",
                "usr/share/fish/vendor_completions.d/valetkey.fish",
            ),
            ("-rw-r--r--", "usr/share/zsh/vendor-completions/_valetkey"),
            ("-rw-r--r--", "usr/share/man/man1/valetkey-serve.1.gz"),
        ] {
            let is_there = |line: &str| {
                line.starts_with(mode) && line.trim_end().trim_start_matches(mode).ends_with(path)
            };
            ensure!(listed.lines().any(is_there), "no {mode} {path}: {listed}");
        }
    }
    Ok(())
}
