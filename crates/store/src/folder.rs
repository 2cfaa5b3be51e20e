//! Folders that are still there after a power cut.
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Makes a folder that only its user may enter, with all above it. When this returns their names are on the disk:
/// a synced file is of no use in a folder that a power cut takes back.
///
/// # Errors
/// When one cannot be made or synced.
pub fn make_folder(folder: &Path) -> Result<()> {
    let folder = std::path::absolute(folder)?;
    let missing: Vec<PathBuf> = folder
        .ancestors()
        .take_while(|folder| !folder.is_dir())
        .map(Path::to_owned)
        .collect();
    // What is there may be there for the running system alone, if whoever made it was killed before the sync.
    if let Some(above) = folder.ancestors().nth(missing.len() + 1) {
        let _ = sync_folder(above);
    }
    for folder in missing.iter().rev() {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            made => made?,
        }
        folder.parent().map_or(Ok(()), sync_folder)?;
    }
    Ok(())
}

/// Waits until the names in a folder are on the disk.
///
/// # Errors
/// When it cannot be opened or synced.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}
