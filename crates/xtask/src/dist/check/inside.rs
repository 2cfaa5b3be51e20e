//! What was packed, unpacked as its users do, and run where there is nothing else.
use super::{Packed, told};
use crate::dist::elf::Elf;
use crate::steps::command;
use anyhow::{Context, ensure};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A way to install, done: how the binary is run.
pub(super) struct Way {
    /// What people call it.
    pub(super) name: String,
    /// The file system that the binary sees, and cannot change.
    pub(super) root: PathBuf,
    /// Where the binary is in it.
    pub(super) binary: String,
    /// The folder that is `/var/lib/valetkey` in it.
    pub(super) data: PathBuf,
    /// The file that is `/etc/valetkey/valetkey.toml` in it.
    pub(super) settings: PathBuf,
    /// What its environment says, as `NAME=VALUE`.
    pub(super) environment: Vec<String>,
}

impl Way {
    /// Takes a root with the binary in it, and the settings that were packed, at another port.
    ///
    /// # Errors
    /// When folders cannot be made.
    pub(super) fn new(
        name: &str,
        root: PathBuf,
        binary: &str,
        place: &Path,
    ) -> anyhow::Result<Self> {
        for folder in ["proc", "dev", "tmp", "var/lib/valetkey", "etc/valetkey"] {
            fs::create_dir_all(root.join(folder))?;
        }
        let settings = root.join("etc/valetkey/valetkey.toml");
        if !settings.exists() {
            fs::copy("packaging/valetkey.toml", &settings)?;
        }
        let data = place.join(format!("data-{name}"));
        fs::create_dir_all(&data)?;
        Ok(Way {
            name: name.to_owned(),
            root,
            binary: binary.to_owned(),
            data,
            settings,
            environment: vec!["VALETKEY_CONFIG=/etc/valetkey/valetkey.toml".to_owned()],
        })
    }

    /// The words that run the binary: by a user without rights, who sees the root and nothing else, and can write into
    /// the folder of the data alone.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = ["bwrap", "--ro-bind"].map(str::to_owned).to_vec();
        words.extend([self.root.display().to_string(), "/".to_owned()]);
        let data = self.data.display().to_string();
        words.extend(["--bind", &data, "/var/lib/valetkey"].map(str::to_owned));
        let rest = "--proc /proc --dev /dev --tmpfs /tmp --chdir /var/lib/valetkey --die-with-parent --cap-drop ALL \
                    --unshare-user --unshare-pid --unshare-ipc --unshare-uts --uid 65532 --gid 65532 --clearenv";
        words.extend(rest.split(' ').map(str::to_owned));
        for variable in &self.environment {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            words.extend(["--setenv", name, value].map(str::to_owned));
        }
        words.push(self.binary.clone());
        words
    }

    /// The binary, to be given its arguments.
    pub(super) fn run(&self) -> Command {
        let words = self.words();
        let mut run = Command::new(&words[0]);
        run.args(&words[1..]);
        run
    }
}

/// The package, the archive and the image, each in a root of its own below `place`.
///
/// # Errors
/// When one cannot be unpacked.
pub(super) fn unpacked(packed: &Packed, place: &Path) -> anyhow::Result<Vec<Way>> {
    let here = packed.here()?;
    let (machine, short) = (
        here.elf.architecture.machine(),
        here.elf.architecture.short(),
    );
    let root = |name: &str| -> anyhow::Result<PathBuf> {
        let root = place.join(name);
        fs::create_dir_all(&root)?;
        Ok(root)
    };

    let package = root("package")?;
    let file = packed.file(&format!("_{short}.deb"))?;
    told(command("dpkg-deb", &["--extract"]).arg(file).arg(&package))?;

    let archive = root("archive")?;
    let file = packed.file(&format!("-{machine}-linux.tar.gz"))?;
    told(command("tar", &["-xzf"]).arg(file).arg("-C").arg(&archive))?;
    let folder = format!("valetkey-{}-{machine}-linux", packed.release.version);

    let image = root("image")?;
    let layout = root("layout")?;
    let file = packed.file("-oci.tar")?;
    told(command("tar", &["-xf"]).arg(file).arg("-C").arg(&layout))?;
    let settings = unpack_image(&layout, &image, short)?;

    for root in [&package, &archive, &image] {
        lend_libraries(here.elf, &here.path, root)?;
    }
    let mut image = Way::new("image", image, "/usr/bin/valetkey", place)?;
    ensure!(settings["config"]["Entrypoint"][0] == *image.binary);
    ensure!(settings["config"]["User"] == "65532:65532");
    let variables = settings["config"]["Env"].as_array().into_iter().flatten();
    let variables = variables.filter_map(|one| one.as_str().map(str::to_owned));
    image.environment = variables.collect();
    Ok(vec![
        Way::new("package", package, "/usr/bin/valetkey", place)?,
        Way::new(
            "archive",
            archive,
            &format!("/{folder}/bin/valetkey"),
            place,
        )?,
        image,
    ])
}

/// Unpacks the image of an architecture from its layout, each blob held to its digest; its settings.
///
/// # Errors
/// When something is missing or is not what its digest says.
fn unpack_image(layout: &Path, root: &Path, architecture: &str) -> anyhow::Result<Value> {
    let blob = |about: &Value| -> anyhow::Result<Vec<u8>> {
        let named = about["digest"].as_str().context("no digest")?;
        let name = named.strip_prefix("sha256:").context("another digest")?;
        let bytes = fs::read(layout.join("blobs/sha256").join(name))?;
        ensure!(
            crate::dist::digest(&bytes) == name,
            "{name} holds something else"
        );
        ensure!(about["size"] == bytes.len(), "{name} has another size");
        Ok(bytes)
    };
    let read =
        |about: &Value| -> anyhow::Result<Value> { Ok(serde_json::from_slice(&blob(about)?)?) };
    let index: Value = serde_json::from_slice(&fs::read(layout.join("index.json"))?)?;
    let all = read(&index["manifests"][0])?;
    let mut images = all["manifests"].as_array().into_iter().flatten();
    let image = images.find(|image| image["platform"]["architecture"] == architecture);
    let image = read(image.context("no image for this architecture")?)?;
    let settings = read(&image["config"])?;
    let layers = image["layers"].as_array().context("no layers")?;
    ensure!(layers.len() == 1, "{} layers", layers.len());
    let layer = blob(&layers[0])?;
    tar::Archive::new(GzDecoder::new(&layer[..])).unpack(root)?;
    Ok(settings)
}

/// A binary that was built for this system alone finds its libraries in the root.
fn lend_libraries(elf: Elf, binary: &Path, root: &Path) -> anyhow::Result<()> {
    if elf.is_static {
        return Ok(());
    }
    let listed = told(Command::new("ldd").arg(binary))?;
    let libraries = listed
        .split_whitespace()
        .filter(|word| word.starts_with('/'));
    for library in libraries {
        let inside = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(inside.parent().context("a folder")?)?;
        fs::copy(library, inside)?;
    }
    Ok(())
}
