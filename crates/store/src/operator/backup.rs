//! A copy of a SQLite file while it is used, and putting one back.
use super::alone::{alone, give_to_owner};
use super::{Closed, Database, Raw, cannot, is_ours};
use crate::sqlite::{migrate, operator as file};
use crate::{StoreError, make_folder, sync_folder};
use protocol::types::UnixTime;
use protocol::types::ids::SubjectFormat;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Pages that are copied between two reports.
const STEP: i32 = 4_096;

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copying {
    /// So many pages of so many.
    Pages {
        /// Copied.
        done: u64,
        /// In all.
        all: u64,
    },
    /// What was copied is looked through.
    Checking,
}

/// Copies a database to a file that is not there yet, as it is at one moment, while others write to it. The file has
/// its name only when all of it is on the disk. Returns its size.
///
/// # Errors
/// [`StoreError`]; then there is no such file.
pub fn backup(from: &Path, to: &Path, mut told: impl FnMut(Copying)) -> Result<u64, StoreError> {
    refuse_taken(to)?;
    drop(file::open(from, false)?);
    let copy = Unfinished::beside(to)?;
    let conn = copied(from, &copy, &mut told)?;
    // Node numbers are of processes that run now.
    conn.execute_batch("DELETE FROM nodes")?;
    told(Copying::Checking);
    sound(&conn, true, "the copy")?;
    drop(conn);
    copy.sync()?;
    match fs::hard_link(&copy.path, to) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_taken(to)?,
        // A file system without hard links.
        Err(_) => {
            refuse_taken(to)?;
            fs::rename(&copy.path, to).map_err(|error| cannot("write", to, &error))?;
        }
    }
    drop(copy);
    sync_folder(folder_of(to)).map_err(|error| cannot("write", to, &error))?;
    Ok(file::size(to, ""))
}

/// What to put where.
#[derive(Debug, Clone)]
pub struct Restore<'a> {
    /// The backup.
    pub from: &'a Path,
    /// The database.
    pub to: &'a Path,
    /// Whether there may be a database already.
    pub replace: bool,
    /// Whether tokens, codes and sessions go on.
    pub keep_tokens: bool,
    /// How people are numbered.
    pub subjects: &'a SubjectFormat,
}

/// What was put back.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What was closed; `None` when all was kept open.
    pub closed: Option<Closed>,
    /// Where the database of before is now.
    pub kept_aside: Option<PathBuf>,
}

impl Restore<'_> {
    fn check(&self) -> Result<(), StoreError> {
        let same = |a: &Path, b: &Path| Some(a.canonicalize().ok()? == b.canonicalize().ok()?);
        if !self.from.is_file() {
            let from = self.from.display();
            return Err(StoreError::Refused(format!("there is no backup at {from}")));
        }
        if same(self.from, self.to) == Some(true) {
            return Err(StoreError::Refused(
                "the backup is the database itself: name another file".to_owned(),
            ));
        }
        match self.to.exists() && !self.replace {
            true => Err(StoreError::Refused(format!(
                "{} is there already: add --replace to put the backup in its place; it is kept beside it",
                self.to.display()
            ))),
            false => Ok(()),
        }
    }
}

/// Puts a backup in the place of a database: on a copy beside it, which is checked, brought up to date, closed, and
/// gets the name at the end.
///
/// # Errors
/// [`StoreError`]; then the database of before is where it was.
pub async fn restore(
    asked: &Restore<'_>,
    now: UnixTime,
    mut told: impl FnMut(Copying),
) -> Result<Restored, StoreError> {
    asked.check()?;
    // Whichever symbolic link names it.
    let to = asked
        .to
        .canonicalize()
        .unwrap_or_else(|_| asked.to.to_owned());
    make_folder(folder_of(&to)).map_err(|error| cannot("make the folder of", &to, &error))?;
    let _alone = alone(&to)?;
    let copy = Unfinished::beside(&to)?;
    let conn = copied(asked.from, &copy, &mut told)?;
    told(Copying::Checking);
    sound(&conn, false, "the backup")?;
    migrate::run(&conn)?;
    let database = Database(Raw::Sqlite(copy.path.clone(), Box::new(conn)));
    let closed = match asked.keep_tokens {
        true => {
            database.keep_open(now).await?;
            None
        }
        false => Some(database.cut_off(asked.subjects, now).await?),
    };
    drop(database);
    give_to_owner(&copy.path, &to);
    copy.sync()?;
    let kept_aside = set_aside(&to, now)?;
    fs::rename(&copy.path, &to).map_err(|error| cannot("write", &to, &error))?;
    sync_folder(folder_of(&to)).map_err(|error| cannot("write", &to, &error))?;
    Ok(Restored { closed, kept_aside })
}

