//! Whether nobody serves a SQLite file.
use crate::{Serving, StoreError};
use std::path::Path;

/// Makes sure that nobody serves a file, as long as what it returns is kept.
///
/// # Errors
/// [`StoreError::Refused`] while somebody does.
pub(crate) fn alone(path: &Path) -> Result<Serving, StoreError> {
    Serving::alone(path).map_err(|error| match error {
        StoreError::Served(by) => {
            let path = path.display();
            StoreError::Refused(format!("{by} serves {path}: stop the server first"))
        }
        other => other,
    })
}
