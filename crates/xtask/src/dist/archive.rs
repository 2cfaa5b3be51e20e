//! Tar archives whose bytes depend on nothing but what is in them, and the one with everything in it.
use super::tree::{Documents, Entry, Owner, SERVER, in_order, source, sources};
use super::{Built, Release};
use flate2::{Compression, GzBuilder};
use std::io::Write;
use tar::{Builder, EntryType, Header};

/// A tar archive of `entries`, each with the time `seconds`.
///
/// # Errors
/// When a path is too long for one.
pub(super) fn tar(entries: &[Entry], seconds: u64) -> anyhow::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for entry in entries {
        let mut header = Header::new_gnu();
        let (number, name) = match entry.owner {
            Owner::Root => (0, "root"),
            Owner::Server => (SERVER, "valetkey"),
        };
        header.set_uid(number);
        header.set_gid(number);
        header.set_username(name)?;
        header.set_groupname(name)?;
        header.set_mode(entry.mode);
        header.set_mtime(seconds);
        let content = entry.content.as_deref().unwrap_or_default();
        header.set_size(content.len().try_into()?);
        let (kind, end) = match entry.content {
            Some(_) => (EntryType::Regular, ""),
            None => (EntryType::Directory, "/"),
        };
        header.set_entry_type(kind);
        archive.append_data(&mut header, format!("{}{end}", entry.path), content)?;
    }
    Ok(archive.into_inner()?)
}

/// The same, compressed.
///
/// # Errors
/// When a path is too long.
pub(super) fn tar_gz(entries: &[Entry], seconds: u64) -> anyhow::Result<Vec<u8>> {
    gzip(&tar(entries, seconds)?)
}

/// Compresses, without a name or a time of its own.
///
/// # Errors
/// None that can be met in memory.
pub(super) fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut packed = GzBuilder::new().write(Vec::new(), Compression::default());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

/// The name of the archive for people who install by hand, and the archive: one folder with the binary, its manual,
/// its completions, the units and the examples.
///
/// # Errors
/// When a file of the repository is missing.
pub(super) fn tarball(
    release: &Release,
    built: &Built,
    documents: &Documents,
) -> anyhow::Result<(String, Vec<u8>)> {
    let machine = built.elf.architecture.machine();
    let name = format!("valetkey-{}-{machine}-linux", release.version);
    let mut entries = vec![Entry::program(
        format!("{name}/bin/valetkey"),
        built.bytes.clone(),
    )];
    let mut add = |path: String, content: Vec<u8>| {
        entries.push(Entry::file(format!("{name}/{path}"), content));
    };
    for file in ["LICENSE", "CHANGELOG.md"] {
        add(file.to_owned(), source(file)?);
    }
    add(
        "etc/valetkey.toml".to_owned(),
        source("packaging/valetkey.toml")?,
    );
    for (path, content) in sources("packaging/systemd")? {
        add(format!("systemd/{path}"), content);
    }
    for (path, content) in sources("examples/deploy")? {
        add(format!("examples/{path}"), content);
    }
    for (path, content) in sources("examples/monitoring")? {
        add(format!("examples/monitoring/{path}"), content);
    }
    for (page, content) in &documents.manual {
        add(format!("share/man/man1/{page}"), content.clone());
    }
    for (path, script) in &documents.completions {
        add(format!("share/{path}"), script.clone());
    }
    let packed = tar_gz(&in_order(entries), release.seconds)?;
    Ok((format!("{name}.tar.gz"), packed))
}
