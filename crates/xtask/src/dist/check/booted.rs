//! The package on a Debian that was booted in a container: the unit as systemd runs it, with all that it shuts off.
use super::token::{free_port, is_ready, settle_on, take};
use super::{Packed, told};
use crate::steps::{Steps, command, succeeds};
use crate::tools::have;
use anyhow::{Context, ensure};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A Debian that can be booted, made once.
const BOOTABLE: &str = "target/bootable-debian";

/// How long the system may take to come up.
const BOOT: Duration = Duration::from_secs(60);

/// Proves it, where a container can be booted.
pub(super) fn all(steps: &mut Steps, packed: &Packed) {
    let name = "the unit on a booted Debian";
    if have("systemd-nspawn", &["systemd-container"]).is_none() {
        return steps.skip(name, "systemd-container is not installed");
    }
    match debian() {
        Ok(()) => steps.prove(name, || by_unit(packed)),
        Err(why) => steps.skip(name, &format!("{why:#}")),
    }
}

fn debian() -> anyhow::Result<()> {
    if Path::new(BOOTABLE).join("usr/bin/dbus-daemon").exists() {
        return Ok(());
    }
    have("debootstrap", &["debootstrap"]).context("debootstrap is not installed")?;
    let mut make = command("debootstrap", &["--variant=minbase"]);
    make.arg("--include=systemd,systemd-sysv,dbus,libnss-systemd");
    make.args(["bookworm", BOOTABLE]);
    ensure!(
        succeeds(&mut make),
        "debootstrap fails, which only root may run"
    );
    Ok(())
}

/// A system that is up, ended when dropped.
struct Booted {
    container: Child,
    /// Its first process, as this system numbers it.
    first: String,
    root: PathBuf,
}

impl Booted {
    fn new(root: PathBuf) -> anyhow::Result<Self> {
        told(command("cp", &["--archive", "--reflink=auto", BOOTABLE]).arg(&root))?;
        let mut boot = command(
            "systemd-nspawn",
            &["--boot", "--quiet", "--register=no", "--keep-unit"],
        );
        boot.args(["--machine=valetkey-check", "--console=pipe", "--directory"])
            .arg(&root);
        boot.stdin(Stdio::null());
        let log = File::create(root.with_extension("log"))?;
        let container = boot.stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut booted = Booted {
            container,
            first: String::new(),
            root,
        };
        let began = Instant::now();
        loop {
            if booted.find_first() && succeeds(&mut booted.inside(&["systemctl", "list-jobs"])) {
                break;
            }
            ensure!(began.elapsed() < BOOT, "it does not come up");
            ensure!(booted.container.try_wait()?.is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Degraded is up too: a container lacks what the system's own units look for.
        succeeds(&mut booted.inside(&["systemctl", "is-system-running", "--wait"]));
        Ok(booted)
    }

    /// Whether the container has a first process.
    fn find_first(&mut self) -> bool {
        let id = self.container.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        self.first = children.unwrap_or_default().trim().to_owned();
        !self.first.is_empty()
    }

    /// A command that is run in it.
    fn inside(&self, words: &[&str]) -> Command {
        let mut enter = command("nsenter", &["--all", "--target", &self.first]);
        enter
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        enter
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        succeeds(&mut self.inside(&["systemctl", "poweroff", "--force"]));
        let began = Instant::now();
        while began.elapsed() < BOOT && self.container.try_wait().is_ok_and(|ended| ended.is_none())
        {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.container.kill();
        let _ = self.container.wait();
    }
}

/// Installed, given its settings and a credential, started, asked for a token, restarted and removed.
fn by_unit(packed: &Packed) -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    let booted = Booted::new(place.path().join("root"))?;
    let proof = installed(packed, &booted);
    let journal = || {
        let mut read = booted.inside(&["journalctl", "--no-pager", "-n", "40", "-u", "valetkey*"]);
        told(&mut read).unwrap_or_default()
    };
    proof.with_context(journal)
}

fn installed(packed: &Packed, booted: &Booted) -> anyhow::Result<()> {
    let inside = |words: &[&str]| told(&mut booted.inside(words));
    let began = Instant::now();
    let architecture = packed.here()?.elf.architecture.short();
    fs::copy(
        packed.file(&format!("_{architecture}.deb"))?,
        booted.root.join("root/it.deb"),
    )?;
    inside(&["dpkg", "--install", "/root/it.deb"])?;
    let port = free_port()?;
    settle_on(&booted.root.join("etc/valetkey/valetkey.toml"), port)?;
    drop_in(
        booted,
        "valetkey.socket",
        &format!("[Socket]\nListenStream=\nListenStream=127.0.0.1:{port}\n"),
    )?;
    let credentials = fs::read_to_string("packaging/systemd/credentials.conf")?;
    drop_in(booted, "valetkey.service", &credentials)?;
    let secrets = booted.root.join("etc/valetkey/credentials");
    fs::create_dir_all(&secrets)?;
    let key = told(&mut command("openssl", &["rand", "-base64", "32"]))?;
    fs::write(secrets.join("sealing-keys"), format!("{key}\n"))?;
    told(command("chmod", &["0600"]).arg(secrets.join("sealing-keys")))?;

    inside(&["systemctl", "daemon-reload"])?;
    inside(&[
        "systemctl",
        "enable",
        "--now",
        "valetkey.socket",
        "valetkey.service",
    ])?;
    ensure!(inside(&["systemctl", "is-active", "valetkey.service"])? == "active");
    ensure!(is_ready(port), "it said that it was ready and is not");
    let prelude = format!(
        "valetkey() {{ nsenter --all --target {} /usr/sbin/valetkey-admin \"$@\"; }}",
        booted.first
    );
    let token = take(&prelude, port)?;
    println!(
        "a token of {} characters after {:.1?}",
        token.len(),
        began.elapsed()
    );

    let user = inside(&["ps", "-o", "user=", "-C", "valetkey"]).unwrap_or_default();
    println!("it runs as {user}");
    inside(&["systemctl", "reload", "valetkey.service"])?;
    ensure!(is_ready(port), "not ready after a reload");
    inside(&["systemctl", "restart", "valetkey.service"])?;
    ensure!(is_ready(port), "not ready after a restart");
    inside(&["dpkg", "--remove", "valetkey"])?;
    ensure!(!is_ready(port), "it answers after its removal");
    ensure!(
        booted
            .root
            .join("var/lib/private/valetkey/valetkey.db")
            .exists(),
        "the data is gone"
    );
    Ok(())
}

/// Puts lines on top of a unit.
fn drop_in(booted: &Booted, unit: &str, lines: &str) -> anyhow::Result<()> {
    let folder = booted.root.join(format!("etc/systemd/system/{unit}.d"));
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join("check.conf"), lines)?)
}
