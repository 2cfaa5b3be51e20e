//! What this process may do with files.
use rustix::fs::{Access, access};
use std::path::Path;

/// Whether it may write to a file, or make files in a folder.
pub(crate) fn may_write(place: &Path) -> bool {
    access(place, Access::WRITE_OK).is_ok()
}
