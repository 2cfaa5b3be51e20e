//! `valetkey db …`: what an operator does with the database as a whole.
mod backup;
mod figures;
mod fill;
mod migrate;
mod restore;
mod status;
mod sweep;
mod verify;

pub(in crate::cli) use backup::last as last_backup;
pub(in crate::cli) use figures::size;

use super::failure::Failure;
use super::output::Output;
use clap::Subcommand;
use std::process::ExitCode;

/// The database as a whole.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Tell what is in the database, how large it is and who uses it. Makes and changes nothing.
    Status(status::Status),
    /// Bring the schema of a database up to date, as a start of the server does.
    Migrate(migrate::Migrate),
    /// Copy a SQLite database to a file while the server runs.
    Backup(backup::Backup),
    /// Put a backup in the place of a SQLite database, and close all that was open: nothing that was spent or taken
    /// back since the backup works again.
    Restore(restore::Restore),
    /// Close all that is open, as `restore` does: for a database that was put back by other means.
    CutOff(restore::CutOff),
    /// Look whether the database is sound. Exit code 1 when something is broken.
    Verify(verify::Verify),
    /// Delete all that has expired now; a running server does this by itself.
    Sweep(sweep::Sweep),
    /// Make access tokens that nobody holds, to try size and speed.
    Fill(fill::Fill),
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self {
            Verb::Status(status) => status.run(output).await?,
            Verb::Migrate(migrate) => return migrate.run(output).await,
            Verb::Backup(backup) => backup.run(output)?,
            Verb::Restore(restore) => restore.run(output).await?,
            Verb::CutOff(cut_off) => cut_off.run(output).await?,
            Verb::Verify(verify) => return verify.run(output).await,
            Verb::Sweep(sweep) => sweep.run(output).await?,
            Verb::Fill(fill) => fill.run(output).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