/// Frees the name of a database, so that nothing beside it is ever taken for a part of the new one.
fn set_aside(to: &Path, now: UnixTime) -> Result<Option<PathBuf>, StoreError> {
    let mut aside = with(to, &format!(".replaced-{}", now.0));
    while aside.exists() {
        aside = with(&aside, "-2");
    }
    let move_away = |suffix: &str| {
        let (from, to) = (with(to, suffix), with(&aside, suffix));
        match fs::rename(&from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(cannot("move away", &from, &error))
            }
            moved => Ok(moved.is_ok()),
        }
    };
    if !to.exists() {
        for suffix in ["-wal", "-shm", "-journal"] {
            move_away(suffix)?;
        }
        return Ok(None);
    }
    // A sound database takes in its log and is one file after that; the new one takes its name in one step.
    if let Err(error) = into_one_file(to) {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) {
            return Err(StoreError::Refused(format!(
                "another process uses {}: wait for it to end, or stop it",
                to.display()
            )));
        }
        // A broken one loses its name with all that belongs to it.
        for suffix in ["", "-wal", "-shm", "-journal"] {
            move_away(suffix)?;
        }
    } else if fs::hard_link(to, &aside).is_err() {
        move_away("")?;
    }
    sync_folder(folder_of(to)).map_err(|error| cannot("write", to, &error))?;
    Ok(Some(aside))
}

fn into_one_file(path: &Path) -> rusqlite::Result<()> {
    let conn = Connection::open(path)?;
    // Says so when the file is broken, before anything is written to it.
    conn.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
    one_file(&conn)
}

/// Takes in the write-ahead log, and goes on without one.
fn one_file(conn: &Connection) -> rusqlite::Result<()> {
    let sql = "PRAGMA journal_mode=DELETE";
    conn.query_row(sql, [], |row| row.get::<_, String>(0))
        .map(drop)
}

/// Copies a database as it is at one moment: nobody waits for this, and what is written meanwhile is not in it.
fn copied(
    from: &Path,
    copy: &Unfinished,
    told: &mut impl FnMut(Copying),
) -> Result<Connection, StoreError> {
    let Some(source) = ours(from) else {
        let from = from.display();
        return Err(StoreError::Refused(format!(
            "{from} is no database of Valetkey: name a file that `valetkey db backup` made"
        )));
    };
    migrate::is_current(&source)?;
    let mut conn = Connection::open(&copy.path)?;
    let copying = Backup::new(&source, &mut conn)?;
    while copying.step(STEP)? != StepResult::Done {
        let progress = copying.progress();
        let all = u64::try_from(progress.pagecount).unwrap_or_default();
        let left = u64::try_from(progress.remaining).unwrap_or_default();
        let done = all.saturating_sub(left);
        told(Copying::Pages { done, all });
    }
    drop(copying);
    one_file(&conn)?;
    conn.execute_batch("PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;")?;
    Ok(conn)
}

/// Opens a file if it is one of ours, and holds on to what it is at this moment.
fn ours(path: &Path) -> Option<Connection> {
    let conn = file::open(path, false).ok()?;
    conn.execute_batch("BEGIN").ok()?;
    is_ours(&conn).ok()?.then_some(conn)
}

fn sound(conn: &Connection, quick: bool, what: &str) -> Result<(), StoreError> {
    let found = file::integrity(conn, quick);
    match found.first() {
        None => Ok(()),
        Some(first) => Err(StoreError::Refused(format!(
            "{what} is broken ({}): take another backup",
            // What the engine says may be several lines.
            first.replace('\n', " ")
        ))),
    }
}

fn refuse_taken(to: &Path) -> Result<(), StoreError> {
    match to.exists() {
        true => Err(StoreError::Refused(format!(
            "{} is there already: name a new file",
            to.display()
        ))),
        false => Ok(()),
    }
}

/// A file that has not got its name yet; removed when it does not get it.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn beside(to: &Path) -> Result<Self, StoreError> {
        let mine = u64::from_ne_bytes(jose::random::bytes());
        let path = with(to, &format!(".unfinished-{mine:016x}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let made = options.open(&path);
        made.map_err(|error| cannot("make", &path, &error))?;
        Ok(Unfinished { path })
    }

    fn sync(&self) -> Result<(), StoreError> {
        let synced = File::open(&self.path).and_then(|file| file.sync_all());
        synced.map_err(|error| cannot("write", &self.path, &error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(with(&self.path, suffix));
        }
    }
}

pub(super) fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
