//! The settings of the example `tasks-api`, which runs beside the development provider: its credential comes to it
//! in a file that only its user may read, not on a command line.
use super::setup::Credentials;
use crate::state::AppState;
use anyhow::Context;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const FILE: &str = "tasks-api.json";

/// Writes the file anew, since the issuer's port may have changed. Answers with its path.
///
/// # Errors
/// One sentence on what is in the way.
pub(super) async fn write_settings(
    app: &AppState,
    credentials: &Credentials,
    data: &Path,
) -> anyhow::Result<PathBuf> {
    let admin = app.store.person_by_email(&credentials.admin.email).await?;
    let admin = admin.map(|admin| app.policy().subjects.write(admin.subject));
    let roles: serde_json::Map<_, _> = admin.map(|id| (id, json!("admin"))).into_iter().collect();
    let settings = json!({
        "issuer": app.config.issuer,
        "client_id": credentials.api.client_id,
        "client_secret": credentials.api.client_secret,
        "prefix": app.policy().tokens.access_prefix,
        "roles": roles,
    });
    let path = data.join(FILE);
    // Written beside it and moved over it, so that the example never reads half a file.
    let new = data.join("tasks-api.json.new");
    let write = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&new);
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        writeln!(file, "{settings:#}")?;
        std::fs::rename(&new, &path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
