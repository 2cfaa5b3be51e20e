//! The units of systemd, as systemd judges them.
use super::{answers, told};
use crate::steps::{Steps, command};
use anyhow::{Context, ensure};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// What `systemd-analyze security` may find at most, of 100: it finds 96 of a unit that says nothing of it.
const EXPOSURE: &str = "15";

/// The folder of the units in a package.
const UNITS: &str = "usr/lib/systemd/system";

/// Looks at the units of the unpacked package.
pub(super) fn all(steps: &mut Steps, place: &Path) {
    if !answers("systemd-analyze", "--version") {
        return steps.skip("systemd units", "systemd is not installed");
    }
    let root = place.join("package");
    steps.prove("systemd units", || judged(&root));
}

/// Whether systemd understands each line, and how much the unit leaves open.
fn judged(root: &Path) -> anyhow::Result<()> {
    // Programs of the system that the units name, and units that they order themselves by, are not in the package.
    let here = root.join("bin/kill");
    fs::create_dir_all(root.join("bin"))?;
    fs::copy("/bin/kill", here)?;
    let units = root.join(UNITS);
    for unit in [
        "sysinit",
        "basic",
        "sockets",
        "multi-user",
        "network-online",
        "shutdown",
    ] {
        let file = format!("{unit}.target");
        let system = Path::new("/usr/lib/systemd/system").join(&file);
        let system = system.exists().then_some(system);
        let system = system.or_else(|| Some(Path::new("/lib/systemd/system").join(&file)));
        fs::copy(system.context("a path")?, units.join(&file))?;
    }
    let mut verify = command(
        "systemd-analyze",
        &["verify", "--man=no", "--recursive-errors=no"],
    );
    verify.arg(format!("--root={}", root.display()));
    verify.args(["valetkey.service", "valetkey.socket"]);
    let done = verify.stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(
        done.status.success() && !said.contains("valetkey"),
        "{said}"
    );
    let mut security = command(
        "systemd-analyze",
        &["security", "--offline=yes", "--no-pager"],
    );
    security.arg(format!("--threshold={EXPOSURE}"));
    let judged = told(security.arg(units.join("valetkey.service")))?;
    println!("{}", judged.lines().last().unwrap_or_default());
    Ok(())
}
