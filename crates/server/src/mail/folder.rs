//! Mails as files of a folder, each with the name of its outbox row: one that comes twice is there once.
use crate::jobs::JobError;
use crate::ops::access::may_write;
use protocol::types::Locator;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What names of mails end with.
pub(crate) const ENDING: &str = "eml";

/// Writes a mail. Nobody ever reads a part of it, and when this returns it is on the disk.
///
/// # Errors
/// Why it cannot be written just now.
pub(super) async fn put(folder: &Path, id: Locator, mail: Vec<u8>) -> Result<(), JobError> {
    let path = folder.join(format!("{}.{ENDING}", id.0));
    let told = format!("cannot write into {}", folder.display());
    let written = tokio::task::spawn_blocking(move || write(&path, &mail)).await;
    let written = written.unwrap_or_else(|error| Err(io::Error::other(error)));
    written.map_err(|error| JobError::Retry(format!("{told}: {error}")))
}

fn write(path: &Path, mail: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    store::make_folder(folder)?;
    let unfinished = unfinished(path);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let named = file
        .write_all(mail)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, path));
    if named.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    named.and_then(|()| store::sync_folder(folder))
}

/// A name of its own: another process may be writing the same mail.
fn unfinished(path: &Path) -> PathBuf {
    let mine = u64::from_ne_bytes(jose::random::bytes());
    path.with_extension(format!("new-{mine:016x}"))
}

/// Whether the folder takes mails, or can be made.
///
/// # Errors
/// One sentence.
pub(super) fn check(folder: &Path) -> Result<String, String> {
    let shown = folder.display();
    // What is left of a relative path in the end is nothing, which is the folder that this process is in.
    let mut ancestors = folder
        .ancestors()
        .map(|near| match near.as_os_str().is_empty() {
            true => Path::new("."),
            false => near,
        });
    let near = ancestors.find(|near| near.exists());
    match near {
        Some(near) if near.is_dir() && may_write(near) => Ok(format!(
            "mails are written into {shown}, and nobody gets them"
        )),
        _ => Err(format!(
            "{shown} cannot be written to: correct its owner or its mode, or name another in mail.folder"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn a_mail_is_a_file_for_its_owner_alone_however_often_it_comes() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/mail");
        assert!(check(&folder).is_ok());
        for text in ["one", "two"] {
            put(&folder, Locator(7), text.into()).await.unwrap();
        }
        let files: Vec<_> = fs::read_dir(&folder).unwrap().flatten().collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].file_name(), "7.eml");
        assert_eq!(fs::read_to_string(files[0].path()).unwrap(), "two");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&files[0].path()), mode(&folder)), (0o600, 0o700));
        assert!(check(Path::new("no such folder here")).is_ok());
        let file = files[0].path();
        assert!(check(&file).is_err());
        let refused = put(&file, Locator(8), Vec::new()).await;
        assert!(matches!(refused, Err(JobError::Retry(_))), "{refused:?}");
    }
}
