//! The server's own key: a file of 32 random bytes that only its user may read.
use anyhow::{Context, bail};
use jose::keyed::Key;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The name of the key file in its folder.
const FILE: &str = "server.key";

/// Where the key is kept.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Reads the key, or makes it at the first start.
///
/// # Errors
/// When the file cannot be read or written, is of another size, or others may read it.
pub(crate) fn load(folder: &Path) -> anyhow::Result<Key> {
    let path = path(folder);
    make_folder(folder)?;
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    match made {
        Ok(mut file) => {
            let secret: [u8; 32] = jose::random::bytes();
            file.write_all(&secret)
                .and_then(|()| file.sync_all())
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(Key::new(&secret))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(&path),
        Err(error) => Err(error).with_context(|| format!("cannot create {}", path.display())),
    }
}

/// Makes a folder that only its user may enter.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))
}

fn read(path: &Path) -> anyhow::Result<Key> {
    let mut file = OpenOptions::new()
        .read(true)
        .open(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mode = file.metadata()?.mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!(
            "{0} may be read by others (mode {mode:o}): run chmod 600 {0}",
            path.display()
        );
    }
    let mut secret = Vec::new();
    file.read_to_end(&mut secret)?;
    if secret.len() != 32 {
        bail!(
            "{} is not a key of 32 bytes: restore it from a backup, or delete it to sign everyone out",
            path.display()
        );
    }
    Ok(Key::new(&secret))
}
