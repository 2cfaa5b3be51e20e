//! The file of sealing keys.
use crate::ops::server_key;
use anyhow::{Context as _, bail};
use jose::seal::Keys;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The name of the file in the server's folder of keys.
const FILE: &str = "sealing.keys";

/// How systemd tells a service where its credentials are. It lets their user in by an access list, which a mode shows
/// as the group's.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// What a change of the keys is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// A key is added that opens, and seals after the next rotation.
    Prepare,
    /// The prepared key seals from now on, or a new one.
    Seal,
}

/// Where a server keeps its own.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Whether systemd handed a file over as a credential: then nobody can write to it, and it stays as it is until the service is
/// started again.
pub(crate) fn is_credential(path: &Path) -> bool {
    std::env::var_os(CREDENTIALS).is_some_and(|folder| path.starts_with(folder))
}

/// Makes a file of these keys. One that another process made meanwhile stays.
///
/// # Errors
/// When it cannot be made.
pub(super) fn make(path: &Path, keys: &Keys) -> anyhow::Result<()> {
    let folder = folder_of(path);
    server_key::make_folder(folder)?;
    server_key::make(path, keys.to_text().as_bytes())
        .with_context(|| format!("cannot create {}", path.display()))?;
    // A folder that cannot be written to has nothing to sync.
    let _ = store::sync_folder(folder);
    Ok(())
}

/// Reads the keys.
///
/// # Errors
/// When the file cannot be read, holds no keys, or others may read it.
pub(super) fn read(path: &Path) -> anyhow::Result<Keys> {
    // A group may read it: that is how containers are given secrets.
    let forbidden = if is_credential(path) { 0 } else { 0o027 };
    let bytes = server_key::read_secret(path, forbidden)?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let keys = Keys::parse(&text);
    keys.with_context(|| format!("{} holds no sealing keys", path.display()))
}

/// Changes which key seals. The new file is on the disk when this returns; whoever else changes it waits.
///
/// # Errors
/// When it cannot be read or written, or a key is prepared already.
pub(crate) fn rotate(path: &Path, rotation: Rotation) -> anyhow::Result<()> {
    let folder = folder_of(path);
    let locked = File::open(folder).and_then(|folder| folder.lock().map(|()| folder));
    let _locked = locked.with_context(|| format!("cannot open {}", folder.display()))?;
    let mut keys = read(path)?;
    match rotation {
        Rotation::Prepare if keys.has_next() => bail!(
            "a key is prepared already: give {} to every node, then run `valetkey key rotate`",
            path.display()
        ),
        Rotation::Prepare => keys.prepare(),
        Rotation::Seal => keys.rotate(),
    }
    replace(path, keys.to_text().as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Puts a file in the place of another, whole or not at all.
fn replace(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let mine = u64::from_ne_bytes(jose::random::bytes());
    let unfinished = path.with_extension(format!("new-{mine:016x}"));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let named = file
        .set_permissions(fs::metadata(path)?.permissions())
        .and_then(|()| file.write_all(contents))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, path));
    if named.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    named?;
    store::sync_folder(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_lost_when_many_rotate_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = path(folder.path());
        make(&file, &Keys::new()).unwrap();
        let before = read(&file).unwrap().ring().seals();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| rotate(&file, Rotation::Seal).unwrap());
            }
        });
        let after = read(&file).unwrap().ring();
        assert_eq!(after.states().count(), 9);
        assert_eq!(after.states().next().unwrap().0, before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_key_is_prepared_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = path(folder.path());
        make(&file, &Keys::new()).unwrap();
        rotate(&file, Rotation::Prepare).unwrap();
        let again = rotate(&file, Rotation::Prepare).unwrap_err().to_string();
        assert!(again.contains("prepared already"), "{again}");
        rotate(&file, Rotation::Seal).unwrap();
        let keys = read(&file).unwrap();
        assert!(!keys.has_next());
        assert_eq!(keys.ring().states().count(), 2);
    }
}
