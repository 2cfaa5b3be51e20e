//! One server to a SQLite file. Commands share the file with it: what they change is in the file, and the server
//! looks there. Two servers would each keep in memory what the other revokes, and sweep what the other needs.
use crate::mounts::network_file_system;
use crate::{Location, StoreError};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a server waits for one that is just ending, and for somebody who only looks.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(20);

/// Nobody else serves this database, as long as this is kept. The kernel takes it back at the end of the process,
/// however it ends.
#[derive(Debug)]
pub struct Serving {
    /// Holds the lock. The file is never removed: who waits for the lock of a removed file would get it too.
    _lock: Option<File>,
}

impl Serving {
    /// Begins to serve a database. Any number of servers may serve one on PostgreSQL.
    ///
    /// # Errors
    /// [`StoreError::Served`] when another process serves the file, [`StoreError::Network`] when it is on no disk of
    /// this machine.
    pub fn begin(location: &Location) -> Result<Self, StoreError> {
        let Location::Sqlite(path) = location else {
            return Ok(Serving { _lock: None });
        };
        if let Some(folder) = folder_of(path) {
            crate::make_folder(folder).map_err(|error| cannot(folder, &error))?;
        }
        refuse_network(path)?;
        Self::alone(path)
    }

    /// The same for one who replaces the file, and must know that nobody serves it meanwhile. Makes no file but the
    /// one that is locked.
    ///
    /// # Errors
    /// [`StoreError::Served`] when a process serves the file.
    pub fn alone(path: &Path) -> Result<Self, StoreError> {
        let at = lock_path(path);
        let mut file = open(&at, true).map_err(|error| cannot(&at, &error))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Served(named(&mut file)));
                }
                Err(TryLockError::Error(error)) => return Err(cannot(&at, &error)),
            }
        }
        // The number is for people; without it (the disk may be full) the lock holds all the same.
        let _ = file.set_len(0);
        let _ = writeln!(file, "{}", std::process::id());
        Ok(Serving { _lock: Some(file) })
    }

    /// Who serves a file: `process 4711`; `None` when nobody does.
    pub fn holder(path: &Path) -> Option<String> {
        let mut file = open(&lock_path(path), false).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(named(&mut file)),
            _ => None,
        }
    }
}

/// Refuses a file that is on no disk of this machine.
///
/// # Errors
/// [`StoreError::Network`].
pub fn refuse_network(path: &Path) -> Result<(), StoreError> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    match network_file_system(&mounts, &real(path)) {
        Some(kind) => Err(StoreError::Network(kind)),
        None => Ok(()),
    }
}

fn open(at: &Path, write: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(write).create(write).mode(0o600);
    options.open(at)
}

/// Beside the file that is meant, whichever symbolic link named it.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = real(path).into_os_string();
    name.push("-serve");
    PathBuf::from(name)
}

/// The path without symbolic links, also of a file that is not there yet.
fn real(path: &Path) -> PathBuf {
    let of_folder = || {
        let folder = folder_of(path).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    let found = path.canonicalize().ok().or_else(of_folder);
    found.unwrap_or_else(|| path.to_owned())
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}

fn named(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(pid)) => format!("process {pid}"),
        _ => "another process".to_owned(),
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!(
        "{}: {error}: look at the rights of the folder and the space on its disk",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_once_whatever_link_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/x.db");
        let first = Serving::begin(&Location::Sqlite(file.clone())).unwrap();
        assert!(!file.exists(), "it is for the store to make");
        std::fs::write(&file, "").unwrap();
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for path in [&file, &link] {
            let refused = Serving::begin(&Location::Sqlite(path.clone())).unwrap_err();
            let told = refused.to_string();
            let own = format!("process {}", std::process::id());
            assert!(told.contains(&own) && told.contains("stop"), "{told}");
            assert_eq!(Serving::holder(path), Some(own));
        }
        drop(first);
        assert_eq!(Serving::holder(&link), None);
        Serving::alone(&link).unwrap();
    }

    #[test]
    fn looking_does_not_keep_a_server_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.db");
        drop(Serving::alone(&file).unwrap());
        let look = open(&lock_path(&file), false).unwrap();
        look.try_lock_shared().unwrap();
        let starts = std::thread::spawn(move || Serving::alone(&file).map(drop));
        std::thread::sleep(PAUSE);
        drop(look);
        starts.join().unwrap().unwrap();
    }
}
