//! The units of systemd, as systemd judges them, and the server as it starts it.
use super::inside::Way;
use super::token::{free_port, is_ready, settle_on};
use super::{Packed, answers, told};
use crate::steps::{Steps, command};
use anyhow::{Context, ensure};
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What `systemd-analyze security` may find at most, of 100: it finds 96 of a unit that says nothing of it.
const EXPOSURE: &str = "15";

/// The folder of the units in a package.
const UNITS: &str = "usr/lib/systemd/system";

/// Looks at the units of the unpacked package.
pub(super) fn all(steps: &mut Steps, packed: &Packed, place: &Path) {
    if !answers("systemd-analyze", "--version") {
        return steps.skip("systemd units", "systemd is not installed");
    }
    let root = place.join("package");
    steps.prove("systemd units", || judged(&root));
    steps.prove("socket and notification", || activated(packed, place));
}

/// Whether systemd understands each line, and how much the unit leaves open.
fn judged(root: &Path) -> anyhow::Result<()> {
    // Programs of the system that the units name, and units that they order themselves by, are not in the package.
    let here = root.join("bin/sh");
    fs::create_dir_all(root.join("bin"))?;
    fs::copy("/bin/sh", here)?;
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

/// The server takes the socket that it is handed, and says when it is ready and when it stops.
fn activated(packed: &Packed, place: &Path) -> anyhow::Result<()> {
    let binary = &packed.here()?.path;
    let folder = place.join("activated");
    fs::create_dir_all(&folder)?;
    let way = Way::new("activated", folder.join("root"), "", &folder)?;
    let port = free_port()?;
    settle_on(&way.settings, port)?;
    let text = fs::read_to_string(&way.settings)?;
    let text = text.replace("/var/lib/valetkey/", &format!("{}/", way.data.display()));
    fs::write(&way.settings, text)?;
    let socket = folder.join("notify");
    let heard = UnixDatagram::bind(&socket)?;
    heard.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut activate = command("systemd-socket-activate", &["--listen"]);
    activate.arg(format!("127.0.0.1:{port}"));
    activate
        .arg("--setenv")
        .arg(format!("NOTIFY_SOCKET={}", socket.display()));
    activate
        .arg(binary)
        .args(["serve", "--listen", "systemd"])
        .arg("--config")
        .arg(&way.settings);
    activate
        .stdin(Stdio::null())
        .stderr(fs::File::create(folder.join("log"))?);
    let mut running = activate.spawn()?;
    let proof = (|| {
        // The first who asks waits in the socket until the server has taken it.
        while !is_ready(port) {
            ensure!(running.try_wait()?.is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(5));
        }
        hear(&heard, "READY=1")?;
        told(Command::new("kill").arg(running.id().to_string()))?;
        hear(&heard, "STOPPING=1")?;
        ensure!(running.wait()?.success(), "it does not end well");
        Ok(())
    })();
    let _ = running.kill();
    let _ = running.wait();
    proof.with_context(|| fs::read_to_string(folder.join("log")).unwrap_or_default())
}

/// Waits until a notification says `line`.
fn hear(socket: &UnixDatagram, line: &str) -> anyhow::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        let size = socket
            .recv(&mut bytes)
            .with_context(|| format!("nobody says {line}"))?;
        let said = String::from_utf8_lossy(&bytes[..size]);
        if said.lines().any(|one| one == line) {
            return Ok(());
        }
    }
}
