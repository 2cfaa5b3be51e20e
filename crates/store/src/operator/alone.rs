//! Whether nobody serves a SQLite file.
use super::backup::{folder_of, with};
use crate::{Serving, StoreError};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

/// Makes sure that nobody serves a file, as long as what it returns is kept.
///
/// # Errors
/// [`StoreError::Refused`] while somebody does.
pub(crate) fn alone(path: &Path) -> Result<Serving, StoreError> {
    let alone = Serving::alone(path).map_err(|error| match error {
        StoreError::Served(by) => {
            let path = path.display();
            StoreError::Refused(format!("{by} serves {path}: stop the server first"))
        }
        other => other,
    })?;
    give_to_owner(&with(path, "-serve"), path);
    Ok(alone)
}

/// Gives a file to whom the database belongs, or its folder if there is none yet: whoever runs the command may be
/// another user than the server, who must be able to open it.
pub(super) fn give_to_owner(file: &Path, database: &Path) {
    let owner = database
        .metadata()
        .or_else(|_| folder_of(database).metadata());
    if let Ok(owner) = owner {
        // Who may not do this is no other user than the owner.
        let _ = chown(file, Some(owner.uid()), Some(owner.gid()));
    }
}
