//! `cargo xtask dist`: what people install. The same commit makes the same bytes.
mod archive;
mod build;
mod check;
mod deb;
mod elf;
mod image;
mod sbom;
mod tree;

use crate::steps::{command, said};
use anyhow::{Context, bail};
use elf::{Architecture, Elf};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tree::Documents;

/// What is wanted.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// What was packed is tried out as well.
    pub(crate) check: bool,
    /// Also that which takes minutes: a bare Debian, other people's tools.
    pub(crate) long: bool,
    /// Binaries that are there already, in place of those that would be built.
    pub(crate) binaries: Vec<PathBuf>,
}

impl Wanted {
    /// Reads arguments; nothing where one is not known.
    pub(crate) fn of(arguments: &[&str]) -> Option<Self> {
        let mut wanted = Wanted::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--check" => wanted.check = true,
                "--long" => (wanted.check, wanted.long) = (true, true),
                "--binary" => wanted.binaries.push(rest.next()?.into()),
                _ => return None,
            }
        }
        Some(wanted)
    }
}

/// What all packages of one commit have in common.
#[derive(Debug)]
struct Release {
    /// Such as `0.1.0`.
    version: String,
    /// When the commit was made, in seconds since 1970: the time of every file.
    seconds: u64,
    /// The same, as in RFC 3339.
    time: String,
    /// The commit, in hex.
    commit: String,
}

/// A binary to pack.
#[derive(Debug)]
struct Built {
    /// Where it is.
    path: PathBuf,
    /// What it is.
    elf: Elf,
    /// Its bytes.
    bytes: Vec<u8>,
}

/// Where the packages are put.
pub(crate) const FOLDER: &str = "target/dist";

/// Builds, packs, and tries out what was packed, if that is wanted; whether all is well.
///
/// # Errors
/// When something is missing, or cannot be built or packed.
pub(crate) fn run(wanted: &Wanted) -> anyhow::Result<bool> {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let release = release()?;
    let binaries = match &wanted.binaries[..] {
        [] => build::all(&release)?,
        there => there.to_vec(),
    };
    let built: Vec<Built> = binaries
        .iter()
        .map(|path| read(path))
        .collect::<Result<_, _>>()?;
    let documents = documents(&built)?;
    let folder = Path::new(FOLDER);
    pack(folder, &release, &built, &documents)?;
    println!("{}", std::fs::read_to_string(folder.join(SUMS))?.trim_end());
    if !wanted.check {
        return Ok(true);
    }
    check::run(&check::Packed {
        folder,
        release: &release,
        built: &built,
        documents: &documents,
        long: wanted.long,
    })
}

/// The commit that is packed.
fn release() -> anyhow::Result<Release> {
    let mut git = command("git", &["log", "-1", "--date=format-local:%FT%TZ"]);
    let line = said(git.arg("--format=%ct %cd %H").env("TZ", "UTC"));
    let line = line.context("this is no clone: git log does not say when the commit was made")?;
    let mut words = line.split(' ').map(str::to_owned);
    let mut next = || words.next().context("git log says something else");
    Ok(Release {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seconds: next()?.parse()?,
        time: next()?,
        commit: next()?,
    })
}

fn read(path: &Path) -> anyhow::Result<Built> {
    let path = std::path::absolute(path)?;
    let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
    let elf = elf::read(&bytes).with_context(|| path.display().to_string())?;
    Ok(Built { path, elf, bytes })
}

/// What a binary that runs here says of its command line: the same for all.
fn documents(built: &[Built]) -> anyhow::Result<Documents> {
    let here = built
        .iter()
        .find(|one| Some(one.elf.architecture) == Architecture::here());
    match here {
        Some(here) => Documents::of(&here.path),
        None => bail!("none of these binaries runs here, to write its manual pages"),
    }
}

/// The name of the file with the digests of all others.
const SUMS: &str = "SHA256SUMS";

/// Packs everything into `folder`, which is emptied before.
fn pack(
    folder: &Path,
    release: &Release,
    built: &[Built],
    documents: &Documents,
) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for one in built {
        files.push(archive::tarball(release, one, documents)?);
        files.push(deb::package(release, one, documents)?);
    }
    files.push(image::archive(release, built)?);
    files.push(sbom::document(release)?);
    files.sort();
    let mut sums = String::new();
    for (name, bytes) in &files {
        std::fs::write(folder.join(name), bytes)?;
        writeln!(sums, "{}  {name}", digest(bytes))?;
    }
    std::fs::write(folder.join(SUMS), sums)?;
    Ok(())
}

/// SHA-256, in hex.
fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
