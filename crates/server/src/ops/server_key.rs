//! The server's own key: a file of 32 random bytes that its user may read, or its group, and nobody else.
use anyhow::{Context, bail};
use jose::keyed::Key;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The name of the key file in its folder.
const FILE: &str = "server.key";

/// Where the sockets are at which the servers that share a folder of keys are spoken to.
pub(crate) fn control_folder(keys: &Path) -> PathBuf {
    keys.with_extension("control")
}

/// Where the key is kept.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Reads the key, or makes it at the first start. When this returns the key is on the disk.
///
/// # Errors
/// When the file cannot be read or written, is of another size, or others may read it.
pub(crate) fn load(folder: &Path) -> anyhow::Result<Key> {
    let path = path(folder);
    make_folder(folder)?;
    if !path.exists() {
        let secret: [u8; 32] = jose::random::bytes();
        make(&path, &secret).with_context(|| format!("cannot create {}", path.display()))?;
    }
    // Whoever made it may have been killed before this; a folder that cannot be written to has nothing to sync.
    let _ = store::sync_folder(folder);
    read(&path)
}

/// Makes a folder that only its user may enter.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    store::make_folder(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))
}

/// Makes a file of keys for its owner alone, and gives it its name only when all of it is on the disk, so that nobody
/// ever reads a part. One that another process made meanwhile stays.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let mine = u64::from_ne_bytes(jose::random::bytes());
    let unfinished = path.with_extension(format!("new-{mine:016x}"));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let named = file
        .write_all(contents)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&unfinished, path));
    let _ = fs::remove_file(&unfinished);
    match named {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Reads the key.
///
/// # Errors
/// When it cannot be read, is of another size, or others may read it.
pub(crate) fn read(path: &Path) -> anyhow::Result<Key> {
    // A group may read it: that is how containers are given secrets.
    let secret = read_secret(path, 0o027)?;
    if secret.len() != 32 {
        bail!(
            "{} is not a key of 32 bytes: restore it from a backup, or delete it, so that a new one is made",
            path.display()
        );
    }
    Ok(Key::new(&secret))
}

/// Reads a file of keys, whose mode must have none of the bits `forbidden`.
///
/// # Errors
/// When it cannot be read, or others may read it.
pub(crate) fn read_secret(path: &Path, forbidden: u32) -> anyhow::Result<Vec<u8>> {
    let mut file = OpenOptions::new()
        .read(true)
        .open(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mode = file.metadata()?.mode() & 0o777;
    if mode & forbidden != 0 {
        bail!(
            "{0} may be read by others (mode {mode:o}): run chmod 600 {0}",
            path.display()
        );
    }
    let mut secret = Vec::new();
    file.read_to_end(&mut secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn all_who_start_at_the_same_moment_have_one_key_and_leave_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("a/b/keys");
        let tags = std::thread::scope(|scope| {
            let load = || load(&keys).unwrap().tag(&[b"x"]);
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            let tags = starts.into_iter().map(|start| start.join().unwrap());
            tags.collect::<Vec<_>>()
        });
        assert!(tags.iter().all(|tag| *tag == tags[0]));
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 1);
    }

    #[test]
    fn a_group_may_read_the_key_and_others_may_not() {
        let folder = tempfile::tempdir().unwrap();
        load(folder.path()).unwrap();
        let file = path(folder.path());
        for (mode, is_read) in [(0o440, true), (0o640, true), (0o660, false), (0o604, false)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let why = read(&file).map(drop).map_err(|error| error.to_string());
            assert_eq!(why.is_ok(), is_read, "{mode:o}: {why:?}");
            let told = why.err().unwrap_or_default();
            assert!(is_read || told.contains("chmod 600"), "{told}");
        }
    }
}
