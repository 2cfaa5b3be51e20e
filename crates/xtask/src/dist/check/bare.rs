//! From a bare Debian to the first token, by each way to install; and what other people's tools say of image and bill.
use super::inside::{Way, unpacked};
use super::{Packed, token, told};
use crate::dist::elf::Architecture;
use crate::steps::{Steps, command, succeeds};
use crate::tools::have;
use anyhow::{Context, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// A Debian with nothing but what is essential, made once.
const BARE: &str = "target/bare-debian";

/// Proves all of it.
pub(super) fn all(steps: &mut Steps, packed: &Packed, place: &Path) {
    steps.prove("static binaries", || {
        for built in packed.built {
            ensure!(
                built.elf.is_static,
                "{}: {:?}",
                built.path.display(),
                built.elf
            );
        }
        Ok(())
    });
    match debian() {
        Ok(()) => steps.prove("bare Debian", || in_debian(packed, place)),
        Err(why) => steps.skip("bare Debian", &format!("{why:#}")),
    }
    match have("skopeo", &["skopeo"]) {
        Some(_) => steps.prove("image, as skopeo reads it", || skopeo(packed)),
        None => steps.skip("image, as skopeo reads it", "it is not installed"),
    }
    steps.prove("bill of materials", || bill(packed));
    let name = "the other architecture, emulated";
    let other = packed
        .built
        .iter()
        .find(|one| Some(one.elf.architecture) != Architecture::here());
    let emulator = match Architecture::here() {
        Some(Architecture::X86) => "qemu-aarch64-static",
        _ => "qemu-x86_64-static",
    };
    match (other, have(emulator, &["qemu-user-static"])) {
        (None, _) => steps.leave(name, "one architecture was packed"),
        (_, None) => steps.leave(name, "qemu-user-static is not installed"),
        (Some(other), Some(emulator)) => steps.prove(name, || {
            let said = told(Command::new(emulator).arg(&other.path).arg("--version"))?;
            ensure!(
                said == format!("valetkey {}", packed.release.version),
                "{said}"
            );
            Ok(())
        }),
    }
}

/// Makes the bare Debian, if it is not there.
fn debian() -> anyhow::Result<()> {
    if Path::new(BARE).join("usr/bin/dpkg").exists() {
        return Ok(());
    }
    have("debootstrap", &["debootstrap"]).context("debootstrap is not installed")?;
    let mut make = command("debootstrap", &["--variant=minbase", "bookworm", BARE]);
    ensure!(
        succeeds(&mut make),
        "debootstrap fails, which only root may run"
    );
    Ok(())
}

/// The package by the system's own dpkg, the archive by its own tar, and the image as it is.
fn in_debian(packed: &Packed, place: &Path) -> anyhow::Result<()> {
    let place = place.join("bare");
    fs::create_dir_all(&place)?;
    let here = packed.here()?.elf.architecture;
    let package = packed.file(&format!("_{}.deb", here.short()))?;
    let archive = packed.file(&format!("-{}-linux.tar.gz", here.machine()))?;
    let folder = format!(
        "valetkey-{}-{}-linux",
        packed.release.version,
        here.machine()
    );
    for (name, file, install, binary) in [
        (
            "by package",
            package,
            "dpkg --install /tmp/it",
            "/usr/bin/valetkey".to_owned(),
        ),
        (
            "by archive",
            archive,
            "tar -xzf /tmp/it -C /opt",
            format!("/opt/{folder}/bin/valetkey"),
        ),
    ] {
        let root = place.join(name.replace(' ', "-"));
        told(command("cp", &["--archive", "--reflink=auto", BARE]).arg(&root))?;
        let began = Instant::now();
        fs::copy(file, root.join("tmp/it"))?;
        told(
            Command::new("chroot")
                .arg(&root)
                .args(["sh", "-c", install]),
        )?;
        let way = Way::new(name, root.clone(), &binary, &place)?;
        token::first(&way).with_context(|| name.to_owned())?;
        println!("{name}, with its installation: {:.1?}", began.elapsed());
        fs::remove_dir_all(root)?;
    }
    let began = Instant::now();
    let image = unpacked(packed, &place)?.pop().context("the image")?;
    token::first(&image)?;
    println!("by image, with its unpacking: {:.1?}", began.elapsed());
    Ok(())
}

/// The image of each architecture, copied out of the archive by a tool that checks every digest.
fn skopeo(packed: &Packed) -> anyhow::Result<()> {
    let archive = packed.file("-oci.tar")?;
    for built in packed.built {
        let architecture = built.elf.architecture.short();
        let to = tempfile::tempdir()?;
        let mut copy = command("skopeo", &["--insecure-policy", "--override-os=linux"]);
        copy.arg(format!("--override-arch={architecture}"));
        copy.arg("copy")
            .arg(format!("oci-archive:{}", archive.display()));
        told(copy.arg(format!("dir:{}", to.path().display())))?;
    }
    Ok(())
}

/// The bill against the schema of CycloneDX.
fn bill(packed: &Packed) -> anyhow::Result<()> {
    let folder = ".test/cyclonedx";
    let python = std::path::absolute(folder)?.join("bin/python");
    if !python.is_file() {
        told(&mut command("python3", &["-m", "venv", folder]))?;
    }
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    told(pip.arg("cyclonedx-python-lib[json-validation]==11.12.0"))?;
    let judge = "import sys; from cyclonedx.schema import SchemaVersion; \
                 from cyclonedx.validation.json import JsonStrictValidator; \
                 fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()); \
                 sys.exit(str(fault) if fault else 0)";
    told(
        Command::new(&python)
            .args(["-c", judge])
            .arg(packed.file(".cdx.json")?),
    )?;
    Ok(())
}
